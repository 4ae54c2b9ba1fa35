"""IF, CASE, EXIT and CONTINUE, and what may or may not be run."""

from __future__ import annotations

from rlslint.replay.plpgsql.course import Departure, Raised
from rlslint.replay.plpgsql.interpreter import Interpreter
from rlslint.replay.plpgsql.queries import asks_for_roles_only
from rlslint.replay.plpgsql.tree import Alternative, Body, CaseOf, Jump, Raise
from rlslint.replay.plpgsql.values import PartlyKnown


def run_branches(
    interpreter: Interpreter, branches: tuple[Alternative, ...], otherwise: Body
) -> Departure | None:
    """Run the branch whose condition holds, or perhaps each that may hold."""
    possible: list[Body] = []
    for condition, body in branches:
        truth, asked = interpreter.truth_of(condition)
        if isinstance(truth, PartlyKnown):
            if not possible and asked is not None and asks_for_roles_only(asked):
                # A role that the history does not make may exist. What is granted to one that
                # does not is without effect, and what creates a missing one makes it so.
                return interpreter.run_body(body)
            possible.append(body)
        elif truth is True:
            otherwise = body
            break
    if not possible:
        return interpreter.run_body(otherwise)
    run_perhaps(interpreter, [*possible, otherwise])
    return None


def run_case(interpreter: Interpreter, case: CaseOf) -> Departure | None:
    """Carry out CASE, which is an error where nothing matches and ELSE is missing."""
    branches = case.branches
    if case.subject:
        branches = tuple(
            Alternative(f"({case.subject}) IN ({condition})", body) for condition, body in branches
        )
    missing: Body = (Raise("case_not_found"),)
    return run_branches(
        interpreter, branches, missing if case.otherwise is None else case.otherwise
    )


def run_jump(interpreter: Interpreter, jump: Jump) -> Departure | None:
    """Leave a loop or go on with its next round, if the condition of WHEN holds."""
    leave = Departure(jump.word, jump.label, None)
    if not jump.condition:
        return leave
    truth, _ = interpreter.truth_of(jump.condition)
    if isinstance(truth, PartlyKnown):
        interpreter.doubts.add(("loop", jump.label))
        return None
    return leave if truth is True else None


def run_perhaps(interpreter: Interpreter, bodies: list[Body]) -> None:
    """Run bodies of which one will be run, but nobody knows which."""
    scopes = interpreter.scopes
    before = scopes.copy()
    outcomes = []
    doubt = object()
    for body in bodies:
        scopes.restore(before)
        interpreter.doubts.add(doubt)
        try:
            leave = interpreter.run_body(body)
        except Raised as raised:
            # A history that was carried out did not end in an error here.
            interpreter.course.perhaps_raised(raised.condition)
        else:
            if leave is not None:
                left = "return" if leave.word == "return" else ("loop", leave.label)
                interpreter.doubts.add(left)
            outcomes.append(scopes.copy())
        finally:
            interpreter.doubts.discard(doubt)
    scopes.merge(outcomes or [before])
