"""Partitions and inheritance."""

# ruff: noqa: E501 (statements stay on one line)

from tests.replay.random_ddl.grammar import Grammar

_FIVE = "id int, tenant_id int, owner_id int, kind int, extra int"

FAMILIES: Grammar = {
    "bound": ("3* FOR VALUES IN ({number})", "FOR VALUES IN ({number}, {number})", "DEFAULT"),
    "partition_by": (
        "2* LIST (tenant_id)", "LIST (kind)", "RANGE (tenant_id)", "RANGE (tenant_id, kind)",
        "HASH (tenant_id)", "LIST ((tenant_id + 1))",
    ),
    "create_whole": (
        f"3* CREATE TABLE {{whole}} ({_FIVE}{{constraints}}) PARTITION BY LIST (tenant_id)",
        f"CREATE TABLE {{whole}} ({_FIVE}, PRIMARY KEY (tenant_id, id)) PARTITION BY {{partition_by}}",
        "CREATE TABLE {whole} ({columns}) PARTITION BY {partition_by}",
    ),
    "create_parent": (
        f"2* CREATE TABLE {{parent}} ({_FIVE}{{constraints}})",
        "CREATE TABLE {parent} ({columns})",
    ),
    "partition_of": (
        "4* CREATE TABLE {partition} PARTITION OF {whole} {bound}",
        "CREATE TABLE {partition} PARTITION OF {whole} (extra NOT NULL DEFAULT 4) {bound}",
        "CREATE TABLE {partition} PARTITION OF {whole} ({constraint}) {bound}",
        "CREATE TABLE {partition} PARTITION OF {whole} {bound} PARTITION BY LIST (kind)",
        "CREATE TABLE {partition} PARTITION OF {whole} FOR VALUES FROM ({number}) TO (7)",
        "2* CREATE TABLE {partition} PARTITION OF {partition} {bound}",
        "CREATE TABLE {partition} PARTITION OF {whole} FOR VALUES WITH (MODULUS 2, REMAINDER 0)",
        "ALTER TABLE {whole} {action}", "ALTER TABLE {whole} {action}, {action}",
        "ALTER TABLE {partition} {action}",
        f"CREATE TABLE {{partition}} ({_FIVE}{{constraints}})",
        f"CREATE TABLE {{partition}} (extra int, kind int, owner_id int, {_FIVE[:20]})",
        "CREATE TABLE {partition} (LIKE {whole}{including})",
        "2* ALTER TABLE {whole} ATTACH PARTITION {partition} {bound}",
        "ALTER TABLE {whole} ATTACH PARTITION {table} {bound}",
        "ALTER TABLE {partition} ATTACH PARTITION {partition} {bound}",
        "2* ALTER TABLE {whole} DETACH PARTITION {partition}",
        "ALTER TABLE {whole} DETACH PARTITION {partition} CONCURRENTLY",
    ),
    "inherit": (
        "3* CREATE TABLE {child} ({columns}{constraints}) INHERITS ({parent})",
        "2* CREATE TABLE {child} (own {type}) INHERITS ({parent})",
        "CREATE TABLE {child} () INHERITS (base, base_2)",
        "CREATE TABLE {child} (extra {type}) INHERITS ({parent}, {table})",
        "2* CREATE TABLE {child} (id int) INHERITS ({child})",
        "CREATE TABLE {child} (CONSTRAINT named CHECK (id > 1)) INHERITS ({parent})",
        "DROP TABLE {child}{cascade}", "DROP TABLE {parent}{cascade}",
        "ALTER TABLE {child} INHERIT {parent}", "ALTER TABLE {child} NO INHERIT {parent}",
        "ALTER TABLE {table} INHERIT {parent}", "ALTER TABLE {child} INHERIT {child}",
        "ALTER TABLE {only}{parent} {action}", "ALTER TABLE {only}{parent} {action}",
        "ALTER TABLE {only}{child} {action}", "ALTER TABLE {parent} RENAME {column} TO {column}",
        "ALTER TABLE {parent} RENAME CONSTRAINT {constraint_name} TO {constraint_name}",
    ),
}  # fmt: skip
