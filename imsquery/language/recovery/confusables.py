"""Characters that look like ASCII: what each was meant for, and what it is called.

A table short enough to review by eye, and compatibility decomposition (NFKC) for the full-width
forms and whatever else Unicode calls a variant of ASCII.
"""

from __future__ import annotations

import unicodedata

# fmt: off
_ROWS = (
    # Cyrillic letters, Greek ones, Latin and Armenian ones
    ("аеорсухіјѕԁһӏԛԝгкмт", "aeopcyxijsdhlqwrkmt"),
    ("АВЕІЈКМНОРСТУХЅԚԜ", "ABEIJKMHOPCTYXSQW"),
    ("αορνικυχτηγωε", "aopvikuxtnywe"),
    ("ΑΒΕΖΗΙΚΜΝΟΡΤΥΧ", "ABEZHIKMNOPTYX"),
    ("ıɑɡɩօս", "iagiou"),
    # what else words are made of
    ("‐‑‒–—―−﹘", "--------"), ("∗⁎✱٭", "****"), ("∕⁄⧸", "///"), ("∶ː꞉", ":::"), ("۔", "."),
    # operators and separators
    ("⁼═˭", "==="), ("‹˂", "<<"), ("›˃", ">>"), ("∼˜∽", "~~~"), ("、،‚", ",,,"), ("。", "."),
    ("❨⟮【〔", "(((("), ("❩⟯】〕", "))))"), ("∣ǀ❘", "|||"),
    # quotes
    ("“”„‟«»″〝〞「」『』❝❞", '"""""""""""""""'), ("‘’‛′´ʼ❛❜", "''''''''"),
    # several characters in one
    ("≠", ("!=",)), ("≤⩽≦", ("<=",) * 3), ("≥⩾≧", (">=",) * 3),
)
# fmt: on
_TABLE: dict[str, str] = {
    character: plain
    for characters, plains in _ROWS
    for character, plain in zip(characters, plains, strict=True)
}


JOINERS = frozenset("\u200c\u200d")
"""What joins or parts letters of a script, and emoji; with them, it belongs to a value."""


def ascii_of(character: str) -> str | None:
    """Return the ASCII that a character looks like; ``None`` if it is ASCII or like none."""
    if character.isascii():
        return None
    plain = _TABLE.get(character)
    if plain is None:
        plain = unicodedata.normalize("NFKC", character)
    return plain if plain.isascii() and plain.isprintable() and " " not in plain else None


def is_lookalike(character: str) -> bool:
    """Return whether a character is hard to tell from ASCII, rather than a variant of it."""
    return character in _TABLE or "\uff01" <= character <= "\uff5e"


def fold(text: str) -> str:
    """Return a text with every look-alike as ASCII."""
    if text.isascii():
        return text
    return "".join(ascii_of(character) or character for character in text)


def lookalikes_of(plain: str) -> str:
    """Return the characters that are read as one punctuation mark of ASCII."""
    full_width = chr(ord(plain) + 0xFEE0)
    return "".join(each for each, meant in _TABLE.items() if meant == plain) + full_width


def is_space(character: str) -> bool:
    """Return whether a character shows as white space without being the language's own."""
    return character in "\v\f\x85" or unicodedata.category(character) in {"Zs", "Zl", "Zp"}


def is_invisible(character: str) -> bool:
    """Return whether it is a control or format character, or an unpaired surrogate."""
    return unicodedata.category(character) in {"Cc", "Cf", "Cs"}


def describe(character: str) -> str:
    """Return the name of a code point: ``U+FF1D FULLWIDTH EQUALS SIGN``."""
    name = unicodedata.name(character, "")
    return f"U+{ord(character):04X} {name}".rstrip()


def show(written: str) -> str:
    """Return what was written as a message shows it: in backticks, or by a foreign character."""
    foreign = [each for each in written if not each.isascii() or not each.isprintable()]
    if written == "`":
        foreign = [written]
    return describe(foreign[0]) if foreign else f"`{written}`"


def looks_like(written: str, plain: str) -> str:
    """Return the message on what looks like ASCII and is not."""
    return f"{show(written)} looks like ASCII; use `{plain}`"
