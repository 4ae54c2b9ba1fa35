"""Settings that policies read as if they were always there."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from rlslint import NamedTuple
from rlslint.catalog.functions import Function
from rlslint.catalog.model import Policy
from rlslint.config.platforms import ENGINE_SETTINGS
from rlslint.config.server_settings import is_own_setting
from rlslint.meaning.bodies import settings_read, span_of_read, words_in_body
from rlslint.meaning.context import context_reads
from rlslint.project import Finding, also_shown
from rlslint.project.project import Project
from rlslint.project.questions import served_roles
from rlslint.text import Span


class StrictReads(NamedTuple):
    """The reads of a setting that fail while it was never set; `reader` has the first.

    `tables` are those whose policies read it so.
    """

    name: str
    reader: Policy | Function
    places: tuple[Span | None, ...]
    tables: tuple[str, ...]


def strict_reads(reader: Policy | Function, project: Project) -> Iterator[StrictReads]:
    """Yield the settings whose first strict read is in a policy, or in a function that it calls.

    How to read a setting is decided once for all places, so they are one fault.
    """
    return (found for found in project.ask(_strict_reads).values() if found.reader is reader)


def _strict_reads(project: Project) -> dict[str, StrictReads]:
    found: dict[str, StrictReads] = {}
    for name, reader, place, policy in _all_reads(project):
        known = found.get(name) or StrictReads(name, reader, (), ())
        tables = dict.fromkeys((*known.tables, str(policy.relation)))
        found[name] = known._replace(places=(*known.places, place), tables=tuple(tables))
    return {name: one for name, one in found.items() if not _is_always_there(name, project)}


def _all_reads(project: Project) -> Iterator[tuple[str, Policy | Function, Span | None, Policy]]:
    for policy in project.catalog.policies():
        if _is_in_force(policy, project):
            for name, place in _own_reads(policy, project):
                yield name, policy, place, policy
    for function, policies in project.policy_functions.items():
        by_force = next((one for one in policies if _is_in_force(one, project)), None)
        if by_force is not None and function.language in ("sql", "plpgsql"):
            for name, place in _reads_in_body(function):
                yield name, function, place, by_force


def _is_in_force(policy: Policy, project: Project) -> bool:
    return policy.relation.rls_enabled and bool(served_roles(policy, project))


def _own_reads(policy: Policy, project: Project) -> Iterator[tuple[str, Span | None]]:
    """Yield the strict reads of a policy; one that also reads leniently asks before it does."""
    for clause in policy.known_clauses:
        reads = clause.ask(context_reads, project.context_functions)
        lenient = {read.name for read in reads if read.missing_ok}
        for read in reads:
            if read.kind != "setting" or read.missing_ok or read.name in lenient:
                continue
            if read.name is not None and _is_asked_for(read.name):
                yield read.name, clause.span(read.expression)


def _reads_in_body(function: Function) -> Iterator[tuple[str, Span | None]]:
    """Yield the strict reads of a body, none where it sets the setting or handles errors."""
    words = [word for word, _ in words_in_body(function)]
    if any(one == "exception" and then == "when" for one, then in pairwise(words)):
        return
    reads = settings_read(function)
    lenient = {read.name for read in reads if read.missing_ok}
    for read in reads:
        if read.name is None or read.missing_ok or read.name in lenient:
            continue
        name = read.name.lower()
        if _is_asked_for(name) and name not in {one.lower() for one in function.settings}:
            yield name, span_of_read(function, read)


def _is_asked_for(name: str) -> bool:
    """Tell whether a setting is the project's own; those of an API's requests are always set."""
    return is_own_setting(name) and not name.startswith(ENGINE_SETTINGS)


def _is_always_there(name: str, project: Project) -> bool:
    """Tell whether sessions of all runtime roles begin with a value of the setting."""
    roles = {
        one.role.name if one.role is not None else None
        for one in project.catalog.stored_settings()
        if one.name == name
    }
    return None in roles or (bool(roles) and roles.issuperset(project.runtime.names))


def said_of(reads: StrictReads) -> Finding:
    """Return the finding about the strict reads of a setting."""
    name, (first, *others) = reads.name, reads.places
    tables = reads.tables
    whose = f"{len(tables)} tables" if len(tables) > 1 else tables[0]
    return Finding(
        object=str(reads.reader),
        message=f"queries of {whose} fail with 42704 in sessions that never set {name}: "
        "current_setting is not told that it may be missing",
        span=first,
        label=f"an error while {name} is not set",
        help="where such a session is to see no row, and get no error: "
        f"current_setting('{name}', true)",
        related=also_shown(*((place, "here as well") for place in others)),
    )
