"""The only door to PostgreSQL's own parser (libpg_query, through pglast).

Offsets are right for valid UTF-8 only: who makes a Text sees to it that its data is.
"""

from __future__ import annotations

import importlib
import sys
import types
from collections.abc import Container, Iterable, Iterator
from functools import lru_cache
from importlib.machinery import PathFinder
from typing import Any

try:
    from _json import make_scanner
except ImportError:
    from json.scanner import make_scanner

from rlslint import NamedTuple, Pattern
from rlslint.sql.statement_ends import first_token, stretches
from rlslint.text import Statement, Text
from rlslint.text.budget import DEEPEST_COMMENT

Node = dict[str, Any]
"""A node of the parse tree: field names of PostgreSQL's `nodes/parsenodes.h` to values."""


def _load_parser() -> Any:
    """Import `pglast.parser` alone.

    `pglast/__init__.py` imports the generated node classes, which nothing here uses and which
    cost four times as much as the parser itself; stand-ins take their place while it loads.
    """
    if "pglast" in sys.modules:
        return importlib.import_module("pglast.parser")
    specification = PathFinder.find_spec("pglast")
    if specification is None or specification.submodule_search_locations is None:
        raise ImportError("rlslint needs the package pglast")
    stand_ins = {name: types.ModuleType(name) for name in ("pglast", "pglast.ast", "pglast.enums")}
    stand_ins["pglast"].__path__ = list(specification.submodule_search_locations)
    stand_ins["pglast"].Error = type("Error", (Exception,), {})  # type: ignore[attr-defined]
    sys.modules.update(stand_ins)
    try:
        return importlib.import_module("pglast.parser")
    finally:
        for name in stand_ins:
            del sys.modules[name]
        del sys.modules["pglast.parser"]


class _Json:
    """How JSON is read: what `json.JSONDecoder` tells the scanner.

    The package `json` compiles eight regular expressions when it is imported.
    """

    strict = True
    object_hook = None
    object_pairs_hook = None
    parse_int = int
    parse_float = float
    parse_constant = float


_parser = _load_parser()
_decode = make_scanner(_Json)  # type: ignore[arg-type]
_STATEMENT_HEAD = '{"stmt":{"'
_STATEMENT_PLACE = Pattern(r'(?:"stmt_location":(\d+))?,?(?:"stmt_len":(\d+))?\}[,\]}]*$')
PIECE = 1 << 18
"""How many bytes are parsed at once, or a little more."""

_BATCH = 1 << 15
"""How many characters of a tree are decoded at once, or a little more."""

_LONGEST_MESSAGE = 100
_COMMENTS = ("SQL_COMMENT", "C_COMMENT")
_COMMENT_SIGN = Pattern(rb"/\*|\*/")
_TOO_DEEP = "the statement is nested too deeply"


class SyntaxProblem(Exception):
    """PostgreSQL's grammar refuses a text; `offset` is the byte at which it gives up."""

    def __init__(self, message: str, offset: int) -> None:
        super().__init__(message)
        self.message = message
        self.offset = offset


class Token(NamedTuple):
    """A token of PostgreSQL's scanner between two byte offsets; `name` as in the grammar."""

    start: int
    end: int
    name: str


class ParsedStatement(NamedTuple):
    """A statement, its node, and what to add to the node's `location`s to get offsets."""

    statement: Statement
    node: Node
    base: int


Placed = tuple[str, int, int, int, Node | None, str]
"""A statement as plain values: its kind, where it starts and ends, and the base of its node.

Then come the node, None for one that is nested too deeply, and the JSON of its clauses.
"""


class BrokenStatement(NamedTuple):
    """A statement (its kind is "") that cannot be read; the grammar gave up at byte `offset`.

    `refused` is False where PostgreSQL may well accept it and only rlslint cannot follow.
    """

    statement: Statement
    message: str
    offset: int
    refused: bool = True


def parsed_statements(
    text: Text,
    wanted: Container[str],
    start: int = 0,
    end: int | None = None,
    parent: Statement | None = None,
) -> Iterator[ParsedStatement | None]:
    """Yield the statements of `text` whose node is in `wanted`, and None for each other one.

    Decoding a node costs more than parsing it, so what is not wanted is not decoded.

    Raises SyntaxProblem where the grammar refuses the text. Statements that come before the
    broken one may have been yielded by then; `reading.read` recovers instead.
    """
    stop = len(text.data) if end is None else end
    for first, last in pieces(text.data, start, stop, PIECE):
        for found in parse_piece(text, wanted, first, last, parent=parent):
            if isinstance(found, BrokenStatement):
                raise SyntaxProblem(found.message, found.offset)
            yield found


