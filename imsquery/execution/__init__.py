"""Running plans page by page, over any function that fetches a page."""
