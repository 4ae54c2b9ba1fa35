"""PostgreSQL judges in what two predicates are told to differ, and which are called equal."""

from __future__ import annotations

from random import Random

import pytest

from rlslint.catalog.facts import GivenUp
from rlslint.meaning.implying import Witness, difference, is_equivalent
from tests.meaning.random_predicates import Generator
from tests.meaning.tenancy import NOT_NULL, TABLES, Tenancy
from tests.meaning.test_meaning_on_postgres import ROWS, SESSIONS
from tests.postgres import Database, Server

PAIRS = 50
COLUMNS = ("id", "tenant_id", "owner_id", "is_public", "locked", "status")
TYPES = {1: "int4", 2: "int4", 3: "int4", 4: "bool", 5: "bool", 6: "text"}

CTX = "nullif(current_setting('app.t', true), '')::int"


@pytest.mark.parametrize(
    ("first", "second", "implied", "equal"),
    [
        ("locked AND owner_id = 1", "locked", True, False),
        ("locked", "locked AND owner_id = 1", False, False),
        ("NOT (locked OR owner_id = 1)", "NOT locked AND owner_id <> 1", True, True),
        (f"tenant_id = {CTX}", f"tenant_id = {CTX} OR {CTX} IS NULL", True, False),
        (f"tenant_id = coalesce({CTX}, tenant_id)", f"tenant_id = {CTX} OR {CTX} IS NULL",
         True, True),
        ("owner_id = 1", "owner_id IS NOT DISTINCT FROM 1", True, True),
        ("owner_id <> 1", "owner_id IS DISTINCT FROM 1", True, False),
    ],
)  # fmt: skip
def test_what_implies_what(first: str, second: str, implied: bool, equal: bool) -> None:
    tenancy = Tenancy()
    one, other = tenancy.predicate(first), tenancy.predicate(second)
    assert (difference(one, other, TYPES, NOT_NULL) is None) is implied
    assert is_equivalent(one, other, TYPES, NOT_NULL) is equal


def pairs(seed: int) -> list[tuple[str, str]]:
    """Predicates beside others, of which some mean the same."""
    generator, random = Generator(seed), Random(seed)
    found = []
    for number in range(PAIRS):
        one, other = generator.predicate(number % 3), generator.predicate(number % 2)
        changed = random.choice(
            (
                f"({one}) AND ({other})",
                f"({one}) OR ({other})",
                f"NOT NOT ({one})",
                f"COALESCE({one}, false)",
                f"({one}) IS TRUE",
                f"CASE WHEN {one} THEN true ELSE {other} END",
                f"({one}) OR (({one}) AND ({other}))",
                f"NOT (NOT ({one}) OR NOT ({other})) OR ({one})",
            )
        )
        found.append((one, changed))
    return found


def asked(database: Database, pair: tuple[str, str], witness: Witness) -> list[str]:
    """What a server makes of both predicates for the row and the session of a witness."""
    settings = "".join(
        f"SET {name} = '{value}';" for name, value in witness.settings.items() if value is not None
    )
    row = {1: 1, 2: 1, 3: None, 4: None, 5: False, 6: None} | dict(witness.row)
    values = ", ".join("NULL" if row[n] is None else f"'{row[n]}'" for n in sorted(row))
    transcript = database.run(
        f"{settings} DELETE FROM docs; INSERT INTO docs VALUES ({values});"
        + "".join(f"SELECT coalesce(({sql})::text, 'null') FROM docs;" for sql in pair)
    )
    return [*transcript.rows, *map(str, transcript.errors)]


@pytest.mark.parametrize("seed", range(2))
def test_a_server_confirms_witnesses_and_implications(seed: int, server: Server) -> None:
    tenancy, unknown = Tenancy(), 0
    implied: list[tuple[str, str]] = []
    witnesses: list[tuple[tuple[str, str], Witness]] = []
    for one, other in pairs(seed):
        for pair in ((one, other), (other, one)):
            try:
                found = difference(*map(tenancy.predicate, pair), TYPES, NOT_NULL)
            except GivenUp:
                unknown += 1
                continue
            if found is None:
                implied.append(pair)
            else:
                witnesses.append((pair, found))
    assert len(implied) > PAIRS / 2, (len(implied), len(witnesses), unknown)
    assert len(witnesses) > PAIRS / 20, (len(implied), len(witnesses), unknown)
    with server.database() as database:
        prepared = database.run(TABLES + ROWS)
        assert not prepared.errors
        quoted = ", ".join(f"($q${one}$q$, $q${other}$q$)" for one, other in implied)
        for _, settings in SESSIONS.values():
            refuted = database.run(
                f"{settings} SELECT one, other, id FROM docs, (VALUES {quoted}) AS p (one, other)"
                " WHERE attempt(one, id) = 'true' AND attempt(other, id) IN ('false', 'null')"
            )
            assert not refuted.errors and not refuted.rows, refuted
        for pair, witness in witnesses:
            passed, kept_out = asked(database, pair, witness)
            assert passed == "true" and kept_out in ("false", "null"), (pair, witness)
