"""Why a table has no row security, and who gets at it."""

from __future__ import annotations

import pytest

from rlslint.access.exposure import exposure
from rlslint.access.gaps import Gap, gap_of
from rlslint.access.runtime_roles import find_runtime_roles
from rlslint.catalog.facts import UnknownFact
from rlslint.config import Confidence
from tests.access.scenarios import relation, replayed

PROTECTED = """
CREATE TABLE docs (id int, tenant_id int);
ALTER TABLE docs ENABLE ROW LEVEL SECURITY;
CREATE POLICY p ON docs USING (tenant_id = current_setting('app.tenant')::int);
"""
COPY = PROTECTED + "CREATE TABLE copy (LIKE docs);"
EVENTS = """
CREATE TABLE events (id int, tenant_id int) PARTITION BY LIST (tenant_id);
ALTER TABLE events ENABLE ROW LEVEL SECURITY;
CREATE TABLE copy PARTITION OF events DEFAULT;
"""


@pytest.mark.parametrize(
    ("history", "gap"),
    [
        ("CREATE TABLE copy (id int);", Gap.plain),
        ("CREATE TABLE copy (id int); ALTER TABLE copy ENABLE ROW LEVEL SECURITY;", None),
        (COPY, Gap.like),
        (PROTECTED + "CREATE TABLE copy AS SELECT id FROM docs;", Gap.query),
        (PROTECTED + "CREATE TABLE t AS TABLE docs; CREATE TABLE copy AS TABLE t;", Gap.query),
        (PROTECTED + "CREATE TABLE copy () INHERITS (docs);", Gap.child),
        (EVENTS, Gap.partition),
        (EVENTS + "ALTER TABLE events DETACH PARTITION copy;", Gap.plain),
        (EVENTS + "CREATE POLICY p ON copy USING (true);", Gap.policies),
        (EVENTS + "ALTER TABLE copy FORCE ROW LEVEL SECURITY;", Gap.forced),
        (COPY + "ALTER TABLE copy DISABLE ROW LEVEL SECURITY;", Gap.like),
        (
            COPY + "ALTER TABLE copy ENABLE ROW LEVEL SECURITY;"
            "ALTER TABLE copy DISABLE ROW LEVEL SECURITY;",
            Gap.disabled,
        ),
        (COPY + "ALTER TABLE docs DISABLE ROW LEVEL SECURITY;", Gap.plain),
    ],
)
def test_a_gap_has_one_reason(history: str, gap: Gap | None) -> None:
    assert gap_of(relation(replayed(history), "copy")) is gap


def test_what_stands_above_may_be_unknown() -> None:
    catalog = replayed("CREATE TABLE copy () INHERITS (elsewhere);")
    with pytest.raises(UnknownFact):
        gap_of(relation(catalog, "copy"))


@pytest.mark.parametrize(
    ("grant", "roles", "privileges"),
    [
        ("GRANT SELECT, INSERT ON copy TO app;", ("app",), {"select", "insert"}),
        ("GRANT INSERT ON copy TO app;", ("app",), {"insert"}),
        ("GRANT TRUNCATE ON copy TO app;", None, set()),
        ("CREATE ROLE job LOGIN BYPASSRLS; GRANT SELECT ON copy TO job;", None, set()),
        (
            "DROP POLICY p ON docs; CREATE POLICY p ON docs FOR SELECT USING (true);"
            "GRANT SELECT ON copy TO app;",
            None,
            set(),
        ),
        (
            "DROP POLICY p ON docs; CREATE POLICY p ON docs FOR SELECT USING (true);"
            "GRANT SELECT, UPDATE ON copy TO app;",
            ("app",),
            {"update"},
        ),
    ],
)
def test_what_row_security_of_the_original_would_keep(
    grant: str, roles: tuple[str, ...] | None, privileges: set[str]
) -> None:
    catalog = replayed("CREATE ROLE app LOGIN;" + COPY + "GRANT SELECT ON docs TO app;" + grant)
    docs, copy = relation(catalog, "docs"), relation(catalog, "copy")
    found = exposure(catalog, find_runtime_roles(catalog), copy, (docs,))
    assert (found.roles if found else None) == roles
    assert (found.privileges if found else set()) == privileges


def test_without_any_grant_the_application_is_assumed() -> None:
    catalog = replayed(COPY)
    found = exposure(catalog, find_runtime_roles(catalog), relation(catalog, "copy"))
    assert found is not None
    assert found.who == "the application"
    assert found.confidence is Confidence.low
    assert not found.is_granted
