"""The functions of the history in expressions: which call which, and bodies in place of calls."""

from __future__ import annotations

from rlslint.catalog import Catalog
from rlslint.catalog.answers import remembered
from rlslint.catalog.binding import Scope, bind
from rlslint.catalog.facts import UnknownFact
from rlslint.catalog.functions import Function
from rlslint.catalog.model import Policy
from rlslint.catalog.predicates import Predicate
from rlslint.meaning.simplifying import simplified
from rlslint.sql.expressions import Call, Column, Expr, Parameter, Query, Source, SubSelect
from rlslint.sql.nodes import query
from rlslint.sql.parser import SyntaxProblem
from rlslint.sql.rebuilding import exchanged_source, read_from, rebuilt, relocated
from rlslint.text.budget import DEEPEST_CALL, PARTS_INLINED, Budget, OutOfBudget


def functions_of_policies(catalog: Catalog) -> dict[Function, tuple[Policy, ...]]:
    """Return the functions that policies call, directly or through others, and which policies do.

    Where overloads cannot be told apart, all of them count as called.
    """
    found: dict[Function, dict[Policy, None]] = {}
    callees: dict[Function, tuple[Function, ...]] = {}
    for policy in catalog.policies():
        waiting = [
            function
            for clause in policy.clauses
            for function in clause.ask(called_in_expression, catalog)
        ]
        while waiting:
            function = waiting.pop()
            policies = found.setdefault(function, {})
            if policy in policies:
                continue
            policies[policy] = None
            if function not in callees:
                callees[function] = called_in_body(function, catalog)
            waiting.extend(callees[function])
    return {function: tuple(policies) for function, policies in found.items()}


def called_in_expression(expression: Expr, catalog: Catalog) -> tuple[Function, ...]:
    """Return the functions of the history that a bound expression calls."""
    found: dict[Function, None] = {}
    for part in expression.walk():
        if isinstance(part, Call):
            if isinstance(part.function, Function):
                found[part.function] = None
            elif part.unknown:
                found.update(dict.fromkeys(_overloads(catalog, part.name, ())))
    return tuple(found)


def called_in_body(function: Function, catalog: Catalog) -> tuple[Function, ...]:
    """Return the functions of the history that a body calls; any language is taken for SQL."""
    path = search_path_of(function)
    return tuple(
        dict.fromkeys(
            called for name in called_names(function) for called in _overloads(catalog, name, path)
        )
    )


def search_path_of(function: Function) -> tuple[str, ...]:
    """Return the schemas in which a body's names are looked up, as far as the history tells.

    Without a SET clause that is the path of the caller; the one in force when the function was
    made stands for it.
    """
    own = function.settings.get("search_path")
    if own is None:
        return function.search_path
    return tuple(name.strip().strip('"') for name in own.split(",") if name.strip())


def _overloads(
    catalog: Catalog, name: tuple[str, ...], path: tuple[str, ...]
) -> tuple[Function, ...]:
    if len(name) > 1:
        return catalog.function_names.get((name[-2], name[-1]), ())
    for schema in path or schemas_of_functions(catalog).get(name[0], ()):
        if overloads := catalog.function_names.get((schema, name[0])):
            return overloads
    return ()


@remembered
def called_names(function: Function) -> tuple[tuple[str, ...], ...]:
    """Return the names in a body that parentheses follow, with their schema where it is written."""
    from rlslint.meaning.bodies import words_in_body

    words = [word for word, _ in words_in_body(function)]
    if '"' in function.body:
        data = function.body.encode()
        words = [
            _name(data[token.start : token.end].decode()) for _, token in words_in_body(function)
        ]
    found: dict[tuple[str, ...], None] = {}
    for index, word in enumerate(words):
        if word == "(" and index and words[index - 1][:1].isidentifier():
            qualified = index > 2 and words[index - 2] == "."
            called = words[index - 1]
            found[(words[index - 3], called) if qualified else (called,)] = None
    return tuple(found)


@remembered
def schemas_of_functions(catalog: Catalog) -> dict[str, tuple[str, ...]]:
    """Return the schemas with a function of each name."""
    found: dict[str, tuple[str, ...]] = {}
    for schema, name in catalog.function_names:
        found[name] = (*found.get(name, ()), schema)
    return found


def _name(word: str) -> str:
    if word.startswith('"'):
        return word[1:-1].replace('""', '"')
    return word.lower()


Environment = dict[str, Expr]


