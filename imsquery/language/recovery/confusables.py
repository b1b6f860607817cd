"""Characters that look like ASCII and are not: what they were meant for, and what they are called.

A short table that can be reviewed by eye, and compatibility decomposition (NFKC) for the full-width
forms and whatever else Unicode itself calls a variant of ASCII.
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


def ascii_of(character: str) -> str | None:
    """Give the ASCII that a character looks like; ``None`` for ASCII itself and for all others."""
    if character.isascii():
        return None
    plain = _TABLE.get(character)
    if plain is None:
        plain = unicodedata.normalize("NFKC", character)
    return plain if plain.isascii() and plain.isprintable() and " " not in plain else None


def fold(text: str) -> str:
    """Give a text with every look-alike in it as ASCII."""
    if text.isascii():
        return text
    return "".join(ascii_of(character) or character for character in text)


def lookalikes_of(plain: str) -> str:
    """Give the characters that are read as one punctuation mark of ASCII."""
    full_width = chr(ord(plain) + 0xFEE0)
    return "".join(each for each, meant in _TABLE.items() if meant == plain) + full_width


def is_space(character: str) -> bool:
    """Tell a character that shows as white space and yet is none of the language's own."""
    return character in "\v\f\x85" or unicodedata.category(character) in {"Zs", "Zl", "Zp"}


def is_invisible(character: str) -> bool:
    """Tell a control or format character, or half a surrogate pair."""
    return unicodedata.category(character) in {"Cc", "Cf", "Cs"}


def describe(character: str) -> str:
    """Name a code point: ``U+FF1D FULLWIDTH EQUALS SIGN``."""
    name = unicodedata.name(character, "")
    return f"U+{ord(character):04X} {name}".rstrip()


def first_foreign(text: str) -> str:
    """Give the first character beyond ASCII."""
    return next(character for character in text if not character.isascii())
