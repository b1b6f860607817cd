"""Numbers in texts, compared as texts.

Engines have no type for all numbers that a text can hold, and disagree on what can be cast to one
and on what happens if it cannot.  But the texts of the numbers on one side of a bound are a regular
language.
"""

from __future__ import annotations

TYPE_CHECKING = False  # typing itself would be a good part of a cold start
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence


def number_pattern(relation: str, numbers: Sequence[int]) -> str:
    """Return the regular expression of the texts that compare like that to one of some numbers."""
    return f"^(?:{'|'.join(_pattern(relation, number) for number in numbers)})$"


def _pattern(relation: str, number: int) -> str:
    match relation:
        case "=":
            return _equal(number)
        case ">":
            return _at_least(number + 1, "[+]?", "-")
        case ">=":
            return _at_least(number, "[+]?", "-")
        case "<":
            return _at_least(1 - number, "-", "[+]?")
        case _:
            return _at_least(-number, "-", "[+]?")


def _equal(number: int) -> str:
    if number == 0:
        return "[+-]?0+"
    return f"{'-' if number < 0 else '[+]?'}0*{abs(number)}"


def _at_least(number: int, upwards: str, downwards: str) -> str:
    """Return the expression of all from a number on, given the signs on both sides of zero."""
    if number > 0:
        return f"{upwards}0*(?:{'|'.join(_no_less(str(number)))})"
    return f"{upwards}[0-9]+|{downwards}0*(?:{'|'.join(_no_more(str(-number)))})"


def _no_less(digits: str) -> Iterator[str]:
    yield digits
    yield from greater(digits)


def greater(digits: str) -> Iterator[str]:
    """Yield expressions of the numbers greater than one, all without leading zeros."""
    for place, digit in enumerate(digits):
        if digit != "9":
            yield f"{digits[:place]}{_digit(int(digit) + 1, 9)}{_rest(digits, place)}"
    yield f"[1-9][0-9]{{{len(digits)},}}"


def _no_more(digits: str) -> Iterator[str]:
    yield digits
    yield "0"
    for place, digit in enumerate(digits):
        least = 0 if place else 1
        if int(digit) > least:
            yield f"{digits[:place]}{_digit(least, int(digit) - 1)}{_rest(digits, place)}"
    if len(digits) > 1:
        yield f"[1-9][0-9]{{0,{len(digits) - 2}}}"


def _digit(least: int, most: int) -> str:
    return str(least) if least == most else f"[{least}-{most}]"


def _rest(digits: str, place: int) -> str:
    left = len(digits) - place - 1
    return f"[0-9]{{{left}}}" if left else ""
