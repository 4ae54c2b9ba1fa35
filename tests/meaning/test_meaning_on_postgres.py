"""PostgreSQL judges what the package says about random predicates."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from contextlib import suppress
from typing import TypeVar

import pytest

from rlslint.catalog.facts import GivenUp
from rlslint.meaning.admitting import admits_all
from rlslint.meaning.branches import branches
from rlslint.meaning.context import context_reads
from rlslint.meaning.deciding import truths
from rlslint.meaning.evaluation import Evaluation
from rlslint.meaning.openings import openings
from rlslint.meaning.simplifying import simplified
from rlslint.meaning.values import RaisesError
from rlslint.meaning.worlds import MISSING, NOT_VALID, SessionSettings, Situation, World, worlds
from rlslint.sql.expressions import Expr
from tests.meaning.random_predicates import Generator
from tests.meaning.tenancy import NOT_NULL, TABLES, Tenancy
from tests.postgres import Database, Server

T = TypeVar("T")

PREDICATES = 200

ROWS = """
INSERT INTO docs VALUES
    (1, 1, 1, true, true, 'x'), (2, 1, NULL, false, false, NULL), (3, 2, 2, NULL, true, ''),
    (4, 2, 1, true, false, '1'), (5, 0, NULL, NULL, false, NULL), (6, 2, NULL, false, true, 'X ');
INSERT INTO members VALUES (1, 1, 'admin'), (2, 1, NULL), (2, NULL, 'x');
CREATE FUNCTION attempt(predicate text, row_id int) RETURNS text LANGUAGE plpgsql AS $$
DECLARE result boolean;
BEGIN
    EXECUTE format('SELECT (%s) FROM docs WHERE id = %s', predicate, row_id) INTO result;
    RETURN coalesce(result::text, 'null');
EXCEPTION WHEN OTHERS THEN RETURN SQLSTATE;
END $$;
CREATE TABLE predicates (number int, sql text);
"""

ASK = (
    "SELECT number, string_agg(attempt(sql, id), ' ' ORDER BY id) FROM predicates, docs GROUP BY 1"
)

SESSIONS: dict[str, tuple[SessionSettings | None, str]] = {
    "never set": (SessionSettings.never_set, ""),
    "reset": (
        SessionSettings.reset,
        "BEGIN; SET LOCAL app.tenant = '1'; SET LOCAL app.member = '1'; COMMIT;",
    ),
    "malformed": (SessionSettings.malformed, "SET app.tenant = 'nobody'; SET app.member = 'none';"),
    "own": (SessionSettings.given, "SET app.tenant = '1'; SET app.member = '1';"),
    "other": (SessionSettings.given, "SET app.tenant = '2'; SET app.member = '0';"),
    "mixed": (None, "SET app.tenant = ''; SET app.member = '2';"),
    "half": (None, "SET app.tenant = '1';"),
    "textual": (SessionSettings.given, "SET app.tenant = 'x'; SET app.member = 'x';"),
}
TRUTHS: dict[str, bool | None] = {"true": True, "false": False, "null": None}

Answers = dict[str, dict[int, list[str]]]


@pytest.fixture(scope="module", params=range(2))
def judged(request: pytest.FixtureRequest, server: Server) -> tuple[list[str], Answers]:
    """Random predicates with each row's answer in each session, and their deparsed text."""
    with server.database() as database:
        return judge(database, request.param)


