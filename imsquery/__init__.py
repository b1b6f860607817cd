"""A filter language over Huawei Cloud's image list.

One readable line becomes the right request, or an explanation of what is wrong with it:

>>> import imsquery
>>> str(imsquery.compile("platform=CentOS and created_at < 2018-10-28 and supports(kvm)"))
'__platform=CentOS&__support_kvm=true&created_at=lt:2018-10-28T00:00:00Z'

Names are imported when they are first used: importing the package costs next to nothing, and a
compile loads only what it needs.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from imsquery.builder import bare_metal as bare_metal
    from imsquery.builder import field as field
    from imsquery.builder import owned_by as owned_by
    from imsquery.builder import placeholder as placeholder
    from imsquery.builder import public as public
    from imsquery.builder import query as query
    from imsquery.builder import shared as shared
    from imsquery.builder import supports as supports
    from imsquery.builder import tagged as tagged
    from imsquery.checker import check as check
    from imsquery.cloudimages import CLOUDIMAGES as CLOUDIMAGES
    from imsquery.compiler import compile as compile  # noqa: A004
    from imsquery.completion import Completion as Completion
    from imsquery.completion import complete as complete
    from imsquery.decision import Verdict as Verdict
    from imsquery.decision import disjoint as disjoint
    from imsquery.decision import equivalent as equivalent
    from imsquery.decision import implies as implies
    from imsquery.decision import satisfiable as satisfiable
    from imsquery.decompiler import check_url as check_url
    from imsquery.decompiler import decompile as decompile
    from imsquery.diagnostics import Diagnostic as Diagnostic
    from imsquery.diagnostics import Edit as Edit
    from imsquery.diagnostics import Fix as Fix
    from imsquery.diagnostics import QueryError as QueryError
    from imsquery.formatter import format as format  # noqa: A004
    from imsquery.limits import Limits as Limits
    from imsquery.linter import lint as lint
    from imsquery.matching import matcher as matcher
    from imsquery.paging import ExecutionError as ExecutionError
    from imsquery.planner import plan as plan
    from imsquery.plans import Plan as Plan
    from imsquery.plans import Request as Request
    from imsquery.prepared import PreparedQuery as PreparedQuery
    from imsquery.prepared import prepare as prepare
    from imsquery.query_string import CompiledQuery as CompiledQuery
    from imsquery.source import Span as Span
    from imsquery.spec import Function as Function
    from imsquery.spec import Parameter as Parameter
    from imsquery.spec import Spec as Spec
    from imsquery.syntax import Query as Query
    from imsquery.syntax import parse as parse

# Public name -> the module that it lives in.
_HOMES = {
    "CLOUDIMAGES": "cloudimages",
    "CompiledQuery": "query_string",
    "Completion": "completion",
    "Diagnostic": "diagnostics",
    "Edit": "diagnostics",
    "ExecutionError": "paging",
    "Fix": "diagnostics",
    "Function": "spec",
    "Limits": "limits",
    "Parameter": "spec",
    "Plan": "plans",
    "PreparedQuery": "prepared",
    "Query": "syntax",
    "QueryError": "diagnostics",
    "Request": "plans",
    "Span": "source",
    "Spec": "spec",
    "Verdict": "decision",
    "bare_metal": "builder",
    "check": "checker",
    "check_url": "decompiler",
    "compile": "compiler",
    "complete": "completion",
    "decompile": "decompiler",
    "disjoint": "decision",
    "equivalent": "decision",
    "field": "builder",
    "format": "formatter",
    "implies": "decision",
    "lint": "linter",
    "matcher": "matching",
    "owned_by": "builder",
    "parse": "syntax",
    "placeholder": "builder",
    "plan": "planner",
    "prepare": "prepared",
    "public": "builder",
    "query": "builder",
    "satisfiable": "decision",
    "shared": "builder",
    "supports": "builder",
    "tagged": "builder",
}

__all__ = sorted(_HOMES)  # noqa: PLE0605 -- the table is the one list of names


def __getattr__(name: str) -> object:
    if name not in _HOMES:
        msg = f"module {__name__!r} has no attribute {name!r}"
        raise AttributeError(msg)
    from importlib import import_module

    value = getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return __all__
