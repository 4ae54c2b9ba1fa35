"""As whom containers of Kubernetes connect by what they take from ConfigMaps and Secrets.

Of several manifests of one name those count that share the most folders with the workload.
"""

from __future__ import annotations

import os
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence

from rlslint import NamedTuple
from rlslint.files.connections import Connection
from rlslint.files.settings.kubernetes import (
    Container,
    Literal,
    Manifests,
    TakenVariable,
    VariableSource,
)
from rlslint.files.settings.variables import connections_of_resolved
from rlslint.files.settings.yaml_files import IMAGE, has_own_database
from rlslint.text.budget import ALTERNATIVE_ENVIRONMENTS, SOURCES_OF_ONE_NAME, VALUES_TAKEN

_GIVEN_UP = "ConfigMaps and Secrets was not followed, for there is too much of it"


class Taken(NamedTuple):
    """What workloads connect as by what they take.

    `elsewhere` are the places of values that a workload takes to connect to another kind of
    server. `note` says what was left, "" for nothing.
    """

    connections: tuple[Connection, ...] = ()
    elsewhere: frozenset[tuple[str, int]] = frozenset()
    note: str = ""


def taken_by_workloads(manifests: Manifests) -> Taken:
    """Return the Connections by what containers take, each where its literal is written."""
    by_name: dict[tuple[str, str], list[VariableSource]] = defaultdict(list)
    for source in manifests.sources:
        by_name[source.kind, source.name].append(source)
    best: dict[tuple[str, int, bool], Connection] = {}
    elsewhere: set[tuple[str, int]] = set()
    left = VALUES_TAKEN
    for container in manifests.containers:
        for given in _environments(container, by_name):
            by_document: dict[int, list[_Given]] = defaultdict(list)
            for one in given.values():
                by_document[id(one.literal.document)].append(one)
            left -= len(given) * (1 + len(by_document))
            if left < 0:
                note = f"{container.document.text.path}: what this and later manifests take from "
                return Taken(tuple(best.values()), frozenset(elsewhere), note + _GIVEN_UP)
            found = list(_of_environment(container, given, by_document.values()))
            for each in found:
                place = (*_place(each), each.superuser_evidence != "")
                if place not in best or _weight(each) < _weight(best[place]):
                    best[place] = each
            if not found and not IMAGE().fullmatch(container.image):
                elsewhere.update(
                    (literal.document.text.path, literal.document.span(*literal.variable[2:]).start)
                    for literal, key in given.values()
                    if key == literal.variable.name
                )
    return Taken(tuple(best.values()), frozenset(elsewhere))


def together(*parts: Taken) -> Taken:
    """Return what several parts of a project take; what one of them has in production, has it."""
    best: dict[tuple[str, int, str], Connection] = {}
    for part in parts:
        for one in part.connections:
            key = (*_place(one), one.source)
            if key not in best or not one.development:
                best[key] = one
    elsewhere = frozenset().union(*(part.elsewhere for part in parts))
    notes = [part.note for part in parts if part.note]
    return Taken(tuple(best.values()), elsewhere, notes[0] if notes else "")


def without_overridden(
    connections: Iterable[Connection], written: Manifests, builds: Iterable[Taken]
) -> list[Connection]:
    """Return connections without those of literals that no build of Kustomize leaves there."""
    literals = [one for source in written.sources for one in source.literals]
    literals += [one for container in written.containers for one in container.own]
    parts: dict[str, list[tuple[int, int]]] = defaultdict(list)
    for document, variable in literals:
        span = document.span(*variable[2:])
        parts[span.text.path].append((span.start, span.end))
    used = {_place(one) for build in builds for one in build.connections}
    return [
        one
        for one in connections
        if _place(one) in used
        or not any(start <= one.span.start < end for start, end in parts[one.span.text.path])
    ]


