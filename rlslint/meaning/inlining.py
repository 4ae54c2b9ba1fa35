"""Calls of the history's functions, replaced by what their bodies say."""

from __future__ import annotations

from rlslint.catalog.binding import Scope, bind
from rlslint.catalog.facts import UnknownFact
from rlslint.catalog.functions import Function
from rlslint.catalog.model import Catalog
from rlslint.catalog.plpgsql import tree
from rlslint.catalog.plpgsql.parser import parse
from rlslint.catalog.plpgsql.token_stream import NotPlpgsql
from rlslint.catalog.predicates import Predicate
from rlslint.meaning.bodies import sql_statements
from rlslint.meaning.built_in import VOLATILE_FUNCTIONS
from rlslint.meaning.calls import search_path_of
from rlslint.meaning.rebuilding import exchanged_source, rebuilt, relocated, with_sources
from rlslint.sql.expressions import (
    Call,
    Case,
    Cast,
    Column,
    Expr,
    Parameter,
    Query,
    Source,
    SubSelect,
)
from rlslint.sql.nodes import expression, query
from rlslint.sql.parser import SyntaxProblem, parse_expression

_DEEPEST_CALLS = 8
_LONGEST_RESULT = 400

Environment = dict[str, Expr]


class _NotInlinable(Exception):
    pass


class Bodies:
    """The bodies of a catalog's functions as expressions, each read once.

    A body stays in terms of its own parameters until `inlined` puts the arguments in.
    """

    __slots__ = ("_catalog", "_read")

    def __init__(self, catalog: Catalog) -> None:
        self._catalog = catalog
        self._read: dict[Function, Expr | None] = {}

    def expression(self, function: Function) -> Expr | None:
        """Return what a call of `function` stands for, None where its body says no such thing.

        Locations are byte offsets into the body. A function that returns rows gives a Query.
        Raises UnknownFact where the body is not known.
        """
        if function not in self._read:
            self._read[function] = None
            self._read[function] = self._expression(function)
        return self._read[function]

    def _expression(self, function: Function) -> Expr | None:
        if function.is_procedure:
            return None
        scope = Scope(self._catalog, search_path_of(function), function.created)
        try:
            match function.language:
                case "sql":
                    return _sql_body(function, scope)
                case "plpgsql" if not function.returns_set:
                    return _procedural_body(function, scope)
                case "plpgsql":
                    return _rows_of_body(function, scope)
                case _:
                    return None
        except (_NotInlinable, NotPlpgsql, SyntaxProblem, RecursionError):
            return None


def inlined(expression: Expr, bodies: Bodies) -> Expr:
    """Return `expression` with the calls of known functions replaced by their bodies.

    What came out of a body stands where the call stands. Calls that cannot be replaced stay.
    """
    return _inlined(expression, bodies, ())


def inlined_predicate(predicate: Predicate, bodies: Bodies) -> Predicate:
    """Return the predicate to ask about the meaning of one, its calls inlined."""
    expression = inlined(predicate.expression, bodies)
    return predicate if expression is predicate.expression else Predicate(expression)


def _inlined(expression: Expr, bodies: Bodies, calls: tuple[Function, ...]) -> Expr:
    def change(child: Expr) -> Expr:
        return _inlined(child, bodies, calls)

    changed = rebuilt(expression, change)
    match changed:
        case Query():
            return _with_rows(changed, bodies, calls)
        case Call() if isinstance(changed.function, Function):
            function = changed.function
            if function in calls or len(calls) >= _DEEPEST_CALLS or function.returns_set:
                return changed
            body = bodies.expression(function)
            if body is None or isinstance(body, Query):
                return changed
            placed = _with_arguments(body, function, changed)
            if placed is None:
                return changed
            return _inlined(placed, bodies, (*calls, function))
        case _:
            return changed


