"""Messages and fixes for texts that do not parse."""

from __future__ import annotations

import pytest

from imsquery import QueryError, check, parse
from imsquery.diagnostics.model import Diagnostic
from imsquery.fixes import mend
from imsquery.language._tables import ACTIONS
from imsquery.language.recovery.state import WORDS


def syntax(text: str) -> list[tuple[str, str]]:
    """Return what each syntax finding points at, and its message."""
    return [
        (text[found.span.start : found.span.end], found.message) for found in syntax_findings(text)
    ]


def syntax_findings(text: str) -> list[Diagnostic]:
    return [found for found in check(text) if found.code == "syntax"]


def codes(text: str) -> list[str]:
    return [found.code for found in check(text)]


# fmt: off
# ruff: noqa: E501
MENDED = [
    # connectives
    ("protected && os_bit = 64", "&&", "use `and`, not `&&`", "protected and os_bit = 64"),
    ("protected&&os_bit=64", "&&", "use `and`, not `&&`", "protected and os_bit=64"),
    ("protected&os_bit=64", "&", "use `and`, not `&`", "protected and os_bit=64"),
    ("protected||os_bit=64", "||", "use `or`, not `||`", "protected or os_bit=64"),
    ("protected | os_bit = 64", "|", "use `or`, not `|`", "protected or os_bit = 64"),
    ("!protected", "!", "use `not`, not `!`", "not protected"),
    ("not(!protected)", "!", "use `not`, not `!`", "not(not protected)"),
    ("protected, os_bit = 64", ",", "use `and`, not `,`, between conditions", "protected and os_bit = 64"),
    ("os_bit = 64 protected", "protected", "missing `and` or `or`", "os_bit = 64 and protected"),
    ("protected registered", "registered", "missing `and` or `or`", "protected and registered"),
    ("(protected)(registered)", "(", "missing `and` or `or`", "(protected) and (registered)"),
    ("protected not registered", "not", "missing `and` or `or`", "protected and not registered"),
    ("protected and and registered", "and", "dangling `and`", "protected and registered"),
    ("protected and or registered", "or", "dangling `or`", "protected and registered"),
    ("protected and", "and", "dangling `and`", "protected"),
    ("or protected", "or", "dangling `or`", "protected"),
    ("protected,", ",", "unexpected `,`", "protected"),
    ("protected;", ";", "unexpected `;`", "protected"),
    ("protected and limit 5", "and", "dangling `and`", "protected limit 5"),
    ("protected and order by name", "and", "dangling `and`", "protected order by name"),
    # parentheses
    ("(protected", "(", "unclosed `(`", "(protected)"),
    ("protected)", ")", "unmatched `)`", "protected"),
    ("(protected limit 5)", "limit 5", "`order by`, `limit`, `skip` and `after` go at the end", "(protected) limit 5"),
    ("(protected order by name desc limit 5) and os_bit = 64", "order by name desc limit 5", "`order by`, `limit`, `skip` and `after` go at the end", "(protected) and os_bit = 64 order by name desc limit 5"),
    ("(protected limit 5 and os_bit = 64) # x", "limit 5", "`order by`, `limit`, `skip` and `after` go at the end", "(protected and os_bit = 64) limit 5 # x"),
    ("(protected limit 5", "(", "unclosed `(`", "(protected) limit 5"),
    ("supports(kvm and protected", "(", "unclosed `(`", "supports(kvm) and protected"),
    ("platform in (CentOS, Ubuntu or protected", "(", "unclosed `(`", "platform in (CentOS, Ubuntu) or protected"),
    ("supports kvm", "kvm", "put the arguments of `supports` in parentheses", "supports (kvm)"),
    # values
    ("created_at > now()", "()", "remove the parentheses after `now`", "created_at > now"),
    ("created_at < NOW( ) and protected", "( )", "remove the parentheses after `now`", "created_at < NOW and protected"),
    ("limit '5'", "'5'", "the number of `limit` is not quoted", "limit 5"),
    ("created_at > now - 7d", "now - 7d", "write times such as `now-7d` without spaces", "created_at > now-7d"),
    ("platform = (CentOS or Ubuntu)", "or", "use `,`, not `or`, between the values of a list", "platform in (CentOS , Ubuntu)"),
    ("min_ram = 4,096", "4,096", "write numbers without separators", "min_ram = 4096"),
    ("min_ram != 4,096,000 and protected", "4,096,000", "write numbers without separators", "min_ram != 4096000 and protected"),
    ("min_ram = 4, 096", "4, 096", "use `in (…)` for several values", "min_ram in (4, 096)"),
    ("created_at > ago(7d) and protected", "ago(7d)", "use `now-7d`, not `ago(7d)`", "created_at > now-7d and protected"),
    ("created_at > now - 7 days", "now - 7 days", "write times such as `now-7d` without spaces", "created_at > now-7d"),
    # names
    ("[platform] = CentOS and [os_bit] in (64)", "[platform]", "names take no brackets", "platform = CentOS and os_bit in (64)"),
    ("min_disk > 40 and < 100", "<", "expected a name before `<`", "min_disk > 40 and min_disk < 100"),
    ("(name startswith a) or(endswith x)", "endswith", "expected a name before `endswith`", "(name startswith a) or(name endswith x)"),
    ("platform = CentOS or = Ubuntu", "=", "expected a name before `=`", "platform = CentOS or platform = Ubuntu"),
    ("contains(name, 'a b') and protected", "contains(name, 'a b')", "`contains` goes between a name and a value", "name contains 'a b' and protected"),
    # whether an attribute is there
    ("has name", "has name", "use `is present`, not `has`", "name is present"),
    ("not exists os_bit", "exists os_bit", "use `is present`, not `exists`", "not os_bit is present"),
    ("name not null", "not null", "use `is present`, not `not null`", "name is present"),
    ("name NOT EXISTS", "NOT EXISTS", "use `is absent`, not `NOT EXISTS`", "name is absent"),
    ("name not present", "not present", "use `is absent`, not `not present`", "name is absent"),
    ("name exists and protected", "exists", "use `is present`, not `exists`", "name is present and protected"),
    ("name isnull", "isnull", "use `is absent`, not `isnull`", "name is absent"),
    # patterns
    ("name matches [a-z]+", "[a-z]+", "quote `matches` patterns that contain special characters", 'name matches "[a-z]+"'),
    ("(name matches a(b|c)) and protected", "a(b|c)", "quote `matches` patterns that contain special characters", '(name matches "a(b|c)") and protected'),
    (r"name =~ ^x\d{1,3}$ limit 5", r"^x\d{1,3}$", "quote `matches` patterns that contain special characters", r'name matches "^x\\d{1,3}$" limit 5'),
    ("name glob {a,b}*", "{a,b}*", "quote `glob` patterns that contain special characters; its wildcards are `*` and `?`", 'name glob "{a,b}*"'),
    # operators of other languages
    ("protected | where os_bit = 64", "| where", "use `and`, not `| where`", "protected and os_bit = 64"),
    (r"name like '50\%_'", "like", "use `glob`, not `like`", 'name glob "50%?"'),
    ("name ilike '%a.b_'", "ilike", "use `matches`, not `ilike`", r'name matches "(?i)a\\.b.$"'),
    ("name not ilike '%'", "ilike", "use `matches`, not `ilike`", 'name not matches "(?i)"'),
    ("name =~ /^a.b$/ and protected", "=~", "use `matches`, not `=~`", 'name matches "^a.b$" and protected'),
    ("(name ~ /ab/i)", "~", "use `matches`, not `~`", '(name matches "(?i)ab")'),
    ("name ^= web", "^=", "use `startswith`, not `^=`", "name startswith web"),
    ("id$='7f'", "$=", "use `endswith`, not `$=`", "id endswith '7f'"),
    ("name *= Cent", "*=", "use `contains`, not `*=`", "name contains Cent"),
    ("name like 'Cent%_x'", "like", "use `glob`, not `like`", "name glob Cent*?x"),
    ("name LIKE 'a b*%'", "LIKE", "use `glob`, not `LIKE`", r'name glob "a b\\**"'),
    ("name like '100\\\\%'", "like", "use `glob`, not `like`", 'name glob "100%"'),
    ("name not like $x", "like", "use `glob`, not `like`", "name not glob $x"),
    ("name ~ '^Cent'", "~", "use `matches`, not `~`", "name matches '^Cent'"),
    ("name =~ x", "=~", "use `matches`, not `=~`", "name matches x"),
    ("name !~ y", "!~", "use `not matches`, not `!~`", "name not matches y"),
    ("name regexp x", "regexp", "use `matches`, not `regexp`", "name matches x"),
    ("platform eq CentOS", "eq", "use `=`, not `eq`", "platform = CentOS"),
    ("min_ram => 5", "=>", "use `>=`, not `=>`", "min_ram >= 5"),
    ("min_ram > = 5", "> =", "use `>=`, not `> =`", "min_ram >= 5"),
    ("os_bit ! = 64", "! =", "use `!=`, not `! =`", "os_bit != 64"),
    ("os_bit =! 64", "=!", "use `!=`, not `=!`", "os_bit != 64"),
    ("os_bit === 64", "===", "use `=`, not `===`", "os_bit = 64"),
    ("os_bit not = 64", "not =", "use `!=`, not `not =`", "os_bit != 64"),
    ("platform: CentOS", ":", "use `=`, not `:`", "platform = CentOS"),
    ("platform : CentOS", ":", "use `=`, not `:`", "platform = CentOS"),
    ("platform:CentOS", "platform:CentOS", "use `=`, not `:`; did you mean `platform = CentOS`?", "platform = CentOS"),
    ("platform CentOS", "CentOS", "missing operator", "platform = CentOS"),
    ("os_version is null", "is null", "use `is absent`, not `is null`", "os_version is absent"),
    ("os_version is not null", "is not null", "use `is present`, not `is not null`", "os_version is present"),
    ("os_version is not present", "is not present", "use `is absent`, not `is not present`", "os_version is absent"),
    ("os_version present", "present", "expected `is` before `present`", "os_version is present"),
    ("protected is true", "is", "use `=`, not `is`", "protected = true"),
    ("os_bit is not 64", "is not", "use `!=`, not `is not`", "os_bit != 64"),
    ("min_ram between 1, 5", ",", "use `and`, not `,`, between the ends of `between`", "min_ram between 1 and 5"),
    ("min_ram between 1 to 5", "to", "use `and`, not `to`, between the ends of `between`", "min_ram between 1 and 5"),
    ("min_ram between 1 5", "5", "missing `and`", "min_ram between 1 and 5"),
    # lists
    ("platform in ()", "()", "a list needs at least one value; use `none` to match nothing", "none"),
    ("platform not in ()", "()", "a list needs at least one value; use `all` to match everything", "all"),
    ("platform in CentOS, Ubuntu and protected", "CentOS, Ubuntu", "put lists in parentheses", "platform in (CentOS, Ubuntu) and protected"),
    ("platform in (CentOS, Ubuntu,)", ",", "expected a value after `,`", "platform in (CentOS, Ubuntu)"),
    ("platform in (CentOS,,Ubuntu)", ",", "unexpected `,`", "platform in (CentOS,Ubuntu)"),
    ("platform in (CentOS Ubuntu)", "Ubuntu", "missing `,`", "platform in (CentOS, Ubuntu)"),
    ("platform in (CentOS or Ubuntu)", "or", "use `,`, not `or`, between the values of a list", "platform in (CentOS , Ubuntu)"),
    ("platform = CentOS, Ubuntu", "CentOS, Ubuntu", "use `in (…)` for several values", "platform in (CentOS, Ubuntu)"),
    ("platform != (CentOS, Ubuntu)", "!=", "use `not in`, not `!=`, with a list", "platform not in (CentOS, Ubuntu)"),
    ("platform = (CentOS)", "(CentOS)", "remove the parentheses around a single value", "platform = CentOS"),
    # values and quotes
    ("name = 'it''s'", "''", r"use `\'`, not `''`, for a quote inside quotes", r"name = 'it\'s'"),
    ('name = "a""b"', '""', r'use `\"`, not `""`, for a quote inside quotes', r'name = "a\"b"'),
    ("name = it's", "'", "quote values that contain `'`", 'name = "it\'s"'),
    ("name = 50%", "%", "quote values that contain `%`", 'name = "50%"'),
    ("name = 'CentOS", "'", "unclosed quote", "name = 'CentOS'"),
    ('name = "CentOS 7 and protected', '"', "unclosed quote", 'name = "CentOS 7" and protected'),
    ("(name = 'a) and protected", "'", "unclosed quote", "(name = 'a') and protected"),
    ("name = 'a order by name", "'", "unclosed quote", "name = 'a' order by name"),
    ("name = CentOS'", "'", "unmatched quote", "name = CentOS"),
    ("name = CentOS 7", "CentOS 7", "quote values that contain spaces", 'name = "CentOS 7"'),
    ("created_at > 2018-10-28 10:00", "2018-10-28 10:00", "quote values that contain spaces", 'created_at > "2018-10-28 10:00"'),
    ("tag = a=b=c", "a=b=c", "quote values that contain `=`", 'tag = "a=b=c"'),
    ("tag = abc==", "abc==", "quote values that contain `==`", 'tag = "abc=="'),
    ("name = order", "order", "`order` is a keyword; quote it to use it as a value", 'name = "order"'),
    ("name in (a, all)", "all", "`all` is a keyword; quote it to use it as a value", 'name in (a, "all")'),
    ("name = `a b`", "`a b`", "use `'` or `\"` around values and nothing around names, not backticks", 'name = "a b"'),
    ("`platform`=CentOS", "`platform`", "use `'` or `\"` around values and nothing around names, not backticks", "platform=CentOS"),
    ('"platform" = CentOS', '"platform"', "names are not quoted", "platform = CentOS"),
    (r"name = 'a\d'", r"\d", r"unknown escape `\d`", r"name = 'a\\d'"),
    ("name = 'a\x01'", "\x01", "unescaped U+0001 in a value", r"name = 'a\u0001'"),
    ("min_disk:[40 TO *] and protected", "[40 TO *]", "use `>=` for this range", "min_disk >= 40 and protected"),
    ("created_at = [2018 TO 2019]", "[2018 TO 2019]", "use `between` for this range", "created_at between 2018 and 2019"),
    ("os_bit:64 status:active", "status:active", "missing `and` or `or`", "os_bit = 64 and status = active"),
    ("platform:(CentOS or Ubuntu)", ":", "use `in`, not `:`, before a list", "platform in (CentOS , Ubuntu)"),
    ("platform:(CentOS, Ubuntu)", ":", "use `in`, not `:`, before a list", "platform in (CentOS, Ubuntu)"),
    # comments
    ("platform = CentOS -- min_disk = 40", "-- min_disk = 40", "use `#`, not `--`, for comments", "platform = CentOS # min_disk = 40"),
    ("// it's\nplatform = CentOS and # x\nprotected", "// it's", "use `#`, not `//`, for comments", "# it's\nplatform = CentOS and # x\nprotected"),
    # look-alikes, and what cannot be seen
    ("platform＝CentOS", "＝", "U+FF1D FULLWIDTH EQUALS SIGN looks like ASCII; use `=`", "platform=CentOS"),
    ("platform！＝CentOS", "！＝", "U+FF01 FULLWIDTH EXCLAMATION MARK looks like ASCII; use `!=`", "platform!=CentOS"),
    ("min_ram<＝5", "<＝", "U+FF1D FULLWIDTH EQUALS SIGN looks like ASCII; use `<=`", "min_ram<=5"),
    ("min_ram ≥ 5", "≥", "U+2265 GREATER-THAN OR EQUAL TO looks like ASCII; use `>=`", "min_ram >= 5"),
    ("name = “a b”", "“", 'use `"`, not U+201C LEFT DOUBLE QUOTATION MARK', 'name = "a b"'),
    ("name = ‘a b’", "‘", "use `'`, not U+2018 LEFT SINGLE QUOTATION MARK", "name = 'a b'"),
    ("name = “a b", "“", "unclosed quote", 'name = "a b"'),
    ('name = "a b”', '"', "unclosed quote", 'name = "a b"'),
    ("рlatform = CentOS", "рlatform", "U+0440 CYRILLIC SMALL LETTER ER looks like ASCII; use `platform`", "platform = CentOS"),
    ("protected аnd os_bit = 64", "аnd", "U+0430 CYRILLIC SMALL LETTER A looks like ASCII; use `and`", "protected and os_bit = 64"),
    ("ｐｒｏｔｅｃｔｅｄ", "ｐｒｏｔｅｃｔｅｄ", "U+FF50 FULLWIDTH LATIN SMALL LETTER P looks like ASCII; use `protected`", "protected"),
    ("ѕupports(kvm)", "ѕupports", "U+0455 CYRILLIC SMALL LETTER DZE looks like ASCII; use `supports`", "supports(kvm)"),
    ("created_at > 2018–10", "–", "U+2013 EN DASH looks like ASCII; use `-`", "created_at > 2018-10"),
    ("name\u00a0= a", "\u00a0", "use a plain space, not U+00A0 NO-BREAK SPACE", "name = a"),
    ("name = a\u3000limit 5", "\u3000", "use a plain space, not U+3000 IDEOGRAPHIC SPACE", "name = a limit 5"),
    ("plat\u200bform = CentOS", "\u200b", "unexpected invisible character U+200B ZERO WIDTH SPACE", "platform = CentOS"),
    ("name = a\x00b", "\x00", "unexpected invisible character U+0000", "name = ab"),
    ("name = a\u202eb", "\u202e", "unexpected invisible character U+202E RIGHT-TO-LEFT OVERRIDE", "name = ab"),
    ("name = a\ud800", "\ud800", "unexpected invisible character U+D800", "name = a"),
    ("protected ∧ os_bit = 64", "∧", "use `and`, not U+2227 LOGICAL AND", "protected and os_bit = 64"),
    ("os_bit % = 64", "%", "unexpected `%`", "os_bit  = 64"),
    # clauses
    ("sort name", "sort", "use `order by`, not `sort`", "order by name"),
    ("protected sort name desc limit 5", "sort", "use `order by`, not `sort`", "protected order by name desc limit 5"),
    ("protected limit = 5", "=", "unexpected `=` after `limit`", "protected limit 5"),
    ("protected limit '5'", "'5'", "the number of `limit` is not quoted", "protected limit 5"),
    ("protected limit 5, order by name", ",", "unexpected `,`", "protected limit 5 order by name"),
    ("protected sort by name", "sort by", "use `order by`, not `sort by`", "protected order by name"),
    ("order_by name", "order_by", "use `order by`, not `order_by`", "order by name"),
    ("protected order name", "order", "expected `by` after `order`", "protected order by name"),
    ("order by name descending", "descending", "use `desc`, not `descending`", "order by name desc"),
    ("order by 'name'", "'name'", "names are not quoted", "order by name"),
    ("limit 5 and protected", "and protected", "`order by`, `limit`, `skip` and `after` go at the end", "protected limit 5 "),
    ("limit 5 limit 6", "limit 6", "duplicate `limit`", "limit 5"),
    ("limit 5 per name limit 6 per name", "limit 6 per name", "duplicate `limit … per`", "limit 5 per name"),
    ("skip 5 limit 1 skip 6", "skip 6", "duplicate `skip`", "skip 5 limit 1"),
    ("protected limit 5, 10", ", 10", "`limit` takes one number; what to skip is a clause of its own", "protected skip 5 limit 10"),
    ("protected limit 5 offset 10", "offset", "use `skip`, not `offset`", "protected limit 5 skip 10"),
    ("protected skip = 5", "=", "unexpected `=` after `skip`", "protected skip 5"),
    ("protected skip '5'", "'5'", "the number of `skip` is not quoted", "protected skip 5"),
    ("order by name, 'size'", "'size'", "names are not quoted", "order by name, size"),
    ("order by name,", ",", "expected a name after `,`", "order by name"),
    ("order by name,, size limit 5", ",", "expected a name after `,`", "order by name, size limit 5"),
    ("limit 5 per 'name'", "'name'", "names are not quoted", "limit 5 per name"),
    ("skip 3 per name order by name, size desc and protected", "and protected", "`order by`, `limit`, `skip` and `after` go at the end", "protected skip 3 per name order by name, size desc "),
    ("(protected skip 1 limit 2 per name) and os_bit = 64", "skip 1 limit 2 per name", "`order by`, `limit`, `skip` and `after` go at the end", "(protected) and os_bit = 64 skip 1 limit 2 per name"),
    ("name = skip", "skip", "`skip` is a keyword; quote it to use it as a value", 'name = "skip"'),
    ("name in (a, per)", "per", "`per` is a keyword; quote it to use it as a value", 'name in (a, "per")'),
    ("where protected", "where", "unexpected `where`; a query begins with its first condition", "protected"),
    ("select * from images where protected", "select * from images where", "unexpected `select`; a query begins with its first condition", "protected"),
]
BROKEN = [
    ("platform = CentOS xor os_type = Linux", "xor", "unknown operator `xor`; use `(… and not …) or (not … and …)`"),
    ("protected xor whole_image", "xor", "unknown operator `xor`; use `(… and not …) or (not … and …)`"),
    ("platform =", "=", "expected a value after `=`"),
    ("platform = and protected", "=", "expected a value after `=`"),
    ("= CentOS", "=", "expected a name before `=`"),
    ("()", "(", "expected a condition after `(`"),
    ("not", "not", "expected a condition after `not`"),
    ("$x", "$x", "unexpected placeholder; expected a condition"),
    ("platform in", "in", "expected `(` or a `$placeholder` after `in`"),
    ("platform is", "is", "expected `present` or `absent` after `is`"),
    ("platform = 'a' 'b'", "'b'", "unexpected string; expected `and` or `or`"),
    ("protected limit", "limit", "expected a number or a `$placeholder` after `limit`"),
    ("protected skip", "skip", "expected a number or a `$placeholder` after `skip`"),
    ("protected limit 5 per", "per", "expected a name after `per`"),
    ("protected order by", "by", "expected a name after `by`"),
    ("protected limit 5 desc", "desc", "unexpected `desc`; expected a clause or the end"),
]
# fmt: on


