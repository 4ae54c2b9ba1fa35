"""What ends, what is said, and what costs nothing, where a block cannot be carried out."""

import pytest

from rlslint.catalog import Catalog
from tests.replay.plpgsql.test_parity import replayed

SETUP = "CREATE ROLE app_user; CREATE TABLE orders (id int); CREATE TABLE items (id int);"


def _table_facts(catalog: Catalog) -> dict[str, bool]:
    return {table.name: table.knows("rls_enabled") for table in catalog.tables()}


def test_endless_loop_ends_and_says_so() -> None:
    catalog = replayed(
        SETUP + "DO $$ BEGIN LOOP EXECUTE 'GRANT SELECT ON orders TO app_user'; END LOOP; END $$"
    )
    assert [dynamic.reason for dynamic in catalog.dynamic.values()] == [
        "its loops take more than 10,000 steps"
    ]


def test_endless_recursion_ends_and_says_so() -> None:
    catalog = replayed(
        SETUP + "CREATE FUNCTION f(i int) RETURNS void LANGUAGE plpgsql AS $$ BEGIN"
        " EXECUTE 'GRANT SELECT ON orders TO app_user'; PERFORM f(i + 1); PERFORM f(i + 2);"
        " END $$; SELECT f(1);"
    )
    assert len(catalog.dynamic) == 1


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        ("DECLARE i int := 0; BEGIN WHILE true LOOP i := i + 1; END LOOP;", "its loops take"),
        ("BEGIN LOOP FOR i IN 1..900 LOOP NULL; END LOOP; END LOOP;", "its loops take"),
        ("DECLARE s text := 'ab'; BEGIN LOOP s := s || s; END LOOP;", "its loops take"),
        ("DECLARE a text[] := '{a,b}'; BEGIN LOOP a := a || a; END LOOP;", "its loops take"),
        ("DECLARE a text[] := '{a}'; BEGIN LOOP a := ARRAY[a, a]; END LOOP;", "its loops take"),
        ("DECLARE n int := 3; BEGIN LOOP n := n * n; END LOOP;", "its loops take"),
        ("BEGIN PERFORM down(1);", "its calls are nested too deeply"),
        ("BEGIN PERFORM there(1);", "its calls are nested too deeply"),
    ],
)
def test_what_never_ends_leaves_the_rest_unknown(body: str, reason: str) -> None:
    functions = "".join(
        f"CREATE FUNCTION {name}(i int) RETURNS void LANGUAGE plpgsql AS $$ BEGIN"
        f" PERFORM {called}(i + 1); PERFORM {called}(i + 2); END $$;"
        for name, called in (("down", "down"), ("there", "back"), ("back", "there"))
    )
    catalog = replayed(
        f"{SETUP}{functions} DO $$ {body} ALTER TABLE orders ENABLE ROW LEVEL SECURITY; END $$"
    )
    assert len(catalog.dynamic) == 1
    assert next(iter(catalog.dynamic.values())).reason.startswith(reason)
    assert _table_facts(catalog) == {"orders": False, "items": True}


def test_a_query_of_too_many_rows_ends_and_says_so() -> None:
    series = ", ".join(f"generate_series(1, 9000) s{number}" for number in range(3))
    catalog = replayed(
        f"{SETUP} DO $$ DECLARE n int; BEGIN SELECT s0 INTO n FROM {series}"
        " WHERE s0 + s1 + s2 = 0;"
        " IF n > 5 THEN ALTER TABLE orders ENABLE ROW LEVEL SECURITY; END IF; END $$"
    )
    (dynamic,) = catalog.dynamic.values()
    assert dynamic.reason == "its queries look at more than 100,000 rows"
    assert _table_facts(catalog) == {"orders": False, "items": True}


@pytest.mark.parametrize(
    "text",
    [
        "lpad('x', 2000000000)",
        "array_length(ARRAY(SELECT x FROM generate_series(1, 1000000000) x), 1)",
        "format('%2000000000s', 'x')",
        f"('{'a' * 60}!' ~ '^(a+)+$')::text",
        f"('{'a' * 60}!' ~ '(a|aa)+$')::text",
    ],
)
def test_a_text_that_is_too_long_to_make_is_unknown(text: str) -> None:
    catalog = replayed(
        f"{SETUP} DO $$ BEGIN EXECUTE 'ALTER TABLE orders ENABLE ROW LEVEL SECURITY' || {text};"
        " END $$"
    )
    assert _table_facts(catalog) == {"orders": False, "items": True}


