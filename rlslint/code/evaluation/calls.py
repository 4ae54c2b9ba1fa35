"""Calls: of libraries, of functions that languages bring along, of the program's own."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from rlslint.code import form
from rlslint.code.evaluation import library_calls
from rlslint.code.evaluation.arguments import EvaluatedCall, record_of
from rlslint.code.evaluation.builtins import (
    Origin,
    fills_argument,
    grows,
    keeps,
    known_call,
    known_items,
    visits,
)
from rlslint.code.evaluation.collections import collected
from rlslint.code.evaluation.composed import composed
from rlslint.code.evaluation.expressions import inherited, member, spread
from rlslint.code.evaluation.framework_calls import perhaps, run_by_migration
from rlslint.code.evaluation.handlers import told_at
from rlslint.code.evaluation.migrations import RUN_FILES, leads_back
from rlslint.code.evaluation.statements import put, take_over
from rlslint.code.evaluation.strings import STAND_IN, Written
from rlslint.code.evaluation.values import (
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
from rlslint.code.evaluation.walking import TYPED, Walker, dotted, with_dots
from rlslint.code.libraries import Step
from rlslint.text import HoleValue

_MODULES = frozenset(("require", "import", "require_once", "include", "include_once"))


_HANDLE = frozenset(("catch", "onErrorResume", "recover", "recoverCatching"))
"""What a result is asked for that handles its error."""

_TRY = frozenset(("runCatching",))
"""What turns an error into a result."""

_LOOK = frozenset(("getOrThrow", "getOrElse", "onFailure", "fold", "exceptionOrNull", "recover"))
"""What looks at such a result."""

_JOIN_PATHS = frozenset(
    ("join", "resolve", "Combine", "Join", "join_path", "of", "get", "URL", "File", "Path",
     "ClassPathResource", "expand_path", "base_path", "database_path", "app_path", "resource_path",
     "storage_path", "app_dir", "expand", "fileURLToPath", "joinpath", "with_name")
)  # fmt: skip
"""What makes a path of others."""

_READ = frozenset(
    ("read", "readText", "read_text", "readAllText", "text", "inputStream", "read_bytes", "open")
)
"""What a path is asked for to give the content of its file."""

_WRAP = frozenset(("Ok", "Some", "resolve"))
"""What holds a value and is as good as that."""


def call(walker: Walker, node: form.Call, scope: Namespace) -> Value:
    function = node.function
    of: Value | None = None
    callee: Value | None = None
    match function:
        case form.Attribute(of=owner, name=name):
            of = _owner(walker, node, owner, name, scope)
        case form.Name(name=name):
            callee = scope.find(name)
            if callee is None or (walker.calls_methods and not isinstance(callee, Closure)):
                method = inherited(walker, scope, f"{name}()") or inherited(walker, scope, name)
                callee = method or callee
            if callee is None and walker.shares_folder:
                callee = walker.program.beside(name, walker.source)
        case _:
            name = ""
            callee = walker.value(function, scope)
    path = with_dots(dotted(function))
    if isinstance(of, Unknown) and of.is_foreign:
        path = f"{with_dots(of.path)}.{name}"
    elif isinstance(callee, Unknown) and callee.is_foreign:
        path = with_dots(callee.path)
    if of is None and name in _MODULES and node.arguments:
        found = _required(walker, node.arguments[0], scope)
        if found is not None:
            return found
    batch = isinstance(of, Handle) and of.library.steps.get(name) is Step.transaction
    course = walker.course
    before, course.in_batch = (
        course.in_batch,
        course.in_batch
        or (batch and any(isinstance(each, form.Sequence) for each in node.arguments)),
    )
    arguments = spread(walker, node.arguments, scope)
    named = _named(walker, node.named, scope)
    course.in_batch = before
    for key, value in named.items():
        hook = walker.connections.hook(key) if isinstance(value, Closure) else None
        if hook is not None and isinstance(value, Closure):
            walker.follow(value, (), hook)
    is_foreign = of is None or (isinstance(of, Unknown) and of.is_foreign)
    call = EvaluatedCall(name, path, arguments, named, walker.place(node), is_foreign)
    first = walker.connections.position
    embedded = _embedded(walker, call, of) if walker.course.scripts is not None else None
    if embedded is not None and call.name in RUN_FILES:
        call = call._replace(arguments=[embedded])
        embedded = None
    run = embedded or run_by_migration(walker, call, of, callee)
    value = run if run is not None else _called(walker, call, of, callee, scope)
    if name in _TRY and not walker.course.is_result_used:
        walker.connections.caught(first, walker.connections.position, call.place)
    if fills_argument(name) and node.arguments:
        put(walker, node.arguments[-1], Unknown("", HoleValue.typed), scope, node)
    if grows(name, of):
        put(walker, _grown(function), value, scope, node)
    return value


def _receivers(
    walker: Walker, of: Value | None, callee: Value | None, scope: Namespace
) -> Iterator[Handle]:
    """Yield the values of libraries a method of which a call may be."""
    if isinstance(of, Handle):
        yield of
    if of is not None or callee is not None:
        return
    yield from walker.course.receivers[-1:]
    base = walker.of_library(scope.owner) if scope.owner is not None else None
    if base is not None:
        yield base


def _handle_called(walker: Walker, callee: Handle, call: EvaluatedCall) -> Value | None:
    """Return what a library's value gives that is itself called, as a function is."""
    if callee.library.tags and not callee.prepared:
        return Unknown("", HoleValue.quoted)
    step = callee.library.steps.get("()")
    if step is None:
        return None
    return library_calls.follow_step(walker.connections, callee, step, call, walker.course, walker)


