"""Privileges that only the server or only the migrations grant."""

from __future__ import annotations

from collections.abc import Iterable

from rlslint.catalog.privileges import Grant
from rlslint.catalog.roles import PUBLIC, quoted_roles
from rlslint.drift.comparison import Difference
from rlslint.drift.told.wording import Told, direction
from rlslint.sql.quoting import quoted_identifier
from rlslint.text.sentences import listed

Member = tuple[str, str, str, bool]
"""Grantee, privilege, column ("" for all) and whether it may be granted on."""


def privileges_told(difference: Difference, noun: str, name: str, sql_name: str) -> Told:
    """Tell of privileges on an object; `noun` is what GRANT calls it."""
    more: tuple[Member, ...] = difference.live
    less: tuple[Member, ...] = difference.history
    granted = [f"the server grants {_listed(more)}, the migrations do not"] if more else []
    missing = [f"the migrations grant {_listed(less)}, the server does not"] if less else []
    who = listed(_spoken(dict.fromkeys(member[0] for member in more or less)))
    effect = f"can do more with {name}" if more else f"can do less with {name}"
    return Told(
        f"{who} {effect} than the migrations say: {'; '.join((*granted, *missing))}",
        direction(bool(more)),
        "\n".join((*_revokes(more, less, noun, sql_name), *_grants(more, less, noun, sql_name))),
        "grants",
    )


def granted_again(grants: Iterable[Grant], grantee: str, noun: str, sql_name: str) -> list[str]:
    """Return the GRANTs to a role that owned an object: what it had been granted is gone."""
    members = tuple(
        (grant.grantee, grant.privilege, grant.column, grant.grantable)
        for grant in grants
        if grant.grantee == grantee
    )
    return _grants((), members, noun, sql_name)


def _spoken(grantees: Iterable[str]) -> list[str]:
    return ["everyone" if grantee == PUBLIC else grantee for grantee in grantees]


def _listed(members: tuple[Member, ...]) -> str:
    """Return "SELECT and UPDATE (title) to web": what is granted to whom."""
    parts = []
    for (grantee, option), privileges in _by_grantee(members).items():
        suffix = " with grant option" if option else ""
        to = "PUBLIC" if grantee == PUBLIC else grantee
        parts.append(f"{listed(privileges)} to {to}{suffix}")
    return ", ".join(parts)


def _by_grantee(members: Iterable[Member]) -> dict[tuple[str, bool], list[str]]:
    found: dict[tuple[str, bool], list[str]] = {}
    for grantee, privilege, column, option in members:
        shown = privilege.upper() + (f" ({quoted_identifier(column)})" if column else "")
        found.setdefault((grantee, option), []).append(shown)
    return found


def _revokes(
    more: tuple[Member, ...], less: tuple[Member, ...], noun: str, sql_name: str
) -> list[str]:
    """Return the REVOKEs; where only the grant option is too much, that alone goes."""
    without_option = {member[:3] for member in less if not member[3]}
    only_option = [m for m in more if m[3] and m[:3] in without_option]
    kept = {member[:3] for member in less}
    whole = [m for m in more if m not in only_option and m[:3] not in kept]
    return [
        f"REVOKE {prefix}{', '.join(privileges)} ON {noun}{sql_name} "
        f"FROM {quoted_roles((grantee,))};"
        for prefix, members in (("", whole), ("GRANT OPTION FOR ", only_option))
        for (grantee, _), privileges in _by_grantee(members).items()
    ]


def _grants(
    more: tuple[Member, ...], less: tuple[Member, ...], noun: str, sql_name: str
) -> list[str]:
    with_option = {member[:3] for member in more if member[3]}
    members = [m for m in less if m[3] or m[:3] not in with_option]
    return [
        f"GRANT {', '.join(privileges)} ON {noun}{sql_name} TO {quoted_roles((grantee,))}"
        f"{' WITH GRANT OPTION' if option else ''};"
        for (grantee, option), privileges in _by_grantee(members).items()
    ]
