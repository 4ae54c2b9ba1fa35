"""Large predicates are compared in fewer cases, so that each comparison ends."""

from __future__ import annotations

import pytest

from rlslint.meaning import witnesses
from rlslint.sql.expressions import Constant, Expr, Operator, Or
from rlslint.text.budget import PARTS_OF_WITNESSES, WITNESSES_TRIED


@pytest.mark.parametrize("alternatives", [3, 3000])
def test_how_many_cases_are_tried_depends_on_the_size(
    monkeypatch: pytest.MonkeyPatch, alternatives: int
) -> None:
    tried: list[Expr] = []
    monkeypatch.setattr(witnesses, "_passes", tried.append)
    ways = tuple(Operator("=", Constant(n), Constant(-1)) for n in range(alternatives))
    predicate = Or(ways)
    assert witnesses.witness(predicate, predicate, {}, frozenset()) is None
    parts = 2 * (3 * alternatives + 1)
    assert len(tried) == min(WITNESSES_TRIED, PARTS_OF_WITNESSES // parts)