def parse_piece(
    text: Text,
    wanted: Container[str],
    start: int,
    end: int,
    sql: bytes | None = None,
    parent: Statement | None = None,
) -> Iterator[ParsedStatement | BrokenStatement | None]:
    """Return an iterator over the statements between two offsets: they are parsed at once.

    `sql` is what to parse in their place, of equal length. A statement that the grammar accepts
    but that is nested more deeply than Python can follow comes as a BrokenStatement.

    Raises SyntaxProblem, before anything is yielded, where the grammar refuses the piece.
    """
    try:
        tree = parse(text.data[start:end] if sql is None else sql)
    except SyntaxProblem as problem:
        raise SyntaxProblem(problem.message, start + problem.offset) from None
    found = placed_statements(tree, text.data, wanted, start, end)
    return statements_of(text, found, wanted, parent)


def statements_of(
    text: Text,
    found: Iterable[Placed | None],
    wanted: Container[str],
    parent: Statement | None = None,
) -> Iterator[ParsedStatement | BrokenStatement | None]:
    """Yield the statements of a text that were found in it, and None for what is not wanted."""
    for one in found:
        if one is None or one[0] not in wanted:
            yield None
            continue
        kind, start, end, base, node, clauses = one
        if node is None:
            statement = Statement(text, start, end, "", parent)
            yield BrokenStatement(statement, _TOO_DEEP, start, refused=False)
            continue
        if clauses:
            node["clauses"] = UndecodedClauses(clauses)
        yield ParsedStatement(Statement(text, start, end, kind, parent), node, base)


def pieces(data: bytes, start: int, stop: int, size: int) -> Iterator[tuple[int, int]]:
    """Cut at ends of statements, so that parsing takes memory for a piece and not for the file."""
    if stop - start <= size:
        yield start, stop
        return
    first = last = start
    for stretch in stretches(data, start, stop):
        if stretch.following - first > size and last > first:
            yield first, last
            first = last
        last = stretch.following
    yield first, stop


def parse_expression(sql: str) -> Node:
    """Return the node of one expression, as a deparsed policy shows it.

    Raises SyntaxProblem where `sql` is no expression.
    """
    tree = parse(f"SELECT {sql}".encode())
    node, _ = _decode(tree, tree.index("{"))
    match node:
        case {"stmts": [{"stmt": {"SelectStmt": {"targetList": [{"ResTarget": {"val": value}}]}}}]}:
            return dict(value)
        case _:
            raise SyntaxProblem("this is no expression", 0)


@lru_cache(maxsize=8)
def tokens(data: bytes) -> tuple[Token, ...]:
    """Return the tokens of `data`, comments left out; who asks in turn for the same shares them.

    Raises SyntaxProblem where the scanner refuses it (an unterminated string or comment).
    """
    if b"\0" in data:
        raise SyntaxProblem("the text has a NUL byte", data.index(b"\0"))
    _check_comments(data)
    letters = data if data.isascii() else data.translate(_LETTERS)
    try:
        scanned = _parser.scan(letters.decode("ascii"))
    except _parser.ParseError as error:
        raise _problem(error, letters) from None
    # The parser makes a string of its own for the name of each token.
    make, one = tuple.__new__, sys.intern
    return tuple(
        [
            make(Token, (start, end + 1, one(name)))
            for start, end, name, _ in scanned
            if name not in _COMMENTS
        ]
    )


_LETTERS = bytes(range(128)) + b"z" * 128
"""To the scanner, bytes above 127 are letters (scan.l, ident_start). Told of them as letters it
counts no characters, which takes a time that grows with the square of them. No keyword has two z
in a row."""


def placed_statements(
    tree: str, data: bytes, wanted: Container[str], start: int, end: int
) -> Iterator[Placed | None]:
    """Yield the statements of a tree that `parse` returned for `data` between two offsets.

    Some are decoded at once: the decoder keeps the names of fields from one to the next.
    """
    batch: list[_Stretch] = []
    size = 0
    for stretch in _stretches_of_tree(tree, wanted):
        batch.append(stretch)
        size += stretch.end - stretch.start
        if size > _BATCH:
            yield from _decoded(tree, batch, data, start, end)
            batch, size = [], 0
    yield from _decoded(tree, batch, data, start, end)


class _Stretch(NamedTuple):
    """Where the JSON of one statement stands in a tree, empty for one that is not wanted.

    Its clauses, which are decoded when they are asked for, stand between `late` and `tail`.
    """

    kind: str
    start: int
    end: int
    late: int = 0
    tail: int = 0


def _stretches_of_tree(tree: str, wanted: Container[str]) -> Iterator[_Stretch]:
    start = tree.find(_STATEMENT_HEAD)
    while start >= 0:
        behind_kind = tree.index('"', start + len(_STATEMENT_HEAD))
        kind = tree[start + len(_STATEMENT_HEAD) : behind_kind]
        following = tree.find(_STATEMENT_HEAD, behind_kind)
        end = following - 1 if following >= 0 else tree.rindex("]")
        if kind not in wanted:
            yield _Stretch(kind, start, start)
        elif kind in _WITH_CLAUSES:
            late, tail = _clauses(tree, behind_kind, end)
            yield _Stretch(kind, start, end, late, tail)
        else:
            yield _Stretch(kind, start, end)
        start = following