def _with_rows(changed: Query, bodies: Bodies, calls: tuple[Function, ...]) -> Query:
    """Put in the queries of set-returning functions: `FROM f()` and `SELECT f()`."""
    if not changed.sources and not changed.conditions and len(changed.outputs) == 1:
        rows = _rows(changed.outputs[0], bodies, calls)
        if rows is not None:
            return rows
    sources: dict[Source, Source] = {}
    for source in changed.sources:
        if source.call is not None and source.query is None:
            rows = _rows(source.call, bodies, calls)
            if rows is not None:
                sources[source] = exchanged_source(source, rows, None)
    if not sources:
        return changed

    def exchange(child: Expr) -> Expr:
        return with_sources(child, sources)

    result = rebuilt(changed, exchange)
    if not isinstance(result, Query):
        return changed
    return Query(
        tuple(sources.get(source, source) for source in result.sources),
        result.outputs,
        result.output_names,
        result.conditions,
        result.others,
        result.set_operation,
        result.arms,
        result.ctes,
        result.inner_only,
        result.limited,
        result.grouped,
        result.location,
    )


def _rows(call: Expr, bodies: Bodies, calls: tuple[Function, ...]) -> Query | None:
    if not isinstance(call, Call) or not isinstance(call.function, Function):
        return None
    function = call.function
    if function in calls or len(calls) >= _DEEPEST_CALLS or not function.returns_set:
        return None
    body = bodies.expression(function)
    if not isinstance(body, Query):
        return None
    placed = _with_arguments(body, function, call)
    if placed is None:
        return None
    found = _inlined(placed, bodies, (*calls, function))
    return found if isinstance(found, Query) else None


def _with_arguments(body: Expr, function: Function, call: Call) -> Expr | None:
    inner = {id(s) for part in body.walk() if isinstance(part, Query) for s in part.sources}
    for argument in call.arguments:
        for part in argument.walk():
            if isinstance(part, Query) and any(id(source) in inner for source in part.sources):
                return None
    names = function.argument_names
    environment = {
        name: argument for name, argument in zip(names, call.arguments, strict=False) if name
    }
    placed = relocated(body, call.location)
    return _substituted(placed, environment, call.arguments, function.name)


def _substituted(
    body: Expr, environment: Environment, arguments: tuple[Expr, ...], function: str
) -> Expr | None:
    missing = False

    def change(child: Expr) -> Expr:
        nonlocal missing
        match child:
            case Parameter(number):
                if number <= len(arguments):
                    return arguments[number - 1]
                missing = True
                return child
            case Column(names) if child.binding is None and not child.unknown:
                if names[:-1] in ((), (function,)) and names[-1] in environment:
                    return environment[names[-1]]
                missing = True
                return child
            case _:
                return rebuilt(child, change)

    result = change(body)
    return None if missing else result


def _sql_body(function: Function, scope: Scope) -> Expr | None:
    match sql_statements(function.body, function.atomic):
        case [{"SelectStmt": node}]:
            bound = bind(query(node), scope)
        case _:
            return None
    if not isinstance(bound, Query):
        return None
    return bound if function.returns_set else SubSelect("scalar", None, "", bound)


def _parsed(sql: str, scope: Scope, environment: Environment) -> Expr:
    found = bind(expression(parse_expression(sql)), scope)
    return _with_variables(found, environment)


def _with_variables(found: Expr, environment: Environment) -> Expr:
    def change(child: Expr) -> Expr:
        match child:
            case Column((name,)) if child.binding is None and not child.unknown:
                return environment.get(name, child)
            case _:
                return rebuilt(child, change)

    return change(found)


