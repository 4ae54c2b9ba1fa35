"""Histories that PostgreSQL and the replay must understand alike."""

import pytest

from tests.catalog.replay.sql_histories import ALL
from tests.histories import compare
from tests.postgres import Database


@pytest.mark.parametrize("name", ALL)
def test_the_replay_agrees_with_postgresql(name: str, database: Database) -> None:
    comparison = compare(database, ALL[name])
    assert comparison.differences == []
    assert comparison.unknown == ()