@pytest.mark.parametrize(("text", "place", "message", "mended"), MENDED, ids=ascii)
def test_a_fault_has_its_own_message_and_fix(
    text: str, place: str, message: str, mended: str
) -> None:
    assert (place, message) in syntax(text)
    assert mend(text, check, unsafe=True)[0] == mended
    assert "syntax" not in codes(mended)


@pytest.mark.parametrize(("text", "place", "message"), BROKEN, ids=ascii)
def test_what_cannot_be_mended_says_what_was_expected(text: str, place: str, message: str) -> None:
    (found,) = check(text)
    assert (text[found.span.start : found.span.end], found.message) == (place, message)
    assert not found.fixes


VALUES = [
    ("ago(7d)", "now-7d"),
    ("now()", "now"),
    ("now - 7d", "now-7d"),
    ("now - 7 days", "now-7d"),
    ("2018-10-28 10:00", '"2018-10-28 10:00"'),
    ("a=b", '"a=b"'),
    ("order", '"order"'),
    ("(a)", "a"),
    ("50%", '"50%"'),
    ("`a b`", '"a b"'),
]
PLACES = [
    "name = {}", "name >= {}", "name<{}", "name not contains {}", "name glob {} and protected",
    "name between {} and x", "name between x and {}", "name between x to {}",
    "name not between {} and x limit 5", "name in ({}, x)", "name in (x, {})",
]  # fmt: skip


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize(("value", "mended"), VALUES)
def test_a_value_is_mended_wherever_a_value_goes(value: str, mended: str, place: str) -> None:
    text = mend(place.replace("{}", value), syntax_findings, unsafe=True)[0]

    assert text == place.replace(" to ", " and ").replace("{}", mended)


