"""Whether one predicate lets pass what another does, and a case where it does not."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping

from rlslint import NamedTuple
from rlslint.catalog.facts import GivenUp
from rlslint.catalog.model import Relation
from rlslint.meaning.aligning import aligned
from rlslint.meaning.context import context_reads
from rlslint.meaning.deciding import Ways
from rlslint.meaning.evaluation import Evaluation
from rlslint.meaning.queries import is_repeatable, may_aggregate, structure_of
from rlslint.meaning.simplifying import conjunction, simplified
from rlslint.meaning.values import Known, RaisesError, Term, compared
from rlslint.meaning.witnesses import Witness, witness
from rlslint.meaning.worlds import SessionSettings, Situation, World
from rlslint.sql.expressions import (
    OWN_ROW,
    And,
    Column,
    ColumnBinding,
    Constant,
    Expr,
    Operator,
    Or,
    Query,
    SubSelect,
)
from rlslint.sql.rebuilding import with_sources


def difference(
    first: Expr, second: Expr, types: Mapping[int, str], not_null: frozenset[int] = frozenset()
) -> Witness | None:
    """Return a case in which one predicate lets a row pass, and a second does not.

    None where the first implies the second. `types` are those of the own row's columns. Raises
    GivenUp where no difference can be shown, and none ruled out. Errors are no difference: whether
    one happens is for the planner to decide.
    """
    one, other = simplified(first), simplified(second)
    for passing, kept_out in ((one, other), (_with_exists(one), _with_exists(other))):
        if not _differs(passing, aligned(kept_out, passing), types, not_null):
            return None
    found = witness(one, other, types, not_null)
    if found is None:
        raise GivenUp(first)
    return found


def _differs(first: Expr, second: Expr, types: Mapping[int, str], not_null: frozenset[int]) -> bool:
    """Tell whether a row may pass the first and not the second, as far as is told."""
    implied = tuple(_implied_rows(first, second))
    sessions = _sessions(first, second)
    for session in sessions:
        situation = Situation(not_null, session)
        # What is empty has been looked at already.
        is_filled = session is None and len(sessions) > 1
        try:
            found = _together(first, second, situation, types, implied, is_filled)
            if found.give((True, False)):
                return True
        except GivenUp:
            return True
    return False


def _sessions(*predicates: Expr) -> tuple[SessionSettings | None, ...]:
    """Return the sessions to be looked at: one setting alone is not set, empty, or anything else.

    What a setting that is given holds need not be an identifier, as elsewhere.
    """
    reads = [read for predicate in predicates for read in context_reads(predicate)]
    is_plain = all(
        read.kind == "setting" and read.name and "." in read.name and not read.path
        for read in reads
    )
    if is_plain and len({read.name for read in reads}) == 1:
        return SessionSettings.never_set, SessionSettings.reset, None
    return (None,)


class _Implication(NamedTuple):
    """That a row which one EXISTS finds is one that another finds."""

    found: object
    finds: object


def _together(
    first: Expr,
    second: Expr,
    situation: Situation,
    types: Mapping[int, str],
    implied: tuple[_Implication, ...] = (),
    is_filled: bool = False,
) -> Ways[tuple[bool, bool]]:
    """Return whether a row passes each of two predicates, for which errors may be skipped."""

    def evaluate(world: World) -> tuple[tuple[bool, bool], ...]:
        left = _passes(Evaluation(world, situation), first)
        right = _passes(Evaluation(world, situation), second)
        is_possible = _is_possible(world, types, implied, is_filled)
        return ((left, right),) if is_possible else ()

    return Ways(first, evaluate)


def _passes(evaluation: Evaluation, predicate: Expr) -> bool:
    """Tell whether a row passes; none does where an error ends the query."""
    try:
        return evaluation.truth(predicate) is True
    except RaisesError:
        return False


def _is_possible(
    world: World, types: Mapping[int, str], implied: tuple[_Implication, ...], is_filled: bool
) -> bool:
    """Tell whether what was chosen for a world agrees with itself.

    With `is_filled`, no setting is the empty string.
    """
    decided = world.decisions
    if any(decided.get(one.found) == 0 and decided.get(one.finds) == 1 for one in implied):
        return False
    equals = [
        tuple(key[1])
        for key, choice in decided.items()
        if isinstance(key, tuple) and key[0] == "equal" and choice == 0
    ]
    if is_filled and any(map(_is_empty_setting, equals)):
        return False
    return not equals or _is_one_value_each(equals, decided, types)


def _is_empty_setting(pair: Collection[object]) -> bool:
    is_empty = any(isinstance(one, Known) and one.payload == "" for one in pair)
    return is_empty and any(
        isinstance(one, Term) and isinstance(one.key, tuple) and one.key[0] == "setting"
        for one in pair
    )


def _is_one_value_each(
    equals: Iterable[tuple[object, ...]], decided: Mapping[object, int], types: Mapping[int, str]
) -> bool:
    """Tell whether values that are equal can be: to one constant at most, and each to each."""
    groups: list[set[object]] = []
    for pair in equals:
        joined = set(pair)
        for group in [group for group in groups if group & joined]:
            joined |= group
            groups.remove(group)
        groups.append(joined)
    for group in groups:
        constants = [one for one in group if isinstance(one, Known)]
        is_exact = any(_is_exact(one, types) for one in group)
        for at, one in enumerate(constants):
            for other in constants[at + 1 :]:
                order = compared(one, other)
                if order in (-1, 1) or (order == 2 and is_exact):
                    return False
        members = list(group)
        for at, left in enumerate(members):
            for right in members[at + 1 :]:
                if decided.get(("equal", frozenset((left, right)))) == 1:
                    return False
    return True


def _is_exact(value: object, types: Mapping[int, str]) -> bool:
    """Tell whether two constants that are written apart cannot both be equal to a value."""
    match value:
        case Term(Column(binding=ColumnBinding(source, number, _))):
            of = source.relation.column(number) if isinstance(source.relation, Relation) else None
            type_name = types.get(number) if source is OWN_ROW else of and of.type
            return type_name in ("text", "varchar", "bpchar", "int2", "int4", "int8")
        case _:
            return False


def _with_exists(expression: Expr) -> Expr:
    """Return a predicate with EXISTS for IN where only counts whether it is true."""
    match expression:
        case And(arguments):
            return And(tuple(map(_with_exists, arguments)), expression.location)
        case Or(arguments):
            return Or(tuple(map(_with_exists, arguments)), expression.location)
        case SubSelect("any", Expr() as left, query, "=") if len(query.outputs) == 1 and _is_plain(
            query
        ):
            (output,) = query.outputs
            copy = query.copied()
            tie = Operator("=", left, output, "", expression.location)
            copy.conditions = (*query.conditions, tie)
            copy.outputs, copy.output_names = (Constant(1),), ("",)
            return SubSelect("exists", None, copy, "", expression.location)
        case SubSelect("exists", None, query) if _is_plain(query):
            copy = query.copied()
            copy.outputs, copy.output_names = (Constant(1),), ("",)
            copy.conditions = tuple(_flat(query.conditions))
            return SubSelect("exists", None, copy, "", expression.location)
        case _:
            return expression


def _flat(conditions: tuple[Expr, ...]) -> Iterable[Expr]:
    for condition in conditions:
        yield from condition.arguments if isinstance(condition, And) else (condition,)


def _is_plain(query: Query) -> bool:
    return (
        bool(query.sources)
        and query.inner_only
        and not any(map(may_aggregate, query.outputs))
        and not (query.grouped or query.limited or query.arms or query.having or query.ctes)
        and is_repeatable(query)
    )


def _implied_rows(first: Expr, second: Expr) -> Iterable[_Implication]:
    """Yield which look-ups of two predicates find a row where others do."""
    looked_up = [
        part
        for predicate in (first, second)
        for part in predicate.walk()
        if isinstance(part, SubSelect) and part.kind == "exists" and _is_plain(part.query)
    ]
    for one in looked_up:
        for other in looked_up:
            if one is not other and _asks_more(one.query, other.query):
                yield _Implication(_key(one), _key(other))


def _key(sub_select: SubSelect) -> object:
    return ("exists", ("exists", structure_of(sub_select), None))


def _asks_more(query: Query, other: Query) -> bool:
    """Tell whether each row that a query finds is one that another finds."""
    if [one.relation for one in query.sources] != [one.relation for one in other.sources]:
        return False
    if any(one.relation is None for one in query.sources):
        return False
    sources = dict(zip(query.sources, other.sources, strict=True))
    asked = [with_sources(condition, sources) for condition in query.conditions]
    wanted = [one for one in other.conditions if one not in asked]
    if not wanted:
        return True
    if not asked:
        return False
    try:
        found = _together(conjunction(tuple(asked), -1), conjunction(tuple(wanted), -1),
                          Situation(), {}).give((True, False))  # fmt: skip
    except GivenUp:
        return False
    return not found
