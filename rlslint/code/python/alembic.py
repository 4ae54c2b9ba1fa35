"""SQL for the operations of Alembic."""

from __future__ import annotations

from collections.abc import Iterator

from rlslint.code.python.arguments import CallArguments
from rlslint.code.python.ddl import Wording, columns_of, sql_type
from rlslint.code.python.strings import Fragment, Written
from rlslint.code.python.values import Constructed, Value, WrappedSql, constant


def alembic_sql(operation: str, given: CallArguments, at: Wording) -> Iterator[Written]:
    """Yield the SQL that an operation of `alembic.op` runs; nothing for unimportant ones."""
    first, second, schema = given.get(0, ""), given.get(1, ""), given.named.get("schema")
    table = first if first is not None else given.named.get("table_name")
    match operation:
        case "create_table":
            yield from _create_table(table, given.positional[1:], schema, at)
        case "add_column" if isinstance(column := second or given.named.get("column"), Constructed):
            yield at.sentence(
                "ALTER TABLE ", at.name(schema, table), " ADD COLUMN ", _column(column)
            )
            yield from _column_indexes(table, (column,), schema, at)
        case "create_index":
            yield _create_index(given, schema, at)
        case "drop_table":
            yield at.sentence("DROP TABLE ", at.name(schema, table))
        case "rename_table":
            new = given.get(1, "new_table_name")
            yield at.sentence("ALTER TABLE ", at.name(schema, table), " RENAME TO ", at.name(new))
        case "drop_index":
            yield at.sentence("DROP INDEX ", at.name(schema, given.get(0, "index_name")))
        case "drop_column":
            column_name = given.get(1, "column_name")
            yield at.sentence(
                "ALTER TABLE ", at.name(schema, table), " DROP COLUMN ", at.name(column_name)
            )
        case "alter_column":
            yield from _alter_column(table, given, schema, at)
        case "create_unique_constraint" | "create_primary_key":
            kind = " UNIQUE (" if "unique" in operation else " PRIMARY KEY ("
            columns = at.names(columns_of(given.get(2, "columns")))
            target = at.name(schema, given.get(1, "table_name"))
            yield at.sentence("ALTER TABLE ", target, " ADD", kind, columns, ")")
        case "create_foreign_key":
            yield at.sentence(
                "ALTER TABLE ",
                at.name(given.named.get("source_schema"), given.get(1, "source_table")),
                " ADD FOREIGN KEY (",
                at.names(columns_of(given.get(3, "local_cols"))),
                ") REFERENCES ",
                at.name(given.named.get("referent_schema"), given.get(2, "referent_table")),
                " (",
                at.names(columns_of(given.get(4, "remote_cols"))),
                ")",
            )


def _create_table(
    table: Value | None, parts: tuple[Value, ...], schema: Value | None, at: Wording
) -> Iterator[Written]:
    definitions: list[Written] = []
    for part in parts:
        if isinstance(part, Constructed):
            definition = _column(part) if part.kind == "Column" else _constraint(part)
            if definition is not None:
                definitions.append(definition)
    yield at.sentence("CREATE TABLE ", at.name(schema, table), " (", at.listed(definitions), ")")
    columns = tuple(part for part in parts if isinstance(part, Constructed))
    yield from _column_indexes(table, columns, schema, at)


def _column_indexes(
    table: Value | None, columns: tuple[Constructed, ...], schema: Value | None, at: Wording
) -> Iterator[Written]:
    for column in columns:
        if column.kind == "Column" and constant(column.named.get("index")) is True:
            name = Wording(column.start, column.end).name(column.get(0, "name"))
            yield at.sentence("CREATE INDEX ON ", at.name(schema, table), " (", name, ")")


def _column(column: Constructed) -> Written:
    at = Wording(column.start, column.end)
    arguments = column.positional[1:]
    kind = next((part for part in arguments if _is_type(part)), column.named.get("type_"))
    options: list[Written | str] = []
    if constant(column.named.get("primary_key")) is True:
        options.append(" PRIMARY KEY")
    elif constant(column.named.get("nullable")) is False:
        options.append(" NOT NULL")
    if constant(column.named.get("unique")) is True:
        options.append(" UNIQUE")
    options.extend(_default(column.named.get("server_default"), at))
    for part in arguments:
        if isinstance(part, Constructed) and part.kind == "ForeignKey":
            options.extend((" REFERENCES ", _target(part.get(0, "column"), at)))
    return at.sentence(at.name(column.get(0, "name")), f" {sql_type(kind)}", *options)


