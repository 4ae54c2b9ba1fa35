"""Where a program is while one of its functions is followed: sessions, transactions, calls."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager

from rlslint.code.evaluation.arguments import EvaluatedCall
from rlslint.code.evaluation.built import Scripts
from rlslint.code.evaluation.strings import Written
from rlslint.code.evaluation.values import Closure, FollowedSession, Handle, Unknown, Value
from rlslint.code.form import Leaves
from rlslint.code.libraries import ConnectionFacts, Library
from rlslint.code.sites import Hook
from rlslint.text.budget import DEEPEST_CALL, STEPS_OF_A_PROGRAM, Budget

States = list[tuple[FollowedSession, bool | None]]


class Frame:
    """One call of a function: what it returned so far, and the block that it was given.

    `deferred` are the steps that it takes when it ends, the last one first.
    """

    __slots__ = ("block", "closure", "deferred", "returned")

    def __init__(self, closure: Closure, block: Closure | None) -> None:
        self.closure = closure
        self.block = block
        self.returned: Value | None = None
        self.deferred: list[Callable[[], object]] = []


class Body:
    """What is followed where a function that was called at some depth yields."""

    __slots__ = ("depth", "follow", "leaving", "was_followed")

    def __init__(self, depth: int, follow: Callable[[Value], object] | None) -> None:
        self.depth = depth
        self.follow = follow
        self.leaving: Leaves | None = None
        self.was_followed = False


class Course:
    """The state of following one function of a file, or, without a name, the file itself.

    `scripts` collects what a migration runs, in order; None where no migration is followed.
    `errors` are the steps whose errors a variable may hold, `instead_of` is the first of those that
    may not have been taken where a handler runs, -1 outside of handlers; `is_chosen` tells that a
    test decides whether the program gets here. `constructed` is the call
    that last made an object of a class of the program.
    """

    def __init__(self, path: str, function: str, scripts: Scripts | None = None) -> None:
        self.scripts = scripts
        self.path = path
        self.function = function
        self.frames: list[Frame] = []
        self.sessions: list[FollowedSession] = []
        self.hook: Hook | None = None
        self.cleanup = False
        self.in_batch = False
        self.redirected: Value | None = None
        self.errors: dict[str, tuple[int, int]] = {}
        self.instead_of = -1
        self.is_chosen = False
        self.is_result_used = False
        self.is_marked = False
        self.leaving: Leaves | None = None
        self._bodies: list[Body] = []
        self.adopted: list[Unknown] = []
        self.receivers: list[Handle] = []
        self.builders: list[Written] = []
        self.constructed: EvaluatedCall | None = None
        self._ambient: dict[str, FollowedSession] = {}
        self._batches: dict[str, FollowedSession] = {}
        self._budget = Budget(STEPS_OF_A_PROGRAM)

    def step(self) -> None:
        """Count a step. Raises OutOfBudget where there are far too many."""
        self._budget.take()

    @property
    def depth(self) -> int:
        """How many functions with names are being called; what they pass as blocks is theirs."""
        named = sum([1 for frame in self.frames if frame.closure.function.name])
        return max(0, named - 1) if self.function else named

    def finish(self) -> None:
        """Forget which connections values of unknown origin were taken for."""
        for value in self.adopted:
            value.session = None

    def may_call(self, closure: Closure) -> bool:
        """Tell whether a function is worth a call: it is not running, and the stack is not deep."""
        running = any(frame.closure.function is closure.function for frame in self.frames)
        return not running and len(self.frames) < DEEPEST_CALL

    def opened(self, session: FollowedSession) -> FollowedSession:
        """Keep a session, so that its state follows the branches of the program."""
        self.sessions.append(session)
        return session

    def ambient(self, library: Library, facts: ConnectionFacts) -> FollowedSession:
        """Return the session that a library uses by itself; the facts are those of the program."""
        known = self._ambient.get(library.name)
        if known is None:
            known = FollowedSession(library, facts.is_shared, facts.begins_itself)
            known.begins_itself = facts.begins_itself
            known.is_surrounding = True
            if self.is_marked:
                known.transaction = True
            self._ambient[library.name] = self.opened(known)
        return known

    def batch(self, library: Library, facts: ConnectionFacts) -> FollowedSession:
        """Return the session on which a library runs later what it takes."""
        known = self._batches.get(library.name)
        if known is None:
            known = self._batches[library.name] = self.opened(
                FollowedSession(library, facts.is_shared, True)
            )
            known.name = "batch"
        return known

    @contextmanager
    def body_at_yield(self, follow: Callable[[Value], object] | None) -> Iterator[Body]:
        """Let a function that is called meanwhile follow a body where it yields."""
        body = Body(len(self.frames), follow)
        self._bodies.append(body)
        try:
            yield body
        finally:
            self._bodies.pop()

    def follow_body(self, value: Value) -> bool:
        """Follow the body that waits for what a function yields; False where none does.

        It is followed as a part of the function around it.
        """
        body = self._bodies[-1] if self._bodies else None
        if body is None or body.follow is None or len(self.frames) != body.depth + 1:
            return False
        inner, self.frames = self.frames[body.depth :], self.frames[: body.depth]
        self._bodies.append(Body(0, None))
        hook, cleanup = self.hook, self.cleanup
        follow, body.follow, body.was_followed = body.follow, None, True
        try:
            follow(value)
        finally:
            self._bodies.pop()
            self.frames += inner
            self.hook, self.cleanup = hook, cleanup
            body.leaving, self.leaving = self.leaving, None
        return True

    def states(self) -> States:
        return [(session, session.transaction) for session in self.sessions]

    def restore(self, states: Iterable[tuple[FollowedSession, bool | None]]) -> None:
        """Set sessions back to what they were."""
        for session, transaction in states:
            session.transaction = transaction

    def merge(self, ways: list[States]) -> None:
        """Set sessions to what holds whichever of the ways was taken."""
        found: dict[int, tuple[FollowedSession, set[bool | None]]] = {}
        for way in ways:
            for session, transaction in way:
                found.setdefault(id(session), (session, set()))[1].add(transaction)
        for session, transactions in found.values():
            session.transaction = transactions.pop() if len(transactions) == 1 else None

    @contextmanager
    def in_transaction(self, *sessions: FollowedSession) -> Iterator[None]:
        """Hold a transaction open on sessions that are one to the program."""
        states = [(each, each.transaction) for each in sessions]
        for session in sessions:
            session.transaction = True
        try:
            yield
        finally:
            self.restore(reversed(states))

    @contextmanager
    def for_bare_calls(self, receiver: Handle) -> Iterator[None]:
        """Let a block call methods of a value without naming it."""
        self.receivers.append(receiver)
        try:
            yield
        finally:
            self.receivers.pop()

    @contextmanager
    def at_the_end(self) -> Iterator[None]:
        """Take steps that are taken however the function ends; they change no state."""
        cleanup, states, leaving = self.cleanup, self.states(), self.leaving
        self.cleanup, self.leaving = True, None
        try:
            yield
        finally:
            self.cleanup, self.leaving = cleanup, leaving
            self.restore(states)
