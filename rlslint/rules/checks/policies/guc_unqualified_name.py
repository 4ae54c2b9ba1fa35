"""guc-unqualified-name in a policy: it reads a setting that nobody can set."""

from __future__ import annotations

from collections.abc import Iterator

from rlslint.catalog.model import Policy
from rlslint.meaning.context import context_reads
from rlslint.project import Finding, also_shown
from rlslint.project.project import Project
from rlslint.project.questions.rewording import reworded
from rlslint.project.questions.undotted_settings import LABEL, REASON, advice, dotted, is_undotted
from rlslint.project.terms import Terms
from rlslint.rules.registry import rule
from rlslint.sql import quoted_literal


def _reads_undotted(terms: Terms, project: Project) -> bool:
    return any(
        is_undotted(read.name)
        for condition in terms.conditions
        for read in condition.written.ask(context_reads, project.context_functions)
        if read.kind == "setting"
    )


@rule(where=_reads_undotted)
def guc_unqualified_name(policy: Policy, project: Project) -> Iterator[Finding]:
    found = [
        (clause, read)
        for clause in policy.clauses
        for read in clause.ask(context_reads, project.context_functions)
        if read.kind == "setting" and is_undotted(read.name)
    ]
    (clause, read), *others = found
    name = read.name or ""
    meant = dotted(name, project)
    spans = [one.span(other.expression) for one, other in others]
    effect = f"queries of {policy.relation} {'find no rows' if read.missing_ok else 'fail'}"
    if clause is policy.check:
        effect = f"no row can be written to {policy.relation}"
    parts = [
        (one, other.expression.arguments[0], quoted_literal(meant))
        for one, other in found
        if other.name == name
    ]
    yield Finding(
        object=str(policy),
        message=f"{effect}: policy {policy.spoken} reads {name}, {REASON}",
        span=clause.span(read.expression),
        label=LABEL,
        help=(reworded(policy, parts) if meant else "") or advice(name),
        related=also_shown(*((span, "here as well") for span in spans)),
    )
