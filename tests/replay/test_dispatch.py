"""Each kind of statement that the replay knows leads to a function that carries it out."""

from __future__ import annotations

import pytest

from rlslint.replay import HANDLED_KINDS, handlers_of


@pytest.mark.parametrize("kind", sorted(HANDLED_KINDS))
def test_a_kind_has_a_function(kind: str) -> None:
    assert all(map(callable, handlers_of(kind)))
    assert handlers_of(kind)


def test_another_kind_changes_nothing() -> None:
    assert handlers_of("ExplainStmt") == ()
