"""Which tables hold rows that belong to rows of a protected table, by their foreign keys."""

from __future__ import annotations

from collections.abc import Iterator

from rlslint import NamedTuple, Pattern
from rlslint.access.exposure import Exposure, restricts
from rlslint.access.gaps import Gap, gap_of
from rlslint.access.privileges import has_privilege
from rlslint.catalog.facts import UnknownFact
from rlslint.catalog.model import Constraint, Relation
from rlslint.config.platforms import HIDDEN_SCHEMAS
from rlslint.meaning.bounds import is_bounded
from rlslint.project.project import Project
from rlslint.project.questions.exposure import is_bound_by_its_own_user
from rlslint.project.questions.families import opened_above
from rlslint.sql import free_name, quoted_identifier

_DOER = Pattern(
    r"(?i)(?:approved|archived|authored|changed|created|deleted|edited|granted|inserted|invited"
    r"|modified|published|reviewed|updated|uploaded|verified)_?by(?:_?(?:id|user(?:_?id)?|member_?id))?"
    r"|author(?:_?id)?|editor(?:_?id)?"
)
"""Columns that say who did something to a row, and not whose it is."""


class Belonging(NamedTuple):
    """That the rows of a table belong to rows of `protected`, whose policies tell callers apart.

    `key` is the table's own foreign key; it leads to `protected` itself, or to a table between the
    two that has no row security either.
    """

    key: Constraint
    protected: Relation

    @property
    def parent(self) -> Relation:
        """The table that the key refers to."""
        assert self.key.referenced is not None
        return self.key.referenced


def left_open(table: Relation, project: Project) -> tuple[Exposure, Belonging] | None:
    """Return who gets at all rows of a table though they belong to rows of a protected one.

    None where the table has row security or a column that tells whose its rows are, and where it
    is one that all share. Raises UnknownFact where that cannot be told.
    """
    if table.is_beyond_history or table.temporary or project.is_shared(table):
        return None
    if gap_of(table) is not Gap.plain or not _has_foreign_key(table):
        return None
    if opened_above(table, project) is not None:
        return None
    if project.tenant_columns(table):
        return None
    exposed = project.exposure(table)
    if exposed is None:
        return None
    belonging = _belonging(table, project)
    if belonging is None or _is_mention(table, belonging, project):
        return None
    roles = tuple(
        role
        for role in exposed.roles
        if restricts(project.catalog, role, belonging.protected, "select")
    )
    return (exposed._replace(roles=roles), belonging) if roles else None


def is_certainly_left_open(table: Relation, project: Project) -> bool:
    """Tell whether `left_open` is known to find that a table is."""
    try:
        return left_open(table, project) is not None
    except UnknownFact:
        return False


def _has_foreign_key(table: Relation) -> bool:
    return any(constraint.kind == "foreign" for constraint in table.constraints.known())


def _belonging(table: Relation, project: Project) -> Belonging | None:
    """Return the nearest protected table to whose rows those of a table belong.

    Raises UnknownFact only where none is certain and one is possible.
    """
    gap: UnknownFact | None = None
    waiting = [(key, parent) for key, parent in _keys(table)]
    seen = {id(table)}
    while waiting:
        key, parent = waiting.pop(0)
        if id(parent) in seen:
            continue
        seen.add(id(parent))
        try:
            if _tells_callers_apart(parent, project):
                return Belonging(key, parent)
            # What has no row security and no tenants of its own hands on whose rows they are.
            if not parent.rls_enabled and not project.tenant_columns(parent):
                waiting += [(key, above) for _, above in _keys(parent)]
        except UnknownFact as unknown:
            gap = gap or unknown
    if gap is not None:
        raise gap
    return None


