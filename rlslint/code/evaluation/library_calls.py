"""Where methods and functions of libraries lead: to connections, transactions, statements."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from rlslint.code.evaluation.arguments import EvaluatedCall, role_of, sql_of
from rlslint.code.evaluation.builtins import Origin, flattened, quoted, quotes
from rlslint.code.evaluation.connections import Connections, Follower
from rlslint.code.evaluation.course import Course, States
from rlslint.code.evaluation.options import (
    is_behind_pooler,
    is_unpooled,
    told_autocommit,
)
from rlslint.code.evaluation.strings import Fragment, Written, joined
from rlslint.code.evaluation.values import (
    NOTHING,
    Entries,
    Handle,
    Items,
    Plain,
    Prepared,
    Unknown,
    Value,
)
from rlslint.code.libraries import Library, LibraryRole, Step
from rlslint.code.sites import CodeEventKind

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


def method(
    connections: Connections, of: Handle, call: EvaluatedCall, course: Course, follower: Follower
) -> Value | None:
    """Return what a method of a library's value gives, None where it is not known."""
    of = _here(connections, of, course)
    if of.prepared is not None:
        return _of_statement(connections, of, of.prepared, call, course, follower)
    if call.name.lower() in _AUTOCOMMIT and of.session is not None and call.arguments:
        return connections.autocommit(of.session, call.arguments[0])
    of = _told(connections, of, call)
    sent = connections.sent(of, call, course, follower)
    if sent is not None:
        return sent
    if call.name in of.library.copies:
        copied = _copied(call)
        if copied is not None:
            connections.send(copied, of, (), call.place, course)
            return of
    step = of.library.steps.get(call.name)
    if step is not None:
        return follow_step(connections, of, step, call, course, follower)
    if call.name in _SAME_AFTERWARDS:
        return of
    if call.name in _SCOPE_FUNCTIONS and call.closure is not None:
        with course.for_bare_calls(of):
            value = follower.follow(call.closure, [of])
        return of if call.name in ("also", "apply") else value
    return quoted(call.name, call.arguments, call.place) if quotes(call.name) else None


def _here(connections: Connections, of: Handle, course: Course) -> Handle:
    """Return a value that uses the surrounding connection, on the one that is there now."""
    if of.role not in (LibraryRole.ambient, LibraryRole.block):
        return of
    session = connections.ambient(of.library, course)
    if of.session is not None:
        session.name = session.name or of.session.name
    return of._replace(session=session)


