"""What is said about a text that does not parse, and what it is mended to."""

from __future__ import annotations

import pytest

from imsquery import QueryError, check, parse
from imsquery.fixes import mend
from imsquery.language._tables import ACTIONS
from imsquery.language.recovery.state import WORDS


def syntax(text: str) -> list[tuple[str, str]]:
    """Give what each syntax finding points at, and its message."""
    return [
        (text[found.span.start : found.span.end], found.message)
        for found in check(text)
        if found.code == "syntax"
    ]


def codes(text: str) -> list[str]:
    return [found.code for found in check(text)]


# fmt: off
# ruff: noqa: E501
MENDED = [
    # connectives
    ("protected && os_bit = 64", "&&", "`&&` is written `and`", "protected and os_bit = 64"),
    ("protected&&os_bit=64", "&&", "`&&` is written `and`", "protected and os_bit=64"),
    ("protected&os_bit=64", "&", "`&` is written `and`", "protected and os_bit=64"),
    ("protected||os_bit=64", "||", "`||` is written `or`", "protected or os_bit=64"),
    ("protected | os_bit = 64", "|", "`|` is written `or`", "protected or os_bit = 64"),
    ("!protected", "!", "`!` is written `not`", "not protected"),
    ("not(!protected)", "!", "`!` is written `not`", "not(not protected)"),
    ("protected, os_bit = 64", ",", "conditions are joined by `and` or `or`, not by `,`", "protected and os_bit = 64"),
    ("os_bit = 64 protected", "protected", "`and` or `or` is missing before this", "os_bit = 64 and protected"),
    ("protected registered", "registered", "`and` or `or` is missing before this", "protected and registered"),
    ("(protected)(registered)", "(", "`and` or `or` is missing before this", "(protected) and (registered)"),
    ("protected not registered", "not", "`and` or `or` is missing before this", "protected and not registered"),
    ("protected and and registered", "and", "`and` joins nothing here", "protected and registered"),
    ("protected and or registered", "or", "`or` joins nothing here", "protected and registered"),
    ("protected and", "and", "`and` joins nothing here", "protected"),
    ("or protected", "or", "`or` joins nothing here", "protected"),
    ("protected,", ",", "this `,` separates nothing", "protected"),
    ("protected;", ";", "`;` means nothing here", "protected"),
    ("protected and limit 5", "and", "`and` joins nothing here", "protected limit 5"),
    ("protected and order by name", "and", "`and` joins nothing here", "protected order by name"),
    # parentheses
    ("(protected", "(", "this `(` is never closed", "(protected)"),
    ("protected)", ")", "this `)` closes nothing", "protected"),
    ("(protected limit 5)", "limit 5", "clauses stand behind the whole filter", "(protected) limit 5"),
    ("(protected order by name desc limit 5) and os_bit = 64", "order by name desc limit 5", "clauses stand behind the whole filter", "(protected) and os_bit = 64 order by name desc limit 5"),
    ("(protected limit 5 and os_bit = 64) # x", "limit 5", "clauses stand behind the whole filter", "(protected and os_bit = 64) limit 5 # x"),
    ("(protected limit 5", "(", "this `(` is never closed", "(protected) limit 5"),
    ("supports(kvm and protected", "(", "this `(` is never closed", "supports(kvm) and protected"),
    ("platform in (CentOS, Ubuntu or protected", "(", "this `(` is never closed", "platform in (CentOS, Ubuntu) or protected"),
    ("supports kvm", "kvm", "the arguments of `supports` stand in parentheses", "supports (kvm)"),
    # values
    ("created_at > now()", "()", "`now` is a time, and stands without parentheses", "created_at > now"),
    ("created_at < NOW( ) and protected", "( )", "`now` is a time, and stands without parentheses", "created_at < NOW and protected"),
    ("limit '5'", "'5'", "the number of `limit` stands in no quotes", "limit 5"),
    ("created_at > now - 7d", "now - 7d", "a time such as `now-7d` is written without spaces", "created_at > now-7d"),
    ("platform = (CentOS or Ubuntu)", "or", "the values of a list are separated by `,`, not by `or`", "platform in (CentOS , Ubuntu)"),
    ("min_ram = 4,096", "4,096", "the digits of a number stand together", "min_ram = 4096"),
    ("min_ram != 4,096,000 and protected", "4,096,000", "the digits of a number stand together", "min_ram != 4096000 and protected"),
    ("min_ram = 4, 096", "4, 096", "one of several values is written `in (…)`", "min_ram in (4, 096)"),
    ("created_at > ago(7d) and protected", "ago(7d)", "`ago` is written `now-7d`", "created_at > now-7d and protected"),
    ("created_at > now - 7 days", "now - 7 days", "a time such as `now-7d` is written without spaces", "created_at > now-7d"),
    # names
    ("[platform] = CentOS and [os_bit] in (64)", "[platform]", "a name stands in no brackets", "platform = CentOS and os_bit in (64)"),
    ("min_disk > 40 and < 100", "<", "a name is missing before `<`", "min_disk > 40 and min_disk < 100"),
    ("(name startswith a) or(endswith x)", "endswith", "a name is missing before `endswith`", "(name startswith a) or(name endswith x)"),
    ("platform = CentOS or = Ubuntu", "=", "a name is missing before `=`", "platform = CentOS or platform = Ubuntu"),
    ("contains(name, 'a b') and protected", "contains(name, 'a b')", "`contains` stands between a name and a value", "name contains 'a b' and protected"),
    # whether an attribute is there
    ("has name", "has name", "`has name` is written `name is present`", "name is present"),
    ("not exists os_bit", "exists os_bit", "`exists os_bit` is written `os_bit is present`", "not os_bit is present"),
    ("name not null", "not null", "`not null` is written `is present`", "name is present"),
    ("name NOT EXISTS", "NOT EXISTS", "`NOT EXISTS` is written `is absent`", "name is absent"),
    ("name not present", "not present", "`not present` is written `is absent`", "name is absent"),
    ("name exists and protected", "exists", "`exists` is written `is present`", "name is present and protected"),
    ("name isnull", "isnull", "`isnull` is written `is absent`", "name is absent"),
    # patterns
    ("name matches [a-z]+", "[a-z]+", "a pattern of `matches` with more than letters and digits stands in quotes", 'name matches "[a-z]+"'),
    ("(name matches a(b|c)) and protected", "a(b|c)", "a pattern of `matches` with more than letters and digits stands in quotes", '(name matches "a(b|c)") and protected'),
    (r"name =~ ^x\d{1,3}$ limit 5", r"^x\d{1,3}$", "a pattern of `matches` with more than letters and digits stands in quotes", r'name matches "^x\\d{1,3}$" limit 5'),
    ("name glob {a,b}*", "{a,b}*", "a pattern of `glob` with more than letters and digits stands in quotes; `*` and `?` alone mean more than themselves", 'name glob "{a,b}*"'),
    # operators of other languages
    ("protected | where os_bit = 64", "| where", "`| where` is written `and`", "protected and os_bit = 64"),
    (r"name like '50\%_'", "like", "`like` is written `glob`", 'name glob "50%?"'),
    ("name ilike '%a.b_'", "ilike", "`ilike` is written `matches`", r'name matches "(?i)a\\.b.$"'),
    ("name not ilike '%'", "ilike", "`ilike` is written `matches`", 'name not matches "(?i)"'),
    ("name =~ /^a.b$/ and protected", "=~", "`=~` is written `matches`", 'name matches "^a.b$" and protected'),
    ("(name ~ /ab/i)", "~", "`~` is written `matches`", '(name matches "(?i)ab")'),
    ("name ^= web", "^=", "`^=` is written `startswith`", "name startswith web"),
    ("id$='7f'", "$=", "`$=` is written `endswith`", "id endswith '7f'"),
    ("name *= Cent", "*=", "`*=` is written `contains`", "name contains Cent"),
    ("name like 'Cent%_x'", "like", "`like` is written `glob`", "name glob Cent*?x"),
    ("name LIKE 'a b*%'", "LIKE", "`like` is written `glob`", r'name glob "a b\\**"'),
    ("name like '100\\\\%'", "like", "`like` is written `glob`", 'name glob "100%"'),
    ("name not like $x", "like", "`like` is written `glob`", "name not glob $x"),
    ("name ~ '^Cent'", "~", "`~` is written `matches`", "name matches '^Cent'"),
    ("name =~ x", "=~", "`=~` is written `matches`", "name matches x"),
    ("name !~ y", "!~", "`!~` is written `not matches`", "name not matches y"),
    ("name regexp x", "regexp", "`regexp` is written `matches`", "name matches x"),
    ("platform eq CentOS", "eq", "`eq` is written `=`", "platform = CentOS"),
    ("min_ram => 5", "=>", "`=>` is written `>=`", "min_ram >= 5"),
    ("min_ram > = 5", "> =", "`> =` is written `>=`", "min_ram >= 5"),
    ("os_bit ! = 64", "! =", "`! =` is written `!=`", "os_bit != 64"),
    ("os_bit === 64", "===", "`===` is written `=`", "os_bit = 64"),
    ("os_bit not = 64", "not =", "`not =` is written `!=` here", "os_bit != 64"),
    ("platform: CentOS", ":", "`:` compares nothing; it is written `=`", "platform = CentOS"),
    ("platform : CentOS", ":", "`:` compares nothing; it is written `=`", "platform = CentOS"),
    ("platform:CentOS", "platform:CentOS", "use `=`, not `:`; did you mean `platform = CentOS`?", "platform = CentOS"),
    ("platform CentOS", "CentOS", "an operator is missing between the name and this value", "platform = CentOS"),
    ("os_version is null", "is null", "`is null` is written `is absent`", "os_version is absent"),
    ("os_version is not null", "is not null", "`is not null` is written `is present`", "os_version is present"),
    ("os_version is not present", "is not present", "`is not present` is written `is absent`", "os_version is absent"),
    ("os_version present", "present", "`is` is missing before `present`", "os_version is present"),
    ("protected is true", "is", "`is` is written `=`", "protected = true"),
    ("os_bit is not 64", "is not", "`is not` is written `!=`", "os_bit != 64"),
    ("min_ram between 1, 5", ",", "the ends of `between` are joined by `and`, not by `,`", "min_ram between 1 and 5"),
    ("min_ram between 1 to 5", "to", "the ends of `between` are joined by `and`, not by `to`", "min_ram between 1 and 5"),
    ("min_ram between 1 5", "5", "`and` is missing between the ends of `between`", "min_ram between 1 and 5"),
    # lists
    ("platform in ()", "()", "a list has one value at least; `none` says that nothing matches", "none"),
    ("platform not in ()", "()", "a list has one value at least; `all` says that everything matches", "all"),
    ("platform in CentOS, Ubuntu and protected", "CentOS, Ubuntu", "a list stands in parentheses", "platform in (CentOS, Ubuntu) and protected"),
    ("platform in (CentOS, Ubuntu,)", ",", "no value follows this `,`", "platform in (CentOS, Ubuntu)"),
    ("platform in (CentOS,,Ubuntu)", ",", "this `,` separates nothing", "platform in (CentOS,Ubuntu)"),
    ("platform in (CentOS Ubuntu)", "Ubuntu", "`,` is missing before this value", "platform in (CentOS, Ubuntu)"),
    ("platform in (CentOS or Ubuntu)", "or", "the values of a list are separated by `,`, not by `or`", "platform in (CentOS , Ubuntu)"),
    ("platform = CentOS, Ubuntu", "CentOS, Ubuntu", "one of several values is written `in (…)`", "platform in (CentOS, Ubuntu)"),
    ("platform != (CentOS, Ubuntu)", "!=", "one of a list of values is written `not in`, not `!=`", "platform not in (CentOS, Ubuntu)"),
    ("platform = (CentOS)", "(CentOS)", "a single value stands in no parentheses", "platform = CentOS"),
    # values and quotes
    ("name = 'it''s'", "''", r"a quote within quotes is written `\'`, not `''`", r"name = 'it\'s'"),
    ('name = "a""b"', '""', r'a quote within quotes is written `\"`, not `""`', r'name = "a\"b"'),
    ("name = it's", "'", "`'` stands in a value only within quotes", 'name = "it\'s"'),
    ("name = 50%", "%", "`%` stands in a value only within quotes", 'name = "50%"'),
    ("name = 'CentOS", "'", "this quote is never closed", "name = 'CentOS'"),
    ('name = "CentOS 7 and protected', '"', "this quote is never closed", 'name = "CentOS 7" and protected'),
    ("(name = 'a) and protected", "'", "this quote is never closed", "(name = 'a') and protected"),
    ("name = 'a order by name", "'", "this quote is never closed", "name = 'a' order by name"),
    ("name = CentOS'", "'", "this quote closes nothing and opens nothing", "name = CentOS"),
    ("name = CentOS 7", "CentOS 7", "a value of several words stands in quotes", 'name = "CentOS 7"'),
    ("created_at > 2018-10-28 10:00", "2018-10-28 10:00", "a value of several words stands in quotes", 'created_at > "2018-10-28 10:00"'),
    ("tag = a=b=c", "a=b=c", "a value that holds `=` stands in quotes", 'tag = "a=b=c"'),
    ("tag = abc==", "abc==", "a value that holds `==` stands in quotes", 'tag = "abc=="'),
    ("name = order", "order", "`order` is a keyword; as a value it stands in quotes", 'name = "order"'),
    ("name in (a, all)", "all", "`all` is a keyword; as a value it stands in quotes", 'name in (a, "all")'),
    ("name = `a b`", "`a b`", "a backtick is no quote: a value stands in `'` or `\"`, a name in none", 'name = "a b"'),
    ("`platform`=CentOS", "`platform`", "a backtick is no quote: a value stands in `'` or `\"`, a name in none", "platform=CentOS"),
    ('"platform" = CentOS', '"platform"', "a name stands in no quotes", "platform = CentOS"),
    (r"name = 'a\d'", r"\d", r"unknown escape `\d`", r"name = 'a\\d'"),
    ("name = 'a\x01'", "\x01", "U+0001 may not stand raw in a value", r"name = 'a\u0001'"),
    ("min_disk:[40 TO *] and protected", "[40 TO *]", "a range is written `>=`", "min_disk >= 40 and protected"),
    ("created_at = [2018 TO 2019]", "[2018 TO 2019]", "a range is written `between`", "created_at between 2018 and 2019"),
    ("os_bit:64 status:active", "status:active", "`and` or `or` is missing before this", "os_bit = 64 and status = active"),
    ("platform:(CentOS or Ubuntu)", ":", "`:` compares nothing; one of several values is written `platform in (…)`", "platform in (CentOS , Ubuntu)"),
    ("platform:(CentOS, Ubuntu)", ":", "`:` compares nothing; one of several values is written `platform in (…)`", "platform in (CentOS, Ubuntu)"),
    # comments
    ("platform = CentOS -- min_disk = 40", "-- min_disk = 40", "a comment begins with `#`, not with `--`", "platform = CentOS # min_disk = 40"),
    ("// it's\nplatform = CentOS and # x\nprotected", "// it's", "a comment begins with `#`, not with `//`", "# it's\nplatform = CentOS and # x\nprotected"),
    # look-alikes, and what cannot be seen
    ("platform＝CentOS", "＝", "U+FF1D FULLWIDTH EQUALS SIGN looks like ASCII but is not; it is `=`", "platform=CentOS"),
    ("platform！＝CentOS", "！＝", "U+FF01 FULLWIDTH EXCLAMATION MARK looks like ASCII but is not; it is `!=`", "platform!=CentOS"),
    ("min_ram<＝5", "<＝", "U+FF1D FULLWIDTH EQUALS SIGN looks like ASCII but is not; it is `<=`", "min_ram<=5"),
    ("min_ram ≥ 5", "≥", "U+2265 GREATER-THAN OR EQUAL TO looks like ASCII but is not; it is `>=`", "min_ram >= 5"),
    ("name = “a b”", "“", 'U+201C LEFT DOUBLE QUOTATION MARK is no quote; write `"`', 'name = "a b"'),
    ("name = ‘a b’", "‘", "U+2018 LEFT SINGLE QUOTATION MARK is no quote; write `'`", "name = 'a b'"),
    ("name = “a b", "“", "this quote is never closed", 'name = "a b"'),
    ('name = "a b”', '"', "this quote is never closed", 'name = "a b"'),
    ("рlatform = CentOS", "рlatform", "U+0440 CYRILLIC SMALL LETTER ER looks like ASCII but is not; this is `platform`", "platform = CentOS"),
    ("protected аnd os_bit = 64", "аnd", "U+0430 CYRILLIC SMALL LETTER A looks like ASCII but is not; this is `and`", "protected and os_bit = 64"),
    ("ｐｒｏｔｅｃｔｅｄ", "ｐｒｏｔｅｃｔｅｄ", "U+FF50 FULLWIDTH LATIN SMALL LETTER P looks like ASCII but is not; this is `protected`", "protected"),
    ("ѕupports(kvm)", "ѕupports", "U+0455 CYRILLIC SMALL LETTER DZE looks like ASCII but is not; this is `supports`", "supports(kvm)"),
    ("created_at > 2018–10", "–", "U+2013 EN DASH looks like ASCII but is not; it is `-`", "created_at > 2018-10"),
    ("name\u00a0= a", "\u00a0", "U+00A0 NO-BREAK SPACE is no white space here; write a plain space", "name = a"),
    ("name = a\u3000limit 5", "\u3000", "U+3000 IDEOGRAPHIC SPACE is no white space here; write a plain space", "name = a limit 5"),
    ("plat\u200bform = CentOS", "\u200b", "U+200B ZERO WIDTH SPACE cannot be seen, and may not stand here", "platform = CentOS"),
    ("name = a\x00b", "\x00", "U+0000 cannot be seen, and may not stand here", "name = ab"),
    ("name = a\u202eb", "\u202e", "U+202E RIGHT-TO-LEFT OVERRIDE cannot be seen, and may not stand here", "name = ab"),
    ("name = a\ud800", "\ud800", "U+D800 cannot be seen, and may not stand here", "name = a"),
    ("protected ∧ os_bit = 64", "∧", "U+2227 LOGICAL AND is written `and`", "protected and os_bit = 64"),
    ("os_bit % = 64", "%", "`%` means nothing here", "os_bit  = 64"),
    # clauses
    ("sort name", "sort", "`sort` is written `order by`", "order by name"),
    ("protected sort name desc limit 5", "sort", "`sort` is written `order by`", "protected order by name desc limit 5"),
    ("protected limit = 5", "=", "the clause is `limit value`, without `=`", "protected limit 5"),
    ("protected limit '5'", "'5'", "the number of `limit` stands in no quotes", "protected limit 5"),
    ("protected limit 5, order by name", ",", "this `,` separates nothing", "protected limit 5 order by name"),
    ("protected sort by name", "sort by", "`sort by` is written `order by`", "protected order by name"),
    ("order_by name", "order_by", "`order_by` is written `order by`", "order by name"),
    ("protected order name", "order", "`by` is missing behind `order`", "protected order by name"),
    ("order by name descending", "descending", "`descending` is written `desc`", "order by name desc"),
    ("order by 'name'", "'name'", "a name stands in no quotes", "order by name"),
    ("limit 5 and protected", "and protected", "clauses stand behind the whole filter", "protected limit 5 "),
    ("limit 5 limit 6", "limit 6", "`limit` stands here a second time", "limit 5"),
    ("where protected", "where", "a query begins with its first condition, not with `where`", "protected"),
    ("select * from images where protected", "select * from images where", "a query begins with its first condition, not with `select`", "protected"),
]
BROKEN = [
    ("protected order by name desc, size limit 5", ", size", "results are sorted by one attribute; images that are equal in it are sorted by id"),
    ("protected limit 5, 10", ", 10", "`limit` takes one number: there is no offset; `after` goes on behind an image"),
    ("protected limit 5 offset 10", "offset 10", "there is no `offset`: results go on behind an image, `after` and its id"),
    ("protected skip 10", "skip 10", "there is no `skip`: results go on behind an image, `after` and its id"),
    ("platform = CentOS xor os_type = Linux", "xor", "there is no `xor`; write `(… and not …) or (not … and …)`"),
    ("protected xor whole_image", "xor", "there is no `xor`; write `(… and not …) or (not … and …)`"),
    ("platform =", "=", "a value is missing behind `=`"),
    ("platform = and protected", "=", "a value is missing behind `=`"),
    ("= CentOS", "=", "a name is missing before `=`"),
    ("()", "(", "a condition is missing behind `(`"),
    ("not", "not", "a condition is missing behind `not`"),
    ("$x", "$x", "this cannot stand here; expected a condition"),
    ("platform in", "in", "`(` or a `$placeholder` is expected behind this"),
    ("platform is", "is", "`present` or `absent` is expected behind this"),
    ("platform = 'a' 'b'", "'b'", "this cannot stand here; expected `and` or `or`"),
    ("protected limit", "limit", "a number or a `$placeholder` is expected behind this"),
    ("protected order by", "by", "a name is expected behind this"),
    ("protected limit 5 desc", "desc", "this cannot stand here; expected a clause, or the end"),
]
# fmt: on


