"""Which functions of the history call which."""

from __future__ import annotations

from rlslint.catalog import Catalog
from rlslint.catalog.answers import remembered
from rlslint.catalog.functions import Function
from rlslint.catalog.model import Policy
from rlslint.meaning.bodies import words_in_body
from rlslint.sql.expressions import Call, Expr


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
