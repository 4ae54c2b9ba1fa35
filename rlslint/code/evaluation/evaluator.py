"""Follows functions on values that nobody knows, and tells libraries what they are asked to do.

It knows the form and the tables of libraries, and no language. Both ways of a branch are taken and
what differs afterwards is not known; a loop over a known list takes a step for each item, others
take one; handlers of errors are followed and forgotten.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType

from rlslint import Pattern
from rlslint.code import form
from rlslint.code.adapters.building import Errors, last_word, types_of
from rlslint.code.evaluation.arguments import EvaluatedCall
from rlslint.code.evaluation.builtins import (
    Origin,
    is_text_builder,
)
from rlslint.code.evaluation.calls import call
from rlslint.code.evaluation.connections import Connections
from rlslint.code.evaluation.course import Course, Frame
from rlslint.code.evaluation.expressions import EXPRESSIONS
from rlslint.code.evaluation.statements import STATEMENTS
from rlslint.code.evaluation.strings import FollowedFile, Written
from rlslint.code.evaluation.values import (
    NOTHING,
    Closure,
    Entries,
    Handle,
    Items,
    Namespace,
    Object,
    Plain,
    Unknown,
    Value,
)
from rlslint.code.evaluation.walking import THEMSELVES, Program, is_typed
from rlslint.code.schemas import Framework
from rlslint.code.sites import Hook
from rlslint.text import HoleValue
from rlslint.text.budget import DEEPEST_IMPORT

_TRANSACTIONAL = Pattern(r"Transactional\b|\batomic\b|@transaction\b", flags=2)
_NOT_TRANSACTIONAL = Pattern(r"NOT_SUPPORTED|NEVER\b|SUPPORTS\b")

_TELL_NOTHING = frozenset(("object", "any", "dynamic"))
"""Types, in lower case, of which every value is."""

_WAYS: Mapping[type, Callable[..., Value]] = MappingProxyType(
    {**EXPRESSIONS, **STATEMENTS, form.Call: call}
)


class Evaluator:
    """Follows the functions of one file.

    `braces` tells that strings are formatted with braces, `enforces_types` that a value is of
    the type that it is declared to have, `bare_calls` that a name alone calls a function,
    `visits_keys` that a loop over a mapping gets its keys, `errors` how those of its functions
    reach who calls.
    """

    def __init__(
        self,
        source: FollowedFile,
        program: Program,
        connections: Connections,
        course: Course,
        *,
        braces: bool,
        enforces_types: bool,
        bare_calls: bool,
        calls_methods: bool,
        shares_folder: bool,
        visits_keys: bool,
        errors: Errors,
        framework: Framework | None = None,
    ) -> None:
        self.source = source
        self.module = Namespace()
        self.course = course
        self.connections = connections
        self.program = program
        self.braces = braces
        self._declared = HoleValue.typed if enforces_types else HoleValue.declared
        self.bare_calls = bare_calls
        self.calls_methods = calls_methods
        self.shares_folder = shares_folder
        self.visits_keys = visits_keys
        self.errors = errors
        self.framework = framework
        self.class_names: list[str] = []

    def value(self, node: form.Node | None, scope: Namespace) -> Value:
        """Return the value of an expression; follow a statement."""
        if node is None:
            return NOTHING
        self.course.step()
        return _WAYS[type(node)](self, node, scope)

    def place(self, node: form.Node) -> Origin:
        return Origin(self.source, node.start, node.end)

    # Functions

    def follow(
        self,
        closure: Closure,
        arguments: Sequence[Value],
        hook: Hook | None = None,
        named: Mapping[str, Value] | None = None,
    ) -> Value:
        """Follow a function, wherever it stands, and return what it returns.

        One that has a name and that a pool calls is followed by itself.
        """
        function = closure.function
        if (
            hook is not None
            and function.name
            and self.program.is_of_interest(closure.source, function.start, function.end)
        ):
            self.program.call_by_pool(closure, hook)
            return Unknown()
        if not self.course.may_call(closure):
            return Unknown()
        if self.course.scripts is not None:
            self.course.scripts.followed.add(function.name)
        home = self.program.walker_of(closure.source)
        home.course = self.course
        return home.run(closure, arguments, hook, named)

    def run(
        self,
        closure: Closure,
        arguments: Sequence[Value],
        hook: Hook | None,
        named: Mapping[str, Value] | None,
    ) -> Value:
        """Follow a function of this file; `named` is None where nobody tells how it is called."""
        function, course = closure.function, self.course
        scope = Namespace(closure.scope)
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
        before = course.hook, course.leaving, course.is_marked
        owner = closure.scope.owner
        course.hook = hook or course.hook or self._hook_of(closure)
        course.leaving = None
        course.frames.append(frame)
        marks = " ".join((*function.marks, *(owner.marks if owner is not None else ())))
        surrounds = _TRANSACTIONAL().search(marks) and not _NOT_TRANSACTIONAL().search(marks)
        course.is_marked = course.is_marked or bool(surrounds)
        ambient = (
            [self.connections.ambient(each, course) for each in self.connections.active]
            if surrounds
            else []
        )
        states = [(each, each.transaction) for each in ambient]
        if len(course.frames) == 1:
            self._stand_outside(closure)
        for session in ambient:
            session.transaction = True
        for each in function.annotations:
            self._annotated(each, scope)
        receivers = course.receivers
        if function.name:
            own = scope.variables.get("this") if form.EXTENSION in function.marks else None
            course.receivers = [own] if isinstance(own, Handle) else []
        try:
            last = self.value(function.body.node, scope)
            with course.at_the_end():
                for step in reversed(frame.deferred):
                    step()
        finally:
            course.restore(states)
            course.receivers = receivers
            course.frames.pop()
            course.hook, course.leaving, course.is_marked = before
        if function.name and isinstance(frame.returned, Written) and frame.returned.is_sql:
            self.connections.rewritten(function.name, frame.returned, self.place(function), course)
        if frame.returned is not None:
            return self._returned(frame.returned, function)
        gives = function.gives_last or not function.name
        if gives and not isinstance(last, Plain):
            if function.name and not course.frames:
                self.connections.given(last, self.place(function), course)
            return last
        return self.typed(function.returns, "") if function.returns else last

    def _annotated(self, node: form.Call, scope: Namespace) -> None:
        name = node.function.name if isinstance(node.function, form.Name) else ""
        if any(name in library.annotations for library in self.connections.active):
            given = [self.value(each, scope) for each in node.arguments]
            named = {word: self.value(each, scope) for word, each in node.named}
            call = EvaluatedCall(name, name, given, named, self.place(node))
            self.connections.declared(call, self.course)

    def _returned(self, value: Value, function: form.Function) -> Value:
        """Return what a function gave; of what nothing is known, its declared type is."""
        match value:
            case Unknown(value=HoleValue.anything, is_foreign=foreign, session=None, path=path):
                typed = self.typed(function.returns, path)
                if isinstance(typed, Unknown):
                    return value if typed.value is HoleValue.anything else typed
                return value if foreign else typed
            case Unknown(value=HoleValue.typed | HoleValue.declared, path=path) if (
                last_word(function.returns).lower() in _TELL_NOTHING
            ):
                return Unknown(path)
            case Items((Unknown() as first, *others)):
                return Items((self._returned(first, function), *others))
            case _:
                return value

    def _bind(
        self,
        function: form.Function,
        arguments: Sequence[Value],
        named: Mapping[str, Value] | None,
        scope: Namespace,
    ) -> None:
        """Give the parameters of a function their values."""
        is_extension = form.EXTENSION in function.marks
        parameters = [
            each for each in function.parameters if is_extension or each.name not in THEMSELVES
        ]
        own = {each.name for each in parameters}
        if function.receiver and scope.owner is not None:
            scope.variables[function.receiver] = scope.owner
        is_called = bool(arguments) or named is not None
        positional: Sequence[Value] = arguments
        for number, parameter in enumerate(parameters):
            name = parameter.name.lstrip("*.&")
            if parameter.name.startswith("**"):
                others = {word: value for word, value in (named or {}).items() if word not in own}
                scope.variables[name] = Entries(others) if named is not None else Unknown(name)
                continue
            if parameter.name.startswith("*"):
                scope.variables[name] = (
                    Items(tuple(positional[number:])) if is_called else Unknown(name)
                )
                positional = ()
                continue
            given = positional[number] if number < len(positional) else None
            if given is None and named is not None:
                given = named.get(name)
            if given is None and parameter.default is not None and is_called:
                given = self.value(parameter.default, scope)
            nothing_known = isinstance(given, Unknown) and (
                not given.is_foreign and given.value is HoleValue.anything
            )
            if given is None or nothing_known:
                typed = self.typed(parameter.type, name)
                if given is None or not isinstance(typed, Unknown):
                    given = typed
                elif typed.value is HoleValue.typed and isinstance(given, Unknown):
                    given = Unknown(given.path, HoleValue.typed)
            scope.variables[name] = given
        if len(arguments) < len(parameters) and arguments and isinstance(arguments[-1], Closure):
            scope.variables[parameters[-1].name.lstrip("*.&")] = arguments[-1]

    def _stand_outside(self, closure: Closure) -> None:
        """Begin a function that runs outside of the transaction of a request."""
        owner = closure.scope.owner
        if owner is None:
            words = set(closure.scope.variables)
        else:
            words = {*owner.scope.variables, *(last_word(base) for base in owner.bases)}
        for library in self.connections.active:
            for word, names in library.outside.items():
                if word in words and (owner is None or closure.function.name in names):
                    session = self.connections.ambient(library, self.course)
                    session.transaction = session.is_surrounding = False

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
            return self.connections.hook_of_method(function.name)
        return None

    def _with_module(self, kind: str) -> str:
        """Return a type with the module that its name is imported from."""
        first, dot, rest = kind.partition(".")
        found = self.module.variables.get(first)
        if isinstance(found, Unknown) and found.is_foreign:
            return f"{found.path}{dot}{rest}"
        return kind

    def typed(self, kind: str, name: str) -> Value:
        """Return a value of which only the declared type and the name are known."""
        kinds = types_of(kind)
        if kinds and all(is_typed(each) for each in kinds):
            return Unknown(name, self._declared)
        if is_text_builder(kind):
            return Written(())
        handle = self.connections.typed([*map(self._with_module, kinds)], self.course)
        if handle is not None:
            if handle.session is not None and not handle.session.name:
                handle.session.name = name
            return handle
        owned = self.program.named_class(last_word(kinds[0])) if len(kinds) == 1 else None
        if owned is not None and owned.is_alias:
            return self.of_library(owned) or Unknown(name)
        return owned or Unknown(name)

    def of_library(self, made: Object) -> Handle | None:
        """Return what an object of a class of the project is to a library that it is based on."""
        base: Object | None = made
        for _ in range(DEEPEST_IMPORT):
            if base is None or not base.bases:
                return None
            home = self.program.walker_of(base.source)
            handle = home.connections.typed(base.bases, self.course)
            if handle is not None:
                return handle
            named = [self.program.named_class(last_word(each)) for each in base.bases]
            base = next((each for each in named if each is not None and each is not base), None)
        return None
