"""Python: Django, and Alembic over SQLAlchemy with the entities of alembic_utils."""

from __future__ import annotations

from rlslint.code.schemas import Act, Entity, Framework, Signature, nothing

_INTEGER, _FLOAT = "integer", "double precision"
_TYPES = {
    "uuid": "uuid", "guid": "uuid", "string": "varchar", "varchar": "varchar",
    "autostring": "varchar", "enum": "varchar", "unicode": "varchar", "nvarchar": "varchar",
    "char": "bpchar", "text": "text", "unicodetext": "text", "citext": "citext",
    "integer": _INTEGER, "int": _INTEGER, "smallinteger": "smallint", "smallint": "smallint",
    "biginteger": "bigint", "bigint": "bigint", "boolean": "boolean", "bool": "boolean",
    "numeric": "numeric", "decimal": "numeric", "float": _FLOAT, "double": _FLOAT,
    "double_precision": _FLOAT, "real": "real", "date": "date", "datetime": "timestamp",
    "timestamp": "timestamp", "time": "time", "interval": "interval", "json": "json",
    "jsonb": "jsonb", "largebinary": "bytea", "bytea": "bytea", "inet": "inet", "cidr": "cidr",
    "macaddr": "macaddr", "money": "money", "oid": "oid", "hstore": "hstore",
    "tsvector": "tsvector", "tsquery": "tsquery", "int4range": "int4range",
    "int8range": "int8range", "numrange": "numrange", "tsrange": "tsrange",
    "tstzrange": "tstzrange", "daterange": "daterange", "vector": "vector", "halfvec": "halfvec",
    "geometry": "geometry", "geography": "geography", "ltree": "ltree",
}  # fmt: skip

_NAME = {"indexname": "name", "constraintname": "name"}
_REFERENCE = {
    "constraintname": "name", "sourcetable": "table", "sourceschema": "schema",
    "referenttable": "target", "referentschema": "target_schema", "localcols": "columns",
    "remotecols": "target_columns", "refcolumns": "target",
}  # fmt: skip
_NAME_OF_TABLE = ("name", "table", "columns")
_NEW_TABLE = {"oldtablename": "table", "newtablename": "new"}
_ENTITY = ("schema", "signature", "definition", "on_entity")

