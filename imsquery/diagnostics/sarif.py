"""Findings as SARIF 2.1.0, the format of code scanning.

Source: OASIS, "Static Analysis Results Interchange Format (SARIF) Version 2.1.0".  Columns count
code points, as the log declares.
"""

from __future__ import annotations

from urllib.parse import quote

from imsquery.diagnostics.codes import CODES, explain
from imsquery.diagnostics.source import LineIndex, in_repository

TYPE_CHECKING = False  # typing itself would be a good part of a cold start
if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from typing import Any

    from imsquery.diagnostics.model import Diagnostic, Fix
    from imsquery.diagnostics.source import Span

_SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"


def sarif_log(results: Sequence[dict[str, Any]], version: str) -> dict[str, Any]:
    """Return a log of one run.

    Args:
        results: what :func:`sarif_results` returned, for any number of texts.
        version: of this package.
    """
    driver = {"name": "imsquery", "version": version, "rules": [_rule(code) for code in CODES]}
    run = {"tool": {"driver": driver}, "columnKind": "unicodeCodePoints", "results": [*results]}
    return {"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]}


def sarif_results(text: str, diagnostics: Iterable[Diagnostic], name: str) -> list[dict[str, Any]]:
    """Return the findings of a text as results.

    Args:
        text: with the findings.
        diagnostics: the findings.
        name: of the file, relative to where the command runs.
    """
    index = LineIndex(text)
    file = {"uri": quote(in_repository(name).replace("\\", "/"), errors="replace")}
    return [_result(index, each, file) for each in diagnostics]


def _rule(code: str) -> dict[str, Any]:
    about = explain(code)
    return {
        "id": code,
        "shortDescription": {"text": about.summary},
        "fullDescription": {"text": about.text},
        "help": {"text": f"Fails:   {about.example}\nMended:  {about.mended}"},
    }


def _result(index: LineIndex, found: Diagnostic, file: dict[str, str]) -> dict[str, Any]:
    place = {"artifactLocation": file, "region": _region(index, found.span)}
    result: dict[str, Any] = {
        "ruleId": found.code,
        "ruleIndex": CODES.index(found.code),
        "level": found.severity,
        "message": {"text": "; ".join([found.message, *found.notes])},
        "locations": [{"physicalLocation": place}],
    }
    if found.fixes:
        result["fixes"] = [_fix(index, each, file) for each in found.fixes]
    return result


def _fix(index: LineIndex, fix: Fix, file: dict[str, str]) -> dict[str, Any]:
    replacements = [
        {"deletedRegion": _region(index, each.span), "insertedContent": {"text": each.text}}
        for each in fix.edits
    ]
    changes = [{"artifactLocation": file, "replacements": replacements}]
    return {"description": {"text": fix.title}, "artifactChanges": changes}


def _region(index: LineIndex, span: Span) -> dict[str, int]:
    line, column = index.position(span.start)
    end_line, end_column = index.position(span.end)
    return {"startLine": line, "startColumn": column, "endLine": end_line, "endColumn": end_column}
