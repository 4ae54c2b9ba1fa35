"""Which roles a session can become with SET ROLE, and by which memberships."""

from __future__ import annotations

from collections import deque

from rlslint import NamedTuple
from rlslint.catalog import Catalog
from rlslint.catalog.answers import remembered
from rlslint.catalog.roles import Membership

State = tuple[str, bool]
"""A role, and whether a session can become it or only has what it inherits from it."""


class MembershipStep(NamedTuple):
    """The next membership on the shortest way to one of some roles.

    `then` is where it leads, `last` the membership at the end of the way, whose role is reached.
    """

    membership: Membership
    then: State
    last: Membership

    @property
    def is_last(self) -> bool:
        return self.membership is self.last


@remembered
def steps_to(catalog: Catalog, targets: frozenset[str]) -> dict[State, MembershipStep]:
    """Return from where sessions can become one of the targets, and the next step of each.

    SET ROLE needs the SET option all the way. A member with the ADMIN option grants itself SET, as
    does one that inherits from such a member (tried on 18).
    """
    below: dict[State, list[tuple[State, Membership]]] = {}
    for role in catalog.roles.values():
        for membership in role.memberships.known():
            for can_become in (True, False):
                becomes = membership.admin or (can_become and membership.set)
                if becomes or membership.inherit:
                    above = membership.role.name, becomes
                    below.setdefault(above, []).append(((role.name, can_become), membership))
    found: dict[State, MembershipStep] = {}
    waiting: deque[State] = deque((target, True) for target in sorted(targets))
    while waiting:
        above = waiting.popleft()
        for state, membership in below.get(above, ()):
            if state[0] not in targets and state not in found:
                step = found.get(above)
                last = membership if step is None else step.last
                found[state] = MembershipStep(membership, above, last)
                waiting.append(state)
    return found
