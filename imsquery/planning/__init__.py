"""Planning any filter as requests, and what is left to the client."""
