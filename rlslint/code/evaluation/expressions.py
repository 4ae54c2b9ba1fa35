"""Expressions: names, members, strings and what operators make of values."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from types import MappingProxyType

from rlslint.code import form
from rlslint.code.adapters.building import last_word, types_of
from rlslint.code.evaluation import library_calls
from rlslint.code.evaluation.arguments import EvaluatedCall, role_of
from rlslint.code.evaluation.built import Built
from rlslint.code.evaluation.builtins import (
    Origin,
    added,
    filled,
    parts_of,
    passed,
)
from rlslint.code.evaluation.schema_words import sql_of
from rlslint.code.evaluation.strings import Fragment, Written, concatenated
from rlslint.code.evaluation.values import (
    Closure,
    Entries,
    Handle,
    Items,
    Namespace,
    Object,
    Plain,
    Prepared,
    Unknown,
    Value,
    constant,
)
from rlslint.code.evaluation.walking import (
    CONSTANT_CASE,
    THEMSELVES,
    Walker,
    dotted,
    is_typed,
    with_dots,
)
from rlslint.code.libraries import LibraryRole, Step
from rlslint.code.schemas import Framework
from rlslint.text import HoleValue


def with_name(walker: Walker, value: Value, name: str) -> Value:
    """Give a function that is assigned to a name that name."""
    if isinstance(value, Closure) and name:
        value = value._replace(
            function=value.function._replace(name=name), name=qualified(walker, name)
        )
        walker.program.declare(value)
    return value


def qualified(walker: Walker, name: str) -> str:
    return ".".join((*(each for each in walker.class_names if each), name))


_BASE = frozenset(("super", "base", "parent"))
"""Names of what an object is by the class that its own is based on."""


def _name(walker: Walker, node: form.Name, scope: Namespace) -> Value:
    name = node.name
    if name in THEMSELVES and scope.owner is not None:
        return scope.owner
    found = scope.find(name)
    if found is None and walker.course.receivers:
        given = _stepped(walker, walker.course.receivers[-1], name, name, node)
        if given is not None:
            return given
    if found is None or (isinstance(found, Unknown) and found.is_foreign):
        path = found.path if isinstance(found, Unknown) else name
        standing = walker.connections.standing(path, walker.course)
        if standing is not None:
            return standing
    if isinstance(found, Unknown) and found.is_foreign:
        found = walker.program.imported_class(found.path) or found
    if found is None and name in _BASE and scope.owner is not None:
        found = walker.of_library(scope.owner)
    if found is None:
        found = inherited(walker, scope, name) or _elsewhere(walker, name)
    if isinstance(found, Closure) and walker.bare_calls and walker.course.frames:
        return walker.follow(found, ())
    if found is None:
        is_constant = CONSTANT_CASE().fullmatch(name) is not None
        found = Unknown(name, HoleValue.constant if is_constant else HoleValue.anything)
        scope.variables[name] = found
    return found


def _elsewhere(walker: Walker, name: str) -> Value | None:
    """Return what other files call by a name."""
    beside = walker.program.beside(name, walker.source) if walker.shares_folder else None
    return beside or walker.program.named_class(name)


def inherited(walker: Walker, scope: Namespace, name: str) -> Value | None:
    return member(walker, scope.owner, name, 0) if scope.owner is not None else None


def member(walker: Walker, of: Object, name: str, depth: int) -> Value | None:
    """Return a member of a class or of those that it is based on."""
    found = of.scope.variables.get(name)
    if found is not None or depth > 3:
        return found
    for each in of.bases:
        base = walker.program.named_class(last_word(each))
        if base is not None and base is not of:
            found = member(walker, base, name, depth + 1)
            if found is not None:
                return found
    return None


def _attribute(walker: Walker, node: form.Attribute, scope: Namespace) -> Value:
    path = dotted(node)
    if path:
        standing = walker.connections.standing(path, walker.course)
        if standing is not None:
            return standing
    said = walker.connections.says_of_database
    if said and (word := said.get(".".join(path.rsplit(".", 2)[-2:]))) is not None:
        return Written((Fragment(word, *walker.place(node)),))
    of = walker.value(node.of, scope)
    match of:
        case Handle():
            given = _stepped(walker, of, node.name, path, node)
            if given is None and of.prepared is not None and node.name in of.library.sends:
                call = EvaluatedCall(node.name, path, (), {}, walker.place(node))
                given = library_calls.method(walker.connections, of, call, walker.course, walker)
            return given if given is not None else Unknown(path)
        case Object():
            found = member(walker, of, node.name, 0)
            if found is None:
                base = walker.of_library(of)
                given = _stepped(walker, base, node.name, path, node) if base else None
                if given is not None:
                    return given
                found = of.scope.variables[node.name] = Unknown(path)
            if isinstance(found, Closure) and walker.bare_calls:
                return walker.follow(found, ())
            return found
        case Entries(values) if node.name in values:
            return values[node.name]
        case Unknown():
            return _of_unknown(walker, of, node.name)
        case _:
            return Unknown(path)


def _stepped(walker: Walker, of: Handle, name: str, path: str, node: form.Node) -> Value | None:
    """Return what a member of a library's value leads to, None where that is not known."""
    step = of.library.steps.get(name)
    if step is Step.transaction:
        walker.connections.wrapped(of, walker.course)
    if step not in (Step.same, Step.connection, Step.pool):
        return None
    call = EvaluatedCall(name, path, (), {}, walker.place(node))
    return library_calls.follow_step(walker.connections, of, step, call, walker.course, walker)


