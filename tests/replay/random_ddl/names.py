"""Names and small words. Few of them, so that statements meet."""

from tests.replay.random_ddl.grammar import Grammar

NAMES: Grammar = {
    "schema": ("public", "app", "other"),
    "made_schema": ("app", "other"),
    "role": ("app_role", "reader", "writer", "boss"),
    "plain_role": ("app_role", "reader", "writer"),
    "grantee": ("3* {role}", "PUBLIC"),
    "name": ("docs", "members", "events", "notes", "files", "docs_2"),
    "table": ("4* {name}", "{schema}.{name}"),
    "whole": ("2* orders", "2* logs", "{schema}.orders"),
    "partition": ("orders_1", "orders_2", "logs_1", "logs_2", "logs_3"),
    "parent": ("base", "base_2"),
    "child": ("child", "child_2", "grandchild"),
    "any_table": ("6* {table}", "2* {whole}", "2* {partition}", "{parent}", "{child}"),
    "view": ("v", "w", "{schema}.v"),
    "matview": ("m", "m_2"),
    "source": ("9* {any_table}", "2* {view}", "2* {matview}", "scratch"),
    "column": ("2* id", "2* tenant_id", "owner_id", "kind", "extra"),
    "function": ("who", "allowed", "{schema}.who"),
    "policy": ("p", "q", "r"),
    "number": ("1", "2", "3", "4", "5", "6"),
    "only": ("6* ", "ONLY "),
    "if_exists": ("3* ", "IF EXISTS "),
    "if_not_exists": ("3* ", "IF NOT EXISTS "),
    "cascade": ("", " CASCADE"),
}
