"""The error of a file that is not a spec."""

from __future__ import annotations

from imsquery.diagnostics.source import LineIndex
from imsquery.frozen import Frozen

TYPE_CHECKING = False  # typing itself would be a good part of a cold start
if TYPE_CHECKING:
    from collections.abc import Iterable

_MOST_SHOWN = 50


class SpecFault(Frozen):
    """Something wrong in the file of a spec.

    Attributes:
        line, column: where, both from 1; columns in code points.
        message: what is wrong, and what would be right.
    """

    line: int
    column: int
    message: str


class SpecError(ValueError):
    """A file that is not a spec, with everything that is wrong with it.

    Its text has a line for each fault: ``clouds.toml:12:1: unknown key `vaules`; …``.
    """

    def __init__(self, name: str, faults: Iterable[SpecFault]) -> None:
        super().__init__(name, tuple(faults))

    @property
    def name(self) -> str:
        """The name of the file."""
        return str(self.args[0])

    @property
    def faults(self) -> tuple[SpecFault, ...]:
        """All that is wrong, in the order of the file."""
        return tuple(self.args[1])

    def __str__(self) -> str:
        shown = [
            f"{self.name}:{each.line}:{each.column}: {each.message}"
            for each in self.faults[:_MOST_SHOWN]
        ]
        more = len(self.faults) - len(shown)
        return "\n".join([*shown, *([f"{self.name}: and {more} more"] if more else [])])


def spec_error(name: str, text: str, found: Iterable[tuple[int, str]]) -> SpecError:
    """Return the error of faults by their offsets in the text."""
    lines = LineIndex(text)
    ordered = sorted(dict.fromkeys(found))
    return SpecError(name, [SpecFault(*lines.position(place), text) for place, text in ordered])
