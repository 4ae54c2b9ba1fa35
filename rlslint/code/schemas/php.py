"""PHP: Laravel, Doctrine."""

from __future__ import annotations

from rlslint.code.schemas import Act, Framework, Signature, Standard, nothing

_TYPES = {
    "bigInteger": "bigint", "unsignedBigInteger": "bigint", "integer": "integer",
    "unsignedInteger": "integer", "mediumInteger": "integer", "unsignedMediumInteger": "integer",
    "smallInteger": "smallint", "unsignedSmallInteger": "smallint", "tinyInteger": "smallint",
    "unsignedTinyInteger": "smallint", "foreignId": "bigint", "foreignUuid": "uuid",
    "foreignUlid": "char(26)", "uuid": "uuid", "ulid": "char(26)", "string": "varchar(255)",
    "char": "char(255)", "text": "text", "mediumText": "text", "longText": "text",
    "tinyText": "varchar(255)", "boolean": "boolean", "date": "date", "dateTime": "timestamp(0)",
    "dateTimeTz": "timestamptz(0)", "timestamp": "timestamp(0)", "timestampTz": "timestamptz(0)",
    "time": "time(0)", "timeTz": "timetz(0)", "year": "integer", "decimal": "numeric",
    "unsignedDecimal": "numeric", "double": "float8", "float": "float8", "json": "json",
    "jsonb": "jsonb", "binary": "bytea", "enum": "varchar(255)", "ipAddress": "inet",
    "macAddress": "macaddr", "geometry": "geometry", "geography": "geography", "vector": "vector",
}  # fmt: skip
_ID = (Standard("id", "bigserial", not_null=True, primary=True),)


def _keyed(type: str) -> tuple[Standard, ...]:
    return (Standard("{}", type, not_null=True, primary=True),)


def _morphs(type: str, *, not_null: bool) -> tuple[Standard, ...]:
    return (
        Standard("{}_type", "varchar(255)", not_null=not_null),
        Standard("{}_id", type, not_null=not_null),
    )


def _facade(act: Act, *positions: str) -> Signature:
    return Signature(act, positions, is_bare=False)


_DOCTRINE_INDEX = Signature(Act.create_index, ("columns", "name"))

