"""What findings paste of policies: as a person would write it, and of the same meaning."""

from __future__ import annotations

import pytest

from rlslint.sql.plain_spelling import plain_sql
from tests.postgres import Database

WRITTEN = {
    "a -- the flag\n  OR /* both */ b": "a OR b",
    "note = 'two  blanks\nand a line'": "note = 'two  blanks\nand a line'",
    "note = 'it''s -- no comment'": "note = 'it''s -- no comment'",
    "a::text = 'x'::text": "a::text = 'x'::text",
    "(SELECT  nullif(\n  x, '') )": "(SELECT nullif( x, '') )",
    "é = 'ü' AND b": "é = 'ü' AND b",
    "a = 'no end": "a = 'no end",
}

SHOWN = {
    "tenant = (SELECT nullif(current_setting('app.t', true), '')::int)": (
        "tenant = (SELECT NULLIF(current_setting('app.t', true), '')::integer)"
    ),
    "tenant = current_setting('app.t')::int": "tenant = current_setting('app.t')::integer",
    "data ->> 'role' = 'admin'": "(data ->> 'role') = 'admin'",
    "note IN ('a', 'b')": "note = ANY (ARRAY['a', 'b'])",
    "note = ANY ('{a,b}')": "note = ANY ('{a,b}'::text[])",
    "tenant IN (SELECT my_tenants())": "tenant IN (SELECT public.my_tenants())",
    "(SELECT current_setting('app.on', true)) = 'yes'": (
        "(SELECT current_setting('app.on', true)) = 'yes'"
    ),
    "coalesce(note, '') <> 'it''s ''x''::text'": "COALESCE(note, '') <> 'it''s ''x''::text'",
    "to_jsonb('a'::text) = data": "to_jsonb('a'::text) = data",
    "code = 'x'": "(code)::text = 'x'",
    "EXISTS (SELECT 1 AS one FROM docs d WHERE d.note = 'a')": (
        "EXISTS (SELECT 1 AS one FROM public.docs d WHERE (d.note = 'a'))"
    ),
    "EXISTS (SELECT FROM (SELECT 1 AS one) s WHERE s.one = tenant)": (
        "EXISTS (SELECT FROM (SELECT 1 AS one) s WHERE (s.one = docs.tenant))"
    ),
    "(NOT (tenant > 1))::text = 'true'": "((NOT (tenant > 1)))::text = 'true'",
    "(tenant > 1)::int = abs(tenant)::int": "((tenant > 1))::integer = abs(tenant)",
}

SCHEMA = """
CREATE TABLE docs (tenant int, note text, code varchar, data jsonb);
CREATE FUNCTION my_tenants() RETURNS SETOF int LANGUAGE sql STABLE AS 'SELECT 1';
CREATE POLICY p ON docs;
"""
SHOW = "SET search_path = ''; SELECT pg_get_expr(polqual, polrelid) FROM pg_policy;"


@pytest.mark.parametrize(("written", "plain"), WRITTEN.items())
def test_what_somebody_wrote_stays_but_for_comments(written: str, plain: str) -> None:
    assert plain_sql(written, is_deparsed=False) == plain


@pytest.mark.parametrize(("written", "plain"), SHOWN.items())
def test_what_a_server_shows_becomes_plain_and_means_the_same(
    written: str, plain: str, database: Database
) -> None:
    database.run(SCHEMA)
    assert database.run(f"ALTER POLICY p ON docs USING ({written})").errors == ()
    shown = "\n".join(database.run(SHOW).rows)
    spelled = plain_sql(shown, is_deparsed=True)
    assert spelled in (plain, f"({plain})")
    assert database.run(f"ALTER POLICY p ON docs USING ({spelled})").errors == ()
    assert "\n".join(database.run(SHOW).rows) == shown
