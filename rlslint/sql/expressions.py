"""Expressions: a small typed family, built from the parser's nodes in `nodes`.

Each class declares its fields once; what is below a part, when two are equal, and how one is made
out of another (`rebuilding`) follow from that.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, ClassVar, Self

from rlslint import NamedTuple


class Part:
    """What an expression is made of: an expression, or an entry of a FROM list.

    A class declares its fields once. `__match_args__` are those that are written: plain values but
    for `inside`, which hold a Part, None or tuples of them. `bound` are filled in by binding, and
    the expressions of `repeated` are among those inside the part or the query around it. Each part
    has a `location`, a byte offset into the text that was parsed, -1 where the parser gives none.
    """

    __slots__ = ("location",)
    __match_args__: ClassVar[Any] = ()
    inside: ClassVar[tuple[str, ...]] = ()
    repeated: ClassVar[tuple[str, ...]] = ()
    bound: ClassVar[tuple[str, ...]] = ()
    written: ClassVar[tuple[str, ...]] = ()
    backwards: ClassVar[tuple[str, ...]] = ()
    fields: ClassVar[tuple[str, ...]] = ()
    location: int

    def __init_subclass__(cls) -> None:
        cls.written = cls.__match_args__
        cls.backwards = cls.inside[::-1]
        cls.fields = (*cls.written, *cls.repeated, *cls.bound)

    def contents(self) -> list[Any]:
        """Return the values of all fields but the location."""
        return [getattr(self, name) for name in self.fields]

    def copied(self) -> Self:
        """Return a part of the same contents, about which nothing has been found out yet."""
        copy = type(self).__new__(type(self))
        for name in self.fields:
            setattr(copy, name, getattr(self, name))
        copy.location = self.location
        return copy

    def children(self) -> tuple[Expr, ...]:
        """Return the expressions right below, those inside sub-selects included."""
        found: list[Expr] = []
        for name in self.inside:
            value = getattr(self, name)
            if isinstance(value, Expr):
                found.append(value)
            elif value:
                _collect(value, found)
        return tuple(found)


def _collect(values: Iterable[Any], found: list[Expr]) -> None:
    for value in values:
        if isinstance(value, Expr):
            found.append(value)
        elif isinstance(value, tuple):
            _collect(value, found)
        elif isinstance(value, Source):
            found += value.children()


class Source(Part):
    """One entry of a FROM list: a relation, a sub-select, a CTE or a function under a name.

    Two sources are the same only if they are one object. `relation` is filled in when the
    expression is bound (an object of the catalog; None for anything else than a relation).
    `query` is the sub-select or the CTE's query. `column_names` renames the columns by position.
    A `lateral` one may refer to its siblings. `merged` are the columns that JOIN … USING shares
    with a source on its left; `natural` says that NATURAL does, by names known once it is bound.
    `join` is how it is joined to those on its left, "inner", "left" or "other", `on` by what.
    `is_cte` tells of a query that WITH names: it stands among the `ctes` of a query around, and
    may be recursive.
    """

    __match_args__ = (
        "name",
        "schema",
        "alias",
        "query",
        "call",
        "column_names",
        "lateral",
        "natural",
        "join",
    )
    inside = ("query", "call")
    repeated = ("on",)
    bound = ("relation", "is_cte", "merged")
    __slots__ = (*__match_args__, *repeated, *bound)

    def __init__(
        self,
        name: str,
        schema: str,
        alias: str,
        location: int,
        query: Query | None = None,
        call: Expr | None = None,
        column_names: tuple[str, ...] = (),
        lateral: bool = False,
    ) -> None:
        self.name = name
        self.schema = schema
        self.alias = alias or name
        self.location = location
        self.query = query
        self.call = call
        self.column_names = column_names
        self.lateral = lateral
        self.merged: tuple[str, ...] = ()
        self.natural = False
        self.is_cte = False
        self.join = "inner"
        self.on: tuple[Expr, ...] = ()
        self.relation: object | None = None

    def __repr__(self) -> str:
        return f"Source({self.alias})"

    def children(self) -> tuple[Expr, ...]:
        """Return what is in FROM itself: a query that WITH names stands there."""
        return Part.children(self) if not self.is_cte else ()


OWN_ROW = Source("", "", "", -1)
"""The row of the table that a policy (or a default, a check, an index) belongs to."""


class ColumnBinding(NamedTuple):
    """What a column name stands for: column `number` of `source`, 1-based as in pg_attribute.

    For a source that is no relation (a sub-select, a function), `number` is the position in its
    output, or 0 where only the name is known.
    """

    source: Source
    number: int
    name: str


class Expr(Part):
    """An expression. Equality compares what expressions mean, not where they stand.

    `answers` keeps what was found out about the expression; it is not set before the first one.
    """

    __slots__ = ("answers",)
    answers: dict[Any, Any]

    def __eq__(self, other: object) -> bool:
        if type(self) is not type(other):
            return False
        for name in self.written:  # noqa: SIM110 (all() takes twice as long)
            if getattr(self, name) != getattr(other, name):
                return False
        return True

    def __hash__(self) -> int:
        return hash((type(self), *[getattr(self, name) for name in self.written]))

    def __repr__(self) -> str:
        fields = ", ".join([repr(getattr(self, name)) for name in self.written])
        return f"{type(self).__name__}({fields})"

    def walk(self) -> Iterator[Expr]:
        """Yield this expression and everything below it, in the order of the text."""
        waiting: list[Any] = [self]
        while waiting:
            part = waiting.pop()
            if isinstance(part, Expr):
                yield part
                for name in part.backwards:
                    waiting.append(getattr(part, name))
            elif isinstance(part, tuple):
                waiting.extend(part[::-1])
            elif isinstance(part, Source) and not part.is_cte:
                waiting += (part.call, part.query)


class Column(Expr):
    """A column reference as written; `binding` says what it means once names are resolved.

    `binding` is a ColumnBinding, the Source itself for a whole-row reference, or None where
    PostgreSQL would find no such column.
    """

    __match_args__ = ("names",)
    bound = ("binding", "unknown")
    __slots__ = (*__match_args__, *bound)

    def __init__(self, names: tuple[str, ...], location: int = -1) -> None:
        self.names = names
        self.location = location
        self.binding: ColumnBinding | Source | None = None
        self.unknown = False

    @property
    def name(self) -> str:
        return self.names[-1]

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Column):
            return False
        if self.binding is None and other.binding is None:
            return self.names == other.names
        return self.binding == other.binding

    def __hash__(self) -> int:
        return hash(self.binding if self.binding is not None else self.names)


class Constant(Expr):
    """A literal; None is NULL. Numbers that are no integers stay strings."""

    __match_args__ = ("value",)
    __slots__ = __match_args__

    def __init__(self, value: str | int | bool | None, location: int = -1) -> None:
        self.value = value
        self.location = location

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Constant):
            return False
        return type(self.value) is type(other.value) and self.value == other.value

    def __hash__(self) -> int:
        return hash((type(self.value), self.value))


class Parameter(Expr):
    """`$1`: an argument of a function, or a bind parameter."""

    __match_args__ = ("number",)
    __slots__ = __match_args__

    def __init__(self, number: int, location: int = -1) -> None:
        self.number = number
        self.location = location


class Call(Expr):
    """A function call; also COALESCE, NULLIF, GREATEST, LEAST, CURRENT_USER and their like.

    `name` has one lower-case word for what is no function of a schema. `function` is filled in
    when the expression is bound: the function of the history that is called, else None.
    """

    __match_args__ = ("name", "arguments")
    inside = ("arguments",)
    bound = ("function", "unknown")
    __slots__ = (*__match_args__, *bound)

    def __init__(
        self, name: tuple[str, ...], arguments: tuple[Expr, ...], location: int = -1
    ) -> None:
        self.name = name[1:] if len(name) == 2 and name[0] == "pg_catalog" else name
        self.arguments = arguments
        self.location = location
        self.function: object | None = None
        self.unknown = False


class Operator(Expr):
    """`left symbol right`. `quantifier` is "any" or "all" for IN, ANY and ALL over an array.

    LIKE is `~~`, IS [NOT] DISTINCT FROM keeps its words in lower case, a prefix operator has no
    `left`.
    """

    __match_args__ = ("symbol", "left", "right", "quantifier")
    inside = ("left", "right")
    __slots__ = __match_args__

    def __init__(
        self,
        symbol: str,
        left: Expr | None,
        right: Expr,
        quantifier: str = "",
        location: int = -1,
    ) -> None:
        self.symbol = symbol
        self.left = left
        self.right = right
        self.quantifier = quantifier
        self.location = location


class And(Expr):
    """A conjunction; nested ones are flattened."""

    __match_args__ = ("arguments",)
    inside = ("arguments",)
    __slots__ = __match_args__

    def __init__(self, arguments: tuple[Expr, ...], location: int = -1) -> None:
        self.arguments = arguments
        self.location = location


class Or(Expr):
    """A disjunction; nested ones are flattened."""

    __match_args__ = ("arguments",)
    inside = ("arguments",)
    __slots__ = __match_args__

    def __init__(self, arguments: tuple[Expr, ...], location: int = -1) -> None:
        self.arguments = arguments
        self.location = location


class Not(Expr):
    """A negation."""

    __match_args__ = ("argument",)
    inside = ("argument",)
    __slots__ = __match_args__

    def __init__(self, argument: Expr, location: int = -1) -> None:
        self.argument = argument
        self.location = location


class IsNull(Expr):
    """`argument IS [NOT] NULL`."""

    __match_args__ = ("argument", "negated")
    inside = ("argument",)
    __slots__ = __match_args__

    def __init__(self, argument: Expr, negated: bool, location: int = -1) -> None:
        self.argument = argument
        self.negated = negated
        self.location = location


class IsTruth(Expr):
    """`argument IS [NOT] TRUE | FALSE | UNKNOWN`; `value` is None for UNKNOWN."""

    __match_args__ = ("argument", "value", "negated")
    inside = ("argument",)
    __slots__ = __match_args__

    def __init__(
        self, argument: Expr, value: bool | None, negated: bool, location: int = -1
    ) -> None:
        self.argument = argument
        self.value = value
        self.negated = negated
        self.location = location


class Cast(Expr):
    """A conversion to a type, named as PostgreSQL keeps it (`int4`, `uuid`, `text[]`)."""

    __match_args__ = ("argument", "type")
    inside = ("argument",)
    __slots__ = __match_args__

    def __init__(self, argument: Expr, type_name: str, location: int = -1) -> None:
        self.argument = argument
        self.type = type_name
        self.location = location


class Case(Expr):
    """CASE; `subject` is None for the searched form, `otherwise` is None without ELSE."""

    __match_args__ = ("subject", "branches", "otherwise")
    inside = ("subject", "branches", "otherwise")
    __slots__ = __match_args__

    def __init__(
        self,
        subject: Expr | None,
        branches: tuple[tuple[Expr, Expr], ...],
        otherwise: Expr | None,
        location: int = -1,
    ) -> None:
        self.subject = subject
        self.branches = branches
        self.otherwise = otherwise
        self.location = location


class Items(Expr):
    """ARRAY[…], ROW(…) or the list behind IN."""

    __match_args__ = ("items", "kind")
    inside = ("items",)
    __slots__ = __match_args__

    def __init__(self, items: tuple[Expr, ...], kind: str, location: int = -1) -> None:
        self.items = items
        self.kind = kind
        self.location = location


class SubSelect(Expr):
    """A sub-select: `kind` is exists, scalar, array, any or all.

    For any and all, `left` is compared with each row by `symbol` (IN is any with `=`).
    """

    __match_args__ = ("kind", "left", "query", "symbol")
    inside = ("left", "query")
    __slots__ = __match_args__

    def __init__(
        self, kind: str, left: Expr | None, query: Query, symbol: str = "", location: int = -1
    ) -> None:
        self.kind = kind
        self.left = left
        self.query = query
        self.symbol = symbol
        self.location = location


class Other(Expr):
    """Anything else (a subscript, a field, COLLATE, a window); `tag` is the parser's name."""

    __match_args__ = ("tag", "arguments", "detail")
    inside = ("arguments",)
    __slots__ = __match_args__

    def __init__(
        self, tag: str, arguments: tuple[Expr, ...], detail: str = "", location: int = -1
    ) -> None:
        self.tag = tag
        self.arguments = arguments
        self.detail = detail
        self.location = location


