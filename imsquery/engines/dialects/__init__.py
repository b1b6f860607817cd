"""SQL, one dialect a module."""
