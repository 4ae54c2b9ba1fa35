"""Looking through files for what they tell of a deployment; nothing is parsed."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any

from rlslint.files.deployment import (
    dumps,
    poolers,
    public_keys,
    schema_pushes,
    startup_options,
)
from rlslint.files.deployment.facts import Deployment
from rlslint.files.unread import LARGEST, content
from rlslint.files.walk import shown_path
from rlslint.text import Text

_Search = Callable[[Text, str], Iterator[Any]]
_SEARCHES: tuple[tuple[tuple[bytes, ...], _Search], ...] = (
    (public_keys.WORDS, public_keys.public_keys),
    (poolers.WORDS, poolers.poolers),
    (startup_options.WORDS, startup_options.startup_options),
    (dumps.WORDS, dumps.dumps),
    (schema_pushes.WORDS, schema_pushes.schema_pushes),
)


def read_deployment(paths: Iterable[str], base: str) -> Deployment:
    """Return what files tell of a deployment; `base` is where their paths are shown from."""
    found: tuple[list[Any], ...] = tuple([] for _ in _SEARCHES)
    declares_policies = False
    for path in sorted(paths):
        data = content(path)
        if len(data) > LARGEST:
            continue
        declares_policies |= any(word in data for word in schema_pushes.DECLARES)
        source, text = "", None
        for (words, search), members in zip(_SEARCHES, found, strict=True):
            if not any(word in data for word in words):
                continue
            if text is None:
                source = data.decode("utf-8", "replace")
                text = Text(shown_path(path, base), source.encode())
            members += search(text, source)
    told = Deployment(*map(tuple, found))
    return told._replace(pushes=()) if declares_policies else told
