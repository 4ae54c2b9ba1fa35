"""What SECURITY DEFINER functions tell of values that PostgreSQL keeps beside the rows."""

from __future__ import annotations

from rlslint import NamedTuple
from rlslint.access.reach import Bypass, bypass
from rlslint.catalog.functions import Function
from rlslint.catalog.model import Relation
from rlslint.meaning.bodies import body_statements, functions_called, tables_in
from rlslint.meaning.body_access import columns_named
from rlslint.project.project import Project
from rlslint.project.questions.function_exposure import callers

_VALUES = frozenset(("most_common_vals", "most_common_elems", "histogram_bounds"))
_KEPT = {
    "pg_stats": _VALUES,
    "pg_stats_ext": _VALUES,
    "pg_stats_ext_exprs": _VALUES,
    "pg_statistic": frozenset(f"stavalues{number}" for number in range(1, 6)),
    "pg_stat_activity": frozenset(("query",)),
    "pg_stat_statements": frozenset(("query",)),
}
"""The columns of PostgreSQL's views and catalogs that hold values of rows, or what sessions say.

pg_stats leaves out what row security keeps from the current role: that is the owner here.
"""

_SCHEMAS = frozenset(("", "extensions", "pg_catalog", "public"))
_TELLS_NOTHING = frozenset(
    "bool event_trigger float4 float8 int2 int4 int8 numeric trigger void".split()  # noqa: SIM905
)


class ToldValues(NamedTuple):
    """That `roles` learn values of rows of `table`, or what sessions say, from a catalog view."""

    roles: tuple[str, ...]
    table: Relation
    bypass: Bypass
    view: str

    @property
    def are_of_rows(self) -> bool:
        """Whether they are values of rows, and not the text of queries."""
        return "query" not in _KEPT[self.view]


def told_values(function: Function, project: Project) -> ToldValues | None:
    """Return which values a function tells its callers that policies keep from them."""
    if not project.uses_row_security or function.return_type in _TELLS_NOTHING:
        return None
    body = function.body.lower()
    if "pg_stat" not in body or not (roles := callers(function, project)):
        return None
    for view in _views_told(function):
        for table in project.catalog.tables():
            if table.knows("rls_enabled") and table.rls_enabled:
                escape = bypass(project.catalog, function.owner, table)
                if escape is not None:
                    return ToldValues(roles, table, escape, view)
    return None


def _views_told(function: Function) -> list[str]:
    """Return the views of which a body reads a column that holds values."""
    if any(name[-1] == "pg_backend_pid" for name, _ in functions_called(function)):
        return []  # It asks for its own session.
    found: list[str] = []
    for statement in body_statements(function):
        reads, _ = tables_in(statement)
        views = [name for schema, name in reads if schema in _SCHEMAS and name in _KEPT]
        if views:
            named = columns_named(statement)
            found += (view for view in views if named & (_KEPT[view] | {"*"}))
    return found
