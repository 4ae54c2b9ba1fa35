"""Looking through files for what they tell of a deployment; nothing is parsed.

What programs say of keys and of options is told from their form, and passed over here.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Set
from typing import Any

from rlslint.files.deployment import (
    Deployment,
    Route,
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
from rlslint.text import Searched, Text
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
    for path in sorted(paths):
        data = content(path)
        if len(data) > LARGEST_SEARCHED:
            continue
        words = Searched(data)
        if path not in parsed and any(
            may(words) for may in (manifests.may_enter, manifests.may_serve, proxies.may_tell)
        ):
            candidates[path] = words
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
    if told.pushes and any(declares_policies(content(path)) for path in paths):
        return told._replace(pushes=())
    return told


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
