"""Expressions: a small typed family, built from the parser's nodes in `nodes`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, ClassVar, NamedTuple


class Source:
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

    __slots__ = (
        "alias",
        "call",
        "column_names",
        "is_cte",
        "join",
        "lateral",
        "location",
        "merged",
        "name",
        "natural",
        "on",
        "query",
        "relation",
        "schema",
    )

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


class Expr:
    """An expression. Equality compares what expressions mean, not where they stand.

    `location` is a byte offset into the text that was parsed, -1 where the parser gives none.
    `answers` keeps what was found out about the expression; it is not set before the first one.
    """

    __slots__ = ("answers", "location")
    parts: ClassVar[tuple[str, ...]] = ()
    location: int
    answers: dict[Any, Any]

    def __eq__(self, other: object) -> bool:
        if type(self) is not type(other):
            return False
        return all(getattr(self, part) == getattr(other, part) for part in self.parts)

    def __hash__(self) -> int:
        return hash((type(self).__name__, *(getattr(self, part) for part in self.parts)))

    def __repr__(self) -> str:
        fields = ", ".join(repr(getattr(self, part)) for part in self.parts)
        return f"{type(self).__name__}({fields})"

    def children(self) -> tuple[Expr, ...]:
        """Return the expressions right below, those inside sub-selects included."""
        return ()

    def walk(self) -> Iterator[Expr]:
        """Yield this expression and everything below it, in the order of the text."""
        waiting: list[Expr] = [self]
        while waiting:
            part = waiting.pop()
            yield part
            waiting.extend(reversed(part.children()))


class Column(Expr):
    """A column reference as written; `binding` says what it means once names are resolved.

    `binding` is a ColumnBinding, the Source itself for a whole-row reference, or None where
    PostgreSQL would find no such column.
    """

    __slots__ = ("binding", "names", "unknown")
    __match_args__ = ("names",)
    parts = ("names",)

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

    __slots__ = ("value",)
    __match_args__ = ("value",)
    parts = ("value",)

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

    __slots__ = ("number",)
    __match_args__ = ("number",)
    parts = ("number",)

    def __init__(self, number: int, location: int = -1) -> None:
        self.number = number
        self.location = location


class Call(Expr):
    """A function call; also COALESCE, NULLIF, GREATEST, LEAST, CURRENT_USER and their like.

    `name` has one lower-case word for what is no function of a schema. `function` is filled in
    when the expression is bound: the function of the history that is called, else None.
    """

    __slots__ = ("arguments", "function", "name", "unknown")
    __match_args__ = ("name", "arguments")
    parts = ("name", "arguments")

    def __init__(
        self, name: tuple[str, ...], arguments: tuple[Expr, ...], location: int = -1
    ) -> None:
        self.name = name[1:] if len(name) == 2 and name[0] == "pg_catalog" else name
        self.arguments = arguments
        self.location = location
        self.function: object | None = None
        self.unknown = False

    def children(self) -> tuple[Expr, ...]:
        return self.arguments


class Operator(Expr):
    """`left symbol right`. `quantifier` is "any" or "all" for IN, ANY and ALL over an array.

    LIKE is `~~`, IS [NOT] DISTINCT FROM keeps its words in lower case, a prefix operator has no
    `left`.
    """

    __slots__ = ("left", "quantifier", "right", "symbol")
    __match_args__ = ("symbol", "left", "right")
    parts = ("symbol", "left", "right", "quantifier")

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

    def children(self) -> tuple[Expr, ...]:
        return (self.right,) if self.left is None else (self.left, self.right)


class And(Expr):
    """A conjunction; nested ones are flattened."""

    __slots__ = ("arguments",)
    __match_args__ = ("arguments",)
    parts = ("arguments",)

    def __init__(self, arguments: tuple[Expr, ...], location: int = -1) -> None:
        self.arguments = arguments
        self.location = location

    def children(self) -> tuple[Expr, ...]:
        return self.arguments


class Or(Expr):
    """A disjunction; nested ones are flattened."""

    __slots__ = ("arguments",)
    __match_args__ = ("arguments",)
    parts = ("arguments",)

    def __init__(self, arguments: tuple[Expr, ...], location: int = -1) -> None:
        self.arguments = arguments
        self.location = location

    def children(self) -> tuple[Expr, ...]:
        return self.arguments


class Not(Expr):
    """A negation."""

    __slots__ = ("argument",)
    __match_args__ = ("argument",)
    parts = ("argument",)

    def __init__(self, argument: Expr, location: int = -1) -> None:
        self.argument = argument
        self.location = location

    def children(self) -> tuple[Expr, ...]:
        return (self.argument,)


class IsNull(Expr):
    """`argument IS [NOT] NULL`."""

    __slots__ = ("argument", "negated")
    __match_args__ = ("argument", "negated")
    parts = ("argument", "negated")

    def __init__(self, argument: Expr, negated: bool, location: int = -1) -> None:
        self.argument = argument
        self.negated = negated
        self.location = location

    def children(self) -> tuple[Expr, ...]:
        return (self.argument,)


class IsTruth(Expr):
    """`argument IS [NOT] TRUE | FALSE | UNKNOWN`; `value` is None for UNKNOWN."""

    __slots__ = ("argument", "negated", "value")
    __match_args__ = ("argument", "value", "negated")
    parts = ("argument", "value", "negated")

    def __init__(
        self, argument: Expr, value: bool | None, negated: bool, location: int = -1
    ) -> None:
        self.argument = argument
        self.value = value
        self.negated = negated
        self.location = location

    def children(self) -> tuple[Expr, ...]:
        return (self.argument,)


class Cast(Expr):
    """A conversion to a type, named as PostgreSQL keeps it (`int4`, `uuid`, `text[]`)."""

    __slots__ = ("argument", "type")
    __match_args__ = ("argument", "type")
    parts = ("argument", "type")

    def __init__(self, argument: Expr, type_name: str, location: int = -1) -> None:
        self.argument = argument
        self.type = type_name
        self.location = location

    def children(self) -> tuple[Expr, ...]:
        return (self.argument,)


class Case(Expr):
    """CASE; `subject` is None for the searched form, `otherwise` is None without ELSE."""

    __slots__ = ("branches", "otherwise", "subject")
    __match_args__ = ("subject", "branches", "otherwise")
    parts = ("subject", "branches", "otherwise")

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

    def children(self) -> tuple[Expr, ...]:
        found = [] if self.subject is None else [self.subject]
        found += [part for branch in self.branches for part in branch]
        return tuple(found) if self.otherwise is None else (*found, self.otherwise)


class Items(Expr):
    """ARRAY[…], ROW(…) or the list behind IN."""

    __slots__ = ("items", "kind")
    __match_args__ = ("items",)
    parts = ("kind", "items")

    def __init__(self, kind: str, items: tuple[Expr, ...], location: int = -1) -> None:
        self.kind = kind
        self.items = items
        self.location = location

    def children(self) -> tuple[Expr, ...]:
        return self.items


class SubSelect(Expr):
    """A sub-select: `kind` is exists, scalar, array, any or all.

    For any and all, `left` is compared with each row by `symbol` (IN is any with `=`).
    """

    __slots__ = ("kind", "left", "query", "symbol")
    __match_args__ = ("kind", "left", "query")
    parts = ("kind", "left", "symbol", "query")

    def __init__(
        self, kind: str, left: Expr | None, symbol: str, query: Query, location: int = -1
    ) -> None:
        self.kind = kind
        self.left = left
        self.symbol = symbol
        self.query = query
        self.location = location

    def children(self) -> tuple[Expr, ...]:
        return (self.query,) if self.left is None else (self.left, self.query)


class Other(Expr):
    """Anything else (a subscript, a field, COLLATE, a window); `tag` is the parser's name."""

    __slots__ = ("arguments", "detail", "tag")
    __match_args__ = ("tag", "arguments")
    parts = ("tag", "detail", "arguments")

    def __init__(
        self, tag: str, detail: str, arguments: tuple[Expr, ...], location: int = -1
    ) -> None:
        self.tag = tag
        self.detail = detail
        self.arguments = arguments
        self.location = location

    def children(self) -> tuple[Expr, ...]:
        return self.arguments


