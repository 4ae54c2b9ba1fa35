"""What rules say of indexes that serve no policy, with PostgreSQL's plans as the judge."""

from __future__ import annotations

import json

import pytest

from tests.postgres import Database
from tests.rules.test_shapes import SHAPES, Shape

RULES = (
    "policy-in-subquery-no-index",
    "policy-index-partial-or-expression-mismatch",
    "policy-or-blocks-index",
)
PLAN = """
{sql}
\\c - app_user
SET enable_seqscan = off;
EXPLAIN (FORMAT JSON, COSTS OFF) SELECT id FROM docs;
"""


@pytest.mark.parametrize(
    "shape", [one for one in SHAPES if one.rule in RULES and one.kind == "bad"], ids=str
)
def test_no_index_serves_the_policy(shape: Shape, database: Database) -> None:

    transcript = database.run(PLAN.format(sql=shape.sql))
    assert transcript.errors == ()
    plan = json.loads("\n".join(transcript.rows))
    assert [one for one in _index_conditions(plan) if one.startswith("docs_")] == []


def _index_conditions(plan: object) -> list[str]:
    """Return the names of the indexes in which a plan looks something up."""
    if isinstance(plan, list):
        return [name for part in plan for name in _index_conditions(part)]
    if not isinstance(plan, dict):
        return []
    own = [plan["Index Name"]] if "Index Cond" in plan else []
    return own + [name for part in plan.values() for name in _index_conditions(part)]
