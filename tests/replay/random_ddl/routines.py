"""Functions, procedures and triggers."""

# ruff: noqa: E501 (statements stay on one line)

from tests.replay.random_ddl.grammar import Grammar

ROUTINES: Grammar = {
    "function_option": (
        "2* ", "STABLE ", "IMMUTABLE ", "SECURITY DEFINER ", "LEAKPROOF ", "PARALLEL SAFE ",
        "STABLE SECURITY DEFINER SET search_path = '' ", "SET search_path = app, pg_temp ",
        "SET app.tenant = '7' ", "SET search_path FROM CURRENT ", "VOLATILE STRICT COST 5 ",
    ),
    "function_body": (
        "AS 'SELECT 1'", "AS $$SELECT 2$$", "RETURN 3", "BEGIN ATOMIC SELECT 4; END",
    ),
    "arguments": ("3* int", "int, text", "int, int", ""),
    "signature": ("3* {function}(int)", "{function}(int, text)", "{function}", "{function}()"),
    "alter_function": (
        "SET search_path = ''", "SET search_path = app, other", "RESET search_path", "RESET ALL",
        "SECURITY DEFINER", "SECURITY INVOKER", "STABLE", "VOLATILE LEAKPROOF", "NOT LEAKPROOF",
        "PARALLEL SAFE", "OWNER TO {role}", "SET SCHEMA {schema}", "RENAME TO who",
        "RENAME TO allowed", "SET app.tenant TO 'x'",
    ),
    "function_statement": (
        "4* CREATE {or_replace}FUNCTION {function}(int) RETURNS int LANGUAGE sql {function_option}{function_body}",
        "2* CREATE {or_replace}FUNCTION {function}({arguments}) RETURNS int LANGUAGE sql {function_option}{function_body}",
        "CREATE {or_replace}FUNCTION {function}({arguments}) RETURNS int LANGUAGE plpgsql {function_option}AS 'BEGIN RETURN 1; END'",
        "CREATE {or_replace}FUNCTION rows_of(int) RETURNS SETOF int LANGUAGE sql {function_option}AS 'SELECT 1'",
        "CREATE {or_replace}PROCEDURE act({arguments}) LANGUAGE sql AS 'SELECT 1'",
        "CREATE {or_replace}FUNCTION react() RETURNS trigger LANGUAGE plpgsql {function_option}AS 'BEGIN RETURN NEW; END'",
        "4* ALTER FUNCTION {signature} {alter_function}",
        "ALTER PROCEDURE act SECURITY DEFINER", "ALTER ROUTINE act OWNER TO {role}",
        "DROP FUNCTION {if_exists}{signature}{cascade}", "DROP PROCEDURE {if_exists}act",
        "DROP ROUTINE {if_exists}react{cascade}",
    ),
    "or_replace": ("", "OR REPLACE "),
    "trigger": ("t", "u"),
    "trigger_statement": (
        "3* CREATE {or_replace}TRIGGER {trigger} BEFORE INSERT OR UPDATE ON {any_table} FOR EACH ROW EXECUTE FUNCTION react()",
        "CREATE TRIGGER {trigger} AFTER DELETE ON {any_table} EXECUTE FUNCTION react()",
        "CREATE TRIGGER {trigger} AFTER UPDATE OF {column} ON {any_table} FOR EACH ROW WHEN (OLD.{column} > 0) EXECUTE FUNCTION react()",
        "CREATE TRIGGER {trigger} INSTEAD OF INSERT ON {view} FOR EACH ROW EXECUTE FUNCTION react()",
        "ALTER TRIGGER {trigger} ON {any_table} RENAME TO {trigger}",
        "DROP TRIGGER {if_exists}{trigger} ON {any_table}",
    ),
}  # fmt: skip