class Query(Expr):
    """A SELECT: what it reads from, what it puts out, and the conditions on the way.

    `conditions` are WHERE, the ON clauses of joins and HAVING, in this order; `inner_only` is
    False where an outer join makes ON clauses no conditions on the result. `outputs` are
    the columns put out with their names; `values` the rows of VALUES. `arms` are the two sides of
    UNION, INTERSECT or EXCEPT (then `set_operation` names it). `others` are the expressions of
    GROUP BY, ORDER BY, LIMIT and DISTINCT ON. `ctes` are the WITH queries by name; `recursive`
    lets them name themselves. Binding replaces a `*` in `outputs` by the columns that it means.
    `limited` tells of LIMIT or OFFSET, `grouped` of GROUP BY or aggregation by DISTINCT. `grouping`
    are the expressions of GROUP BY, `having` is one of the conditions, `ordering` are the
    expressions of ORDER BY with whether they descend, `limits` those of LIMIT and OFFSET;
    `keeps_duplicates` tells of UNION ALL and its like.
    """

    __slots__ = (
        "arms",
        "conditions",
        "ctes",
        "grouped",
        "grouping",
        "having",
        "inner_only",
        "keeps_duplicates",
        "limited",
        "limits",
        "ordering",
        "others",
        "output_names",
        "outputs",
        "recursive",
        "set_operation",
        "sources",
    )
    parts = ("sources", "outputs", "conditions", "others", "set_operation", "arms")

    def __init__(
        self,
        sources: tuple[Source, ...],
        outputs: tuple[Expr, ...],
        output_names: tuple[str, ...],
        conditions: tuple[Expr, ...],
        others: tuple[Expr, ...] = (),
        set_operation: str = "",
        arms: tuple[Query, ...] = (),
        ctes: tuple[tuple[str, Query], ...] = (),
        inner_only: bool = True,
        limited: bool = False,
        grouped: bool = False,
        location: int = -1,
        recursive: bool = False,
    ) -> None:
        self.recursive = recursive
        self.sources = sources
        self.outputs = outputs
        self.output_names = output_names
        self.conditions = conditions
        self.others = others
        self.set_operation = set_operation
        self.arms = arms
        self.ctes = ctes
        self.inner_only = inner_only
        self.limited = limited
        self.grouped = grouped
        self.grouping: tuple[Expr, ...] = ()
        self.having: Expr | None = None
        self.keeps_duplicates = False
        self.ordering: tuple[tuple[Expr, bool], ...] = ()
        self.limits: tuple[Expr | None, Expr | None] = (None, None)
        self.location = location

    def children(self) -> tuple[Expr, ...]:
        found = [*self.outputs, *self.conditions, *self.others, *self.arms]
        found += [query for _, query in self.ctes]
        for source in self.sources:
            if source.query is not None and not source.is_cte:
                found.append(source.query)
            if source.call is not None:
                found.append(source.call)
        return tuple(found)


def is_null_constant(expression: Expr) -> bool:
    """Tell whether an expression is a written NULL, whatever type it is cast to."""
    while isinstance(expression, Cast):
        expression = expression.argument
    return isinstance(expression, Constant) and expression.value is None
