"""Whether a predicate binds the rows to the caller, by which columns and by what."""

from __future__ import annotations

from rlslint import NamedTuple
from rlslint.catalog.answers import remembered
from rlslint.catalog.facts import GivenUp, UnknownFact
from rlslint.catalog.functions import Function
from rlslint.catalog.model import Relation
from rlslint.meaning import CONTAINMENTS, KNOWN_FUNCTIONS, PATTERNS, inner_query
from rlslint.meaning.branches import (
    Admission,
    Branch,
    all_branches,
    branches_or_whole,
    is_never,
)
from rlslint.meaning.callers import caller_reads, query_below, query_reads
from rlslint.meaning.context import (
    ContextFunctions,
    ContextRead,
    context_reads,
    is_own,
    is_row_free,
    own_columns,
    read_of,
)
from rlslint.meaning.deciding import truths
from rlslint.meaning.simplifying import conjunction, simplified
from rlslint.meaning.worlds import Situation
from rlslint.sql.expressions import (
    And,
    Call,
    Case,
    Cast,
    Column,
    ColumnBinding,
    Constant,
    Expr,
    IsNull,
    IsTruth,
    Items,
    Not,
    Operator,
    Or,
    Query,
    Source,
    SubSelect,
)
from rlslint.sql.operations import AGGREGATES

_NOTHING: ContextFunctions = frozenset()


class Bound(NamedTuple):
    """A condition that ties own-row columns to the caller.

    `form` is equality, membership (a set of values that depends on the caller), pattern (LIKE and
    its like), helper (a function that takes the columns and reads the context) or delegated (rows
    of another table whose own policies decide; then `relations` are those tables).
    """

    form: str
    columns: frozenset[int]
    reads: tuple[ContextRead, ...]
    expression: Expr
    relations: tuple[Relation, ...] = ()


class UnboundedBranch(NamedTuple):
    """A branch that admits rows without binding them to the caller.

    `kind` is constant, row flag (own-row columns against constants), gate (decides about the
    session, the same for every row), exclusion (keeps some of the caller's rows out, such as
    `<>`) or opaque (something not known takes part). `expression` is what to mark.
    """

    kind: str
    expression: Expr
    conjuncts: Branch
    reads: tuple[ContextRead, ...]


def bounds_of(expression: Expr, functions: ContextFunctions = _NOTHING) -> tuple[Bound, ...]:
    """Return every bound in a predicate, whatever branch it stands in."""
    found: dict[Expr, Bound] = {}
    for branch in branches_or_whole(expression):
        for conjunct in branch:
            bound = bound_of(conjunct, functions)
            if bound is not None:
                found.setdefault(bound.expression, bound)
    return tuple(found.values())


def tenant_columns(expression: Expr, functions: ContextFunctions = _NOTHING) -> frozenset[int]:
    """Return the own-row columns that a predicate compares with the caller's context."""
    return frozenset(
        column
        for bound in bounds_of(expression, functions)
        if bound.form in ("equality", "membership", "helper")
        for column in bound.columns
    )


def is_bounded(
    expression: Expr,
    not_null: frozenset[int] = frozenset(),
    functions: ContextFunctions = _NOTHING,
) -> bool:
    """Tell whether every branch that can be true binds the rows to the caller.

    Raises UnknownFact where only something unknown could bind them.
    """
    unbounded = unbounded_branches(expression, not_null, functions)
    if not unbounded:
        return True
    certain = [branch for branch in unbounded if branch.kind != "opaque"]
    if not certain:
        raise UnknownFact(unbounded[0].expression, "what it binds", None)
    return False


@remembered
def unbounded_branches(
    expression: Expr,
    not_null: frozenset[int] = frozenset(),
    functions: ContextFunctions = _NOTHING,
) -> tuple[UnboundedBranch, ...]:
    """Return the branches that can be true and bind nothing, with what they are.

    Raises GivenUp where there are too many branches to tell.
    """
    every = all_branches(expression)
    if every is None and _Bounds(functions).when(simplified(expression)) is None:
        raise GivenUp(expression)
    found: list[UnboundedBranch] = []
    for branch in every or ():
        if any(bound_of(conjunct, functions) is not None for conjunct in branch):
            continue
        whole = conjunction(branch, -1) if branch else Constant(True)
        if True not in truths(whole, Situation(not_null)):
            continue
        found.append(_unbounded(branch, expression, functions))
    return tuple(found)


