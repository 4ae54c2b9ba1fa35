"""What is evaluated per row, and what functions read and write."""

from __future__ import annotations

import pytest

from rlslint.catalog.facts import UnknownFact
from rlslint.catalog.functions import Function
from rlslint.meaning.bodies import settings_read, settings_written, tables_read, tables_written
from rlslint.meaning.cost import index_groups, lookups, unwrapped_calls
from tests.meaning.tenancy import OWNER, TENANT, Tenancy


@pytest.fixture(scope="module")
def tenancy() -> Tenancy:
    return Tenancy(
        "CREATE FUNCTION plain() RETURNS int STABLE LANGUAGE sql AS"
        " $$ SELECT current_setting('app.t', true)::int $$;"
        "CREATE FUNCTION slow() RETURNS int STABLE LANGUAGE plpgsql AS"
        " $$ BEGIN RETURN current_setting('app.t', true); END $$;"
    )


@pytest.mark.parametrize(
    ("sql", "indexable", "wrapped"),
    [
        ("tenant_id = slow()", {TENANT}, []),
        ("tenant_id = slow() AND owner_id IN (1, 2)", {TENANT, OWNER}, []),
        ("tenant_id::text = current_setting('app.t')", set(), [TENANT]),
        ("abs(owner_id) = 1", set(), [OWNER]),
        ("tenant_id = ANY (ARRAY(SELECT m.tenant_id FROM members m))", {TENANT}, []),
        ("tenant_id IN (SELECT m.tenant_id FROM members m)", set(), []),
        ("tenant_id = owner_id", set(), []),
        ("tenant_id <> slow()", set(), []),
    ],
)
def test_what_an_index_can_serve(
    tenancy: Tenancy, sql: str, indexable: set[int], wrapped: list[int]
) -> None:
    items = [item for group in index_groups(tenancy.predicate(sql)) for item in group]
    served = [item for item in items if not item.is_wrapped and item.form in ("scalar", "array")]
    assert {item.column for item in served} == indexable
    assert [item.column for item in items if item.is_wrapped] == wrapped


@pytest.mark.parametrize(
    ("sql", "calls"),
    [
        ("tenant_id = slow()", ["slow"]),
        ("tenant_id = (SELECT slow())", []),
        ("tenant_id = plain()", []),
        ("tenant_id = auth.uid()", ["uid"]),
        ("tenant_id IN (SELECT tenant_id FROM members WHERE user_id = slow())", []),
    ],
)
def test_calls_that_run_for_every_row(tenancy: Tenancy, sql: str, calls: list[str]) -> None:
    assert [call.name[-1] for call in unwrapped_calls(tenancy.predicate(sql))] == calls


def test_lookups_of_a_membership(tenancy: Tenancy) -> None:
    sql = "EXISTS (SELECT 1 FROM members m WHERE m.tenant_id = docs.tenant_id AND m.user_id = 1)"
    (lookup,) = lookups(tenancy.predicate(sql))
    assert str(lookup.relation) == "public.members"
    assert lookup.columns == {1, 2}
    assert lookup.is_correlated


def _function(body: str, language: str = "plpgsql") -> Function:
    script = (
        f"CREATE FUNCTION f(tenant text) RETURNS void LANGUAGE {language} AS $body${body}$body$;"
    )
    (function,) = Tenancy(script).catalog.functions.known()
    return function


@pytest.mark.parametrize(
    ("body", "written"),
    [
        ("BEGIN PERFORM set_config('app.T', tenant, true); END", [("app.t", True)]),
        ("BEGIN PERFORM pg_catalog.set_config('app.t', tenant, false); END", [("app.t", False)]),
        ("BEGIN PERFORM set_config('app.' || tenant, 'x', tenant = '1'); END", [(None, None)]),
        ("BEGIN SET LOCAL app.t = 'x'; SET app.u TO 'y'; END", [("app.t", True), ("app.u", False)]),
        ("BEGIN UPDATE docs SET status = 'x'; END", []),
        ("BEGIN EXECUTE format('SET LOCAL app.t = %L', tenant); END", [("app.t", True)]),
    ],
)
def test_settings_written(body: str, written: list[tuple[str | None, bool | None]]) -> None:
    found = settings_written(_function(body))
    assert [(write.name, write.is_local) for write in found] == written


def test_settings_and_tables_of_a_body() -> None:
    function = _function(
        "DECLARE n int; BEGIN"
        " SELECT count(*) INTO n FROM members m JOIN app.teams t USING (tenant_id)"
        " WHERE m.user_id = current_setting('app.u')::int;"
        " IF EXISTS (SELECT 1 FROM docs) THEN INSERT INTO log SELECT n; END IF;"
        " WITH gone AS (DELETE FROM links RETURNING 1) SELECT count(*) INTO n FROM gone; END"
    )
    assert [(read.name, read.missing_ok) for read in settings_read(function)] == [("app.u", False)]
    names = {(table.schema, table.name) for table in tables_read(function)}
    assert names == {("", "members"), ("app", "teams"), ("", "docs")}
    assert {table.name for table in tables_written(function)} == {"log", "links"}


def test_dynamic_sql_is_unknown() -> None:
    with pytest.raises(UnknownFact):
        tables_read(_function("BEGIN EXECUTE 'SELECT 1 FROM ' || tenant; END"))
    with pytest.raises(UnknownFact):
        settings_read(_function("import os", "plpython3u"))
