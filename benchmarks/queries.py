"""Texts to compile: the like filter in the language of each peer."""

from __future__ import annotations

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
    """Give conditions on that many different names: the common ones, then bare-metal boards."""
    boards = [(f"support_b{number}", "=", "true") for number in range(count)]
    return [*_FIRST, *boards][:count]


def ours(count: int) -> str:
    return " and ".join(f"{name} {operator} {value}" for name, operator, value in clauses(count))


def example() -> str:
    return "platform=CentOS and created_at < 2018-10-28 and supports(kvm)"


def jmespath(count: int) -> str:
    equal = {"=": "==", "<": "<"}
    return " && ".join(f"{name} {equal[op]} '{value}'" for name, op, value in clauses(count))


def sql(count: int) -> str:
    return " AND ".join(f"{name} {op} '{value}'" for name, op, value in clauses(count))


def odata(count: int) -> str:
    words = {"=": "eq", "<": "lt"}
    return " and ".join(f"{name} {words[op]} '{value}'" for name, op, value in clauses(count))


def lucene(count: int) -> str:
    return " AND ".join(f'{name}:"{value}"' for name, _, value in clauses(count))


def cel(count: int) -> str:
    equal = {"=": "==", "<": "<"}
    return " && ".join(f'{name} {equal[op]} "{value}"' for name, op, value in clauses(count))


def optimade(count: int) -> str:
    return " AND ".join(f'{name} {op} "{value}"' for name, op, value in clauses(count))


def boards(count: int) -> list[str]:
    """Give conditions that cost the same whatever their number."""
    return [f"support_b{number} = true" for number in range(10_000, 10_000 + count)]


def chain(count: int) -> str:
    return " and ".join(boards(count))


def nested(count: int) -> str:
    """A conjunction in which each condition opens a parenthesis."""
    return " and (".join(boards(count)) + ")" * (count - 1)


def listed(count: int) -> str:
    """One ``in`` list: repeats of one value, so that it is one request however long."""
    return f"owner in ({', '.join(['project'] * count)})"
