"""What binds rows to the caller, what does not, and what opens without a context."""

from __future__ import annotations

import pytest

from rlslint.catalog.facts import GivenUp, UnknownFact
from rlslint.meaning.admitting import is_tautology
from rlslint.meaning.bounds import bounds_of, is_bounded, tenant_columns, unbounded_branches
from rlslint.meaning.captures import captured_comparisons
from rlslint.meaning.context import context_reads
from rlslint.meaning.deciding import is_always_true
from rlslint.meaning.empty_settings import empty_casts
from rlslint.meaning.openings import openings
from rlslint.meaning.worlds import SessionSettings
from tests.meaning.tenancy import ID, NOT_NULL, OWNER, STATUS, TENANT, Tenancy

HELPERS = """
CREATE SCHEMA app;
CREATE FUNCTION app.tenant() RETURNS int STABLE LANGUAGE sql AS $$
    SELECT NULLIF(current_setting('app.tenant', true), '')::int $$;
CREATE FUNCTION app.strict_tenant() RETURNS int STABLE LANGUAGE plpgsql AS $$
DECLARE found_tenant text := current_setting('app.tenant', true);
BEGIN
    IF found_tenant IS NULL OR found_tenant = '' THEN RETURN NULL; END IF;
    RETURN found_tenant::int;
EXCEPTION WHEN OTHERS THEN RETURN NULL;
END $$;
CREATE FUNCTION app.raw_tenant() RETURNS int STABLE LANGUAGE plpgsql AS $$
BEGIN RETURN current_setting('app.tenant', true); END $$;
CREATE FUNCTION app.atomic_tenant() RETURNS int STABLE
    RETURN NULLIF(current_setting('app.tenant', true), '')::int;
CREATE FUNCTION app.is_member(wanted int) RETURNS boolean STABLE SECURITY DEFINER LANGUAGE sql
AS $$ SELECT EXISTS (SELECT 1 FROM public.members m
      WHERE m.tenant_id = wanted AND m.user_id = app.tenant()) $$;
CREATE FUNCTION app.counts_member(wanted int) RETURNS boolean STABLE LANGUAGE plpgsql AS $$
DECLARE n int;
BEGIN
    SELECT count(*) INTO n FROM members WHERE tenant_id = $1 AND user_id = auth.uid();
    RETURN n > 0;
END $$;
CREATE FUNCTION app.found_member(wanted int) RETURNS boolean STABLE LANGUAGE plpgsql AS $$
BEGIN
    PERFORM 1 FROM members WHERE tenant_id = wanted AND user_id = auth.uid();
    RETURN FOUND;
END $$;
CREATE FUNCTION app.ranked_member(wanted int, lowest text) RETURNS boolean STABLE LANGUAGE plpgsql
AS $$
DECLARE
    its_role text;
    rank int;
BEGIN
    SELECT role INTO its_role FROM members WHERE tenant_id = wanted AND user_id = auth.uid();
    IF its_role IS NULL THEN RETURN false; END IF;
    rank := CASE its_role WHEN 'owner' THEN 3 WHEN 'editor' THEN 2 ELSE 0 END;
    RETURN rank >= CASE lowest WHEN 'owner' THEN 3 WHEN 'editor' THEN 2 ELSE 0 END;
END $$;
CREATE FUNCTION app.looping(wanted int) RETURNS boolean STABLE LANGUAGE plpgsql AS $$
DECLARE r record;
BEGIN
    FOR r IN SELECT tenant_id FROM members WHERE user_id = auth.uid() LOOP
        IF r.tenant_id = wanted THEN RETURN true; END IF;
    END LOOP;
    RETURN false;
END $$;
CREATE FUNCTION app.tenants() RETURNS SETOF int STABLE LANGUAGE sql AS $$
    SELECT tenant_id FROM members WHERE user_id = app.tenant() $$;
"""

CTX = "NULLIF(current_setting('app.tenant', true), '')::int"


