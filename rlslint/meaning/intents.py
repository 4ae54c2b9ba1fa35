"""What a condition that binds no row to the caller is probably for."""

from __future__ import annotations

from rlslint.meaning.bounds import UnboundedBranch, is_restriction, kind_of
from rlslint.meaning.branches import Branch, branches_or_whole
from rlslint.meaning.context import ContextFunctions, ContextRead, context_reads, own_columns
from rlslint.meaning.gates import is_anybody
from rlslint.meaning.values import stands_for_none
from rlslint.sql.expressions import (
    Call,
    Column,
    Constant,
    Expr,
    IsNull,
    Not,
    Operator,
    without_casts,
)
from rlslint.text.sentences import words_of

_NOTHING: ContextFunctions = frozenset()

_FOR_ALL = frozenset(
    ("anyone", "builtin", "everybody", "everyone", "featured", "global", "listed", "predefined",
     "preset", "public", "publicly", "publish", "published", "share", "shared", "system",
     "template", "templates", "visibility", "visible")
)  # fmt: skip
_PEOPLE = frozenset(("accounts", "customers", "members", "people", "students", "tenants", "users"))
_KEPT_BACK = frozenset(("confidential", "draft", "internal", "private", "secret", "unlisted"))
_STATES = frozenset(("phase", "stage", "state", "status"))
_ASSURANCE = frozenset(("2fa", "aal", "amr", "mfa", "otp", "totp"))
_SCOPES = frozenset(
    ("classification", "clearance", "country", "currency", "env", "environment", "jurisdiction",
     "lang", "language", "level", "locale", "mode", "period", "phase", "plan", "platform",
     "region", "sensitivity", "stage", "state", "status", "tier", "version", "year")
)  # fmt: skip
_KEYS = frozenset(("id", "ids", "key", "uid", "uuid"))


def publishes(conjuncts: Branch) -> bool:
    """Tell whether rows are admitted because they are meant for everyone.

    Nothing but names can tell `is_public` from `active`: a column, or the value that it is
    compared with, speaks of publishing (or is denied to be private).
    """
    return any(_publishes(conjunct) for conjunct in conjuncts)


def asks_for_no_owner(conjuncts: Branch, owners: frozenset[int]) -> bool:
    """Tell whether only rows are admitted whose owner column holds nobody: NULL, 0 or the like."""
    return any(
        _holds_nobody(conjunct) and not own_columns(conjunct).isdisjoint(owners)
        for conjunct in conjuncts
    )


def _holds_nobody(conjunct: Expr) -> bool:
    match conjunct:
        case IsNull(_, negated):
            return not negated
        case Operator("=", Expr() as left, right) if not conjunct.quantifier:
            sides = without_casts(left), without_casts(right)
            return any(isinstance(side, Constant) and stands_for_none(side.value) for side in sides)
        case _:
            return False


def _publishes(conjunct: Expr) -> bool:
    words: frozenset[str] = frozenset()
    for part in conjunct.walk():
        match part:
            case Column():
                words |= words_of(part.name)
            case Constant(str() as text):
                words |= words_of(text)
    if _is_denied(conjunct):
        return not words.isdisjoint(_KEPT_BACK)
    return not words.isdisjoint(_FOR_ALL) or ("all" in words and not words.isdisjoint(_PEOPLE))


def _is_denied(conjunct: Expr) -> bool:
    match conjunct:
        case Not() | Operator("<>") | IsNull(_, False):
            return True
        case Operator("=", _, right):
            return without_casts(right) == Constant(False)
        case _:
            return False


def leaves_rows_out(expression: Expr, functions: ContextFunctions = _NOTHING) -> bool:
    """Tell whether a predicate is a restriction by shape: it says which rows to leave out.

    Such are `NOT deleted`, `deleted_at IS NULL`, a test of a status, one of how well the session
    was authenticated, and what the session chooses among the rows, such as a region. All branches
    must be of this kind.
    """
    found = branches_or_whole(expression)
    conjuncts = [c for branch in found for c in branch if c != Constant(True)]
    return bool(conjuncts) and all(_restricts(conjunct, functions) for conjunct in conjuncts)


def _restricts(conjunct: Expr, functions: ContextFunctions) -> bool:
    bare = _bare_sides(conjunct)
    if is_restriction(bare) and not context_reads(bare, functions):
        return kind_of(conjunct, functions) == "row flag"
    match bare:
        case Operator("=", Column() as column, Constant(str())):
            return not words_of(column.name).isdisjoint(_STATES)
        case Operator("=", Call(("coalesce",), (Column(), Constant(False))), Constant(False)):
            return True
        case _:
            chooses = bool(_scope_columns(conjunct, functions))
            return chooses or is_assurance_test(conjunct, functions)


def scopes_of(expression: Expr, functions: ContextFunctions = _NOTHING) -> frozenset[int]:
    """Return the own columns of which a session says which rows it wants, and not whose."""
    return frozenset(
        column
        for branch in branches_or_whole(expression)
        for conjunct in branch
        for column in _scope_columns(conjunct, functions)
    )


def _scope_columns(conjunct: Expr, functions: ContextFunctions) -> frozenset[int]:
    # Only names can tell `region` from `tenant`: that of the column and that of the setting do.
    match _bare_sides(conjunct):
        case Operator("=", Expr() as left, right) if not own_columns(left) or not own_columns(
            right
        ):
            columns = [side for side in (left, right) if isinstance(side, Column)]
            words = {word for column in columns for word in words_of(column.name)}
            reads = context_reads(conjunct, functions)
            asked = {word for read in reads for word in _words_of_read(read)}
            is_scope = bool(words & _SCOPES and asked & _SCOPES) and not words & _KEYS
            return own_columns(conjunct) if is_scope else frozenset()
        case _:
            return frozenset()


def is_assurance_test(conjunct: Expr, functions: ContextFunctions = _NOTHING) -> bool:
    """Tell whether a condition asks how well the session was authenticated (MFA), not by whom."""
    if own_columns(conjunct):
        return False
    return any(
        not _words_of_read(read).isdisjoint(_ASSURANCE)
        for read in context_reads(conjunct, functions)
    )


def _words_of_read(read: ContextRead) -> frozenset[str]:
    names = (read.name or "", *read.path)
    return frozenset(word for name in names for word in words_of(name))


def _bare_sides(conjunct: Expr) -> Expr:
    """PostgreSQL writes `status <> 'x'` on a varchar column as `(status)::text <> 'x'::text`."""
    match conjunct:
        case Operator(symbol, left, right) if left is not None:
            sides = without_casts(left), without_casts(right)
            return Operator(symbol, *sides, conjunct.quantifier, conjunct.location)
        case Not():
            return Not(without_casts(conjunct.argument), conjunct.location)
        case _:
            return conjunct


def is_open_to_strangers(
    branch: UnboundedBranch,
    everyone: frozenset[str] = frozenset(),
    functions: ContextFunctions = _NOTHING,
) -> bool:
    """Tell whether ordinary callers pass a branch that asks something of the row, or nothing.

    `everyone` are the names of the roles that all callers have. What asks the session for more
    than its presence (an administrator's flag) is a gate that few pass.
    """
    return branch.kind != "opaque" and all(
        bool(own_columns(conjunct))
        or kind_of(conjunct, functions) != "gate"
        or is_anybody(conjunct, everyone, functions)
        for conjunct in branch.conjuncts
    )