class _Interpreter:
    """Turns the paths through a PL/pgSQL body into CASE; side effects make it give up."""

    def __init__(self, scope: Scope, return_type: str) -> None:
        self.scope = scope
        self.return_type = return_type
        self.budget = _LONGEST_RESULT

    def block(self, block: tree.Block, environment: Environment, after: tree.Body) -> Expr:
        inner = dict(environment)
        for name, type_name, default in block.declarations:
            if type_name in ("alias", "cursor"):
                raise _NotInlinable
            inner[name] = _cast(_parsed(default or "NULL", self.scope, inner), type_name)
        attempt = self.body((*block.body, *after), inner)
        if not block.handlers:
            return attempt
        fallback = self.body((*block.handlers[0].body, *after), inner)
        return Call(("rescue",), (attempt, fallback))

    def body(self, statements: tree.Body, environment: Environment) -> Expr:
        self.budget -= 1
        if self.budget < 0:
            raise _NotInlinable
        if not statements:
            return Call(("raise",), ())
        statement, rest = statements[0], statements[1:]
        match statement:
            case tree.Return(value) if value:
                return _cast(_parsed(value, self.scope, environment), self.return_type)
            case tree.Assignment(tree.Target((name,), False), value):
                changed = self.assigned(name, _parsed(value, self.scope, environment), environment)
                return self.body(rest, changed)
            case tree.If(branches, otherwise):
                cases = tuple(
                    (
                        _parsed(branch.condition, self.scope, environment),
                        self.body((*branch.body, *rest), environment),
                    )
                    for branch in branches
                )
                return Case(None, cases, self.body((*otherwise, *rest), environment))
            case tree.Block():
                return self.block(statement, environment, rest)
            case tree.Raise():
                return Call(("raise",), ())
            case tree.Sql(sql, (tree.Target((name,), False),)):
                select = self.selected(sql, environment)
                chosen = SubSelect("scalar", None, "", select)
                changed = self.assigned(name, chosen, environment)
                return self.body(rest, {**changed, "found": _exists(select)})
            case tree.Sql(sql, ()):
                select = self.selected(sql, environment)
                return self.body(rest, {**environment, "found": _exists(select)})
            case _:
                raise _NotInlinable

    def assigned(self, name: str, value: Expr, environment: Environment) -> Environment:
        if name not in environment:
            raise _NotInlinable
        old = environment[name]
        if isinstance(old, Cast):
            value = Cast(value, old.type, value.location)
        return {**environment, name: value}

    def selected(self, sql: str, environment: Environment) -> Query:
        """Return the query of SELECT … INTO or PERFORM, of which a value or FOUND is used."""
        match sql_statements(sql, False):
            case [{"SelectStmt": node}]:
                select = _with_variables(bind(query(node), self.scope), environment)
            case _:
                raise _NotInlinable
        if not isinstance(select, Query) or len(select.outputs) != 1 or _has_effects(select):
            raise _NotInlinable
        return select


def _exists(select: Query) -> Expr:
    return SubSelect("exists", None, "", select)


def _has_effects(expression: Expr) -> bool:
    for part in expression.walk():
        if isinstance(part, Call):
            if isinstance(part.function, Function) and part.function.volatility == "volatile":
                return True
            if part.name[-1] in VOLATILE_FUNCTIONS:
                return True
    return False


def _procedural_body(function: Function, scope: Scope) -> Expr | None:
    return _Interpreter(scope, function.return_type).block(parse(function.body), {}, ())


def _cast(found: Expr, type_name: str) -> Expr:
    """Assignment in PL/pgSQL converts to the variable's type, by its input function if need be."""
    try:
        node = parse_expression(f"NULL::{type_name}")
    except SyntaxProblem:
        return found
    cast = expression(node)
    if not isinstance(cast, Cast) or "%" in type_name:
        return found
    if isinstance(found, Cast) and found.type == cast.type:
        return found
    return Cast(found, cast.type, found.location)


def _rows_of_body(function: Function, scope: Scope) -> Expr | None:
    block = parse(function.body)
    if block.declarations or block.handlers:
        return None
    match block.body:
        case (tree.Sql(sql, ()),) | (tree.Sql(sql, ()), tree.Return("")):
            statements = sql_statements(sql, False)
        case _:
            return None
    match statements:
        case [{"SelectStmt": node}]:
            return bind(query(node), scope)
        case _:
            return None


def postgres_inlines(function: Function) -> bool:
    """Tell whether the planner replaces a call by the body (inline_function in clauses.c).

    Only SQL functions of one SELECT without FROM qualify that are not SECURITY DEFINER and have no
    SET clause.
    """
    if function.language != "sql" or function.security_definer or function.settings:
        return False
    if function.returns_set:
        return False
    try:
        statements = sql_statements(function.body, function.atomic)
    except SyntaxProblem:
        raise UnknownFact(function, "body", function.created) from None
    match statements:
        case [{"SelectStmt": node}]:
            plain = set(node) <= {"targetList", "limitOption", "op"}
            return plain and len(node.get("targetList", ())) == 1
        case _:
            return False
