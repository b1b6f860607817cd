"""The page of ``imsquery serve``: what it asks, and the files that a browser loads."""
