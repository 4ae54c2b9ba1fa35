"""Ruby: Rails."""

from __future__ import annotations

from rlslint.code.schemas import Act, Framework, Signature, Standard, nothing

_TYPES = {
    "string": "varchar", "text": "text", "integer": "integer", "bigint": "bigint",
    "smallint": "smallint", "float": "float8", "decimal": "numeric", "numeric": "numeric",
    "datetime": "timestamp", "timestamp": "timestamp", "timestamptz": "timestamptz",
    "time": "time", "date": "date", "binary": "bytea", "blob": "bytea", "boolean": "boolean",
    "uuid": "uuid", "json": "json", "jsonb": "jsonb", "inet": "inet", "cidr": "cidr",
    "macaddr": "macaddr", "citext": "citext", "hstore": "hstore", "xml": "xml", "oid": "oid",
    "tsvector": "tsvector", "int4range": "int4range", "int8range": "int8range",
    "numrange": "numrange", "tsrange": "tsrange", "tstzrange": "tstzrange",
    "daterange": "daterange", "interval": "interval", "money": "money", "point": "point",
    "bit": "bit", "bit_varying": "varbit", "ltree": "ltree", "virtual": "text",
    "vector": "vector", "halfvec": "halfvec", "geometry": "geometry", "geography": "geography",
    "st_point": "geometry", "enum": "text",
}  # fmt: skip
_REFERENCE = (Standard("{}_id", "bigint", indexed=True),)
_TIMESTAMPS = (
    Standard("created_at", "timestamp(6)", not_null=True),
    Standard("updated_at", "timestamp(6)", not_null=True),
)


_REFERS = Signature(Act.columns, ("table", "column"), is_bare=True, set="references")
_STAMPS = Signature(Act.columns, ("table",), is_bare=True, set="timestamps")
_REFERENCES_GO = Signature(Act.drop_column, ("columns",), set="references")


def _bare(act: Act, *positions: str, **words: str) -> Signature:
    return Signature(act, positions, words, is_bare=True)


FRAMEWORKS = (
    Framework(
        "rails",
        "https://api.rubyonrails.org/classes/ActiveRecord/ConnectionAdapters/SchemaStatements.html",
        signs=("ActiveRecord::Migration", "ActiveRecord::Schema"),
        statements={
            "create_table": _bare(Act.create_table, "table"),
            "create_join_table": _bare(Act.join_table, "table", "new"),
            "change_table": _bare(Act.change_table, "table"),
            "drop_table": _bare(Act.drop_table, "table", "columns"),
            "rename_table": _bare(Act.rename_table, "table", "new"),
            "add_column": _bare(Act.add_column, "table", "column", "type"),
            "add_reference": _REFERS,
            "add_belongs_to": _REFERS,
            "add_timestamps": _STAMPS,
            "remove_column": _bare(Act.drop_column, "table", "column"),
            "remove_columns": _bare(Act.drop_column, "table", "columns"),
            "remove_reference": _REFERS._replace(act=Act.drop_column),
            "remove_belongs_to": _REFERS._replace(act=Act.drop_column),
            "remove_timestamps": _STAMPS._replace(act=Act.drop_column),
            "rename_column": _bare(Act.rename_column, "table", "column", "new"),
            "change_column": _bare(Act.change_column, "table", "column", "type"),
            "change_column_null": _bare(Act.change_column, "table", "column", "null"),
            "add_index": _bare(Act.create_index, "table", "column"),
            "remove_index": _bare(Act.drop_index, "table", "column"),
            "add_foreign_key": _bare(Act.foreign_key, "table", "target"),
            "create_schema": _bare(Act.create_schema, "schema"),
            "create_enum": _bare(Act.create_type, "name", "values"),
            **nothing(
                "enable_extension", "disable_ddl_transaction!", "change_column_default",
                "change_column_comment", "change_table_comment", "remove_foreign_key",
                "add_check_constraint", "remove_check_constraint", "validate_check_constraint",
                "validate_foreign_key", "add_exclusion_constraint", "add_unique_constraint",
                "rename_index", "say", "say_with_time", "puts", "require",
                "rename_enum", "add_enum_value", "drop_enum", "raise",
                "disable_extension", "table_exists?", "column_exists?", "index_exists?",
                "foreign_key_exists?", "validate_constraint", "announce",
            ),
        },
        parts={
            "index": Signature(Act.create_index, ("column",)),
            "foreign_key": Signature(Act.foreign_key, ("target",)),
            "remove": Signature(Act.drop_column, ("columns",)),
            "remove_references": _REFERENCES_GO,
            "remove_belongs_to": _REFERENCES_GO,
            "remove_timestamps": Signature(Act.drop_column, set="timestamps"),
            "rename": Signature(Act.rename_column, ("column", "new")),
            "change": Signature(Act.change_column, ("column", "type")),
            "change_null": Signature(Act.change_column, ("column", "null")),
            **nothing(
                "check_constraint", "unique_constraint", "exclusion_constraint", "remove_index",
                "change_default", "remove_foreign_key", "rename_index", "comment",
            ),
        },
        types=_TYPES,
        limits={"integer": ((2, "smallint"), (4, "integer"), (8, "bigint"))},
        sets={
            "timestamps": _TIMESTAMPS,
            "references": _REFERENCE,
            "belongs_to": _REFERENCE,
            "primary_key": (Standard("{}", "bigint", not_null=True, primary=True),),
        },
        makers=frozenset(("column",)),
        several_names=True,
        key=Standard("id", "bigserial", not_null=True, primary=True),
        dumps="ActiveRecord::Schema",
    ),
)  # fmt: skip