_KINDS = ("opaque", "exclusion", "gate", "row flag", "constant")
"""Which kind names a branch when its conjuncts are of several, first one first."""


def _unbounded(branch: Branch, whole: Expr, functions: ContextFunctions) -> UnboundedBranch:
    kinds = [kind_of(conjunct, functions) for conjunct in branch]
    kind = next((kind for kind in _KINDS if kind in kinds), "constant")
    marked = branch[kinds.index(kind)] if kind in kinds else whole
    reads = tuple(read for conjunct in branch for read in context_reads(conjunct, functions))
    return UnboundedBranch(kind, marked, branch, reads)


def kind_of(conjunct: Expr, functions: ContextFunctions = _NOTHING) -> str:
    """Return what a conjunct that binds nothing is; see UnboundedBranch."""
    if _is_opaque(conjunct, functions):
        return "opaque"
    columns, reads = own_columns(conjunct), context_reads(conjunct, functions)
    selects = any(isinstance(part, SubSelect) and part.query.sources for part in conjunct.walk())
    match bool(columns), bool(reads):
        case True, True:
            return "exclusion"
        case True, False:
            return "row flag"
        case False, _ if reads or selects:
            return "gate"
        case _:
            return "constant" if is_row_free(conjunct, functions) else "gate"


def _is_opaque(expression: Expr, functions: ContextFunctions) -> bool:
    for part in expression.walk():
        match part:
            case Column() if part.unknown or part.binding is None:
                return True
            case Call(name) if part.unknown or _is_unknown_call(part, name, functions):
                return True
    return False


def _is_unknown_call(call: Call, name: tuple[str, ...], functions: ContextFunctions) -> bool:
    if isinstance(call.function, Function):
        from rlslint.meaning.bodies import reads_context, tables_read

        try:
            return bool(tables_read(call.function)) or reads_context(call.function, functions)
        except UnknownFact:
            return True
    if read_of(call, functions) is not None:
        return False
    return len(name) > 1 or name[0] not in KNOWN_FUNCTIONS


@remembered
def bound_of(conjunct: Expr, functions: ContextFunctions = _NOTHING) -> Bound | None:
    """Return how one conjunct ties the own row to the caller, None if it does not."""
    match conjunct:
        case IsTruth(argument, True, False):
            return bound_of(argument, functions)
        case Operator(symbol, left, right) if left is not None:
            return _comparison(conjunct, symbol, left, right, functions)
        case SubSelect():
            return _sub_select(conjunct, functions)
        case IsNull(argument, True) if (found := _found(argument)) is not None:
            return _sub_select(found, functions)
        case Call() if conjunct.function is not None or len(conjunct.name) == 1:
            return _call(conjunct, functions)
        case And(arguments):
            bounds = (bound_of(argument, functions) for argument in arguments)
            return next((bound for bound in bounds if bound is not None), None)
        case Or() | Case():
            return _every_branch(conjunct, functions)
        case _:
            return None


class _Bounds(Admission["tuple[Bound, ...] | None"]):
    """What ties the own row to the caller in every way to be true; None where one does not."""

    def __init__(self, functions: ContextFunctions) -> None:
        self.functions = functions

    def condition(self, condition: Expr) -> tuple[Bound, ...] | None:
        if is_never(condition):
            return ()
        found = bound_of(condition, self.functions)
        return None if found is None else (found,)

    def any_of(self, parts: list[tuple[Bound, ...] | None]) -> tuple[Bound, ...] | None:
        tied = [part for part in parts if part is not None]
        return None if len(tied) < len(parts) else tuple(one for part in tied for one in part)

    def all_of(self, parts: list[tuple[Bound, ...] | None]) -> tuple[Bound, ...] | None:
        return () if () in parts else next((part for part in parts if part is not None), None)


def _every_branch(expression: Expr, functions: ContextFunctions) -> Bound | None:
    bounds = _Bounds(functions).when(simplified(expression))
    if not bounds:
        return None
    columns = frozenset(column for bound in bounds for column in bound.columns)
    reads = tuple(read for bound in bounds for read in bound.reads)
    return Bound(bounds[0].form, columns, reads, expression)


