"""Values compare, show, change and pickle by their arguments, and refuse all else."""

from __future__ import annotations

import inspect
import pickle

import pytest

from imsquery.frozen import Frozen, field


class Place(Frozen):
    """Where something is; its note is not compared, and its hush is not shown."""

    row: int
    column: int = 1
    note: str = field(default="", kw_only=True)
    hush: str = field(default="", kw_only=True)
    _uncompared = ("note",)
    _unprinted = ("hush",)

    def __post_init__(self) -> None:
        if self.row < 1:
            raise ValueError(self.row)


class Named(Place):
    """A place with a name."""

    name: str = "here"


class Nothing(Frozen):
    """A value without arguments."""


def test_arguments_are_given_by_place_or_by_name() -> None:
    assert (Place(2).row, Place(2).column, Place(2, 3).column) == (2, 1, 3)
    assert Place(column=3, row=2) == Place(2, 3)
    assert str(inspect.signature(Place)) == (
        "(row: 'int', column: 'int' = 1, *, note: 'str' = '', hush: 'str' = '')"
    )


def test_those_of_a_base_come_first() -> None:
    assert Named(2, 3, "there", note="x").evolve(column=4) == Named(2, 4, "there")


@pytest.mark.parametrize("arguments", [(), (1, 2, "note")])
def test_other_arguments_are_refused(arguments: tuple[int, ...]) -> None:
    with pytest.raises(TypeError, match=r"Place\.__init__\(\)"):
        Place(*arguments)
    with pytest.raises(TypeError, match="unknown"):
        Place(1, unknown=2)  # type: ignore[call-arg]


def test_a_check_sees_every_argument() -> None:
    with pytest.raises(ValueError, match="0"):
        Place(0)
    with pytest.raises(ValueError, match="0"):
        Place(1).evolve(row=0)


def test_a_value_cannot_be_changed() -> None:
    place = Place(1)
    with pytest.raises(AttributeError, match="Place is immutable"):
        place.row = 2  # type: ignore[misc]
    with pytest.raises(AttributeError, match="Place is immutable"):
        del place.row


def test_values_compare_by_arguments_that_are_not_set_aside() -> None:
    assert Place(1, note="x") == Place(1, note="y")
    assert hash(Place(1, note="x")) == hash(Place(1, note="y"))
    assert Place(1) != Place(2)
    assert Place(1, hush="x") != Place(1)
    assert Place(1) != Named(1)
    assert Nothing() == Nothing()
    assert len({Nothing(), Nothing(), Place(1), Named(1)}) == 3


def test_a_repr_shows_arguments_that_are_not_hidden() -> None:
    assert repr(Place(1, note="x", hush="y")) == "Place(row=1, column=1, note='x')"


def test_a_pickle_keeps_every_argument() -> None:
    sent = pickle.loads(pickle.dumps(Place(1, note="x", hush="y")))  # noqa: S301 -- our own

    assert (sent.row, sent.column, sent.note, sent.hush) == (1, 1, "x", "y")


def test_a_pattern_takes_arguments_by_place() -> None:
    match Named(1, 2, "there"):
        case Place(row, column):
            assert (row, column) == (1, 2)
