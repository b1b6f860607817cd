"""A spec like that of OpenStack Glance: what its server takes differs in every way there is.

Source: Glance, images API v2; ``glance/db/sqlalchemy/api.py`` and ``glance/common/utils.py``.
"""

from __future__ import annotations

from imsquery.schema.kinds import Boolean, Enumeration, Identifier, Integer, Tag, Text, Time
from imsquery.schema.parameters import Function, Parameter
from imsquery.schema.spec import Spec

_LISTS = {"=": "{}", "in": "in:{}"}
_KEYS = Enumeration("name", "status", "id", "size", "created_at")
_BARE = Enumeration("bare", "ovf", is_open=True)
_STATUS = Enumeration("queued", "saving", "active", "deactivated")


def _range(name: str) -> dict[str, str]:
    return {"=": "{}", ">=": f"{name}_min={{}}", "<=": f"{name}_max={{}}"}


def _rows(*clauses: Parameter) -> tuple[Parameter, ...]:
    rows = (
        Parameter("id", Identifier(), operators=_LISTS, sortable=True, source="test"),
        Parameter("name", Text(), operators=_LISTS, sortable=True, source="test"),
        Parameter("status", _STATUS, operators=_LISTS, sortable=True, source="test"),
        Parameter("container_format", _BARE, operators=_LISTS, source="test"),
        Parameter(
            "size", Integer(), operators=_range("size"), json="integer", sortable=True,
            source="test",
        ),
        Parameter(
            "min_disk", Integer(), operators=_range("min_disk"), json="integer", total=True,
            unit="GB", source="test",
        ),
        Parameter("visibility", Enumeration("public", "private", "shared"), source="test"),
        Parameter(
            "member_status", Enumeration("accepted", "pending"), observed=None,
            requires=("visibility", "shared"), source="test",
        ),
        Parameter("protected", Boolean(), json="boolean", total=True, source="test"),
        Parameter(
            "tag", Tag(), observed="tags", json="strings", multiple=True, repeats=True,
            source="test",
        ),
        Parameter("created_at", Time(), total=True, sortable=True, source="test"),
        Parameter("updated_at", Time(), total=True, source="test"),
        Parameter("checksum", Text(), operators={}, source="test"),
        Parameter("marker", Identifier(), observed=None, clause="after", source="test"),
        Parameter(
            "limit", Integer(1), observed=None, clause="limit", json="integer", source="test"
        ),
    )  # fmt: skip
    return *rows, *clauses


_FUNCTIONS = (
    Function("tagged", ("key",), (("tag", "{0}"),), relation="tagged", summary="", source="test"),
    Function("tagged", ("key", "value"), (("tag", "{0}={1}"),), summary="", source="test"),
)
_PATH, _HOST = "/v2/images", "https://{region}.example"

# The order is one list, `sort=name:asc,created_at:desc`.
GLANCE = Spec(
    _rows(Parameter("sort", _KEYS, observed=None, clause="order by", source="test")),
    _FUNCTIONS,
    next_links=True,
    properties=True,
    family="hw_support_",
    path=_PATH,
    host=_HOST,
)

# What each row takes is written in a way of its own.
ODD = Spec(
    (
        Parameter("id", Identifier(), operators={"in": "{}"}, sortable=True, source="test"),
        Parameter("name", Text(), operators={"=": "{}", "in": "{}"}, source="test"),
        Parameter("status", _STATUS, operators={"in": "status_in=in:{}"}, source="test"),
        Parameter(
            "checksum", Text(), source="test",
            operators={"=": "eq:{}", "contains": "has:{}", "startswith": "checksum_from={}"},
        ),
        Parameter(
            "size", Integer(None), json="integer", source="test",
            operators={"=": "eq:{}", ">": "size_over={}", "<": "lt:{}"},
        ),
        Parameter(
            "created_at", Time(), total=True, sortable=True, source="test",
            operators={">=": "since={}", "<": "until={}", "=": "{}"},
        ),
        Parameter("updated_at", Time(), operators={">": "gt:{}", "=": "eq:{}"}, source="test"),
        Parameter(
            "tag", Text(), operators={"=": "{}", "in": "any:{}"}, observed="tags", json="strings",
            multiple=True, repeats=True, source="test",
        ),
        Parameter("marker", Identifier(), observed=None, clause="after", source="test"),
        Parameter(
            "limit", Integer(1), observed=None, clause="limit", json="integer", source="test"
        ),
        Parameter(
            "sort", Enumeration("id", "created_at"), observed=None, clause="order by",
            source="test",
        ),
    ),
    family="hw_support_",
    path=_PATH,
    host=_HOST,
)  # fmt: skip

# The order is two parameters, each once for a key.
REPEATED = Spec(
    _rows(
        Parameter(
            "sort_key", _KEYS, observed=None, clause="order by", repeats=True, source="test"
        ),
        Parameter(
            "sort_dir", Enumeration("asc", "desc"), observed=None, clause="direction",
            repeats=True, source="test",
        ),
    ),
    _FUNCTIONS,
    family="hw_support_",
    path=_PATH,
    host=_HOST,
)  # fmt: skip
