"""Which functions of the history call which."""

from __future__ import annotations

from functools import lru_cache

from rlslint.catalog.functions import Function
from rlslint.catalog.model import Catalog, Policy
from rlslint.sql.expressions import Call, Expr
from rlslint.sql.parser import SyntaxProblem, tokens


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
            called
            for name in called_names(function.body)
            for called in _overloads(catalog, name, path)
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
    schemas = path or tuple(schema for schema, known in catalog.function_names if known == name[0])
    for schema in schemas:
        if overloads := catalog.function_names.get((schema, name[0])):
            return overloads
    return ()


@lru_cache(maxsize=4096)
def called_names(source: str) -> tuple[tuple[str, ...], ...]:
    """Return the names in a body that parentheses follow, with their schema where it is written."""
    data = source.encode()
    try:
        words = [_name(data[token.start : token.end].decode()) for token in tokens(data)]
    except SyntaxProblem:
        return ()
    found: dict[tuple[str, ...], None] = {}
    for index in range(len(words) - 1):
        if words[index + 1] == "(" and words[index][:1].isidentifier():
            qualified = index > 1 and words[index - 1] == "."
            name = (words[index - 2], words[index]) if qualified else (words[index],)
            found[name] = None
    return tuple(found)


def _name(word: str) -> str:
    if word.startswith('"'):
        return word[1:-1].replace('""', '"')
    return word.lower()
