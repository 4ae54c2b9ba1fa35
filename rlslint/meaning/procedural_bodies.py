"""Bodies in PL/pgSQL as expressions: paths become CASE, variables their values."""

from __future__ import annotations

from rlslint.catalog.binding import Scope, bind
from rlslint.catalog.functions import Function
from rlslint.meaning import VOLATILE_FUNCTIONS
from rlslint.meaning.bodies import sql_statements
from rlslint.replay.plpgsql import tree
from rlslint.replay.plpgsql.parser import block_of
from rlslint.replay.plpgsql.token_stream import NotPlpgsql
from rlslint.sql.expressions import Call, Case, Cast, Column, Expr, Query, SubSelect
from rlslint.sql.nodes import expression, query
from rlslint.sql.parser import SyntaxProblem, parse_expression
from rlslint.sql.rebuilding import rebuilt
from rlslint.text.budget import PATHS_OF_A_BODY, Budget, OutOfBudget

Environment = dict[str, Expr]


class NotInlinable(Exception):
    """A body does more than give a value."""


def value_of(sql: str, scope: Scope, environment: Environment) -> Expr:
    """Return what an expression of a body means, its variables replaced by their values."""
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


def declared(block: tree.Block, scope: Scope, environment: Environment) -> Environment:
    """Return the variables of a block with their first values. Raises NotInlinable."""
    inner = dict(environment)
    for name, type_name, default, _ in block.declarations:
        if type_name in ("alias", "cursor"):
            raise NotInlinable
        inner[name] = _cast(value_of(default or "NULL", scope, inner), type_name)
    return inner


def selected(sql: str, scope: Scope, environment: Environment) -> Query:
    """Return the query of SELECT … INTO or PERFORM, of which a value or FOUND is used.

    Raises NotInlinable where it gives more than one value or does more than that.
    """
    match sql_statements(sql, False):
        case [{"SelectStmt": node}]:
            written = bind(query(node), scope)
        case _:
            raise NotInlinable
    # The values of variables may hold each other many times: they are not walked through.
    if not isinstance(written, Query) or len(written.outputs) != 1 or _has_effects(written):
        raise NotInlinable
    select = _with_variables(written, environment)
    if not isinstance(select, Query):
        raise NotInlinable
    return select


class _Interpreter:
    """Turns the paths through a PL/pgSQL body into CASE; side effects make it give up."""

    def __init__(self, scope: Scope, return_type: str) -> None:
        self.scope = scope
        self.return_type = return_type
        self.budget = Budget(PATHS_OF_A_BODY)

    def block(self, block: tree.Block, environment: Environment, after: tree.Body) -> Expr:
        inner = declared(block, self.scope, environment)
        attempt = self.body((*block.body, *after), inner)
        if not block.handlers:
            return attempt
        fallback = self.body((*block.handlers[0].body, *after), inner)
        return Call(("rescue",), (attempt, fallback))

    def body(self, statements: tree.Body, environment: Environment) -> Expr:
        self.budget.take()
        if not statements:
            return Call(("raise",), ())
        statement, rest = statements[0], statements[1:]
        match statement:
            case tree.Return(value) if value:
                return _cast(value_of(value, self.scope, environment), self.return_type)
            case tree.Assignment(tree.Target((name,), ()), value):
                changed = self.assigned(name, value_of(value, self.scope, environment), environment)
                return self.body(rest, changed)
            case tree.If(branches, otherwise):
                cases = tuple(
                    (
                        value_of(branch.condition, self.scope, environment),
                        self.body((*branch.body, *rest), environment),
                    )
                    for branch in branches
                )
                return Case(None, cases, self.body((*otherwise, *rest), environment))
            case tree.CaseOf(subject, branches, otherwise):
                cases = tuple(
                    (
                        value_of(
                            f"({subject}) IN ({branch.condition})" if subject else branch.condition,
                            self.scope,
                            environment,
                        ),
                        self.body((*branch.body, *rest), environment),
                    )
                    for branch in branches
                )
                # Without ELSE it is an error where no condition is met (manual: 41.6.4).
                after = (tree.Raise(""),) if otherwise is None else (*otherwise, *rest)
                return Case(None, cases, self.body(after, environment))
            case tree.Block():
                return self.block(statement, environment, rest)
            case tree.Raise():
                return Call(("raise",), ())
            case tree.Sql(sql, (tree.Target((name,), ()),)):
                select = selected(sql, self.scope, environment)
                chosen = SubSelect("scalar", None, select)
                changed = self.assigned(name, chosen, environment)
                return self.body(rest, {**changed, "found": _exists(select)})
            case tree.Sql(sql, ()):
                select = selected(sql, self.scope, environment)
                return self.body(rest, {**environment, "found": _exists(select)})
            case _:
                raise NotInlinable

    def assigned(self, name: str, value: Expr, environment: Environment) -> Environment:
        if name not in environment:
            raise NotInlinable
        old = environment[name]
        if isinstance(old, Cast):
            value = Cast(value, old.type, value.location)
        return {**environment, name: value}


def _exists(select: Query) -> Expr:
    return SubSelect("exists", None, select)


def _has_effects(expression: Expr) -> bool:
    for part in expression.walk():
        if isinstance(part, Call):
            if isinstance(part.function, Function) and part.function.volatility == "volatile":
                return True
            if part.name[-1] in VOLATILE_FUNCTIONS:
                return True
    return False


def procedural_body(function: Function, scope: Scope) -> Expr | None:
    """Return what a call of a PL/pgSQL function gives, with its paths as CASE.

    None where its body is more than that.
    """
    try:
        return _Interpreter(scope, function.return_type).block(block_of(function), {}, ())
    except (NotInlinable, NotPlpgsql, OutOfBudget):
        return None


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


def rows_of_body(function: Function, scope: Scope) -> Expr | None:
    """Return the query whose rows a PL/pgSQL function returns, None where it does more."""
    try:
        block = block_of(function)
    except NotPlpgsql:
        return None
    if block.declarations or block.handlers:
        return None
    match block.body:
        case (tree.ReturnQuery(sql),) | (tree.ReturnQuery(sql), tree.Return("")) if sql:
            statements = sql_statements(sql, False)
        case _:
            return None
    match statements:
        case [{"SelectStmt": node}]:
            return bind(query(node), scope)
        case _:
            return None
