"""guc-name-mismatch: a policy reads a setting that goes by another name everywhere else."""

from __future__ import annotations

from collections.abc import Iterator

from rlslint.catalog.facts import GivenUp
from rlslint.catalog.model import Policy
from rlslint.meaning.bodies import settings_read, span_of_read
from rlslint.meaning.context import context_reads
from rlslint.project import Finding, also_shown
from rlslint.project.project import Project
from rlslint.project.questions.rewording import reworded
from rlslint.project.questions.setting_names import Mismatch, mismatches
from rlslint.project.terms import Terms
from rlslint.rules.registry import rule
from rlslint.sql import quoted_literal
from rlslint.text import Span


def _may_read_an_odd_name(terms: Terms, project: Project) -> bool:
    found = project.ask(mismatches)
    if found is None:
        return True
    odd = {mismatch.name for mismatch in found}
    return bool(odd) and any(
        condition.calls
        or any(
            read.name in odd
            for read in condition.written.ask(context_reads, project.context_functions)
        )
        for condition in terms.conditions
    )


@rule(where=_may_read_an_odd_name)
def guc_name_mismatch(policy: Policy, project: Project) -> Iterator[Finding]:
    found = project.ask(mismatches)
    if found is None:
        raise GivenUp(policy)
    for mismatch in found:
        if policy not in mismatch.policies:
            continue
        place = _in_policy(policy, mismatch, project) or _in_function(policy, mismatch, project)
        if place is not None:
            yield _finding(policy, mismatch, *place)


def _in_policy(
    policy: Policy, mismatch: Mismatch, project: Project
) -> tuple[Span | None, str] | None:
    found = [
        (clause, read.expression)
        for clause in policy.clauses
        for read in clause.ask(context_reads, project.context_functions)
        if read.name == mismatch.name
    ]
    if not found:
        return None
    (clause, call), *_ = found
    if _is_default_only(mismatch.expected, project):
        # What a role has by default is the same for every caller.
        return clause.span(call), f"set {mismatch.name} where a request begins"
    name = quoted_literal(mismatch.expected)
    parts = [(one, read.arguments[0], name) for one, read in found]
    return clause.span(call), reworded(policy, parts)


def _is_default_only(name: str, project: Project) -> bool:
    """Tell whether nothing but ALTER ROLE or ALTER DATABASE sets a name, to one value for all."""
    by_default = {setting.lower() for setting in project.catalog.database_settings}
    for role in project.catalog.roles.values():
        by_default.update(setting.lower() for setting in role.settings)
    return name in by_default and not any(write.name == name for write in project.setting_writes)


def _in_function(
    policy: Policy, mismatch: Mismatch, project: Project
) -> tuple[Span | None, str] | None:
    """Return where a function that policies share reads the setting, for the first of them only."""
    for function, policies in project.policy_functions.items():
        if policies[0] is policy and function.language in ("sql", "plpgsql"):
            for read in settings_read(function):
                if read.name == mismatch.name:
                    name = quoted_literal(mismatch.expected)
                    mended = f"read current_setting({name}, true) there"
                    return span_of_read(function, read), mended
    return None


def _finding(policy: Policy, mismatch: Mismatch, span: Span | None, mended: str) -> Finding:
    done = "set" if mismatch.is_set else "read by other policies"
    where = f" in {mismatch.file}" if mismatch.file else ""
    return Finding(
        object=str(policy),
        message=f"queries of {policy.relation} find no rows: policy {policy.spoken} reads "
        f"{mismatch.name}, which nothing sets, where {mismatch.expected} is {done}{where}",
        span=span,
        label="nothing sets this name",
        help=mended,
        related=also_shown((mismatch.place, f"{mismatch.expected} is {done} here")),
    )
