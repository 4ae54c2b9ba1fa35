"""The system catalogs that the replay knows, and the rows of schemas and functions among them."""

from __future__ import annotations

from rlslint.replay.plpgsql.system_catalogs.columns import columns, pg_attribute
from rlslint.replay.plpgsql.system_catalogs.constraints import (
    pg_constraint,
    pg_trigger,
    table_constraints,
    triggers,
)
from rlslint.replay.plpgsql.system_catalogs.policies import pg_policies, pg_policy
from rlslint.replay.plpgsql.system_catalogs.questions import (
    CatalogRows,
    Question,
    Row,
    RowSet,
    known_fact,
    row_with,
)
from rlslint.replay.plpgsql.system_catalogs.references import function_reference, schema_reference
from rlslint.replay.plpgsql.system_catalogs.relations import (
    pg_class,
    pg_indexes,
    pg_inherits,
    pg_stat_user_tables,
    pg_tables,
    pg_views,
    tables,
    views,
)
from rlslint.replay.plpgsql.system_catalogs.roles import pg_roles
from rlslint.replay.plpgsql.values import ANY, Composite, PartlyKnown, Reference


def _schemas(question: Question) -> dict[str, bool]:
    catalog = question.catalog
    names = {schema: False for schema, _ in catalog.unknown_relations}
    names.update({schema: True for schema, _ in catalog.names})
    names.update(dict.fromkeys(catalog.schemas, True))
    names.update(dict.fromkeys(("public", "pg_catalog", "information_schema"), True))
    return names


def pg_namespace(question: Question) -> RowSet:
    rows = [
        Row(Composite(oid=schema_reference(name), nspname=name, nspowner=ANY), certain)
        for name, certain in _schemas(question).items()
    ]
    return RowSet(rows, False)


def schemata(question: Question) -> RowSet:
    rows = [
        Row(Composite(catalog_name=ANY, schema_name=name, schema_owner=ANY), certain)
        for name, certain in _schemas(question).items()
    ]
    return RowSet(rows, False)


def pg_extension(question: Question) -> RowSet:
    names = question.catalog.extensions
    return RowSet([Row(row_with(extname=name), True) for name in sorted(names)], True)


def pg_proc(question: Question) -> RowSet:
    rows = []
    name = question.text("proname")
    for function in question.catalog.functions.known():
        if name is not None and function.name != name:
            continue
        owner = known_fact(function, "owner")
        kind = known_fact(function, "is_procedure")
        rows.append(
            Row(
                Composite(
                    oid=function_reference(function, question.search_path),
                    proname=function.name,
                    pronamespace=schema_reference(function.schema),
                    prosecdef=known_fact(function, "security_definer"),
                    prokind=ANY if isinstance(kind, PartlyKnown) else "p" if kind else "f",
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
    return RowSet(rows, question.catalog.functions.is_open)


def routines(question: Question) -> RowSet:
    rows = [
        Row(
            row_with(routine_schema=function.schema, routine_name=function.name),
            True,
        )
        for function in question.catalog.functions.known()
    ]
    return RowSet(rows, question.catalog.functions.is_open)


_SYSTEM: dict[str, CatalogRows] = {
    "pg_attribute": pg_attribute,
    "pg_authid": pg_roles,
    "pg_class": pg_class,
    "pg_constraint": pg_constraint,
    "pg_extension": pg_extension,
    "pg_group": pg_roles,
    "pg_inherits": pg_inherits,
    "pg_indexes": pg_indexes,
    "pg_namespace": pg_namespace,
    "pg_policies": pg_policies,
    "pg_policy": pg_policy,
    "pg_proc": pg_proc,
    "pg_roles": pg_roles,
    "pg_stat_all_tables": pg_stat_user_tables,
    "pg_stat_user_tables": pg_stat_user_tables,
    "pg_tables": pg_tables,
    "pg_trigger": pg_trigger,
    "pg_user": pg_roles,
    "pg_views": pg_views,
}
_INFORMATION: dict[str, CatalogRows] = {
    "columns": columns,
    "routines": routines,
    "schemata": schemata,
    "table_constraints": table_constraints,
    "tables": tables,
    "triggers": triggers,
    "views": views,
}


def is_known(schema: str, name: str) -> bool:
    """Tell whether there is such a system catalog."""
    known = _INFORMATION if schema == "information_schema" else _SYSTEM
    return schema in ("", "pg_catalog", "information_schema") and name in known


def rows_of(schema: str, name: str, question: Question) -> RowSet | None:
    """Return the rows of a system catalog, None where the replay does not know it."""
    if schema in ("", "pg_catalog") and name in _SYSTEM:
        return _SYSTEM[name](question)
    if schema == "information_schema" and name in _INFORMATION:
        return _INFORMATION[name](question)
    return None