@pytest.mark.parametrize(("text", "place", "message", "mended"), MENDED, ids=ascii)
def test_a_fault_has_its_own_message_and_fix(
    text: str, place: str, message: str, mended: str
) -> None:
    assert (place, message) in syntax(text)
    assert mend(text, check)[0] == mended
    assert "syntax" not in codes(mended)


@pytest.mark.parametrize(("text", "place", "message"), BROKEN, ids=ascii)
def test_what_nothing_can_be_made_of_says_what_could_stand_there(
    text: str, place: str, message: str
) -> None:
    (found,) = check(text)
    assert (text[found.span.start : found.span.end], found.message) == (place, message)
    assert not found.fixes


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
def test_what_stands_round_a_broken_condition_is_read(broken: str) -> None:
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


def test_what_is_mended_is_read_as_it_is_mended() -> None:
    assert codes("platform = CentOS && platform = Ubuntu") == ["syntax", "contradiction"]
    assert codes("platform = CentOS & os_bit = 64 | protected") == [
        "mixed-and-or",
        "syntax",
        "syntax",
    ]


def test_each_open_parenthesis_is_reported_and_each_fix_closes_those_within() -> None:
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
def test_letters_of_any_script_may_stand_in_a_value(value: str) -> None:
    assert not syntax(f"name = {value}")


def test_a_foreign_name_that_looks_like_no_other_is_unknown() -> None:
    assert codes("名字 = a") == ["unknown-name"]


def test_a_tree_is_not_made_of_a_text_with_a_fault() -> None:
    with pytest.raises(QueryError) as caught:
        parse("protected && (")
    assert [each.code for each in caught.value.diagnostics] == ["syntax"] * 3


def test_every_terminal_has_words() -> None:
    assert set(WORDS) == {terminal for row in ACTIONS for terminal in row}
    assert all(words.strip("`, ").islower() for words in WORDS.values() if words.strip("`(),$"))
