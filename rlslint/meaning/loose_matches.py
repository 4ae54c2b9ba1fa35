"""Comparisons with the caller that hold for more than one value: patterns, prefixes, parts."""

from __future__ import annotations

from collections.abc import Iterator

from rlslint import NamedTuple
from rlslint.catalog.answers import remembered
from rlslint.meaning.bounds import bound_of
from rlslint.meaning.branches import branches
from rlslint.meaning.callers import query_reads
from rlslint.meaning.context import ContextFunctions, ContextRead, context_reads
from rlslint.sql.expressions import (
    And,
    Call,
    Cast,
    Column,
    ColumnBinding,
    Constant,
    Expr,
    IsNull,
    IsTruth,
    Items,
    Operator,
    Or,
    Query,
    SubSelect,
    without_casts,
)

_LIKE = ("~~", "~~*")
_REGULAR = ("~", "~*")
_LOOSE = frozenset(_LIKE) | frozenset(_REGULAR) | {"^@"}
_ESCAPING = frozenset(("replace", "regexp_replace", "translate", "quote_literal", "quote_ident"))
_MATCHING = frozenset(
    ("regexp_like", "textlike", "texticlike", "like", "textregexeq", "texticregexeq", "bpcharlike")
)
"""The functions behind LIKE and regular expressions (pg_operator.oprcode), and those like them."""

_NUMBERS = frozenset(("int2", "int4", "int8", "oid"))
_WILDCARDS = "%_"


class LooseMatch(NamedTuple):
    """A comparison by which a value of the caller's stands for several.

    `kind` is pattern, prefix or part; `expression` is what to mark.
    """

    kind: str
    expression: Expr
    reads: tuple[ContextRead, ...]


@remembered
def loose_matches(expression: Expr, functions: ContextFunctions) -> tuple[LooseMatch, ...]:
    """Return the loose matches on which a branch rests: nothing else in it binds the rows."""
    found: dict[Expr, LooseMatch] = {}
    for branch in branches(expression):
        matches = [match for part in branch for match in _matches(part, functions)]
        if matches and not any(_binds_exactly(part, functions) for part in branch):
            found.update((match.expression, match) for match in matches)
    return tuple(found.values())


def _binds_exactly(conjunct: Expr, functions: ContextFunctions) -> bool:
    return bound_of(conjunct, functions) is not None and not any(_matches(conjunct, functions))


def _matches(expression: Expr, functions: ContextFunctions) -> Iterator[LooseMatch]:
    """Yield what has to match for a condition to be true, that of sub-selects included."""
    match expression:
        case And(arguments) | Or(arguments):
            for argument in arguments:
                yield from _matches(argument, functions)
        case IsTruth(argument, True, False):
            yield from _matches(argument, functions)
        case SubSelect(("exists" | "any"), _, query):
            yield from _in_query(query, functions)
        case _:
            found = _match(expression, functions)
            if found is not None:
                yield found


def _in_query(query: Query, functions: ContextFunctions) -> Iterator[LooseMatch]:
    listed = any(s.call is not None and context_reads(s.call, functions) for s in query.sources)
    if query_reads(query, functions) and not listed:
        # Something else in it finds the rows of the caller.
        return
    for condition in query.conditions:
        yield from _matches(condition, functions)
    for arm in query.arms:
        yield from _in_query(arm, functions)


def _match(expression: Expr, functions: ContextFunctions) -> LooseMatch | None:
    match expression:
        case Operator(symbol, Expr() as text, pattern) if symbol in _LOOSE:
            if symbol in _LIKE and _has_column(pattern) and context_reads(text, functions):
                return _of("part", expression, pattern, text, _is_part(pattern), functions)
            kind = "prefix" if symbol == "^@" else "pattern"
            loose = {"^@": _is_open_prefix}.get(symbol, _is_open_pattern)
            return _of(kind, expression, text, pattern, loose(pattern, functions), functions)
        case Call(("starts_with",), (text, prefix)):
            loose_prefix = _is_open_prefix(prefix, functions)
            return _of("prefix", expression, text, prefix, loose_prefix, functions)
        case Call((name,), (text, pattern, *_)) if name in _MATCHING:
            open_pattern = _is_open_pattern(pattern, functions)
            return _of("pattern", expression, text, pattern, open_pattern, functions)
        case IsNull(
            Call((("regexp_match" | "substring" | "regexp_substr"),), (text, pattern)), True
        ):
            open_pattern = _is_open_pattern(pattern, functions)
            return _of("pattern", expression, text, pattern, open_pattern, functions)
        case Operator(">" | ">=" | "<>" | "=" | "<" | "<=", Expr() as left, right):
            return _position(expression, left, right, functions) or _start(
                expression, left, right, functions
            )
        case _:
            return None


