"""current-setting-empty-cast: after SET LOCAL a setting is empty, and its conversion fails."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import TYPE_CHECKING

from rlslint.catalog.functions import Function
from rlslint.catalog.model import Policy
from rlslint.catalog.predicates import Clause
from rlslint.meaning.empty_settings import EmptyCast, casts, failing_casts, failing_read
from rlslint.project import Finding, also_shown
from rlslint.project.project import Project
from rlslint.project.questions.rewording import reworded
from rlslint.project.terms import Condition, Terms
from rlslint.rules.registry import rule
from rlslint.sql import quoted_literal

if TYPE_CHECKING:
    from rlslint.project.sessions import SessionTrace, Step


def _fails(terms: Terms, project: Project) -> bool:
    return any(_failing_casts(condition, project) for condition in terms.conditions)


@rule(where=_fails)
def current_setting_empty_cast(policy: Policy, project: Project) -> Iterator[Finding]:
    conditions = project.terms(policy).conditions
    found = [
        (clause, cast)
        for clause, condition in zip(policy.clauses, conditions, strict=True)
        for cast in _failing_casts(condition, project)
        if (cast.cast.location, cast.cast.type) in condition.written.ask(casts)
    ]
    if found:
        yield _in_policy(policy, found)
    for function in project.ask(_functions_first_failing).get(policy, ()):
        yield from _in_function(function, project.policy_functions[function], project)


def _failing_casts(condition: Condition, project: Project) -> tuple[EmptyCast, ...]:
    found = condition.ask(failing_casts, condition.filled, project.context_functions)
    return tuple(one for one in found if not project.ask(_is_never_empty, one.read.name or ""))


def _is_never_empty(project: Project, setting: str) -> bool:
    """Tell whether a setting has a value wherever a transaction ends that had set it."""
    return _goes_back(project, setting) or _is_filled_by_pools(project, setting)


def _is_filled_by_pools(project: Project, setting: str) -> bool:
    """Tell whether a pool gives the sessions that it lends a value to go back to.

    What it gives to new ones alone lasts until something resets it: a library as they come back, or
    the program. A program in another language has connections of its own, and so has what opens
    one outside of a pool: where such a one sets the setting as well, it is empty there.
    """
    if not project.traces:
        return False
    from rlslint.code.sites import Hook
    from rlslint.project.sessions import lifetime_of

    is_reset = any(trace.resets(setting) for trace in project.traces)
    filling = set[tuple[str, str]]()
    local: list[tuple[SessionTrace, Step]] = []
    for trace in project.traces:
        for step, write in trace.writes():
            if write.name != setting:
                continue
            by_library = lifetime_of(step).reset_by_library
            if write.local is not False:
                local.append((trace, step))
            elif write.value and (
                trace.hook is Hook.acquire
                or (trace.hook is Hook.connect and not is_reset and not by_library)
            ):
                filling.add((trace.path, _driver(step)))
    return bool(filling) and not any(
        all(_is_apart(trace, step, path, driver) for path, driver in filling)
        for trace, step in local
    )


def _is_apart(trace: SessionTrace, step: Step, path: str, driver: str) -> bool:
    """Tell whether a step is surely not taken on a connection that the hook in a file prepares."""
    from rlslint.code.adapters import suffixes_beside
    from rlslint.project.sessions import lifetime_of

    if _suffix(trace.path) not in suffixes_beside(_suffix(path)):
        return True
    if not trace.opens(step):
        return False
    # SQLAlchemy hands its hooks the connections of a driver.
    is_of_another = driver == "dbapi" and _driver(step) not in ("dbapi", "sqlalchemy", "")
    return is_of_another or not lifetime_of(step).pooled


def _suffix(path: str) -> str:
    return os.path.splitext(path)[1].lower()


def _driver(step: Step) -> str:
    driver = step.query.site.driver if step.query is not None else None
    return driver.name.partition("+")[0] if driver is not None else ""


def _goes_back(project: Project, setting: str) -> bool:
    """Tell whether a setting goes back to a value that is stored when a transaction ends."""
    if any(project.catalog.database_settings.get(setting, ("",))[:1]):
        return True
    roles = [project.catalog.roles.get(name) for name in project.runtime.names]
    return bool(roles) and all(
        role is not None and role.knows("settings") and role.settings.get(setting) for role in roles
    )


def _functions_first_failing(project: Project) -> dict[Policy, list[Function]]:
    """Return the functions under the first policy that fails and calls them."""
    found: dict[Policy, list[Function]] = {}
    for function, policies in project.policy_functions.items():
        first = next((one for one in policies if _fails(project.terms(one), project)), None)
        if first is not None:
            found.setdefault(first, []).append(function)
    return found


def _in_policy(policy: Policy, found: list[tuple[Clause, EmptyCast]]) -> Finding:
    (clause, (cast, read)), *others = found
    spans = [other.span(another.cast) for other, another in others]
    return Finding(
        object=str(policy),
        message=f"queries of {policy.relation} fail after a transaction that set "
        f"{read.name}: the setting is then '', which is no {cast.type}",
        span=clause.span(cast),
        label=f"fails when {read.name} is ''",
        help=reworded(
            policy, [(one, a_cast.read.expression, "NULLIF({}, '')") for one, a_cast in found]
        ),
        related=also_shown(*((span, "here as well") for span in spans)),
    )


def _in_function(
    function: Function, policies: tuple[Policy, ...], project: Project
) -> Iterator[Finding]:
    from rlslint.meaning.bodies import span_of_read

    if function.language not in ("sql", "plpgsql"):
        return
    body = project.body(function)
    if body is None:
        return
    read = failing_read(function, body, project.context_functions)
    if read is None:
        return
    called = policies[0].clauses[0].span()
    yield Finding(
        object=str(function),
        message=f"queries of {_tables(policies)} fail after a transaction that set "
        f"{read.name}: the setting is then '', which {function} cannot convert",
        span=span_of_read(function, read),
        label=f"'' once a transaction has set {read.name}",
        help=f"read NULLIF(current_setting({quoted_literal(read.name or '')}, true), '') there",
        related=also_shown((called, f"policy {policies[0].spoken} calls it")),
    )


def _tables(policies: tuple[Policy, ...]) -> str:
    tables = list(dict.fromkeys(str(policy.relation) for policy in policies))
    more = f" and {len(tables) - 1} more" if len(tables) > 1 else ""
    return f"{tables[0]}{more}"