@pytest.fixture(scope="module")
def tenancy() -> Tenancy:
    return Tenancy(HELPERS)


@pytest.mark.parametrize(
    ("sql", "form", "columns"),
    [
        (f"tenant_id = {CTX}", "equality", {TENANT}),
        (f"{CTX} = docs.tenant_id AND status = 'x'", "equality", {TENANT}),
        ("tenant_id = (SELECT app.tenant() AS tenant)", "equality", {TENANT}),
        ("tenant_id = app.strict_tenant()", "equality", {TENANT}),
        ("tenant_id = app.atomic_tenant()", "equality", {TENANT}),
        (f"NOT (tenant_id <> {CTX})", "equality", {TENANT}),
        (f"int4eq(tenant_id, {CTX})", "equality", {TENANT}),
        (f"NOT pg_catalog.int4ne({CTX}, tenant_id)", "equality", {TENANT}),
        (f"(tenant_id = {CTX}) IS TRUE", "equality", {TENANT}),
        (f"COALESCE(tenant_id = {CTX}, false)", "equality", {TENANT}),
        (f"CASE WHEN locked THEN false ELSE tenant_id = {CTX} END", "equality", {TENANT}),
        ("(tenant_id)::text = current_setting('app.tenant'::text, true)", "equality", {TENANT}),
        ("owner_id = (auth.jwt() ->> 'sub')::int", "equality", {OWNER}),
        ("tenant_id IN (SELECT m.tenant_id FROM members m WHERE m.user_id = auth.uid())",
         "membership", {TENANT}),
        ("tenant_id = ANY (ARRAY(SELECT app.tenants()))", "membership", {TENANT}),
        ("tenant_id IN (SELECT t.x FROM app.tenants() AS t(x))", "membership", {TENANT}),
        ("EXISTS (SELECT 1 FROM members m WHERE m.tenant_id = docs.tenant_id"
         " AND (SELECT auth.uid() AS uid) = m.user_id)", "membership", {TENANT}),
        ("auth.uid() IN (SELECT m.user_id FROM members m WHERE m.tenant_id = docs.tenant_id)",
         "membership", {TENANT}),
        ("(tenant_id, auth.uid()) IN (SELECT tenant_id, user_id FROM members)",
         "membership", {TENANT}),
        ("(SELECT count(*) FROM members m WHERE m.tenant_id = docs.tenant_id"
         " AND m.user_id = auth.uid()) > 0", "membership", {TENANT}),
        ("tenant_id = ANY (string_to_array(current_setting('app.all', true), ',')::int[])",
         "membership", {TENANT}),
        ("WITH_CTE", "membership", {TENANT}),
        ("app.is_member(tenant_id)", "membership", {TENANT}),
        ("app.is_member((SELECT l.doc_id FROM links l WHERE l.doc_id = docs.id))",
         "membership", {ID}),
        ("app.tenant() = (SELECT l.doc_id FROM links l WHERE l.doc_id = docs.id)",
         "equality", {ID}),
        ("(SELECT app.counts_member(tenant_id))", "membership", {TENANT}),
        ("app.found_member(tenant_id)", "membership", {TENANT}),
        ("app.ranked_member(tenant_id, 'editor')", "membership", {TENANT}),
        ("(SELECT m.role FROM members m WHERE m.tenant_id = docs.tenant_id"
         " AND m.user_id = auth.uid()) IS NOT NULL", "membership", {TENANT}),
        ("EXISTS (SELECT 1 FROM members m WHERE m.user_id = auth.uid() AND m.tenant_id ="
         " (SELECT l.doc_id FROM links l WHERE l.doc_id = docs.tenant_id))",
         "membership", {TENANT}),
        ("EXISTS (SELECT 1 FROM members m WHERE m.tenant_id = docs.tenant_id"
         " AND m.user_id = auth.uid() AND 'edit' = ANY (ARRAY['a', 'b', 'c', 'd', 'e', 'f', 'g',"
         " 'h', 'edit']) AND m.role IN ('a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'i'))",
         "membership", {TENANT}),
        ("app.looping(tenant_id)", "helper", {TENANT}),
        ("status LIKE current_setting('app.tenant', true) || '%'", "pattern", {STATUS}),
        ("EXISTS (SELECT 1 FROM members m WHERE m.tenant_id = docs.tenant_id)",
         "delegated", {TENANT}),
    ],
)  # fmt: skip
def test_a_bound_is_seen(tenancy: Tenancy, sql: str, form: str, columns: set[int]) -> None:
    if sql == "WITH_CTE":
        sql = (
            "tenant_id IN (WITH mine AS (SELECT tenant_id FROM members WHERE user_id = auth.uid())"
            " SELECT tenant_id FROM mine)"
        )
    predicate = tenancy.meaning(sql)
    (bound,) = bounds_of(predicate)
    assert (bound.form, set(bound.columns)) == (form, columns)
    assert is_bounded(predicate, NOT_NULL)
    expected = columns if form not in ("pattern", "delegated") else set()
    assert tenant_columns(predicate) == expected