_SAME_VALUE = frozenset(("Value", "hex"))
"""Members of a number, a UUID or the like, there or perhaps, that are as harmless."""


def _of_unknown(walker: Walker, of: Unknown, name: str) -> Value:
    found = of.members.get(name)
    if found is None and name in _SAME_VALUE and of.value is not HoleValue.anything:
        return of
    if found is None:
        path = f"{of.path}.{name}"
        found = walker.connections.standing(path, walker.course) if of.is_foreign else None
        is_constant = CONSTANT_CASE().fullmatch(name) is not None
        value = HoleValue.constant if is_constant else HoleValue.anything
        found = of.members[name] = found or Unknown(path, value, of.is_foreign)
    return found


def _subscript(walker: Walker, node: form.Subscript, scope: Namespace) -> Value:
    of, key = walker.value(node.of, scope), constant(walker.value(node.key, scope))
    match of, key:
        case Items(values), int() if -len(values) <= key < len(values):
            return values[key]
        case Entries(values), str() if key in values:
            return values[key]
        case Handle(), _:
            call = EvaluatedCall("[]", "", (walker.value(node.key, scope),), {}, walker.place(node))
            sent = walker.connections.sent(of, call, walker.course, walker)
            return sent if sent is not None else of
        case _, str():
            return Unknown(f'{dotted(node.of)}["{key}"]')
        case _:
            return Unknown(dotted(node.of))


def _sequence(walker: Walker, node: form.Sequence, scope: Namespace) -> Value:
    found = list(_placed(walker, node.items, scope))
    return Items(tuple([value for value, _ in found]), tuple([place for _, place in found]))


def spread(walker: Walker, nodes: Iterable[form.Node], scope: Namespace) -> list[Value]:
    return [value for value, _ in _placed(walker, nodes, scope)]


def _placed(
    walker: Walker, nodes: Iterable[form.Node], scope: Namespace
) -> Iterator[tuple[Value, Origin]]:
    """Yield the items of a list with where each is written."""
    for each in nodes:
        value, place = walker.value(each, scope), walker.place(each)
        if not isinstance(each, form.Spread):
            yield value, place
        elif isinstance(value, Items):
            places = value.places or [place] * len(value.values)
            yield from zip(value.values, places, strict=True)
        else:
            yield value if isinstance(value, Built) else Unknown(), place


