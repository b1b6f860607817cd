"""Texts to compile: equivalent filters in the language of each peer."""

from __future__ import annotations

from collections.abc import Mapping

_FIRST = (
    ("platform", "=", "CentOS"),
    ("created_at", "<", "2018-10-28"),
    ("support_kvm", "=", "true"),
    ("status", "=", "active"),
    ("visibility", "=", "public"),
    ("owner", "=", "1bed856811654c1cb661a6ca845ebc77"),
    ("os_type", "=", "Linux"),
    ("virtual_env_type", "=", "FusionCompute"),
    ("imagetype", "=", "gold"),
    ("container_format", "=", "bare"),
)


def clauses(count: int) -> list[tuple[str, str, str]]:
    """Return conditions on that many names: the common ones, then bare-metal boards."""
    boards = [(f"support_b{number}", "=", "true") for number in range(count)]
    return [*_FIRST, *boards][:count]


def _joined(
    count: int, joiner: str, template: str, operators: Mapping[str, str] | None = None
) -> str:
    spelled = operators or {}
    return joiner.join(
        template.format(name, spelled.get(operator, operator), value)
        for name, operator, value in clauses(count)
    )


def ours(count: int) -> str:
    return _joined(count, " and ", "{} {} {}")


def jmespath(count: int) -> str:
    return _joined(count, " && ", "{} {} '{}'", {"=": "=="})


def sql(count: int) -> str:
    return _joined(count, " AND ", "{} {} '{}'")


def odata(count: int) -> str:
    return _joined(count, " and ", "{} {} '{}'", {"=": "eq", "<": "lt"})


def lucene(count: int) -> str:
    return _joined(count, " AND ", '{0}:"{2}"')


def cel(count: int) -> str:
    return _joined(count, " && ", '{} {} "{}"', {"=": "=="})


def optimade(count: int) -> str:
    return _joined(count, " AND ", '{} {} "{}"')


def example() -> str:
    return "platform=CentOS and created_at < 2018-10-28 and supports(kvm)"


def boards(count: int) -> list[str]:
    """Return that many conditions of the same cost."""
    return [f"support_b{number} = true" for number in range(10_000, 10_000 + count)]


def chain(count: int) -> str:
    return " and ".join(boards(count))


def nested(count: int) -> str:
    """Nest a conjunction so that each condition opens a parenthesis."""
    return " and (".join(boards(count)) + ")" * (count - 1)


def listed(count: int) -> str:
    """Write one ``in`` list that repeats a value, so that it is one request at any length."""
    return f"owner in ({', '.join(['project'] * count)})"