def _of(
    kind: str,
    expression: Expr,
    text: Expr,
    pattern: Expr,
    is_loose: bool,
    functions: ContextFunctions,
) -> LooseMatch | None:
    """Return the match of a column's text with what the caller's context makes."""
    reads = context_reads(pattern, functions) or _listed(pattern, functions)
    if not is_loose or not reads or context_reads(text, functions) or not _has_column(text):
        return None
    return LooseMatch(kind, expression, reads)


def _position(
    expression: Expr, left: Expr, right: Expr, functions: ContextFunctions
) -> LooseMatch | None:
    """`strpos(a, b) > 0`: one of a and b is a column's, the other the caller's."""
    for side in (left, right):
        match side:
            case Call((("strpos" | "position"),), (whole, part)):
                delimited = _is_enclosed(whole) and _is_enclosed(part)
                one = _of("part", expression, whole, part, not delimited, functions)
                return one or _of("part", expression, part, whole, not delimited, functions)
    return None


def _start(
    expression: Expr, left: Expr, right: Expr, functions: ContextFunctions
) -> LooseMatch | None:
    """`left(column, length(caller)) = caller`: the length is the caller's as well."""
    for side, other in ((left, right), (right, left)):
        match without_casts(side):
            case Call((("left" | "substr" | "substring" | "right"),), (text, *lengths)):
                measured = any(context_reads(length, functions) for length in lengths)
                return _of("prefix", expression, text, other, measured, functions)
    return None


def _listed(pattern: Expr, functions: ContextFunctions) -> tuple[ContextRead, ...]:
    """Return the context of a list of which a pattern is one: `unnest(…) AS t (pattern)`."""
    return tuple(
        read
        for part in pattern.walk()
        if isinstance(part, Column)
        and isinstance(part.binding, ColumnBinding)
        and part.binding.source.call is not None
        for read in context_reads(part.binding.source.call, functions)
    )


def _is_part(pattern: Expr) -> bool:
    """Tell whether a pattern made of a row's value is found in other values than this one."""
    parts = _parts(pattern)
    for number, part in enumerate(parts):
        if _has_column(part):
            before = parts[number - 1] if number else None
            after = parts[number + 1] if number + 1 < len(parts) else None
            if not (before and after and _ends(before, -1) and _ends(after, 0)):
                return True
    return False


def _has_column(expression: Expr) -> bool:
    return any(isinstance(part, Column) for part in expression.walk())


def _is_open_pattern(pattern: Expr, functions: ContextFunctions) -> bool:
    """Tell whether a pattern made of the context may match more than one value of it."""
    if isinstance(pattern, SubSelect | Items):
        return True
    parts = _parts(pattern)
    for number, part in enumerate(parts):
        if not context_reads(part, functions) and not _listed(part, functions):
            continue
        if not _is_plain(part):
            return True
        before = parts[number - 1] if number else None
        after = parts[number + 1] if number + 1 < len(parts) else None
        if not _has_fixed_length(part) and not (_ends(before, -1) and _ends(after, 0)):
            return True
    return False


def _is_open_prefix(prefix: Expr, functions: ContextFunctions) -> bool:
    last = _parts(prefix)[-1]
    if context_reads(last, functions):
        return not _has_fixed_length(last)
    return not _ends(last, -1)


def _is_enclosed(expression: Expr) -> bool:
    parts = _parts(expression)
    return len(parts) > 2 and all(
        isinstance(without_casts(part), Constant) for part in (parts[0], parts[-1])
    )


def _parts(expression: Expr) -> list[Expr]:
    """Return the pieces of which a text is put together."""
    match expression:
        case Operator("||", Expr() as left, right):
            return _parts(left) + _parts(right)
        case Call((("concat" | "concat_ws"),), arguments):
            return [part for argument in arguments for part in _parts(argument)]
        case Call((("similar_to_escape" | "like_escape"),), (first, *_)):
            return _parts(first)
        case Cast(argument, "text") if not isinstance(argument, Cast):
            return _parts(argument) if isinstance(argument, Operator) else [expression]
        case _:
            return [expression]


def _ends(part: Expr | None, at: int) -> bool:
    """Tell whether a piece, or the end of the text, ends a number beside it."""
    if part is None:
        return True
    constant = without_casts(part)
    if not isinstance(constant, Constant) or not isinstance(constant.value, str):
        return False
    character = constant.value[at : at + 1] if at == 0 else constant.value[-1:]
    return bool(character) and not character.isalnum() and character not in _WILDCARDS + ".*"


def _is_plain(part: Expr) -> bool:
    """Tell whether nothing in a piece can be a wildcard: a number, a UUID, or escaped."""
    if _has_fixed_length(part) or _is_number(part):
        return True
    return any(isinstance(one, Call) and one.name[-1] in _ESCAPING for one in part.walk())


def _is_number(part: Expr) -> bool:
    return any(isinstance(one, Cast) and one.type in _NUMBERS for one in part.walk())


def _has_fixed_length(part: Expr) -> bool:
    return any(isinstance(one, Cast) and one.type == "uuid" for one in part.walk())
