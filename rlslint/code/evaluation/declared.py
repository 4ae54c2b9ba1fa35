"""Calls that declare what there is: tables, columns, roles, types and policies."""

from __future__ import annotations

from rlslint import Pattern
from rlslint.code.evaluation.arguments import EvaluatedCall
from rlslint.code.evaluation.built import Built, Member, Scripts
from rlslint.code.evaluation.schema_columns import declared_name
from rlslint.code.evaluation.values import Closure, Entries, Unknown, Value
from rlslint.code.evaluation.walking import Walker
from rlslint.code.schemas import Act, Declaring, Framework

_SAYS = Pattern(r"(?i)rls|row_?(?:level_?)?security|polic")
"""What the name of a function says that makes row security."""


def declared_by(
    walker: Walker,
    scripts: Scripts,
    framework: Framework,
    call: EvaluatedCall,
    of: Value | None,
    callee: Value | None,
) -> Value | None:
    """Return what a call gives that declares something, None for others.

    Functions that it is given are followed when all files are read, for they may name what is
    declared behind them; but for those that give the columns, which others name.
    """
    declares = framework.declares
    assert declares is not None
    if isinstance(callee, Closure):
        return None
    if isinstance(callee, Built):
        return _of_made(walker, scripts, framework, declares, call, callee)
    if isinstance(callee, Unknown) and callee.is_foreign:
        call = call._replace(name=call.path.rpartition(".")[2])
    if isinstance(of, Built):
        linked = framework.statements.get(f"{of.call.name}.{call.name}")
        if linked is not None:
            return _stated(walker, scripts, framework, Built(call, of, linked))
        part = _kept(scripts, Built(call, of))
        of.parts.append(part)
        return part if of.is_open else of
    if isinstance(of, Member):
        return _kept(scripts, Built(call, of))
    if isinstance(of, Unknown) or of is None:
        signature = scripts.statement(call, of)
        if signature is not None:
            return _stated(walker, scripts, framework, Built(call, of, signature))
    return _described(walker, scripts, framework, declares, call, of)


def _of_made(
    walker: Walker,
    scripts: Scripts,
    framework: Framework,
    declares: Declaring,
    call: EvaluatedCall,
    callee: Built,
) -> Value:
    """Return what a function gives that a function of the framework gave."""
    word = declares.creators.get(callee.call.name)
    if word is None:
        return _kept(scripts, Built(call, callee))
    naming = next((each for _, each in callee.closures), None)
    named = walker.follow(naming, call.arguments[:1]) if naming is not None else Unknown()
    call = call._replace(name=word, arguments=(named, *call.arguments[1:]))
    return _stated(walker, scripts, framework, Built(call, None, framework.statements[word]))


def _stated(walker: Walker, scripts: Scripts, framework: Framework, made: Built) -> Built:
    """Keep a statement, with the columns that others may name."""
    first, *rest = made.call.arguments or (Unknown(),)
    if isinstance(first, Built) and first.signature is None:
        # Nobody knows what a function gives as a name.
        made.call = made.call._replace(arguments=(Unknown(), *rest))
    scripts.found.append(made)
    scripts.read.append(made.call.place)
    assert made.signature is not None
    for role, value in zip(made.signature.positions, made.call.arguments, strict=False):
        columns = value
        if isinstance(value, Closure):
            if role != "columns":
                scripts.later.append((made, role, value))
                continue
            made.is_open = True
            scripts.builders.append(made)
            columns = made.results[role] = walker.follow(value, (made,))
            scripts.builders.pop()
            made.is_open = False
        if role == "columns" and isinstance(columns, Entries):
            for key, each in columns.values.items():
                path = f"{made.path}.{key}"
                made.members[key] = Member(made, path, declared_name(framework, key, each))
    return made


def _described(
    walker: Walker,
    scripts: Scripts,
    framework: Framework,
    declares: Declaring,
    call: EvaluatedCall,
    of: Value | None,
) -> Value | None:
    """Return what a call of the framework describes, None for a call of anything else."""
    # What makes columns may be taken out of the argument: `({ uuid }) => …`.
    is_foreign = isinstance(of, Unknown) or call.path != call.name or bool(scripts.builders)
    known = call.name in framework.types or call.name in framework.parts
    is_given = any(call.path.endswith(f".{path}") for path in declares.given)
    if not is_foreign or not (
        known or is_given or call.name in declares.creators or call.name in declares.typers
    ):
        return None
    made = _kept(scripts, Built(call, of))
    entry = declares.typers.get(call.name)
    for given in call.arguments if entry is not None else ():
        telling = given.values.get(entry or "") if isinstance(given, Entries) else None
        if isinstance(telling, Closure):
            made.results[entry or ""] = walker.follow(telling, ())
    return made


def _kept(scripts: Scripts, made: Built) -> Built:
    """Keep what a call is said to be, and the functions that it is given for later."""
    scripts.read.append(made.call.place)
    scripts.later += [(made, name, closure) for name, closure in made.closures]
    return made


def perhaps_declared(scripts: Scripts, call: EvaluatedCall) -> None:
    """Keep a call that nobody knows where it may make row security for a table that it is given."""
    tables = [each for each in call.arguments if _is_table(each)]
    if tables and _SAYS().search(call.path):
        scripts.found.append(Built(call))


def _is_table(value: Value) -> bool:
    return (
        isinstance(value, Built)
        and value.signature is not None
        and value.signature.act is Act.create_table
    )