def judge(database: Database, seed: int) -> tuple[list[str], Answers]:
    generator = Generator(seed)
    predicates = [generator.predicate(number % 4) for number in range(PREDICATES)]
    quoted = ", ".join(f"({n}, $sql${sql}$sql$)" for n, sql in enumerate(predicates))
    policies = "".join(
        f"CREATE POLICY p{n} ON docs USING ({sql});" for n, sql in enumerate(predicates)
    )
    prepared = database.run(TABLES + ROWS + f"INSERT INTO predicates VALUES {quoted};" + policies)
    assert not prepared.errors, prepared.errors[0]
    deparsed = database.run(
        "SELECT replace(pg_get_expr(polqual, polrelid), chr(10), ' ') FROM pg_policy"
        " ORDER BY substr(polname, 2)::int"
    )
    answers: Answers = {}
    for session, (_, settings) in SESSIONS.items():
        transcript = database.run(settings + ASK)
        assert not transcript.errors, transcript.errors[0]
        pairs = (row.split("|") for row in transcript.rows)
        answers[session] = {int(number): given.split() for number, given in pairs}
    predicates += deparsed.rows
    for found in answers.values():
        found.update({number + PREDICATES: row for number, row in list(found.items())})
    return predicates, answers


def test_no_answer_of_the_server_is_missed(judged: tuple[list[str], Answers]) -> None:
    predicates, answers = judged
    tenancy = Tenancy()
    decided = 0
    for number, sql in enumerate(predicates):
        predicate = tenancy.predicate(sql)
        for name, (session, _) in SESSIONS.items():
            found = truths(predicate, Situation(NOT_NULL, session))
            given = answers[name][number]
            assert {TRUTHS[a] for a in given if a in TRUTHS} <= found, f"{name}: {sql} {given}"
            if not found:
                assert not [a for a in given if a in TRUTHS], f"{name}: {sql} {given}"
        decided += len(truths(predicate, Situation(NOT_NULL))) == 1
    assert decided > PREDICATES / 50


def test_branches_admit_the_same_rows(judged: tuple[list[str], Answers]) -> None:
    predicates, _ = judged
    tenancy = Tenancy()
    for sql in predicates:
        predicate = simplified(tenancy.predicate(sql))
        found = branches(predicate)

        def agrees(
            world: World, predicate: Expr = predicate, found: tuple[tuple[Expr, ...], ...] = found
        ) -> bool:
            evaluation = Evaluation(world, Situation(NOT_NULL))
            try:
                admitted = evaluation.truth(predicate) is True
                by_branch = any(
                    all(evaluation.truth(conjunct) is True for conjunct in branch)
                    for branch in found
                )
            except RaisesError:
                return True
            return admitted is by_branch

        assert all(outcome is not False for outcome in worlds(agrees, 60, 1)), sql


def _told(question: Callable[[Expr, frozenset[int]], tuple[T, ...]], about: Expr) -> tuple[T, ...]:
    """Return what is found out about a predicate, nothing where that would take too many steps."""
    try:
        return question(about, NOT_NULL)
    except GivenUp:
        return ()


def test_what_opens_without_a_context_is_open_on_the_server(
    judged: tuple[list[str], Answers],
) -> None:
    predicates, answers = judged
    tenancy = Tenancy()
    reported: defaultdict[object, int] = defaultdict(int)
    sessions = {state: name for name, (state, _) in SESSIONS.items() if state in NOT_VALID}
    for number, sql in enumerate(predicates):
        predicate = tenancy.predicate(sql)
        for branch in _told(openings, predicate):
            given = answers[sessions[branch.session]][number]
            assert "true" in given, (branch.session, sql)
            reported[branch.session] += 1
    assert all(reported[state] for state in MISSING)


def _opens_and_is_reported(predicate: Expr) -> bool:
    opens = any(admits_all(predicate, session, NOT_NULL) for session in MISSING)
    if (
        not opens
        or admits_all(predicate, SessionSettings.given, NOT_NULL)
        or not context_reads(predicate)
    ):
        return False
    assert openings(predicate, NOT_NULL), predicate
    return True


def test_whoever_sees_everything_only_without_a_context_is_reported(
    judged: tuple[list[str], Answers],
) -> None:
    predicates, _ = judged
    tenancy = Tenancy()
    opening = 0
    for sql in predicates:
        with suppress(GivenUp):
            opening += _opens_and_is_reported(tenancy.predicate(sql))
    assert opening
