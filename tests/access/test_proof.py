"""What `access` says is what a server does: on random databases, on cards and on whole projects."""

from __future__ import annotations

from pathlib import Path

import psycopg
import pytest

from rlslint.config.options import Config
from rlslint.project.opening import open_files
from rlslint.project.project import Project
from tests.access.proof import Proof, prove, shown
from tests.access.random_access import random_database
from tests.access.scenarios import replayed
from tests.postgres import Database
from tests.projects import history_of, scripts_of
from tests.rules.test_cards import situations
from tests.test_fixtures import FIXTURES, PRELUDES, PROJECTS

EXAMPLES = [one for one in situations() if one.example.language == "sql"]
_MOST_UNKNOWN = 0.05
_CARDS_APART = 97
"""Of how many examples on cards one is tried in a usual run; in the long one four times as many."""


def proven(database: Database, project: Project) -> Proof:
    """Put all answers about a database to the server."""
    with psycopg.connect(database.conninfo(), autocommit=True) as connection:
        proof = prove(connection, project)
    print(proof)
    assert not proof.refuted, shown(proof.refuted[:5])
    return proof


@pytest.mark.times(2, 60)
def test_a_random_database(number: int, database: Database) -> None:
    script = random_database(number)
    assert database.run(script).errors == ()
    proof = proven(database, Project(replayed(script), Config()))
    assert proof.answers["told"] > 30
    assert proof.share_unknown <= _MOST_UNKNOWN, proof


@pytest.mark.times(4, 100)
def test_examples_of_cards(number: int, database: Database, tmp_path: Path) -> None:
    example = EXAMPLES[number * _CARDS_APART % len(EXAMPLES)]
    (tmp_path / "migrations").mkdir()
    (tmp_path / "migrations" / "0001_example.sql").write_text(example.script, encoding="utf-8")
    database.run(example.script)
    for one in open_files([tmp_path], Config()).projects:
        proven(database, one.project)


SHORT = ("correct-settings", "seeded-goose")


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
    assert proven(database, only.project).share_unknown <= _MOST_UNKNOWN