def test_another_language_makes_everything_unknown() -> None:
    catalog = replayed(SETUP + "DO LANGUAGE plpython3u $$ plpy.execute('…') $$")
    assert _table_facts(catalog) == {"orders": False, "items": False}
    assert next(iter(catalog.dynamic.values())).reason == "it is written in plpython3u"


def test_body_that_is_no_plpgsql_forgets_what_its_words_name() -> None:
    catalog = replayed(
        SETUP + "DO $$ BEGIN IF true ALTER TABLE orders ENABLE ROW LEVEL SECURITY; END $$"
    )
    assert not _table_facts(catalog)["orders"]
    assert len(catalog.dynamic) == 1


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT 1; EXECUTE x",
        "EXECUTE t",
        "EXECUTE 'ALTER TABLE ' || t",
        "EXECUTE 'ALTER TABLE ' || t || ' ' || a",
        "EXECUTE 'ALTER TABLE orders ' || a",
    ],
)
def test_unknown_action_may_change_row_security(sql: str) -> None:
    body = f"DECLARE t text; a text; BEGIN SELECT x, y INTO t, a FROM items; {sql}; END"
    assert not _table_facts(replayed(f"{SETUP} DO $$ {body} $$"))["orders"]


def test_unknown_action_on_a_known_table_leaves_others_known() -> None:
    body = "DECLARE a text; BEGIN SELECT x INTO a FROM items; EXECUTE 'ALTER TABLE orders ' || a;"
    facts = _table_facts(replayed(f"{SETUP} DO $$ {body} END $$"))
    assert facts == {"orders": False, "items": True}


def test_what_a_block_executes_points_to_the_execute() -> None:
    execute = "EXECUTE 'CREATE POLICY p ON orders USING (true)'"
    (policy,) = replayed(f"{SETUP} DO $$ BEGIN {execute}; END $$").policies()
    assert policy.created is not None
    assert policy.created.span.sql == execute
    assert policy.created.sql == "CREATE POLICY p ON orders USING (true)"


def test_what_stands_in_a_block_is_found_there() -> None:
    create = "CREATE POLICY p ON orders USING (id = 1 OR true)"
    (policy,) = replayed(f"{SETUP} DO $ü$ BEGIN IF true THEN {create}; END IF; END $ü$").policies()
    assert policy.created is not None
    assert policy.created.span.sql == create
    assert policy.using is not None
    span = policy.using.span()
    assert span is not None
    assert span.sql == "id = 1 OR true"


def test_a_block_with_doubled_quotes_is_shown_as_a_whole() -> None:
    sql = f"{SETUP} DO 'BEGIN CREATE POLICY p ON orders USING (''a'' = ''a''); END'"
    (policy,) = replayed(sql).policies()
    assert policy.created is not None
    assert policy.created.span.sql.startswith("DO '")


def test_security_definer_makes_its_owner_the_owner() -> None:
    catalog = replayed(
        "CREATE ROLE boss; SET ROLE boss; CREATE FUNCTION make() RETURNS void LANGUAGE plpgsql"
        " SECURITY DEFINER AS $$ BEGIN CREATE TABLE made (id int); END $$; RESET ROLE;"
        " SELECT make(); CREATE TABLE other (id int);"
    )
    assert {table.name: table.owner == "boss" for table in catalog.tables()} == {
        "made": True,
        "other": False,
    }


@pytest.mark.parametrize(
    "call",
    [
        "CALL protect('x', 'orders', 'items')",
        "CALL protect('x', VARIADIC ARRAY['orders', 'items'])",
        "DO $$ BEGIN CALL protect('x', 'orders', 'items'); END $$",
    ],
)
def test_a_variadic_parameter_takes_all_further_arguments(call: str) -> None:
    procedure = (
        "CREATE PROCEDURE protect(prefix text, VARIADIC names text[]) LANGUAGE plpgsql AS $$"
        " DECLARE n text; BEGIN FOREACH n IN ARRAY names LOOP"
        " EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', n); END LOOP; END $$;"
    )
    catalog = replayed(f"{SETUP} {procedure} {call}")
    assert {table.name: table.rls_enabled for table in catalog.tables()} == {
        "orders": True,
        "items": True,
    }


@pytest.mark.parametrize(
    "sql",
    ["SET ROLE app_user", "SET search_path = app", "PERFORM set_config('search_path', 'a', false)"],
)
def test_a_session_that_perhaps_changes_is_said(sql: str) -> None:
    body = f"BEGIN IF EXISTS (SELECT 1 FROM orders) THEN {sql}; END IF; END"
    (dynamic,) = replayed(f"{SETUP} DO $$ {body} $$").dynamic.values()
    assert dynamic.reason.startswith("whether it")
