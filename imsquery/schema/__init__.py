"""The parameter spec: types of values, rows, and the table of ``GET /v2/cloudimages``."""
