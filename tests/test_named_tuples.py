"""The package's named tuples are those of typing, but for what making their classes costs."""

from __future__ import annotations

import copy
import pickle
from functools import cached_property
from pathlib import Path
from typing import NamedTuple as Standard

import pytest

import rlslint
from rlslint import NamedTuple


class Place(NamedTuple):
    """Where something stands."""

    path: str
    row: int = 1
    column: int = 1

    @property
    def below(self) -> Place:
        return self._replace(row=self.row + 1)

    def __str__(self) -> str:
        return f"{self.path}:{self.row}"


class StandardPlace(Standard):
    path: str
    row: int = 1
    column: int = 1


class Named(Place):
    """A class of its own, with room for what is found later."""

    @cached_property
    def length(self) -> int:
        return len(self.path)


class Alone(NamedTuple):
    value: int


def test_instances_are_tuples_with_names() -> None:
    place = Place("a.sql", column=3)
    assert place == ("a.sql", 1, 3)
    assert (place.path, place.row, place.column) == ("a.sql", 1, 3)
    assert place._asdict() == {"path": "a.sql", "row": 1, "column": 3}
    assert place.below == Place("a.sql", 2, 3)
    assert (str(place), repr(place)) == ("a.sql:1", "Place(path='a.sql', row=1, column=3)")
    assert isinstance(place, tuple)
    assert type(Place) is type
    assert Place.__doc__ == "Where something stands."
    assert Alone(7) == (7,)
    match place:
        case Place(path, row=1):
            assert path == "a.sql"
        case _:
            pytest.fail("a pattern of positions and names")


def test_instances_have_no_other_attributes() -> None:
    place = Place("a.sql")
    for name in ("path", "other"):
        with pytest.raises(AttributeError):
            setattr(place, name, 1)
    named = Named("a.sql")
    assert (named.length, named.length) == (5, 5)
    assert type(named._replace(row=2)) is Named


def test_instances_can_be_copied_and_sent() -> None:
    place = Place("a.sql", 2)
    for again in (copy.copy(place), copy.deepcopy(place), pickle.loads(pickle.dumps(place))):
        assert again == place
        assert type(again) is Place


@pytest.mark.parametrize("call", [(), ("a", 1, 2, 3)], ids=["too few", "too many"])
def test_wrong_arguments_are_refused_as_by_typing(call: tuple[object, ...]) -> None:
    problems = []
    for made in (Place, StandardPlace):
        with pytest.raises(TypeError) as problem:
            made(*call)  # type: ignore[arg-type]
        problems.append(str(problem.value).partition(" ")[2])
    assert problems[0] == problems[1]
    with pytest.raises(TypeError, match="colour"):
        Place("a.sql", colour=1)  # type: ignore[call-arg]
    with pytest.raises(ValueError, match="colour"):
        Place("a.sql")._replace(colour=1)  # type: ignore[call-arg]


def test_the_package_has_one_kind_of_named_tuples() -> None:
    package = Path(rlslint.__file__).parent
    others = [
        path
        for path in package.rglob("*.py")
        if path != package / "__init__.py"
        and any(
            line.startswith("from typing import") and "NamedTuple" in line
            for line in path.read_text(encoding="utf-8").splitlines()
        )
    ]
    assert others == []
