"""JavaScript and TypeScript: Knex, node-pg-migrate, Sequelize, TypeORM, Kysely, Drizzle."""

from __future__ import annotations

from rlslint.code.schemas import (
    Act,
    Declaring,
    Framework,
    PolicyOf,
    Signature,
    Standard,
    nothing,
)

_TABLE = ("table",)
_COLUMN_OF_TABLE = ("table", "column")
_NEW_NAME = ("table", "column", "new")
_SQL_TYPES = {
    "int": "integer", "integer": "integer", "bigint": "bigint", "smallint": "smallint",
    "varchar": "varchar", "text": "text", "uuid": "uuid", "boolean": "boolean", "bool": "boolean",
    "timestamp": "timestamp", "timestamptz": "timestamptz", "date": "date", "time": "time",
    "json": "json", "jsonb": "jsonb", "numeric": "numeric", "decimal": "numeric",
    "float": "float8", "real": "float4", "double": "float8", "serial": "serial",
    "bigserial": "bigserial", "bytea": "bytea", "inet": "inet", "citext": "citext",
    "char": "char", "datetime": "timestamp", "string": "varchar",
}  # fmt: skip
_SERIAL = (Standard("id", "serial", not_null=True, primary=True),)
_BIGSERIAL = (Standard("id", "bigserial", not_null=True, primary=True),)

_KNEX = Framework(
    "knex",
    "https://knexjs.org/guide/schema-builder.html",
    signs=("knex", ".schema."),
    statements={
        "createTable": Signature(Act.create_table, _TABLE, is_bare=False),
        "createTableIfNotExists": Signature(Act.create_table, _TABLE, is_bare=False),
        "alterTable": Signature(Act.change_table, _TABLE, is_bare=False),
        "schema.table": Signature(Act.change_table, _TABLE, is_bare=False),
        "dropTable": Signature(Act.drop_table, _TABLE, is_bare=False),
        "dropTableIfExists": Signature(Act.drop_table, _TABLE, is_bare=False),
        "renameTable": Signature(Act.rename_table, ("table", "new"), is_bare=False),
        "createSchema": Signature(Act.create_schema, ("schema",), is_bare=False),
        "createSchemaIfNotExists": Signature(Act.create_schema, ("schema",), is_bare=False),
        **nothing("hasTable", "hasColumn", "withSchema", "createExtension", "fn", "ref"),
    },
    parts={
        "primary": Signature(Act.primary_key, ("columns", "name")),
        "unique": Signature(Act.unique, ("columns", "name")),
        "index": Signature(Act.create_index, ("column", "name")),
        "foreign": Signature(Act.foreign_key, ("column",)),
        "dropColumn": Signature(Act.drop_column, ("columns",)),
        "dropColumns": Signature(Act.drop_column, ("columns",)),
        "renameColumn": Signature(Act.rename_column, ("column", "new")),
        "setNullable": Signature(Act.change_column, ("column",), set="null"),
        "dropNullable": Signature(Act.change_column, ("column",), set="not null"),
        "dropTimestamps": Signature(Act.drop_column, set="timestamps"),
        **nothing(
            "dropForeign", "dropPrimary", "dropUnique", "dropIndex", "comment", "check",
            "checkPositive", "checkIn", "dropChecks", "then", "catch",
        ),
    },
    types={
        "string": "varchar(255)", "text": "text", "integer": "integer", "tinyint": "smallint",
        "smallint": "smallint", "mediumint": "integer", "bigint": "bigint", "bigInteger": "bigint",
        "boolean": "boolean", "uuid": "uuid", "json": "json", "jsonb": "jsonb", "date": "date",
        "datetime": "timestamptz", "dateTime": "timestamptz", "timestamp": "timestamptz",
        "time": "time", "decimal": "numeric", "float": "float4", "double": "float8",
        "binary": "bytea", "enu": "text", "enum": "text", "geometry": "geometry",
        "geography": "geography", "point": "point",
    },
    sets={
        "increments": _SERIAL,
        "bigIncrements": _BIGSERIAL,
        "bigincrements": _BIGSERIAL,
        "timestamps": (
            Standard("created_at", "timestamptz", not_null_if=1),
            Standard("updated_at", "timestamptz", not_null_if=1),
        ),
    },
    makers=frozenset(("specificType",)),
    values=frozenset(("raw",)),
    receivers=frozenset(("knex", "knex.schema", "schema")),
)  # fmt: skip