def _keys(table: Relation) -> Iterator[tuple[Constraint, Relation]]:
    """Yield the foreign keys with the tables that they refer to, those that rows go with first."""
    keys = [one for one in table.constraints.known() if one.kind == "foreign"]
    for key in sorted(keys, key=lambda key: _is_optional(key, table)):
        parent = key.referenced
        if parent is None or parent is table or _belongs_to(parent, table, key):
            continue
        # The users of a platform are no rows that an application divides.
        if not (parent.is_beyond_history and parent.schema in HIDDEN_SCHEMAS):
            yield key, parent


def _belongs_to(parent: Relation, table: Relation, key: Constraint) -> bool:
    """Tell whether it is the other way round: a key that may be NULL chooses one of its rows."""
    return _is_optional(key, table) and any(
        back.kind == "foreign" and back.referenced is table and not _is_optional(back, parent)
        for back in parent.constraints.known()
    )


def _tells_callers_apart(parent: Relation, project: Project) -> bool:
    """Tell whether row security of a table shows callers none but their own rows."""
    if not parent.rls_enabled:
        return False
    gap: UnknownFact | None = None
    for policy in parent.policies.known():
        if not policy.covers("select") or policy.using is None:
            continue
        using = project.condition(policy.using, parent)
        try:
            if using.ask(is_bounded, using.filled, project.context_functions):
                return True
        except UnknownFact as unknown:
            gap = unknown
    if gap is not None:
        raise gap
    return False


def _is_mention(table: Relation, belonging: Belonging, project: Project) -> bool:
    """Tell whether a key perhaps only says who made a row, and not whose it is.

    It may be left out then, its row outlives who is named, and each user is shown themselves alone,
    or its columns are called so.
    """
    key, parent = belonging.key, belonging.protected
    if not _is_optional(key, table):
        return False
    columns = [table.column(number) for number in key.columns]
    made_by = all(one is not None and _DOER().fullmatch(one.name) is not None for one in columns)
    return made_by or is_bound_by_its_own_user(parent, project)


def _is_optional(key: Constraint, table: Relation) -> bool:
    if key.on_delete == "cascade" or not table.knows("columns"):
        return False
    columns = (table.column(number) for number in key.columns)
    return any(one is not None and one.knows("not_null") and not one.not_null for one in columns)


def as_its_parent(
    table: Relation, exposed: Exposure, belonging: Belonging, project: Project
) -> str:
    """Return SQL that shows the rows of a table to whoever sees those that they belong to.

    Advice where the table between is open itself, and where callers may not look the parent up.
    """
    key, parent = belonging.key, belonging.parent
    if parent is not belonging.protected:
        return f"protect {parent} first, and then {table} by a policy that looks it up"
    if table in project.consulted:
        return (
            f"let callers see their own rows of {table} by a policy before row security is "
            "enabled there: other policies look it up as their caller"
        )
    pairs = [
        (own.name, other.name)
        for number, referenced in zip(key.columns, key.referenced_columns, strict=False)
        if (own := table.column(number)) and (other := parent.column(referenced))
    ]
    can_look_up = all(
        has_privilege(project.catalog, role, parent, "select") for role in exposed.roles
    )
    if not can_look_up or not pairs or _is_optional(key, table):
        return (
            f"enable row security on {table} together with a policy that admits a row to whoever "
            f"sees its row of {parent}"
        )
    name = quoted_identifier(
        free_name(f"{table.name}_as_{parent.name}", [one.name for one in table.policies.known()])
    )
    joined = " AND ".join(
        f"{quoted_identifier(parent.name)}.{quoted_identifier(other)} = "
        f"{quoted_identifier(table.name)}.{quoted_identifier(own)}"
        for own, other in pairs
    )
    force = ", FORCE ROW LEVEL SECURITY" if parent.rls_forced else ""
    return (
        f"ALTER TABLE {table.sql_name} ENABLE ROW LEVEL SECURITY{force};\n"
        f"CREATE POLICY {name} ON {table.sql_name}\n"
        f"  USING (EXISTS (SELECT FROM {parent.sql_name} WHERE {joined}));"
    )
