"""Comments that tell rlslint to keep quiet, and the statements that they are about.

`-- rlslint: ignore[rule-name] reason` is about the statement that it stands in, that ends on its
line, or that follows the comment lines it belongs to; `-- rlslint: file-ignore[rule-name] reason`
is about the file. In application code the comment has that language's mark. In settings, where
nothing is a statement, it is about the line that it stands on or right above.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from rlslint import NamedTuple, Pattern
from rlslint.text import Span, Statement, Text

_WORD = b"rlslint:"
_IGNORE = Pattern(
    rb"rlslint:[ \t]*(?P<scope>file-ignore|ignore(?:-\w+)*|disable(?:-\w+)*|noqa)(?![\w-])[ \t]*"
    rb"(?:\[(?P<names>[^\]\r\n]*)\])?[ \t]*(?P<reason>[^\r\n]*)"
)
_SQL_COMMENT = Pattern(rb"--[^\n]*|/\*")
_SETTINGS_COMMENT = Pattern(rb"(?:#|;|//)[ \t]*rlslint:[^\n]*")
_DOLLAR_QUOTE = Pattern(rb"\$\w*\$")
_HOST_TOKENS = {
    mark: Pattern(rb"(?P<comment>" + comment + rb")|'''|\"\"\"|['\"`]" + block)
    for mark, comment, block in (("#", rb"\#[^\n]*", b""), ("//", rb"//[^\n]*", rb"|/\*"))
}
_INSIDE = {
    b"/*": Pattern(rb"(?:[^*]|\*(?!/))*+"),
    b"'''": Pattern(rb"(?:[^']|'(?!''))*+"),
    b'"""': Pattern(rb'(?:[^"]|"(?!""))*+'),
    b"'": Pattern(rb"(?:[^'\\\n]|\\.)*+", re.DOTALL),
    b'"': Pattern(rb'(?:[^"\\\n]|\\.)*+', re.DOTALL),
    b"`": Pattern(rb"(?:[^`\\]|\\.)*+", re.DOTALL),
}
"""What stands behind the mark that opens a comment or a string, up to where it is closed."""
_ONLY_COMMENT = Pattern(r"\s*(?:(?:--|#|//).*|/\*(?:(?!\*/).)*\*/\s*)")
_COPY_DATA = Pattern(rb"\bfrom\s+stdin\b[^;]*;[^\n]*\n(.*?)^\\\.", re.I | re.M | re.S)
_OPENS = Pattern(r"[(\[{=\\]\s*$")
_CLOSES = Pattern(r"\s*[)\]}]")


class Ignore(NamedTuple):
    """One comment. `names` are rule names or codes, none where it names no rule as it should.

    `span` is the comment's own place, so that an unused one can be shown. `of_line` tells that
    it is about a line, not about a statement.
    """

    names: tuple[str, ...]
    span: Span
    row: int
    file_wide: bool
    reason: str
    of_line: bool = False


def ignores_in_sql(text: Text) -> tuple[Ignore, ...]:
    """Return the ignore comments of SQL, those inside function bodies included."""
    if _WORD not in text.data:
        return ()
    data = _COPY_DATA().sub(_blank, text.data) if b"\n\\." in text.data else text.data
    return tuple(_ignores(text, _sql_comments(data)))


def ignores_in_host(text: Text, mark: str) -> tuple[Ignore, ...]:
    """Return the ignore comments of application code; `mark` is `#` or `//`.

    `text` is the whole file. SQL inside it may have ignore comments of its own.
    """
    if _WORD not in text.data:
        return ()
    return tuple(_ignores(text, host_comments(text.data, mark)))


def ignores_in_settings(text: Text) -> tuple[Ignore, ...]:
    """Return the ignore comments of a settings file, whatever its format begins a comment with."""
    if _WORD not in text.data:
        return ()
    places = (found.span() for found in _SETTINGS_COMMENT().finditer(text.data))
    return tuple(ignore._replace(of_line=True) for ignore in _ignores(text, places))


def host_comments(data: bytes, mark: str) -> Iterator[tuple[int, int]]:
    """Yield where the comments of application code stand; `mark` is `#` or `//`."""
    unclosed: dict[bytes, int] = {}
    position = 0
    while (found := _HOST_TOKENS[mark]().search(data, position)) is not None:
        start, position = found.span()
        if found.lastgroup == "comment":
            yield start, position
            continue
        # Where three quotes open nothing, the first of them may.
        for opening in dict.fromkeys((found[0], found[0][:1])):
            if opening not in _INSIDE or start < unclosed.get(opening, 0):
                continue
            inside = _INSIDE[opening]().match(data, start + len(opening))
            end = inside.end() if inside is not None else len(data)
            closing = b"*/" if opening == b"/*" else opening
            if data.startswith(closing, end):
                position = end + len(closing)
                if opening == b"/*":
                    yield start, position
                break
            unclosed[opening] = end
            position = start + len(opening)