_NODE_PG_MIGRATE = Framework(
    "node-pg-migrate",
    "https://salsita.github.io/node-pg-migrate/migrations/",
    signs=("pgm",),
    statements={
        "createTable": Signature(Act.create_table, ("table", "columns")),
        "dropTable": Signature(Act.drop_table, _TABLE),
        "renameTable": Signature(Act.rename_table, ("table", "new")),
        "alterTable": Signature(Act.change_table, _TABLE),
        "addColumn": Signature(Act.add_column, ("table", "columns")),
        "addColumns": Signature(Act.add_column, ("table", "columns")),
        "dropColumn": Signature(Act.drop_column, ("table", "columns")),
        "dropColumns": Signature(Act.drop_column, ("table", "columns")),
        "renameColumn": Signature(Act.rename_column, _NEW_NAME),
        "alterColumn": Signature(Act.change_column, ("table", "column", "type")),
        "createIndex": Signature(Act.create_index, _COLUMN_OF_TABLE),
        "addIndex": Signature(Act.create_index, _COLUMN_OF_TABLE),
        "addConstraint": Signature(Act.constraint, ("table", "name", "definition")),
        "createConstraint": Signature(Act.constraint, ("table", "name", "definition")),
        "dropConstraint": Signature(Act.drop_constraint, ("table", "name")),
        "createSchema": Signature(Act.create_schema, ("schema",)),
        "createPolicy": Signature(Act.create_policy, ("table", "name")),
        "dropPolicy": Signature(Act.drop_policy, ("table", "name")),
        **nothing(
            "dropIndex", "createExtension", "dropExtension", "createType", "dropType",
            "addTypeValue", "createSequence", "dropSequence", "createTrigger", "dropTrigger",
            "noTransaction", "func", "renameConstraint", "createDomain",
        ),
    },
    types=_SQL_TYPES | {"string": "text", "float": "float4"},
    sets={"id": (Standard("id", "serial", not_null=True, primary=True),)},
    values=frozenset(("func",)),
    receivers=frozenset(("pgm",)),
    references_tables=True,
)  # fmt: skip

_SEQUELIZE = Framework(
    "sequelize",
    "https://sequelize.org/docs/v6/other-topics/query-interface/",
    signs=("queryInterface", "QueryInterface"),
    statements={
        "createTable": Signature(Act.create_table, ("table", "columns"), is_bare=False),
        "dropTable": Signature(Act.drop_table, _TABLE, is_bare=False),
        "renameTable": Signature(Act.rename_table, ("table", "new"), is_bare=False),
        "addColumn": Signature(Act.add_column, ("table", "column", "type"), is_bare=False),
        "removeColumn": Signature(Act.drop_column, _COLUMN_OF_TABLE, is_bare=False),
        "renameColumn": Signature(Act.rename_column, _NEW_NAME, is_bare=False),
        "changeColumn": Signature(Act.change_column, ("table", "column", "type"), is_bare=False),
        "addIndex": Signature(Act.create_index, _COLUMN_OF_TABLE, is_bare=False),
        "addConstraint": Signature(Act.constraint, _TABLE, is_bare=False),
        "removeConstraint": Signature(Act.drop_constraint, ("table", "name"), is_bare=False),
        "createSchema": Signature(Act.create_schema, ("schema",), is_bare=False),
        **nothing(
            "removeIndex", "describeTable", "showAllTables", "bulkInsert", "bulkUpdate",
            "bulkDelete", "transaction", "literal", "fn", "col",
        ),
    },
    types={
        "STRING": "varchar(255)", "TEXT": "text", "CHAR": "char(255)", "CITEXT": "citext",
        "UUID": "uuid", "INTEGER": "integer", "SMALLINT": "smallint", "TINYINT": "smallint",
        "BIGINT": "bigint", "BOOLEAN": "boolean", "DATE": "timestamptz", "DATEONLY": "date",
        "TIME": "time", "JSON": "json", "JSONB": "jsonb", "DECIMAL": "numeric",
        "NUMERIC": "numeric", "FLOAT": "float8", "DOUBLE": "float8", "REAL": "float4",
        "BLOB": "bytea", "INET": "inet", "CIDR": "cidr", "MACADDR": "macaddr",
        "TSVECTOR": "tsvector", "HSTORE": "hstore", **_SQL_TYPES,
    },
    values=frozenset(("Sequelize", "DataTypes", "literal")),
    receivers=frozenset(("queryInterface",)),
)  # fmt: skip