@pytest.mark.parametrize(
    ("sql", "kinds"),
    [
        ("true", ["constant"]),
        (f"tenant_id = {CTX} OR is_public", ["row flag"]),
        (f"NOT (tenant_id <> {CTX} AND NOT is_public)", ["row flag"]),
        ("status = 'published'", ["row flag"]),
        (f"tenant_id = {CTX} OR current_user = 'admin'", ["gate"]),
        ("auth.role() = 'service_role'", ["gate"]),
        ("EXISTS (SELECT 1 FROM members m WHERE m.user_id = auth.uid())", ["gate"]),
        ("EXISTS (SELECT 1 FROM members m WHERE m.tenant_id = tenant_id"
         " AND m.user_id = auth.uid())", ["gate"]),
        ("EXISTS (SELECT 1 FROM links l WHERE l.doc_id = docs.id)", ["row flag"]),
        ("(SELECT m.role FROM members m WHERE m.tenant_id = docs.tenant_id"
         " AND m.user_id = auth.uid()) IS NULL", ["exclusion"]),
        ("(SELECT m.role FROM members m WHERE m.user_id = auth.uid()) IS NOT NULL", ["gate"]),
        ("EXISTS (SELECT 1 FROM members m WHERE m.user_id = auth.uid() AND m.tenant_id ="
         " (SELECT l.doc_id FROM links l WHERE l.doc_id > docs.tenant_id))", ["exclusion"]),
        (f"tenant_id <> {CTX}", ["exclusion"]),
        (f"int4ne(tenant_id, {CTX})", ["exclusion"]),
        ("mystery(tenant_id)", ["opaque"]),
        (f"tenant_id = {CTX} OR (is_public AND false)", []),
        (f"CASE WHEN is_public THEN true ELSE tenant_id = {CTX} END", ["row flag"]),
    ],
)  # fmt: skip
def test_a_branch_that_binds_nothing_is_named(tenancy: Tenancy, sql: str, kinds: list[str]) -> None:
    found = unbounded_branches(tenancy.meaning(sql), NOT_NULL)
    assert [branch.kind for branch in found] == kinds


def test_an_unknown_function_gives_no_certainty(tenancy: Tenancy) -> None:
    with pytest.raises(UnknownFact):
        is_bounded(tenancy.meaning("mystery(tenant_id)"))


