"""Every code is explained by an example that has it, and a mended form that does not.

The mended form is what the fixes of the example write.  If they leave a finding, one of the two
implies the other as far as that can be decided, and neither negates the other.
"""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

import imsquery
from imsquery.compiler.checker import check
from imsquery.diagnostics.codes import CODES, Explanation, explain
from imsquery.diagnostics.errors import QueryError
from imsquery.diagnostics.model import Diagnostic
from imsquery.evaluation.decision import implies
from imsquery.fixes import mend
from imsquery.limits import Limits
from imsquery.urls.checker import check_url

PACKAGE = Path(imsquery.__file__).parent

# All codes of the language, copied by hand.
DESCRIBED = {
    "syntax", "unknown-name", "unknown-function", "not-a-filter", "bad-operator", "bad-value",
    "unlisted-value", "out-of-range", "bad-arguments", "unknown-sort-key", "contradiction",
    "mutually-exclusive", "requires", "bare-metal-flavor", "impossible-name", "legacy-tag",
    "mixed-and-or", "never-matches", "literal-null", "literal-pattern", "not-observable",
    "not-expressible", "unbound-placeholder", "too-long", "too-deep", "too-many",
    "unknown-parameter", "repeated-parameter", "empty-value",
    "bad-encoding", "repeated-key",
}  # fmt: skip

_REPORTING = {"report", "_report", "diagnostic", "Diagnostic", "_refuse", "RefusedValue", "Advice"}
_SEVERITIES = {"error", "warning"}
_slug = re.compile(r"[a-z]+(?:-[a-z]+)*").fullmatch


def written_codes() -> set[str]:
    """Return the codes in the source that are passed to functions that make findings."""
    return {
        argument.value
        for path in PACKAGE.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and _called(node) in _REPORTING
        for argument in node.args[:2]
        if isinstance(argument, ast.Constant)
        and isinstance(argument.value, str)
        and _slug(argument.value)
        and argument.value not in _SEVERITIES
    }


def _called(call: ast.Call) -> str:
    function = call.func
    return function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")


def diagnostics(explanation: Explanation, text: str) -> tuple[Diagnostic, ...]:
    """Return the findings in an example, checked as it says."""
    limits = Limits(**dict([explanation.limit] if explanation.limit else []))
    if explanation.found_by == "url":
        return check_url(text)
    return check(text, target=explanation.found_by, limits=limits)


def findings(explanation: Explanation, text: str) -> set[tuple[str, str]]:
    """Return code and severity of each finding in an example."""
    return {(each.code, each.severity) for each in diagnostics(explanation, text)}


def are_related(one: str, other: str) -> bool:
    """Return whether one filter implies the other, or cannot be shown not to."""
    try:
        return any(implies(*pair).holds is not False for pair in ((one, other), (other, one)))
    except QueryError:  # one of them has errors
        return True


def negations(text: str) -> int:
    return len(re.findall(r"\bnot\b|!=", text))


def test_every_specified_code_is_explained() -> None:
    assert set(CODES) == DESCRIBED


def test_every_code_in_the_source_is_explained() -> None:
    written = written_codes()

    assert written <= DESCRIBED
    assert len(written) > 20  # the rest come from tables; the examples below produce them


@pytest.mark.parametrize("code", CODES)
def test_an_example_has_its_finding_and_the_mended_form_does_not(code: str) -> None:
    explanation = explain(code)

    assert explanation.code == code
    assert {each for each, _ in findings(explanation, explanation.example)} == {code}
    assert findings(explanation, explanation.mended) == set()


@pytest.mark.parametrize("code", CODES)
def test_the_mended_form_is_what_the_fixes_write_or_close_to_the_example(code: str) -> None:
    explanation = explain(code)
    example, mended = explanation.example, explanation.mended
    fixed, left = mend(example, lambda text: diagnostics(explanation, text), unsafe=True)

    if not left:
        assert mended == fixed
        return
    assert are_related(example, mended)
    assert (negations(example) - negations(mended)) % 2 == 0, "it means the opposite"


@pytest.mark.parametrize("code", CODES)
def test_the_severity_is_as_explained(code: str) -> None:
    explanation = explain(code)
    severities = {severity for _, severity in findings(explanation, explanation.example)}

    assert severities == {"warning" if explanation.text.startswith("A warning:") else "error"}


@pytest.mark.parametrize("code", CODES)
def test_an_explanation_is_made_of_sentences(code: str) -> None:
    explanation = explain(code)

    assert explanation.text.endswith(".")
    assert not explanation.summary.endswith(".")
    assert len(explanation.summary) <= 72
    assert explanation.text.count("`") % 2 == 0


def test_the_letter_case_of_a_code_is_ignored() -> None:
    assert explain("Bad-Value") is explain("bad-value")


def test_an_unknown_code_is_a_key_error() -> None:
    with pytest.raises(KeyError):
        explain("bad-weather")
