"""Numbers that a kind alone refuses: with a unit, such as ``4GB``, or as a bound out of range.

All units are powers of 1,024, as the service's are.  Conversion is exact.
"""

from __future__ import annotations

import re

from imsquery.language.operators import ORDER
from imsquery.schema.kinds import Integer, RefusedValue

TYPE_CHECKING = False  # typing itself would be a good part of a cold start
if TYPE_CHECKING:
    from imsquery.schema.parameters import Parameter

_LETTERS = "kmgtpe"
_quantity = re.compile(
    rf"([0-9]+)(?:\.([0-9]+))? *(?:([{_LETTERS}])i?b?|b)", re.ASCII | re.IGNORECASE
).fullmatch
_POWERS = {"bytes": 0} | {f"{letter}b": power for power, letter in enumerate(_LETTERS, 1)}
# Digits that can matter: 64 bits of the largest unit in bytes, and a byte as a fraction of it.
_MOST_DIGITS = 40
_MOST_PLACES = 60


def reread(refused: RefusedValue, literal: str, row: Parameter, relation: str) -> int | None:
    """Return the number that a literal means for a parameter, if not for its kind alone.

    ``None`` if there is no more to say than what the kind says.

    Args:
        refused: what the kind says of the literal.
        literal: such as ``4GB``, ``0.5TB``, ``512 MiB``; units in any letter case.
        row: the parameter; its unit is that of the number.
        relation: an order comparison may be with a number out of range.

    Raises:
        RefusedValue: it means a number that the parameter does not take.
    """
    kind = row.kind
    match = _quantity(literal)
    if not isinstance(kind, Integer) or not (match or refused.code == "out-of-range"):
        return None
    digits = literal if match is None else _convert(match, row)
    if relation in ORDER:
        return Integer(None, values=kind.values).read(digits)
    return kind.read(digits)


def _convert(match: re.Match[str], row: Parameter) -> str:
    """Return the digits of a number with a unit, in the parameter's own unit."""
    own = _POWERS.get((row.unit or "").lower())
    if own is None:
        raise RefusedValue("bad-value", f"{row.kind.describe()}, without a unit")
    digits, places = match[1].lstrip("0"), (match[2] or "").rstrip("0")
    if len(digits) > _MOST_DIGITS:
        raise RefusedValue("out-of-range", f"{row.kind.describe()}, within 64 bits")
    power = _LETTERS.index(match[3].lower()) + 1 if match[3] else 0
    amount = int((digits + places)[: _MOST_DIGITS + _MOST_PLACES] or "0") << 10 * power
    number, rest = divmod(amount, 10 ** min(len(places), _MOST_PLACES) << 10 * own)
    if rest or len(places) > _MOST_PLACES:
        raise RefusedValue("bad-value", f"a whole number of {row.unit}")
    return str(number)