_TYPEORM = Framework(
    "typeorm",
    "https://typeorm.io/docs/migrations/api/",
    signs=("QueryRunner", "queryRunner"),
    statements={
        "createTable": Signature(Act.create_table, _TABLE, is_bare=False),
        "dropTable": Signature(Act.drop_table, _TABLE, is_bare=False),
        "renameTable": Signature(Act.rename_table, ("table", "new"), is_bare=False),
        "addColumn": Signature(Act.add_column, ("table", "columns"), is_bare=False),
        "addColumns": Signature(Act.add_column, ("table", "columns"), is_bare=False),
        "dropColumn": Signature(Act.drop_column, ("table", "columns"), is_bare=False),
        "dropColumns": Signature(Act.drop_column, ("table", "columns"), is_bare=False),
        "renameColumn": Signature(Act.rename_column, _NEW_NAME, is_bare=False),
        "changeColumn": Signature(Act.change_column, ("table", "column", "type"), is_bare=False),
        "createUniqueConstraint": Signature(Act.unique, _TABLE, is_bare=False),
        "createForeignKey": Signature(Act.foreign_key, _TABLE, is_bare=False),
        "createIndex": Signature(Act.create_index, _TABLE, is_bare=False),
        "createSchema": Signature(Act.create_schema, ("schema",), is_bare=False),
        **nothing(
            "dropForeignKey", "dropForeignKeys", "dropIndex", "hasTable", "hasColumn", "getTable",
            "startTransaction", "commitTransaction", "rollbackTransaction",
        ),
    },
    types=_SQL_TYPES | {"enum": "text"},
    values=frozenset(("Table", "TableColumn", "TableForeignKey", "TableIndex", "TableUnique")),
    changes_whole=True,
    receivers=frozenset(("queryRunner",)),
    writes_defaults=True,
    nullable=False,
)  # fmt: skip

_KYSELY = Framework(
    "kysely",
    "https://kysely.dev/docs/migrations",
    signs=("Kysely", "kysely"),
    statements={
        "createTable": Signature(Act.create_table, _TABLE, is_bare=False),
        "alterTable": Signature(Act.change_table, _TABLE, is_bare=False),
        "dropTable": Signature(Act.drop_table, _TABLE, is_bare=False),
        "createSchema": Signature(Act.create_schema, ("schema",), is_bare=False),
        "createIndex": Signature(
            Act.create_index,
            ("name",),
            {"on": "table", "column": "columns", "columns": "columns"},
            is_bare=False,
        ),
        **nothing("dropIndex", "createType", "dropType", "createView", "dropView"),
    },
    parts={
        "dropColumn": Signature(Act.drop_column, ("column",)),
        "renameColumn": Signature(Act.rename_column, ("column", "new")),
        "renameTo": Signature(Act.rename_table, ("new",)),
        "addPrimaryKeyConstraint": Signature(Act.primary_key, ("name", "columns")),
        "addUniqueConstraint": Signature(Act.unique, ("name", "columns")),
        "addForeignKeyConstraint": Signature(
            Act.foreign_key, ("name", "columns", "target", "target_columns")
        ),
        "dropConstraint": Signature(Act.drop_constraint, ("name",)),
        "alterColumn": Signature(Act.change_column, ("column",)),
        **nothing("execute", "ifNotExists", "addCheckConstraint", "compile"),
    },
    types=_SQL_TYPES,
    makers=frozenset(("addColumn",)),
)  # fmt: skip