_WITH_CLAUSES = ("CreatePolicyStmt", "AlterPolicyStmt")


def _clauses(tree: str, start: int, end: int) -> tuple[int, int]:
    """Return where the clauses of a policy begin and end: they are the last fields of the node.

    What looks like them in a name or a string has its quotes escaped.
    """
    late = tree.find(',"qual":', start, end)
    if late < 0:
        late = tree.find(',"with_check":', start, end)
    return (late, tree.rindex("}}", late, end - 1)) if late >= 0 else (0, 0)


class UndecodedClauses:
    """USING and WITH CHECK of a policy: many spell them alike, and then one is decoded."""

    __slots__ = ("_json",)

    def __init__(self, json: str) -> None:
        self._json = json

    def decoded(self) -> Node:
        """Return the fields `qual` and `with_check`, as far as they were written.

        Raises RecursionError where they are nested more deeply than the interpreter can follow.
        """
        fields: Node = _decode(f"{{{self._json}}}", 0)[0]
        return fields


def _decoded(
    tree: str, batch: list[_Stretch], data: bytes, start: int, end: int
) -> Iterator[Placed | None]:
    decoded = _decoded_at_once([_early(tree, one) for one in batch if one.end > one.start])
    for stretch in batch:
        kind, head, behind, late, tail = stretch
        if head == behind:
            yield None
            continue
        node = next(decoded)
        if node is None:
            first, last = _place_before(tree, behind, start, end)
        else:
            first = max(start + node.get("stmt_location", 0), start)
            last = first + node["stmt_len"] if "stmt_len" in node else end + 1
            if last > end:
                last = _end_of_last(data, first, end)
        first = first_token(data, first, last)
        last = without_trailing_space(data, first, last)
        fields = None if node is None else node["stmt"][kind]
        yield kind, first, last, start, fields, tree[late + 1 : tail] if late else ""


def _early(tree: str, stretch: _Stretch) -> str:
    if not stretch.late:
        return tree[stretch.start : stretch.end]
    return tree[stretch.start : stretch.late] + tree[stretch.tail : stretch.end]


def _decoded_at_once(statements: list[str]) -> Iterator[Node | None]:
    """Yield the node of each statement, None for one that is nested too deeply."""
    try:
        yield from _decode(f"[{','.join(statements)}]", 0)[0]
    except RecursionError:
        for statement in statements:
            try:
                yield _decode(statement, 0)[0]
            except RecursionError:
                yield None


def _place_before(tree: str, position: int, start: int, end: int) -> tuple[int, int]:
    place = _STATEMENT_PLACE().search(tree, max(0, position - 80), position)
    location, length = place.groups() if place is not None else (None, None)
    first = start + int(location or 0)
    return first, min(first + int(length), end) if length is not None else end


def _end_of_last(data: bytes, start: int, end: int) -> int:
    """The parser takes the comments behind the last statement for a part of it."""
    if data.find(b"--", start, end) < 0 and data.find(b"*/", start, end) < 0:
        return end
    try:
        return start + tokens(data[start:end])[-1].end
    except (SyntaxProblem, IndexError):
        return end


def without_trailing_space(data: bytes, start: int, end: int) -> int:
    """Return `end` less the white space and semicolons before it."""
    while end > start and data[end - 1] in b" \t\r\n\f\v;":
        end -= 1
    return end


def parse(data: bytes) -> str:
    """Return the parse tree of some statements as JSON.

    Raises SyntaxProblem where the grammar refuses them. Other threads run meanwhile.
    """
    if b"\0" in data:
        raise SyntaxProblem("the text has a NUL byte", data.index(b"\0"))
    _check_comments(data)
    try:
        tree: str = _parser.parse_sql_json(data.decode("utf-8", "replace"))
    except _parser.ParseError as error:
        raise _problem(error, data) from None
    return tree


def _check_comments(data: bytes) -> None:
    """Raise SyntaxProblem where far too many comments open in one another.

    PostgreSQL's scanner takes the square of their number.
    """
    if data.count(b"/*") <= DEEPEST_COMMENT:
        return
    depth = 0
    for found in _COMMENT_SIGN().finditer(data):
        depth = depth + 1 if found[0] == b"/*" else max(0, depth - 1)
        if depth > DEEPEST_COMMENT:
            raise SyntaxProblem("comments are nested too deeply", found.start())


def _problem(error: Exception, data: bytes) -> SyntaxProblem:
    message, *rest = error.args
    # The message quotes all that follows an unterminated string.
    message = str(message).partition("\n")[0]
    message = message if len(message) <= _LONGEST_MESSAGE else message[:_LONGEST_MESSAGE] + "…"
    if rest and isinstance(rest[0], int):
        offset = len(data.decode("utf-8", "replace")[: rest[0]].encode())
        return SyntaxProblem(message, min(offset, len(data)))
    at_end = "at end of input" in message
    return SyntaxProblem(message, without_trailing_space(data, 0, len(data)) if at_end else 0)
