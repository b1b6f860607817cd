"""A filter language over Huawei Cloud's image list.

One readable line becomes the right request, or an explanation of what is wrong with it:

>>> import imsquery
>>> str(imsquery.compile("platform=CentOS and created_at < 2018-10-28 and supports(kvm)"))
'__platform=CentOS&__support_kvm=true&created_at=lt:2018-10-28T00:00:00Z'

Names are imported on first use: importing the package costs next to nothing, and a compile loads
only what it needs.
"""

__all__ = [
    "CLOUDIMAGES",
    "CompiledQuery",
    "Completion",
    "Diagnostic",
    "Edit",
    "ExecutionError",
    "Fix",
    "ForeignName",
    "Function",
    "Limits",
    "Outcome",
    "Parameter",
    "Plan",
    "PreparedQuery",
    "Query",
    "QueryError",
    "Request",
    "Span",
    "Spec",
    "SpecError",
    "Verdict",
    "apply",
    "bare_metal",
    "check",
    "check_url",
    "compile",
    "complete",
    "decompile",
    "disjoint",
    "equivalent",
    "field",
    "format",
    "implies",
    "lint",
    "matcher",
    "owned_by",
    "parse",
    "placeholder",
    "plan",
    "polars",
    "prepare",
    "public",
    "query",
    "satisfiable",
    "shared",
    "sql",
    "supports",
    "tagged",
    "why",
]

# Public name -> its module, without the package.  Type checkers read `__init__.pyi` instead.
_MODULES = {
    "CLOUDIMAGES": "schema.cloudimages",
    "CompiledQuery": "compiler.query_string",
    "Completion": "completion.complete",
    "Diagnostic": "diagnostics.model",
    "Edit": "diagnostics.model",
    "ExecutionError": "execution.pages",
    "Fix": "diagnostics.model",
    "ForeignName": "schema.parameters",
    "Function": "schema.parameters",
    "Limits": "limits",
    "Outcome": "evaluation.why",
    "Parameter": "schema.parameters",
    "Plan": "planning.plan",
    "PreparedQuery": "planning.prepared",
    "Query": "language.syntax",
    "QueryError": "diagnostics.errors",
    "Request": "execution.job",
    "Span": "diagnostics.source",
    "Spec": "schema.spec",
    "SpecError": "schema.files.errors",
    "Verdict": "evaluation.decision",
    "apply": "engines.frames",
    "bare_metal": "language.builder",
    "check": "compiler.checker",
    "check_url": "urls.checker",
    "compile": "compiler.compiling",
    "complete": "completion.complete",
    "decompile": "urls.decompiler",
    "disjoint": "evaluation.decision",
    "equivalent": "evaluation.decision",
    "field": "language.builder",
    "format": "formatting.formatter",
    "implies": "evaluation.decision",
    "lint": "linting.linter",
    "matcher": "evaluation.matching",
    "owned_by": "language.builder",
    "parse": "language.syntax",
    "placeholder": "language.builder",
    "plan": "planning.planner",
    "polars": "engines.polars",
    "prepare": "planning.prepared",
    "public": "language.builder",
    "query": "language.builder",
    "satisfiable": "evaluation.decision",
    "shared": "language.builder",
    "sql": "engines.statement",
    "supports": "language.builder",
    "tagged": "language.builder",
    "why": "evaluation.why",
}


def __getattr__(name: str) -> object:
    value: object
    if name == "__version__":
        value = _version()
    elif name in _MODULES:
        from importlib import import_module

        value = getattr(import_module(f"{__name__}.{_MODULES[name]}"), name)
    else:
        msg = f"module {__name__!r} has no attribute {name!r}"
        raise AttributeError(msg)
    globals()[name] = value
    return value


def _version() -> str:
    """Return the installed version, or ``0+unknown`` in a checkout that is not installed."""
    from importlib.metadata import PackageNotFoundError, version

    try:
        return version(__name__)
    except PackageNotFoundError:
        return "0+unknown"


def __dir__() -> list[str]:
    return ["__version__", *__all__]
