"""INSERT of rows that constraints, or the lack of a policy, surely refuse."""

from __future__ import annotations

from itertools import zip_longest

from rlslint.catalog.facts import UnknownFact
from rlslint.catalog.functions import Function
from rlslint.catalog.model import Column, Kind, Policy, Relation
from rlslint.catalog.roles import PUBLIC
from rlslint.replay import Refused
from rlslint.replay.plpgsql.calls import Arguments, RoutineResult
from rlslint.replay.plpgsql.evaluator import Evaluator
from rlslint.replay.plpgsql.system_catalogs.questions import RowSet
from rlslint.replay.plpgsql.values import ANY, Datum
from rlslint.replay.session import ANY_SETTING
from rlslint.replay.state import Replay
from rlslint.sql.expressions import Call, ColumnBinding, Constant, Expr, Query
from rlslint.sql.expressions import Column as Named
from rlslint.sql.nodes import expression
from rlslint.sql.parser import Node
from rlslint.sql.rebuilding import rebuilt
from rlslint.text import Statement

_MOST_ROWS = 100
_COMPARED_EXACTLY = frozenset(("bool", "int2", "int4", "int8", "text", "uuid", "varchar"))
"""Types whose values are equal where they are spelled alike, and else differ."""

_Row = dict[int, Datum]
"""The values of a row by the numbers of the columns; what is not known is not there."""


def refuse_given_rows(replay: Replay, statement: Statement, node: Node, base: int) -> None:
    """Refuse rows of constants that a constraint of the table refuses, or that no policy accepts.

    Nothing is said where a trigger or a rule may change the rows before.
    """
    del statement, base
    relation = replay.find(node["relation"])
    if relation is None or not _keeps_what_is_given(replay, relation):
        return
    policies = _policies_for_new_rows(replay, relation)
    columns = [item["ResTarget"].get("name", "") for item in node.get("cols", ())]
    names = columns or list(relation.columns)
    evaluator = Evaluator(replay, _NoVariables(), lambda _query, _evaluator: RowSet([], True))
    rows: list[_Row] = []
    for items in _rows_given(node)[:_MOST_ROWS]:
        given = dict(zip_longest(names, items))
        row: _Row = {}
        for name, column in relation.columns.items():
            value = _value(evaluator, column, given.get(name))
            if value is None and column.knows("not_null") and column.not_null:
                raise Refused("not_null_violation")
            if value is None or isinstance(value, bool | int | str):
                row[column.number] = value
        for constraint in relation.constraints.known():
            if constraint.kind == "check" and constraint.expression is not None:
                held = evaluator.truth(_of_row(constraint.expression.expression, row))
                if held is False:
                    raise Refused("check_violation")
        if policies and not _may_pass(policies, row, replay, evaluator):
            raise Refused("insufficient_privilege")
        rows.append(row)
    if "onConflictClause" not in node and _repeats_a_key(relation, rows):
        raise Refused("unique_violation")


def _keeps_what_is_given(replay: Replay, relation: Relation) -> bool:
    """Tell whether no trigger and no rule comes between a statement and the rows."""
    return (
        relation.knows("kind")
        and relation.knows("columns")
        and relation.kind is Kind.table
        and not relation.triggers.is_open
        and not dict.__len__(relation.triggers)
        and not any(oid == relation.oid for oid, _ in replay.origins.rules)
    )


def _rows_given(node: Node) -> list[list[Node]]:
    """Return the rows that are written out; DEFAULT VALUES is one of defaults alone."""
    if "selectStmt" not in node:
        return [[]]
    values = node["selectStmt"].get("SelectStmt", {}).get("valuesLists", ())
    return [row["List"].get("items", []) for row in values]


def _value(evaluator: Evaluator, column: Column, given: Node | None) -> Datum:
    """Return what a column gets, ANY where that is not known."""
    if given is not None and "SetToDefault" not in given:
        found = expression(given)
    elif not column.knows("default") or column.identity or column.generated:
        return ANY
    elif column.default is not None:
        found = column.default.expression
    else:
        # A domain may have a default of its own.
        return None if column.type in _COMPARED_EXACTLY else ANY
    try:
        return evaluator.cast(evaluator.value(found), column.type)
    except (Refused, UnknownFact):
        return ANY


def _of_row(condition: Expr, row: _Row) -> Expr:
    """Return a condition with the values of a row for its columns."""
    match condition:
        case Named(binding=ColumnBinding(_, number, _)) if number in row:
            value = row[number]
            return Constant(value if value is None or isinstance(value, bool | int) else str(value))
        case _:
            return rebuilt(condition, lambda part: _of_row(part, row))


