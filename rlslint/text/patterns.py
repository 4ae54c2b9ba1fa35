"""Searching for words: what is looked for costs nothing until then, and is looked for once."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import AnyStr, Generic


class Pattern(Generic[AnyStr]):
    """A regular expression that is compiled when it is first called for.

    Few runs need more than a handful of them, and compiling one costs more than reading a file.
    """

    __slots__ = ("_compiled", "_flags", "_source")

    def __init__(self, source: AnyStr, flags: int = 0) -> None:
        self._source: AnyStr = source
        self._flags = flags
        self._compiled: re.Pattern[AnyStr] | None = None

    def __call__(self) -> re.Pattern[AnyStr]:
        if self._compiled is None:
            self._compiled = re.compile(self._source, self._flags)
        return self._compiled


class Searched:
    """A text that many look for words in; each is looked for once, in whatever case it stands."""

    __slots__ = ("_found", "data", "lowered")

    def __init__(self, data: bytes) -> None:
        self.data = data
        self.lowered = data.lower()
        self._found: dict[bytes, bool] = {}

    def has(self, word: bytes) -> bool:
        """Tell whether a word, given in small letters, stands in the text."""
        found = self._found.get(word)
        if found is None:
            found = self._found[word] = word in self.lowered
        return found

    def has_any(self, words: Iterable[bytes]) -> bool:
        """Tell whether one of some words stands in the text."""
        return any(map(self.has, words))
