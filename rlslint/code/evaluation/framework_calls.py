"""Calls of a migration that a framework makes SQL of, told from others while it is followed."""

from __future__ import annotations

import re

from rlslint import Pattern
from rlslint.code.evaluation.arguments import EvaluatedCall, record_of
from rlslint.code.evaluation.built import Built, Scripts
from rlslint.code.evaluation.builtins import Origin
from rlslint.code.evaluation.declared import declared_by, perhaps_declared
from rlslint.code.evaluation.expressions import framework_declaring, member
from rlslint.code.evaluation.identifiers import identified
from rlslint.code.evaluation.migrations import run_for_each, scripts_of, untold_script
from rlslint.code.evaluation.models import Models
from rlslint.code.evaluation.strings import Fragment, Written
from rlslint.code.evaluation.values import (
    Closure,
    Entries,
    Handle,
    Object,
    Unknown,
    Value,
    constant,
)
from rlslint.code.evaluation.walking import Walker

_RAISES = Pattern(r"\w*(?:Error|Exception|Exit|Warning)")
"""What is called to be raised."""

_SAYS = Pattern(r"rls|row_?(?:level_?)?security|polic", flags=re.IGNORECASE)
"""What the name of a function says that makes row security."""


def run_by_migration(
    walker: Walker, call: EvaluatedCall, of: Value | None, callee: Value | None
) -> Value | None:
    """Return what a call gives by which a migration runs SQL or describes some, None for others."""
    scripts = walker.course.scripts
    described = _described(walker, call, of, callee)
    if described is not None or scripts is None:
        return described
    declaring = framework_declaring(walker)
    if declaring is not None:
        return declared_by(walker, scripts, declaring, call, of, callee)
    if scripts.framework is not None and scripts.framework.identifiers is not None:
        named = [identified(scripts, each, call.place) for each in call.arguments]
        call = call._replace(arguments=named)
    if isinstance(of, Object) and member(walker, of, call.name, 0) is None:
        of = walker.of_library(of) or of
    run = scripts_of(run_for_each(call), of, walker.connections.known)
    if run and (scripts.is_migration or of is not None):
        scripts.found += run
        begins = [each.fragments[0] for each in run if each.fragments]
        scripts.untold += [Origin(f.source, f.start, f.end) for f in begins if f.gap is not None]
        return Unknown()
    if scripts.is_same(call) and call.arguments:
        return call.arguments[0]
    if isinstance(of, Built) and of.is_open:
        return _part(walker, scripts, of, call)
    own = isinstance(callee, Closure) or (
        isinstance(of, Object) and isinstance(member(walker, of, call.name, 0), Closure)
    )
    first = next(iter(call.arguments), None)
    if call.name == "execute" and of is None and isinstance(first, Closure) and first.function.name:
        # The second function is the way back.
        return walker.follow(first, ())
    unknown = None if own or not scripts.is_migration else untold_script(call, of, scripts)
    if unknown is not None and walker.program.named_function(call.name) is None:
        scripts.found.append(unknown)
        scripts.untold.append(call.place)
        return Unknown()
    signature = None if own else scripts.statement(call, of)
    if signature is not None:
        made = Built(call, of, signature)
        scripts.found.append(made)
        _follow_blocks(walker, scripts, made)
        return made
    if isinstance(of, Built):
        part = _part(walker, scripts, of, call)
        return of if part in of.parts else part
    if own:
        return None
    framework = scripts.framework
    bare = framework is not None and framework.has_bare_parts and scripts.builders
    if of is None and bare and not scripts.is_value(call):
        return _part(walker, scripts, scripts.builders[-1], call)
    if scripts.is_value(call) and not walker.connections.knows(call):
        made = Built(call, of)
        _follow_blocks(walker, scripts, made)
        return made
    return None


def _described(
    walker: Walker, call: EvaluatedCall, of: Value | None, callee: Value | None
) -> Value | None:
    """Return what a call makes of a class, in a file whose migrations list what they do."""
    framework, scripts = walker.framework, walker.course.scripts
    if scripts is not None and scripts.models is not None:
        if call.name == "get_model" and call.arguments:
            return _model(scripts.models, call)
        if call.path == "super.__init__":
            scripts.constructed.append(Built(call))
            return Unknown()
    if framework is None:
        return None
    match of:
        case Entries(values):
            callee = values.get(call.name)
        case Unknown(is_foreign=True):
            callee = walker.program.imported_class(call.path) or callee
        case _:
            pass
    if isinstance(callee, Object):
        is_made = callee.bases and record_of(callee, call) is None
        return Built(call, callee) if is_made else None
    is_class = call.path.rpartition(".")[2][:1].isupper()
    return Built(call, of) if is_class and call.path.startswith(f"{framework.module}.") else None


def _model(models: Models, call: EvaluatedCall) -> Value:
    """Return a model that a migration asks for, as far as its table is known."""
    names = [each if isinstance(each, str) else "" for each in map(constant, call.arguments[:2])]
    app, _, name = ".".join(names).rpartition(".")
    if not app or not name:
        return Unknown(f"{call.path}()")
    table = Written((Fragment(models.find(app, name).table.strip('"'), *call.place),))
    return Entries({"_meta": Entries({"db_table": table})})


def _part(walker: Walker, scripts: Scripts, of: Built, call: EvaluatedCall) -> Built:
    """Return what a call on something gives that a framework builds."""
    part = Built(call, of)
    if scripts.makes_query(part):
        return part
    of.parts.append(part)
    _follow_blocks(walker, scripts, part)
    return part


def _follow_blocks(walker: Walker, scripts: Scripts, made: Built) -> None:
    """Follow the functions that a framework is handed; what they call is a part of the whole."""
    for name, closure in made.closures:
        # Of `x => x.Id`, what follows the argument is the name of a column.
        made.path = ""
        scripts.builders.append(made)
        made.is_open = True
        made.results[name] = walker.follow(closure, (made,))
        made.is_open = False
        scripts.builders.pop()


def perhaps(walker: Walker, call: EvaluatedCall, of: Value | None) -> Built:
    """Return what a call gives that nobody knows.

    In a migration it may do something to the tables that it names.
    """
    scripts = walker.course.scripts
    made = Built(call, of)
    framework = scripts.framework if scripts is not None else None
    if scripts is None or framework is None:
        return made
    if framework.declares is not None:
        perhaps_declared(scripts, call)
    elif not call.name.endswith("?"):
        is_own = of is None or isinstance(of, Object)
        is_own = is_own and not _RAISES().fullmatch(call.name)
        is_operation = isinstance(of, Handle) and of.library.name in framework.extensible
        is_receiver = is_operation or _path(of) in framework.receivers
        if is_own or is_receiver or _SAYS().search(call.path):
            scripts.found.append(made)
    return made


def _path(of: Value | None) -> str:
    """Return how a value that nobody knows is called, "" for others."""
    return of.path if isinstance(of, Unknown) else ""
