"""Statements: what is assigned, which way is taken, what holds while a body runs."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from types import MappingProxyType

from rlslint.code import form
from rlslint.code.evaluation import library_calls
from rlslint.code.evaluation.built import Built
from rlslint.code.evaluation.builtins import known_items
from rlslint.code.evaluation.collections import keys_of
from rlslint.code.evaluation.expressions import decided, member, operated, qualified, with_name
from rlslint.code.evaluation.handlers import (
    arm_of_errors,
    checked,
    is_dropped,
    is_handed_on,
    told,
)
from rlslint.code.evaluation.options import of_level
from rlslint.code.evaluation.strings import Written
from rlslint.code.evaluation.validation import refused
from rlslint.code.evaluation.values import (
    NOTHING,
    Closure,
    Entries,
    Handle,
    Items,
    Namespace,
    Object,
    Unknown,
    Value,
    constant,
)
from rlslint.code.evaluation.walking import CONSTANT_CASE, Walker, dotted, name_of, with_dots
from rlslint.code.form import Leaves
from rlslint.code.schemas import Signature
from rlslint.text import HoleValue

ENTERING = ("__enter__", "__aenter__")
"""Methods that are called before the body that an object is held for."""
LEAVING = ("__exit__", "__aexit__", "close", "Dispose", "DisposeAsync")
"""Methods that are called behind it, however it ends."""
_CONSTRUCTORS = frozenset(("__init__", "constructor", "__construct", "initialize", "init"))


def _block(walker: Walker, node: form.Block, scope: Namespace) -> Value:
    value: Value = NOTHING
    for number, statement in enumerate(node.body, 1):
        first = walker.connections.position
        if number < len(node.body) and is_handed_on(statement, node.body[number]):
            walker.course.errors.clear()
        value = walker.value(statement, scope)
        if is_dropped(walker, statement, statement is node.body[-1]):
            walker.connections.caught(first, walker.connections.position, walker.place(statement))
        if walker.course.leaving is not None:
            break
    return value


def _other(walker: Walker, node: form.Other, scope: Namespace) -> Value:
    for each in node.parts:
        walker.value(each, scope)
    return Unknown()


def _assign(walker: Walker, node: form.Assign, scope: Namespace) -> Value:
    first = walker.connections.position
    value = walker.value(node.value, scope)
    if node.targets and isinstance(node.targets[-1], form.Name):
        walker.course.errors[node.targets[-1].name] = first, walker.connections.position
    if node.operator and node.targets:
        value = operated(
            walker,
            node.operator,
            [(node.targets[0], walker.value(node.targets[0], scope))]
            + ([(node.value, value)] if node.value is not None else []),
        )
    if node.type and isinstance(value, Unknown) and value.is_foreign and not value.session:
        typed = walker.typed(node.type, value.path)
        if isinstance(typed, Unknown) and typed.value is HoleValue.typed:
            value = typed
    if node.type and (node.value is None or _tells_nothing(value)):
        value = walker.typed(node.type, name_of(node.targets[0]) if node.targets else "")
    match node:
        case form.Assign(targets=(form.Name(name=name), *_), value=form.Function(name="")):
            value = with_name(walker, value, name)
    several = len(node.targets) > 1
    for number, target in enumerate(node.targets):
        if several and isinstance(value, Items):
            part = value.values[number] if number < len(value.values) else Unknown()
        else:
            part = value if number == 0 else Unknown(name_of(target))
        put(walker, target, part, scope, node)
    return value


def _tells_nothing(value: Value) -> bool:
    if not isinstance(value, Unknown) or value.is_foreign or isinstance(value, Built):
        return False
    return value.value is HoleValue.anything


def put(walker: Walker, target: form.Node, value: Value, scope: Namespace, node: form.Node) -> None:
    """Keep a value where an assignment puts it; `node` is the statement that does."""
    if isinstance(value, Written | Items):
        walker.connections.begin(name_of(target), value, walker.place(node), walker.course)
    match target:
        case form.Name(name=name):
            if isinstance(value, Handle) and value.session is not None:
                value.session.name = value.session.name or name
            if walker.course.frames:
                scope.assign(name, value)
            else:
                scope.variables[name] = value
        case form.Attribute(of=of, name=name):
            _set_member(walker, walker.value(of, scope), name, value, node)
        case form.Subscript(of=of, key=key):
            held, word = walker.value(of, scope), constant(walker.value(key, scope))
            if isinstance(held, Entries) and isinstance(word, str):
                held.values[word] = value
            elif isinstance(held, Items) and isinstance(key, form.Other):
                known = held.places or [walker.place(of)] * len(held.values)
                more = Items((*held.values, value), (*known, walker.place(node)))
                put(walker, of, more, scope, node)
        case form.Sequence(items=items):
            for each in items:
                put(walker, each, Unknown(name_of(each)), scope, node)
        case _:
            pass


def _set_member(walker: Walker, of: Value, name: str, value: Value, node: form.Node) -> None:
    hook = walker.connections.hook(name) if isinstance(value, Closure) else None
    if isinstance(value, Closure):
        if hook is not None:
            walker.follow(value, (), hook)
        else:
            value = with_name(walker, value, name)
    match of:
        case Object():
            of.scope.variables[name] = value
            if isinstance(value, Handle) and value.session is not None:
                value.session.name = value.session.name or name
        case Unknown():
            of.members[name] = value
            walker.connections.given(value, walker.place(node), walker.course)
        case Entries():
            of.values[name] = value
        case Handle():
            if name.lower() == "autocommit" and of.session is not None:
                walker.connections.autocommit(of.session, value)
            elif name == "isolation_level" and of.session is not None:
                walker.connections.autocommit(of.session, of_level(value))
            elif isinstance(value, Written) and name in of.library.members:
                walker.connections.send(value, of, (), walker.place(node), walker.course)
        case _:
            pass


def _import(walker: Walker, node: form.Import, scope: Namespace) -> Value:
    if node.name == "*":
        take_over(walker.program.imported(node.module, "", walker.source), scope)
        return NOTHING
    found = walker.program.imported(node.module, node.member, walker.source)
    is_whole = node.member in ("", "*", "default")
    if found is None and not is_whole:
        found = walker.program.imported(f"{node.module}/{node.member}", "", walker.source)
    path = node.module if is_whole else f"{node.module}.{node.member}"
    is_constant = CONSTANT_CASE().fullmatch(node.member or node.name) is not None
    kind = HoleValue.constant if is_constant else HoleValue.anything
    value = found if found is not None else Unknown(with_dots(path), kind, is_foreign=True)
    if node.name:
        scope.variables[node.name] = value
    return value


def take_over(module: Value | None, scope: Namespace) -> None:
    """Take over all names that a module defines."""
    for name, each in (module.values if isinstance(module, Entries) else {}).items():
        scope.variables.setdefault(name, each)


def _with(walker: Walker, node: form.With, scope: Namespace) -> Value:
    return _holding(walker, node, 0, scope)


def _holding(walker: Walker, node: form.With, number: int, scope: Namespace) -> Value:
    """Follow the body of a statement while its items are held, from one of them on."""
    if number == len(node.items):
        return walker.value(node.body, scope)
    name, item = node.items[number]
    found: list[Value] = []

    def held(value: Value) -> None:
        if name:
            if isinstance(value, Handle) and value.session is not None:
                value.session.name = value.session.name or name
            scope.assign(name, value)
        found.append(_holding(walker, node, number + 1, scope))

    course = walker.course
    before = course.states()
    with course.body_at_yield(held if isinstance(item, form.Call) else None) as body:
        value = walker.value(item, scope)
    if body.was_followed:
        course.leaving = course.leaving or body.leaving
        return found[0] if found else NOTHING
    if isinstance(value, Unknown) and isinstance(item, form.Call):
        value = _taken(walker, item, scope) or value
    match value:
        case Object() if _held_by_itself(walker, value, item, held):
            pass
        case Handle():
            with library_calls.held(
                walker.connections, value, before, walker.place(item), course
            ) as entered:
                held(entered)
        case Built(signature=Signature()):
            value.is_open = True
            held(value)
            value.is_open = False
        case _:
            held(value)
    return found[0] if found else NOTHING


def _held_by_itself(
    walker: Walker, of: Object, item: form.Node, held: Callable[[Value], None]
) -> bool:
    """Follow a body between what a class of the program does first and last; False if it does not.

    The object is made anew for it, with what its constructor is given here.
    """
    enter, leave = _method(walker, of, ENTERING), _method(walker, of, LEAVING)
    if enter is None and leave is None:
        return False
    course = walker.course
    call, course.constructed = course.constructed, None
    before = dict(of.scope.variables)
    constructor = _method(walker, of, (*_CONSTRUCTORS, of.name))
    if constructor is not None and call is not None and call.place == walker.place(item):
        walker.follow(constructor, call.arguments, None, call.named)
    held(walker.follow(enter, ()) if enter is not None else of)
    if leave is not None:
        with course.at_the_end():
            walker.follow(leave, ())
    of.scope.variables.update(before)
    return True


def leave(walker: Walker, entered: Closure) -> None:
    """Follow what a class of the program does last, behind what it did first for any body."""
    owner = entered.scope.owner
    last = _method(walker, owner, LEAVING) if owner is not None else None
    if entered.function.name in ENTERING and last is not None:
        with walker.course.at_the_end():
            walker.follow(last, ())


def _method(walker: Walker, of: Object, names: Iterable[str]) -> Closure | None:
    found = (member(walker, of, name, 0) for name in names)
    return next((each for each in found if isinstance(each, Closure)), None)


def _taken(walker: Walker, item: form.Call, scope: Namespace) -> Value | None:
    """Return what is held by a method of something unknown that must be a connection."""
    match item.function:
        case form.Attribute(of=form.Name() | form.Attribute() as of, name=name):
            return library_calls.entered(
                walker.connections, walker.value(of, scope), name, walker.course
            )
        case _:
            return None


def _try(walker: Walker, node: form.Try, scope: Namespace) -> Value:
    course, connections = walker.course, walker.connections
    first = connections.position
    value = walker.value(node.body, scope)
    last = connections.position
    after, left = course.states(), course.leaving
    instead_of = course.instead_of
    course.instead_of = first
    run = len(course.scripts.found) if course.scripts is not None else 0
    for handler in node.handlers:
        course.leaving = None
        walker.value(handler, scope)
        if course.scripts is not None:
            course.scripts.doubt(run, walker.place(handler), is_left_out=True)
    course.instead_of = instead_of
    for handler in node.handlers:
        told(walker, handler, first, last)
    course.restore(after)
    course.leaving = left
    if node.final is not None:
        with course.at_the_end():
            walker.value(node.final, scope)
    return value


def _defer(walker: Walker, node: form.Defer, scope: Namespace) -> Value:
    def at_the_end() -> None:
        value = walker.value(node.value, scope)
        if isinstance(value, Closure):
            walker.follow(value, ())

    if walker.course.frames:
        walker.course.frames[-1].deferred.append(at_the_end)
    else:
        at_the_end()
    return NOTHING


def _loop(walker: Walker, node: form.Loop, scope: Namespace) -> Value:
    over = walker.value(node.over, scope) if node.over is not None else None
    if isinstance(over, Entries) and walker.visits_keys and node.over is not None:
        over = keys_of(over, walker.place(node.over))
    items = known_items(over)
    given: Iterable[Value] = items if items is not None else (Unknown(" ".join(node.names)),)
    found: list[Value] = []
    for item in given:
        _take(node.names, item, scope)
        if any(constant(walker.value(each, scope)) is False for each in node.conditions):
            continue
        value = walker.value(node.body, scope)
        if isinstance(node.body, form.Spread) and isinstance(value, Items):
            found += value.values
        else:
            found.append(value)
        walker.course.leaving = None
    return Items(tuple(found)) if items is not None else Unknown()


def _take(names: Sequence[str], item: Value, scope: Namespace) -> None:
    parts = item.values if isinstance(item, Items) and len(names) > 1 else (item,)
    for number, name in enumerate(names):
        scope.variables[name] = parts[number] if number < len(parts) else Unknown(name)


def _if(walker: Walker, node: form.If, scope: Namespace) -> Value:
    first = walker.connections.position
    known = decided(walker, walker.value(node.test, scope))
    if known is not None:
        return walker.value(node.then if known else node.otherwise, scope)
    checked(walker, node, first, walker.connections.position)
    refused(walker, node, scope)
    if _asks(node.test, walker.connections.tells_of_transaction):
        for library in walker.connections.active:
            walker.connections.ambient(library, walker.course)
        for session in walker.course.sessions:
            session.transaction = session.transaction or None
        if node.otherwise is None and _is_refusal(node):
            value = _one_of(walker, [node.then, None], scope)
            for session in walker.course.sessions:
                session.transaction = session.transaction is None or session.transaction
            return value
    ways = [node.then, node.otherwise]
    scripts = walker.course.scripts
    if scripts is None:
        return _one_of(walker, ways, scope)
    if scripts.framework is None or not _asks(node.test, scripts.framework.offline):
        return _one_of(walker, ways, scope)
    if isinstance(node.test, form.Operation) and node.test.operator == "not":
        ways.reverse()
    return _one_of(walker, ways, scope, is_first_enough=True)


def _is_refusal(node: form.If) -> bool:
    """Tell whether a branch leaves where there is none of what is asked for."""
    if not isinstance(node.test, form.Operation) or node.test.operator != "not":
        return False
    then = node.then.body[-1] if isinstance(node.then, form.Block) and node.then.body else node.then
    return isinstance(then, form.Leave) and then.kind in (Leaves.throws, Leaves.returns)


def _asks(node: form.Node, words: frozenset[str]) -> bool:
    """Tell whether a test asks what one of some words stands for."""
    match node:
        case form.Attribute(name=name) | form.Name(name=name) if name in words:
            return True
        case form.Attribute(of=of):
            return _asks(of, words)
        case form.Call(function=function):
            return _asks(function, words)
        case form.Operation(operands=operands):
            return any(_asks(each, words) for each in operands)
        case _:
            return False


def _choice(walker: Walker, node: form.Choice, scope: Namespace) -> Value:
    name = dotted(node.subject) if isinstance(node.subject, form.Name) else ""
    first, last = walker.course.errors.get(name, (walker.connections.position,) * 2)
    subject = constant(walker.value(node.subject, scope)) if node.subject is not None else None
    last = max(last, walker.connections.position) if last == first else last
    for arm in node.arms:
        if last > first and arm_of_errors(walker, arm):
            told(walker, arm.body, first, last)
    ways: list[form.Node | None] = []
    has_default = False
    for arm in node.arms:
        patterns = [constant(walker.value(each, scope)) for each in arm.patterns]
        if subject is not None and subject in patterns:
            return walker.value(arm.body, scope)
        has_default = has_default or not arm.patterns
        ways.append(arm.body)
    return _one_of(walker, ways if has_default else [*ways, None], scope)


def _ends_quietly(way: form.Node | None) -> bool:
    """Tell whether a way leaves the function as if all were done: by a bare `return`."""
    last = way.body[-1] if isinstance(way, form.Block) and way.body else way
    return isinstance(last, form.Leave) and last.kind is Leaves.returns and last.value is None


def _one_of(
    walker: Walker,
    ways: Sequence[form.Node | None],
    scope: Namespace,
    *,
    is_first_enough: bool = False,
) -> Value:
    """Take each of several ways from here on; what they do differently is not known.

    Of a migration, the first way that runs anything is taken for the one. What others run is done
    only perhaps, or, where the first one `is_first_enough`, not at all.
    """
    course = walker.course
    before, was_chosen = course.states(), course.is_chosen
    course.is_chosen = True
    ends = []
    leaving: list[Leaves] = []
    found: list[Value] = []
    scripts = course.scripts
    has_run = False
    for way in ways:
        first = len(scripts.found) if scripts is not None else 0
        course.restore(before)
        course.leaving = None
        found.append(walker.value(way, scope))
        if course.leaving is None:
            ends.append(course.states())
        else:
            leaving.append(course.leaving)
        if scripts is not None and way is not None and len(scripts.found) > first:
            if has_run:
                scripts.doubt(first, walker.place(way), is_left_out=is_first_enough)
            has_run = True
    course.is_chosen = was_chosen or (not course.depth and any(map(_ends_quietly, ways)))
    if ends:
        course.merge(ends)
        course.leaving = None
    elif leaving:
        course.leaving = leaving[-1]
    telling = [each for each in found if isinstance(each, Written | Handle | Items | Closure)]
    return telling[0] if telling else next(iter(found), NOTHING)


def _leave(walker: Walker, node: form.Leave, scope: Namespace) -> Value:
    course = walker.course
    value = walker.value(node.value, scope)
    if node.kind is Leaves.yields:
        walker.connections.given(value, walker.place(node), course)
        if course.follow_body(value):
            return Unknown()
        block = next((f.block for f in reversed(course.frames) if f.closure.function.name), None)
        if block is not None:
            given = value.values if isinstance(value, Items) else (value,)
            return walker.follow(block, given)
        return value
    course.leaving = node.kind
    if node.kind is Leaves.returns:
        walker.connections.given(value, walker.place(node), course)
    if node.kind is Leaves.returns and course.frames:
        frame = course.frames[-1]
        if frame.returned is None or frame.returned == NOTHING:
            frame.returned = value
    return value


def _class(walker: Walker, node: form.Class, scope: Namespace) -> Value:
    known = _extended(walker, node.name, scope) if node.extends else None
    made = known or Object(node, scope, walker.source)
    made.bases = (*made.bases, *(base for base in node.bases if base not in made.bases))
    if node.name and known is None:
        scope.variables[node.name] = made
        walker.program.declare_class(made)
    for parameter in node.parameters:
        made.scope.variables[parameter.name] = walker.typed(parameter.type, parameter.name)
    walker.class_names.append(node.name)
    try:
        walker.value(node.body, made.scope)
    finally:
        walker.class_names.pop()
    for name, value in list(made.scope.variables.items()):
        if isinstance(value, Written) and not value.fragments and name:
            made.scope.variables[name] = Unknown(name)  # Filled later.
        if isinstance(value, Closure) and (name in _CONSTRUCTORS or name == node.name):
            _construct(walker, value, made)
    return made


def _extended(walker: Walker, name: str, scope: Namespace) -> Object | None:
    """Return the class of this name, which stands here, in a file beside, or anywhere."""
    found = scope.find(name)
    if not isinstance(found, Object) and walker.shares_folder:
        found = walker.program.beside(name, walker.source)
    return found if isinstance(found, Object) else walker.program.named_class(name)


def _construct(walker: Walker, closure: Closure, made: Object) -> None:
    """Learn from a constructor what the fields of a class hold."""
    for parameter in closure.function.parameters:
        typed = walker.typed(parameter.type, parameter.name)
        made.scope.variables.setdefault(parameter.name, typed)
    scripts = walker.course.scripts
    run = len(scripts.found) if scripts is not None else 0
    first = walker.connections.position
    walker.follow(closure, ())
    if scripts is not None:
        del scripts.found[run:]  # Nothing is made yet.
    if _method(walker, made, LEAVING) is not None:
        walker.connections.forget(first)


def _function(walker: Walker, node: form.Function, scope: Namespace) -> Value:
    closure = Closure(node, scope, walker.source, qualified(walker, node.name))
    if node.name:
        known = scope.variables.get(node.name)
        is_field = scope.owner is not None and known is not None and not isinstance(known, Closure)
        # A field and a method may share a name.
        scope.variables[f"{node.name}()" if is_field else node.name] = closure
        walker.program.declare(closure)
    return closure


STATEMENTS: Mapping[type, Callable[..., Value]] = MappingProxyType(
    {
        form.Function: _function,
        form.Other: _other,
        form.Block: _block,
        form.Assign: _assign,
        form.Import: _import,
        form.With: _with,
        form.Try: _try,
        form.Loop: _loop,
        form.If: _if,
        form.Choice: _choice,
        form.Leave: _leave,
        form.Defer: _defer,
        form.Class: _class,
    }
)
"""How each kind of statement is followed."""
