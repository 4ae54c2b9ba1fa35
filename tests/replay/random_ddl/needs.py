"""What others need: types, operators, sequences, overloads; and what ends with its session."""

# ruff: noqa: E501 (statements stay on one line)

from tests.replay.random_ddl.grammar import Grammar

NEEDS: Grammar = {
    "made_type": ("mood", "dom", "dom_2", "mood[]"),
    "type_statement": (
        "2* CREATE TYPE mood AS ENUM ('a')", "2* CREATE DOMAIN dom AS int", "CREATE DOMAIN dom_2 AS dom",
        "DROP TYPE {if_exists}mood{cascade}", "DROP DOMAIN {if_exists}dom{cascade}",
        "2* ALTER TABLE {any_table} ADD COLUMN {if_not_exists}extra {made_type}",
        "ALTER TABLE {any_table} ADD COLUMN {if_not_exists}kind {made_type}",
        "CREATE POLICY {policy} ON {any_table} USING ({column}::text::mood = 'a')",
        "CREATE {or_replace}FUNCTION of_type({made_type}) RETURNS int LANGUAGE sql AS 'SELECT 1'",
        "ALTER TABLE {any_table} ADD COLUMN {if_not_exists}extra int GENERATED ALWAYS AS ({column} + who({column})) STORED",
    ),
    "operator_statement": (
        "3* CREATE OPERATOR === (LEFTARG = int, RIGHTARG = int, FUNCTION = same)",
        "CREATE OPERATOR === (LEFTARG = text, RIGHTARG = text, FUNCTION = texteq)",
        "DROP OPERATOR {if_exists}=== (int, int){cascade}",
        "DROP OPERATOR {if_exists}=== (text, text){cascade}",
        "CREATE POLICY {policy} ON {any_table} USING (id === 1)",
        "CREATE VIEW {view} AS SELECT id, tenant_id FROM {any_table} WHERE tenant_id === 1",
        "DROP FUNCTION same{cascade}",
        "CREATE {or_replace}FUNCTION same(int, int) RETURNS bool LANGUAGE sql AS 'SELECT true'",
    ),
    "sequence_statement": (
        "2* CREATE SEQUENCE {if_not_exists}s", "DROP SEQUENCE {if_exists}s{cascade}",
        "2* ALTER TABLE {any_table} ALTER {column} SET DEFAULT nextval('s')",
        "CREATE POLICY {policy} ON {any_table} USING (id < nextval('s'))",
        "ALTER SEQUENCE s OWNED BY {any_table}.{column}", "ALTER SEQUENCE s OWNED BY NONE",
    ),
    "picked": ("int", "text", "bigint", "VARIADIC int[]", "int, int DEFAULT 1", "numeric", "bool"),
    "pick_argument": (
        "3* {column}", "{column}::text", "1", "'a'", "{column}::bigint", "{column} = 1", "id, 2",
        "current_setting('app.x')",
    ),
    "overload_statement": (
        "4* CREATE {or_replace}FUNCTION pick({picked}) RETURNS bool LANGUAGE sql AS 'SELECT true'",
        "DROP FUNCTION {if_exists}pick({picked}){cascade}",
        "4* CREATE POLICY {policy} ON {any_table} USING (pick({pick_argument}))",
        "CREATE VIEW {view} AS SELECT id, tenant_id FROM {any_table} WHERE pick({pick_argument})",
    ),
    "temporary_statement": (
        "2* CREATE TEMP TABLE {name} ({columns})", "CREATE TEMP TABLE {name} (id int) ON COMMIT DROP",
        "BEGIN;\nCREATE TEMP TABLE {name} (id int, tenant_id int) ON COMMIT DROP;\n{alter_table};\nCOMMIT",
        "BEGIN;\nSAVEPOINT s;\nCREATE TEMP TABLE {name} (id int) ON COMMIT DROP;\nROLLBACK TO s;\n{alter_table};\nCOMMIT",
        "DO $do$ BEGIN CREATE TEMP TABLE {name} (id int) ON COMMIT DROP; ALTER TABLE {name} ENABLE ROW LEVEL SECURITY; END $do$",
        "CREATE TEMP VIEW {name} AS SELECT 1 AS id", "DROP TABLE IF EXISTS pg_temp.{name}",
        "ALTER TABLE pg_temp.{name} ENABLE ROW LEVEL SECURITY", "SET search_path = app, pg_temp, public",
        "DISCARD TEMP", "DISCARD ALL", "DISCARD PLANS",
    ),
    "ending_statement": (
        "DO $do$ BEGIN {in_block}; COMMIT; BEGIN {in_block}; EXCEPTION WHEN OTHERS THEN NULL; END; ROLLBACK; END $do$",
        "DO $do$ BEGIN BEGIN {in_block}; EXCEPTION WHEN OTHERS THEN NULL; END; ROLLBACK; {in_block}; END $do$",
        "DO $do$ BEGIN BEGIN COMMIT; EXCEPTION WHEN invalid_transaction_termination THEN {in_block}; END; END $do$",
        "DO $do$ BEGIN SET LOCAL search_path = app; COMMIT; {in_block}; END $do$",
        "SELECT set_config('search_path', '{schema}, public', true);\n{statement}",
        "BEGIN;\nSELECT set_config('search_path', '{schema}', true);\n{statement};\nCOMMIT;\n{statement}",
        "SELECT set_config('role', 'boss', false);\n{statement};\nRESET ROLE",
    ),
}  # fmt: skip
