"""What a predicate means is worked out within a number of steps, however it is written."""

from __future__ import annotations

import pytest

from rlslint.catalog.facts import GivenUp
from rlslint.meaning.admitting import is_tautology
from rlslint.meaning.deciding import truths
from rlslint.meaning.worlds import World, worlds
from rlslint.text.budget import PARTS_OF_A_STEP, STEPS_OF_A_QUESTION, Budget, OutOfBudget
from tests.meaning.tenancy import Tenancy

LONG = " OR ".join(f"(id = {number} AND owner_id <> {number})" for number in range(300))


def test_all_worlds_of_a_condition_share_one_budget() -> None:
    asked = 0

    def evaluate(world: World) -> bool:
        nonlocal asked
        for number in range(300):
            asked += 1
            world.choose(number, 2)
        return True

    found = list(worlds(evaluate, 1 << 20, 1))
    assert None in found
    assert asked <= STEPS_OF_A_QUESTION + 3 * 300 + 1


def test_what_has_many_parts_is_tried_in_fewer_worlds() -> None:
    asked = 0

    def evaluate(world: World) -> bool:
        nonlocal asked
        asked += 1
        return sum(world.choose(number, 2) for number in range(20)) == 20

    most = 20
    found = list(worlds(evaluate, 1 << 20, PARTS_OF_A_STEP * STEPS_OF_A_QUESTION // most))
    assert None in found
    assert asked <= most + 3


def test_steps_that_are_used_up_raise() -> None:
    budget = Budget(2)
    budget.take(2)
    with pytest.raises(OutOfBudget):
        budget.take(1)


def test_a_long_or_is_known_to_be_no_tautology() -> None:
    predicate = Tenancy().predicate(LONG)
    assert truths(predicate) == {True, False, None}
    assert not is_tautology(predicate)


def test_a_long_condition_that_cannot_be_decided_is_given_up() -> None:
    excluded = " OR ".join(f"id = {number}" for number in range(3000))
    predicate = Tenancy().predicate(f"({excluded}) OR NOT ({excluded})")
    with pytest.raises(GivenUp):
        is_tautology(predicate, frozenset((1,)))


def test_calls_are_inlined_up_to_a_size() -> None:
    functions = "".join(
        f"CREATE FUNCTION f{n}(x int) RETURNS int LANGUAGE sql STABLE "
        f"AS $$ SELECT f{n - 1}(x) + f{n - 1}(x) $$;\n"
        for n in range(1, 31)
    )
    first = "CREATE FUNCTION f0(x int) RETURNS int LANGUAGE sql STABLE AS $$ SELECT x $$;\n"
    meaning = Tenancy(first + functions).meaning("id = f30(id)")
    assert sum(1 for _ in meaning.walk()) < 3000