@remembered
def body_of(catalog: Catalog, function: Function) -> Expr | None:
    """Return what a call of `function` stands for, None where its body says no such thing.

    It is in terms of the function's own parameters until `inlined` puts the arguments in, and its
    locations are byte offsets into the body. A function that returns rows gives a Query. Raises
    UnknownFact where the body is not known.
    """
    if function.is_procedure:
        return None
    scope = Scope(catalog, search_path_of(function), function.created)
    try:
        match function.language:
            case "sql":
                return _sql_body(function, scope)
            case "plpgsql":
                from rlslint.meaning.procedural_bodies import procedural_body, rows_of_body

                body = rows_of_body if function.returns_set else procedural_body
                return body(function, scope)
            case _:
                return None
    except (SyntaxProblem, RecursionError):
        return None


def inlined(expression: Expr, catalog: Catalog) -> Expr:
    """Return `expression` with the calls of known functions replaced by their bodies.

    What came out of a body stands where the call stands. Calls that cannot be replaced stay, and so
    do those that are left when what came out of bodies is too much.
    """
    return _inlined(expression, catalog, (), Budget(PARTS_INLINED))


def inlined_predicate(expression: Expr, catalog: Catalog) -> Predicate:
    """Return the predicate to ask about the meaning of an expression, its calls inlined."""
    return Predicate(inlined(expression, catalog))


def _inlined(
    expression: Expr, catalog: Catalog, calls: tuple[Function, ...], budget: Budget
) -> Expr:
    def change(child: Expr) -> Expr:
        return _inlined(child, catalog, calls, budget)

    changed = rebuilt(expression, change)
    match changed:
        case Query():
            return _with_rows(changed, catalog, calls, budget)
        case Call() if isinstance(changed.function, Function):
            function = changed.function
            if function in calls or len(calls) >= DEEPEST_CALL or function.returns_set:
                return changed
            body = body_of(catalog, function)
            if body is None or isinstance(body, Query):
                return changed
            placed = _with_arguments(body, function, changed, budget)
            if placed is None:
                return changed
            return _inlined(placed, catalog, (*calls, function), budget)
        case _:
            return changed


def _with_rows(
    changed: Query, catalog: Catalog, calls: tuple[Function, ...], budget: Budget
) -> Query:
    """Put in the queries of set-returning functions: `FROM f()` and `SELECT f()`."""
    if not changed.sources and not changed.conditions and len(changed.outputs) == 1:
        rows = _rows(changed.outputs[0], catalog, calls, budget)
        if rows is not None:
            return rows
    sources: dict[Source, Source] = {}
    for source in changed.sources:
        if source.call is not None and source.query is None:
            rows = _rows(source.call, catalog, calls, budget)
            if rows is not None:
                sources[source] = exchanged_source(source, rows, None)
    return read_from(changed, sources) if sources else changed


def _rows(
    call: Expr, catalog: Catalog, calls: tuple[Function, ...], budget: Budget
) -> Query | None:
    if not isinstance(call, Call) or not isinstance(call.function, Function):
        return None
    function = call.function
    if function in calls or len(calls) >= DEEPEST_CALL or not function.returns_set:
        return None
    body = body_of(catalog, function)
    if not isinstance(body, Query):
        return None
    placed = _with_arguments(body, function, call, budget)
    if placed is None:
        return None
    found = _inlined(placed, catalog, (*calls, function), budget)
    return found if isinstance(found, Query) else None


def _with_arguments(body: Expr, function: Function, call: Call, budget: Budget) -> Expr | None:
    try:
        budget.take(sum(1 for part in (body, *call.arguments) for _ in part.walk()))
    except OutOfBudget:
        return None
    inner = {id(s) for part in body.walk() if isinstance(part, Query) for s in part.sources}
    for argument in call.arguments:
        for part in argument.walk():
            if isinstance(part, Query) and any(id(source) in inner for source in part.sources):
                return None
    names = function.argument_names
    left_out = len(names) - len(call.arguments)
    defaults = function.defaults[-left_out:] if left_out > 0 else ()
    arguments = (*call.arguments, *(relocated(one, call.location) for one in defaults))
    environment = {name: argument for name, argument in zip(names, arguments, strict=False) if name}
    placed = relocated(body, call.location)
    return _substituted(placed, environment, arguments, function.name)


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
    from rlslint.meaning.bodies import sql_statements

    match sql_statements(function.body, function.atomic):
        case [{"SelectStmt": node}]:
            bound = bind(query(node), scope)
        case _:
            return None
    if not isinstance(bound, Query):
        return None
    return bound if function.returns_set else simplified(SubSelect("scalar", None, bound))


def postgres_inlines(function: Function) -> bool:
    """Tell whether the planner replaces a call by the body (inline_function in clauses.c).

    Only SQL functions of one SELECT without FROM and sub-select qualify that are not SECURITY
    DEFINER and have no SET clause.
    """
    from rlslint.meaning.bodies import sql_statements

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
            if not plain or len(node.get("targetList", ())) != 1:
                return False
            return not any(isinstance(part, SubSelect) for part in query(node).walk())
        case _:
            return False
