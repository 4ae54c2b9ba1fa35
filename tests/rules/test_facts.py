"""What cards say of the subjects that a rule is asked of: it spares work, and no finding."""

from __future__ import annotations

from pathlib import Path

import pytest

from rlslint.reports.results import Result
from rlslint.rules import judging
from rlslint.rules.cards import Card
from rlslint.rules.facts import FACTS
from rlslint.rules.registry import rules_for
from tests.linting import lint
from tests.rules.test_cards import CARDS, files_of, is_live, situations


def found(result: Result) -> list[tuple[str, str, str]]:
    return sorted((one.name, one.finding.object, one.finding.message) for one in result.findings)


@pytest.mark.parametrize(
    "one", [one for one in CARDS if not is_live(one)], ids=lambda one: one.name
)
def test_rules_that_are_not_asked_would_find_nothing(
    one: Card, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for situation in situations():
        if situation.card is one and situation.example.language != "toml":
            folder = tmp_path / str(situation.number)
            spared = found(lint(folder, files_of(situation)))
            with monkeypatch.context() as patched:
                patched.setattr(judging, "facts_of", lambda *asked: None)
                assert spared == found(lint(folder, files_of(situation)))


@pytest.mark.parametrize("one", CARDS, ids=lambda one: one.name)
def test_a_card_speaks_of_subjects_that_its_rule_looks_at(one: Card) -> None:
    for kind, _ in one.asked_of:
        assert kind in FACTS
        assert one.name in {rule.name for rule in rules_for(kind)}
