"""What the blocks of a program tell of the order of its steps, in any language that is indented.

Steps come in the order in which a function writes them down. Whether one has been taken when
another is reached depends on the blocks around them, which formatted programs show by indentation.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import takewhile

from rlslint import Pattern
from rlslint.text import Span

_LEAVES = Pattern(r".*\b(?:return|raise|throw|break|continue|panic|exit|die|abort|fail)\b")
_LOOPS = Pattern(
    r"[\s}]*(?:async |await )?(?:for|foreach|while|loop)\b"
    r"|.*\.(?:each|each_\w+|find_each|forEach)\b.*(?:\bdo\b|\{)"
)
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


def repeats(before: Span, first: Span, last: Span) -> bool:
    """Tell whether a loop that begins behind `before` leads from `last` to `first` again.

    Nothing that follows `last` in its own block leaves the loop.
    """
    text = last.text
    start, end = _row(first), _row(last)
    if not before.text.path == first.text.path == text.path or start > end:
        return False
    inner = min(_depth(text.line(row)) for row in range(start, end + 1) if text.line(row).strip())
    for row in range(start - 1, _row(before), -1):
        line = text.line(row)
        if line.strip() and _depth(line) < inner:
            inner = _depth(line)
            if _LOOPS().match(line) is not None:
                depth = _depth(text.line(_row(before)))
                lines = (text.line(each) for each in range(_row(before), row + 1))
                if any(_depth(each) < depth for each in lines if each.strip()):
                    return False
                return not any(_LEAVES().match(line) for line in _rest_of_block(last))
    return False


def _rest_of_block(span: Span) -> Iterator[str]:
    """Yield the lines of a block from what stands at `span` on."""
    text, start = span.text, _row(span)
    opening = _depth(text.line(start))
    for row in range(start, text.rows + 1):
        line = text.line(row)
        if line.strip() and _depth(line) < opening:
            return
        yield line


def _row(span: Span) -> int:
    return span.text.location(span.start).row


def _depth(line: str) -> int:
    return len(line) - len(line.lstrip())
