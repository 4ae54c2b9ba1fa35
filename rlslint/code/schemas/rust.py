"""Rust: SeaORM."""

from __future__ import annotations

from rlslint.code.schemas import Act, Framework, Identifiers, Signature, Standard, nothing

_METHODS = {
    "char": "char", "char_len": "char", "string": "varchar", "string_len": "varchar",
    "text": "text", "tiny_integer": "smallint", "small_integer": "smallint", "integer": "integer",
    "big_integer": "bigint", "tiny_unsigned": "smallint", "small_unsigned": "smallint",
    "unsigned": "integer", "big_unsigned": "bigint", "float": "float4", "double": "float8",
    "decimal": "numeric", "decimal_len": "numeric", "date_time": "timestamp",
    "timestamp": "timestamp", "timestamp_with_time_zone": "timestamptz", "time": "time",
    "date": "date", "interval": "interval", "binary": "bytea", "binary_len": "bytea",
    "var_binary": "bytea", "blob": "bytea", "boolean": "boolean", "money": "money",
    "money_len": "money", "json": "json", "json_binary": "jsonb", "uuid": "uuid", "cidr": "cidr",
    "inet": "inet", "mac_address": "macaddr", "bit": "bit", "varbit": "varbit",
    "ltree": "ltree",
}  # fmt: skip
"""What is called on a column for its type."""


def _helpers() -> dict[str, tuple[Standard, ...]]:
    """Return the functions that make a whole column, each with its forms for NULL and keys."""
    found: dict[str, tuple[Standard, ...]] = {
        "pk_auto": (Standard("{}", "serial", not_null=True, primary=True),),
        "pk_uuid": (Standard("{}", "uuid", not_null=True, primary=True),),
        "big_pk_auto": (Standard("{}", "bigserial", not_null=True, primary=True),),
    }
    for name, kind in _METHODS.items():
        found[name] = found[f"{name}_uniq"] = (Standard("{}", kind, not_null=True),)
        found[f"{name}_null"] = (Standard("{}", kind),)
    return found


_CHAIN = Signature(Act.create_table, ("table",))
_KEY = Signature(
    Act.foreign_key,
    (),
    {
        "from": "table columns", "to": "target target_columns", "fromtbl": "table",
        "fromcol": "columns", "totbl": "target", "tocol": "target_columns",
    },
)  # fmt: skip
_INDEX = Signature(Act.create_index, (), {"col": "columns"})
_HELPERS = _helpers()

FRAMEWORKS = (
    Framework(
        "seaorm",
        "https://docs.rs/sea-orm-migration/latest/sea_orm_migration/manager/struct.SchemaManager.html",
        signs=("sea_orm_migration", "SchemaManager"),
        statements={
            "create_table": _CHAIN,
            "alter_table": _CHAIN._replace(act=Act.change_table),
            "drop_table": _CHAIN._replace(act=Act.drop_table),
            "rename_table": Signature(Act.rename_table, (), {"table": "table new"}),
            "create_index": _INDEX,
            "create_foreign_key": _KEY,
            **nothing(
                "drop_index", "drop_foreign_key", "create_type", "alter_type", "drop_type",
                "truncate_table", "has_table", "has_column", "has_index", "get_connection",
                "get_database_backend", "exec_stmt",
            ),
        },
        parts={
            "drop_column": Signature(Act.drop_column, ("columns",)),
            "modify_column": Signature(Act.change_column, ("column",)),
            "rename_column": Signature(Act.rename_column, ("column", "new")),
            "foreign_key": _KEY,
            "add_foreign_key": _KEY,
            "index": _INDEX,
            "primary_key": Signature(Act.primary_key, (), {"col": "columns"}),
            **nothing(
                "table", "if_not_exists", "to_owned", "take", "comment", "engine", "collate",
                "character_set", "check", "extra", "drop_foreign_key", "temporary",
            ),
        },
        types=_METHODS,
        sets=_HELPERS,
        makers=frozenset(("col", "add_column", "add_column_if_not_exists")),
        values=frozenset(
            (
                "Table", "Index", "ForeignKey", "TableForeignKey", "ColumnDef", "Alias", "Expr",
                "Func", "SimpleExpr", *_HELPERS,
            )
        ),
        identifiers=Identifiers(
            ("Alias.new",),
            whole="Table",
            block=r"enum\s+(\w+)\s*\{([^{}]*)\}|impl\s+Iden\s+for\s+(\w+)\s*\{(.*?)\n\}",
            member=r"iden\s*=\s*\"([^\"]*)\"[^\]]*\]\s*(\w+)|::(\w+)\s*=>\s*\"([^\"]*)\"",
            heading=r"iden\s*=\s*\"([^\"]*)\"[^\]]*\]\s*(?:pub\s+)?enum\s+(\w+)",
        ),
    ),
)  # fmt: skip