def _comparison(
    operator: Operator, symbol: str, left: Expr, right: Expr, functions: ContextFunctions
) -> Bound | None:
    for row, caller in ((left, right), (right, left)):
        columns = _row_side(row)
        if not columns:
            continue
        reads = caller_reads(caller, functions)
        relations = () if reads else _delegates(caller)
        if not reads and not relations:
            continue
        form = _form(operator, symbol, row, caller)
        if form is not None:
            shape = form if reads else "delegated"
            return Bound(shape, columns, reads, operator, relations)
    return None


def _form(operator: Operator, symbol: str, row: Expr, caller: Expr) -> str | None:
    if operator.quantifier:
        return "membership" if operator.quantifier == "any" and symbol == "=" else None
    match symbol:
        case "=" | "is not distinct from":
            return "membership" if _has_query(caller) else "equality"
        case _ if symbol in CONTAINMENTS:
            return "membership"
        case _ if symbol in PATTERNS and not symbol.startswith("!"):
            return "pattern"
        case ">" | ">=" | "<>" if _position_of(row) or _position_of(caller):
            return "pattern"
        case _:
            return None


def _position_of(expression: Expr) -> bool:
    match expression:
        case Call((("position" | "strpos"),)):
            return True
        case _:
            return False


def _has_query(expression: Expr) -> bool:
    return any(isinstance(part, Query) for part in expression.walk())


def _row_side(expression: Expr) -> frozenset[int]:
    """Return the own-row columns of an expression that reads nothing else.

    What a scalar sub-select looks up by such a column tells of the row no less.
    """
    match expression:
        case SubSelect("scalar", None, query) if not context_reads(expression):
            links = _links(query)
            return frozenset.intersection(*links) if links else frozenset()
    for part in expression.walk():
        match part:
            case Column():
                if not is_own(part):
                    return frozenset()
            case Query():
                return frozenset()
            case Call() if context_reads(part):
                return frozenset()
    return own_columns(expression)


def _sub_select(sub_select: SubSelect, functions: ContextFunctions) -> Bound | None:
    query, left = sub_select.query, sub_select.left
    if sub_select.kind == "all" or (sub_select.kind == "any" and sub_select.symbol != "="):
        return None
    if any(
        isinstance(p, Call) and p.name[-1] in AGGREGATES for o in query.outputs for p in o.walk()
    ):
        return None
    lefts = left.items if isinstance(left, Items) else (left,) if left is not None else ()
    linked = frozenset(column for item in lefts for column in _row_side(item))
    asked = tuple(r for item in lefts for r in _asked(item, functions))
    per_branch = _links(query)
    columns = linked | (frozenset.intersection(*per_branch) if per_branch else frozenset())
    if not columns:
        return None
    reads = asked or query_reads(query, functions)
    if reads:
        return Bound("membership", columns, reads, sub_select)
    relations = _protected(query)
    return Bound("delegated", columns, (), sub_select, relations) if relations else None


def _found(expression: Expr) -> SubSelect | None:
    """Return the sub-select that has to find a row for its value not to be NULL."""
    match expression:
        case Cast(argument):
            return _found(argument)
        case SubSelect("scalar"):
            return expression
        case _:
            return None


def _asked(item: Expr, functions: ContextFunctions) -> tuple[ContextRead, ...]:
    return caller_reads(item, functions) if not own_columns(item) else ()


@remembered
def _links(query: Query) -> list[frozenset[int]]:
    """Return, for each branch of the conditions, the own-row columns tied to inner columns."""
    if query.arms:
        return [links for arm in query.arms for links in _links(arm) or [frozenset()]]
    inner: frozenset[int] = frozenset()
    for source in query.sources:
        below = inner_query(source)
        if below is not None and (links := _links(below)):
            inner |= frozenset.intersection(*links)
    if not query.conditions:
        return [inner] if inner else []
    found = []
    for branch in branches_or_whole(conjunction(query.conditions, -1)):
        found.append(inner | frozenset(c for part in branch for c in _linked_columns(part)))
    return found


