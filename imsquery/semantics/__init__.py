"""What a query means: names and values bound to a spec, simplified and checked."""