def covers(ignore: Ignore, statement: Statement) -> bool:
    """Tell whether the comment is about the statement, or about the one that ran it."""
    span, comment = statement.span, ignore.span
    if comment.text.path != span.text.path:
        return False
    if ignore.file_wide:
        return True
    first, last = rows_around(statement)
    starts, ends = (location.row for location in comment.locations())
    if ends == first - 1:
        behind = comment.text.data[comment.end :].partition(b"\n")[0]
        before = comment.text.line(starts).lstrip()
        return not behind.strip() and before.startswith(("/*", "--", "#", "//", ";"))
    return starts <= last and first <= ends


def rows_around(statement: Statement) -> tuple[int, int]:
    """Return the rows of a statement with the comment lines above it.

    A string of application code reaches as far as the call or the assignment around it, as far as
    brackets at the ends of lines show.
    """
    span = statement.span
    text = span.text
    first, last = text.location(span.start).row, text.location(max(span.start, span.end - 1)).row
    if text.host is not None:
        while _OPENS().search(_code(text.line(first - 1))):
            first -= 1
        while _CLOSES().match(text.line(last + 1)):
            last += 1
    while _ONLY_COMMENT().fullmatch(text.line(first - 1)):
        first -= 1
    return first, last


def _code(line: str) -> str:
    """Return a line of application code without an ignore comment at its end."""
    return re.split(r"(?:#|//)\s*rlslint:", line)[0]


def _ignores(text: Text, comments: Iterable[tuple[int, int]]) -> Iterator[Ignore]:
    for start, end in comments:
        for found in _IGNORE().finditer(text.data, start, end):
            is_ours = found.group("scope") in (b"ignore", b"file-ignore")
            listed = (found.group("names") or b"") if is_ours else b""
            names = listed.decode("utf-8", "replace").split(",")
            reason = found.group("reason").decode("utf-8", "replace").strip()
            yield Ignore(
                tuple(stripped for name in names if (stripped := name.strip())),
                Span(text, start, end),
                text.location(found.start()).row,
                found.group("scope") == b"file-ignore",
                reason.removesuffix("*/").strip(),
            )


def _sql_comments(data: bytes, base: int = 0) -> Iterator[tuple[int, int]]:
    """Yield where comments are: PostgreSQL's scanner finds the tokens, and they lie between.

    What follows a place where the scanner gives up (a quote that nothing closes) is searched
    without it, line by line.
    """
    from rlslint.sql.parser import SyntaxProblem, tokens

    try:
        found = tokens(data)
        stop = len(data)
    except SyntaxProblem as problem:
        stop = problem.offset
        try:
            found = tokens(data[:stop])
        except SyntaxProblem:
            found, stop = (), 0
    position = 0
    for token in found:
        yield from _comments_between(data, position, token.start, base)
        quote = _DOLLAR_QUOTE().match(data, token.start, token.end)
        if quote and _WORD in data[token.start : token.end]:
            inside = data[quote.end() : token.end - len(quote.group())]
            yield from _sql_comments(inside, base + quote.end())
        position = token.end
    yield from _comments_between(data, position, stop, base)
    for line in re.finditer(rb"^[ \t]*(--[^\n]*)", data[stop:], re.MULTILINE):
        yield base + stop + line.start(1), base + stop + line.end(1)


def _blank(copy: re.Match[bytes]) -> bytes:
    """Put space in the place of COPY's data, in which a quote opens nothing."""
    statement_end = copy.start(1) - copy.start()
    return copy.group()[:statement_end].ljust(len(copy.group()))


def _comments_between(data: bytes, start: int, end: int, base: int) -> Iterator[tuple[int, int]]:
    while (found := _SQL_COMMENT().search(data, start, end)) is not None:
        start = found.end() if found.group() != b"/*" else _end_of_block(data, found.start(), end)
        yield base + found.start(), base + start


def _end_of_block(data: bytes, start: int, end: int) -> int:
    depth = 0
    for mark in re.finditer(rb"/\*|\*/", data[start:end]):
        depth += 1 if mark.group() == b"/*" else -1
        if depth == 0:
            return start + mark.end()
    return end
