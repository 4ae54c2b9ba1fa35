"""Which system catalogs and views of the information schema the replay knows."""

from __future__ import annotations

from rlslint.replay.plpgsql.system_catalogs.columns import columns, pg_attribute
from rlslint.replay.plpgsql.system_catalogs.constraints import (
    pg_constraint,
    pg_trigger,
    table_constraints,
    triggers,
)
from rlslint.replay.plpgsql.system_catalogs.functions import pg_proc, routines
from rlslint.replay.plpgsql.system_catalogs.policies import pg_policies, pg_policy
from rlslint.replay.plpgsql.system_catalogs.questions import CatalogRows, Question, RowSet
from rlslint.replay.plpgsql.system_catalogs.relations import (
    pg_class,
    pg_indexes,
    pg_stat_user_tables,
    pg_tables,
    pg_views,
    tables,
    views,
)
from rlslint.replay.plpgsql.system_catalogs.roles import pg_roles
from rlslint.replay.plpgsql.system_catalogs.schemas import pg_extension, pg_namespace, schemata

_SYSTEM: dict[str, CatalogRows] = {
    "pg_attribute": pg_attribute,
    "pg_authid": pg_roles,
    "pg_class": pg_class,
    "pg_constraint": pg_constraint,
    "pg_extension": pg_extension,
    "pg_group": pg_roles,
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
