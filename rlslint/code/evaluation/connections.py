"""What the values of libraries do: they lend connections, begin transactions, send SQL."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import Protocol

from rlslint.code.adapters.building import last_words
from rlslint.code.evaluation.arguments import (
    EvaluatedCall,
    facts_by_name,
    function_called,
    listed,
    role_of,
    sql_of,
    values_by_name,
)
from rlslint.code.evaluation.builtins import Origin, flattened
from rlslint.code.evaluation.course import Course
from rlslint.code.evaluation.record import Recorder, Surroundings
from rlslint.code.evaluation.strings import (
    BLANK,
    Written,
    joined,
    with_braces_filled,
)
from rlslint.code.evaluation.values import (
    NOTHING,
    Closure,
    Entries,
    FollowedSession,
    Handle,
    Items,
    Object,
    Plain,
    Unknown,
    Value,
    constant,
)
from rlslint.code.libraries import ConnectionFacts, Library, LibraryRole
from rlslint.code.sites import POOL, CodeEventKind, Hook

_TRANSACTION_ENTRIES = frozenset(("transaction", "transacting", "tx", "trx"))


class Follower(Protocol):
    """What follows a function that a library is handed."""

    def follow(
        self, closure: Closure, arguments: Sequence[Value], hook: Hook | None = None
    ) -> Value: ...


class Connections:
    """The libraries of one file, and what their values do while a function is followed.

    `active` are the libraries that the file imports, `known` those of its language. `says` tells
    whether a text stands anywhere in the program. What an `is_script` opens ends with it.
    `says_of_database` are members that tell which database it is, with what is PostgreSQL's.
    """

    def __init__(
        self,
        active: Sequence[Library],
        known: Sequence[Library],
        recorder: Recorder,
        says: Callable[[str], bool],
        is_script: bool = False,
    ) -> None:
        self.active = active
        self._is_script = is_script
        self.known = known
        self._recorder = recorder
        self._says = says
        self._facts: dict[str, ConnectionFacts] = {}
        self.tells_of_transaction = frozenset(
            [word for library in known for word in library.tells_of_transaction]
        )
        self.redirects = frozenset([word for library in known for word in library.redirects])
        self.says_of_database = {
            path: word for library in active for path, word in library.says.items()
        }

    def facts(self, library: Library) -> ConnectionFacts:
        """Return what holds of a library in this program."""
        found = self._facts.get(library.name)
        if found is None:
            said = [facts for word, facts in library.words.items() if self._says(word)]
            found = self._facts[library.name] = said[0] if said else library.facts
        return found

    # Errors

    @property
    def position(self) -> int:
        """How many steps were noted."""
        return self._recorder.position

    def forget(self, first: int) -> None:
        """Forget the steps from a number on, which were only followed to learn of values."""
        self._recorder.forget(first)

    def caught(self, first: int, last: int, handler: Origin | None) -> None:
        """Take note that a handler takes the errors of some steps; None where none goes on."""
        self._recorder.caught(first, last, handler)

    def given(self, value: Value | None, place: Origin, course: Course) -> None:
        """Note that somebody else gets a connection."""
        for each in value.values if isinstance(value, Items) else (value,):
            if isinstance(each, Handle) and each.session is not None and not course.depth:
                self.note(CodeEventKind.give, each.session, place, course)

    # Values

    def made(
        self, role: LibraryRole, library: Library, course: Course, is_given: bool = False
    ) -> Handle:
        """Return a value of a library; the state of one that `is_given` is not known."""
        facts = self.facts(library)
        at_rest = facts.begins_itself or False
        match role:
            case LibraryRole.pool if facts.finds_transactions:
                return Handle(LibraryRole.ambient, library, self.ambient(library, course))
            case LibraryRole.pool | LibraryRole.statement:
                return Handle(role, library)
            case LibraryRole.ambient:
                return Handle(role, library, self.ambient(library, course))
            case LibraryRole.block:
                return Handle(role, library, self.ambient(library, course), begins=True)
            case LibraryRole.transaction:
                session = FollowedSession(library, facts.is_shared, True)
            case LibraryRole.request if is_given:
                # What a class is made with is the one that its request has.
                state = None if course.function and not at_rest else at_rest
                session = FollowedSession(library, bool(facts.is_shared), state)
                session.is_surrounding = True
            case LibraryRole.direct if not is_given:
                session = FollowedSession(
                    library, False if self._is_script else facts.outlives, at_rest
                )
            case LibraryRole.request if not is_given:
                session = FollowedSession(library, bool(facts.is_shared), at_rest)
            case _ if is_given or role is LibraryRole.maybe:
                pooled = False if facts.is_shared is False else None
                session = FollowedSession(library, pooled, at_rest or None)
            case _:
                session = FollowedSession(library, facts.is_shared, at_rest)
        session.begins_itself = facts.begins_itself
        return Handle(role, library, course.opened(session))

    def ambient(self, library: Library, course: Course) -> FollowedSession:
        """Return the session that a library uses by itself."""
        return course.ambient(library, self.facts(library))

    def typed(self, kinds: Sequence[str], course: Course) -> Handle | None:
        """Return what a variable holds that is declared to be of one of some types."""
        found = [known for each in kinds if (known := self._known_type(each)) is not None]
        if not found:
            return None
        library, role = found[0]
        if len({each for _, each in found}) > 1:
            role = LibraryRole.maybe
        return self.made(role, library, course, is_given=True)

    def _known_type(self, kind: str) -> tuple[Library, LibraryRole] | None:
        """Return what a type stands for: with the name of its package (`sql.DB`), then without."""
        root = kind.partition(".")[0]
        own = [library for library in self.active if root in library.imports]
        for word in last_words(kind):
            for library in own or self.active:
                role = library.types.get(word)
                if role is not None:
                    return library, role
        return None

    def standing(self, path: str, course: Course) -> Handle | None:
        """Return what exists under a name without being made."""
        last = path.rpartition(".")[2]
        for library in self.active:
            role = library.names.get(path) or library.names.get(last)
            if role is not None:
                return self.made(role, library, course)
        return None

    def knows(self, call: EvaluatedCall) -> bool:
        """Tell whether a call makes a value of a library."""
        return any(role_of(library, call) is not None for library in self.known)

    def hook(self, name: str) -> Hook | None:
        """Return when a pool calls what is kept under a name."""
        told = [library.events.get(name) for library in self.active]
        told += [library.hooks.get(name) for library in self.active or self.known]
        return next((hook for hook in told if hook is not None), None)

    def hook_of_method(self, name: str) -> Hook | None:
        """Return when a pool calls a method of a class that is made to be called by it."""
        found = (library.hooks.get(name) for library in self.active or self.known)
        return next((hook for hook in found if hook is not None), None)

    def adopted(self, value: Unknown, library: Library, course: Course) -> Handle:
        """Return the connection that a value of unknown origin stands for."""
        if value.session is None:
            value.session = self.made(LibraryRole.maybe, library, course)
            course.adopted.append(value)
            if value.session.session is not None:
                value.session.session.name = value.path
        return value.session

    # Calls

    def sent(
        self, of: Value | None, call: EvaluatedCall, course: Course, follower: Follower
    ) -> Value | None:
        """Return what a call gives that sends SQL, None where it sends none."""
        libraries: Sequence[Library] = self.active or self.known
        if isinstance(of, Handle):
            libraries = (of.library, *self.known)
            if call.name in of.library.calls:
                return self._called_by_name(of, call, course)
        elif isinstance(of, Unknown):
            if any(call.name in library.calls for library in self.known):
                return self._called_by_name(self.adopted(of, self.known[0], course), call, course)
            module = [each for each in libraries if of.path in each.modules]
            others = () if of.is_foreign else self.known
            libraries = module or (*self._perhaps(call, libraries), *others)
        library = next((each for each in libraries if call.name in each.executes), None)
        if library is None:
            library = next((each for each in libraries if call.name in each.sends), None)
        if library is None:
            return None
        statements = listed(call)
        found = sql_of(call, call.name in library.interpolates_safely)
        if found is None and not statements:
            session = of.session if isinstance(of, Handle) else None
            told = call.arguments and isinstance(call.arguments[0], Unknown)
            if told and session is not None and not session.is_pool and not session.transaction:
                # Whoever says what is sent may begin a transaction.
                session.transaction = None
            return None
        target = self._target(of, call, library, course)
        if target is None:
            return None
        if found is None or len(statements) > 1:
            for statement in statements:
                self.send(statement, target, (), call.place, course)
            return Handle(target.role, target.library, target.session)
        sql, rest = found
        if any(
            isinstance(each, Entries) and _TRANSACTION_ENTRIES & each.values.keys() for each in rest
        ):
            target = self.made(LibraryRole.transaction, library, course)
        values = flattened(each for each in rest if not isinstance(each, Handle))
        facts = facts_by_name(library, rest)
        self.send(sql, target, values, call.place, course, facts, values_by_name(rest))
        if call.closure is not None:
            follower.follow(call.closure, ())
        return Handle(target.role, target.library, target.session)

    def _perhaps(self, call: EvaluatedCall, libraries: Sequence[Library]) -> Sequence[Library]:
        """Return the libraries one of which sends what something unknown is told to send."""
        if call.handle is not None and call.handle.prepared is not None:
            return (call.handle.library, *libraries)
        general = [library for library in self.known if library.stands_for_others]
        able = [library for library in libraries if call.name in library.executes]
        return libraries if len(able) == 1 or not general else general

    def _called_by_name(self, of: Handle, call: EvaluatedCall, course: Course) -> Value:
        """Return what a call of a function of the database by its name gives."""
        name = constant(call.arguments[0]) if call.arguments else None
        if isinstance(name, str):
            made = function_called(name, flattened(call.arguments[1:]), call.place, "%s")
            self.send(made.sql, of, made.values, call.place, course)
        return Handle(of.role, of.library, of.session)

    def _target(
        self, of: Value | None, call: EvaluatedCall, library: Library, course: Course
    ) -> Handle | None:
        """Return where a call sends its SQL."""
        given = call.handle if call.handle is not None and call.handle.prepared is None else None
        if isinstance(of, Handle):
            takes = of.session is None and given is not None and given.library is of.library
            return given if takes else of
        if given is not None:
            return given
        if isinstance(of, Unknown):
            if of.path in library.modules and call.arguments:
                return self._named(call, library, course)
            return self.adopted(of, library, course)
        if call.path.rpartition(".")[0] in library.modules and call.arguments:
            return self._named(call, library, course)
        if library.receiver is not None and of is None:
            return self.made(library.receiver, library, course)
        return None

    def _named(self, call: EvaluatedCall, library: Library, course: Course) -> Handle:
        """Return the connection that a function of a library is told to use."""
        value = call.arguments[0]
        if isinstance(value, Written):
            value = next((each for each in call.arguments if isinstance(each, Unknown)), value)
        match value:
            case Object(bases=bases) if (known := self.typed(bases, course)) is not None:
                return known
            case Unknown(path=path) if not path[:1].isupper():
                return self.adopted(value, library, course)
            case _:
                return self.made(LibraryRole.pool, library, course)

    def send(
        self,
        sql: Written,
        of: Handle,
        values: Sequence[Value],
        place: Origin,
        course: Course,
        passing: ConnectionFacts | None = None,
        named: Mapping[str, Value] = MappingProxyType({}),
    ) -> None:
        """Note that SQL reaches a session; `passing` are the facts of how its values do.

        Those of its values that have names are `named`.
        """
        session = of.session
        match course.redirected:
            case Handle(session=other):
                session = other
            case Unknown() as other:
                session = self.adopted(other, of.library, course).session
            case _:
                pass
        facts = passing or self.facts(of.library)
        if session is None or course.in_batch:
            begun: bool | None
            begun = course.in_batch or bool(facts.begins_itself and not of.autocommit)
            if course.is_marked and not begun:
                begun = None  # What begins the transaction may hand its connection to the pool.
            session = FollowedSession(
                of.library, facts.is_shared, begun, is_pool=not course.in_batch
            )
            session.name = POOL
        if course.hook is Hook.begin:
            session.transaction = True
        self._recorder.executed(
            sql, session, of.library, facts, values, place, self._situation(course), named
        )

    def declared(self, call: EvaluatedCall, course: Course) -> None:
        """Note what an annotation says that a function sends."""
        for library in self.active:
            needed = library.annotations.get(call.name)
            if needed is None or (needed and call.named.get(needed) != Plain(True)):
                continue
            sql = _declared_sql(call)
            if sql is None:
                return
            if library.fills_braces:
                sql = with_braces_filled(sql)
            session = self.ambient(library, course)
            if course.depth == 0 and not course.is_marked:
                session.transaction = None  # Whoever calls it decides.
            self.send(sql, Handle(LibraryRole.ambient, library, session), (), call.place, course)
            return

    def rewritten(self, name: str, sql: Written, place: Origin, course: Course) -> None:
        """Note SQL that a function of the program gives a library to send in place of other."""
        library = next((each for each in self.active if name in each.rewrites), None)
        if library is not None:
            self.send(sql, self.made(LibraryRole.maybe, library, course), (), place, course)

    def begin(self, name: str, value: Value, place: Origin, course: Course) -> None:
        """Note what a pool is told that each new connection sends first."""
        library = next((each for each in self.active if name in each.initial), None)
        if library is None:
            return
        hook, course.hook = course.hook, Hook.connect
        for sql in value.values if isinstance(value, Items) else (value,):
            if isinstance(sql, Written) and sql.is_sql:
                made = self.made(LibraryRole.connection, library, course)
                self.send(sql, made, (), place, course)
        course.hook = hook

    def _situation(self, course: Course) -> Surroundings:
        return Surroundings(
            *(course.path, course.function, course.hook, course.cleanup, course.depth),
            course.instead_of,
            course.is_chosen,
        )

    def wrapped(self, of: Handle, course: Course) -> None:
        """Note that what a function has sent so far may yet be put into a transaction."""
        if of.library.waits and of.role is LibraryRole.block:
            self._recorder.wrapped.add((course.path, course.function))

    def autocommit(self, session: FollowedSession, value: Value) -> Value:
        """Take note that a session is told to commit each statement, or not to."""
        match value:
            case Plain(bool() as truth):
                session.autocommit = truth
                session.begins_itself = not truth
                session.transaction = not truth
            case _:
                session.transaction = None
        return NOTHING

    def note(
        self, kind: CodeEventKind, session: FollowedSession | None, place: Origin, course: Course
    ) -> None:
        """Note a step that is no SQL."""
        self._recorder.step(kind, session, place, self._situation(course))


def _declared_sql(call: EvaluatedCall) -> Written | None:
    """Return the SQL that an annotation is given, in one string or in several."""
    for value in (call.named.get("value"), call.named.get("query"), *call.arguments):
        match value:
            case Written() if value.is_sql:
                return value
            case Items((Written() as first, *_) as parts) if first.is_sql:
                texts = [each for each in parts if isinstance(each, Written)]
                return joined(BLANK, [each.fragments for each in texts])
            case _:
                continue
    return None