def _owner(walker: Walker, node: form.Call, owner: form.Node, name: str, scope: Namespace) -> Value:
    """Return what a method is called on, which may tell where and how that is sent."""
    course, connections = walker.course, walker.connections
    before = course.redirected, course.is_result_used
    first = connections.position
    if name in connections.redirects and node.arguments:
        course.redirected = walker.value(node.arguments[0], scope)
    course.is_result_used = name in _LOOK
    of = walker.value(owner, scope)
    course.redirected, course.is_result_used = before
    for each in node.arguments if name in _HANDLE else ():
        if isinstance(each, form.Function):
            told_at(walker, each, each.body.node, first, connections.position)
    return of


def _named(
    walker: Walker, given: Iterable[tuple[str, form.Node]], scope: Namespace
) -> dict[str, Value]:
    """Return the named arguments of a call, those of mappings spread out."""
    found: dict[str, Value] = {}
    for key, node in given:
        value = walker.value(node, scope)
        if key != form.ALL_ENTRIES:
            found[key] = value
        elif isinstance(value, Entries):
            found |= value.values
    return found


def _grown(function: form.Node) -> form.Node:
    """Return what holds the string or list that a chain of calls makes longer."""
    while True:
        match function:
            case form.Attribute(of=form.Call(function=inner)):
                function = inner
            case form.Attribute(of=of):
                return of
            case _:
                return function


def _required(walker: Walker, argument: form.Node, scope: Namespace) -> Value | None:
    """Return the module that a call of `require` or `import` gives."""
    value = walker.value(argument, scope)
    path = constant(value)
    if path is None and isinstance(value, Written):
        path = value.text.rpartition(STAND_IN)[2]  # __DIR__ . '/db.php'
    if not isinstance(path, str):
        return None
    found = walker.program.imported(path, "", walker.source)
    if path.endswith(".php"):
        take_over(found, scope)
    return found if found is not None else Unknown(with_dots(path), is_foreign=True)


def _called(
    walker: Walker, call: EvaluatedCall, of: Value | None, callee: Value | None, scope: Namespace
) -> Value:
    course, connections = walker.course, walker.connections
    if isinstance(of, Object) and member(walker, of, call.name, 0) is None:
        of = walker.of_library(of) or of
    for each in _receivers(walker, of, callee, scope):
        statement = composed(walker, call, each)
        if statement is not None:
            return statement
        found = library_calls.method(connections, each, call, course, walker)
        if found is not None:
            return found
    if of is None and callee is None:
        found = _built(walker, call)
        if found is not None:
            return found
    statement = composed(walker, call, of)
    if statement is not None:
        return statement
    if call.name in _WRAP and len(call.arguments) == 1 and not isinstance(of, Handle | Object):
        return call.arguments[0]
    if call.arguments:
        connections.begin(call.name, call.arguments[0], call.place, course)
    embedded = _embedded(walker, call, of)
    if embedded is not None:
        return embedded
    if _makes_typed(call, of):
        return Unknown("", HoleValue.typed)
    if isinstance(callee, Unknown) and callee.value in (HoleValue.declared, HoleValue.typed):
        return Unknown(f"{callee.path}()", callee.value)
    if isinstance(callee, Handle):
        found = _handle_called(walker, callee, call)
        if found is not None:
            return found
    own = _own_function(walker, call, of, callee)
    if own is None and not isinstance(of, Handle):
        made = library_calls.opened(connections, call, course, walker)
        if made is not None:
            return made
        made = _brought_along(walker, call, of, scope)
        if made is not None:
            return made
    if own is not None:
        return walker.follow(own, call.arguments, None, call.named)
    extension = walker.program.extension(call.name) if of is not None else None
    if extension is not None and of is not None:
        return walker.follow(extension, (of, *call.arguments), None, call.named)
    if isinstance(callee, Object):
        course.constructed = call
        return record_of(callee, call) or callee
    if isinstance(of, Object) and own is None:
        # What an interface declares, or a base that is not at hand, may well be a library's.
        held = of.scope.variables.setdefault("", Unknown(of.name))
        of = held if isinstance(held, Unknown) else of
    if not isinstance(of, Handle | Object):
        sent = connections.sent(of, call, course, walker)
        if sent is not None:
            return sent
    owned = walker.program.named_class(call.name) if of is None else None
    if owned is not None:
        return owned
    taken = library_calls.taken(connections, of, call, course, walker)
    if taken is not None:
        return taken
    _handed_over(walker, call, of)
    return perhaps(walker, call, of)


