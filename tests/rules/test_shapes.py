"""Judging policies by their shape spares work and hides nothing."""

from __future__ import annotations

import re
from collections.abc import Hashable, Iterator
from pathlib import Path

import pytest

from rlslint.catalog.model import Policy
from rlslint.reports.results import Result
from rlslint.rules.cards import card, rule_names
from rlslint.rules.registry import rules_for
from rlslint.rules.shapes import JUDGED_BY_SHAPE, Shapes
from tests.linting import lint

_TABLE = re.compile(r"CREATE TABLE (?:IF NOT EXISTS )?(?:\w+\.)?(\w+)", re.IGNORECASE)
_OWN_TO_TABLES = re.compile(
    r"(?:CREATE (?:UNIQUE )?INDEX|CREATE POLICY|ALTER TABLE|GRANT|REVOKE)\b", re.IGNORECASE
)
SOURCES = {
    f"{name}-{example.kind}-{number}": example.source
    for name in rule_names()
    for number, example in enumerate(card(name).examples)
    if example.language == "sql"
    and example.kind in ("bad", "good")
    and "CREATE POLICY" in example.source
}
EXAMPLES = [
    pytest.param(source, id=name, marks=[] if place % 5 == 0 else pytest.mark.long)
    for place, (name, source) in enumerate(SOURCES.items())
]


def copies(source: str) -> Iterator[str]:
    """Yield an example as it is, with each statement about a table left out, and once again.

    The tables of each have other names.
    """
    statements = re.split(r"(?<=;)\n+(?=\S)", source)
    tables = sorted(set(_TABLE.findall(source)))
    variants = [statements]
    for place, statement in enumerate(statements):
        if _OWN_TO_TABLES.match(statement):
            variants.append([*statements[:place], *statements[place + 1 :]])
    variants.append([s.replace(" NOT NULL", "") for s in statements])
    variants.append(statements)
    for number, variant in enumerate(variants):
        sql = "\n".join(variant)
        for table in tables:
            sql = re.sub(rf"\b{table}\b", f"{table}_{number}", sql)
        yield sql


def everything(result: Result) -> tuple[object, ...]:
    return tuple(map(str, result.findings)), sorted(map(str, result.not_checked))


@pytest.mark.parametrize("source", EXAMPLES)
def test_the_same_is_found_as_without(
    source: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    variants = list(copies(source))
    for order in (variants, variants[::-1]):
        files = {"migrations/0001_copies.sql": "\n".join(order)}
        with monkeypatch.context() as patch:
            by_shape = everything(lint(tmp_path, files))
            patch.setattr(Shapes, "of", lambda shapes, policy: None)
            assert by_shape == everything(lint(tmp_path, files))


TABLE = """
CREATE TABLE {name} (id uuid PRIMARY KEY, tenant_id uuid NOT NULL, {column});
CREATE INDEX ON {name} (tenant_id);
ALTER TABLE {name} ENABLE ROW LEVEL SECURITY;
CREATE POLICY {name}_own ON {name} USING ({using});
"""
OWN = "tenant_id = (SELECT nullif(current_setting('app.tenant_id', true), '')::uuid)"


def shapes_of(
    first: str, second: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> list[Hashable | None]:
    found: list[Hashable | None] = []

    of = Shapes.of

    def noted(shapes: Shapes, policy: Policy) -> Hashable | None:
        found.append(of(shapes, policy))
        return found[-1]

    monkeypatch.setattr(Shapes, "of", noted)
    lint(tmp_path, {"migrations/0001_tables.sql": first + second})
    return found


def test_copies_with_other_columns_have_one_shape(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = TABLE.format(name="docs", column="body text", using=OWN)
    other = TABLE.format(name="files", column="size bigint NOT NULL", using=OWN)
    first, second = shapes_of(one, other, tmp_path, monkeypatch)
    assert first is not None
    assert first == second


@pytest.mark.parametrize(
    "using",
    [
        f"{OWN} OR tenant_id IS NULL",
        f"{OWN} AND body IS NOT NULL",
        "tenant_id IN (SELECT tenant_id FROM docs)",
    ],
)
def test_other_conditions_have_other_shapes(
    using: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = TABLE.format(name="docs", column="body text", using=OWN)
    other = TABLE.format(name="files", column="body text", using=using)
    first, second = shapes_of(one, other, tmp_path, monkeypatch)
    assert first != second


def test_the_rules_exist() -> None:
    assert {rule.name for rule in rules_for("Policy")} >= JUDGED_BY_SHAPE
