"""Rows of PostgreSQL's system catalogs and the information schema, as the replay knows them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import NamedTuple

from rlslint.catalog.binding import find_relation
from rlslint.catalog.facts import Facts
from rlslint.catalog.model import Catalog, Function, Kind, Policy, Relation, Role
from rlslint.catalog.plpgsql.values import (
    ANY,
    Deparsed,
    Record,
    Reference,
    Unknown,
    Value,
    quoted_name,
)
from rlslint.catalog.predicates import Clause
from rlslint.sql.expressions import Call, Cast, Column, Constant, Expr, Query


class Row(NamedTuple):
    """A row; one that is not certain may be there or not."""

    values: Record
    certain: bool


class Rows(NamedTuple):
    """A set of rows; there may be more if it is open."""

    rows: list[Row]
    open: bool


class Question(NamedTuple):
    """What is asked of a system catalog; `wanted` are column values that a row must have."""

    catalog: Catalog
    search_path: tuple[str, ...]
    wanted: dict[str, Value]

    def text(self, *columns: str) -> str | None:
        """Return the wanted value of one of these columns if it is known."""
        for column in columns:
            value = self.wanted.get(column)
            if isinstance(value, str):
                return value
        return None

    def reference(self, *columns: str) -> Reference | None:
        for column in columns:
            value = self.wanted.get(column)
            if isinstance(value, Reference):
                return value
        return None


Source = Callable[[Question], Rows]

_KIND_LETTERS = {
    Kind.table: "r", Kind.partitioned_table: "p", Kind.view: "v", Kind.materialized_view: "m",
    Kind.foreign_table: "f", Kind.sequence: "S",
}  # fmt: skip
_TABLES = (Kind.table, Kind.partitioned_table)
_COMMAND_LETTERS = {"all": "*", "select": "r", "insert": "a", "update": "w", "delete": "d"}
_CONSTRAINT_LETTERS = {
    "primary": "p", "unique": "u", "foreign": "f", "check": "c", "exclude": "x", "not null": "n",
}  # fmt: skip
_WRITTEN_LARGE = frozenset(
    {"coalesce", "nullif", "greatest", "least", "current_user", "session_user", "current_role"}
)
_TYPE_WORDS = {
    "int4": "integer", "int8": "bigint", "int2": "smallint", "bool": "boolean",
    "timestamptz": "timestamp with time zone", "timestamp": "timestamp without time zone",
    "varchar": "character varying", "bpchar": "character", "float8": "double precision",
    "float4": "real",
}  # fmt: skip


def rows_of(schema: str, name: str, question: Question) -> Rows | None:
    """Return the rows of a system catalog, None where the replay does not know it."""
    if schema in ("", "pg_catalog") and name in _SYSTEM:
        return _SYSTEM[name](question)
    if schema == "information_schema" and name in _INFORMATION:
        return _INFORMATION[name](question)
    return None


def relation_reference(relation: Relation, path: tuple[str, ...], catalog: Catalog) -> Reference:
    """Return the OID of a relation, with the name that regclass shows for it."""
    name = str(quoted_name(relation.name))
    if find_relation(catalog, path, "", relation.name) is not relation:
        name = f"{quoted_name(relation.schema)}.{name}"
    return Reference("relation", relation, name)


def function_reference(function: Function, path: tuple[str, ...]) -> Reference:
    """Return the OID of a function, with the signature that regprocedure shows for it."""
    types = ",".join(function.argument_types)
    name = f"{quoted_name(function.name)}({types})"
    if function.schema not in path:
        name = f"{quoted_name(function.schema)}.{name}"
    return Reference("function", function, name)


def schema_reference(name: str) -> Reference:
    return Reference("schema", name, str(quoted_name(name)))


def _fact(facts: Facts, name: str) -> Value:
    value: Value = getattr(facts, name) if facts.knows(name) else ANY
    return value


def _relations(question: Question, schema: str | None, name: str | None) -> Iterator[Relation]:
    catalog = question.catalog
    reference = question.reference("oid", "attrelid", "polrelid", "conrelid", "tgrelid", "relid")
    if reference is not None and isinstance(reference.key, Relation):
        yield reference.key
        return
    for place in (catalog.names, catalog.unknown_relations):
        if schema is not None and name is not None:
            found = place.get((schema, name))
            candidates = [found] if found is not None else []
        else:
            candidates = [
                relation
                for (own_schema, own_name), relation in place.items()
                if (schema is None or own_schema == schema) and (name is None or own_name == name)
            ]
        yield from candidates


def _may_be_missing(question: Question, schema: str | None, name: str | None) -> bool:
    """Tell whether there may be relations of these names that are not known."""
    relations, names = question.catalog.relations, question.catalog.names
    return relations.is_open and (schema is None or name is None or (schema, name) not in names)


def _of_kind(relation: Relation, kinds: tuple[Kind, ...]) -> bool | None:
    """Tell whether a relation is of one of these kinds, None where it is not known."""
    return relation.kind in kinds if relation.knows("kind") else None


def _kind_rows(
    question: Question,
    schema_column: str,
    name_column: str,
    kinds: tuple[Kind, ...],
    describe: Callable[[Relation], Record],
) -> Rows:
    rows = []
    wanted = question.text(schema_column), question.text(name_column)
    for relation in _relations(question, *wanted):
        fits = _of_kind(relation, kinds)
        if fits is not False:
            rows.append(Row(describe(relation), fits is True))
    return Rows(rows, _may_be_missing(question, *wanted))


def _pg_tables(question: Question) -> Rows:
    def describe(relation: Relation) -> Record:
        return Record(
            schemaname=relation.schema,
            tablename=relation.name,
            tableowner=_fact(relation, "owner"),
            rowsecurity=_fact(relation, "rls_enabled"),
            hasindexes=ANY,
            hasrules=ANY,
            hastriggers=ANY,
            tablespace=ANY,
        )

    return _kind_rows(question, "schemaname", "tablename", _TABLES, describe)


def _pg_views(question: Question) -> Rows:
    def describe(relation: Relation) -> Record:
        return Record(
            schemaname=relation.schema,
            viewname=relation.name,
            viewowner=_fact(relation, "owner"),
            definition=ANY,
        )

    return _kind_rows(question, "schemaname", "viewname", (Kind.view,), describe)


def _pg_matviews(question: Question) -> Rows:
    def describe(relation: Relation) -> Record:
        return Record(
            schemaname=relation.schema,
            matviewname=relation.name,
            matviewowner=_fact(relation, "owner"),
            definition=ANY,
        )

    kinds = (Kind.materialized_view,)
    return _kind_rows(question, "schemaname", "matviewname", kinds, describe)


def _pg_stat_user_tables(question: Question) -> Rows:
    def describe(relation: Relation) -> Record:
        return Record(
            relid=relation_reference(relation, question.search_path, question.catalog),
            schemaname=relation.schema,
            relname=relation.name,
        )

    return _kind_rows(question, "schemaname", "relname", (*_TABLES,), describe)


def _tables(question: Question) -> Rows:
    words = {Kind.view: "VIEW", Kind.foreign_table: "FOREIGN"}

    def describe(relation: Relation) -> Record:
        known = relation.knows("kind")
        return Record(
            table_catalog=ANY,
            table_schema=relation.schema,
            table_name=relation.name,
            table_type=words.get(relation.kind, "BASE TABLE") if known else ANY,
        )

    kinds = (*_TABLES, Kind.view, Kind.foreign_table)
    return _kind_rows(question, "table_schema", "table_name", kinds, describe)


def _views(question: Question) -> Rows:
    def describe(relation: Relation) -> Record:
        return Record(
            table_catalog=ANY,
            table_schema=relation.schema,
            table_name=relation.name,
            view_definition=ANY,
        )

    return _kind_rows(question, "table_schema", "table_name", (Kind.view,), describe)


def _pg_class(question: Question) -> Rows:
    rows = []
    schema = question.reference("relnamespace")
    name = question.text("relname")
    for relation in _relations(question, str(schema.key) if schema else None, name):
        rows.append(Row(_class_row(question, relation), relation.knows("kind")))
    if question.text("relkind") in (None, "i", "I"):
        rows += _index_rows(question, name)
    return Rows(rows, question.catalog.relations.is_open)


def _class_row(question: Question, relation: Relation) -> Record:
    owner = _fact(relation, "owner")
    partition = relation.partition_of is not None if relation.knows("partition_of") else ANY
    known = relation.knows("kind")
    return Record(
        oid=relation_reference(relation, question.search_path, question.catalog),
        relname=relation.name,
        relnamespace=schema_reference(relation.schema),
        relkind=_KIND_LETTERS[relation.kind] if known else ANY,
        relowner=Reference("role", owner, str(owner)) if isinstance(owner, str) else ANY,
        relrowsecurity=_fact(relation, "rls_enabled"),
        relforcerowsecurity=_fact(relation, "rls_forced"),
        relispartition=partition,
        relpersistence="t" if relation.temporary else "p",
        relhastriggers=ANY,
        reltuples=ANY,
        relacl=ANY,
        reloptions=ANY,
    )


def _index_rows(question: Question, name: str | None) -> Iterator[Row]:
    for relation in question.catalog.relations.known():
        for index in relation.indexes.known():
            if name is None or index.name == name:
                yield Row(
                    Record(
                        oid=Reference("index", (relation, index.name), index.name),
                        relname=index.name,
                        relnamespace=schema_reference(relation.schema),
                        relkind="i",
                        relowner=ANY,
                        relrowsecurity=False,
                        relforcerowsecurity=False,
                        relispartition=ANY,
                        relpersistence="p",
                    ),
                    True,
                )


def _schemas(question: Question) -> dict[str, bool]:
    catalog = question.catalog
    names = {schema: False for schema, _ in catalog.unknown_relations}
    names.update({schema: True for schema, _ in catalog.names})
    names.update(dict.fromkeys(catalog.schemas, True))
    names.update(dict.fromkeys(("public", "pg_catalog", "information_schema"), True))
    return names


def _pg_namespace(question: Question) -> Rows:
    rows = [
        Row(Record(oid=schema_reference(name), nspname=name, nspowner=ANY), certain)
        for name, certain in _schemas(question).items()
    ]
    return Rows(rows, False)


def _schemata(question: Question) -> Rows:
    rows = [
        Row(Record(catalog_name=ANY, schema_name=name, schema_owner=ANY), certain)
        for name, certain in _schemas(question).items()
    ]
    return Rows(rows, False)


def _policies(question: Question, relation: Relation) -> Iterator[Policy | None]:
    """Yield the policies of a relation, and None where there may be more.

    What the history does not say of a table that it does not make is taken as not there: a
    policy made elsewhere is not in the model either.
    """
    yield from relation.policies.known()
    beyond = "kind" in relation.unknown and relation.policies.gap is relation.unknown["kind"]
    if relation.policies.is_open and not beyond:
        yield None


def _pg_policies(question: Question) -> Rows:
    rows = []
    wanted = question.text("schemaname"), question.text("tablename")
    for relation in _relations(question, *wanted):
        for policy in _policies(question, relation):
            rows.append(Row(_policies_row(relation, policy), policy is not None))
    return Rows(rows, False)


def _policies_row(relation: Relation, policy: Policy | None) -> Record:
    row = Record(schemaname=relation.schema, tablename=relation.name)
    for column in ("policyname", "permissive", "roles", "cmd", "qual", "with_check"):
        row[column] = ANY
    if policy is not None:
        row["policyname"] = policy.name
        if policy.knows("permissive"):
            row["permissive"] = "PERMISSIVE" if policy.permissive else "RESTRICTIVE"
        if policy.knows("roles"):
            row["roles"] = tuple(sorted(policy.roles))
        if policy.knows("command"):
            row["cmd"] = policy.command.upper()
        row["qual"] = _deparsed(policy, "using")
        row["with_check"] = _deparsed(policy, "check")
    return row


def _deparsed(policy: Policy, fact: str) -> Value:
    if not policy.knows(fact):
        return ANY
    clause: Clause | None = getattr(policy, fact)
    return Deparsed(frozenset(_words(clause.expression))) if clause is not None else None


def _words(expression: Expr) -> Iterator[str]:
    """Yield the names and the texts in an expression, as PostgreSQL writes them."""
    for part in expression.walk():
        match part:
            case Call(name) if name[0] in _WRITTEN_LARGE:
                yield name[0].upper()
            case Call(names) | Column(names):
                yield from names
            case Constant(str() as text):
                yield text
            case Cast(_, type_name):
                yield _TYPE_WORDS.get(type_name, type_name)
            case Query(sources=sources):
                for source in sources:
                    yield from (source.name, source.alias)
            case _:
                continue


def _pg_policy(question: Question) -> Rows:
    rows = []
    for relation in _relations(question, None, None):
        reference = relation_reference(relation, question.search_path, question.catalog)
        for policy in _policies(question, relation):
            row = Record(polrelid=reference, polroles=ANY, polname=ANY, polcmd=ANY)
            row["polpermissive"] = row["polqual"] = row["polwithcheck"] = ANY
            if policy is not None:
                row["polname"] = policy.name
                row["polpermissive"] = _fact(policy, "permissive")
                if policy.knows("command"):
                    row["polcmd"] = _COMMAND_LETTERS[policy.command]
                row["polqual"] = _deparsed(policy, "using")
                row["polwithcheck"] = _deparsed(policy, "check")
            rows.append(Row(row, policy is not None))
    return Rows(rows, False)


def _pg_roles(question: Question) -> Rows:
    """Roles belong to the cluster: others than those of the history may exist."""
    rows = [Row(_role_row(role), role.declared) for role in question.catalog.roles.values()]
    return Rows(rows, True)


def _role_row(role: Role) -> Record:
    known = role.declared
    return Record(
        oid=Reference("role", role.name, str(quoted_name(role.name))),
        rolname=role.name,
        usename=role.name,
        groname=role.name,
        rolsuper=_fact(role, "superuser") if known else ANY,
        rolinherit=_fact(role, "inherit") if known else ANY,
        rolcreaterole=_fact(role, "createrole") if known else ANY,
        rolcanlogin=_fact(role, "login") if known else ANY,
        rolreplication=_fact(role, "replication") if known else ANY,
        rolbypassrls=_fact(role, "bypassrls") if known else ANY,
    )


def _pg_attribute(question: Question) -> Rows:
    rows = []
    for relation, certain in _with_columns(question, None, None):
        reference = relation_reference(relation, question.search_path, question.catalog)
        for column in relation.columns.values() if certain else ():
            rows.append(
                Row(
                    Record(
                        attrelid=reference,
                        attname=column.name,
                        attnum=column.number,
                        attnotnull=_fact(column, "not_null"),
                        attisdropped=False,
                        atttypid=Reference("type", _fact(column, "type"), column.name),
                        atthasdef=ANY,
                        attidentity=ANY,
                        attgenerated=ANY,
                    ),
                    True,
                )
            )
        if not certain:
            rows.append(Row(_unknown_row(attrelid=reference), False))
    return Rows(rows, question.catalog.relations.is_open)


class _AnyColumn(Record):
    """A row of which only some columns are known."""

    def __missing__(self, column: str) -> Value:
        return ANY

    def __contains__(self, column: object) -> bool:
        return True


def _unknown_row(**known: Value) -> Record:
    return _AnyColumn(known)


def _with_columns(
    question: Question, schema: str | None, name: str | None
) -> Iterator[tuple[Relation, bool]]:
    for relation in _relations(question, schema, name):
        yield relation, relation.knows("columns")


def _columns(question: Question) -> Rows:
    rows = []
    wanted = question.text("table_schema"), question.text("table_name")
    for relation, certain in _with_columns(question, *wanted):
        place = {"table_schema": relation.schema, "table_name": relation.name}
        if not certain:
            rows.append(Row(_unknown_row(**place), False))
            continue
        for column in relation.columns.values():
            not_null = _fact(column, "not_null")
            type_ = _fact(column, "type")
            row = Record(**place, column_name=column.name, ordinal_position=column.number)
            row["is_nullable"] = ANY if isinstance(not_null, Unknown) else _yes(not not_null)
            row["udt_name"] = _udt_name(type_)
            row["data_type"] = _data_type(type_)
            default = column.default if column.knows("default") else ANY
            row["column_default"] = None if default is None and not column.identity else ANY
            row["table_catalog"] = ANY
            rows.append(Row(row, True))
    return Rows(rows, question.catalog.relations.is_open)


def _yes(value: bool) -> str:
    return "YES" if value else "NO"


def _udt_name(type_: Value) -> Value:
    if not isinstance(type_, str) or not type_:
        return ANY
    return f"_{type_[:-2]}" if type_.endswith("[]") else type_.rpartition(".")[2]


def _data_type(type_: Value) -> Value:
    if not isinstance(type_, str) or not type_:
        return ANY
    if type_.endswith("[]"):
        return "ARRAY"
    return _TYPE_WORDS.get(type_, type_ if "." not in type_ else "USER-DEFINED")


def _pg_proc(question: Question) -> Rows:
    rows = []
    name = question.text("proname")
    for function in question.catalog.functions.known():
        if name is not None and function.name != name:
            continue
        owner = _fact(function, "owner")
        kind = _fact(function, "is_procedure")
        rows.append(
            Row(
                Record(
                    oid=function_reference(function, question.search_path),
                    proname=function.name,
                    pronamespace=schema_reference(function.schema),
                    prosecdef=_fact(function, "security_definer"),
                    prokind=ANY if isinstance(kind, Unknown) else "p" if kind else "f",
                    proowner=Reference("role", owner, "") if isinstance(owner, str) else ANY,
                    prolang=ANY,
                    proconfig=ANY,
                    provolatile=ANY,
                    prosrc=ANY,
                    prorettype=ANY,
                    pronargs=len(function.argument_types),
                ),
                True,
            )
        )
    return Rows(rows, question.catalog.functions.is_open)


def _routines(question: Question) -> Rows:
    rows = [
        Row(
            _unknown_row(routine_schema=function.schema, routine_name=function.name),
            True,
        )
        for function in question.catalog.functions.known()
    ]
    return Rows(rows, question.catalog.functions.is_open)


def _pg_inherits(question: Question) -> Rows:
    rows = []
    for child in question.catalog.relations.known():
        parents = [*child.parents] if child.knows("parents") else []
        if child.knows("partition_of") and child.partition_of is not None:
            parents.append(child.partition_of)
        for number, parent in enumerate(parents, 1):
            rows.append(
                Row(
                    Record(
                        inhrelid=relation_reference(child, question.search_path, question.catalog),
                        inhparent=relation_reference(
                            parent, question.search_path, question.catalog
                        ),
                        inhseqno=number,
                    ),
                    True,
                )
            )
    return Rows(rows, question.catalog.relations.is_open)


def partition_tree(question: Question, root: Relation) -> Rows:
    """Return the rows of pg_partition_tree()."""
    rows: list[Row] = []

    def add(relation: Relation, parent: Relation | None, level: int) -> None:
        children = [
            child
            for child in question.catalog.relations.known()
            if child.knows("partition_of") and child.partition_of is relation
        ]
        path, catalog = question.search_path, question.catalog
        shown = relation_reference(relation, path, catalog)
        above = relation_reference(parent, path, catalog) if parent is not None else None
        leaf = relation.kind is Kind.table if relation.knows("kind") else ANY
        for reference in (shown, above):
            if reference is not None:
                reference.shown = True
        rows.append(Row(Record(relid=shown, parentrelid=above, isleaf=leaf, level=level), True))
        for child in children:
            add(child, relation, level + 1)

    add(root, None, 0)
    return Rows(rows, question.catalog.relations.is_open)


def _pg_indexes(question: Question) -> Rows:
    rows = []
    wanted = question.text("schemaname"), question.text("tablename")
    for relation in _relations(question, *wanted):
        place = {"schemaname": relation.schema, "tablename": relation.name}
        for index in relation.indexes.known():
            rows.append(Row(Record(**place, indexname=index.name, indexdef=ANY), True))
        if relation.indexes.is_open:
            rows.append(Row(_unknown_row(**place), False))
    return Rows(rows, _may_be_missing(question, *wanted))


def _pg_constraint(question: Question) -> Rows:
    rows = []
    path, catalog = question.search_path, question.catalog
    for relation in _relations(question, None, None):
        place = {"conrelid": relation_reference(relation, path, catalog)}
        for constraint in relation.constraints.known():
            other = constraint.referenced
            row = _unknown_row(**place)
            row["conname"] = constraint.name
            row["contype"] = _CONSTRAINT_LETTERS.get(constraint.kind, "c")
            row["connamespace"] = schema_reference(relation.schema)
            row["confrelid"] = relation_reference(other, path, catalog) if other else 0
            rows.append(Row(row, True))
        if relation.constraints.is_open:
            rows.append(Row(_unknown_row(**place), False))
    return Rows(rows, catalog.relations.is_open)


def _table_constraints(question: Question) -> Rows:
    words = {"primary": "PRIMARY KEY", "unique": "UNIQUE", "foreign": "FOREIGN KEY"}
    rows = []
    wanted = question.text("table_schema"), question.text("table_name")
    for relation in _relations(question, *wanted):
        place = {"table_schema": relation.schema, "table_name": relation.name}
        for constraint in relation.constraints.known():
            row = _unknown_row(**place)
            row["constraint_name"] = constraint.name
            row["constraint_schema"] = relation.schema
            row["constraint_type"] = words.get(constraint.kind, "CHECK")
            rows.append(Row(row, True))
        if relation.constraints.is_open:
            rows.append(Row(_unknown_row(**place), False))
    return Rows(rows, _may_be_missing(question, *wanted))


def _pg_trigger(question: Question) -> Rows:
    rows = []
    for relation in _relations(question, None, None):
        place = {"tgrelid": relation_reference(relation, question.search_path, question.catalog)}
        for name in dict.keys(relation.triggers):
            row = _unknown_row(**place)
            row["tgname"], row["tgisinternal"] = name, False
            rows.append(Row(row, True))
        if relation.triggers.is_open:
            rows.append(Row(_unknown_row(**place), False))
    return Rows(rows, question.catalog.relations.is_open)


def _triggers(question: Question) -> Rows:
    rows = []
    wanted = question.text("event_object_schema"), question.text("event_object_table")
    for relation in _relations(question, *wanted):
        for name in dict.keys(relation.triggers):
            row = _unknown_row(
                event_object_schema=relation.schema, event_object_table=relation.name
            )
            row["trigger_schema"], row["trigger_name"] = relation.schema, name
            rows.append(Row(row, True))
    return Rows(rows, _may_be_missing(question, *wanted))


def _pg_extension(question: Question) -> Rows:
    names = question.catalog.extensions
    return Rows([Row(_unknown_row(extname=name), True) for name in sorted(names)], True)


_SYSTEM: dict[str, Source] = {
    "pg_attribute": _pg_attribute,
    "pg_authid": _pg_roles,
    "pg_class": _pg_class,
    "pg_constraint": _pg_constraint,
    "pg_extension": _pg_extension,
    "pg_group": _pg_roles,
    "pg_indexes": _pg_indexes,
    "pg_inherits": _pg_inherits,
    "pg_matviews": _pg_matviews,
    "pg_namespace": _pg_namespace,
    "pg_policies": _pg_policies,
    "pg_policy": _pg_policy,
    "pg_proc": _pg_proc,
    "pg_roles": _pg_roles,
    "pg_stat_all_tables": _pg_stat_user_tables,
    "pg_stat_user_tables": _pg_stat_user_tables,
    "pg_tables": _pg_tables,
    "pg_trigger": _pg_trigger,
    "pg_user": _pg_roles,
    "pg_views": _pg_views,
}
_INFORMATION: dict[str, Source] = {
    "columns": _columns,
    "routines": _routines,
    "schemata": _schemata,
    "table_constraints": _table_constraints,
    "tables": _tables,
    "triggers": _triggers,
    "views": _views,
}
ROLE_CATALOGS = frozenset({"pg_authid", "pg_group", "pg_roles", "pg_user"})
