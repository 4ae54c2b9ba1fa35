"""catalog-drift: the server is not what its migrations make it."""

from __future__ import annotations

from collections.abc import Iterator

from rlslint.access import spoken
from rlslint.access.reach import runs_as_invoker
from rlslint.catalog.functions import Function
from rlslint.catalog.model import Policy, Relation
from rlslint.catalog.predicates import Clause
from rlslint.catalog.roles import DATA_PRIVILEGES, PUBLIC, Schema
from rlslint.config import Severity
from rlslint.drift.drifts import Drift
from rlslint.drift.statements_behind import statement_behind
from rlslint.drift.table import Deviation
from rlslint.drift.telling import effect, remedy, severity, sides
from rlslint.meaning.deciding import is_always_true
from rlslint.project import Finding, also_shown, shown
from rlslint.project.project import Project
from rlslint.rules.registry import rule


@rule
def catalog_drift(drift: Drift, project: Project) -> Iterator[Finding]:
    written = statement_behind(drift, on_server=False)
    held = statement_behind(drift, on_server=True)
    marked = written or held
    graver, better = _for_whom(drift, project)
    is_extra = (drift.first.history, drift.first.live) == (False, True)
    label = "without it after the migrations" if is_extra else "as the migrations have it"
    yield Finding(
        object=drift.first.name or "the database",
        message=f"{better or effect(drift)}: {sides(drift)}",
        span=shown(marked),
        label=label if written is not None else "as the server has it",
        help=remedy(drift),
        related=also_shown((held, "as the server has it"), beside=marked),
        severity=Severity.error if graver else severity(drift),
    )


def _for_whom(drift: Drift, project: Project) -> tuple[bool, str]:
    """Return whether a drift is graver for whom it serves, and its effect where the table has less.

    `project` is the server's.
    """
    first = drift.first
    match first.fact, first.theirs:
        case "existence", Relation() as relation:
            return _of_new_relation(relation, project)
        case "existence", Schema(name=name):
            held = [str(r) for r in project.catalog.relations.known() if r.schema == name]
            return False, f"no migration speaks of {_some(held)}"
        case "owner", _:
            return first.live in project.runtime.names, ""
        case _, Policy() as policy if any(map(_is_always_true, drift.deviations)):
            more = f"{policy.relation} opens more rows than the migrations say"
            return True, f"policy {policy.spoken} of {more}"
        case fact, Function() as function if fact not in ("existence", "privileges"):
            policies = project.policy_functions.get(function, ())
            tables = sorted({str(policy.relation) for policy in policies})
            decide = f"decide by another {function.signature} than the migrations say"
            return False, f"policies of {_some(tables)} {decide}" if tables else ""
        case _:
            return False, ""


def _is_always_true(deviation: Deviation) -> bool:
    """Tell whether a condition lets all through on the server."""
    if deviation.fact not in ("using", "with check"):
        return False
    clause: Clause | None = getattr(deviation.theirs, deviation.line.attribute)
    return clause is not None and clause.ask(is_always_true)


def _of_new_relation(relation: Relation, project: Project) -> tuple[bool, str]:
    """Return whether rows of a relation are open that no migration makes, and to whom."""
    granted = (g.grantee for g in relation.grants.known() if g.privilege in DATA_PRIVILEGES)
    roles = dict.fromkeys((*project.reachable_by(relation, *DATA_PRIVILEGES), *granted))
    if not roles:
        return False, ""
    who = "everyone" if PUBLIC in roles else spoken(roles)
    is_filtered = relation.rls_enabled if relation.is_table else runs_as_invoker(relation)
    by = "through its policies" if is_filtered else "past all policies"
    return not is_filtered, f"{who} can get at {relation} {by}, and no migration speaks of it"


def _some(names: list[str]) -> str:
    return f"{', '.join(names[:3])}{' and others' if names[3:] else ''}"
