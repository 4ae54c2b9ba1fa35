"""What cards say of the subjects that a rule is asked of.

That it spares no finding is held by tests/rules/test_cards.py on every example.
"""

from __future__ import annotations

import pytest

from rlslint.rules import Card
from rlslint.rules.facts import FACTS
from rlslint.rules.registry import rules_for
from tests.rules.test_cards import CARDS


@pytest.mark.parametrize("one", CARDS, ids=lambda one: one.name)
def test_a_card_speaks_of_subjects_that_its_rule_looks_at(one: Card) -> None:
    for kind, _ in one.asked_of:
        assert kind in FACTS
        assert one.name in {rule.name for rule in rules_for(kind)}
