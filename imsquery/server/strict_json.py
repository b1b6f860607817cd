"""JSON as RFC 8259 defines it, without the extensions of Python's reader."""

from __future__ import annotations

import json
import math
from typing import TYPE_CHECKING, NoReturn

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any


def read_json(
    text: str, *, make_object: Callable[[list[tuple[str, Any]]], Any] | None = None
) -> Any:
    """Parse JSON that every reader accepts.

    Args:
        text: one JSON value.
        make_object: what to make of the members of an object; a ``dict`` by default.

    Raises:
        ValueError: the text is not JSON (``json.JSONDecodeError``), or it has ``NaN``,
            ``Infinity``, a number too large for a float, or one with thousands of digits.
        RecursionError: it is nested too deep.
    """
    decoder = json.JSONDecoder(
        parse_constant=_refuse, parse_float=_read_float, object_pairs_hook=make_object
    )
    return decoder.decode(text)


def _refuse(constant: str) -> NoReturn:
    raise ValueError(f"{constant} is not JSON")


def _read_float(text: str) -> float:
    number = float(text)
    if math.isinf(number):
        raise ValueError(f"number out of range: {text[:40]}")
    return number