@pytest.mark.parametrize("place", [each for each in PLACES if "(" not in each])
def test_digits_are_joined_wherever_they_are_not_a_list(place: str) -> None:
    text = mend(place.replace("{}", "1,234,567"), syntax_findings, unsafe=True)[0]

    assert text == place.replace(" to ", " and ").replace("{}", "1234567")


@pytest.mark.parametrize(
    ("text", "mended"),
    [
        ("min_ram in (1, 4,096, 7)", "min_ram in (1, 4,096, 7)"),
        ("min_ram in (1, 4,096 7)", "min_ram in (1, 4,096, 7)"),
        ("min_ram between 100,200", "min_ram between 100 and 200"),
        ("min_ram between 1,024, 4,096", "min_ram between 1024 and 4096"),
        ("min_ram between 1,024 and protected", "min_ram between 1 and 024 and protected"),
        ("min_ram between 1 GB and 5 GB", 'min_ram between "1 GB" and "5 GB"'),
        ("min_ram between 1 5 and protected", "min_ram between 1 and 5 and protected"),
        ("created_at gt now()", "created_at > now"),
        ("created_at = (2018, now - 7d)", "created_at in (2018, now-7d)"),
        ("created_at = (2018 or now())", "created_at in (2018 , now)"),
        ("created_at in (now(); 2018)", "created_at in (now, 2018)"),
        ("created_at between now - 7d - now", "created_at between now-7d and now"),
        ("platform = CentOS name not like 'x%'", "platform = CentOS and name not glob x*"),
        ("order by name after a=b", 'order by name after "a=b"'),
    ],
)
def test_a_value_ends_where_something_else_begins(text: str, mended: str) -> None:
    assert mend(text, syntax_findings, unsafe=True)[0] == mended


