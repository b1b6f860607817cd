"""Texts to compile: equivalent filters in the language of each peer, drawn anew each time."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from random import Random

Condition = tuple[str, str, str]
Draw = Callable[[Random], str]


def _one_of(*values: str) -> Draw:
    return lambda random: random.choice(values)


def _hex(random: Random) -> str:
    return f"{random.getrandbits(128):032x}"


def _date(random: Random) -> str:
    return f"{random.randint(2015, 2025)}-{random.randint(1, 12):02}-{random.randint(1, 28):02}"


def _name(random: Random) -> str:
    return f"{random.choice(['web', 'build', 'search'])}-{random.randint(0, 10**6):07}"


def _number(least: int, most: int) -> Draw:
    return lambda random: str(random.randint(least, most))


_TRUE = _one_of("true")
_PLATFORMS = ("CentOS", "Ubuntu", "Debian", "Windows", "EulerOS", "SUSE", "Fedora", "CoreOS")
_FEATURES = ("kvm", "xen", "largememory", "diskintensive", "highperformance", "gpu_t4")
# Name, operator, values: those that people filter by most come first.
_COMMON: tuple[tuple[str, str, Draw], ...] = (
    ("platform", "=", _one_of(*_PLATFORMS)),
    ("created_at", "<", _date),
    ("support_kvm", "=", _TRUE),
    ("status", "=", _one_of("active", "queued", "saving")),
    ("visibility", "=", _one_of("public", "private", "shared")),
    ("owner", "=", _hex),
    ("os_type", "=", _one_of("Linux", "Windows", "Other")),
    ("virtual_env_type", "=", _one_of("FusionCompute", "Ironic", "DataImage", "IsoImage")),
    ("imagetype", "=", _one_of("gold", "private", "shared", "market")),
    ("container_format", "=", _one_of("bare")),
    ("name", "=", _name),
    ("id", "=", _hex),
    ("min_disk", "=", _number(40, 1024)),
    ("min_ram", "=", _number(0, 65536)),
    ("updated_at", ">=", _date),
    ("disk_format", "=", _one_of("vhd", "zvhd", "zvhd2", "raw", "qcow2", "iso")),
    ("protected", "=", _one_of("true", "false")),
    ("os_bit", "=", _one_of("32", "64")),
    ("architecture", "=", _one_of("x86", "arm")),
    ("tag", "=", _name),
    ("enterprise_project_id", "=", _hex),
    ("isregistered", "=", _TRUE),
    ("support_largememory", "=", _TRUE),
    ("whole_image", "=", _one_of("true", "false")),
)
_BASIC = 10  # what a filter of a few conditions is drawn from


_SERIES = "cdghips"
_SIZES = ("s", "m", "l", "xl", "sl", "ml", "ll", "xxl")
_GENERATIONS = 9  # what a filter of up to hundreds of conditions is drawn from


def _boards(count: int = 0) -> list[str]:
    """Return bare-metal boards, at least that many."""
    generations = max(_GENERATIONS, -(-count // (len(_SERIES) * len(_SIZES))))
    return [
        f"{series}{generation}{size}"
        for series in _SERIES
        for generation in range(1, generations + 1)
        for size in _SIZES
    ]


_BOARDS = _boards()


def draw(count: int, random: Random) -> list[Condition]:
    """Draw that many conditions on different names: the common ones, then bare-metal boards."""
    rows = random.sample(_COMMON[:_BASIC], count) if count <= _BASIC else list(_COMMON[:count])
    found = [(name, operator, value(random)) for name, operator, value in rows]
    boards = random.sample(_boards(count - len(found)), count - len(found))
    found += [(f"support_{board}", "=", "true") for board in boards]
    random.shuffle(found)
    return found


def draw_example(random: Random) -> list[Condition]:
    """Draw the conditions of README's example with other values."""
    feature = random.choice([*_FEATURES, *_BOARDS[:10]])
    platform, date = random.choice(_PLATFORMS), _date(random)
    return [
        ("platform", "=", platform),
        ("created_at", "<", date),
        (f"support_{feature}", "=", "true"),
    ]


def drawn(count: int, texts: int) -> list[list[Condition]]:
    """Draw the conditions of that many different texts; with no count, of README's example."""
    random = Random(count)
    found: dict[str, list[Condition]] = {}
    while len(found) < texts:
        conditions = draw(count, random) if count else draw_example(random)
        found[sql(conditions)] = conditions
    return list(found.values())


# -- the languages


def _join(
    conditions: list[Condition],
    joiner: str,
    template: str,
    operators: Mapping[str, str] | None = None,
) -> str:
    spelled = operators or {}
    return joiner.join(
        template.format(name, spelled.get(operator, operator), value)
        for name, operator, value in conditions
    )


def ours(conditions: list[Condition]) -> str:
    return _join(conditions, " and ", "{} {} {}")


def ours_quoted(conditions: list[Condition]) -> str:
    return _join(conditions, " and ", "{} {} '{}'")


def ours_called(conditions: list[Condition]) -> str:
    """Write flags as README's example does: ``supports(kvm)``."""
    return " and ".join(
        f"supports({name.removeprefix('support_')})"
        if name.startswith("support_")
        else f"{name} {operator} {value}"
        for name, operator, value in conditions
    )


def ours_negated(conditions: list[Condition]) -> str:
    """Write a filter that is one request only once it is simplified: by De Morgan's laws."""
    negation = {"=": "!=", "<": ">=", ">=": "<"}
    return f"not ({_join(conditions, ' or ', '{} {} {}', negation)})"


def jmespath(conditions: list[Condition]) -> str:
    return _join(conditions, " && ", "{} {} '{}'", {"=": "=="})


def sql(conditions: list[Condition]) -> str:
    return _join(conditions, " AND ", "{} {} '{}'")


def odata(conditions: list[Condition]) -> str:
    return _join(conditions, " and ", "{} {} '{}'", {"=": "eq", "<": "lt", ">=": "ge"})


def lucene(conditions: list[Condition]) -> str:
    return _join(conditions, " AND ", '{0}:"{2}"')


def cel(conditions: list[Condition]) -> str:
    return _join(conditions, " && ", '{} {} "{}"', {"=": "=="})


def optimade(conditions: list[Condition]) -> str:
    return _join(conditions, " AND ", '{} {} "{}"')


# -- single texts


def example() -> str:
    return "platform=CentOS and created_at < 2018-10-28 and supports(kvm)"


def boards(count: int) -> list[str]:
    """Return that many conditions of the same cost."""
    return [f"support_b{number}x = true" for number in range(10_000, 10_000 + count)]


def chain(count: int) -> str:
    return " and ".join(boards(count))


def nested(count: int) -> str:
    """Nest a conjunction so that each condition opens a parenthesis."""
    return " and (".join(boards(count)) + ")" * (count - 1)


def listed(count: int) -> str:
    """Write one ``in`` list that repeats a value, so that it is one request at any length."""
    return f"owner in ({', '.join(['project'] * count)})"
