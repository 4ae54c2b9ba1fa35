"""Which privileges a role holds, by whichever way, which were granted where, and REVOKE of them."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from operator import itemgetter

from rlslint import NamedTuple
from rlslint.access import ASSUMED_ROLE, inherited_roles, is_probably_superuser, is_superuser
from rlslint.catalog import Catalog
from rlslint.catalog.answers import remembered
from rlslint.catalog.functions import Function
from rlslint.catalog.model import Relation
from rlslint.catalog.roles import (
    DATA_PRIVILEGES,
    MIGRATION_ROLE,
    PUBLIC,
    Grant,
    GrantKey,
    quoted_roles,
)
from rlslint.sql import quoted_identifier
from rlslint.text import Statement, StatementPlace

# Manual: Predefined Roles.
PREDEFINED_ROLES = {
    "select": "pg_read_all_data",
    "insert": "pg_write_all_data",
    "update": "pg_write_all_data",
    "delete": "pg_write_all_data",
}


def has_privilege(
    catalog: Catalog, role: str, relation: Relation, privilege: str, column: str | None = None
) -> bool:
    """Tell whether `role` holds `privilege` on all of a relation, or on one column of it.

    Says what has_table_privilege() and has_column_privilege() say. Owners count as holding all
    privileges, though they may have revoked some of their own: they can grant them again.
    """
    if _holds_everything(catalog, role, relation.owner):
        return True
    columns = ("",) if column is None else ("", column)
    return (
        _holds(catalog, role, relation.grants, privilege, columns)
        or _is_predefined_reader_or_writer(catalog, role, privilege)
        or _is_assumed(role, relation.grants, privilege)
    )


def has_any_column_privilege(
    catalog: Catalog, role: str, relation: Relation, privilege: str
) -> bool:
    """Tell whether `role` holds `privilege` on the relation or on at least one of its columns."""
    access = access_to(catalog, relation)
    if access is None:
        return _has_any(catalog, role, relation.owner, relation.grants, privilege)
    return gives(catalog, role, access, privilege)


class Access(NamedTuple):
    """Who owns a relation and what is granted on it, where: alike for many relations."""

    owner: str
    schema: str
    grants: frozenset[GrantKey]


@remembered
def access_to(catalog: Catalog, relation: Relation) -> Access | None:
    """Return what decides who gets at a relation; None where more may be granted than is known."""
    if relation.grants.is_open:
        return None
    access = Access(relation.owner, relation.schema, frozenset(relation.grants))
    return _accesses(catalog).setdefault(access, access)


@remembered
def _accesses(catalog: Catalog) -> dict[Access, Access]:
    """Return each access that was met: questions about one find it without comparing grants."""
    del catalog
    return {}


@remembered
def gives(catalog: Catalog, role: str, access: Access, privilege: str) -> bool:
    """Tell whether `role` has `privilege` on a relation of this access, or on a column of it."""
    return _has_any(catalog, role, access.owner, access.grants, privilege)


def _has_any(
    catalog: Catalog, role: str, owner: str, grants: Collection[GrantKey], privilege: str
) -> bool:
    return (
        _holds_everything(catalog, role, owner)
        or _holds_any(catalog, role, grants, privilege)
        or _is_predefined_reader_or_writer(catalog, role, privilege)
        or _is_assumed(role, grants, privilege)
    )


def grants_to(catalog: Catalog, role: str, relation: Relation, privilege: str) -> list[Grant]:
    """Return the grants that certainly give `role` the privilege: what a finding points to.

    Empty where it holds the privilege as owner or superuser or through a predefined role.
    """
    held = _grants_by_grantee(catalog, relation).get(privilege, {})
    found: list[tuple[int, Grant]] = []
    if len(held) <= 1 or role == ASSUMED_ROLE:
        for grantee, numbered in held.items():
            if _reaches(catalog, grantee, role):
                found += numbered
    else:
        for name in {PUBLIC, *inherited_roles(catalog, role)}:
            found += held.get(name, ())
    if len(found) > 1:
        found.sort(key=itemgetter(0))
    return [grant for _, grant in found]


@remembered
def _grants_by_grantee(
    catalog: Catalog, relation: Relation
) -> dict[str, dict[str, list[tuple[int, Grant]]]]:
    """Return the grants of each privilege, numbered in their order."""
    del catalog
    found: dict[str, dict[str, list[tuple[int, Grant]]]] = {}
    for number, grant in enumerate(relation.grants.known()):
        grantees = found.setdefault(grant.privilege, {})
        grantees.setdefault(grant.grantee, []).append((number, grant))
    return found


@remembered
def can_use_schema(catalog: Catalog, role: str, name: str) -> bool:
    """Tell whether `role` gets past a schema to the objects in it.

    The schema `public` lets everyone in until USAGE is revoked. Any other needs a GRANT. Many
    histories leave those grants to whoever sets up the database: where no USAGE on any schema but
    `public` is ever granted, every schema counts as open, for what is granted inside it would
    serve nobody otherwise. As soon as the history grants USAGE on one of them, it is taken at its
    word for all that it makes.
    """
    schema = catalog.schemas.get(name)
    if schema is None or _holds_everything(catalog, role, schema.owner):
        return True
    if _holds(catalog, role, schema.grants, "usage", ("",)):
        return True
    if any(_is_predefined_reader_or_writer(catalog, role, p) for p in ("select", "insert")):
        return True
    return name != PUBLIC and not governs_schemas(catalog)


def can_execute(catalog: Catalog, role: str, function: Function) -> bool:
    """Tell whether `role` can call a function: EXECUTE (PUBLIC by default) and the schema."""
    if _holds_everything(catalog, role, function.owner):
        return True
    return may_execute(catalog, role, function) and can_use_schema(catalog, role, function.schema)


def may_execute(catalog: Catalog, role: str, function: Function) -> bool:
    """Tell whether `role` holds EXECUTE, which is all that what is stored asks for: a policy."""
    return _holds_everything(catalog, role, function.owner) or _holds(
        catalog, role, function.grants, "execute", ("",)
    )


@remembered
def governs_schemas(catalog: Catalog) -> bool:
    """Tell whether the history grants USAGE on a schema that it makes: then it says who has it."""
    return any(
        grant.privilege == "usage"
        for schema in catalog.schemas.values()
        if schema.name != PUBLIC
        for grant in schema.grants.values()
        if grant.grantee != schema.owner
    )


def _holds_everything(catalog: Catalog, role: str, owner: str) -> bool:
    return (
        is_probably_superuser(catalog, role)
        or is_superuser(catalog, role)
        or owner in inherited_roles(catalog, role)
    )


def _holds(
    catalog: Catalog,
    role: str,
    grants: Iterable[GrantKey],
    privilege: str,
    columns: tuple[str, ...] | None,
) -> bool:
    return any(
        _reaches(catalog, grantee, role)
        for grantee, granted, column in grants
        if granted == privilege and (columns is None or column in columns)
    )


def _holds_any(catalog: Catalog, role: str, grants: Collection[GrantKey], privilege: str) -> bool:
    """Tell whether a role has a privilege on a relation, or on a column of it."""
    if not isinstance(grants, frozenset):
        return _holds(catalog, role, grants, privilege, None)
    grantees = _grantees(catalog, grants, privilege)
    if not grantees or role == ASSUMED_ROLE or PUBLIC in grantees or role in grantees:
        return bool(grantees)
    return not grantees.isdisjoint(inherited_roles(catalog, role))


@remembered
def _grantees(catalog: Catalog, grants: frozenset[GrantKey], privilege: str) -> frozenset[str]:
    del catalog
    return frozenset(grantee for grantee, granted, _ in grants if granted == privilege)


def _reaches(catalog: Catalog, grantee: str, role: str) -> bool:
    if grantee in (PUBLIC, role) or role == ASSUMED_ROLE:
        return True
    return grantee in inherited_roles(catalog, role)


def _is_predefined_reader_or_writer(catalog: Catalog, role: str, privilege: str) -> bool:
    predefined = PREDEFINED_ROLES.get(privilege)
    return predefined is not None and predefined in inherited_roles(catalog, role)


def _is_assumed(role: str, grants: Collection[GrantKey], privilege: str) -> bool:
    # Where the history grants nothing on a table, its privileges are given elsewhere, or the
    # application connects as the owner: either way it reads and writes the rows.
    return role == ASSUMED_ROLE and privilege in DATA_PRIVILEGES and not grants


class Granted(NamedTuple):
    """A privilege on a table that is held at the end of the history."""

    table: Relation
    grant: Grant


_MOST_NAMES = 10


def grants_by_place(catalog: Catalog) -> dict[StatementPlace, tuple[Granted, ...]]:
    """Return what was granted on tables at each place and nothing has revoked, tables by name.

    Default privileges count for the tables that were made under them.
    """
    found: dict[StatementPlace, list[Granted]] = {}
    places: dict[Statement, StatementPlace] = {}
    relations = (*catalog.relations.known(), *catalog.unknown_relations.values())
    for relation in sorted(relations, key=str):
        if relation.is_beyond_history or relation.is_table:
            for grant in relation.grants.known():
                if (statement := grant.statement) is not None:
                    place = places.get(statement) or statement.place
                    places[statement] = place
                    found.setdefault(place, []).append(Granted(relation, grant))
    return {place: tuple(granted) for place, granted in found.items()}


def revocation(privileges: Sequence[str], granted: Sequence[Granted], catalog: Catalog) -> str:
    """Return the REVOKE that takes `privileges` back from what was granted.

    Where default privileges give the same to the tables that their owners will make in these
    schemas, later tables are to be spared them as well.
    """
    words = ", ".join(privilege.upper() for privilege in privileges)
    grantees = quoted_roles(one.grant.grantee for one in granted)
    lines = [f"REVOKE {words} ON {_tables(privileges, granted, catalog)} FROM {grantees};"]
    alike = {
        (one.table.owner, schema, one.grant.grantee)
        for one in granted
        if one.table.knows("owner")
        for schema in (one.table.schema, "")
    }
    defaults: dict[tuple[str, str], list[str]] = {}
    for default in catalog.defaults:
        if default.kind != "tables" or default.privilege not in privileges:
            continue
        if default.statement and (default.creator, default.schema, default.grantee) in alike:
            defaults.setdefault((default.creator, default.schema), []).append(default.grantee)
    for (creator, schema), names in defaults.items():
        whose = f" FOR ROLE {quoted_identifier(creator)}" if creator != MIGRATION_ROLE else ""
        within = f" IN SCHEMA {quoted_identifier(schema)}" if schema else ""
        lines.append(
            f"ALTER DEFAULT PRIVILEGES{whose}{within} REVOKE {words} ON TABLES "
            f"FROM {quoted_roles(names)};"
        )
    return "\n".join(lines)


def _tables(privileges: Sequence[str], granted: Sequence[Granted], catalog: Catalog) -> str:
    """Name the tables; as those of their schema where they are many and no other is concerned."""
    tables = list(dict.fromkeys(one.table for one in granted))
    schemas = {table.schema for table in tables}
    if len(tables) <= _MOST_NAMES or len(schemas) > 1 or not _are_all(privileges, granted, catalog):
        return ", ".join(table.sql_name for table in tables)
    return f"ALL TABLES IN SCHEMA {quoted_identifier(*schemas)}"


def _are_all(privileges: Sequence[str], granted: Sequence[Granted], catalog: Catalog) -> bool:
    """Tell whether no other relation of the schemas has what is to be taken back."""
    tables = {one.table for one in granted}
    schemas = {table.schema for table in tables}
    grantees = {one.grant.grantee for one in granted}
    return not any(
        relation.grants.is_open
        or any(
            grant.grantee in grantees and grant.privilege in privileges
            for grant in relation.grants.known()
        )
        for relation in (*catalog.relations.known(), *catalog.unknown_relations.values())
        if relation.schema in schemas and relation not in tables
    )
