"""Elixir: Ecto."""

from __future__ import annotations

from rlslint.code.schemas import Act, Framework, Signature, Standard, nothing

_TYPES = {
    "id": "integer", "binary_id": "uuid", "string": "varchar(255)", "integer": "integer",
    "bigint": "bigint", "binary": "bytea", "map": "jsonb", "boolean": "boolean",
    "decimal": "numeric", "float": "float8", "date": "date", "time": "time(0)",
    "time_usec": "time", "naive_datetime": "timestamp(0)", "naive_datetime_usec": "timestamp",
    "utc_datetime": "timestamp(0)", "utc_datetime_usec": "timestamp", "uuid": "uuid",
    "text": "text", "citext": "citext", "jsonb": "jsonb", "json": "json", "inet": "inet",
    "serial": "serial", "bigserial": "bigserial", "timestamptz": "timestamptz",
    "timestamp": "timestamp", "smallint": "smallint", "numeric": "numeric", "bytea": "bytea",
    "tsvector": "tsvector", "duration": "interval",
}  # fmt: skip
_INDEX = Signature(Act.create_index, ("table", "columns"))
_CREATE = Signature(Act.create_table, ("table",))
_DROP = Signature(Act.drop_table, ("table",))

FRAMEWORKS = (
    Framework(
        "ecto",
        "https://hexdocs.pm/ecto_sql/Ecto.Migration.html",
        signs=("Ecto.Migration",),
        statements={
            "create table": _CREATE,
            "create_if_not_exists table": _CREATE,
            "drop table": _DROP,
            "drop_if_exists table": _DROP,
            "alter table": Signature(Act.change_table, ("table",)),
            "rename table": Signature(Act.rename_table, ("table", "column"), {"to": "new"}),
            "create index": _INDEX,
            "create_if_not_exists index": _INDEX,
            "create unique_index": _INDEX,
            "create_if_not_exists unique_index": _INDEX,
            **nothing(
                "create constraint", "drop constraint", "drop_if_exists constraint",
                "drop index", "drop_if_exists index", "drop unique_index",
                "drop_if_exists unique_index", "rename index", "flush", "prefix", "repo",
                "direction", "disable_ddl_transaction", "disable_migration_lock",
            ),
        },
        parts={
            "remove": Signature(Act.drop_column, ("column",)),
            "remove_if_exists": Signature(Act.drop_column, ("column",)),
            "modify": Signature(Act.change_column, ("column", "type")),
        },
        types=_TYPES,
        sets={
            "timestamps": (
                Standard("inserted_at", "timestamp(0)", not_null=True),
                Standard("updated_at", "timestamp(0)", not_null=True),
            )
        },
        makers=frozenset(("add", "add_if_not_exists")),
        values=frozenset(
            ("table", "references", "index", "unique_index", "constraint", "fragment")
        ),
        has_bare_parts=True,
        key=Standard("id", "bigint", not_null=True, primary=True),
        moved_by=("Ecto.Migrator", "prefix:"),
    ),
)  # fmt: skip
