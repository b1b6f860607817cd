"""Work grows with the text and no faster, whatever the text and whatever is asked of it."""

from __future__ import annotations

from contextlib import suppress

import pytest

from tests.work import Work, measured


def check(text: str) -> None:
    from imsquery.compiler.checker import check

    check(text, target="compile")


def mend(text: str) -> None:
    from imsquery.compiler.checker import check
    from imsquery.fixes import mend

    mend(text, check, unsafe=True)


def format(text: str) -> None:
    from imsquery.formatting.formatter import format

    with suppress(ValueError):
        format(text)


def complete(text: str) -> None:
    from imsquery.completion.complete import complete

    complete(text, len(text) // 2)


def decompile(text: str) -> None:
    from imsquery.urls.decompiler import decompile

    with suppress(ValueError):
        decompile(f"/v2/cloudimages?{text}")


def lint(text: str) -> None:
    from imsquery.urls.linter import lint

    lint(f"{text}/v2/cloudimages?{text}")


def read(text: str) -> None:
    from imsquery.language.recovery.dialects.read import read

    read(text)


def report(text: str) -> None:
    from imsquery.compiler.checker import check
    from imsquery.diagnostics.errors import QueryError

    str(QueryError(text, check(text)))


ENTRIES = (check, mend, format, complete, decompile, lint, read, report)
