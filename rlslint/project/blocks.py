"""What the blocks of a program tell of the order of its steps, in any language that is indented.

Steps come in the order in which a function writes them down. Whether one has been taken when
another is reached depends on the blocks around them, which formatted programs show by indentation.
"""

from __future__ import annotations

from itertools import takewhile

from rlslint import NamedTuple
from rlslint.text import Span, Text
from rlslint.text.patterns import Pattern

_LEAVES = Pattern(r".*\b(?:return|raise|throw|break|continue|panic|exit|die|abort|fail)\b")
_OTHER_BRANCH = Pattern(r"[\s}]*(?:else|elif|elsif|elseif|except|catch|rescue|case|when|default)\b")
_TRY = Pattern(r"\s*(?:try|begin)\b")
_SUPPRESSES = Pattern(r"\s*(?:async\s+)?with\b.*\bsuppress\(")
_HANDLER = Pattern(r"[\s}]*(?:except|catch|rescue)\b")
_CHECK = Pattern(r"\s*if\b.*\berr\s*!=\s*nil\s*\{\s*$")
_NEAR = 3
"""In how many lines behind a call its error is checked."""

_FUNCTION = Pattern(r"\s*(?:async\s+)?(?:def|class|fn|func|fun|function)\b")
_PUTS_AWAY = Pattern(r".*(?:clos|invalidat|discard|terminat|destroy|dispos|remov|detach|reset)")
_RETURNED = Pattern(r"\s*(?:return|yield)\s+\(?&?\$?([A-Za-z_]\w*)\)?\s*(?:[;,].*)?$")
_ALL_IS_WELL = Pattern(r"\s*return\s+(?:True|true|nil|conn\w*|c|client|session)\b")


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


class Handler(NamedTuple):
    """What takes the errors of a step and goes on; `last` is the row where it ends."""

    span: Span
    last: int


def swallowing_handler(step: Span, is_hook: bool) -> Handler | None:
    """Return the handler that takes an error at `step` and goes on as if there were none.

    One that leaves the function, or puts the connection away, does not; of a hook, to return that
    all is well is to go on.
    """
    text = step.text
    row = _row(step)
    checked = _check_below(text, row, is_hook)
    if checked is not None:
        return checked
    depth = _depth(text.line(row))
    while row > 1 and depth > 0:
        row -= 1
        line = text.line(row)
        if not line.strip() or _depth(line) >= depth:
            continue
        depth = _depth(line)
        if _FUNCTION().match(line):
            return None
        if _SUPPRESSES().match(line):
            return Handler(_line_span(text, row), _end_of_block(text, row))
        if _TRY().match(line):
            return _handler_below(text, _row(step), depth, is_hook)
    return None


def returned_below(handler: Handler, names: frozenset[str]) -> bool:
    """Tell whether the function gives one of some variables to its caller behind a handler."""
    text = handler.span.text
    depth = _depth(text.line(_row(handler.span)))
    for row in range(handler.last + 1, text.rows + 1):
        line = text.line(row)
        if line.strip(" \t})];") and _depth(line) < depth:
            return False
        returned = _RETURNED().match(line)
        if returned is not None and returned[1] in names:
            return True
    return False


def _check_below(text: Text, row: int, is_hook: bool) -> Handler | None:
    """Return the check of a returned error, as Go has it, where what it guards goes on."""
    for number in range(row, min(row + _NEAR, text.rows) + 1):
        if _CHECK().match(text.line(number)):
            last = _end_of_block(text, number)
            body = [text.line(inside) for inside in range(number + 1, last + 1)]
            if any(_ends_there(line, is_hook) for line in body):
                return None
            return Handler(_line_span(text, number), last)
    return None


def _handler_below(text: Text, row: int, depth: int, is_hook: bool) -> Handler | None:
    """Return the handler of the block around `row` that goes on, None where each one leaves."""
    rows = text.rows
    while row < rows:
        row += 1
        line = text.line(row)
        if not line.strip() or _depth(line) > depth:
            continue
        if _depth(line) < depth or not _HANDLER().match(line):
            return None
        last = _end_of_block(text, row)
        body = [text.line(number) for number in range(row, last + 1)]
        if not any(_ends_there(line, is_hook) for line in body):
            return Handler(_line_span(text, row), last)
        row = last
    return None


def _ends_there(line: str, is_hook: bool) -> bool:
    if is_hook and _ALL_IS_WELL().match(line):
        return False
    return bool(_LEAVES().match(line) or _PUTS_AWAY().match(line.lower()))


def _end_of_block(text: Text, row: int) -> int:
    """Return the last row of the block that the line of a row opens."""
    depth, last = _depth(text.line(row)), row
    for number in range(row + 1, text.rows + 1):
        line = text.line(number)
        if line.strip() and _depth(line) <= depth:
            break
        last = number if line.strip() else last
    return last


def _line_span(text: Text, row: int) -> Span:
    """Return the span of a whole line of a file, without its indentation."""
    file = Text(text.path, (text.host or text.data.decode("utf-8", "replace")).encode())
    line = text.line(row)
    before = sum(len(text.line(number).encode()) + 1 for number in range(1, row))
    start = before + len(line[: _depth(line)].encode())
    return Span(file, start, start + len(line.strip().encode()))


def _row(span: Span) -> int:
    return span.text.location(span.start).row


def _depth(line: str) -> int:
    return len(line) - len(line.lstrip())
