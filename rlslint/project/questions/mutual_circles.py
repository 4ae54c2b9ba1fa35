"""The circles in which policies of several tables read one another, each once."""

from __future__ import annotations

from rlslint import NamedTuple
from rlslint.access.mutual_recursion import Circle, mutual_recursion
from rlslint.access.recursion import may_read
from rlslint.catalog.facts import UnknownFact
from rlslint.catalog.model import Policy, Relation
from rlslint.project.project import Project
from rlslint.project.questions.exposure import COMMANDS


class MutualCircle(NamedTuple):
    """A circle, and the commands and roles that end in it from its first policy's table."""

    circle: Circle
    commands: tuple[str, ...]
    roles: tuple[str, ...]


def mutual_circles(project: Project) -> dict[Policy, MutualCircle]:
    """Return the circles by the first policy of each; one of the same tables counts once."""
    found: dict[Policy, MutualCircle] = {}
    tables: set[frozenset[Relation]] = set()
    for policy in project.catalog.policies():
        try:
            if not any(may_read(one.expression, project.catalog) for one in policy.clauses):
                continue
            one = _from(policy, project)
        except UnknownFact:
            # The rule asks again, and says of this policy what is not known.
            continue
        if one is not None and one.circle.tables not in tables:
            tables.add(one.circle.tables)
            found[policy] = one
    return found


def _from(policy: Policy, project: Project) -> MutualCircle | None:
    ended = [
        (command, role, circle)
        for command in COMMANDS
        if policy.covers(command)
        for role in project.runtime.names
        if (circle := mutual_recursion(project.catalog, policy, role, command)) is not None
        and role in project.reachable_by(policy.relation, command)
    ]
    if not ended:
        return None
    commands = tuple(dict.fromkeys(command for command, _, _ in ended))
    roles = tuple(dict.fromkeys(role for _, role, _ in ended))
    return MutualCircle(ended[0][2], commands, roles)
