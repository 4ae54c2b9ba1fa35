"""What the blocks of a program tell of the order of its steps, in any language that is indented.

Steps come in the order in which a function writes them down. Whether one has been taken when
another is reached depends on the blocks around them, which formatted programs show by indentation.
"""

from __future__ import annotations

from itertools import takewhile

from rlslint import Pattern
from rlslint.text import Span

_LEAVES = Pattern(r".*\b(?:return|raise|throw|break|continue|panic|exit|die|abort|fail)\b")
_OTHER_BRANCH = Pattern(r"[\s}]*(?:else|elif|elsif|elseif|except|catch|rescue|case|when|default)\b")


def always_before(first: Span, last: Span) -> bool:
    """Tell whether what stands at `first` has been done whenever `last` is reached.

    Every line between the two is at least as deep in blocks as the one where `first` stands.
    """
    if first.text.path != last.text.path:
        return False
    start, end = _row(first), _row(last)
    depth = _depth(first.text.line(start))
    lines = (last.text.line(row) for row in range(start + 1, end + 1))
    return start < end and all(_depth(line) >= depth for line in lines if line.strip())


def may_lead_to(first: Span, last: Span) -> bool:
    """Tell whether what follows `first` in its own block leads on to `last`.

    The block may be a handler, or a branch: it counts where nothing in it leaves the function.
    """
    if always_before(first, last):
        return True
    start, end = _row(first), _row(last)
    if first.text.path != last.text.path or start >= end:
        return False
    opening = first.text.line(start)
    lines = [first.text.line(row) for row in range(start + 1, end + 1)]
    lines = [line for line in lines if line.strip()]
    inside = list(takewhile(lambda line: _depth(line) >= _depth(opening), lines))
    following = [line for line in lines[len(inside) :] if line.strip(" \t})];")]
    if any(_LEAVES().match(line) for line in (opening, *inside)) or not following:
        return False
    outer = _depth(following[0])
    return all(_depth(line) >= outer for line in following) and not any(
        _depth(line) == outer and _OTHER_BRANCH().match(line) for line in following
    )


def _row(span: Span) -> int:
    return span.text.location(span.start).row


def _depth(line: str) -> int:
    return len(line) - len(line.lstrip())