_ALEMBIC = Framework(
    "alembic",
    "https://alembic.sqlalchemy.org/en/latest/ops.html",
    signs=("alembic",),
    statements={
        "create_table": Signature(Act.create_table, ("table",)),
        "batch_alter_table": Signature(Act.change_table, ("table",)),
        "drop_table": Signature(Act.drop_table, ("table",)),
        "rename_table": Signature(Act.rename_table, ("table", "new"), _NEW_TABLE),
        "add_column": Signature(Act.add_column, ("table", "columns")),
        "drop_column": Signature(Act.drop_column, ("table", "column")),
        "alter_column": Signature(Act.change_column, ("table", "column")),
        "create_index": Signature(Act.create_index, _NAME_OF_TABLE, _NAME),
        "drop_index": Signature(Act.drop_index, ("name", "table"), _NAME),
        "create_unique_constraint": Signature(Act.unique, _NAME_OF_TABLE, _NAME),
        "create_primary_key": Signature(Act.primary_key, _NAME_OF_TABLE, _NAME),
        "create_foreign_key": Signature(
            Act.foreign_key, ("name", "table", "target", "columns", "target_columns"), _REFERENCE
        ),
        "drop_constraint": Signature(Act.drop_constraint, ("name", "table"), _NAME),
        "CreateSchema": Signature(Act.create_schema, ("schema",)),
        "create_entity": Signature(Act.create_entity, ("entity",)),
        "replace_entity": Signature(Act.replace_entity, ("entity",)),
        "drop_entity": Signature(Act.drop_entity, ("entity",)),
        **nothing(
            "bulk_insert", "create_check_constraint", "create_exclude_constraint",
            "create_table_comment", "drop_table_comment", "DropSchema", "CreateSequence",
            "DropSequence", "print", "isinstance", "hasattr",
        ),
    },
    parts={
        "add_column": Signature(Act.add_column, ("columns",)),
        "drop_column": Signature(Act.drop_column, ("column",)),
        "alter_column": Signature(Act.change_column, ("column",)),
        "create_index": Signature(Act.create_index, ("name", "columns"), _NAME),
        "drop_index": Signature(Act.drop_index, ("name",), _NAME),
        "create_unique_constraint": Signature(Act.unique, ("name", "columns"), _NAME),
        "create_primary_key": Signature(Act.primary_key, ("name", "columns"), _NAME),
        "create_foreign_key": Signature(
            Act.foreign_key, ("name", "target", "columns", "target_columns"), _REFERENCE
        ),
        "drop_constraint": Signature(Act.drop_constraint, ("name",), _NAME),
        "PrimaryKeyConstraint": Signature(Act.primary_key, ("columns",)),
        "UniqueConstraint": Signature(Act.unique, ("columns",)),
        "ForeignKeyConstraint": Signature(Act.foreign_key, ("columns", "target"), _REFERENCE),
        "Index": Signature(Act.create_index, ("name", "columns")),
        **nothing(
            "CheckConstraint", "ExcludeConstraint", "create_check_constraint",
            "create_exclude_constraint", "create_table_comment", "drop_table_comment",
        ),
    },
    types=_TYPES,
    makers=frozenset(("Column",)),
    values=frozenset(
        ("sqlalchemy", "sqlmodel", "sqlalchemy_utils", "alembic_utils", "geoalchemy2", "pgvector")
    ),
    same=frozenset(("f", "quoted_name", "conv", "literal_column")),
    offline=frozenset(("is_offline_mode", "as_sql")),
    queries=frozenset(("select", "insert", "update", "delete", "merge")),
    extensible=frozenset(("alembic",)),
    entities={
        "PGPolicy": Entity(
            _ENTITY,
            create="CREATE POLICY {signature} ON {on_entity} {definition}",
            drop="DROP POLICY {signature} ON {on_entity}",
        ),
        "PGFunction": Entity(
            _ENTITY[:3],
            create='CREATE FUNCTION "{schema}".{signature} {definition}',
            replace='CREATE OR REPLACE FUNCTION "{schema}".{signature} {definition}',
            drop='DROP FUNCTION "{schema}".{signature}',
        ),
        "PGView": Entity(
            _ENTITY[:3],
            create='CREATE VIEW "{schema}".{signature} AS {definition}',
            replace='CREATE OR REPLACE VIEW "{schema}".{signature} AS {definition}',
            drop='DROP VIEW "{schema}".{signature}',
        ),
        "PGMaterializedView": Entity(
            _ENTITY[:3],
            create='CREATE MATERIALIZED VIEW "{schema}".{signature} AS {definition}',
            drop='DROP MATERIALIZED VIEW "{schema}".{signature}',
        ),
        "PGTrigger": Entity(
            _ENTITY,
            create="CREATE TRIGGER {signature} {definition}",
            drop="DROP TRIGGER {signature} ON {on_entity}",
        ),
        "PGGrantTable": Entity(
            ("schema", "table", "columns", "role", "grant"),
            create='GRANT {grant} {columns} ON "{schema}"."{table}" TO "{role}"',
            drop='REVOKE {grant} {columns} ON "{schema}"."{table}" FROM "{role}"',
        ),
        "PGExtension": Entity(),
    },
)  # fmt: skip

_DJANGO = Framework(
    "django",
    "https://docs.djangoproject.com/en/stable/ref/migration-operations/",
    signs=(
        "django.db import migrations", "django.db.migrations", "migrations.Migration",
        "migrations.Run", "contrib.postgres.operations",
    ),
    statements=nothing(
        "print", "len", "range", "str", "int", "isinstance", "issubclass", "hasattr",
        "getattr", "setattr", "super", "call_command", "get_user_model", "open", "Q", "F",
    ),
    operations=("Migration", "operations"),
    module="django",
)  # fmt: skip

FRAMEWORKS = (_DJANGO, _ALEMBIC)
