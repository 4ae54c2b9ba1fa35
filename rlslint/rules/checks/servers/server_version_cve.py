"""server-version-cve: the server's minor version has a known hole in row security."""

from __future__ import annotations

from collections.abc import Iterator

from rlslint import NamedTuple
from rlslint.project import Finding
from rlslint.project.project import Project
from rlslint.rules.registry import rule
from rlslint.server.evidence import Server


class SecurityHole(NamedTuple):
    """A hole that PostgreSQL has closed: `mended` has the first good minor of each major."""

    name: str
    effect: str
    mended: dict[int, int]


_HOLES = (
    SecurityHole(
        "CVE-2023-2455",
        "a function that is inlined into a query keeps the policies of the role that planned it",
        {13: 11, 14: 8, 15: 3},
    ),
    SecurityHole(
        "CVE-2023-39418",
        "MERGE asks no policy for UPDATE or SELECT about the new row",
        {15: 4},
    ),
    SecurityHole(
        "CVE-2024-10976",
        "a sub-query or CTE in a function keeps the policies of the role that planned it",
        {13: 17, 14: 14, 15: 9, 16: 5, 17: 1},
    ),
    SecurityHole(
        "CVE-2025-8713",
        "an operator of the caller's own is shown sampled values of partitions and children",
        {13: 22, 14: 19, 15: 14, 16: 10, 17: 6},
    ),
)


def holes(version: int) -> tuple[SecurityHole, ...]:
    """Return the holes that a server_version_num has, by what PostgreSQL's security page says."""
    major, minor = divmod(version, 10000)
    return tuple(hole for hole in _HOLES if minor < hole.mended.get(major, 0))


@rule
def server_version_cve(server: Server, project: Project) -> Iterator[Finding]:
    found = holes(server.version)
    if not found or not project.uses_row_security:
        return
    major = server.version // 10000
    effects = "; ".join(f"{hole.effect} ({hole.name})" for hole in found)
    mended = max(hole.mended[major] for hole in found)
    yield Finding(
        object=server.database,
        message=f"rows may get past their policies on PostgreSQL {server.version_text}, unless "
        f"your distributor backported the fix: {effects}",
        span=None,
        help=f"install PostgreSQL {major}.{mended} or a later {major}, and restart the server",
    )
