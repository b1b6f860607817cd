"""Queries as people mistype them: conditions, connectives and clauses, right and wrong."""

from __future__ import annotations

from hypothesis import strategies as st

CONDITIONS = (
    "platform = CentOS", "os_bit=64", "not protected", "supports(kvm)", "tagged(a, b)",
    "platform in (CentOS, Ubuntu)", "created_at >= 2018-10-28", "name glob 'Cent*'",
    "min_ram between 1 and 4096", "os_version is present", "all", 'name = "a b"',
    "owner = $me", "id in $ids", "member_status = pending", "visibility = shared", "public()",
)  # fmt: skip
"""Conditions without a fault."""

MISTAKEN = (
    "name like 'Cent%'", "name not like '%_x'", "name ~ '^Cent'", "name =~ x", "name !~ y",
    "name = 'it''s'", "`platform` = CentOS", "platform = `Oracle Linux`", "name = it's",
    "name = 50%", "name = “foo”", "name = ‘foo bar’", "name = a–b", "platform＝CentOS",
    "os_bit！=64", "min_ram≥5", "рlatform = CentOS", "platform\u00a0= CentOS",
    "plat\u200bform = CentOS", "name = Cent\u0000OS", "name = Cent\u202eOS", "platform: CentOS",
    "platform:CentOS", "platform : CentOS", "name = order", "name = not", "tag = a=b=c",
    "name = CentOS 7", "created_at > 2018-10-28 10:00", "platform in ()", "platform not in ()",
    "platform in CentOS, Ubuntu", "platform in (CentOS, Ubuntu,)", "platform in (CentOS,,Ubuntu)",
    "platform in (CentOS Ubuntu)", "platform in (CentOS or Ubuntu)", "platform in [CentOS]",
    "platform = (CentOS, Ubuntu)", "platform = CentOS, Ubuntu", "os_version is null",
    "os_version is not null", "os_version is not present", "protected is true", "os_bit is 64",
    "os_bit is not 64", "not not protected", "!protected", "! protected", "!!protected",
    "os_bit ! = 64",
    "min_ram => 5", "min_ram =< 5", "os_bit === 64", "os_bit not = 64", "platform not CentOS",
    "min_ram between 1, 5", "min_ram between 1 5", "min_ram between 1 to 5", "supports kvm",
    "supports(kvm", "platform CentOS", "platform 'CentOS'", "os_version present", "(os_bit = 64",
    "((os_bit = 64", "os_bit = 64)", "platform = (CentOS)", '"platform" = CentOS', "platfrom = a",
    "sup(kvm)", "platform = CentO", "min_disk = 4", "limit = 5", "sort_key = name", "marker = x",
    "name = 'a\\d'", "tag = 'a.b'", "flavor_id = physical.s4.large", "name = 'a*'",
    "protected = yes", "protectd = null", "suport_kvm != nil",
    "platform = null", "os_bit!=nil", "supports(support_kvm)", "__support_kvm = false",
    "architecture = x86_64",
    "os_version not null", "os_version exists", "os_version not exists", "protected not present",
    "has os_version", "exists name", "os_version isnull", "name matches [a-z]+",
    "name matches (a|b)c", "name =~ ^x[0-9]$", "name glob {a,b}*", "platform = (CentOS or Ubuntu)",
    "platform = CentOS or Ubuntu", "1 <= min_ram", "4096 > min_ram", "created_at > now - 7d",
    "min_ram = 4,096", "created_at > ago(7d)", "min_disk > 40 and < 100", "contains(name, 'a b')",
    "exists os_bit", "name ilike '%a_'", "name =~ /a.b/", "name ^= web", "name *= x", "name $= y",
    "name = foo -- x\n", "min_disk > 30", "created_at < 2018-10-28T10:00:00.5Z",
    "-platform:CentOS", "-protected", "exists(name)", "min_disk:40..100",
    "platform:(CentOS OR Ubuntu)",
    "platform:(CentOS)", "created_at:[2018 TO 2019]", "min_disk = [40 to *]", "min_disk:>40",
    "platform = 'CentOS,Ubuntu'", "tag:Owner = a", "public", "kvm",
    "created_at > now()", "created_at > yesterday", "created_at > -7d",
    "(os_bit = 64 limit 5)", "(os_bit = 64, limit = 5 and public())", "(limit = 5 and os_bit = 64)",
    "(public() order by name)", "sort_dir = 'desc'",
    "created_at < 2018/10/28", "os_bit % = 64", "tagged(k=v)", "platform eq CentOS",
)  # fmt: skip
"""Conditions with a fault that has a fix, or should have one."""

BROKEN = (
    "platform =", "= CentOS", "not", "()", "platform in", "platform = < x", "os_bit <",
    "platform = lower <", "$x", "'a'", "between 1 and 2", "min_ram between", "platform is",
    "platform contains", "in (a, b)", "platform = 'a' 'b'", "protected xor public()",
    "os_bit = 64 xor protected",
)  # fmt: skip
"""Conditions that have no fix."""

JOINTS = (" and ", " or ")
MISTAKEN_JOINTS = (
    " && ", "&&", " || ", "||", " & ", " | ", ", ", " ", " and and ", " and or ", " AND, ", " аnd ",
    " ；", ";", "; ", ";; ", "\u00a0and ", " ∧ ",
)  # fmt: skip

CLAUSES = (
    "", " limit 5", " order by name", " order by name desc limit 5", " after x limit $n",
    " order by name, size desc skip 5", " limit 3 per name skip $n per platform limit 5",
)  # fmt: skip
MISTAKEN_CLAUSES = (
    " limit = 5", " and (limit = 5)", " and sort_dir = desc order by name",
    " limit 5, 10", " limit '5'", " sort by name", " sort name desc", " order name",
    " order_by name",
    " order by name descending", " and limit 5", " limit 5 limit 6", " limit 5, order by name",
    " order by name, size", " offset 5", " limit 5 offset 10",
    " skip = 5", " and skip 5", " skip '5' limit 5, 10", " limit 5 per 'name'", " limit 5 per",
    " order by name,, size", " order by name, name desc", " skip 5 per tag", " limit 0 per name",
    " skip 5 skip 6", " skip 3 per name and protected",
    " order by 'name'", " after = x", " limit 5 and platform = CentOS", " limit 5 os_bit = 64", ";",
    " and", " or", ",", ")", " order by nmae", " limit", " order by", " limit 5 and",
)  # fmt: skip


@st.composite
def queries(draw: st.DrawFn, *, faults: int = 2) -> str:
    """Draw a query with up to ``faults`` faults."""
    count = draw(st.integers(1, 4))
    wrong = set(draw(st.lists(st.integers(0, 2 * count), max_size=faults)))

    def pick(place: int, right: tuple[str, ...], mistaken: tuple[str, ...]) -> str:
        return draw(st.sampled_from(mistaken if place in wrong else right))

    parts = [pick(0, CONDITIONS, MISTAKEN + BROKEN)]
    for place in range(1, count):
        parts.append(pick(2 * place, JOINTS, MISTAKEN_JOINTS))
        parts.append(pick(2 * place + 1, CONDITIONS, MISTAKEN + BROKEN))
    prefix = draw(st.sampled_from(["", "", "", "(", "not (", "where "]))
    closing = ")" if "(" in prefix else ""
    return prefix + "".join(parts) + closing + pick(2 * count, CLAUSES, MISTAKEN_CLAUSES)