def _repeats_a_key(relation: Relation, rows: list[_Row]) -> bool:
    """Tell whether two rows surely have the same key."""
    types = {column.number: column.type for column in relation.columns.values()}
    for constraint in relation.constraints.known():
        if constraint.kind not in ("primary", "unique") or not constraint.columns:
            continue
        if not all(types.get(number) in _COMPARED_EXACTLY for number in constraint.columns):
            continue
        seen = set[tuple[Datum, ...]]()
        for row in rows:
            key = tuple(row.get(number) for number in constraint.columns)
            if None in key:
                continue
            if key in seen:
                return True
            seen.add(key)
    return False


def _policies_for_new_rows(replay: Replay, relation: Relation) -> tuple[Policy, ...]:
    """Return the policies that decide about new rows, () where it is not known that some do.

    Refuses the rows of a role that row security binds and for which no policy is.
    """
    facts = ("rls_enabled", "rls_forced", "owner")
    user = replay.catalog.roles.get(replay.session.user)
    if user is None or not user.declared or not all(map(relation.knows, facts)):
        return ()
    if not relation.rls_enabled or relation.policies.is_open:
        return ()
    attributes = ("superuser", "bypassrls")
    if not all(map(user.knows, attributes)) or any(getattr(user, one) for one in attributes):
        return ()
    acting = user.acts_as()
    if acting is None or (relation.owner in acting and not relation.rls_forced):
        return ()
    found = []
    for policy in relation.policies.known():
        if not all(map(policy.knows, ("permissive", "command", "roles", "using", "check"))):
            return ()
        if policy.covers("insert") and (
            PUBLIC in policy.roles or not acting.isdisjoint(policy.roles)
        ):
            found.append(policy)
    if not any(policy.permissive for policy in found):
        raise Refused("insufficient_privilege")
    return tuple(found)


def _may_pass(
    policies: tuple[Policy, ...], row: _Row, replay: Replay, evaluator: Evaluator
) -> bool:
    """Tell whether policies may let a new row pass, as far as values and settings are known.

    A setting that holds no value is NULL, or '' where a transaction has set it before.
    """
    for unset in (None, ""):
        held = [_held(policy, row, unset, replay, evaluator) for policy in policies]
        truths = list(zip(policies, held, strict=True))
        if any(policy.permissive and truth for policy, truth in truths) and all(
            policy.permissive or truth for policy, truth in truths
        ):
            return True
    return False


def _held(
    policy: Policy, row: _Row, unset: str | None, replay: Replay, evaluator: Evaluator
) -> bool:
    """Tell whether the condition of a policy may hold for a new row."""
    check = policy.effective_check
    if check is None:
        return not policy.permissive
    condition = check.expression
    if any(isinstance(part, Query) for part in condition.walk()):
        return True
    try:
        truth = evaluator.truth(_without_context(_of_row(condition, row), unset, replay))
    except (Refused, UnknownFact):
        return True
    return truth is not False and truth is not None


def _without_context(condition: Expr, unset: str | None, replay: Replay) -> Expr:
    """Return a condition with `unset` for the settings that hold no value."""
    match condition:
        case Call((*_, "current_setting"), (Constant(str() as name), *_), function=None) if (
            _holds_none(name.lower(), replay)
        ):
            return Constant(unset)
        case _:
            return rebuilt(condition, lambda part: _without_context(part, unset, replay))


def _holds_none(name: str, replay: Replay) -> bool:
    given, catalog = replay.session.given, replay.catalog
    if "." not in name or ANY_SETTING in given or name in given:
        return False
    user = catalog.roles.get(replay.session.session_user) or catalog.roles.get(replay.session.user)
    stored = set(catalog.database_settings)
    if user is None or not user.knows("settings"):
        return False
    return name not in stored and name not in user.settings


class _NoVariables:
    """Nothing but the row has values; what functions of the history give is not known."""

    others_are_missing = False
    certain = False

    def variable(self, names: tuple[str, ...]) -> Datum:
        del names
        return ANY

    def has_variable(self, name: str) -> bool:
        del name
        return False

    def type_of(self, name: str) -> str:
        del name
        return ""

    def parameter(self, number: int) -> Datum:
        del number
        return ANY

    def call(self, call: Call, arguments: Arguments) -> RoutineResult | None:
        del arguments
        return RoutineResult(ANY) if isinstance(call.function, Function) or call.unknown else None

    def reads_too_much(self, rows: int = 0) -> bool:
        del rows
        return True