def _mapping(walker: Walker, node: form.Mapping, scope: Namespace) -> Value:
    entries: dict[str, Value] = {}
    for name, key, given in node.pairs:
        value = walker.value(given, scope)
        label = name
        if key is not None and not isinstance(key, form.Name):
            known = constant(walker.value(key, scope))
            label = known if isinstance(known, str) else name
        if not name and isinstance(given, form.Spread) and isinstance(value, Entries):
            entries.update(value.values)
            continue
        if isinstance(value, Closure):
            hook = walker.connections.hook(label)
            if hook is not None:
                walker.follow(value, (), hook)
            elif not value.function.name:
                value = with_name(walker, value, label)
        entries[label] = value
    if node.type and walker.program.named_class(node.type) is None:
        made = walker.connections.typed((node.type,), walker.course)
        if made is not None and made.role is LibraryRole.transaction:
            return made
    return Entries(entries, node.type)


def _cast(walker: Walker, node: form.Cast, scope: Namespace) -> Value:
    value = walker.value(node.value, scope)
    if is_typed(node.type) and isinstance(value, Unknown):
        return Unknown(value.path, HoleValue.typed)
    if isinstance(value, Unknown) and not value.is_foreign:
        handle = walker.connections.typed(types_of(node.type), walker.course)
        return handle if handle is not None else value
    return value


def _operation(walker: Walker, node: form.Operation, scope: Namespace) -> Value:
    if node.operator not in ("or", "and"):
        values = [(each, walker.value(each, scope)) for each in node.operands]
        return operated(walker, node.operator, values)
    first, *others = node.operands
    values = [(first, walker.value(first, scope))]
    course = walker.course
    for each in others:
        # It may not come to that: `x ?: return`.
        leaving, frame = course.leaving, course.frames[-1] if course.frames else None
        returned = frame.returned if frame is not None else None
        values.append((each, walker.value(each, scope)))
        course.leaving = leaving
        if frame is not None:
            frame.returned = returned
    return operated(walker, node.operator, values)


def operated(walker: Walker, sign: str, operands: Sequence[tuple[form.Node, Value]]) -> Value:
    values = [value for _, value in operands]
    match sign, values:
        case "+", _:
            found = added([(value, walker.place(each)) for each, value in operands])
            return found if found is not None else Unknown()
        case "%", (Written() as template, given):
            return filled(template, given, walker.place(operands[1][0]))
        case "/", (*_, Written() as last):
            return last  # A path: its folder is of no interest.
        case "==" | "!=", (left, right):
            equal = _equal(walker, left, right)
            return Unknown() if equal is None else Plain(equal is (sign == "=="))
        case "not", (only,):
            known = decided(walker, only)
            return Unknown() if known is None else Plain(not known)
        case "or" | "and", _:
            known_values = [constant(each) for each in values]
            decides = sign == "or"
            if decides in [each for each in known_values if isinstance(each, bool)]:
                return Plain(decides)
            if all(isinstance(each, bool) for each in known_values):
                return Plain(not decides)
            telling = [v for v in values if isinstance(v, Written | Handle | Items)]
            return telling[0] if telling else Unknown()
        case "in", (item, Items(items)):
            first = constant(item)
            others = [constant(each) for each in items]
            if first is None or None in others:
                return Unknown()
            return Plain(first in others)
        case "in", (item, Entries(entries)) if walker.visits_keys and "" not in entries:
            first = constant(item)
            return Unknown() if first is None else Plain(first in entries)
        case _:
            return Unknown()


def decided(walker: Walker, value: Value) -> bool | None:
    """Return whether a condition holds, None where that is not known.

    Elsewhere than in migrations, what is nothing now may have been given a value meanwhile.
    """
    if walker.course.scripts is None:
        known = constant(value)
        return known if isinstance(known, bool) else None
    match value:
        case Plain(plain):
            return bool(plain)
        case Written() if value.constant:
            return True
        case Items((_, *_)) | Handle() | Closure():
            return True
        case Entries(entries) if entries:
            return True
        case _:
            return None


def _equal(walker: Walker, left: Value, right: Value) -> bool | None:
    """Return whether two values are the same, None where that is not known."""
    first, second = constant(left), constant(right)
    if first is not None and second is not None:
        return first == second
    nothing = Plain(None)
    if walker.course.scripts is None or nothing not in (left, right):
        return None
    other = right if left == nothing else left
    return None if isinstance(other, Unknown | Object) else other == nothing


