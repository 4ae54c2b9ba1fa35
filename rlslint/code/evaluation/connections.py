"""What the values of libraries do: they lend connections, begin transactions, send SQL."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
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
from rlslint.code.evaluation.builtins import Origin, flattened, quoted, quotes
from rlslint.code.evaluation.course import Course, States
from rlslint.code.evaluation.options import (
    is_behind_pooler,
    is_unpooled,
    told_autocommit,
)
from rlslint.code.evaluation.record import Recorder, Surroundings
from rlslint.code.evaluation.strings import (
    BLANK,
    Fragment,
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
    Prepared,
    Unknown,
    Value,
    constant,
)
from rlslint.code.libraries import ConnectionFacts, Library, LibraryRole, Step
from rlslint.code.sites import POOL, CodeEventKind, Hook

_TRANSACTION_ENTRIES = frozenset(("transaction", "transacting", "tx", "trx"))
_SCOPE_FUNCTIONS = frozenset(("use", "let", "also", "apply", "run", "with", "tap", "then"))
_SAME_AFTERWARDS = frozenset(
    {
        "map_err", "expect", "unwrap", "unwrap_or_else", "context", "with_context", "wrap_err",
        "ok_or", "ok_or_else", "or_else", "orElseThrow", "catch", "finally", "ok", "getOrThrow",
        "onFailure", "tap_err", "ConfigureAwait", "coAwait", "await", "awaitSuspending",
        "awaitFirst", "awaitFirstOrNull", "awaitSingle", "awaitSingleOrNull", "block",
    }
)  # fmt: skip
"""What takes a value out of a result, or says what becomes of errors."""

_AUTOCOMMIT = frozenset(("setautocommit", "set_autocommit", "autocommit"))
_ENDS = {
    Step.commit: CodeEventKind.commit,
    Step.rollback: CodeEventKind.rollback,
    Step.release: CodeEventKind.release,
}


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

    def method(
        self, of: Handle, call: EvaluatedCall, course: Course, follower: Follower
    ) -> Value | None:
        """Return what a method of a library's value gives, None where it is not known."""
        of = self._here(of, course)
        if of.prepared is not None:
            return self._of_statement(of, of.prepared, call, course, follower)
        if call.name.lower() in _AUTOCOMMIT and of.session is not None and call.arguments:
            return self.autocommit(of.session, call.arguments[0])
        of = self._told(of, call)
        sent = self.sent(of, call, course, follower)
        if sent is not None:
            return sent
        if call.name in of.library.copies:
            copied = _copied(call)
            if copied is not None:
                self.send(copied, of, (), call.place, course)
                return of
        step = of.library.steps.get(call.name)
        if step is not None:
            return self.step(of, step, call, course, follower)
        if call.name in _SAME_AFTERWARDS:
            return of
        if call.name in _SCOPE_FUNCTIONS and call.closure is not None:
            with course.for_bare_calls(of):
                value = follower.follow(call.closure, [of])
            return of if call.name in ("also", "apply") else value
        return quoted(call.name, call.arguments, call.place) if quotes(call.name) else None

    def _here(self, of: Handle, course: Course) -> Handle:
        """Return a value that uses the surrounding connection, on the one that is there now."""
        if of.role not in (LibraryRole.ambient, LibraryRole.block):
            return of
        session = self.ambient(of.library, course)
        if of.session is not None:
            session.name = session.name or of.session.name
        return of._replace(session=session)

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

    def _of_statement(
        self,
        of: Handle,
        prepared: Prepared,
        call: EvaluatedCall,
        course: Course,
        follower: Follower,
    ) -> Value | None:
        """Return what a method of a statement gives: it takes values, or sends it."""
        if call.name in _SCOPE_FUNCTIONS and call.closure is not None:
            with course.for_bare_calls(of):
                value = follower.follow(call.closure, [of])
            return of if call.name in ("also", "apply") else value
        if call.name in of.library.sends:
            prepared.is_sent = True
            values = [*prepared.values, *flattened(call.arguments)]
            target = call.handle or self._given(of, call, course)
            self.send(prepared.sql, target, values, call.place, course)
            return Handle(target.role, target.library, target.session)
        if call.name in _SAME_AFTERWARDS:
            return of
        if call.named:
            prepared.values.append(Entries(dict(call.named)))
        match call.arguments:
            case (Plain(int() as number), value, *_) if number >= 1 and not isinstance(
                number, bool
            ):
                missing = number - len(prepared.values)
                prepared.values += [Unknown()] * max(0, missing)
                prepared.values[number - 1] = value
            case _:
                prepared.values += flattened(call.arguments)
        return of

    def _given(self, of: Handle, call: EvaluatedCall, course: Course) -> Handle:
        """Return where a statement is sent that is given something unknown to be sent on."""
        unknown = next((each for each in call.arguments if isinstance(each, Unknown)), None)
        if of.session is not None or unknown is None:
            return of
        return self.adopted(unknown, of.library, course)

    def taken(
        self, of: Value | None, call: EvaluatedCall, course: Course, follower: Follower
    ) -> Value | None:
        """Return what a call gives that begins a transaction on a connection of unknown origin."""
        if not isinstance(of, Unknown) or of.is_foreign:
            return None
        if any(call.name in library.reveals for library in self.known):
            able = [library for library in self.active if call.name in library.reveals]
            only = able[0] if len(able) == 1 else self.known[0]
            return self.adopted(of, only, course)
        if call.closure is None:
            return None
        for library in self.active:
            if library.steps.get(call.name) is Step.transaction:
                of = self.adopted(of, library, course)
                return self.step(of, Step.transaction, call, course, follower)
        return None

    def entered(self, of: Value, name: str, course: Course) -> Handle | None:
        """Return the transaction that a body is held in by a method of something unknown."""
        if not isinstance(of, Unknown) or of.is_foreign:
            return None
        for library in self.active or self.known:
            if library.steps.get(name) is Step.transaction:
                return self.adopted(of, library, course)._replace(begins=True)
        return None

    @contextmanager
    def held(self, of: Handle, before: States, place: Origin, course: Course) -> Iterator[Handle]:
        """Hold a connection or a transaction while a body is followed; `before` it there was less.

        What was not there before is given back behind the body.
        """
        session = of.session
        begins = of.begins or (
            of.library.steps.get("with") is Step.transaction
            and session is not None
            and not session.autocommit
        )
        if session is None:
            yield of
            return
        is_new = all(each is not session for each, _ in before)
        states = [(session, session.transaction)]
        if is_new and of.role is LibraryRole.transaction:
            self.note(CodeEventKind.acquire, session, place, course)
        if begins:
            session.transaction = True
            self.note(CodeEventKind.begin, session, place, course)
        yield of._replace(begins=False)
        if begins:
            self.note(CodeEventKind.commit, session, place, course)
            course.restore(states)
        if is_new:
            self.note(CodeEventKind.release, session, place, course)

    def step(
        self, of: Handle, step: Step, call: EvaluatedCall, course: Course, follower: Follower
    ) -> Value:
        """Return what a method gives that leads from one value of a library to another."""
        closure, library = call.closure, of.library
        match step:
            case Step.same:
                return of if closure is None else follower.follow(closure, [of])
            case Step.pool:
                return Handle(
                    LibraryRole.pool, library, None, None, False, of.autocommit, of.pooled
                )
            case Step.connection:
                made = of
                if of.session is None or of.session.is_pool:
                    made = self._lent(LibraryRole.connection, of, course)
                    self.note(CodeEventKind.acquire, made.session, call.place, course)
                return made if closure is None else follower.follow(closure, [made])
            case Step.begin:
                if of.role is LibraryRole.block:
                    # Who manages transactions hands their connections to other libraries.
                    for each in self.active:
                        self.ambient(each, course).transaction = True
                if of.session is None:
                    return self._lent(LibraryRole.transaction, of, course)
                of.session.transaction = True
                self.note(CodeEventKind.begin, of.session, call.place, course)
                return Handle(LibraryRole.transaction, library, of.session)
            case Step.commit | Step.rollback | Step.release:
                self.note(_ENDS[step], of.session, call.place, course)
                ended = [of.session] if of.session is not None else []
                if of.role is LibraryRole.block:
                    ended = [self.ambient(each, course) for each in self.active]
                for session in ended if not course.cleanup and step is not Step.release else ():
                    session.transaction = session.between
                return NOTHING
            case Step.statement:
                found = sql_of(call)
                if found is None:
                    return of
                sql, rest = found
                return of._replace(prepared=Prepared(sql, flattened(rest)))
            case Step.transaction:
                return self._transaction(of, call, course, follower)

    def _transaction(
        self, of: Handle, call: EvaluatedCall, course: Course, follower: Follower
    ) -> Value:
        closure, session = call.closure, of.session
        if session is None or (of.role is LibraryRole.request and closure is None):
            made = self._lent(LibraryRole.transaction, of, course)
            if closure is None:
                return made._replace(begins=True)
            self.note(CodeEventKind.begin, made.session, call.place, course)
            value = follower.follow(closure, [made])
            self.note(CodeEventKind.commit, made.session, call.place, course)
            return value
        if closure is None:
            self.wrapped(of, course)
            return Handle(LibraryRole.transaction, of.library, session, begins=True)
        held = [session]
        if of.role is LibraryRole.block:
            held += [self.ambient(each, course) for each in self.active]
        is_outermost = session.transaction is not True
        if is_outermost:
            self.note(CodeEventKind.begin, session, call.place, course)
        with course.in_transaction(*held):
            value = follower.follow(closure, [Handle(LibraryRole.transaction, of.library, session)])
        if is_outermost:
            self.note(CodeEventKind.commit, session, call.place, course)
        return value

    def wrapped(self, of: Handle, course: Course) -> None:
        """Note that what a function has sent so far may yet be put into a transaction."""
        if of.library.waits and of.role is LibraryRole.block:
            self._recorder.wrapped.add((course.path, course.function))

    def _lent(self, role: LibraryRole, of: Handle, course: Course) -> Handle:
        """Return a connection that a pool lends, as its options say."""
        made = self.made(role, of.library, course)
        if made.session is not None:
            made.session.replaces_reset = of.replaces_reset
            if of.pooled is not True:
                made.session.pooled = of.pooled
            if of.autocommit is not False and role is LibraryRole.connection:
                self.autocommit(made.session, Plain(of.autocommit) if of.autocommit else Unknown())
        return made

    def opened(self, call: EvaluatedCall, course: Course, follower: Follower) -> Value | None:
        """Return what a function or constructor of a library makes, None where it is none."""
        for library in self.active:
            role = role_of(library, call)
            if role is None:
                continue
            given = call.handle
            if role is LibraryRole.statement:
                return self._statement(library, call)
            if role is LibraryRole.batch:
                session = course.batch(library, self.facts(library))
                if call.closure is not None:
                    of = Handle(LibraryRole.transaction, library, session)
                    follower.follow(call.closure, [of])
                return Unknown()
            if role in (LibraryRole.transaction, LibraryRole.block) and call.closure is not None:
                maker = given or self.made(
                    LibraryRole.block if role is LibraryRole.block else LibraryRole.pool,
                    library,
                    course,
                )
                return self._transaction(maker, call, course, follower)
            if given is not None and given.session is None and role is LibraryRole.connection:
                return self.step(given, Step.connection, call, course, follower)
            if given is not None and role in (
                LibraryRole.connection,
                LibraryRole.pool,
                LibraryRole.maybe,
                LibraryRole.direct,
            ):
                return given._replace(library=library, prepared=None, begins=False)
            made = self._configured(self.made(role, library, course), call)
            if made.session is not None and role in (LibraryRole.connection, LibraryRole.direct):
                self.note(CodeEventKind.acquire, made.session, call.place, course)
            return made
        return None

    def _configured(self, made: Handle, call: EvaluatedCall) -> Handle:
        """Return what was opened, as the options say that it was given."""
        library, session = made.library, made.session
        if library.unresets.intersection(call.named):
            made = made._replace(replaces_reset=True)
        if session is not None and session.pooled is None and is_behind_pooler(library, call):
            session.pooled = True
        if session is None and is_unpooled(library, call):
            made = made._replace(pooled=False)
        return self._told(made, call)

    def _told(self, of: Handle, call: EvaluatedCall) -> Handle:
        """Return a value as a call says that its statements are to be committed."""
        told = told_autocommit(call)
        if told is None:
            return of
        if of.session is not None:
            self.autocommit(of.session, told)
            return of
        return of._replace(autocommit=told.value is True if isinstance(told, Plain) else None)

    def _statement(self, library: Library, call: EvaluatedCall) -> Value | None:
        found = sql_of(call, call.name in library.interpolates_safely)
        if found is None:
            return None
        sql, rest = found
        given = call.handle
        values = flattened(each for each in rest if not isinstance(each, Handle))
        session = given.session if given is not None else None
        return Handle(LibraryRole.statement, library, session, Prepared(sql, values))

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


def _copied(call: EvaluatedCall) -> Written | None:
    """Return the COPY into the table that a call names, None where it names none."""
    for value in call.arguments:
        match value:
            case Written(constant=str()):
                parts = [value.fragments]
            case Items(values) if values and all(isinstance(each, Written) for each in values):
                parts = [each.fragments for each in values if isinstance(each, Written)]
            case _:
                continue
        source, start, end = call.place
        before, after = (Fragment(text, source, start, end) for text in ("COPY ", " FROM STDIN"))
        dotted = joined(Written((Fragment(".", source, start, end),)), parts)
        return Written((before, *dotted.fragments, after))
    return None
