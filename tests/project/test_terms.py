"""What policies demand is asked of equal terms once: that spares work and hides nothing."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from rlslint.catalog.facts import UnknownFact
from rlslint.catalog.model import Policy
from rlslint.project.terms import SharedTerms, Terms
from rlslint.reports import Result
from rlslint.rules import card, rule_names
from tests.access.scenarios import replayed
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
            shared = everything(lint(tmp_path, files))
            patch.setattr(SharedTerms, "of", unshared)
            assert shared == everything(lint(tmp_path, files))


def unshared(terms: SharedTerms, policy: Policy) -> Terms:
    return SharedTerms(terms._catalog)._made(policy)


TABLE = """
CREATE TABLE {name} (id uuid PRIMARY KEY, tenant_id uuid NOT NULL, {column});
CREATE INDEX ON {name} (tenant_id);
ALTER TABLE {name} ENABLE ROW LEVEL SECURITY;
CREATE POLICY {name}_own ON {name} USING ({using});
"""
OWN = "tenant_id = (SELECT nullif(current_setting('app.tenant_id', true), '')::uuid)"


def terms_of(sql: str) -> list[Terms]:
    catalog = replayed(sql)
    shared = SharedTerms(catalog)
    return [shared.of(policy) for policy in catalog.policies()]


def test_copies_with_other_columns_demand_the_same() -> None:
    one = TABLE.format(name="docs", column="body text", using=OWN)
    other = TABLE.format(name="files", column="size bigint NOT NULL", using=OWN)
    first, second = terms_of(one + other)
    assert first is second


@pytest.mark.parametrize(
    ("column", "using"),
    [
        ("body text", f"{OWN} OR tenant_id IS NULL"),
        ("body text NOT NULL", f"{OWN} AND body IS NOT NULL"),
        ("body text", "tenant_id IN (SELECT tenant_id FROM docs)"),
    ],
)
def test_other_conditions_are_other_terms(column: str, using: str) -> None:
    one = TABLE.format(name="docs", column="body text", using=f"{OWN} AND body IS NOT NULL")
    other = TABLE.format(name="files", column=column, using=using)
    first, second = terms_of(one + other)
    assert first is not second


def test_what_is_unknown_of_a_policy_is_unknown_of_its_terms() -> None:
    (terms,) = terms_of(
        TABLE.format(name="docs", column="body text", using=OWN)
        + "DO $$ BEGIN EXECUTE 'ALTER POLICY docs_own ON docs USING ('||pg_read_file('x')||')';"
        " END $$;"
    )
    assert terms.roles == ("public",)
    with pytest.raises(UnknownFact):
        _ = terms.using