@pytest.mark.parametrize(
    ("sql", "states"),
    [
        (f"tenant_id = {CTX} OR {CTX} IS NULL", {SessionSettings.never_set}),
        (f"status IS NULL AND (tenant_id = {CTX} OR {CTX} IS NULL)", {SessionSettings.never_set}),
        ("tenant_id = app.tenant() OR app.tenant() IS NULL", {SessionSettings.never_set}),
        (f"NOT (tenant_id <> {CTX} AND {CTX} IS NOT NULL)", {SessionSettings.never_set}),
        (f"COALESCE(tenant_id = {CTX}, true)", {SessionSettings.never_set}),
        (f"(tenant_id <> {CTX}) IS NOT TRUE", {SessionSettings.never_set}),
        (f"CASE WHEN {CTX} IS NULL THEN true ELSE tenant_id = {CTX} END",
         {SessionSettings.never_set}),
        ("current_setting('app.t') = '' OR tenant_id::text = current_setting('app.t')",
         {SessionSettings.reset}),
        ("COALESCE(current_setting('app.t', true), '') = '' OR locked",
         {SessionSettings.never_set}),
        ("length(current_setting('app.t', true)) = 0 OR tenant_id = 1", {SessionSettings.reset}),
        ("current_setting('app.t', true) = '' OR tenant_id = current_setting('app.t', true)::int",
         set()),
        ("current_setting('app.t') IS NULL OR tenant_id::text = current_setting('app.t')", set()),
        (f"tenant_id = {CTX}", set()),
        (f"tenant_id = {CTX} OR is_public", set()),
        (f"(is_public AND {CTX} IS NULL) OR tenant_id = {CTX}", set()),
        (f"owner_id = current_user::int AND ({CTX} IS NULL OR tenant_id = {CTX})", set()),
        (f"tenant_id = COALESCE({CTX}, tenant_id)", {SessionSettings.never_set}),
        (f"{CTX} IS NOT NULL AND tenant_id = {CTX}", set()),
        ("auth.uid() IS NULL OR owner_id = auth.uid()", {SessionSettings.never_set}),
    ],
)  # fmt: skip
def test_what_a_missing_context_opens(
    tenancy: Tenancy, sql: str, states: set[SessionSettings]
) -> None:
    found = openings(tenancy.meaning(sql), NOT_NULL)
    assert {branch.session for branch in found} == states


@pytest.mark.parametrize(
    ("sql", "expected"),
    [
        (f"tenant_id = COALESCE({CTX}, tenant_id)", [TENANT]),
        (f"CASE WHEN {CTX} IS NULL THEN tenant_id ELSE {CTX} END = tenant_id", [TENANT]),
        ("tenant_id = COALESCE(app.tenant(), NULL, docs.tenant_id)", [TENANT]),
        (f"tenant_id = COALESCE({CTX}, owner_id)", []),
        (f"tenant_id = {CTX}", []),
    ],
)
def test_a_fallback_to_the_own_column(tenancy: Tenancy, sql: str, expected: list[int]) -> None:
    found = openings(tenancy.meaning(sql), NOT_NULL)
    assert [opening.fallback for opening in found if opening.fallback is not None] == expected


@pytest.mark.parametrize(
    ("sql", "fails"),
    [
        ("tenant_id = current_setting('app.t', true)::int", True),
        ("tenant_id = app.raw_tenant()", True),
        ("1 IN (SELECT 1 FROM members WHERE user_id = current_setting('app.t', true)::int)", True),
        ("tenant_id = (current_setting('request.jwt.claims', true)::json ->> 'org')::int", True),
        (f"tenant_id = {CTX}", False),
        ("current_setting('app.t', true) <> ''"
         " AND tenant_id = current_setting('app.t', true)::int", True),
        ("locked AND tenant_id = (SELECT current_setting('app.t', true)::int)", True),
        ("CASE WHEN current_setting('app.t', true) <> ''"
         " THEN tenant_id = current_setting('app.t', true)::int ELSE false END", False),
        ("tenant_id = app.strict_tenant()", False),
        ("tenant_id::text = current_setting('app.t', true)", False),
        ("tenant_id = CASE WHEN current_setting('app.t', true) <> ''"
         " THEN current_setting('app.t', true)::int END", False),
    ],
)  # fmt: skip
def test_a_cast_that_an_empty_setting_breaks(tenancy: Tenancy, sql: str, fails: bool) -> None:
    assert bool(empty_casts(tenancy.meaning(sql), NOT_NULL)) is fails


