"""Regular expressions that cost nothing until they are used."""

from __future__ import annotations

import re
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
