"""What a role is and which other roles' rights it has; beside that, what policies let roles reach.

Everything here is a pure function of the catalog. An unknown fact raises UnknownFact.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from rlslint.catalog import Catalog
from rlslint.catalog.answers import remembered
from rlslint.catalog.facts import UnknownFact
from rlslint.catalog.roles import MIGRATION_ROLE, PUBLIC
from rlslint.text.sentences import listed

BOOTSTRAP_SUPERUSER = "postgres"
"""The superuser that initdb makes, unless told otherwise (manual: initdb, --username)."""

RDS_SUPERUSER = "rdsadmin"
"""The superuser of Amazon RDS."""

ASSUMED_ROLE = "(application role)"
"""Stands for the role of the application where nothing in the project names one."""


def inherited_roles(catalog: Catalog, role: str) -> frozenset[str]:
    """Return the roles whose privileges and policies `role` has without SET ROLE, itself included.

    Attributes (SUPERUSER, BYPASSRLS …) are never inherited, and PUBLIC is no role. The manual
    calls this the INHERIT option of a membership (Role Membership); before PostgreSQL 16 it was an
    attribute of the member.
    """
    return _closure(catalog, role, "inherit")


def settable_roles(catalog: Catalog, role: str) -> frozenset[str]:
    """Return the roles that a session of `role` can become with SET ROLE, itself included.

    A superuser can become any role, which is not listed here.
    """
    return _closure(catalog, role, "set")


def switches(catalog: Catalog, role: str) -> bool:
    """Tell whether a role is there to become others: an API connects as it and switches.

    It is called `authenticator`, as in PostgREST's documentation, or logs in and inherits nothing.
    """
    if role.lower().endswith("authenticator"):
        return True
    known = catalog.roles.get(role)
    return known is not None and known.declared and known.login and not known.inherit


def switched_to(catalog: Catalog, role: str) -> tuple[str, ...]:
    """Return the roles in whose name one that switches serves requests, by name.

    Those that log in by themselves serve others, and those that policies do not bind serve nobody
    in particular.
    """
    if role not in catalog.roles or not switches(catalog, role):
        return ()
    return tuple(
        sorted(
            one
            for one in settable_roles(catalog, role) - {role}
            if not can_log_in(catalog, one)
            and not is_superuser(catalog, one)
            and not has_bypassrls(catalog, one)
        )
    )


def is_superuser(catalog: Catalog, role: str) -> bool:
    """Tell whether the history makes `role` a superuser."""
    known = catalog.roles.get(role)
    return known is not None and known.superuser


def is_probably_superuser(catalog: Catalog, role: str) -> bool:
    """Tell whether `role` is probably a superuser though nothing in the history says so.

    That is the role that runs the migrations, and `postgres` unless the history made a role of
    this name. On managed services neither is a superuser; `rdsadmin` is.
    """
    if role in (MIGRATION_ROLE, RDS_SUPERUSER):
        return True
    known = catalog.roles.get(role)
    return role == BOOTSTRAP_SUPERUSER and (known is None or not known.declared)


def has_bypassrls(catalog: Catalog, role: str) -> bool:
    """Tell whether the history gives `role` the attribute BYPASSRLS."""
    known = catalog.roles.get(role)
    return known is not None and known.bypassrls


def can_log_in(catalog: Catalog, role: str) -> bool:
    """Tell whether the history gives `role` the attribute LOGIN."""
    known = catalog.roles.get(role)
    return known is not None and known.login


def is_declared(catalog: Catalog, role: str) -> bool:
    """Tell whether a statement of the history makes `role`."""
    known = catalog.roles.get(role)
    return known is not None and known.declared


def certainly(question: Callable[[Catalog, str], bool], catalog: Catalog, role: str) -> bool:
    """Tell whether it is known that a question about a role has the answer yes.

    Of whom nothing is known, nothing tells that it serves requests: the others are not in doubt.
    """
    try:
        return question(catalog, role)
    except UnknownFact:
        return False


def certainly_of(
    question: Callable[[Catalog, str], frozenset[str]], catalog: Catalog, role: str
) -> frozenset[str]:
    """Return the roles that a role is known to have the rights of, itself included."""
    try:
        return question(catalog, role)
    except UnknownFact:
        return frozenset((role,))


def perhaps(question: Callable[[Catalog, str], bool], catalog: Catalog, role: str) -> bool:
    """Tell whether a question about a role may have the answer yes."""
    try:
        return question(catalog, role)
    except UnknownFact:
        return True


def _closure(catalog: Catalog, role: str, option: str) -> frozenset[str]:
    """Return the roles that a role is a member of by memberships with an option, and itself."""
    found = _closures(catalog, option).get(role, frozenset((role,)))
    if isinstance(found, UnknownFact):
        raise found
    return found


@remembered
def _closures(catalog: Catalog, option: str) -> dict[str, frozenset[str] | UnknownFact]:
    """Return the closures of all roles, those of the roles above each found before its own."""
    found: dict[str, frozenset[str] | UnknownFact] = {}
    for name in catalog.roles:
        waiting, begun = [name], set[str]()
        while waiting:
            role = waiting[-1]
            try:
                above = _above(catalog, role, option)
            except UnknownFact as unknown:
                above, found[role] = [], unknown
            if role not in begun:
                begun.add(role)
                unseen = [one for one in above if one not in found and one not in begun]
                if unseen:
                    waiting += unseen
                    continue
            waiting.pop()
            if role not in found:
                found[role] = _joined(role, [found.get(one, frozenset((one,))) for one in above])
    return found


def _above(catalog: Catalog, role: str, option: str) -> list[str]:
    known = catalog.roles.get(role)
    if known is None:
        return []
    return [one.role.name for one in known.memberships.values() if getattr(one, option)]


def _joined(
    role: str, closures: list[frozenset[str] | UnknownFact]
) -> frozenset[str] | UnknownFact:
    known = [closure for closure in closures if not isinstance(closure, UnknownFact)]
    if len(known) < len(closures):
        return next(one for one in closures if isinstance(one, UnknownFact))
    return frozenset((role,)).union(*known)


_SPOKEN = {ASSUMED_ROLE: "the application", PUBLIC: "every role of the database"}
_MOST_NAMED = 10
_NAMED_OF_MANY = 3


def spoken(roles: Iterable[str]) -> str:
    """Return roles, at least one, as the subject of a sentence; of many, the first are named."""
    names = [_SPOKEN.get(role, role) for role in roles]
    if len(names) > _MOST_NAMED:
        names[_NAMED_OF_MANY:] = [f"{len(names) - _NAMED_OF_MANY} other roles"]
    return listed(names)
