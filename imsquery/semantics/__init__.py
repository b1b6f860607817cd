"""The meaning of queries: names and values bound to a spec, simplified and checked."""
