"""Looking through files for what they tell of a deployment; nothing is parsed.

What programs say of keys and of options is told from their form, and passed over here.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Set
from typing import Any

from rlslint.files.deployment import (
    Deployment,
    LostIdentity,
    Route,
    header_changes,
    identity_headers,
    manifests,
    proxies,
    public_keys,
)
from rlslint.files.deployment.commands import (
    declares_policies,
    dumps,
    may_dump,
    may_push,
    schema_pushes,
)
from rlslint.files.deployment.servers import (
    may_tell_option,
    may_tell_pooler,
    may_tell_version,
    poolers,
    server_versions,
    startup_options,
)
from rlslint.files.unread import content
from rlslint.files.walk import shown_path
from rlslint.text import Searched, Span, Text
from rlslint.text.budget import LARGEST_SEARCHED

_Search = Callable[[Text, str], Iterator[Any]]
_SEARCHES: tuple[tuple[Callable[[Searched], bool], _Search], ...] = (
    (public_keys.may_tell, public_keys.public_keys),
    (may_tell_pooler, poolers),
    (may_tell_option, startup_options),
    (may_dump, dumps),
    (may_push, schema_pushes),
    (may_tell_version, server_versions),
    (identity_headers.may_tell, identity_headers.lost_identities),
)
"""In the order of the fields of Deployment: whether a file is searched, and what for."""


_OF_NO_PROGRAMS = (
    public_keys.public_keys,
    startup_options,
    schema_pushes,
    server_versions,
)
"""What is told by the form of a program, or by files of other kinds alone."""


def read_deployment(
    paths: Collection[str], base: str, parsed: Set[str] = frozenset()
) -> Deployment:
    """Return what files tell of a deployment; `base` is where their paths are shown from.

    The files of `parsed` are programs that are told of by their form.
    """
    found: tuple[list[Any], ...] = tuple([] for _ in _SEARCHES)
    candidates: dict[str, Searched] = {}
    changes: list[header_changes.Told] = []
    for path in sorted(paths):
        data = content(path)
        if len(data) > LARGEST_SEARCHED:
            continue
        words = Searched(data)
        if path not in parsed and any(
            may(words) for may in (manifests.may_enter, manifests.may_serve, proxies.may_tell)
        ):
            candidates[path] = words
        if path.endswith((".yml", ".yaml")) and header_changes.may_tell(words):
            changes += header_changes.told_of(
                Text(shown_path(path, base), data), data.decode("utf-8", "replace")
            )
        searched = [
            (search, members)
            for (may_tell, search), members in zip(_SEARCHES, found, strict=True)
            if not (path in parsed and search in _OF_NO_PROGRAMS) and may_tell(words)
        ]
        if searched:
            source = data.decode("utf-8", "replace")
            text = Text(shown_path(path, base), source.encode())
            for search, members in searched:
                members += search(text, source)
    told = Deployment(*map(tuple, found))._replace(routes=tuple(_routes(candidates, base)))
    lost = {_place(one): one for one in told.identities}
    for one in header_changes.settled(changes):
        known = lost.get(_place(one), one)
        lost[_place(one)] = known._replace(around=one.around)
    if lost:
        told = told._replace(identities=tuple(_read_by_programs([*lost.values()], paths, base)))
    if told.pushes and any(declares_policies(content(path)) for path in paths):
        return told._replace(pushes=())
    return told


def _place(lost: LostIdentity) -> tuple[str, int, str]:
    text, start, _ = lost.span
    return text.path, text.location(start).row, lost.header.lower()


def _read_by_programs(
    lost: list[LostIdentity], paths: Collection[str], base: str
) -> Iterator[LostIdentity]:
    """Yield the same with where a program reads each header."""
    from rlslint.files.deployment.header_reads import header_read

    read: dict[str, Span] = {}
    wanted = {one.header.lower() for one in lost}
    for path in sorted(paths):
        data = content(path)
        if len(data) > LARGEST_SEARCHED:
            continue
        words = Searched(data)
        for header in wanted - read.keys():
            told = header.encode()
            if words.has_any((told, told.replace(b"-", b"_"))):
                source = data.decode("utf-8", "replace")
                text = Text(shown_path(path, base), source.encode())
                span = header_read(text, source, header)
                if span is not None:
                    read[header] = span
    for one in lost:
        yield one._replace(read=read.get(one.header.lower()))


def _routes(candidates: Mapping[str, Searched], base: str) -> Iterator[Route]:
    """Yield the ways in; without an entrance, nobody asks what could be got to."""
    if not any(
        manifests.may_enter(words) or proxies.may_tell(words) for words in candidates.values()
    ):
        return
    from rlslint.files.deployment.traffic import traced

    found: list[Any] = []
    for path, words in candidates.items():
        text = Text(shown_path(path, base), words.data)
        source = words.data.decode("utf-8", "replace")
        if path.endswith((".yml", ".yaml")):
            found += manifests.pieces_of(text, source)
        elif proxies.may_tell(words):
            found += proxies.entrances(text, source)
    yield from traced(found)