def test_all_faults_of_a_text_come_at_once() -> None:
    text = "platfrom = CentOS && os_bit = 65, name like 'a%' and (min_disk = 4"
    assert codes(text) == [
        "unknown-name",
        "syntax",
        "bad-value",
        "syntax",
        "syntax",
        "syntax",
        "out-of-range",
    ]


@pytest.mark.parametrize("broken", ["platform =", "= x", "()", "platform = 'a' 'b' <", "not"])
def test_what_surrounds_a_broken_condition_is_read(broken: str) -> None:
    assert codes(f"os_bit = 65 and {broken} and min_disk = 4") == [
        "bad-value",
        "syntax",
        "out-of-range",
    ]


def test_a_name_in_a_broken_condition_is_looked_up() -> None:
    assert codes("platfrom = and protected") == ["unknown-name", "syntax"]


def test_nothing_follows_from_a_broken_condition() -> None:
    assert codes("platform = CentOS and platform = ") == ["syntax"]
    assert codes("platform = CentOS and (platform = Ubuntu or platform = )") == [
        "contradiction",
        "syntax",
    ]


def test_a_mended_text_is_read_as_mended() -> None:
    assert codes("platform = CentOS && platform = Ubuntu") == ["syntax", "contradiction"]
    assert codes("platform = CentOS & os_bit = 64 | protected") == [
        "mixed-and-or",
        "syntax",
        "syntax",
    ]


