"""Histories that PostgreSQL and the replay must understand alike."""

import pytest

from tests.histories import compare
from tests.postgres import Database
from tests.replay import sql_histories, sql_histories_of_structure

ALL = sql_histories.ALL | sql_histories_of_structure.ALL

UNKNOWN = {"joins, CTEs, LATERAL and set operations": ("public.docs.t using",)}
"""Clauses that name columns of PostgreSQL's own catalogs, which no history makes."""


UNKNOWN = {"joins, CTEs, LATERAL and set operations": ("public.docs.t using",)}
"""Clauses that name columns of PostgreSQL's own catalogs, which no history makes."""

SINCE = {
    "expressions of every shape": pytest.mark.since(14, "extract() apart from date_part()"),
    "the types of a view's columns": pytest.mark.since(14, "extract() that is numeric"),
    "roles of a role that may create roles": pytest.mark.since(16, "ADMIN OPTION for creators"),
    "memberships that several grant": pytest.mark.since(16, "memberships by grantor"),
    "identity columns of partitions that are partitioned": pytest.mark.since(17, "identity there"),
}
"""What older servers have otherwise (release notes of 14, 16 and 17)."""


@pytest.mark.parametrize("name", [pytest.param(name, marks=SINCE.get(name, ())) for name in ALL])
def test_the_replay_agrees_with_postgresql(name: str, database: Database) -> None:
    comparison = compare(database, ALL[name].replace("this_database", database.name))
    assert comparison.differences == []
    assert comparison.unknown == UNKNOWN.get(name, ())
