"""What a program or reader fills in, such as ``{project}``, ``$NAME``, ``%s`` and ``<id>``."""

from __future__ import annotations

from imsquery.late import Late

_BRACES = r"\{(?:[^{}\n]|\{(?:[^{}\n]|\{[^{}\n]{0,100}\}){0,100}+\}){0,200}+\}"
# In JavaScript, an expression may have several lines, with strings and expressions in these.
_LINES = r"\{(?:[^{}]|\{(?:[^{}]|\{[^{}]{0,100}\}){0,100}+\}){0,300}+\}"
_PARENTHESES = r"\((?:[^()\n]|\([^()\n]{0,100}\)){0,100}+\)"
_NUMBER = r"[-+#0 ]?\d{0,3}(?:\.\d{1,3})?l{0,2}"

PATTERN = (
    # ${x} #{x} {{x}} {x} $(x) \(x) $x $1
    rf"\$?\${_LINES}|#?{_BRACES}|[$\\]{_PARENTHESES}|\$[A-Za-z_]\w*|\$[\d@*#]"
    # %(x)s %x% %s %1$s %[1]s %05d %-5d %tF %Y-, and whatever can only be one of these
    r"|%\([^()\n]{0,100}\)[a-z]|%[A-Za-z_]\w{0,100}%(?![0-9A-Fa-f]{2})|%[sdvqiu](?![0-9A-Fa-f])"
    r"|%\d{1,2}\$[a-z]|%\[\d{1,2}\][a-z]|%0\d{1,3}[diuxX]|%-\d{1,3}[a-z]"
    rf"|(?<==)%{_NUMBER}[A-Za-z](?![\w.%-])|%(?:\d{{1,2}}\$)?[tT][A-Za-z]|%[A-Za-z](?=[-:TZ%])"
    # <x> &lt;x&gt; [x] [^x]+ :x @x \d+ (x) .* ...
    r"|<[^<>\s=&/]{1,100}>|&lt;[^\s=&;]{1,100}&gt;|\[[^\[\]\n=&]{1,100}\][*+?]?"
    r"|\[\^[^\[\]\n]{1,100}\][*+?]?"
    r"|(?<==)[:@][A-Za-z_][\w.]{0,100}|\\[dDwWsS][*+?]?|(?<==)\([^()\n]{0,100}\)[*+?]?"
    r"|\.[*+]\??(?![^&\"'`\s)$/])|\.\.\.|…"
)
"""A regular expression of one; those after ``(?<==)`` are the start of a value."""

is_stand_in = Late(r"[A-Z][A-Z0-9_]*|[xX]{2,}|n|\w+(?:/\w+)+").fullmatch
"""Return whether a word is what writers put for a value: ``LIMIT``, ``xxx``, ``true/false``."""

find_placeholder = Late(PATTERN).search


def has_placeholder(value: str) -> bool:
    """Return whether a part of a value, or all of it, is to be filled in."""
    return find_placeholder(f"={value}") is not None