def test_each_unclosed_parenthesis_is_reported_and_its_fix_closes_those_within() -> None:
    text = "(protected or (os_bit = 64"
    outer, inner = check(text)
    assert outer.fixes[0].apply(text) == "(protected or (os_bit = 64))"
    assert inner.fixes[0].apply(text) == "(protected or (os_bit = 64)"


def test_no_parentheses_are_offered_where_some_are_missing() -> None:
    found = {each.code: each for each in check("protected or (os_bit = 64 and registered")}
    assert "mixed-and-or" not in found
    found = {each.code: each for each in check("protected or os_bit = 64 and registered)")}
    assert not found["mixed-and-or"].fixes


@pytest.mark.parametrize("text", ["name = ‘", "name = 'a\\", "'", "“", "`", '"\\', "name = '\\'\\"])
def test_quotes_that_cannot_be_closed_well_are_closed_somehow(text: str) -> None:
    assert check(text)


@pytest.mark.parametrize("value", ["имя", "名字", "ａ", "été"])
def test_a_value_may_contain_letters_of_any_script(value: str) -> None:
    assert not syntax(f"name = {value}")


def test_a_foreign_name_that_resembles_no_other_is_unknown() -> None:
    assert codes("名字 = a") == ["unknown-name"]


def test_a_faulty_text_has_no_tree() -> None:
    with pytest.raises(QueryError) as caught:
        parse("protected && (")
    assert [each.code for each in caught.value.diagnostics] == ["syntax"] * 3


def test_every_terminal_of_a_text_has_words() -> None:
    assert set(WORDS) == {terminal for row in ACTIONS for terminal in row} - {"BROKEN"}
    assert all(words.strip("`, ").islower() for words in WORDS.values() if words.strip("`(),$"))


def test_an_option_is_not_a_comment() -> None:
    mended, left = mend("status = active --__platform=Ubuntu", check)

    assert (mended, left) == ("status = active and __platform = Ubuntu", ())
