"""unique-oracle: a unique index over all tenants tells which values the others have."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from rlslint.access import spoken
from rlslint.access.exposure import restricts
from rlslint.access.privileges import has_privilege
from rlslint.catalog.model import Column, Index, Relation, Table
from rlslint.config import Confidence
from rlslint.meaning.context import own_columns
from rlslint.project import Finding, also_shown, shown
from rlslint.project.project import Project, is_only_key
from rlslint.rules.registry import rule
from rlslint.text.sentences import listed, words_of

_TEXTS = frozenset(
    ("text", "varchar", "bpchar", "char", "name", "citext", "inet", "cidr", "macaddr")
)
"""Types of values that people choose, as the parser names them."""

_GENERATED = frozenset(
    """auth checksum cuid device digest etag external fingerprint guid hash id ids jti key keys kid
    md5 nanoid nonce otp ref secret serial session sha sha1 sha256 sid stripe token ulid uid uuid
    xid""".split()  # noqa: SIM905
)
"""Words of columns whose values are made by a program: nobody guesses them."""

_OF_PERSONS = frozenset(
    """domain email handle host hostname login mail mobile phone subdomain username
    """.split()  # noqa: SIM905
)
"""Words of columns that are often unique in all tenants on purpose: people log in by them."""


@rule
def unique_oracle(table: Table, project: Project) -> Iterator[Finding]:
    excluding = {one.name for one in table.constraints.known() if one.kind == "exclude"}
    unique = [
        index
        for index in table.indexes.known()
        if (index.unique or index.name in excluding) and index.valid
    ]
    if not unique or not table.rls_enabled or table.partition_of is not None:
        return
    tenants = project.tenant_columns(table)
    if not tenants or project.is_shared(table) or any(is_only_key(table, c) for c in tenants):
        return
    numbers = frozenset(column.number for column in tenants) | _linked(table)
    found = [
        (index, columns)
        for index in unique
        if numbers.isdisjoint(_columns_of(index)) and (columns := _chosen(table, index))
    ]
    roles = _askers(table, [column for _, columns in found for column in columns], project)
    if roles:
        found.sort(key=lambda one: _is_of_person(one[1]))
        yield _finding(table, found, roles, project)


def _linked(table: Relation) -> frozenset[int]:
    """Return the columns that refer to other tables: whoever has another's key knows enough."""
    return frozenset(
        number
        for constraint in table.constraints.known()
        if constraint.kind == "foreign"
        for number in constraint.columns
    )


def _columns_of(index: Index) -> frozenset[int]:
    """Return the columns of an index, those in its expressions too."""
    within = (clause.ask(own_columns) for clause in index.expressions)
    return frozenset(index.columns).union(*within) - {0}


def _chosen(table: Relation, index: Index) -> list[Column]:
    """Return the columns of an index, none unless people choose all of their values."""
    columns = [table.column(number) for number in sorted(_columns_of(index))]
    known = [column for column in columns if column is not None and _is_chosen(column)]
    return known if len(known) == len(columns) else []


def _is_chosen(column: Column) -> bool:
    if column.generated or column.identity or column.default is not None:
        return False
    return column.type in _TEXTS and _GENERATED.isdisjoint(words_of(column.name))


def _is_of_person(columns: Sequence[Column]) -> bool:
    return any(not _OF_PERSONS.isdisjoint(words_of(column.name)) for column in columns)


def _askers(table: Relation, columns: Sequence[Column], project: Project) -> tuple[str, ...]:
    """Return the roles that may write a value and not see all rows."""
    catalog = project.catalog
    return tuple(
        role
        for role in (project.reachable_by(table, "insert", "update") if columns else ())
        if restricts(catalog, role, table, "select")
        and any(
            has_privilege(catalog, role, table, command, column.name)
            for command in ("insert", "update")
            for column in columns
        )
    )


def _finding(
    table: Table,
    found: Sequence[tuple[Index, list[Column]]],
    roles: tuple[str, ...],
    project: Project,
) -> Finding:
    (index, columns), *others = found
    names = listed([column.name for column in columns])
    more = f" (and {len(others)} more indexes)" if others else ""
    tenant = project.tenant_columns(table)[0].name
    unsure = project.runtime.assumed or _is_of_person(columns)
    return Finding(
        object=str(table),
        message=f"{spoken(roles)} can find out which {names} other tenants have in {table}: "
        f"{index.name} spans all tenants, and a value that is taken is refused{more}",
        span=shown(index.statement),
        label=f"unique without {tenant}",
        help=f"let the index begin with {tenant}, unless {names} has to be unique in all tenants",
        related=also_shown(
            (table.because("rls_enabled"), f"row security of {table} is enabled here"),
            *((other.statement, "so is this one") for other, _ in others),
            beside=index.statement,
        ),
        confidence=Confidence.low if unsure else Confidence.medium,
    )
