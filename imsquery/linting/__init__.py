"""Requests for image lists in files of any language, and their findings."""