def test_a_read_without_missing_ok(tenancy: Tenancy) -> None:
    (found,) = context_reads(tenancy.meaning("tenant_id::text = current_setting('App.T')"))
    assert (found.kind, found.name, found.missing_ok) == ("setting", "app.t", False)


@pytest.mark.parametrize(
    ("sql", "name", "path"),
    [
        ("current_setting('request.jwt.claims', true)::json ->> 'sub' = status",
         "request.jwt.claims", ("sub",)),
        ("NULLIF(current_setting('request.jwt.claims', true), '')::jsonb -> 'app' ->> 't' = status",
         "request.jwt.claims", ("app", "t")),
        ("auth.jwt() #>> '{user_metadata,org}' = status", "auth.jwt", ("user_metadata", "org")),
        ("status = CURRENT_USER", "current_user", ()),
    ],
)  # fmt: skip
def test_what_is_read(tenancy: Tenancy, sql: str, name: str, path: tuple[str, ...]) -> None:
    (read,) = context_reads(tenancy.meaning(sql))
    assert (read.name, read.path) == (name, path)


@pytest.mark.parametrize(
    ("sql", "always", "tautology"),
    [
        ("1 = 1", True, True),
        ("'a'::text = 'a'::text", True, True),
        ("tenant_id = tenant_id", True, True),
        ("owner_id = owner_id", False, True),
        ("owner_id IS NOT NULL", False, False),
        ("tenant_id IS NOT NULL", True, True),
        ("CURRENT_USER = CURRENT_USER", True, True),
        ("EXISTS (SELECT 1)", True, True),
        ("is_public OR true", True, True),
        ("is_public OR NOT is_public", False, True),
        ("NOT (tenant_id <> tenant_id)", True, True),
        ("random() = random()", False, False),
        ("status::varchar = status::varchar", False, False),
        ("'1.0' = '1'", False, False),
        ("status LIKE '%'", False, True),
        ("EXISTS (SELECT 1 FROM members)", False, False),
        ("tenant_id = tenant_id AND is_public", False, False),
    ],
)
def test_what_is_true_for_everyone(
    tenancy: Tenancy, sql: str, always: bool, tautology: bool
) -> None:
    predicate = tenancy.meaning(sql)
    assert is_always_true(predicate, NOT_NULL) is always
    assert is_tautology(predicate, NOT_NULL) is tautology


@pytest.mark.parametrize(
    ("condition", "names"),
    [
        ("m.tenant_id = tenant_id", [("tenant_id",)]),
        ("tenant_id = m.tenant_id", [("tenant_id",)]),
        ("m.tenant_id = m.tenant_id", [("m", "tenant_id")]),
        ("m.tenant_id = docs.tenant_id", []),
        ("m.tenant_id = id", []),
    ],
)
def test_a_captured_column(tenancy: Tenancy, condition: str, names: list[tuple[str, ...]]) -> None:
    predicate = tenancy.predicate(f"EXISTS (SELECT 1 FROM members m WHERE {condition})")
    assert [capture.column.names for capture in captured_comparisons(predicate)] == names


MANY = " OR ".join(f"status = '{number}'" for number in range(100))


def test_many_alternatives_bind_where_each_does(tenancy: Tenancy) -> None:
    bound = " OR ".join(f"(tenant_id = {CTX} AND status = '{n}')" for n in range(100))
    assert is_bounded(tenancy.meaning(bound), NOT_NULL)
    assert is_bounded(tenancy.meaning(f"({MANY}) AND tenant_id = {CTX}"), NOT_NULL)
    assert tenant_columns(tenancy.meaning(bound)) == {TENANT}


def test_what_many_alternatives_admit_is_given_up(tenancy: Tenancy) -> None:
    with pytest.raises(GivenUp):
        unbounded_branches(tenancy.meaning(f"{MANY} OR tenant_id = {CTX}"), NOT_NULL)
