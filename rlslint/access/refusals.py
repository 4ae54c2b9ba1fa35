"""What a condition asks that whoever uses the table may not: PostgreSQL refuses the statement.

Functions that a condition calls are executed with the rights of the user, tables that it looks up
are read with those of whose policies they are; USAGE on a schema is asked of neither, for a stored
condition holds no names. All that is left of a condition when the planner has worked out its
constants is asked for before the first row is looked at, the bodies of functions only when they are
called (src/backend/executor: ExecInitFunc, ExecCheckPermissions).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from rlslint import NamedTuple
from rlslint.access.privileges import (
    can_use_schema,
    has_any_column_privilege,
    has_privilege,
    may_execute,
)
from rlslint.access.reach import applicable_policies, row_security_active, runs_as_invoker
from rlslint.catalog import Catalog
from rlslint.catalog.answers import remembered
from rlslint.catalog.facts import UnknownFact
from rlslint.catalog.functions import Function
from rlslint.catalog.model import Policy, Relation
from rlslint.meaning.bodies import functions_called, tables_read, words_in_body
from rlslint.meaning.calls import postgres_inlines, search_path_of
from rlslint.meaning.context import is_own
from rlslint.meaning.deciding import truths
from rlslint.meaning.simplifying import conjunction, disjunction, is_boolean
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
from rlslint.sql.rebuilding import rebuilt
from rlslint.text.budget import DEEPEST_CALL


class Lack(NamedTuple):
    """That a role has no `privilege` on what a condition asks: EXECUTE, SELECT, or USAGE.

    `through` are the functions in whose bodies it is asked for, which have to be called first.
    `role` is "" in an answer about the role that lacks it.
    """

    subject: Function | Relation
    privilege: str
    role: str
    through: tuple[Function, ...] = ()


def lacks(
    catalog: Catalog, reader: str, caller: str, condition: Expr, filled: frozenset[int]
) -> tuple[Lack, ...]:
    """Return what a condition asks and a user may not, what is asked before the first row first.

    `caller` is the role of the session, `reader` the one whose rights count for tables: another
    behind a view. `filled` are the columns without NULL: newer planners work out IS NULL of these.
    What is not known to be refused is left out.
    """
    found = dict.fromkeys(_lacks(catalog, reader, caller, condition, filled))
    return tuple(sorted(found, key=lambda one: len(one.through)))


def asked(catalog: Catalog, reader: str, caller: str, condition: Expr) -> tuple[Lack, ...]:
    """Return what a condition asks before the first row is looked at, whether it may or not."""
    found = _Asking(catalog, caller)
    found.expression(_left(condition, frozenset()), reader)
    return tuple(found.asked)


@remembered
def _lacks(
    catalog: Catalog, reader: str, caller: str, condition: Expr, filled: frozenset[int]
) -> tuple[Lack, ...]:
    found = _Asking(catalog, caller)
    found.expression(_left(condition, frozenset()), reader)
    if filled:
        kept = _Asking(catalog, caller)
        kept.expression(_left(condition, filled), reader)
        found.lacks = {one: None for one in found.lacks if one in kept.lacks}
    return tuple(found.lacks)


def without_called(condition: Expr, lacking: Iterable[Lack]) -> Expr:
    """Return a condition that raises an error where it calls what is refused inside its body."""
    functions = {one.through[0] for one in lacking if one.through}

    def change(child: Expr) -> Expr:
        if isinstance(child, Call) and child.function in functions:
            return Operator("=", Cast(Constant("no"), "int4"), Constant(1), "", child.location)
        return rebuilt(child, change)

    return change(condition)


class _Asking:
    """Gathers what is asked on the way through conditions, views and policies."""

    def __init__(self, catalog: Catalog, caller: str) -> None:
        self._catalog = catalog
        self._caller = caller
        self._seen: set[object] = set()
        self.lacks: dict[Lack, None] = {}
        self.asked: dict[Lack, None] = {}

    def expression(self, expression: Expr, reader: str) -> None:
        for part in _asked(expression):
            match part:
                case Call(function=Function() as function):
                    self._function(function)
                case Query():
                    for source in part.sources:
                        if isinstance(source.relation, Relation):
                            used = _columns_of(source, expression)
                            self._relation(source.relation, reader, used)

    def _function(self, function: Function) -> None:
        if ("call", function) in self._seen:
            return
        self._seen.add(("call", function))
        self.asked[Lack(function, "execute", self._caller)] = None
        if _may_not_execute(self._catalog, self._caller, function):
            self.lacks[Lack(function, "execute", self._caller)] = None
            return
        if function.knows("security_definer") and function.knows("owner"):
            self.lacks |= dict.fromkeys(_in_body(self._catalog, self._caller, function, ()))

    def _relation(self, relation: Relation, reader: str, columns: frozenset[str] | None) -> None:
        key = relation, reader, columns
        if key in self._seen or relation.is_beyond_history:
            return
        self._seen.add(key)
        self.asked[Lack(relation, "select", reader)] = None
        if _may_not_read(self._catalog, reader, relation, columns):
            self.lacks[Lack(relation, "select", reader)] = None
            return
        try:
            self._behind(relation, reader)
        except UnknownFact:
            return

    def _behind(self, relation: Relation, reader: str) -> None:
        """Take in what a view shows, and what the policies of a table ask."""
        if relation.is_view:
            query = relation.view_query()
            if query is not None:
                inner = self._caller if runs_as_invoker(relation) else relation.owner
                self.expression(_left(query, frozenset()), inner)
        elif relation.is_table and row_security_active(self._catalog, reader, relation):
            admitting, limiting = map(
                _using, applicable_policies(self._catalog, relation, reader, "select")
            )
            if admitting:
                self.expression(_left(together(admitting, limiting), frozenset()), reader)


def together(admitting: tuple[Expr, ...], limiting: tuple[Expr, ...]) -> Expr:
    """Return the condition that policies make: one of the ones has to be met, all of the others."""
    admits = disjunction(admitting, -1)
    return conjunction((*limiting, admits), -1) if limiting else admits


def conditions_on(
    catalog: Catalog, relation: Relation, role: str, command: str
) -> tuple[Expr, ...]:
    """Return what policies ask of a command: of the rows that it finds, and of those it writes.

    PostgreSQL joins what all of them say before it leaves out what decides nothing.
    """
    permissive, restrictive = applicable_policies(catalog, relation, role, command)
    found: list[Expr] = []
    if command != "insert":
        found.append(together(_using(permissive), _using(restrictive)))
    if command in ("insert", "update"):
        found.append(together(_checks(permissive), _checks(restrictive)))
    return tuple(found)


def _using(policies: Iterable[Policy]) -> tuple[Expr, ...]:
    return tuple(one.using.expression for one in policies if one.using is not None)


def _checks(policies: Iterable[Policy]) -> tuple[Expr, ...]:
    clauses = (one.effective_check for one in policies)
    return tuple(clause.expression for clause in clauses if clause is not None)


def _in_body(
    catalog: Catalog, caller: str, function: Function, through: tuple[Function, ...]
) -> Iterator[Lack]:
    """Yield what a body asks for each time that it runs, and its role may not."""
    if function in through or len(through) >= DEEPEST_CALL:
        return
    role = function.owner if function.security_definer else caller
    try:
        if not _is_straight(function):
            return
        inside = () if not through and postgres_inlines(function) else (*through, function)
        read, called = tables_read(function), functions_called(function)
    except UnknownFact:
        return
    path = search_path_of(function)
    for schema, name in read:
        relation = next(
            (r for one in ([schema] if schema else path) if (r := catalog.relation(one, name))),
            None,
        )
        if relation is None or relation.is_beyond_history:
            continue
        if schema and not function.atomic and _has_no_usage(catalog, role, schema):
            yield Lack(relation, "usage", role, inside)
        elif _may_not_read(catalog, role, relation, None):
            yield Lack(relation, "select", role, inside)
    for names, number in called:
        schemas = (names[-2],) if len(names) > 1 else path
        overloads = next(
            (f for one in schemas if (f := catalog.function_names.get((one, names[-1])))), ()
        )
        # Which of several is called, their arguments tell.
        if len(overloads) != 1 or len(overloads[0].argument_types) != number:
            continue
        (inner,) = overloads
        if len(names) > 1 and not function.atomic and _has_no_usage(catalog, role, names[-2]):
            yield Lack(inner, "usage", role, inside)
        elif _may_not_execute(catalog, role, inner):
            yield Lack(inner, "execute", role, inside)
        else:
            yield from _in_body(catalog, role, inner, inside)


_TURNS = frozenset(("if", "case", "when", "loop", "exception", "execute", "coalesce", "or", "and"))


def _is_straight(function: Function) -> bool:
    """Tell whether all that a body names is asked for each time that it runs."""
    words = {word for word, _ in words_in_body(function)}
    return function.language == "sql" or (
        function.language == "plpgsql" and words.isdisjoint(_TURNS)
    )


def _has_no_usage(catalog: Catalog, role: str, schema: str) -> bool:
    try:
        return not can_use_schema(catalog, role, schema)
    except UnknownFact:
        return False


def _may_not_execute(catalog: Catalog, role: str, function: Function) -> bool:
    try:
        return not may_execute(catalog, role, function)
    except UnknownFact:
        return False


def _may_not_read(
    catalog: Catalog, role: str, relation: Relation, columns: frozenset[str] | None
) -> bool:
    """Tell whether a role is known to lack SELECT on a column; None for whichever it is."""
    try:
        if not has_any_column_privilege(catalog, role, relation, "select"):
            return True
        return bool(columns) and not all(
            has_privilege(catalog, role, relation, "select", column) for column in columns or ()
        )
    except UnknownFact:
        return False


def _columns_of(source: Source, expression: Expr) -> frozenset[str] | None:
    """Return the columns of an entry of FROM that an expression names, None for all or unknown."""
    relation = source.relation
    assert isinstance(relation, Relation)
    if not relation.knows("columns"):
        return None
    numbers = set()
    for part in expression.walk():
        match part:
            case Column(binding=ColumnBinding(one, number, _)) if one is source and number > 0:
                numbers.add(number)
            case Column(binding=Source() as one) if one is source:
                return None
    return frozenset(name for name, c in relation.columns.items() if c.number in numbers)


def _asked(expression: Expr) -> Iterator[Expr]:
    """Yield the calls and the queries of an expression that are certainly asked for.

    What EXISTS puts out, and in which order, PostgreSQL leaves away.
    """
    waiting = [expression]
    seen: set[int] = set()
    while waiting:
        part = waiting.pop()
        if isinstance(part, Query):
            if id(part) in seen:
                continue
            seen.add(id(part))
        yield part
        match part:
            case SubSelect("exists", _, query) if not query.arms:
                yield query
                waiting += query.conditions
                for source in query.sources:
                    waiting += source.children()
            case Query() if part.ctes or any(source.is_cte for source in part.sources):
                # One that nothing reads is not run.
                waiting += (*part.outputs, *part.conditions)
            case _:
                waiting += part.children()


@remembered
def _left(expression: Expr, filled: frozenset[int]) -> Expr:
    """Return what is left of an expression when the planner has worked out its constants."""

    def change(child: Expr) -> Expr:
        return _left(child, filled)

    match expression:
        case IsNull(Column() as column, negated) if filled and is_own(column):
            match column.binding:
                case ColumnBinding(_, number, _) if number in filled:
                    return Constant(negated, expression.location)
            return expression
        case And(arguments) | Or(arguments):
            ends = isinstance(expression, Or)
            kept = [_left(one, filled) for one in arguments]
            kept = [one for one in kept if one != Constant(not ends)]
            if not kept:
                return Constant(not ends, expression.location)
            if Constant(ends) in kept or (not ends and any(map(_is_null, kept))):
                return Constant(ends, expression.location)
            return kept[0] if len(kept) == 1 else type(expression)(tuple(kept))
        case Case(None, branches, otherwise):
            return _left_of_case(expression, branches, otherwise, filled)
        case Call(("coalesce",), arguments):
            first = _left(arguments[0], filled)
            return (
                first
                if isinstance(first, Constant) and not _is_null(first)
                else (rebuilt(expression, change))
            )
        case Operator() | Cast() if _is_constant(expression):
            return _truth(expression)
        case Query():
            return rebuilt(expression, change)
        case _:
            changed = rebuilt(expression, change)
            return _truth(changed) if _is_constant(changed) else changed


def _left_of_case(
    expression: Expr,
    branches: tuple[tuple[Expr, Expr], ...],
    otherwise: Expr | None,
    filled: frozenset[int],
) -> Expr:
    kept: list[tuple[Expr, Expr]] = []
    for when, then in branches:
        test = _left(when, filled)
        if test == Constant(True) and not kept:
            return _left(then, filled)
        if isinstance(test, Constant) and test != Constant(True):
            continue
        kept.append((test, _left(then, filled)))
        if test == Constant(True):
            otherwise = None
            break
    last = _left(otherwise, filled) if otherwise is not None else None
    if not kept:
        return last if last is not None else Constant(None, expression.location)
    return Case(None, tuple(kept), last, expression.location)


def _is_null(expression: Expr) -> bool:
    while isinstance(expression, Cast):
        expression = expression.argument
    return isinstance(expression, Constant) and expression.value is None


def _is_constant(expression: Expr) -> bool:
    """Tell whether an expression is made of constants and PostgreSQL's own operators alone."""
    return not isinstance(expression, Constant) and all(
        isinstance(part, Constant | Cast | Operator | Items | IsNull | IsTruth | Not | And | Or)
        for part in expression.walk()
    )


def _truth(expression: Expr) -> Expr:
    """Return a constant for an expression that is one, where it is a condition."""
    if not is_boolean(expression):
        return expression
    try:
        found = truths(expression)
    except (UnknownFact, RecursionError):
        return expression
    return Constant(next(iter(found)), expression.location) if len(found) == 1 else expression
