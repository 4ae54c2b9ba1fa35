"""The statements of a PL/pgSQL body. Every piece of SQL in them is kept as it was written."""

from __future__ import annotations

from typing import TypeAlias

from rlslint import NamedTuple


class Declaration(NamedTuple):
    """A variable of a DECLARE section; `type` is "alias" for ALIAS FOR.

    For a cursor, whose type is "cursor", `default` is its query and `parameters` are its own.
    """

    name: str
    type: str
    default: str
    parameters: tuple[str, ...] = ()


class ExceptionHandler(NamedTuple):
    """WHEN … THEN of an EXCEPTION section; `conditions` are in lower case."""

    conditions: tuple[str, ...]
    body: Body


class Block(NamedTuple):
    label: str
    declarations: tuple[Declaration, ...]
    body: Body
    handlers: tuple[ExceptionHandler, ...]


class Target(NamedTuple):
    """A variable, a field of a record (`names` has two words) or an element of an array.

    `subscripts` are those of the element, as expressions.
    """

    names: tuple[str, ...]
    subscripts: tuple[str, ...] = ()


class Assignment(NamedTuple):
    target: Target
    value: str


class Alternative(NamedTuple):
    condition: str
    body: Body


class If(NamedTuple):
    branches: tuple[Alternative, ...]
    otherwise: Body


class CaseOf(NamedTuple):
    """CASE as a statement; `subject` is "" for the searched form."""

    subject: str
    branches: tuple[Alternative, ...]
    otherwise: Body | None


class While(NamedTuple):
    """WHILE, or LOOP with the condition "true"."""

    label: str
    condition: str
    body: Body


class ForRange(NamedTuple):
    label: str
    variable: str
    low: str
    high: str
    step: str
    reverse: bool
    body: Body


class ForQuery(NamedTuple):
    """FOR … IN query LOOP."""

    label: str
    targets: tuple[Target, ...]
    query: str
    body: Body


class ForExecute(NamedTuple):
    """FOR … IN EXECUTE command USING … LOOP."""

    label: str
    targets: tuple[Target, ...]
    command: str
    using: tuple[str, ...]
    body: Body


class ForEach(NamedTuple):
    """FOREACH; `slice` is the number of dimensions of what it yields, 0 for single elements."""

    label: str
    targets: tuple[Target, ...]
    array: str
    slice: int
    body: Body


class Jump(NamedTuple):
    """EXIT or CONTINUE (`word`), with the label and the WHEN condition if there are any."""

    word: str
    label: str
    condition: str


class Return(NamedTuple):
    value: str


class ReturnNext(NamedTuple):
    """RETURN NEXT; without a value it yields the OUT parameters as they stand."""

    value: str


class ReturnQuery(NamedTuple):
    """RETURN QUERY; `command` is what RETURN QUERY EXECUTE runs, else `query` is the query."""

    query: str
    command: str = ""
    using: tuple[str, ...] = ()


class Raise(NamedTuple):
    """RAISE at the level EXCEPTION; `condition` is its name or SQLSTATE where one is given.

    Without any, RAISE in a handler raises again what the handler caught.
    """

    condition: str


class BodyRange(NamedTuple):
    """Where a statement stands in its body, in bytes, the semicolon left out."""

    start: int
    end: int


NOWHERE = BodyRange(-1, -1)


class Execute(NamedTuple):
    command: str
    into: tuple[Target, ...]
    using: tuple[str, ...]
    strict: bool = False
    place: BodyRange = NOWHERE


class Sql(NamedTuple):
    """A SQL statement; INTO and its targets are taken out of `sql`."""

    sql: str
    into: tuple[Target, ...]
    strict: bool = False
    place: BodyRange = NOWHERE


class Clobber(NamedTuple):
    """A statement that gives variables values which only the database knows (FETCH)."""

    targets: tuple[Target, ...]


class OpenCursor(NamedTuple):
    """OPEN … FOR a query, whose rows FETCH and the caller of the function get."""

    query: str


class Diagnostics(NamedTuple):
    """GET DIAGNOSTICS: `items` are the names of what is asked for, in lower case."""

    targets: tuple[Target, ...]
    items: tuple[str, ...]


PlStatement: TypeAlias = (
    Block
    | Assignment
    | If
    | CaseOf
    | While
    | ForRange
    | ForQuery
    | ForExecute
    | ForEach
    | Jump
    | Return
    | ReturnNext
    | ReturnQuery
    | Raise
    | Execute
    | Sql
    | Clobber
    | OpenCursor
    | Diagnostics
)
Body: TypeAlias = tuple[PlStatement, ...]


def nested(body: Body) -> list[PlStatement]:
    """Return the statements of a body and all that stand inside them."""
    found: list[PlStatement] = []
    for statement in body:
        found.append(statement)
        match statement:
            case Block(_, _, inner, handlers):
                found += nested(inner)
                for handler in handlers:
                    found += nested(handler.body)
            case If(branches, otherwise) | CaseOf(_, branches, otherwise):
                for branch in branches:
                    found += nested(branch.body)
                found += nested(otherwise or ())
            case While() | ForRange() | ForQuery() | ForExecute() | ForEach():
                found += nested(statement.body)
            case _:
                continue
    return found


def assigned(body: Body) -> set[str]:
    """Return the names of the variables that a body may give a value to."""
    names: set[str] = set()
    for statement in nested(body):
        match statement:
            case Assignment(target, _):
                names |= {*target.names}
            case ForRange(_, variable):
                names.add(variable)
            case (
                ForQuery(targets=targets)
                | ForExecute(targets=targets)
                | ForEach(targets=targets)
                | Execute(into=targets)
                | Sql(into=targets)
                | Clobber(targets)
                | Diagnostics(targets)
            ):
                names |= {name for target in targets for name in target.names}
            case _:
                continue
    return names