def _brought_along(
    walker: Walker, call: EvaluatedCall, of: Value | None, scope: Namespace
) -> Value | None:
    """Return what a function gives that the language brings along."""
    named = dict(call.named)
    made = collected(call.name, of, call.arguments, named, call.place)
    made = made or known_call(
        call.name, call.path, of, call.arguments, named, call.place, scope, walker.braces
    )
    if made is not None:
        return made
    visited = next((each for each in (of, *call.arguments) if isinstance(each, Items)), None)
    if keeps(call.name) and visited is not None:
        return visited
    if not visits(call.name) or call.closure is None or visited is None:
        return None
    items = known_items(visited) or ()
    return Items(tuple([walker.follow(call.closure, [each]) for each in items]))


def _built(walker: Walker, call: EvaluatedCall) -> Value | None:
    """Return the string that a block builds, or what it adds to it; None where it builds none."""
    builders = walker.course.builders
    if call.name == "buildString" and call.closure is not None:
        builders.append(Written(()))
        walker.follow(call.closure, ())
        return builders.pop()
    if not builders or not grows(call.name, builders[-1]):
        return None
    longer = known_call(
        call.name,
        call.path,
        builders[-1],
        call.arguments,
        {},
        call.place,
        Namespace(),
        walker.braces,
    )
    if isinstance(longer, Written):
        builders[-1] = longer
    return longer


def _embedded(walker: Walker, call: EvaluatedCall, of: Value | None) -> Value | None:
    """Return what a function gives that reads a file of SQL, and what makes its path."""
    given = [*call.arguments, *([of] if call.name in _READ else [])]
    texts = [each for each in given if isinstance(each, Written) and _names_script(each)]
    if not texts:
        return None
    if call.name in _JOIN_PATHS:
        return texts[-1]
    return walker.program.script(texts[-1].text, walker.source)


def _names_script(text: Written) -> bool:
    """Tell whether a string is the path of a file of SQL, whose folder may be unknown."""
    _, beginning, known = text.text.rpartition(STAND_IN)
    return known.lower().endswith(".sql") and (not beginning or known[0] in "/\\")


_GIVES_TYPED = frozenset(("as_uuid", "asUUID", "into_uuid", "toUUID", "to_uuid"))
"""Methods of which the name says that they give a UUID."""


def _makes_typed(call: EvaluatedCall, of: Value | None) -> bool:
    """Tell whether a function of a type is called of which no value can end a literal of SQL."""
    if call.name in _GIVES_TYPED and of is not None and not call.arguments:
        return True
    if not isinstance(of, Unknown) or not (of.is_foreign or of.path[:1].isupper()):
        return False
    return of.path.rpartition(".")[2].rpartition("/")[2].lower() in TYPED and bool(call.arguments)


def _own_function(
    walker: Walker, call: EvaluatedCall, of: Value | None, callee: Value | None
) -> Closure | None:
    """Return the function of the project that is called."""
    found: Value | None = callee
    match of:
        case Object():
            found = member(walker, of, f"{call.name}()", 0) or member(walker, of, call.name, 0)
        case Unknown():
            found = of.members.get(call.name)
        case Entries(values):
            found = values.get(call.name)
        case Closure() if call.name in ("call", "apply", "invoke", "()"):
            found = of
        case None if callee is None:
            found = walker.program.named_function(call.name)
        case _:
            pass
    if isinstance(found, Closure) and isinstance(of, Object) and found.function.is_declared_only:
        return _implementation(walker, of, call.name)
    return found if isinstance(found, Closure) else None


def _implementation(walker: Walker, of: Object, name: str) -> Closure | None:
    """Return the method of the only class that is based on an interface."""
    made = walker.program.implementing(of.name)
    found = member(walker, made, name, 0) if made is not None else None
    is_there = isinstance(found, Closure) and not found.function.is_declared_only
    return found if isinstance(found, Closure) and is_there else None


def _handed_over(walker: Walker, call: EvaluatedCall, of: Value | None) -> None:
    """Follow the functions that something unknown is handed; it may call them."""
    for value in (*call.arguments, *call.named.values()):
        walker.connections.given(value, call.place, walker.course)
    scripts = walker.course.scripts
    if scripts is not None and leads_back(call.name):
        scripts.skipped += [
            Origin(each.source, each.function.start, each.function.end)
            for each in call.arguments
            if isinstance(each, Closure)
        ]
        return
    hook = walker.connections.hook(call.name)
    for each in call.arguments[:2]:
        event = constant(each)
        if isinstance(event, str):
            hook = walker.connections.hook(event) or hook
    others = [value for name, value in call.named.items() if not walker.connections.hook(name)]
    for value in (*call.arguments, *others):
        if isinstance(value, Closure) and (hook is not None or not value.function.name):
            function = value.function
            inside = walker.program.is_of_interest(value.source, function.start, function.end)
            if inside or scripts is not None:
                given = [of] if isinstance(of, Handle) else []
                walker.follow(value, given, hook)