def _linked_columns(conjunct: Expr) -> frozenset[int]:
    match conjunct:
        case IsTruth(argument, True, False):
            return _linked_columns(argument)
        case Operator("=" | "is not distinct from" | "@>" | "<@" | "&&", left, right) if (
            left is not None and conjunct.quantifier != "all"
        ):
            for row, other in ((left, right), (right, left)):
                if (columns := _row_side(row) or _looked_up(row)) and _reads_inner(other):
                    return columns
            return frozenset()
        case SubSelect("any" | "exists") if _stands_alone(conjunct):
            return frozenset()
        case SubSelect(("any" | "exists"), left, query):
            links = _links(query)
            below: frozenset[int] = frozenset.intersection(*links) if links else frozenset()
            return below | (_row_side(left) if left is not None else frozenset())
        case _:
            return frozenset()


def _looked_up(expression: Expr) -> frozenset[int]:
    """Return the own-row columns by which a sub-select finds the value that it stands for."""
    match expression:
        case Cast(argument):
            return _looked_up(argument)
        case SubSelect("scalar", None, query) if not query.arms and (links := _links(query)):
            return frozenset.intersection(*links)
        case _:
            return frozenset()


def _stands_alone(sub_select: SubSelect) -> bool:
    """Tell whether a sub-select within another one has to do with the own row, and nothing else.

    It neither asks for the caller nor for anything of the query around, and no policy filters it.
    """
    parts = tuple(sub_select.walk())
    sources = {id(s) for part in parts if isinstance(part, Query) for s in part.sources}
    return not (
        caller_reads(sub_select)
        or any(isinstance(part, Call) for part in parts)
        or any(
            isinstance(part, Column)
            and not is_own(part)
            and not (isinstance(part.binding, ColumnBinding) and id(part.binding.source) in sources)
            for part in parts
        )
        or _protected(sub_select.query)
    )


def _reads_inner(expression: Expr) -> bool:
    return any(
        isinstance(part, Column) and not is_own(part) and part.binding is not None
        for part in expression.walk()
    )


def _delegates(expression: Expr) -> tuple[Relation, ...]:
    query = query_below(simplified(expression))
    return _protected(query) if query is not None else ()


def _protected(query: Query) -> tuple[Relation, ...]:
    """Return the tables under row security that a query reads directly.

    Raises UnknownFact where that cannot be told.
    """
    found: list[Relation] = []
    for source in query.sources:
        match source:
            case Source(relation=Relation() as relation) if relation.rls_enabled:
                found.append(relation)
            case Source():
                inner = inner_query(source)
                found += _protected(inner) if inner is not None else ()
    for arm in query.arms:
        found += _protected(arm)
    return tuple(found)


def _call(call: Call, functions: ContextFunctions) -> Bound | None:
    columns = frozenset(column for a in call.arguments for column in own_columns(a))
    if not columns:
        return None
    match call:
        case Call(("starts_with",), (_, pattern)):
            reads = caller_reads(pattern, functions)
            return Bound("pattern", columns, reads, call) if reads else None
        case Call(("pg_has_role",), (*users, role, _)):
            reads = tuple(read for user in users for read in caller_reads(user, functions))
            if not _row_side(role) or (users and not reads):
                return None
            return Bound("membership", _row_side(role), reads or _of_current_user(call), call)
    reads = tuple(read for a in call.arguments for read in context_reads(a, functions))
    if not isinstance(call.function, Function):
        return None
    from rlslint.meaning.bodies import reads_context

    if reads or reads_context(call.function, functions):
        own = ContextRead("function", ".".join(call.name), True, (), call, call)
        return Bound("helper", columns, reads or (own,), call)
    return None


def _of_current_user(call: Call) -> tuple[ContextRead, ...]:
    return (ContextRead("user", "current_user", True, (), call, call),)


def is_filter(conjunct: Expr, functions: ContextFunctions) -> bool:
    """Tell whether a conjunct only keeps some rows out, whoever asks."""
    return is_restriction(conjunct) and kind_of(conjunct, functions) == "row flag"


def is_restriction(conjunct: Expr) -> bool:
    """Tell whether a conjunct only keeps rows out, by shape: `deleted_at IS NULL`, `NOT hidden`."""
    match conjunct:
        case IsNull(Column(), False) | Not():
            return True
        case Operator("<>" | "!~~", Column(), _):
            return True
        case Operator("=", Column(), Constant(False)) | IsTruth(Column(), True, True):
            return True
        case IsTruth(Column(), False, False):
            return True
        case _:
            return False
