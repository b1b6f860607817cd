"""Hypothesis strategies for filters, query strings and image records, derived from a spec.

Use them to test filters, proxies and dashboards of your own by their properties:

>>> from hypothesis import given
>>> import imsquery
>>> from imsquery import testing
>>> @given(testing.requests())
... def test_a_request_can_be_read_back(text):
...     query = imsquery.compile(text)
...     assert imsquery.compile(imsquery.decompile(str(query))) == query
>>> test_a_request_can_be_read_back()

What is *valid* has no error finding; a *near miss* is valid but for one fault, and has the code of
its finding. Everything is built by construction, so that Hypothesis rejects next to nothing, and
shrinks to filters that read well. Needs the extra ``testing``.
"""

from __future__ import annotations

try:
    import hypothesis as _hypothesis  # noqa: F401 -- only to say which extra is missing
except ModuleNotFoundError as _error:
    _message = "imsquery.testing needs Hypothesis; install imsquery[testing]"
    raise ModuleNotFoundError(_message, name=_error.name) from _error

from imsquery.testing.images import catalogues, near_miss_records, records
from imsquery.testing.near_misses import NearMiss, near_miss_query_strings, near_misses
from imsquery.testing.specs import specs
from imsquery.testing.spelling import filters, queries, requests, spellings
from imsquery.testing.trees import filter_trees, query_trees, request_trees
from imsquery.testing.values import literals, record_values
from imsquery.testing.wire import pairs, query_strings

__all__ = [
    "NearMiss",
    "catalogues",
    "filter_trees",
    "filters",
    "literals",
    "near_miss_query_strings",
    "near_miss_records",
    "near_misses",
    "pairs",
    "queries",
    "query_strings",
    "query_trees",
    "record_values",
    "records",
    "request_trees",
    "requests",
    "specs",
    "spellings",
]
