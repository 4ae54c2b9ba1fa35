"""trigger-reads-hidden-rows: a trigger decides by rows that the writer may not see."""

from __future__ import annotations

from collections.abc import Iterator

from rlslint.access.privileges import has_privilege
from rlslint.access.reach import applicable_policies, row_security_active
from rlslint.catalog.binding import find_relation
from rlslint.catalog.functions import Function
from rlslint.catalog.model import Policy, Relation
from rlslint.meaning.bodies import runs_as_caller
from rlslint.meaning.calls import search_path_of
from rlslint.project import Finding, also_shown, shown
from rlslint.project.project import Project
from rlslint.project.questions.triggers import trigger_places
from rlslint.rules.registry import rule
from rlslint.text.sentences import words_of

_PERSONS = frozenset(("author", "creator", "member", "owner", "profile", "user"))
"""Words of columns that hold a person, who may well refer to what another one keeps."""


@rule
def trigger_reads_hidden_rows(function: Function, project: Project) -> Iterator[Finding]:
    if function.return_type != "trigger" or not runs_as_caller(function):
        return
    places = project.ask(trigger_places).get(function, ())
    if not places or not project.uses_row_security:
        return
    from rlslint.meaning.body_access import lookups_by_row

    for name in lookups_by_row(function):
        looked_up = find_relation(project.catalog, search_path_of(function), *name)
        for table, _ in places if looked_up is not None else ():
            policies = _hiding(looked_up, table, project) if looked_up is not None else None
            if looked_up is not None and policies is not None:
                yield _finding(function, table, looked_up, policies)
                return


def _hiding(looked_up: Relation, table: Relation, project: Project) -> tuple[Policy, ...] | None:
    """Return the policies that hide rows of one table to which writers of another may refer.

    None where they see those rows, () where no policy of the table is for the writers.
    """
    if looked_up is table or not looked_up.is_table or not looked_up.rls_enabled:
        return None
    shared = {
        column.name
        for policy in table.policies.known()
        for column in project.compared_columns(policy)
        if _PERSONS.isdisjoint(words_of(column.name))
    }
    for role in project.reachable_by(table, "insert", "update"):
        if not row_security_active(project.catalog, role, looked_up):
            continue
        policies, _ = applicable_policies(project.catalog, looked_up, role, "select")
        bound = [project.compared_columns(policy) for policy in policies]
        if not policies and not looked_up.policies.is_open and looked_up.policies:
            return () if has_privilege(project.catalog, role, looked_up, "select") else None
        # Of their own tenant's rows writers see all that theirs may refer to.
        if policies and all(
            columns and shared.isdisjoint(column.name for column in columns) for columns in bound
        ):
            return policies
    return None


def _finding(
    function: Function, table: Relation, looked_up: Relation, policies: tuple[Policy, ...]
) -> Finding:
    statement = function.because("body")
    what, when = (
        ("policies show no other's rows", " where it is another's")
        if policies
        else ("no policy shows any row", "")
    )
    return Finding(
        object=str(function),
        message=f"writes to {table} are judged by rows of {looked_up} that the writer may not see: "
        f"{function} runs as its caller, to whom {what}",
        span=shown(statement),
        label=f"finds no row of {looked_up}{when}",
        help=f"make {function.signature} SECURITY DEFINER, with a search_path of its own and owned "
        "by a role that policies do not bind, if it is to see all rows",
        related=also_shown(
            *((policy.using, f"hides rows of {looked_up}") for policy in policies),
            (None if policies else looked_up.because("rls_enabled"), "its row security"),
            beside=statement,
        ),
    )
