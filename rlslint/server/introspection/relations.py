"""Tables and views with their columns, indexes, constraints and triggers, from a server's rows."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache

from rlslint.catalog import Catalog
from rlslint.catalog.model import Column, Constraint, Index, Kind, Relation, Trigger
from rlslint.catalog.predicates import Clause
from rlslint.catalog.provided import settle_as_made
from rlslint.config.platforms import PLATFORM_SCHEMAS
from rlslint.server.introspection.authority import Held, RoleNames, Rows
from rlslint.server.introspection.deparsed import Deparsed
from rlslint.server.introspection.description import Description
from rlslint.sql import quoted_identifier
from rlslint.sql.expressions import is_null_constant

Relations = dict[int, Relation]
"""Relations by oid; those that are not looked into stand beyond the catalog, and `own` has the
others."""

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
            if schema in PLATFORM_SCHEMAS and catalog.platform is not None:
                settle_as_made(relation, catalog.platform, None)
                relation.rls_enabled, relation.rls_forced = enabled, forced
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
        if acl in privileges:
            held.append(Held(relation, privileges[acl]))
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


def add_partition_keys(own: Relations, rows: Rows) -> None:
    """Add the columns by which tables are partitioned."""
    for oid, numbers in rows:
        if oid in own:
            own[oid].partition_key = numbers_of(numbers)


def add_columns(own: Relations, rows: Rows, description: Description) -> list[Held]:
    """Add the columns, and with them the statements that show the tables.

    Returns the privileges on single columns.
    """
    held: list[Held] = []
    shown: dict[int, list[str]] = {oid: [] for oid in own}
    for number, name, type_name, not_null, identity, generated, privileges, oids in rows:
        spelled = f"{quoted_identifier(name)} {type_name}"
        for oid in numbers_of(oids):
            relation = own.get(oid)
            if relation is None:
                continue
            column = Column(name, number, type_name, not_null, None)
            if identity or generated:
                column.identity, column.generated = identity, generated
            relation.columns[name] = column
            shown[oid].append(spelled)
            if privileges:
                held.append(Held(relation, privileges, name))
    for oid, relation in own.items():
        _describe(relation, ", ".join(shown[oid]), description)
    return held


@lru_cache(maxsize=1 << 10)
def numbers_of(written: str) -> tuple[int, ...]:
    """Return the numbers of a list as PostgreSQL writes it: `{1,2}` or, for some types, `1 2`."""
    return tuple(map(int, written.strip("{}").replace(",", " ").split()))


def _describe(relation: Relation, columns: str, description: Description) -> None:
    """Give a relation the statements that would make it what it is."""
    name, written = relation.sql_name, relation.statements
    if relation.is_view or relation.is_materialized_view:
        return
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


def add_defaults(own: Relations, rows: Rows, deparsed: Deparsed, description: Description) -> None:
    """Add the defaults of columns, each with all columns that have it."""
    head = "DEFAULT "
    for sql, places in rows:
        found = ((own[oid], own[oid].column(number)) for oid, number in places if oid in own)
        having = [(table, column) for table, column in found if column and not column.generated]
        if not having:
            continue
        statement = description.write("AlterTableStmt", head + sql)
        clause = deparsed.clause(sql, having[0][0], statement, statement.start + len(head))
        # PostgreSQL keeps NULL as a default only of some types.
        if clause is not None and is_null_constant(clause.expression):
            continue
        for _, column in having:
            if clause is None:
                column.forget("default", statement)
            else:
                column.default = clause
                column.statements["default"] = statement


def add_indexes(own: Relations, rows: Rows, deparsed: Deparsed, description: Description) -> None:
    """Add the indexes; one that is not valid serves no query.

    That of a constraint is made by the table's own statement.
    """
    for row in rows:
        oid, name, key, length, unique, partial, method, valid, sql = row
        if oid not in own:
            continue
        relation, numbers = own[oid], numbers_of(key)[:length]
        statement = relation.created
        if sql or not dict.__contains__(relation.constraints, name):
            shown = sql or _shown_index(relation, name, numbers, unique, method)
            statement = description.write("IndexStmt", shown)
        expressions: tuple[Clause, ...] = ()
        condition: Clause | None = None
        if 0 in numbers or partial:
            computed = None
            if sql and statement is not None:
                computed = deparsed.index_clauses(sql, relation, statement)
            if computed is None:
                relation.indexes.open(statement)
                continue
            expressions, condition = computed
        relation.indexes[name] = Index(
            name, numbers, expressions, unique, condition, method, statement, valid
        )


def _shown_index(
    relation: Relation, name: str, numbers: tuple[int, ...], unique: bool, method: str
) -> str:
    found = map(relation.column, numbers)
    columns = ", ".join(quoted_identifier(column.name) for column in found if column is not None)
    head = f"CREATE {'UNIQUE ' if unique else ''}INDEX {quoted_identifier(name)}"
    return f"{head} ON {relation.sql_name} USING {method} ({columns})"


def add_constraints(relations: Relations, own: Relations, rows: Rows) -> None:
    """Add the constraints."""
    for oid, name, kind, columns, referenced_oid, referenced_columns, on_delete in rows:
        if oid not in own:
            continue
        own[oid].constraints[name] = Constraint(
            name,
            _CONSTRAINTS[kind],
            numbers_of(columns or ""),
            relations.get(referenced_oid),
            numbers_of(referenced_columns or ""),
            _ON_DELETE[on_delete] if kind == "f" else "",
            own[oid].created,
        )


def add_triggers(own: Relations, rows: Rows, description: Description) -> None:
    """Add the triggers."""
    for oid, name, function, kind, enabled, *transition_tables in rows:
        if oid in own:
            events = frozenset(event for event, bit in _EVENTS.items() if kind & bit)
            before = bool(kind & _BEFORE and kind & _ROW)
            fires = enabled in _FIRING
            tables = frozenset(filter(None, transition_tables))
            statement = description.write("CreateTrigStmt", _shown_trigger(own[oid], name, kind))
            own[oid].triggers[name] = Trigger(function, before, events, fires, tables, statement)


def add_rules(own: Relations, rows: Rows, deparsed: Deparsed, description: Description) -> None:
    """Add the rules; those of a table of which one cannot be read are unknown."""
    for oid, name, enabled, sql in rows:
        relation = own.get(oid)
        if relation is None or not relation.knows("rules"):
            continue
        statement = description.write("RuleStmt", (sql or "").removesuffix(";"))
        rule = deparsed.rule(sql or "", relation, name, statement)
        if rule is None:
            relation.forget("rules", statement)
        else:
            relation.rules = (*relation.rules, rule._replace(enabled=enabled in _FIRING))


def _shown_trigger(relation: Relation, name: str, kind: int) -> str:
    moment = "BEFORE" if kind & _BEFORE else "AFTER"
    events = " OR ".join(event.upper() for event, bit in _EVENTS.items() if kind & bit)
    return f"CREATE TRIGGER {quoted_identifier(name)} {moment} {events} ON {relation.sql_name}"


def add_views(own: Relations, rows: Rows, deparsed: Deparsed, description: Description) -> None:
    """Add the queries of views, and the statements that show these."""
    for oid, sql in rows:
        if oid not in own:
            continue
        view = own[oid]
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
