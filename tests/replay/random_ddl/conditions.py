"""Conditions, queries, policies and views."""

# ruff: noqa: E501 (statements stay on one line)

from tests.replay.random_ddl.grammar import Grammar

CONDITIONS: Grammar = {
    "condition": (
        "3* {column} = 1", "{column} = {function}({column})", "{column} = allowed(1)",
        "2* EXISTS (SELECT 1 FROM {source} x WHERE x.{column} = {column})",
        "EXISTS (SELECT 1 FROM {source} WHERE {column} = 2)",
        "{column} IN (SELECT {column} FROM {source})",
        "{column} IN (SELECT x.{column} FROM {source} x WHERE x.{column} = {name}.{column})",
        "{column} IN (1, 2) OR NOT {column} > 3",
        "EXISTS (SELECT 1 FROM {source} x JOIN {source} y USING ({column}))",
        "EXISTS (WITH w AS (SELECT * FROM {source}) SELECT {column} FROM w)",
        "(SELECT count(*) FROM {source} x, {source} y WHERE x.{column} = y.{column}) > 0",
        "current_setting('app.tenant', true) = {column}::text", "current_user = 'boss'", "true",
        "{column} IS NULL AND ({condition})", "{column} BETWEEN 1 AND {column}", "NOT ({condition})",
        "coalesce({column}, {column}) = 1", "{column} = ANY (ARRAY[1, 2, {column}])",
        "{column} = (SELECT max(x.{column}) FROM {source} x)", "({column}, {column}) = (1, 2)",
        "CASE WHEN {column} = 1 THEN true ELSE {column} > {column} END",
        "{column} IN (SELECT {column} FROM {source} UNION SELECT {column} FROM {source})",
        "{column} IN (SELECT y.{column} FROM (SELECT * FROM {source}) y WHERE {condition})",
        "NOT EXISTS (SELECT 1 FROM {source} x, LATERAL (SELECT x.{column} AS c) l WHERE c = {column})",
        "{column} IS DISTINCT FROM {column}", "who(who({column})) IN (1, 2) AND {condition}",
        "EXISTS (SELECT FROM {source} x NATURAL JOIN {source} y WHERE {column} = 3)",
    ),
    "command": ("2* ", " FOR ALL", "2* FOR SELECT", " FOR DELETE"),
    "to": ("2* ", " TO {role}", " TO {role}, {role}", " TO PUBLIC", " TO CURRENT_USER"),
    "policy_statement": (
        "5* CREATE POLICY {policy} ON {any_table} FOR ALL{to} USING ({condition})",
        "CREATE POLICY {policy} ON {any_table} FOR SELECT{to} USING ({condition})",
        "CREATE POLICY {policy} ON {any_table} FOR DELETE{to} USING ({condition})",
        "2* CREATE POLICY {policy} ON {any_table} AS RESTRICTIVE FOR UPDATE{to}"
        " USING ({condition}) WITH CHECK ({condition})",
        "2* CREATE POLICY {policy} ON {any_table} FOR INSERT{to} WITH CHECK ({condition})",
        "CREATE POLICY {policy} ON {any_table}{to}",
        "ALTER POLICY {policy} ON {any_table} USING ({condition})",
        "ALTER POLICY {policy} ON {any_table}{to} WITH CHECK ({condition})",
        "ALTER POLICY {policy} ON {any_table} TO {role}",
        "2* DROP POLICY {if_exists}{policy} ON {any_table}",
    ),
    "query": (
        "2* SELECT * FROM {source}", "SELECT {column} FROM {source} WHERE {column} = 1",
        "SELECT x.{column}, y.{column} AS other FROM {source} x LEFT JOIN {source} y USING (id)",
        "SELECT {column}, count(*) AS n FROM {source} GROUP BY {column}",
        "SELECT id, tenant_id FROM {source} UNION ALL SELECT id, {column} FROM {source}",
        "SELECT x.* FROM {source} x WHERE {condition}", "SELECT {function}({column}) FROM {source}",
        "WITH w AS (SELECT id, tenant_id FROM {source}) SELECT * FROM w",
        "SELECT id, tenant_id, owner_id, kind, extra FROM {source}",
    ),
    "view_options": (
        "2* ", "WITH (security_invoker) ", "WITH (security_invoker = true) ",
        "WITH (security_barrier) ", "WITH (security_invoker = off, security_barrier = true) ",
        "WITH (check_option = local) ",
    ),
    "view_option": (
        "SET (security_invoker = true)", "SET (security_barrier = false)", "SET (security_invoker)",
        "RESET (security_invoker)", "RESET (security_barrier, check_option)", "OWNER TO {role}",
        "SET SCHEMA {schema}", "RENAME TO w", "RENAME {column} TO {column}",
        "ALTER {column} SET DEFAULT 3",
    ),
    "view_statement": (
        "3* CREATE VIEW {view} {view_options}AS {query}",
        "3* CREATE OR REPLACE VIEW {view} {view_options}AS {query}",
        "CREATE VIEW {view} (tenant_id, id) AS SELECT id, tenant_id FROM {source}",
        "CREATE OR REPLACE VIEW {view} AS SELECT * FROM {any_table} WHERE id > 0 WITH CHECK OPTION",
        "2* CREATE MATERIALIZED VIEW {if_not_exists}{matview} AS {query}",
        "3* ALTER VIEW {view} {view_option}",
        "ALTER MATERIALIZED VIEW {matview} OWNER TO {role}",
        "ALTER MATERIALIZED VIEW {matview} RENAME {column} TO {column}",
        "REFRESH MATERIALIZED VIEW {matview}",
        "DROP VIEW {if_exists}{view}{cascade}", "DROP MATERIALIZED VIEW {matview}{cascade}",
        "ALTER TABLE {view} OWNER TO {role}",
    ),
}  # fmt: skip
