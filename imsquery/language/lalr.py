"""The driver over the LALR(1) tables, and a look-ahead that makes no values."""

from __future__ import annotations

from imsquery.language._tables import ACTIONS, GOTOS, RULES
from imsquery.language.algebra import Algebra
from imsquery.language.lexer import END

TYPE_CHECKING = False  # typing itself would be a good part of a cold start
if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Any

    from imsquery.language.lexer import Tokens


def parse_tokens(tokens: Tokens, algebra: Algebra) -> Any:
    """Run the tables over the tokens.

    Returns:
        What the algebra made of the query, or ``None`` if the text does not parse.  The findings
        up to the error are then void: recovery reads the text again, mending as it goes.
    """
    rules, actions, gotos = algebra.rules, ACTIONS, GOTOS
    kinds = tokens.kinds
    state = 0
    states = [state]
    values: list[Any] = []
    index = 0
    while True:
        kind = kinds[index]
        action = actions[state].get(kind)
        if action is None:
            return None
        if action >= 0:
            if kind == "WORD" and kinds[index + 1] == "OPERATOR" and kinds[index + 2] in _VALUES:
                # The most frequent predicate in one step, for which the tables need four.
                state = gotos[state].get("texts", -1)
                if state >= 0:
                    values.append(algebra.comparison(index, index + 1, index + 2))
                    states.append(state)
                    index += 3
                    continue
            if kind == END:
                return values[0]
            values.append(index)
            state = action
            states.append(state)
            index += 1
            continue
        left, length, method = rules[~action]
        if method is None:
            del states[-1]
        elif method is _extend:
            values[-3].append(values[-1])
            del values[-2:], states[-3:]
        elif length:
            values[-length:] = (method(algebra, *values[-length:]),)
            del states[-length:]
        else:
            values.append(method(algebra))
        state = gotos[states[-1]][left]
        states.append(state)


_extend = Algebra.extend


_VALUES = frozenset({"WORD", "STRING", "PLACEHOLDER"})


# The states of the parser, topmost first; a chain, so that going back costs nothing.
Stack = tuple[int, "Stack | None"]


def shift(stack: Stack, kind: str) -> Stack | None:
    """Return the states after a terminal, or ``None`` if it is not accepted."""
    while True:
        action = ACTIONS[stack[0]].get(kind)
        if action is None:
            return None
        if action >= 0:
            return action, stack
        left, length, _ = RULES[~action]
        for _ in range(length):
            assert stack[1] is not None  # noqa: S101 -- what is reduced was shifted
            stack = stack[1]
        stack = GOTOS[stack[0]][left], stack


def run(kinds: Iterable[str], stack: Stack | None = (0, None)) -> Stack | None:
    """Return the states after some terminals, or ``None`` where one is not accepted."""
    for kind in kinds:
        if stack is None:
            return None
        stack = shift(stack, kind)
    return stack