def _string(walker: Walker, node: form.String, scope: Namespace) -> Value:
    tag_of = node.tag.of if isinstance(node.tag, form.Attribute) else node.tag
    tag = walker.value(tag_of, scope) if tag_of is not None else None
    if isinstance(tag, Object):
        tag = walker.of_library(tag) or tag
    word = node.tag.name if isinstance(node.tag, form.Attribute) else ""
    passes = node.tag is not None and dotted(node.tag) != "String.raw"
    parts: list[Iterable[Fragment]] = []
    for part in node.parts:
        if isinstance(part, form.StringPiece):
            parts.append((Fragment(part.text, walker.source, part.start, part.end),))
            continue
        value = walker.value(part, scope)
        declared = _declared(walker, value, part) if passes else None
        if declared is not None:
            parts.append(declared)
        elif passes and not _pastes(value) and not _is_raw(walker, part, node.tag):
            parts.append((passed(value, walker.place(part)),))
        else:
            parts.append(parts_of(value, walker.place(part)))
    text = concatenated(parts)
    if node.tag is None:
        return text
    return _tagged(walker, text, tag, word, node)


def _pastes(value: Value) -> bool:
    """Tell whether a value may become part of the SQL of a tagged template."""
    return isinstance(value, Handle) and not value.is_template


def _declared(walker: Walker, value: Value, node: form.Node) -> Iterable[Fragment] | None:
    """Return what a value becomes in SQL that declares something, None elsewhere."""
    framework = framework_declaring(walker)
    return sql_of(framework, value, walker.place(node)) if framework is not None else None


def framework_declaring(walker: Walker) -> Framework | None:
    """Return the framework in whose words a schema is being declared, None where none is."""
    framework = walker.course.scripts.framework if walker.course.scripts is not None else None
    return framework if framework is not None and framework.declares is not None else None


def _is_raw(walker: Walker, node: form.Node, tag: form.Node | None) -> bool:
    """Tell whether a part of a tagged template becomes part of the SQL.

    What the tag itself makes does, too: names that it quotes.
    """
    if not isinstance(node, form.Call):
        return False
    path = dotted(node.function)
    if path and path == dotted(tag):
        return True
    return any(path.rpartition(".")[2] in library.raw for library in walker.connections.known)


def _tagged(
    walker: Walker, text: Written, tag: Value | None, word: str, node: form.String
) -> Value:
    """Return what a template gives whose tag is a library's: it is sent, or made to be."""
    place = walker.place(node)
    path = dotted(node.tag)
    if isinstance(tag, Unknown) and tag.is_foreign:
        path = f"{with_dots(tag.path)}.{word}" if word else with_dots(tag.path)
    call = EvaluatedCall(path.rpartition(".")[2], path, (text,), {}, place, is_template=True)
    match tag:
        case Handle() if (not word and tag.library.tags) or word in tag.library.executes:
            walker.connections.send(text, tag, (), place, walker.course)
            return Handle(tag.role, tag.library, tag.session, is_template=not word)
        case Unknown() if word:
            sent = walker.connections.sent(tag, call, walker.course, walker)
            if sent is not None:
                return sent
        case _:
            pass
    scripts = walker.course.scripts
    if scripts is not None and scripts.framework is not None:
        for library in walker.connections.known:
            if role_of(library, call) is LibraryRole.statement:
                return Handle(LibraryRole.statement, library, None, Prepared(text, []))
    made = library_calls.opened(walker.connections, call, walker.course, walker)
    return made if made is not None else text


EXPRESSIONS: Mapping[type, Callable[..., Value]] = MappingProxyType(
    {
        form.Name: _name,
        form.Attribute: _attribute,
        form.Subscript: _subscript,
        form.Literal: lambda walker, node, scope: Plain(node.value),
        form.String: _string,
        form.Sequence: _sequence,
        form.Mapping: _mapping,
        form.Operation: _operation,
        form.Cast: _cast,
        form.Spread: lambda walker, node, scope: walker.value(node.value, scope),
    }
)
"""How each kind of expression is evaluated."""
