"""The replay agrees with PostgreSQL on histories that nobody thought of."""

import os

import pytest

from tests.conftest import HISTORIES_SEED
from tests.histories import compare
from tests.postgres import Database, Server
from tests.replay.random_histories import random_history


@pytest.mark.times(60, 500)
def test_the_replay_agrees_with_postgresql(number: int, server: Server, database: Database) -> None:
    seed = int(os.environ[HISTORIES_SEED]) + number
    history = random_history(seed, server.version)
    comparison = compare(database, history.replace("this_database", database.name))
    assert comparison.differences == [], (
        f"random_history({seed}); alone with {HISTORIES_SEED}={seed} and -k '[0]'"
    )