_DRIZZLE_TABLE = Signature(Act.create_table, ("table", "columns", "parts"))
_DRIZZLE_INDEX = Signature(Act.create_index, ("name",), {"on": "columns", "ononly": "columns"})
_DRIZZLE_POLICY = Signature(Act.create_policy, ("name",))
_DRIZZLE_TYPE = Signature(Act.create_type, ("name", "values"))
_DRIZZLE_TYPES = {
    "bigint": "bigint", "bigserial": "bigserial", "bit": "bit", "boolean": "boolean",
    "char": "char", "cidr": "cidr", "date": "date", "doublePrecision": "float8",
    "geometry": "geometry", "halfvec": "halfvec", "inet": "inet", "integer": "integer",
    "interval": "interval", "json": "json", "jsonb": "jsonb", "line": "line",
    "macaddr": "macaddr", "macaddr8": "macaddr8", "numeric": "numeric", "decimal": "numeric",
    "point": "point", "real": "float4", "serial": "serial", "smallint": "smallint",
    "smallserial": "smallserial", "sparsevec": "sparsevec", "text": "text", "time": "time",
    "timestamp": "timestamp", "uuid": "uuid", "varchar": "varchar", "vector": "vector",
    "bytea": "bytea",
}  # fmt: skip

_DRIZZLE = Framework(
    "drizzle",
    "https://orm.drizzle.team/docs/sql-schema-declaration",
    signs=("drizzle-orm/",),
    statements={
        "pgTable": _DRIZZLE_TABLE,
        "pgTable.withRLS": _DRIZZLE_TABLE._replace(set="row security"),
        "pgSchema": Signature(Act.create_schema, ("schema",)),
        "pgSchema.table": _DRIZZLE_TABLE,
        "pgSchema.enum": _DRIZZLE_TYPE,
        "pgEnum": _DRIZZLE_TYPE,
        "pgRole": Signature(Act.create_role, ("name",)),
        "pgPolicy.link": Signature(Act.create_policy, ("table",)),
    },
    parts={
        "enableRLS": Signature(Act.enable_row_security),
        "index": _DRIZZLE_INDEX,
        "uniqueIndex": _DRIZZLE_INDEX._replace(set="unique"),
        "unique": Signature(Act.unique, ("name",), {"on": "columns"}),
        "primaryKey": Signature(Act.primary_key, ("columns",)),
        "foreignKey": Signature(Act.foreign_key, (), {"foreigncolumns": "target_columns"}),
        "pgPolicy": _DRIZZLE_POLICY,
        "crudPolicy": _DRIZZLE_POLICY,
        **nothing("check"),
    },
    types=_DRIZZLE_TYPES,
    declares=Declaring(
        creators={"pgTableCreator": "pgTable"},
        typers={"customType": "dataType"},
        given={
            "supabase.anonRole": "anon",
            "supabase.authenticatedRole": "authenticated",
            "supabase.serviceRole": "service_role",
            "supabase.postgresRole": "postgres_role",
            "supabase.supabaseAuthAdminRole": "supabase_auth_admin",
            "supabase.authUsers": "auth.users",
            "supabase.realtimeMessages": "realtime.messages",
            "supabase.authUid": "(select auth.uid())",
            "supabase.realtimeTopic": "realtime.topic()",
            "neon.authenticatedRole": "authenticated",
            "neon.anonymousRole": "anonymous",
            "neon.authUid": "(select auth.user_id() = {})",
        },
        policies={
            "crudPolicy": (
                PolicyOf("select", "read", ("USING",)),
                PolicyOf("insert", "modify", ("WITH CHECK",)),
                PolicyOf("update", "modify", ("USING", "WITH CHECK")),
                PolicyOf("delete", "modify", ("USING",)),
            )
        },
        defaults={"defaultnow": "now()", "defaultrandom": "gen_random_uuid()"},
        tool="drizzle-kit",
        snakes=r"""casing\W{1,3}:?\s*["']snake_case""",
    ),
)

FRAMEWORKS = (_DRIZZLE, _NODE_PG_MIGRATE, _SEQUELIZE, _TYPEORM, _KYSELY, _KNEX)
