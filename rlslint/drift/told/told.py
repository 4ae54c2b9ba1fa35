"""A difference in words, and the statements that stand behind its two sides."""

from __future__ import annotations

from rlslint.catalog.functions import Function
from rlslint.catalog.model import Relation
from rlslint.catalog.roles import Role
from rlslint.catalog.schemas import Schema
from rlslint.drift.comparison import Difference, Subject
from rlslint.drift.told.authority import database_told, role_told, schema_told
from rlslint.drift.told.functions import function_told
from rlslint.drift.told.policies import policy_told
from rlslint.drift.told.publications import publication_told
from rlslint.drift.told.relations import relation_told
from rlslint.drift.told.wording import Told
from rlslint.project.project import Project
from rlslint.text import Statement


def tell(difference: Difference, project: Project) -> Told:
    """Put a difference into words; `project` is the server's."""
    match difference.key.kind:
        case "relation":
            return relation_told(difference, project)
        case "policy":
            return policy_told(difference)
        case "function":
            return function_told(difference, project)
        case "role":
            return role_told(difference)
        case "schema":
            return schema_told(difference, project)
        case "publication":
            return publication_told(difference)
        case _:
            return database_told(difference)


def statement_behind(difference: Difference, told: Told, *, of_server: bool) -> Statement | None:
    """Return what shows one side of a difference: the part that differs, else the subject.

    What the server has not, nothing of the server shows.
    """
    subject = difference.on_server if of_server else difference.in_history
    members = difference.live if of_server else difference.history
    if subject is None or (
        of_server and (members is False or (told.fact == "indexes" and not members))
    ):
        return None
    shown = members or difference.history or difference.live
    return _of_members(subject, told.fact, shown) or subject.because(told.fact)


def _of_members(subject: Subject, fact: str, members: tuple[object, ...]) -> Statement | None:
    match fact, subject:
        case "grants", Relation() | Function() | Schema():
            keys = [member[:3] for member in members if isinstance(member, tuple)]
            found = [dict.get(subject.grants, key) for key in keys]
        case "memberships", Role():
            names = [member[0] for member in members if isinstance(member, tuple)]
            return next(
                (
                    membership.statement
                    for name in names
                    if (membership := dict.get(subject.memberships, name)) is not None
                ),
                None,
            )
        case "indexes", Relation():
            return next(
                (
                    index.statement
                    for index in dict.values(subject.indexes)
                    if index.columns
                    and (column := subject.column(index.columns[0])) is not None
                    and column.name in members
                ),
                None,
            )
        case _:
            return None
    return next((grant.statement for grant in found if grant is not None), None)
