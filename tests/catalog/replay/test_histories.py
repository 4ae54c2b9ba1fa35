"""Histories that PostgreSQL and the replay must understand alike."""

import pytest

from tests.catalog.replay import sql_histories, sql_histories_of_structure
from tests.histories import compare
from tests.postgres import Database

ALL = sql_histories.ALL | sql_histories_of_structure.ALL

UNKNOWN = {"joins, CTEs, LATERAL and set operations": ("public.docs.t using",)}
"""Clauses that name columns of PostgreSQL's own catalogs, which no history makes."""


UNKNOWN = {"joins, CTEs, LATERAL and set operations": ("public.docs.t using",)}
"""Clauses that name columns of PostgreSQL's own catalogs, which no history makes."""


@pytest.mark.parametrize("name", ALL)
def test_the_replay_agrees_with_postgresql(name: str, database: Database) -> None:
    comparison = compare(database, ALL[name])
    assert comparison.differences == []
    assert comparison.unknown == UNKNOWN.get(name, ())