class Query(Expr):
    """A SELECT: what it reads from, what it puts out, and the conditions on the way.

    `outputs` are the columns put out with their names; binding replaces a `*` by the columns that
    it means. `conditions` are WHERE, the ON clauses of joins and HAVING, in this order; `having` is
    the last of these; `inner_only` is False where an outer join makes ON clauses no conditions on
    the result. `rows` are those of VALUES. `grouping`, `distinct`, `ordering` and `limits` are the
    expressions of GROUP BY, DISTINCT ON, ORDER BY (with whether they descend) and of LIMIT and
    OFFSET; `grouped` tells of GROUP BY and of any DISTINCT. `arms` are the two sides of UNION,
    INTERSECT or EXCEPT: then `set_operation` names it, and `keeps_duplicates` tells of its ALL.
    `ctes` are the WITH queries by name; `recursive` lets them name themselves. `new_names` are what
    a WITH clause calls the first columns, until binding has replaced every `*`.
    """

    __match_args__ = (
        "sources",
        "outputs",
        "output_names",
        "conditions",
        "rows",
        "grouping",
        "distinct",
        "ordering",
        "limits",
        "set_operation",
        "arms",
        "ctes",
        "inner_only",
        "grouped",
        "recursive",
        "keeps_duplicates",
    )
    inside = (
        "outputs",
        "conditions",
        "rows",
        "grouping",
        "distinct",
        "ordering",
        "limits",
        "arms",
        "ctes",
        "sources",
    )
    repeated = ("having",)
    __slots__ = (*__match_args__, *repeated, "new_names")

    def __init__(
        self,
        sources: tuple[Source, ...],
        outputs: tuple[Expr, ...],
        output_names: tuple[str, ...],
        conditions: tuple[Expr, ...],
        ctes: tuple[tuple[str, Query], ...] = (),
        inner_only: bool = True,
        location: int = -1,
    ) -> None:
        self.sources = sources
        self.outputs = outputs
        self.output_names = output_names
        self.conditions = conditions
        self.rows: tuple[Items, ...] = ()
        self.grouping: tuple[Expr, ...] = ()
        self.distinct: tuple[Expr, ...] = ()
        self.ordering: tuple[tuple[Expr, bool], ...] = ()
        self.limits: tuple[Expr | None, Expr | None] = (None, None)
        self.set_operation = ""
        self.arms: tuple[Query, ...] = ()
        self.ctes = ctes
        self.inner_only = inner_only
        self.grouped = False
        self.recursive = False
        self.having: Expr | None = None
        self.keeps_duplicates = False
        self.new_names: tuple[str, ...] = ()
        self.location = location

    @property
    def has_star(self) -> bool:
        """Whether a `*` stands for columns that are not known yet."""
        return any(isinstance(output, Column) and output.name == "*" for output in self.outputs)

    def rename_outputs(self, names: tuple[str, ...]) -> None:
        """Call the first columns `names`, once it is known which these are."""
        if self.has_star or any(arm.has_star for arm in self.arms):
            self.new_names = names
        else:
            self.output_names = (*names, *self.output_names[len(names) :])

    @property
    def limited(self) -> bool:
        """Whether there is a LIMIT or an OFFSET."""
        return self.limits != (None, None)

    @property
    def trailing(self) -> tuple[Expr, ...]:
        """The expressions behind the conditions: they may name outputs."""
        ordering = [part for part, _ in self.ordering]
        limits = [part for part in self.limits if part is not None]
        return (*self.grouping, *self.distinct, *ordering, *limits)


def is_null_constant(expression: Expr) -> bool:
    """Tell whether an expression is a written NULL, whatever type it is cast to."""
    found = without_casts(expression)
    return isinstance(found, Constant) and found.value is None


def without_casts(expression: Expr) -> Expr:
    """Return what stands below the casts around an expression."""
    while isinstance(expression, Cast):
        expression = expression.argument
    return expression
