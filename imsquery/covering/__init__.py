"""The few requests that together cover a filter, and what no request can ask for."""
