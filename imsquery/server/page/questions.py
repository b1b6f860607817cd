"""The questions of the page: what each consists of, and what answers it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import field, frozen

from imsquery.engines.dialects.named import DIALECTS
from imsquery.server.page.answers import Answers

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import Any

LONGEST = 1_000
"""Of an endpoint or an id, in code points."""


class BadQuestionError(ValueError):
    """A question that is not one of the page's; the message says why."""


@frozen
class Field:
    """A field of a question.

    Attributes:
        kind: its type.
        longest: maximum length of a text, in code points, if it is refused by that.
        choices: the values that it takes; any, if there are none.
    """

    kind: type
    longest: int | None = None
    choices: tuple[str, ...] = ()

    def read(self, name: str, value: object) -> object:
        """Return the value of the field in a question.

        Raises:
            BadQuestionError: the value is missing or invalid.
        """
        if type(value) is not self.kind:
            raise BadQuestionError(f"`{name}` must be {_NAMES[self.kind]}")
        if isinstance(value, int) and value < 0:
            raise BadQuestionError(f"`{name}` must not be negative")
        if isinstance(value, str) and self.longest is not None and len(value) > self.longest:
            raise BadQuestionError(f"`{name}` must have at most {self.longest:,} characters")
        if self.choices and value not in self.choices:
            raise BadQuestionError(f"`{name}` must be one of {', '.join(self.choices)}")
        return value


_NAMES = {str: "a string", int: "a whole number"}


@frozen
class Question:
    """A question that the page asks.

    Attributes:
        summary: what it asks, for the description of the service.
        answer: the method that answers it.
        fields: what it consists of.
    """

    summary: str
    answer: Callable[..., dict[str, Any]] = field(repr=False)
    fields: Mapping[str, Field] = field(repr=False)


_QUERY = Field(str)  # one that is too long is a finding
_SHORT = Field(str, longest=LONGEST)

QUESTIONS: Mapping[str, Question] = {
    "examples": Question("List filters to begin with", Answers.begin, {}),
    "filter": Question(
        "Check a filter, and return its request, plan and SQL",
        Answers.examine,
        {"query": _QUERY, "endpoint": _SHORT, "dialect": Field(str, choices=DIALECTS)},
    ),
    "completions": Question(
        "Complete a filter at a cursor, an offset in UTF-16 code units",
        Answers.complete,
        {"query": _QUERY, "cursor": Field(int)},
    ),
    "images": Question("List the images that match", Answers.list_images, {"query": _QUERY}),
    "why": Question(
        "Explain why an image matches, or does not",
        Answers.explain,
        {"query": _QUERY, "image": _SHORT},
    ),
}
"""The questions by name."""


def answer(answers: Answers, name: str, asked: object) -> dict[str, Any]:
    """Answer a question.

    Args:
        answers: knows the images.
        name: a key of :data:`QUESTIONS`.
        asked: its fields; any others are ignored.

    Raises:
        BadQuestionError: a field is missing, or has another type or an invalid value.
    """
    if not isinstance(asked, dict):
        raise BadQuestionError("a question must be an object")
    question = QUESTIONS[name]
    fields = {key: each.read(key, asked.get(key)) for key, each in question.fields.items()}
    return question.answer(answers, **fields)