def _of_statement(
    connections: Connections,
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
        target = call.handle or _given(connections, of, call, course)
        connections.send(prepared.sql, target, values, call.place, course)
        return Handle(target.role, target.library, target.session)
    if call.name in _SAME_AFTERWARDS:
        return of
    if call.named:
        prepared.values.append(Entries(dict(call.named)))
    match call.arguments:
        case (Plain(int() as number), value, *_) if number >= 1 and not isinstance(number, bool):
            missing = number - len(prepared.values)
            prepared.values += [Unknown()] * max(0, missing)
            prepared.values[number - 1] = value
        case _:
            prepared.values += flattened(call.arguments)
    return of


def _given(connections: Connections, of: Handle, call: EvaluatedCall, course: Course) -> Handle:
    """Return where a statement is sent that is given something unknown to be sent on."""
    unknown = next((each for each in call.arguments if isinstance(each, Unknown)), None)
    if of.session is not None or unknown is None:
        return of
    return connections.adopted(unknown, of.library, course)


def taken(
    connections: Connections,
    of: Value | None,
    call: EvaluatedCall,
    course: Course,
    follower: Follower,
) -> Value | None:
    """Return what a call gives that begins a transaction on a connection of unknown origin."""
    if not isinstance(of, Unknown) or of.is_foreign:
        return None
    if any(call.name in library.reveals for library in connections.known):
        able = [library for library in connections.active if call.name in library.reveals]
        only = able[0] if len(able) == 1 else connections.known[0]
        return connections.adopted(of, only, course)
    if call.closure is None:
        return None
    for library in connections.active:
        if library.steps.get(call.name) is Step.transaction:
            of = connections.adopted(of, library, course)
            return follow_step(connections, of, Step.transaction, call, course, follower)
    return None


def entered(connections: Connections, of: Value, name: str, course: Course) -> Handle | None:
    """Return the transaction that a body is held in by a method of something unknown."""
    if not isinstance(of, Unknown) or of.is_foreign:
        return None
    for library in connections.active or connections.known:
        if library.steps.get(name) is Step.transaction:
            return connections.adopted(of, library, course)._replace(begins=True)
    return None


@contextmanager
def held(
    connections: Connections, of: Handle, before: States, place: Origin, course: Course
) -> Iterator[Handle]:
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
        connections.note(CodeEventKind.acquire, session, place, course)
    if begins:
        session.transaction = True
        connections.note(CodeEventKind.begin, session, place, course)
    yield of._replace(begins=False)
    if begins:
        connections.note(CodeEventKind.commit, session, place, course)
        course.restore(states)
    if is_new:
        connections.note(CodeEventKind.release, session, place, course)


def follow_step(
    connections: Connections,
    of: Handle,
    step: Step,
    call: EvaluatedCall,
    course: Course,
    follower: Follower,
) -> Value:
    """Return what a method gives that leads from one value of a library to another."""
    closure, library = call.closure, of.library
    match step:
        case Step.same:
            return of if closure is None else follower.follow(closure, [of])
        case Step.pool:
            return Handle(LibraryRole.pool, library, None, None, False, of.autocommit, of.pooled)
        case Step.connection:
            made = of
            if of.session is None or of.session.is_pool:
                made = _lent(connections, LibraryRole.connection, of, course)
                connections.note(CodeEventKind.acquire, made.session, call.place, course)
            return made if closure is None else follower.follow(closure, [made])
        case Step.begin:
            if of.role is LibraryRole.block:
                # Who manages transactions hands their connections to other libraries.
                for each in connections.active:
                    connections.ambient(each, course).transaction = True
            if of.session is None:
                return _lent(connections, LibraryRole.transaction, of, course)
            of.session.transaction = True
            connections.note(CodeEventKind.begin, of.session, call.place, course)
            return Handle(LibraryRole.transaction, library, of.session)
        case Step.commit | Step.rollback | Step.release:
            connections.note(_ENDS[step], of.session, call.place, course)
            ended = [of.session] if of.session is not None else []
            if of.role is LibraryRole.block:
                ended = [connections.ambient(each, course) for each in connections.active]
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
            return _transaction(connections, of, call, course, follower)


def _transaction(
    connections: Connections, of: Handle, call: EvaluatedCall, course: Course, follower: Follower
) -> Value:
    closure, session = call.closure, of.session
    if session is None or (of.role is LibraryRole.request and closure is None):
        made = _lent(connections, LibraryRole.transaction, of, course)
        if closure is None:
            return made._replace(begins=True)
        connections.note(CodeEventKind.begin, made.session, call.place, course)
        value = follower.follow(closure, [made])
        connections.note(CodeEventKind.commit, made.session, call.place, course)
        return value
    if closure is None:
        connections.wrapped(of, course)
        return Handle(LibraryRole.transaction, of.library, session, begins=True)
    held = [session]
    if of.role is LibraryRole.block:
        held += [connections.ambient(each, course) for each in connections.active]
    is_outermost = session.transaction is not True
    if is_outermost:
        connections.note(CodeEventKind.begin, session, call.place, course)
    with course.in_transaction(*held):
        value = follower.follow(closure, [Handle(LibraryRole.transaction, of.library, session)])
    if is_outermost:
        connections.note(CodeEventKind.commit, session, call.place, course)
    return value


def _lent(connections: Connections, role: LibraryRole, of: Handle, course: Course) -> Handle:
    """Return a connection that a pool lends, as its options say."""
    made = connections.made(role, of.library, course)
    if made.session is not None:
        made.session.replaces_reset = of.replaces_reset
        if of.pooled is not True:
            made.session.pooled = of.pooled
        if of.autocommit is not False and role is LibraryRole.connection:
            connections.autocommit(
                made.session, Plain(of.autocommit) if of.autocommit else Unknown()
            )
    return made


def opened(
    connections: Connections, call: EvaluatedCall, course: Course, follower: Follower
) -> Value | None:
    """Return what a function or constructor of a library makes, None where it is none."""
    for library in connections.active:
        role = role_of(library, call)
        if role is None:
            continue
        given = call.handle
        if role is LibraryRole.statement:
            return _statement(connections, library, call)
        if role is LibraryRole.batch:
            session = course.batch(library, connections.facts(library))
            if call.closure is not None:
                of = Handle(LibraryRole.transaction, library, session)
                follower.follow(call.closure, [of])
            return Unknown()
        if role in (LibraryRole.transaction, LibraryRole.block) and call.closure is not None:
            maker = given or connections.made(
                LibraryRole.block if role is LibraryRole.block else LibraryRole.pool,
                library,
                course,
            )
            return _transaction(connections, maker, call, course, follower)
        if given is not None and given.session is None and role is LibraryRole.connection:
            return follow_step(connections, given, Step.connection, call, course, follower)
        if given is not None and role in (
            LibraryRole.connection,
            LibraryRole.pool,
            LibraryRole.maybe,
            LibraryRole.direct,
        ):
            return given._replace(library=library, prepared=None, begins=False)
        made = _configured(connections, connections.made(role, library, course), call)
        if made.session is not None and role in (LibraryRole.connection, LibraryRole.direct):
            connections.note(CodeEventKind.acquire, made.session, call.place, course)
        return made
    return None


def _configured(connections: Connections, made: Handle, call: EvaluatedCall) -> Handle:
    """Return what was opened, as the options say that it was given."""
    library, session = made.library, made.session
    if library.unresets.intersection(call.named):
        made = made._replace(replaces_reset=True)
    if session is not None and session.pooled is None and is_behind_pooler(library, call):
        session.pooled = True
    if session is None and is_unpooled(library, call):
        made = made._replace(pooled=False)
    return _told(connections, made, call)


def _told(connections: Connections, of: Handle, call: EvaluatedCall) -> Handle:
    """Return a value as a call says that its statements are to be committed."""
    told = told_autocommit(call)
    if told is None:
        return of
    if of.session is not None:
        connections.autocommit(of.session, told)
        return of
    return of._replace(autocommit=told.value is True if isinstance(told, Plain) else None)


def _statement(connections: Connections, library: Library, call: EvaluatedCall) -> Value | None:
    found = sql_of(call, call.name in library.interpolates_safely)
    if found is None:
        return None
    sql, rest = found
    given = call.handle
    values = flattened(each for each in rest if not isinstance(each, Handle))
    session = given.session if given is not None else None
    return Handle(LibraryRole.statement, library, session, Prepared(sql, values))


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
