"""PostgreSQL judges in what two predicates are told to differ, and which are called equal."""

from __future__ import annotations

from random import Random

import pytest

from rlslint.catalog.facts import GivenUp
from rlslint.meaning.implying import difference
from rlslint.meaning.witnesses import Witness
from tests.meaning.random_predicates import Generator
from tests.meaning.tenancy import NOT_NULL, TABLES, Tenancy
from tests.meaning.test_meaning_on_postgres import ROWS, SESSIONS
from tests.postgres import Database, Server

PAIRS = 15
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
        (f"tenant_id = {CTX}", "tenant_id = current_setting('app.t', true)::int", True, True),
        ("tenant_id IN (SELECT m.tenant_id FROM members m WHERE m.user_id = owner_id)",
         "EXISTS (SELECT FROM members WHERE tenant_id = docs.tenant_id AND user_id = owner_id)",
         True, True),
        ("EXISTS (SELECT FROM members m WHERE m.user_id = owner_id AND m.role = 'admin')",
         "EXISTS (SELECT FROM members m WHERE m.user_id = owner_id AND m.role <> 'guest')",
         True, False),
        ("EXISTS (SELECT FROM members m WHERE m.user_id = owner_id)", "locked", False, False),
        ("status IN ('open', 'closed')", "status <> 'draft'", True, False),
        ("status = 'draft'", "status = 'draft' AND is_public", False, False),
        ("status = current_setting('app.t', true)",
         "status = current_setting('app.t', true) AND current_setting('app.t', true) ~ '^[0-9]+$'",
         False, False),
    ],
)  # fmt: skip
def test_what_implies_what(first: str, second: str, implied: bool, equal: bool) -> None:
    tenancy = Tenancy()
    one, other = tenancy.predicate(first), tenancy.predicate(second)
    assert (difference(one, other, TYPES, NOT_NULL) is None) is implied
    back = difference(other, one, TYPES, NOT_NULL) if implied else None
    assert (implied and back is None) is equal


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


def literal(value: object) -> str:
    return "NULL" if value is None else f"'{value}'"


def asked(database: Database, pair: tuple[str, str], witness: Witness) -> list[str]:
    """What a server makes of both predicates for the row and the session of a witness."""
    settings = "".join(
        f"SET {name} = '{value}';" for name, value in witness.session.items() if value is not None
    )
    others = "".join(
        f"INSERT INTO {one.relation.name} VALUES ({', '.join(map(literal, one.row.values()))});"
        for one in witness.others
    )
    row = {1: 1, 2: 1, 3: None, 4: None, 5: False, 6: None} | dict(witness.row)
    values = ", ".join(literal(row[n]) for n in sorted(row))
    transcript = database.run(
        f"{settings} DELETE FROM docs; DELETE FROM members; DELETE FROM links;"
        f"INSERT INTO docs VALUES ({values}); {others}"
        + "".join(f"SELECT coalesce(({sql})::text, 'null') FROM docs;" for sql in pair)
    )
    return [*transcript.rows, *map(str, transcript.errors)]


CONDITIONS = (
    f"tenant_id = {CTX}",
    "tenant_id = current_setting('app.t', true)::int",
    f"(tenant_id = {CTX} OR {CTX} IS NULL)",
    "owner_id = (SELECT current_setting('app.member', true)::int)",
    "EXISTS (SELECT 1 FROM members m WHERE m.tenant_id = docs.tenant_id AND m.user_id = owner_id)",
    "tenant_id IN (SELECT m.tenant_id FROM members m WHERE m.user_id = owner_id)",
    "tenant_id IN (SELECT m.tenant_id FROM members m WHERE m.role = 'admin')",
    "(SELECT m.role FROM members m WHERE m.user_id = owner_id LIMIT 1) = 'admin'",
    "is_public",
    "coalesce(is_public, false)",
    "NOT locked",
    "status IN ('open', 'x')",
    "status <> 'open'",
    "status = current_setting('app.t', true)",
    "current_setting('app.t', true) ~ '^[0-9]+$'",
    "length(current_setting('app.t', true)) > 0",
)


def likely(seed: int) -> list[tuple[str, str]]:
    """Policies as people write them, beside what a change makes of them."""
    random, found = Random(seed), []
    for _ in range(PAIRS):
        one, other, third = random.sample(CONDITIONS, 3)
        found.append(
            random.choice(
                (
                    (one, other),
                    (one, f"{one} OR {other}"),
                    (f"{one} AND {other}", f"{other} AND {one}"),
                    (f"{one} AND ({other} OR {third})", f"({one} AND {other}) OR {third}"),
                    (f"{one} OR {other}", f"{other} OR {one} OR {third}"),
                    (f"CASE WHEN {one} THEN {other} ELSE {third} END", f"{other} OR {third}"),
                )
            )
        )
    return found


@pytest.mark.times(2, 40)
def test_a_server_confirms_witnesses_and_implications(number: int, server: Server) -> None:
    tenancy, unknown = Tenancy(), 0
    implied: list[tuple[str, str]] = []
    witnesses: list[tuple[tuple[str, str], Witness]] = []
    for one, other in pairs(number) + likely(number):
        for pair in ((one, other), (other, one)):
            try:
                first, second = map(tenancy.predicate, pair)
                found = difference(first, second, TYPES, NOT_NULL)
            except GivenUp:
                unknown += 1
                continue
            if found is None:
                implied.append(pair)
            else:
                witnesses.append((pair, found))
    assert len(implied) > PAIRS / 2, (len(implied), len(witnesses), unknown)
    assert len(witnesses) > PAIRS / 4, (len(implied), len(witnesses), unknown)
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
