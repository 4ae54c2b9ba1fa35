"""The replay agrees with PostgreSQL on histories that nobody thought of."""

import os

import pytest

from tests.catalog.replay.random_histories import random_history
from tests.histories import compare
from tests.postgres import Database

HISTORIES = int(os.environ.get("RLSLINT_HISTORIES", "60"))


@pytest.mark.parametrize("seed", range(HISTORIES))
def test_the_replay_agrees_with_postgresql(seed: int, database: Database) -> None:
    comparison = compare(database, random_history(seed))
    assert comparison.differences == [], f"random_history({seed})"
