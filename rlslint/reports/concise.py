"""One line per finding: `path:line:column: CODE [rule-name] message`."""

from __future__ import annotations

from collections.abc import Iterator

from rlslint.reports import Result
from rlslint.text.display import printable


def render(result: Result) -> Iterator[str]:
    """Yield one line per finding; without a place, its object stands there."""
    for reported in result.findings:
        yield printable(f"{reported.where}: {reported.code} [{reported.name}] {reported.line}")