def with_what_is_taken(told: Iterable[Connection], taken: Taken) -> Iterator[Connection]:
    """Yield connections, those of literals that a workload takes as that workload's."""
    instead: dict[tuple[str, int], list[Connection]] = defaultdict(list)
    for each in taken.connections:
        instead[_place(each)].append(each)
    done: set[tuple[str, int]] = set()
    for one in told:
        place = _place(one)
        if place in instead and place not in done:
            for each in instead[place]:
                evidence = each.superuser_evidence or one.superuser_evidence
                yield each._replace(superuser_evidence=evidence)
            done.add(place)
        elif place not in instead and place not in taken.elsewhere:
            yield one
    for place, added in instead.items():
        if place not in done:
            yield from added


def _place(connection: Connection) -> tuple[str, int]:
    return connection.span.text.path, connection.span.start


class _Given(NamedTuple):
    """The literal that a variable has, and the key under which it is written."""

    literal: Literal
    key: str


def _weight(connection: Connection) -> tuple[bool, bool, bool]:
    """Return what sorts first the connection that the most is at stake with."""
    return not connection.connects, connection.runs_migrations, connection.development


def _environments(
    container: Container, by_name: dict[tuple[str, str], list[VariableSource]]
) -> Iterator[dict[str, _Given]]:
    """Yield the environments that a container may have: one for each of several sources."""
    near = [_nearest(container, one, by_name) for one in container.references]
    several = dict.fromkeys(id(source) for each in near if len(each) > 1 for source in each)
    alternatives = list(several)[:ALTERNATIVE_ENVIRONMENTS] or [0]
    folders = {id(source): source.folder for each in near for source in each}
    for alternative in alternatives:
        given: dict[str, _Given] = {}
        for reference, candidates in zip(container.references, near, strict=True):
            chosen = _chosen(candidates, alternative, folders.get(alternative, ""))
            for one in chosen.literals if chosen is not None else ():
                key = one.variable.name
                if reference.key in ("", key):
                    name = reference.called if reference.key else reference.called + key
                    given[name] = _Given(one, key)
        own = {one.variable.name: _Given(one, one.variable.name) for one in container.own}
        if given or not container.references:
            yield given | own


def _chosen(
    candidates: Sequence[VariableSource], alternative: int, folder: str
) -> VariableSource | None:
    """Return the source of an alternative, or the one that goes with it."""
    for one in candidates:
        if id(one) == alternative:
            return one
    beside = [one for one in candidates if one.folder == folder]
    narrowed = candidates if len(candidates) == 1 else beside
    return narrowed[0] if len(narrowed) == 1 else None


def _nearest(
    container: Container,
    reference: TakenVariable,
    by_name: dict[tuple[str, str], list[VariableSource]],
) -> list[VariableSource]:
    found = by_name.get((reference.kind, reference.name), [])
    if len(found) > SOURCES_OF_ONE_NAME or "{" in reference.name:
        found = [one for one in found if one.folder == container.folder]
    found = [
        one
        for one in found[:SOURCES_OF_ONE_NAME]
        if not container.namespace or one.namespace in ("", container.namespace)
    ]
    shared = [_shared_folders(container.folder, one.folder) for one in found]
    return [one for one, count in zip(found, shared, strict=True) if count == max(shared)]


def _shared_folders(one: str, other: str) -> int:
    count = 0
    for mine, its in zip(one.split(os.sep), other.split(os.sep), strict=False):
        if mine != its:
            break
        count += 1
    return count


def _of_environment(
    container: Container, given: dict[str, _Given], by_document: Iterable[list[_Given]]
) -> Iterator[Connection]:
    names = {id(one): name for name, one in given.items()}
    values = {name: one.literal.variable.value for name, one in given.items()}
    for each in by_document:
        document = each[0].literal.document
        variables = [one.literal.variable._replace(name=names[id(one)]) for one in each]
        for found in connections_of_resolved(document, variables, container.where, values):
            if IMAGE().fullmatch(container.image):
                if found.source.endswith(".POSTGRES_USER"):
                    evidence = f"the image {container.image} makes it a superuser"
                    yield found._replace(connects=False, superuser_evidence=evidence)
            elif not has_own_database(container.image):
                development = found.development or container.development
                yield found._replace(development=development)
