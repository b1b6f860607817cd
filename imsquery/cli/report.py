"""Reports of findings in one text or several, in each format."""

from __future__ import annotations

from imsquery.cli.output import draw, print_lines
from imsquery.frozen import Frozen

TYPE_CHECKING = False  # typing itself would be a good part of a cold start
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from typing import TextIO

    from imsquery.diagnostics.model import Diagnostic


class Checked(Frozen):
    """A text with its findings.

    Attributes:
        name: of the text, such as that of its file.
        text: what was checked.
        found: the findings, in text order.
    """

    name: str
    text: str
    found: tuple[Diagnostic, ...]


def print_report(
    checked: Iterable[Checked],
    form: str,
    stream: TextIO,
    summarize: Callable[[Sequence[Diagnostic]], str],
    *,
    is_list: bool = True,
) -> list[Diagnostic]:
    """Print the findings of each text as they come; return them all.

    Args:
        checked: the texts; only one that has findings is drawn.
        form: ``text``, ``json``, ``github`` or ``sarif``.
        stream: where to print.
        summarize: returns the last line of a drawn report.
        is_list: whether JSON is a list, as for any number of texts, or an object, as for one.
    """
    found: list[Diagnostic] = []

    def counted() -> Iterator[Checked]:
        for each in checked:
            found.extend(each.found)
            yield each

    if form == "json":
        print_lines(_json(counted(), is_list=is_list), form, stream)
        return found
    if form == "sarif":
        print_lines(_sarif(counted()), form, stream)
        return found
    for each in counted():
        if each.found and form == "github":
            from imsquery.diagnostics.render import render_github

            print(render_github(each.text, each.found, each.name), file=stream)
        elif each.found:
            draw(each.text, each.found, name=each.name, stream=stream)
            print(file=stream)
    ending = summarize(found) if found and form == "text" else ""
    if ending:
        print(ending, file=stream)
    return found


def _json(checked: Iterable[Checked], *, is_list: bool) -> Iterable[str]:
    import json

    from imsquery.cli.escaping import json_array
    from imsquery.diagnostics.render import report

    reports = (report(each.text, each.found, each.name) for each in checked)
    if is_list:
        return json_array(reports)
    return (line for each in reports for line in json.dumps(each, indent=2).split("\n"))


def _sarif(checked: Iterable[Checked]) -> list[str]:
    import json

    from imsquery import __version__
    from imsquery.diagnostics.sarif import sarif_log, sarif_results

    results = [
        result for each in checked for result in sarif_results(each.text, each.found, each.name)
    ]
    return [json.dumps(sarif_log(results, __version__))]
