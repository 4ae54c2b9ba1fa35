"""Tables and views with their columns, indexes, constraints and triggers, from a server's rows."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import groupby
from operator import itemgetter

from rlslint.catalog.catalog import Catalog
from rlslint.catalog.model import Column, Constraint, Index, Kind, Relation, Trigger
from rlslint.catalog.predicates import Clause
from rlslint.server.introspection.authority import Held, RoleNames, Rows, privileges_held
from rlslint.server.introspection.deparsed import Deparsed
from rlslint.server.introspection.description import Description
from rlslint.sql.expressions import is_null_constant
from rlslint.sql.quoting import quoted_identifier
from rlslint.text import Statement

Relations = dict[int, Relation]
"""The relations by oid; those that are not looked into stand beyond the catalog."""

_KINDS = {
    "r": Kind.table,
    "p": Kind.partitioned_table,
    "v": Kind.view,
    "m": Kind.materialized_view,
    "f": Kind.foreign_table,
}
_CONSTRAINTS = {"p": "primary", "u": "unique", "f": "foreign", "c": "check", "x": "exclude"}
_ON_DELETE = {
    "a": "no action",
    "r": "restrict",
    "c": "cascade",
    "n": "set null",
    "d": "set default",
}
# src/include/catalog/pg_trigger.h: TRIGGER_TYPE_ROW, TRIGGER_TYPE_BEFORE and the events.
_ROW, _BEFORE = 1, 2
_EVENTS = {"insert": 4, "delete": 8, "update": 16, "truncate": 32}
# pg_trigger.tgenabled: what fires in sessions that do not replicate (manual: ALTER TABLE).
_FIRING = ("O", "A")


def add_relations(
    catalog: Catalog,
    rows: Rows,
    privileges: Mapping[str, Rows],
    names: RoleNames,
    foreign_owners: frozenset[str],
) -> tuple[Relations, list[Held]]:
    """Add the relations, and return them with the privileges on them.

    `privileges` are those that each access control list stands for. What an extension made, or a
    role of the platform owns, is known by its name only.
    """
    relations: Relations = {}
    held: list[Held] = []
    for row in rows:
        oid, schema, name, kind, owner_oid, enabled, forced, options, tuples, acl, foreign = row
        owner = names[owner_oid]
        if foreign or owner in foreign_owners:
            relation = Relation.beyond_history(schema, name, None)
            catalog.unknown_relations[schema, name] = relation
            relations[oid] = relation
            continue
        relation = Relation(oid, schema, name, _KINDS[kind], owner, None)
        relation.rls_enabled, relation.rls_forced = enabled, forced
        relation.options = dict(option.split("=", 1) for option in options or ())
        relation.estimated_rows = int(tuples) if tuples >= 0 else None
        catalog.relations[oid] = relation
        catalog.names[schema, name] = relation
        relations[oid] = relation
        held += privileges_held(relation, privileges.get(acl), names)
    return relations, held


def add_parents(relations: Relations, rows: Rows) -> None:
    """Add which tables are partitions and which inherit."""
    for child_oid, parent_oid, is_partition in rows:
        child, parent = relations[child_oid], relations.get(parent_oid)
        if parent is None or child.is_beyond_history:
            continue
        if is_partition:
            child.partition_of = parent
        else:
            child.parents = (*child.parents, parent)


def add_partition_keys(relations: Relations, rows: Rows) -> None:
    """Add the columns by which tables are partitioned."""
    for oid, numbers in rows:
        if not relations[oid].is_beyond_history:
            relations[oid].partition_key = tuple(numbers)


def add_columns(
    relations: Relations, rows: Rows, types: Mapping[int, str], description: Description
) -> None:
    """Add the columns, and with them the statements that show the tables."""
    for oid, columns in groupby(rows, key=itemgetter(0)):
        relation = relations[oid]
        if relation.is_beyond_history:
            continue
        for _, number, name, type_oid, not_null, identity, generated in columns:
            column = Column(name, number, types[type_oid], not_null, None)
            column.identity, column.generated = identity, generated
            relation.columns[name] = column
    for relation in relations.values():
        if not relation.is_beyond_history:
            _describe(relation, description)


def _describe(relation: Relation, description: Description) -> None:
    """Give a relation the statements that would make it what it is."""
    name, written = relation.sql_name, relation.statements
    if relation.is_view or relation.is_materialized_view:
        return
    columns = ", ".join(
        f"{quoted_identifier(column.name)} {column.type}" for column in relation.columns.values()
    )
    parent = f" PARTITION OF {relation.partition_of.sql_name}" if relation.partition_of else ""
    foreign = "FOREIGN " if relation.kind is Kind.foreign_table else ""
    created = description.write("CreateStmt", f"CREATE {foreign}TABLE {name}{parent} ({columns})")
    written[""] = created
    for column in relation.columns.values():
        column.statements[""] = created
    owner = f"ALTER TABLE {name} OWNER TO {quoted_identifier(relation.owner)}"
    written["owner"] = description.write("AlterOwnerStmt", owner)
    if relation.rls_enabled:
        enable = f"ALTER TABLE {name} ENABLE ROW LEVEL SECURITY"
        written["rls_enabled"] = description.write("AlterTableStmt", enable)
    if relation.rls_forced:
        force = f"ALTER TABLE {name} FORCE ROW LEVEL SECURITY"
        written["rls_forced"] = description.write("AlterTableStmt", force)


def add_defaults(
    relations: Relations, rows: Rows, deparsed: Deparsed, description: Description
) -> None:
    """Add the defaults of columns, each with all columns that have it."""
    head = "DEFAULT "
    for sql, places in rows:
        having = [(relations[oid], number) for oid, number in places]
        having = [pair for pair in having if not pair[0].is_beyond_history]
        if not having:
            continue
        statement = description.write("AlterTableStmt", head + sql)
        clause = deparsed.clause(sql, having[0][0], statement, statement.start + len(head))
        for relation, number in having:
            column = relation.column(number)
            if column is not None:
                _set_default(column, clause, statement)


def _set_default(column: Column, clause: Clause | None, statement: Statement) -> None:
    if clause is None:
        column.forget("default", statement)
    elif not is_null_constant(clause.expression):
        # PostgreSQL keeps NULL as a default only of some types.
        column.default = clause
        column.statements["default"] = statement


def add_column_privileges(relations: Relations, rows: Rows, names: RoleNames) -> list[Held]:
    """Return the privileges on single columns."""
    held: list[Held] = []
    for oid, column, privileges in rows:
        if not relations[oid].is_beyond_history:
            held += privileges_held(relations[oid], privileges, names, column)
    return held


def add_indexes(
    relations: Relations, rows: Rows, deparsed: Deparsed, description: Description
) -> None:
    """Add the indexes; one that is not valid serves no query.

    That of a constraint is made by the table's own statement.
    """
    for row in rows:
        oid, name, numbers, unique, partial, method, valid, sql = row
        relation = relations[oid]
        if relation.is_beyond_history:
            continue
        statement = relation.created
        if sql or not dict.__contains__(relation.constraints, name):
            shown = sql or _shown_index(relation, name, numbers, unique, method)
            statement = description.write("IndexStmt", shown)
        expressions: tuple[Clause, ...] | None = ()
        if 0 in numbers:
            expressions = None
            if sql and statement is not None:
                expressions = deparsed.key_expressions(sql, relation, statement)
        if expressions is None:
            relation.indexes.open(statement)
            continue
        relation.indexes[name] = Index(
            name, tuple(numbers), expressions, unique, partial, method, statement, valid
        )


def _shown_index(
    relation: Relation, name: str, numbers: list[int], unique: bool, method: str
) -> str:
    by_number = {column.number: column.name for column in relation.columns.values()}
    columns = ", ".join(quoted_identifier(by_number[n]) for n in numbers if n in by_number)
    head = f"CREATE {'UNIQUE ' if unique else ''}INDEX {quoted_identifier(name)}"
    return f"{head} ON {relation.sql_name} USING {method} ({columns})"


def add_constraints(relations: Relations, rows: Rows) -> None:
    """Add the constraints."""
    for oid, name, kind, columns, referenced_oid, referenced_columns, on_delete in rows:
        relation = relations[oid]
        if relation.is_beyond_history:
            continue
        relation.constraints[name] = Constraint(
            name,
            _CONSTRAINTS[kind],
            tuple(columns or ()),
            relations.get(referenced_oid),
            tuple(referenced_columns or ()),
            _ON_DELETE[on_delete] if kind == "f" else "",
            relation.created,
        )


def add_triggers(relations: Relations, rows: Rows) -> None:
    """Add the triggers."""
    for oid, name, function, kind, enabled in rows:
        if not relations[oid].is_beyond_history:
            events = frozenset(event for event, bit in _EVENTS.items() if kind & bit)
            before = bool(kind & _BEFORE and kind & _ROW)
            fires = enabled in _FIRING
            relations[oid].triggers[name] = Trigger(function, before, events, fires)


def add_views(
    relations: Relations, rows: Rows, deparsed: Deparsed, description: Description
) -> None:
    """Add the queries of views, and the statements that show these."""
    for oid, sql in rows:
        view = relations[oid]
        if view.is_beyond_history:
            continue
        options = ", ".join(f"{name}={value}" for name, value in view.options.items())
        given = f" WITH ({options})" if options else ""
        kind = "MATERIALIZED VIEW" if view.is_materialized_view else "VIEW"
        head = f"CREATE {kind} {view.sql_name}{given} AS"
        node = "CreateTableAsStmt" if view.is_materialized_view else "ViewStmt"
        shown = (sql or "").removesuffix(";")
        statement = description.write(node, f"{head}\n{shown}")
        view.statements[""] = view.statements["query"] = statement
        owner = f"ALTER VIEW {view.sql_name} OWNER TO {quoted_identifier(view.owner)}"
        view.statements["owner"] = description.write("AlterOwnerStmt", owner)
        for column in view.columns.values():
            column.statements[""] = statement
        view.query = deparsed.query(shown, statement, statement.start + len(head.encode()) + 1)
        if view.query is None:
            view.forget("query", statement)
