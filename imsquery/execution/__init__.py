"""Plans run page by page, over whatever fetches a page."""
