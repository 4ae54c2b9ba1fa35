"""Which roles of the application get past row security as the owner of a table."""

from __future__ import annotations

from rlslint import NamedTuple
from rlslint.access.ownership import Answer, Ownership, owning_membership, owns
from rlslint.access.reach import Escape, bypass
from rlslint.catalog.model import Relation
from rlslint.config import Confidence, Severity
from rlslint.project.project import Project
from rlslint.text import Statement


class Unforced(NamedTuple):
    """That a table shows all its rows to `role`, which owns it, or may.

    `change` is the statement that made it so of a table that had been protected, None where it was
    never forced nor another's.
    """

    role: str
    ownership: Ownership
    reasons: str
    change: Statement | None

    @property
    def is_certain(self) -> bool:
        return self.ownership.answer is Answer.yes

    @property
    def subject(self) -> str:
        """To whom the rows are shown, as a part of a sentence."""
        return f"{self.role}, which owns it," if self.is_certain else "its owner"

    @property
    def because(self) -> str:
        """Why that is not certain, in parentheses, or ""."""
        return f" ({self.reasons})" if self.reasons else ""

    def severity(self, project: Project) -> Severity | None:
        """Return an error for what is certain, else None: the card's."""
        doubtful = project.runtime.reason(self.role).doubtful
        return Severity.error if self.is_certain and not doubtful else None

    def confidence(self, project: Project) -> Confidence | None:
        """Return medium confidence for what is not certain, else None: the card's."""
        doubtful = project.runtime.reason(self.role).doubtful
        return Confidence.medium if doubtful or not self.is_certain else None


def unforced(table: Relation, project: Project) -> Unforced | None:
    """Return which runtime role owns, or may own, a table whose row security is not forced."""
    if not table.rls_enabled or table.rls_forced:
        return None
    for role in project.runtime.names:
        escaped = bypass(project.catalog, role, table)
        if escaped is not None and escaped.escape is not Escape.owner:
            continue
        # FORCE binds no superuser and no role with BYPASSRLS: the connection has to change.
        if role in project.runtime.exempt or _is_of_the_server(role, project):
            continue
        if _is_by_membership(role, table, project):
            continue
        ownership = owns(project.catalog, project.runtime, role, table)
        if ownership.answer is Answer.yes or (ownership.answer is Answer.maybe and table.policies):
            reasons = (ownership.because, project.runtime.seen(role))
            change = _last_change(table, role, project)
            return Unforced(role, ownership, "; ".join(filter(None, reasons)), change)
    return None


def _is_of_the_server(role: str, project: Project) -> bool:
    if not project.connections:
        return False
    from rlslint.project.questions.exempt_connections import is_of_the_server

    return is_of_the_server(role, project)


def _is_by_membership(role: str, table: Relation, project: Project) -> bool:
    """Tell whether the membership is to be mended, not the table: app-role-member-of-owner."""
    membership = owning_membership(project.catalog, project.runtime, role, table)
    return membership is not None and "rls_forced" not in table.statements


def _last_change(table: Relation, role: str, project: Project) -> Statement | None:
    """Return the later of NO FORCE and of OWNER TO that took a protected table's protection."""
    found: list[Statement] = []
    if table.before("rls_forced") and (taken := table.because("rls_forced")) is not None:
        found.append(taken)
    given, enabled = table.because("owner"), table.because("rls_enabled")
    was_others = table.owner == role and table.before("owner") not in project.runtime.names
    if given and enabled and was_others and given.number > enabled.number:
        # What makes a table and then says whose it is has changed nothing for anybody.
        is_later = given.span.text is not enabled.span.text
        if is_later or "grants of its owner" in table.statements:
            found.append(given)
    return max(found, key=lambda one: one.number, default=None)
