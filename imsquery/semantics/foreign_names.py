"""Names of other tools, and members of the open family: what they mean here.

Loaded only for texts with one.
"""

from __future__ import annotations

from imsquery.diagnostics.edits import clip, did_you_mean
from imsquery.schema.kinds import truth_of
from imsquery.semantics.rebinding import (
    Rewriting,
    if_valid,
    is_comparison,
    relation,
    renamed,
    shown,
)

TYPE_CHECKING = False  # typing itself would be a good part of a cold start
if TYPE_CHECKING:
    from collections.abc import Sequence

    from imsquery.schema.parameters import ForeignName, Parameter
    from imsquery.semantics.literals import LiteralBinder

    Fix = tuple[str, list[tuple[int, int, str]]]


def meanings_of(
    binder: LiteralBinder, name: int, last: int, known: ForeignName
) -> tuple[list[str], list[Fix]]:
    """Return what a name of another tool may mean: what the rest of the condition goes with.

    A meaning is certain if it is the only one, but not that of a feature alone: it may be a value.
    """
    rows, found, certain = binder.spec.parameters, list[Rewriting](), set[str]()
    for meaning in known.meanings:
        if meaning in rows:
            new = renamed(binder, name, last, rows[meaning].name)
        else:
            new = _phrased(binder, name, last, meaning)
        found += new
        certain |= {each.phrase for each in new if meaning in known.means}
    # A value that goes with one of them as it is hardly needs another one mended.
    found = [each for each in found if each.is_whole] or found
    names = [rows[each].name if each in rows else each for each in known.meanings]
    is_listed = name != last or known in binder.spec.foreign_names
    if len(found) == 1 and found[0].phrase in certain and is_listed:
        return shown(found, found[0].phrase)
    return shown(found, "") if found else (names, [])


def _phrased(binder: LiteralBinder, name: int, last: int, phrase: str) -> list[Rewriting]:
    """Return the rewriting of ``name``, ``name = true`` or ``name = false`` as a condition."""
    truth = _truth(binder, name, last)
    if not (truth and if_valid(binder, phrase)):
        return []
    is_safe = truth == "true"
    meant = phrase if is_safe else f"not {phrase}"
    return [Rewriting(meant, [(*binder.span(name, last), meant)], is_safe)]


def _truth(binder: LiteralBinder, name: int, last: int) -> str:
    """Return whether a condition says that something is ``true`` or ``false``, or neither."""
    start, end = binder.span(name, last)
    if name == last or "#" in binder.tokens.text[start:end]:
        return "true" if name == last else ""
    if not is_comparison(binder, name, last) or binder.tokens.kinds[last] == "PLACEHOLDER":
        return ""
    truth = truth_of(binder.literal(last))
    if relation(binder, name + 1) == "=":
        return truth
    is_unequal = relation(binder, name + 1) == "!="
    return {"true": "false", "false": "true"}.get(truth, "") if is_unequal else ""


# -- members of the open family


def report_member(binder: LiteralBinder, member: Parameter, token: int) -> bool:
    """Report a flag that is not listed; return whether it may be one all the same.

    One that is a slip away from a listed one is hardly meant.
    """
    spec = binder.spec
    ending = member.wire[len(spec.family) :]
    slips, meant = spec.meant_features(ending)
    is_allowed = not slips or binder.allow_unlisted
    binder.report(
        "unlisted-value",
        f"unlisted feature `{clip(ending)}`{did_you_mean(meant)}",
        binder.span(token),
        *_other_members(binder, token, ending, [] if is_allowed and slips else meant),
        severity="warning" if is_allowed else "error",
        notes=() if meant else (f"listed are {', '.join(spec.features)}, and board types: s4l",),
    )
    return is_allowed


def _other_members(
    binder: LiteralBinder, token: int, ending: str, meant: Sequence[str]
) -> list[Fix]:
    """Return the fixes that write other endings of a flag, or other features."""
    lexeme = binder.tokens.lexemes[token]
    before = lexeme[: -len(ending)] if lexeme.lower().endswith(ending) else ""
    if binder.tokens.kinds[token] != "WORD":
        before = ""
    if binder.tokens.kinds[token] == "PLACEHOLDER":
        return []
    place = binder.span(token)
    return [(f"write `{before}{each}`", [(*place, before + each)]) for each in meant]
