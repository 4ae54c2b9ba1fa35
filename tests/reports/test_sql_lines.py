"""SQL that does not fit on a line: what each line holds, and that nothing is lost."""

from __future__ import annotations

import pytest

from rlslint.reports.sql_lines import sql_lines
from rlslint.sql.parser import tokens

POLICY = (
    'ALTER POLICY "Members, of a tenant; all" ON public.docs USING (tenant_id = '
    "NULLIF(current_setting('app.tenant_id', true), '')::int AND owner = (SELECT auth.uid()) OR "
    "note = 'a; b') WITH CHECK (tenant_id = 1);"
)
STATEMENTS = (
    POLICY,
    "GRANT SELECT (id, tenant_id, title, body, made_at, changed_at) ON public.docs TO app, jobs;",
    f"DROP POLICY one_that_has_quite_a_long_name ON public.documents_of_all_departments; {POLICY}",
    "CREATE FUNCTION f() RETURNS SETOF uuid LANGUAGE sql STABLE SET search_path = public, pg_temp "
    "AS $$ SELECT tenant_id; -- it's this\n $$;",
)


def test_each_clause_begins_a_line_and_so_do_conditions_that_are_joined() -> None:
    assert list(sql_lines(POLICY, 80)) == [
        'ALTER POLICY "Members, of a tenant; all" ON public.docs',
        "  USING (tenant_id = NULLIF(current_setting('app.tenant_id', true), '')::int",
        "    AND owner = (SELECT auth.uid())",
        "    OR note = 'a; b')",
        "  WITH CHECK (tenant_id = 1);",
    ]


@pytest.mark.parametrize("columns", [40, 60, 80, 200])
@pytest.mark.parametrize("sql", STATEMENTS)
def test_the_lines_are_the_same_statement(sql: str, columns: int) -> None:
    def words(text: str) -> list[str]:
        data = text.encode()
        return [data[token.start : token.end].decode() for token in tokens(data)]

    assert words("\n".join(sql_lines(sql, columns))) == words(sql)


def test_what_fits_stays_on_its_line() -> None:
    assert list(sql_lines(POLICY, 300)) == [POLICY]


def test_what_is_no_sql_is_broken_at_blanks() -> None:
    assert list(sql_lines("ALTER it 'by hand", 12)) == ["ALTER it 'by", "hand"]
