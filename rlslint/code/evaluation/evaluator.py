"""Follows functions on values that nobody knows, and tells libraries what they are asked to do.

It knows the form and the tables of libraries, and no language. Both ways of a branch are taken and
what differs afterwards is not known; a loop over a known list takes a step for each item, others
take one; handlers of errors are followed and forgotten.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Protocol, TypeVar

from rlslint.code import form
from rlslint.code.adapters.building import last_word
from rlslint.code.evaluation.builtins import (
    Place,
    added,
    filled,
    known_call,
    known_items,
    parts_of,
    visits,
)
from rlslint.code.evaluation.connections import Call, Connections
from rlslint.code.evaluation.course import Course, Frame
from rlslint.code.evaluation.migrations import scripts_of
from rlslint.code.evaluation.strings import Fragment, Source, Written, concatenated
from rlslint.code.evaluation.values import (
    NOTHING,
    Closure,
    Entries,
    Handle,
    Items,
    Object,
    Plain,
    Scope,
    Unknown,
    Value,
    constant,
)
from rlslint.code.form import Leaves
from rlslint.code.libraries import Step
from rlslint.code.sites import Hook
from rlslint.text import HoleValue
from rlslint.text.patterns import Pattern

_THEMSELVES = frozenset(("self", "this", "cls", "@", "$this", "me", "static"))
_CONSTRUCTORS = frozenset(("__init__", "constructor", "__construct", "initialize", "init"))
_TYPED = frozenset(
    {
        "int", "integer", "long", "uuid", "guid", "number", "bool", "boolean", "i16", "i32",
        "i64", "u16", "u32", "u64", "usize", "int16", "int32", "int64", "uint", "uint32",
        "uint64", "float", "double", "decimal", "short", "bigint", "uuidv4", "float64",
        "serial",
    }
)  # fmt: skip
_TRANSACTIONAL = Pattern(r"Transactional\b|\batomic\b|@transaction\b", flags=2)
_NOT_TRANSACTIONAL = Pattern(r"NOT_SUPPORTED|NEVER\b|SUPPORTS\b")
_CONSTANT_CASE = Pattern(r"[A-Z][A-Z0-9_]{2,}")
_MODULES = frozenset(("require", "import", "require_once", "include", "include_once"))

_N = TypeVar("_N")


class Program(Protocol):
    """What the evaluator asks of the program that a file is part of."""

    def imported(self, module: str, member: str, source: Source) -> Value | None: ...

    def named_class(self, name: str) -> Object | None: ...

    def named_function(self, name: str) -> Closure | None: ...

    def evaluator_of(self, source: Source) -> Evaluator: ...

    def is_of_interest(self, source: Source, start: int, end: int) -> bool: ...

    def beside(self, name: str, source: Source) -> Value | None: ...

    def declare(self, closure: Closure) -> None: ...

    def declare_class(self, made: Object) -> None: ...


class Evaluator:
    """Follows the functions of one file.

    `braces` tells that strings are formatted with braces, `enforces_types` that a value is of
    the type that it is declared to have, `bare_calls` that a name alone calls a function.
    """

    def __init__(
        self,
        source: Source,
        program: Program,
        connections: Connections,
        course: Course,
        *,
        braces: bool,
        enforces_types: bool,
        bare_calls: bool,
        shares_folder: bool,
    ) -> None:
        self.source = source
        self.module = Scope()
        self.course = course
        self.connections = connections
        self._program = program
        self._braces = braces
        self._declared = HoleValue.typed if enforces_types else HoleValue.declared
        self._bare_calls = bare_calls
        self._shares_folder = shares_folder
        self._class_names: list[str] = []
        self._ways: Mapping[type, Callable[..., Value]] = {
            form.Name: self._name,
            form.Attribute: self._attribute,
            form.Subscript: self._subscript,
            form.Call: self._call,
            form.Function: self._function,
            form.Literal: lambda node, scope: Plain(node.value),
            form.String: self._string,
            form.Sequence: self._sequence,
            form.Mapping: self._mapping,
            form.Operation: self._operation,
            form.Cast: self._cast,
            form.Spread: lambda node, scope: self.value(node.value, scope),
            form.Other: self._other,
            form.Block: self._block,
            form.Assign: self._assign,
            form.Import: self._import,
            form.With: self._with,
            form.Try: self._try,
            form.Loop: self._loop,
            form.If: self._if,
            form.Choice: self._choice,
            form.Leave: self._leave,
            form.Defer: self._defer,
            form.Class: self._class,
        }

    def value(self, node: form.Node | None, scope: Scope) -> Value:
        """Return the value of an expression; follow a statement."""
        if node is None:
            return NOTHING
        self.course.step()
        return self._ways[type(node)](node, scope)

    def place(self, node: form.Node) -> Place:
        return Place(self.source, node.start, node.end)

    # Functions

    def follow(
        self,
        closure: Closure,
        arguments: Sequence[Value],
        hook: Hook | None = None,
        named: Mapping[str, Value] | None = None,
    ) -> Value:
        """Follow a function, wherever it stands, and return what it returns."""
        if not self.course.may_call(closure):
            return Unknown()
        home = self._program.evaluator_of(closure.source)
        home.course = self.course
        return home.run(closure, arguments, hook, named or {})

    def run(
        self,
        closure: Closure,
        arguments: Sequence[Value],
        hook: Hook | None,
        named: Mapping[str, Value],
    ) -> Value:
        """Follow a function of this file."""
        function, course = closure.function, self.course
        scope = Scope(closure.scope)
        self._bind(function, arguments, named, scope)
        block = next(
            (
                each
                for each in reversed(arguments)
                if isinstance(each, Closure) and not each.function.name
            ),
            None,
        )
        frame = Frame(closure, block)
        before = course.hook, course.leaving
        owner = closure.scope.owner
        course.hook = hook or course.hook or self._hook_of(closure)
        course.leaving = None
        course.frames.append(frame)
        marks = " ".join((*function.marks, *(owner.marks if owner is not None else ())))
        surrounds = _TRANSACTIONAL().search(marks) and not _NOT_TRANSACTIONAL().search(marks)
        ambient = [course.ambient(each) for each in self.connections.active] if surrounds else []
        states = [(each, each.transaction) for each in ambient]
        for session in ambient:
            session.transaction = True
        try:
            last = self.value(function.body.node, scope)
        finally:
            course.restore(states)
            course.frames.pop()
            course.hook, course.leaving = before
        if frame.returned is not None:
            return frame.returned
        gives = function.gives_last or not function.name
        if gives and not isinstance(last, Plain):
            return last
        return self._typed(function.returns, "") if function.returns else last

    def _bind(
        self,
        function: form.Function,
        arguments: Sequence[Value],
        named: Mapping[str, Value],
        scope: Scope,
    ) -> None:
        """Give the parameters of a function their values."""
        parameters = [each for each in function.parameters if each.name not in _THEMSELVES]
        if function.receiver and scope.owner is not None:
            scope.variables[function.receiver] = scope.owner
        for number, parameter in enumerate(parameters):
            name = parameter.name.lstrip("*.&")
            if parameter.name.startswith("*") and not parameter.name.startswith("**"):
                scope.variables[name] = Items(tuple(arguments[number:]))
                continue
            given = arguments[number] if number < len(arguments) else named.get(name)
            if given is None and parameter.default is not None and arguments:
                given = self.value(parameter.default, scope)
            nothing_known = isinstance(given, Unknown) and (
                not given.is_foreign and given.value is HoleValue.anything
            )
            if given is None or nothing_known:
                typed = self._typed(parameter.type, name)
                given = typed if given is None or not isinstance(typed, Unknown) else given
            scope.variables[name] = given
        if len(arguments) < len(parameters) and arguments and isinstance(arguments[-1], Closure):
            scope.variables[parameters[-1].name.lstrip("*.&")] = arguments[-1]

    def _hook_of(self, closure: Closure) -> Hook | None:
        """Return when a pool calls a function that is known by its name or its marks."""
        function = closure.function
        for mark in function.marks:
            for word in Pattern(r"""["'](\w+)["']""")().findall(mark):
                found = self.connections.hook(word)
                if found is not None:
                    return found
        owner = closure.scope.owner
        if function.name and owner is not None and owner.bases:
            return self.connections.hook(function.name)
        return None

    def _typed(self, kind: str, name: str) -> Value:
        """Return a value of which only the declared type and the name are known."""
        word = last_word(kind)
        if word.lower() in _TYPED:
            return Unknown(name, self._declared)
        if word:
            handle = self.connections.typed(word, self.course)
            if handle is not None:
                if handle.session is not None and not handle.session.name:
                    handle.session.name = name
                return handle
            owned = self._program.named_class(word)
            if owned is not None:
                return owned
        return Unknown(name)

    # Statements

    def _block(self, node: form.Block, scope: Scope) -> Value:
        value: Value = NOTHING
        for statement in node.body:
            value = self.value(statement, scope)
            if self.course.leaving is not None:
                break
        return value

    def _other(self, node: form.Other, scope: Scope) -> Value:
        for each in node.parts:
            self.value(each, scope)
        return Unknown()

    def _assign(self, node: form.Assign, scope: Scope) -> Value:
        value = self.value(node.value, scope)
        if node.operator and node.targets:
            value = self._operated(
                node,
                node.operator,
                [(node.targets[0], self.value(node.targets[0], scope))]
                + ([(node.value, value)] if node.value is not None else []),
            )
        if node.type and (
            node.value is None or (isinstance(value, Unknown) and not value.is_foreign)
        ):
            value = self._typed(node.type, _target_name(node))
        if isinstance(node.value, form.Function) and not node.value.name and node.targets:
            value = self._named(value, _target_name(node))
        several = len(node.targets) > 1
        for number, target in enumerate(node.targets):
            if several and isinstance(value, Items):
                part = value.values[number] if number < len(value.values) else Unknown()
            else:
                part = value if number == 0 else Unknown(_name_of(target))
            self._set(target, part, scope, node)
        return value

    def _named(self, value: Value, name: str) -> Value:
        """Give a function that is assigned to a name that name."""
        if isinstance(value, Closure) and name:
            value = value._replace(
                function=value.function._replace(name=name), name=self._qualified(name)
            )
            self._program.declare(value)
        return value

    def _set(self, target: form.Node, value: Value, scope: Scope, node: form.Node) -> None:
        match target:
            case form.Name(name=name):
                if isinstance(value, Handle) and value.session is not None:
                    value.session.name = value.session.name or name
                if self.course.frames:
                    scope.assign(name, value)
                else:
                    scope.variables[name] = value
            case form.Attribute(of=of, name=name):
                self._set_member(self.value(of, scope), name, value, node)
            case form.Subscript(of=of, key=key):
                held, word = self.value(of, scope), constant(self.value(key, scope))
                if isinstance(held, Entries) and isinstance(word, str):
                    held.values[word] = value
            case form.Sequence(items=items):
                for each in items:
                    self._set(each, Unknown(_name_of(each)), scope, node)
            case _:
                pass

    def _set_member(self, of: Value, name: str, value: Value, node: form.Node) -> None:
        hook = self.connections.hook(name) if isinstance(value, Closure) else None
        if isinstance(value, Closure):
            if hook is not None:
                self.follow(value, (), hook)
            else:
                value = self._named(value, name)
        match of:
            case Object():
                of.scope.variables[name] = value
                if isinstance(value, Handle) and value.session is not None:
                    value.session.name = value.session.name or name
            case Unknown():
                of.members[name] = value
            case Entries():
                of.values[name] = value
            case Handle():
                if name.lower() == "autocommit" and of.session is not None:
                    self.connections.autocommit(of.session, value)
                elif isinstance(value, Written) and name in of.library.members:
                    self.connections.send(value, of, (), self.place(node), self.course)
            case _:
                pass

    def _import(self, node: form.Import, scope: Scope) -> Value:
        found = self._program.imported(node.module, node.member, self.source)
        path = f"{node.module}.{node.member}" if node.member else node.module
        value = found if found is not None else Unknown(_dotted(path), is_foreign=True)
        if node.name:
            scope.variables[node.name] = value
        return value

    def _with(self, node: form.With, scope: Scope) -> Value:
        course = self.course
        undo = []
        for name, item in node.items:
            course.yielded = None
            states = course.states()
            value = self.value(item, scope)
            if course.yielded is not None and isinstance(item, form.Call):
                value, inside = course.yielded
                undo += course.states()
                course.restore(inside)
                course.yielded = None
            elif isinstance(value, Handle) and value.begins and value.session is not None:
                undo += [each for each in states if each[0] is value.session]
                value.session.transaction = True
                value = value._replace(begins=False)
            if name:
                if isinstance(value, Handle) and value.session is not None:
                    value.session.name = value.session.name or name
                scope.variables[name] = value
        value = self.value(node.body, scope)
        course.restore(undo)
        return value

    def _try(self, node: form.Try, scope: Scope) -> Value:
        course = self.course
        value = self.value(node.body, scope)
        after, left = course.states(), course.leaving
        for handler in node.handlers:
            course.leaving = None
            self.value(handler, scope)
        course.restore(after)
        course.leaving = left
        if node.final is not None:
            with course.at_the_end():
                self.value(node.final, scope)
        return value

    def _defer(self, node: form.Defer, scope: Scope) -> Value:
        with self.course.at_the_end():
            value = self.value(node.value, scope)
            if isinstance(value, Closure):
                self.follow(value, ())
        return NOTHING

    def _loop(self, node: form.Loop, scope: Scope) -> Value:
        over = self.value(node.over, scope) if node.over is not None else None
        items = known_items(over)
        given: Iterable[Value] = items if items is not None else (Unknown(" ".join(node.names)),)
        found: list[Value] = []
        for item in given:
            self._take(node.names, item, scope)
            if any(constant(self.value(each, scope)) is False for each in node.conditions):
                continue
            found.append(self.value(node.body, scope))
            self.course.leaving = None
        return Items(tuple(found)) if items is not None else Unknown()

    def _take(self, names: Sequence[str], item: Value, scope: Scope) -> None:
        parts = item.values if isinstance(item, Items) and len(names) > 1 else (item,)
        for number, name in enumerate(names):
            scope.variables[name] = parts[number] if number < len(parts) else Unknown(name)

    def _if(self, node: form.If, scope: Scope) -> Value:
        known = constant(self.value(node.test, scope))
        if isinstance(known, bool):
            return self.value(node.then if known else node.otherwise, scope)
        return self._one_of([node.then, node.otherwise], scope)

    def _choice(self, node: form.Choice, scope: Scope) -> Value:
        subject = constant(self.value(node.subject, scope)) if node.subject is not None else None
        ways: list[form.Node | None] = []
        has_default = False
        for arm in node.arms:
            patterns = [constant(self.value(each, scope)) for each in arm.patterns]
            if subject is not None and subject in patterns:
                return self.value(arm.body, scope)
            has_default = has_default or not arm.patterns
            ways.append(arm.body)
        return self._one_of(ways if has_default else [*ways, None], scope)

    def _one_of(self, ways: Sequence[form.Node | None], scope: Scope) -> Value:
        """Take each of several ways from here on; what they do differently is not known."""
        course = self.course
        before = course.states()
        ends = []
        leaving: list[Leaves] = []
        found: list[Value] = []
        for way in ways:
            course.restore(before)
            course.leaving = None
            found.append(self.value(way, scope))
            if course.leaving is None:
                ends.append(course.states())
            else:
                leaving.append(course.leaving)
        if ends:
            course.merge(ends)
            course.leaving = None
        elif leaving:
            course.leaving = leaving[-1]
        telling = [each for each in found if isinstance(each, Written | Handle | Items | Closure)]
        return telling[0] if telling else next(iter(found), NOTHING)

    def _leave(self, node: form.Leave, scope: Scope) -> Value:
        course = self.course
        value = self.value(node.value, scope)
        if node.kind is Leaves.yields:
            course.yielded = value, course.states()
            block = next(
                (f.block for f in reversed(course.frames) if f.closure.function.name), None
            )
            if block is not None:
                given = value.values if isinstance(value, Items) else (value,)
                return self.follow(block, given)
            return value
        course.leaving = node.kind
        if node.kind is Leaves.returns and course.frames and course.frames[-1].returned is None:
            course.frames[-1].returned = value
        return value

    def _class(self, node: form.Class, scope: Scope) -> Value:
        known = self._program.named_class(node.name) if node.extends else None
        made = known or Object(node, scope, self.source)
        if node.name and known is None:
            scope.variables[node.name] = made
            self._program.declare_class(made)
        for parameter in node.parameters:
            made.scope.variables[parameter.name] = self._typed(parameter.type, parameter.name)
        self._class_names.append(node.name)
        try:
            self.value(node.body, made.scope)
        finally:
            self._class_names.pop()
        for name, value in list(made.scope.variables.items()):
            if isinstance(value, Closure) and (name in _CONSTRUCTORS or name == node.name):
                self._construct(value, made)
        return made

    def _construct(self, closure: Closure, made: Object) -> None:
        """Learn from a constructor what the fields of a class hold."""
        for parameter in closure.function.parameters:
            typed = self._typed(parameter.type, parameter.name)
            made.scope.variables.setdefault(parameter.name, typed)
        self.follow(closure, ())

    def _function(self, node: form.Function, scope: Scope) -> Value:
        closure = Closure(node, scope, self.source, self._qualified(node.name))
        if node.name:
            scope.variables[node.name] = closure
            self._program.declare(closure)
        return closure

    def _qualified(self, name: str) -> str:
        return ".".join((*(each for each in self._class_names if each), name))

    # Expressions

    def _name(self, node: form.Name, scope: Scope) -> Value:
        name = node.name
        if name in _THEMSELVES and scope.owner is not None:
            return scope.owner
        found = scope.find(name)
        if found is None or (isinstance(found, Unknown) and found.is_foreign):
            path = found.path if isinstance(found, Unknown) else name
            standing = self.connections.standing(path, self.course)
            if standing is not None:
                return standing
        if found is None:
            found = self._inherited(scope, name) or self._elsewhere(name)
        if isinstance(found, Closure) and self._bare_calls and self.course.frames:
            return self.follow(found, ())
        if found is None:
            is_constant = _CONSTANT_CASE().fullmatch(name) is not None
            found = Unknown(name, HoleValue.constant if is_constant else HoleValue.anything)
            scope.variables[name] = found
        return found

    def _elsewhere(self, name: str) -> Value | None:
        """Return what other files call by a name."""
        beside = self._program.beside(name, self.source) if self._shares_folder else None
        return beside or self._program.named_class(name)

    def _inherited(self, scope: Scope, name: str) -> Value | None:
        return self._member(scope.owner, name, 0) if scope.owner is not None else None

    def _member(self, of: Object, name: str, depth: int) -> Value | None:
        """Return a member of a class or of those that it is based on."""
        found = of.scope.variables.get(name)
        if found is not None or depth > 3:
            return found
        for each in of.bases:
            base = self._program.named_class(last_word(each))
            if base is not None and base is not of:
                found = self._member(base, name, depth + 1)
                if found is not None:
                    return found
        return None

    def _attribute(self, node: form.Attribute, scope: Scope) -> Value:
        path = dotted(node)
        if path:
            standing = self.connections.standing(path, self.course)
            if standing is not None:
                return standing
        of = self.value(node.of, scope)
        match of:
            case Handle():
                step = of.library.steps.get(node.name)
                if step in (Step.same, Step.connection, Step.pool):
                    call = Call(node.name, path, (), {}, self.place(node))
                    return self.connections.step(of, step, call, self.course, self)
                return Unknown(path)
            case Object():
                found = self._member(of, node.name, 0)
                if found is None:
                    found = of.scope.variables[node.name] = Unknown(path)
                if isinstance(found, Closure) and self._bare_calls:
                    return self.follow(found, ())
                return found
            case Entries(values) if node.name in values:
                return values[node.name]
            case Unknown():
                return self._of_unknown(of, node.name)
            case _:
                return Unknown(path)

    def _of_unknown(self, of: Unknown, name: str) -> Value:
        found = of.members.get(name)
        if found is None:
            path = f"{of.path}.{name}"
            found = self.connections.standing(path, self.course) if of.is_foreign else None
            is_constant = _CONSTANT_CASE().fullmatch(name) is not None
            value = HoleValue.constant if is_constant else HoleValue.anything
            found = of.members[name] = found or Unknown(path, value, of.is_foreign)
        return found

    def _subscript(self, node: form.Subscript, scope: Scope) -> Value:
        of, key = self.value(node.of, scope), constant(self.value(node.key, scope))
        match of, key:
            case Items(values), int() if -len(values) <= key < len(values):
                return values[key]
            case Entries(values), str() if key in values:
                return values[key]
            case Handle(), _:
                return of
            case _:
                return Unknown(dotted(node.of))

    def _sequence(self, node: form.Sequence, scope: Scope) -> Value:
        return Items(tuple(self._spread(node.items, scope)))

    def _spread(self, nodes: Iterable[form.Node], scope: Scope) -> list[Value]:
        found: list[Value] = []
        for each in nodes:
            value = self.value(each, scope)
            if isinstance(each, form.Spread):
                found += value.values if isinstance(value, Items) else (Unknown(),)
            else:
                found.append(value)
        return found

    def _mapping(self, node: form.Mapping, scope: Scope) -> Value:
        entries: dict[str, Value] = {}
        for name, key, given in node.pairs:
            value = self.value(given, scope)
            label = name
            if key is not None and not isinstance(key, form.Name):
                known = constant(self.value(key, scope))
                label = known if isinstance(known, str) else name
            if not name and isinstance(given, form.Spread) and isinstance(value, Entries):
                entries.update(value.values)
                continue
            if isinstance(value, Closure):
                hook = self.connections.hook(label)
                if hook is not None:
                    self.follow(value, (), hook)
                elif not value.function.name:
                    value = self._named(value, label)
            entries[label] = value
        return Entries(entries, node.type)

    def _cast(self, node: form.Cast, scope: Scope) -> Value:
        value = self.value(node.value, scope)
        if last_word(node.type).lower() in _TYPED and isinstance(value, Unknown):
            return Unknown(value.path, HoleValue.typed)
        if isinstance(value, Unknown) and not value.is_foreign:
            handle = self.connections.typed(last_word(node.type), self.course)
            return handle if handle is not None else value
        return value

    def _operation(self, node: form.Operation, scope: Scope) -> Value:
        values = [(each, self.value(each, scope)) for each in node.operands]
        return self._operated(node, node.operator, values)

    def _operated(
        self, node: form.Node, sign: str, operands: Sequence[tuple[form.Node, Value]]
    ) -> Value:
        values = [value for _, value in operands]
        match sign, values:
            case "+", _:
                found = added([(value, self.place(each)) for each, value in operands])
                return found if found is not None else Unknown()
            case "%", (Written() as template, given):
                return filled(template, given, self.place(operands[1][0]))
            case "==" | "!=", (left, right):
                first, second = constant(left), constant(right)
                if first is None or second is None:
                    return Unknown()
                return Plain((first == second) is (sign == "=="))
            case "not", (only,):
                known = constant(only)
                return Plain(not known) if isinstance(known, bool) else Unknown()
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
            case _:
                return Unknown()

    def _string(self, node: form.String, scope: Scope) -> Value:
        tag_of = node.tag.of if isinstance(node.tag, form.Attribute) else node.tag
        tag = self.value(tag_of, scope) if tag_of is not None else None
        word = node.tag.name if isinstance(node.tag, form.Attribute) else ""
        passes = node.tag is not None and dotted(node.tag) != "String.raw"
        parts: list[Iterable[Fragment]] = []
        for part in node.parts:
            if isinstance(part, form.Piece):
                parts.append((Fragment(part.text, self.source, part.start, part.end),))
                continue
            value = self.value(part, scope)
            filling = parts_of(value, self.place(part))
            if passes and not self._is_raw(part):
                filling = concatenated((filling,)).bound().fragments
            parts.append(filling)
        text = concatenated(parts)
        if node.tag is None:
            return text
        return self._tagged(text, tag, word, node, scope)

    def _is_raw(self, node: form.Node) -> bool:
        """Tell whether a part of a tagged template becomes part of the SQL."""
        if not isinstance(node, form.Call):
            return False
        name = dotted(node.function).rpartition(".")[2]
        return any(name in library.raw for library in self.connections.known)

    def _tagged(
        self, text: Written, tag: Value | None, word: str, node: form.String, scope: Scope
    ) -> Value:
        """Return what a template gives whose tag is a library's: it is sent, or made to be."""
        place = self.place(node)
        call = Call(word or dotted(node.tag), dotted(node.tag), (text,), {}, place)
        match tag:
            case Handle() if (not word and tag.library.tags) or word in tag.library.executes:
                self.connections.send(text, tag, (), place, self.course)
                return Handle(tag.role, tag.library, tag.session)
            case Unknown() if word:
                sent = self.connections.sent(tag, call, self.course, self)
                if sent is not None:
                    return sent
            case _:
                pass
        made = self.connections.opened(call, self.course, self)
        return made if made is not None else text

    # Calls

    def _call(self, node: form.Call, scope: Scope) -> Value:
        function = node.function
        of: Value | None = None
        callee: Value | None = None
        match function:
            case form.Attribute(of=owner, name=name):
                of = self.value(owner, scope)
            case form.Name(name=name):
                callee = scope.find(name) or self._inherited(scope, name)
                if callee is None and self._shares_folder:
                    callee = self._program.beside(name, self.source)
            case _:
                name = ""
                callee = self.value(function, scope)
        path = _dotted(dotted(function))
        if isinstance(of, Unknown) and of.is_foreign:
            path = f"{_dotted(of.path)}.{name}"
        elif isinstance(callee, Unknown) and callee.is_foreign:
            path = _dotted(callee.path)
        if of is None and name in _MODULES and node.arguments:
            found = self._required(node.arguments[0], scope)
            if found is not None:
                return found
        batch = isinstance(of, Handle) and of.library.steps.get(name) is Step.transaction
        course = self.course
        before, course.in_batch = (
            course.in_batch,
            course.in_batch
            or (batch and any(isinstance(each, form.Sequence) for each in node.arguments)),
        )
        arguments = self._spread(node.arguments, scope)
        named = {key: self.value(value, scope) for key, value in node.named}
        course.in_batch = before
        for key, value in named.items():
            hook = self.connections.hook(key) if isinstance(value, Closure) else None
            if hook is not None and isinstance(value, Closure):
                self.follow(value, (), hook)
        is_foreign = of is None or (isinstance(of, Unknown) and of.is_foreign)
        call = Call(name, path, arguments, named, self.place(node), is_foreign)
        return self._called(call, of, callee, scope)

    def _required(self, argument: form.Node, scope: Scope) -> Value | None:
        """Return the module that a call of `require` or `import` gives."""
        path = constant(self.value(argument, scope))
        if not isinstance(path, str):
            return None
        found = self._program.imported(path, "", self.source)
        return found if found is not None else Unknown(_dotted(path), is_foreign=True)

    def _called(self, call: Call, of: Value | None, callee: Value | None, scope: Scope) -> Value:
        course, connections = self.course, self.connections
        if course.scripts is not None:
            run = scripts_of(call, of, connections.known)
            if run:
                course.scripts += run
                return Unknown()
        if isinstance(of, Handle):
            found = connections.method(of, call, course, self)
            if found is not None:
                return found
        own = self._own_function(call, of, callee)
        if own is None and not isinstance(of, Handle):
            made = known_call(
                call.name, of, call.arguments, dict(call.named), call.place, scope, self._braces
            )
            if made is not None:
                return made
            items = known_items(of)
            if visits(call.name) and call.closure is not None and isinstance(of, Items):
                return Items(tuple([self.follow(call.closure, [each]) for each in items or ()]))
            made = connections.opened(call, course, self)
            if made is not None:
                return made
        if own is not None:
            return self.follow(own, call.arguments, None, call.named)
        if isinstance(callee, Object):
            return callee
        if not isinstance(of, Handle | Object):
            sent = connections.sent(of, call, course, self)
            if sent is not None:
                return sent
        owned = self._program.named_class(call.name) if of is None else None
        if owned is not None:
            return owned
        self._handed_over(call, of)
        return Unknown(f"{call.path}()")

    def _own_function(self, call: Call, of: Value | None, callee: Value | None) -> Closure | None:
        """Return the function of the project that is called."""
        found: Value | None = callee
        match of:
            case Object():
                found = self._member(of, call.name, 0)
            case Unknown():
                found = of.members.get(call.name)
            case Entries(values):
                found = values.get(call.name)
            case Closure() if call.name in ("call", "apply", "invoke", "()"):
                found = of
            case None if callee is None:
                found = self._program.named_function(call.name)
            case _:
                pass
        return found if isinstance(found, Closure) else None

    def _handed_over(self, call: Call, of: Value | None) -> None:
        """Follow the functions that something unknown is handed; it may call them."""
        hook = self.connections.hook(call.name)
        first = constant(call.arguments[0]) if call.arguments else None
        if isinstance(first, str):
            hook = self.connections.hook(first) or hook
        for value in (*call.arguments, *call.named.values()):
            if isinstance(value, Closure) and (hook is not None or not value.function.name):
                function = value.function
                inside = self._program.is_of_interest(value.source, function.start, function.end)
                if inside:
                    given = [of] if isinstance(of, Handle) else []
                    self.follow(value, given, hook)


def dotted(node: form.Node | None) -> str:
    """Return the dotted name that an expression is, "" where it is none."""
    match node:
        case form.Name(name=name):
            return name
        case form.Attribute(of=of, name=name):
            before = dotted(of)
            return f"{before}.{name}" if before else name
        case form.Call(function=function):
            return dotted(function)
        case _:
            return ""


def _dotted(path: str) -> str:
    return path.replace("::", ".").replace("\\", ".").replace("/", ".").replace("->", ".")


def _name_of(node: form.Node) -> str:
    return node.name if isinstance(node, form.Name | form.Attribute) else ""


def _target_name(node: form.Assign) -> str:
    return _name_of(node.targets[0]) if node.targets else ""
