"""The circles in which policies of several tables read one another, each once."""

from __future__ import annotations

from rlslint import NamedTuple
from rlslint.access.mutual_recursion import Circle, circling_on, mutual_recursion
from rlslint.access.recursion import clauses_for, may_read
from rlslint.catalog.facts import UnknownFact
from rlslint.catalog.model import Policy, Relation
from rlslint.catalog.predicates import Clause
from rlslint.project.project import Project
from rlslint.project.questions.exposure import COMMANDS


class MutualCircle(NamedTuple):
    """A circle, and the commands and roles that end in it from its first policy's table."""

    circle: Circle
    commands: tuple[str, ...]
    roles: tuple[str, ...]


def mutual_circles(project: Project) -> dict[Policy, MutualCircle | UnknownFact]:
    """Return the circles by the first policy of each; one of the same tables counts once.

    For a policy of which it cannot be told, what is not known stands there.
    """
    found: dict[Policy, MutualCircle | UnknownFact] = {}
    tables: set[frozenset[Relation]] = set()
    taken: dict[Relation, set[Relation]] = {}
    for policy in project.catalog.policies():
        try:
            ways = taken.get(policy.relation)
            if ways is not None and circling_on(project.catalog, policy.relation) <= ways:
                # Whatever circle it is on is one of those that were found.
                continue
            if not any(may_read(one.expression, project.catalog) for one in policy.clauses):
                continue
            one = _from(policy, project)
        except UnknownFact as unknown:
            found[policy] = unknown
            continue
        for step in one.circle.steps if one is not None else ():
            taken.setdefault(step.policy.relation, set()).add(step.read.table)
        if one is not None and one.circle.tables not in tables:
            tables.add(one.circle.tables)
            found[policy] = one
    return found


def _from(policy: Policy, project: Project) -> MutualCircle | None:
    """Return the circle of a policy. Raises UnknownFact where none is certain and one may be."""
    ended: list[tuple[str, str, Circle]] = []
    unknown: UnknownFact | None = None
    known: dict[tuple[tuple[Clause, ...], str], Circle | None] = {}
    for command in filter(policy.covers, COMMANDS):
        for role in project.runtime.names:
            try:
                key = tuple(clauses_for(policy, command)), role
                if key not in known:
                    known[key] = mutual_recursion(project.catalog, policy, role, command)
                circle = known[key]
                if circle is not None and role in project.reachable_by(policy.relation, command):
                    ended.append((command, role, circle))
            except UnknownFact as error:
                unknown = error
    if not ended and unknown is not None:
        raise unknown
    if not ended:
        return None
    commands = tuple(dict.fromkeys(command for command, _, _ in ended))
    roles = tuple(dict.fromkeys(role for _, role, _ in ended))
    return MutualCircle(ended[0][2], commands, roles)
