"""guc-unqualified-name in a function's body: it reads or sets what is no setting."""

from __future__ import annotations

from collections.abc import Iterator

from rlslint.catalog.functions import Function
from rlslint.meaning.bodies import settings_read, settings_written, span_of_read, span_of_write
from rlslint.project import Finding, also_shown
from rlslint.project.project import Project
from rlslint.project.questions.undotted_settings import LABEL, REASON, advice, dotted, is_undotted
from rlslint.rules.registry import rule


@rule
def guc_unqualified_name(function: Function, project: Project) -> Iterator[Finding]:
    if function.language not in ("sql", "plpgsql"):
        return
    reads = [read for read in settings_read(function) if is_undotted(read.name)]
    writes = [write for write in settings_written(function) if is_undotted(write.name)]
    policies = project.policy_functions.get(function, ())
    table = f"queries of {policies[0].relation}" if policies else f"calls of {function}"
    if writes:
        name, span = writes[0].name or "", span_of_write(function, writes[0])
        effect, does = f"calls of {function} fail", "sets"
    elif reads:
        name, span = reads[0].name or "", span_of_read(function, reads[0])
        does = "reads"
        effect = f"{table} {'find no rows' if policies else 'get NULL'}"
        if not reads[0].missing_ok:
            effect = f"{table} fail"
    else:
        return
    meant = dotted(name, project)
    called = policies[0].clauses[0] if policies else None
    yield Finding(
        object=str(function),
        message=f"{effect}: {function} {does} {name}, {REASON}",
        span=span,
        label=LABEL,
        help=f"write {meant} in its place" if meant else advice(name),
        related=also_shown((called, f"policy {policies[0].spoken} calls it" if policies else "")),
    )
