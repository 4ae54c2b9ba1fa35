from __future__ import annotations

from rlslint.config import Severity
from rlslint.project.fingerprints import fingerprint
from rlslint.reports import Checked, Database, Result
from rlslint.reports.closing import closing_lines, statistics, unchecked_lines
from tests.reports.examples import UNCHECKED, live, result, shadowed


def closing(given: Result) -> list[str]:
    return list(closing_lines(given))


def test_the_closing_says_what_was_found_checked_and_not_checked() -> None:
    given = result(shadowed(), shadowed(), live())._replace(not_checked=UNCHECKED)
    assert closing(given) == [
        "Found 2 errors and 1 warning.",
        "Checked 42 migrations (310 statements), 118 queries in 60 files. "
        "Not checked: 1 query built at run time, 2 tables behind dynamic SQL "
        "(--show-unchecked lists them).",
    ]


def test_nothing_found_is_said() -> None:
    assert closing(result())[0] == "No findings."


def test_a_live_database_is_named_with_its_server_and_the_role_that_read_it() -> None:
    shop = Database("shop on db1", "18.1 (Debian 18.1-1)", "auditor")
    given = Result((), Checked(databases=1, tables=1, policies=2), databases=(shop,))
    assert closing(given)[1] == (
        "Checked 1 table with 2 policies in shop on db1 (PostgreSQL 18.1) as auditor."
    )
    two = given._replace(databases=(shop, shop._replace(name="shop on db2")))
    assert closing(two)[1].endswith(
        "in shop on db1 (PostgreSQL 18.1) as auditor and shop on db2 (PostgreSQL 18.1) as auditor."
    )
    assert closing(given._replace(databases=(shop,) * 4))[1].endswith("in 4 databases.")


def test_a_database_without_row_security_is_told_so() -> None:
    empty = Result((), Checked(databases=1), databases=(Database("empty", "18.1", "me"),))
    assert closing(empty._replace(uses_row_security=False))[0] == (
        "empty uses row security nowhere: "
        "no table has a policy and no table has row security enabled."
    )


def test_nothing_checked_is_said() -> None:
    assert closing(Result((), Checked())) == ["No SQL was found.", "Checked nothing."]


def test_where_nothing_was_checked_nothing_is_said_to_have_been_found_in_it() -> None:
    failed = Result((), Checked(), errors=("a.sql is UTF-16: it was not checked.",))
    assert closing(failed) == ["Checked nothing."]


def test_a_project_without_row_security_is_told_so() -> None:
    assert closing(result()._replace(uses_row_security=False))[0].startswith(
        "This project uses row security nowhere"
    )


def test_hidden_findings_are_counted() -> None:
    hidden = {Severity.info: 3, Severity.warning: 1}
    assert closing(result()._replace(hidden=hidden))[-1] == (
        "Not shown: 4 findings (1 warning and 3 info); "
        "lower --min-severity or --min-confidence to see them."
    )


def test_unchecked_things_are_listed_with_the_rule_that_stayed_silent() -> None:
    assert list(unchecked_lines(result()._replace(not_checked=UNCHECKED)))[1] == (
        "table public.a behind dynamic SQL (by rls-not-enabled, rls-not-forced)"
    )


def test_statistics_put_the_most_frequent_rule_first() -> None:
    assert list(statistics(result(live(), shadowed(), shadowed()))) == [
        "2  RLS103  policy-column-shadowed",
        "1  RLS006  rls-not-forced",
    ]


def test_a_fingerprint_changes_with_the_meaning_and_not_with_the_layout() -> None:
    def of(sql: str) -> str:
        return fingerprint("rule", "public.docs", sql)

    assert of("CREATE POLICY p ON docs USING (true)") == of(
        "create policy P on docs\n using(true) -- x"
    )
    assert of("SELECT 'A'") != of("SELECT 'a'")
    assert of('SELECT "A"') != of("SELECT a")
    assert of("postgres://a:one@h/d") == of("postgres://a:two@h/d")
