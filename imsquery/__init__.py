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
    __version__: str

    from imsquery.compiler.checker import check as check
    from imsquery.compiler.lowering import compile as compile  # noqa: A004
    from imsquery.compiler.prepared import PreparedQuery as PreparedQuery
    from imsquery.compiler.prepared import prepare as prepare
    from imsquery.compiler.query_string import CompiledQuery as CompiledQuery
    from imsquery.completion.complete import Completion as Completion
    from imsquery.completion.complete import complete as complete
    from imsquery.diagnostics.errors import QueryError as QueryError
    from imsquery.diagnostics.model import Diagnostic as Diagnostic
    from imsquery.diagnostics.model import Edit as Edit
    from imsquery.diagnostics.model import Fix as Fix
    from imsquery.diagnostics.source import Span as Span
    from imsquery.evaluation.decision import Verdict as Verdict
    from imsquery.evaluation.decision import disjoint as disjoint
    from imsquery.evaluation.decision import equivalent as equivalent
    from imsquery.evaluation.decision import implies as implies
    from imsquery.evaluation.decision import satisfiable as satisfiable
    from imsquery.evaluation.matching import matcher as matcher
    from imsquery.execution.job import Request as Request
    from imsquery.execution.pages import ExecutionError as ExecutionError
    from imsquery.formatting.formatter import format as format  # noqa: A004
    from imsquery.language.builder import bare_metal as bare_metal
    from imsquery.language.builder import field as field
    from imsquery.language.builder import owned_by as owned_by
    from imsquery.language.builder import placeholder as placeholder
    from imsquery.language.builder import public as public
    from imsquery.language.builder import query as query
    from imsquery.language.builder import shared as shared
    from imsquery.language.builder import supports as supports
    from imsquery.language.builder import tagged as tagged
    from imsquery.language.syntax import Query as Query
    from imsquery.language.syntax import parse as parse
    from imsquery.limits import Limits as Limits
    from imsquery.planning.plan import Plan as Plan
    from imsquery.planning.planner import plan as plan
    from imsquery.schema.cloudimages import CLOUDIMAGES as CLOUDIMAGES
    from imsquery.schema.parameters import Function as Function
    from imsquery.schema.parameters import Parameter as Parameter
    from imsquery.schema.spec import Spec as Spec
    from imsquery.urls.checker import check_url as check_url
    from imsquery.urls.decompiler import decompile as decompile
    from imsquery.urls.linter import lint as lint

# Public name -> the module that it lives in.
_HOMES = {
    "CLOUDIMAGES": "schema.cloudimages",
    "CompiledQuery": "compiler.query_string",
    "Completion": "completion.complete",
    "Diagnostic": "diagnostics.model",
    "Edit": "diagnostics.model",
    "ExecutionError": "execution.pages",
    "Fix": "diagnostics.model",
    "Function": "schema.parameters",
    "Limits": "limits",
    "Parameter": "schema.parameters",
    "Plan": "planning.plan",
    "PreparedQuery": "compiler.prepared",
    "Query": "language.syntax",
    "QueryError": "diagnostics.errors",
    "Request": "execution.job",
    "Span": "diagnostics.source",
    "Spec": "schema.spec",
    "Verdict": "evaluation.decision",
    "bare_metal": "language.builder",
    "check": "compiler.checker",
    "check_url": "urls.checker",
    "compile": "compiler.lowering",
    "complete": "completion.complete",
    "decompile": "urls.decompiler",
    "disjoint": "evaluation.decision",
    "equivalent": "evaluation.decision",
    "field": "language.builder",
    "format": "formatting.formatter",
    "implies": "evaluation.decision",
    "lint": "urls.linter",
    "matcher": "evaluation.matching",
    "owned_by": "language.builder",
    "parse": "language.syntax",
    "placeholder": "language.builder",
    "plan": "planning.planner",
    "prepare": "compiler.prepared",
    "public": "language.builder",
    "query": "language.builder",
    "satisfiable": "evaluation.decision",
    "shared": "language.builder",
    "supports": "language.builder",
    "tagged": "language.builder",
}

__all__ = sorted(_HOMES)  # noqa: PLE0605 -- the table is the one list of names


def __getattr__(name: str) -> object:
    if name == "__version__":
        return _version()
    if name not in _HOMES:
        msg = f"module {__name__!r} has no attribute {name!r}"
        raise AttributeError(msg)
    from importlib import import_module

    value = getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
    globals()[name] = value
    return value


def _version() -> str:
    from importlib.metadata import PackageNotFoundError, version

    try:
        return version(__name__)
    except PackageNotFoundError:  # in a checkout that is not installed
        return "0+unknown"


def __dir__() -> list[str]:
    return __all__