FRAMEWORKS = (
    Framework(
        "doctrine",
        "https://www.doctrine-project.org/projects/doctrine-dbal/en/latest/reference/schema-representation.html",
        signs=("AbstractMigration",),
        statements={
            "createTable": Signature(Act.create_table, ("table",), is_bare=False),
            "getTable": Signature(Act.change_table, ("table",), is_bare=False),
            "dropTable": Signature(Act.drop_table, ("table",), is_bare=False),
            "renameTable": Signature(Act.rename_table, ("table", "new"), is_bare=False),
            "createNamespace": Signature(Act.create_schema, ("schema",), is_bare=False),
            **nothing(
                "hasTable", "createSequence", "dropSequence", "hasSequence", "skipIf", "abortIf",
                "warnIf", "write", "throwIrreversibleMigrationException", "isTransactional",
            ),
        },
        parts={
            "setPrimaryKey": Signature(Act.primary_key, ("columns",)),
            "addUniqueIndex": _DOCTRINE_INDEX._replace(set="unique"),
            "addUniqueConstraint": Signature(Act.unique, ("columns", "name")),
            "addIndex": _DOCTRINE_INDEX,
            "addForeignKeyConstraint": Signature(
                Act.foreign_key, ("target", "columns", "target_columns")
            ),
            "dropColumn": Signature(Act.drop_column, ("column",)),
            "renameColumn": Signature(Act.rename_column, ("column", "new")),
            **nothing(
                "addOption", "setComment", "hasColumn", "hasIndex", "hasForeignKey", "getColumn",
                "dropIndex", "renameIndex", "dropPrimaryKey", "removeForeignKey",
                "removeUniqueConstraint", "setSchemaConfig",
            ),
        },
        types={
            "ascii_string": "varchar(255)", "bigint": "bigint", "binary": "bytea", "blob": "bytea",
            "boolean": "boolean", "date": "date", "date_mutable": "date", "date_immutable": "date",
            "dateinterval": "varchar(255)", "datetime": "timestamp(0)",
            "datetime_mutable": "timestamp(0)", "datetime_immutable": "timestamp(0)",
            "datetimetz": "timestamptz(0)", "datetimetz_mutable": "timestamptz(0)",
            "datetimetz_immutable": "timestamptz(0)", "decimal": "numeric", "float": "float8",
            "guid": "uuid", "integer": "integer", "json": "json", "jsonb": "jsonb",
            "simple_array": "text", "smallfloat": "float4", "smallint": "smallint",
            "string": "varchar(255)", "text": "text", "time": "time(0)", "time_mutable": "time(0)",
            "time_immutable": "time(0)", "uuid": "uuid",
        },
        makers=frozenset(("addColumn",)),
        nullable=False,
        indexes_references=True,
    ),
    Framework(
        "laravel",
        "https://laravel.com/docs/migrations",
        signs=("Schema::", "Blueprint"),
        statements={
            "Schema.create": _facade(Act.create_table, "table"),
            "Schema.table": _facade(Act.change_table, "table"),
            "Schema.drop": _facade(Act.drop_table, "table"),
            "Schema.dropIfExists": _facade(Act.drop_table, "table"),
            "Schema.rename": _facade(Act.rename_table, "table", "new"),
            "Schema.dropColumns": _facade(Act.drop_column, "table", "columns"),
            **nothing(
                "Schema.hasTable", "Schema.hasColumn", "Schema.hasColumns",
                "Schema.enableForeignKeyConstraints", "Schema.disableForeignKeyConstraints",
                "Schema.defaultStringLength", "Schema.ensureVectorExtensionExists",
                "Schema.getColumnListing", "Schema.getConnection", "config", "env", "app",
                "Artisan.call", "info", "dump",
            ),
        },
        parts={
            "primary": Signature(Act.primary_key, ("columns", "name")),
            "unique": Signature(Act.unique, ("columns", "name")),
            "index": Signature(Act.create_index, ("column", "name")),
            "foreign": Signature(Act.foreign_key, ("column",)),
            "dropColumn": Signature(Act.drop_column, ("columns",)),
            "renameColumn": Signature(Act.rename_column, ("column", "new")),
            "rename": Signature(Act.rename_table, ("new",)),
            "dropIndex": Signature(Act.drop_index, ("name",)),
            "dropConstrainedForeignId": Signature(Act.drop_column, ("column",)),
            **nothing(
                "dropForeign", "dropPrimary", "dropUnique", "engine", "charset", "collation",
                "comment", "fullText", "spatialIndex", "rawIndex", "dropFullText",
                "dropSpatialIndex", "renameIndex", "temporary", "after", "innoDb",
            ),
        },
        types=_TYPES,
        sets={
            "id": _ID,
            "increments": _keyed("serial"),
            "integerIncrements": _keyed("serial"),
            "smallIncrements": _keyed("smallserial"),
            "mediumIncrements": _keyed("serial"),
            "tinyIncrements": _keyed("smallserial"),
            "bigIncrements": _keyed("bigserial"),
            "timestamps": (
                Standard("created_at", "timestamp(0)"), Standard("updated_at", "timestamp(0)")
            ),
            "nullableTimestamps": (
                Standard("created_at", "timestamp(0)"), Standard("updated_at", "timestamp(0)")
            ),
            "timestampsTz": (
                Standard("created_at", "timestamptz(0)"), Standard("updated_at", "timestamptz(0)")
            ),
            "datetimes": (
                Standard("created_at", "timestamp(0)"), Standard("updated_at", "timestamp(0)")
            ),
            "softDeletes": (Standard("deleted_at", "timestamp(0)"),),
            "softDeletesTz": (Standard("deleted_at", "timestamptz(0)"),),
            "rememberToken": (Standard("remember_token", "varchar(100)"),),
            "morphs": _morphs("bigint", not_null=True),
            "nullableMorphs": _morphs("bigint", not_null=False),
            "uuidMorphs": _morphs("uuid", not_null=True),
            "nullableUuidMorphs": _morphs("uuid", not_null=False),
            "numericMorphs": _morphs("bigint", not_null=True),
        },
        makers=frozenset(("addColumn", "rawColumn")),
        types_first=frozenset(("addColumn",)),
        values=frozenset(("raw",)),
        receivers=frozenset(("Schema", "Illuminate.Support.Facades.Schema")),
        nullable=False,
    ),
)  # fmt: skip
