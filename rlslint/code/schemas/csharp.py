"""C#: EF Core."""

from __future__ import annotations

from rlslint.code.schemas import Act, Framework, Signature, nothing

_OF_COLUMN = {"name": "column"}
_DROP = Signature(Act.drop_constraint, ("name", "table"))
_TYPES = {
    "Guid": "uuid", "string": "text", "String": "text", "int": "integer", "Int32": "integer",
    "long": "bigint", "Int64": "bigint", "short": "smallint", "bool": "boolean",
    "Boolean": "boolean", "DateTime": "timestamptz", "DateTimeOffset": "timestamptz",
    "DateOnly": "date", "TimeOnly": "time", "TimeSpan": "interval", "decimal": "numeric",
    "double": "float8", "float": "float4", "byte[]": "bytea",
}  # fmt: skip

FRAMEWORKS = (
    Framework(
        "efcore",
        "https://learn.microsoft.com/dotnet/api/microsoft.entityframeworkcore.migrations.migrationbuilder",
        signs=("MigrationBuilder",),
        statements={
            "CreateTable": Signature(Act.create_table, ("table",), {"name": "table"}),
            "DropTable": Signature(Act.drop_table, ("table", "schema"), {"name": "table"}),
            "RenameTable": Signature(
                Act.rename_table, ("table", "schema", "new"), {"name": "table"}
            ),
            "AddColumn": Signature(Act.add_column, ("column", "table", "type"), _OF_COLUMN),
            "DropColumn": Signature(Act.drop_column, ("column", "table"), _OF_COLUMN),
            "RenameColumn": Signature(Act.rename_column, ("column", "table", "new"), _OF_COLUMN),
            "AlterColumn": Signature(Act.change_column, ("column", "table", "type"), _OF_COLUMN),
            "CreateIndex": Signature(Act.create_index, ("name", "table", "column")),
            "DropIndex": Signature(Act.drop_index, ("name", "table")),
            "AddForeignKey": Signature(Act.foreign_key, ("name", "table", "column", "target")),
            "AddPrimaryKey": Signature(Act.primary_key, ("name", "table", "column")),
            "AddUniqueConstraint": Signature(Act.unique, ("name", "table", "column")),
            "EnsureSchema": Signature(Act.create_schema, ("schema",), {"name": "schema"}),
            "DropPrimaryKey": _DROP,
            "DropForeignKey": _DROP,
            "DropUniqueConstraint": _DROP,
            **nothing(
                "AddCheckConstraint", "DropCheckConstraint", "InsertData", "UpdateData",
                "DeleteData", "CreateSequence", "AlterSequence", "DropSequence",
                "RenameSequence", "RestartSequence", "RenameIndex", "AlterDatabase", "AlterTable",
            ),
        },
        parts={
            "PrimaryKey": Signature(Act.primary_key, ("name",)),
            "UniqueConstraint": Signature(Act.unique, ("name",)),
            "ForeignKey": Signature(Act.foreign_key, ("name",)),
            **nothing("CheckConstraint"),
        },
        types=_TYPES,
        makers=frozenset(("Column",)),
        receivers=frozenset(("migrationBuilder",)),
        nullable=False,
    ),
)  # fmt: skip
