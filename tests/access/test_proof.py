"""What `access` says is what a server does: on random databases, on cards and on whole projects."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from itertools import count, product
from math import gcd
from pathlib import Path

import psycopg
import pytest
from psycopg import sql

from rlslint.access.tracing import trace
from rlslint.catalog.model import Relation
from rlslint.config.options import Config
from rlslint.meaning.given import Given, given_row
from rlslint.project.access_changes import compare
from rlslint.project.matrix import Matrix, matrix_of
from rlslint.project.opening import open_databases, open_files
from rlslint.project.project import Project
from rlslint.reports.access_explained import explained, outcome
from rlslint.reports.access_words import Speaker
from tests.access.proof import FUNCTIONS, Proof, prove, shown
from tests.access.random_access import random_database
from tests.access.scenarios import replayed
from tests.postgres import Database
from tests.projects import history_of, scripts_of
from tests.reach import prepare
from tests.rules.test_cards import situations
from tests.test_fixtures import FIXTURES, PRELUDES, PROJECTS

EXAMPLES = [one for one in situations() if one.example.language == "sql"]
_MOST_UNKNOWN = 0.05
_CARDS_APART = next(apart for apart in count(97) if gcd(apart, len(EXAMPLES)) == 1)
"""How far apart the examples on cards are that a usual run tries; the long one tries them all."""


def proven(database: Database, project: Project) -> Proof:
    """Put all answers about a database to the server."""
    with psycopg.connect(database.conninfo(), autocommit=True) as connection:
        proof = prove(connection, project)
    print(proof)
    assert not proof.refuted, shown(proof.refuted[:5])
    return proof


@pytest.mark.times(2, 40)
def test_a_random_database(number: int, database: Database) -> None:
    script = random_database(number)
    assert database.run(script).errors == ()
    proof = proven(database, Project(replayed(script), Config()))
    assert proof.answers["told"] > 30
    assert proof.share_unknown <= _MOST_UNKNOWN, proof


@pytest.mark.times(3, len(EXAMPLES))
def test_examples_of_cards(number: int, database: Database, tmp_path: Path) -> None:
    example = EXAMPLES[number * _CARDS_APART % len(EXAMPLES)]
    (tmp_path / "migrations").mkdir()
    (tmp_path / "migrations" / "0001_example.sql").write_text(example.script, encoding="utf-8")
    # The way back is no part of what a server runs.
    database.run(example.script.partition("-- +goose Down")[0])
    for one in open_files([tmp_path], Config()).projects:
        proven(database, one.project)


SHORT = ("correct-settings",)


@pytest.mark.parametrize(
    "project",
    [
        pytest.param(one, id=one.name, marks=() if one.name in SHORT else pytest.mark.long)
        for one in PROJECTS
    ],
)
def test_a_whole_project(project: Path, database: Database) -> None:
    history = history_of(project)
    assert history is not None
    scripts = scripts_of(project, history)
    prelude = PRELUDES.get(project.name)
    if prelude is not None:
        scripts.insert(0, (FIXTURES / prelude).read_text(encoding="utf-8"))
    for script in scripts:
        database.run(script)
    (only,) = open_files([project], Config()).projects
    opening = open_databases([database.conninfo()], Config())
    assert not (opening.errors or opening.faults)
    told = compare(matrix_of(only.project), matrix_of(opening.projects[0].project)).changes
    changed = {role for change in told for role in change.roles}
    assert changed <= _TOLD_BY_SERVER.get(project.name, set())
    assert proven(database, only.project).share_unknown <= _MOST_UNKNOWN


_TOLD_BY_SERVER = {
    # A program tells of a role that no migration makes, and of one that runs the migrations.
    "no-row-security": {"blog"},
    "article-ingress": {"nightly"},
    # The platform's own roles can call what PUBLIC can.
    "seeded-supabase": {"supabase_auth_admin", "supabase_storage_admin"},
}
"""The roles of which a server tells something else than the migrations of a project do."""


@pytest.mark.times(1, 20)
def test_what_becomes_of_a_given_row_is_what_a_server_does(number: int, database: Database) -> None:
    script = random_database(number)
    assert database.run(script).errors == ()
    matrix = matrix_of(Project(replayed(script), Config()))
    roles = [one.name for one in matrix.roles if one.name.startswith("r_")]
    told: Counter[str] = Counter()
    with psycopg.connect(database.conninfo(), autocommit=True) as connection:
        probe = prepare(connection)
        connection.execute(FUNCTIONS)
        for world in probe.worlds:
            with connection.transaction(force_rollback=True):
                for name, value in world.settings.items():
                    connection.execute("SELECT set_config(%s, %s, true)", [name, value])
                given = Given((), tuple(world.settings.items()), True)
                for table, role in product(matrix.tables, roles):
                    told.update(_judged_rows(connection, matrix, table, role, given))
    assert told.total() > 0


_KEY = "concat(tableoid, ctid)"


def _judged_rows(
    connection: psycopg.Connection, matrix: Matrix, table: Relation, role: str, given: Given
) -> Iterator[str]:
    """Yield what is said of each row of a table, none of which a server refutes."""
    project, name = matrix.project, table.sql_name
    speaker = Speaker(project.catalog, project.context_functions)
    query = sql.SQL(f"SELECT {_KEY}, to_jsonb(t) FROM {name} t")
    select = f"SELECT string_agg({_KEY}, ' ') FROM {name}"
    seen = connection.execute("SELECT pg_temp.outcome(%s, %s, %s, '')", [role, name, select])
    ((shown,),) = seen.fetchall()
    asked = connection.execute(
        "SELECT concat(qual, with_check) FROM pg_policies"
        " WHERE format('%%I.%%I', schemaname, tablename) = %s",
        [name],
    )
    asks_other_rows = any(_ASKS_OTHER_ROWS.search(text) for (text,) in asked)
    for key, row in connection.execute(query).fetchall():
        known = given._replace(row=given_row(table, row), user=role)
        traced = trace(project.catalog, project.runtime, role, table, "select", given=known)
        said = outcome(traced, explained(traced, (), speaker))
        if not shown.startswith("refused ") and said in _CERTAIN:
            assert _CERTAIN[said] is (key in shown.split()), (role, name, row, given, shown)
        assert asks_other_rows or said != _OPEN, (role, name, row, given, said)
        yield said


_ASKS_OTHER_ROWS = re.compile(r"SELECT|\b(?:is_member|finds)\(")

_OPEN = "whether such a row passes depends on what is not given"
_CERTAIN = {"such a row passes": True, "no such row passes": False}


@pytest.mark.times(1, 10)
def test_a_live_catalog_gives_the_same_answers(number: int, database: Database) -> None:
    database.run(random_database(number, beside=True))
    opening = open_databases([database.conninfo()], Config())
    assert not (opening.errors or opening.faults)
    (only,) = opening.projects
    assert proven(database, only.project).share_unknown <= _MOST_UNKNOWN