def _is_type(value: Value) -> bool:
    others = ("ForeignKey", "Identity", "Computed", "Sequence", "CheckConstraint")
    dotted = getattr(value, "dotted", "")
    return bool(dotted) and dotted.rpartition(".")[2] not in others


def _default(value: Value | None, at: Wording) -> list[Written | str]:
    match value:
        case WrappedSql(sql) if sql.is_constant:
            return [" DEFAULT ", sql.moved(at.start, at.end)]
        case Written() if value.is_constant:
            return [" DEFAULT '" + value.text.replace("'", "''") + "'"]
        case _:
            return []


def _target(value: Value | None, at: Wording) -> Written:
    """Return what a foreign key refers to: `schema.table.column` as SQL."""
    text = constant(value)
    if not isinstance(text, str) or "." not in text:
        return at.name(value)
    *qualified, column = (Written((Fragment(part, at.start, at.end),)) for part in text.split("."))
    return at.sentence(at.name(*qualified), " (", at.name(column), ")")


def _constraint(part: Constructed) -> Written | None:
    at = Wording(part.start, part.end)
    match part.kind:
        case "PrimaryKeyConstraint":
            return at.sentence("PRIMARY KEY (", at.names(part.positional), ")")
        case "UniqueConstraint":
            return at.sentence("UNIQUE (", at.names(part.positional), ")")
        case "ForeignKeyConstraint":
            targets = columns_of(part.get(1, "refcolumns"))
            texts = [str(constant(target)) for target in targets]
            if not texts or any("." not in text for text in texts):
                return None
            table = [
                Written((Fragment(name, at.start, at.end),))
                for name in texts[0].rpartition(".")[0].split(".")
            ]
            columns = [
                Written((Fragment(text.rpartition(".")[2], at.start, at.end),)) for text in texts
            ]
            return at.sentence(
                "FOREIGN KEY (",
                at.names(columns_of(part.get(0, "columns"))),
                ") REFERENCES ",
                at.name(*table),
                " (",
                at.names(columns),
                ")",
            )
        case _:
            return None


def _create_index(given: CallArguments, schema: Value | None, at: Wording) -> Written:
    unique = "UNIQUE " if constant(given.named.get("unique")) is True else ""
    name = given.get(0, "index_name")
    using = constant(given.named.get("postgresql_using"))
    where = given.named.get("postgresql_where")
    tail: list[Written | str] = []
    if isinstance(where, WrappedSql):
        tail = [" WHERE ", where.sql.moved(at.start, at.end)]
    elif where is not None:
        tail = [" WHERE ", at.raw(where)]
    return at.sentence(
        f"CREATE {unique}INDEX ",
        *((at.name(name), " ") if constant(name) is not None else ()),
        "ON ",
        at.name(schema, given.get(1, "table_name")),
        f" USING {using}" if isinstance(using, str) and using.isidentifier() else "",
        " (",
        at.names(columns_of(given.get(2, "columns"))),
        ")",
        *tail,
    )


def _alter_column(
    table: Value | None, given: CallArguments, schema: Value | None, at: Wording
) -> Iterator[Written]:
    column = given.get(1, "column_name")
    head = at.sentence("ALTER TABLE ", at.name(schema, table), " ")
    nullable = constant(given.named.get("nullable"))
    if isinstance(nullable, bool):
        action = " DROP NOT NULL" if nullable else " SET NOT NULL"
        yield at.sentence(head, "ALTER COLUMN ", at.name(column), action)
    if (kind := given.named.get("type_")) is not None:
        yield at.sentence(head, "ALTER COLUMN ", at.name(column), f" TYPE {sql_type(kind)}")
    if (new := given.named.get("new_column_name")) is not None:
        yield at.sentence(head, "RENAME COLUMN ", at.name(column), " TO ", at.name(new))
