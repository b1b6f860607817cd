"""Filters in other engines: SQL, Polars, data frames; one meaning in all of them."""
