"""CREATE POLICY and ALTER POLICY."""

from __future__ import annotations

from rlslint import NamedTuple, Pattern
from rlslint.catalog import Refusal
from rlslint.catalog.answers import ask
from rlslint.catalog.binding import Scope, bind, find_relation
from rlslint.catalog.model import Policy, Relation
from rlslint.catalog.overloads import Given, find_function, given_types, is_built_in_type
from rlslint.catalog.predicates import Clause
from rlslint.catalog.roles import PUBLIC
from rlslint.catalog.sharing import SharedPredicate, columns_key
from rlslint.catalog.types import type_of
from rlslint.replay import Refused, must_be_bound, must_have
from rlslint.replay.dependencies import (
    AGGREGATES,
    needs_of,
    note_reader,
    outside_sub_selects,
)
from rlslint.replay.owners import must_own
from rlslint.replay.state import Replay
from rlslint.sql.expressions import Call, Expr, Query, Source
from rlslint.sql.nodes import expression
from rlslint.sql.parser import Node
from rlslint.text import Statement

_TABLE_NAME = Pattern(rb'(?:"(?:[^"]|"")*"|[^\s".]+)(?:\s*\.\s*(?:"(?:[^"]|"")*"|[^\s".]+))*')


class _Lookup(NamedTuple):
    """A name that a predicate looked up, and what it found: equal again, the predicate serves.

    `given` is what a call hands over, None for a relation, whose `columns` count.
    """

    schema: str
    name: str
    given: Given | None
    found: object
    columns: object


class _Placed(NamedTuple):
    """A predicate, what to add to its locations to count from the end of the table's name, and what
    it looked up."""

    shared: SharedPredicate
    shift: int
    lookups: tuple[_Lookup, ...]

    def clause(self, statement: Statement, start: int) -> Clause:
        """Return the clause of a statement in which the table's name ends at `start`."""
        return Clause(self.shared.predicate, statement, start + self.shift)


_Shared = tuple[_Placed | None, _Placed | None]
"""USING and WITH CHECK of a CREATE POLICY that others may spell alike."""


def create_policy(replay: Replay, statement: Statement, node: Node, base: int) -> None:
    relation = replay.relation(node["table"], statement)
    if relation.knows("kind") and not relation.is_table:
        raise Refused("wrong_object_type", Refusal(statement, "policy", relation))
    name = node["policy_name"]
    if dict.__contains__(relation.policies, name):
        raise Refused("duplicate_object")
    if relation.policies.is_open:
        replay.perhaps_refused("duplicate_object")
    must_own(replay, relation)
    policy = Policy(name, relation, statement)
    policy.permissive = node.get("permissive", False)
    policy.command = node.get("cmd_name", "all")
    policy.roles = _roles(replay, node)
    policy.using, policy.check = _clauses(replay, relation, statement, node, base, policy)
    _refuse_clauses(policy.command, policy.using, policy.check)
    relation.policies[name] = policy


def alter_policy(replay: Replay, statement: Statement, node: Node, base: int) -> None:
    relation = replay.relation(node["table"], statement)
    policy: Policy | None = dict.get(relation.policies, node["policy_name"])
    if policy is None:
        must_have(replay, relation, relation.policies)
        return
    must_own(replay, relation)
    if node.get("roles"):
        policy.learn("roles", _roles(replay, node), statement)
    using, check = _clauses(replay, relation, statement, node, base, policy)
    _refuse_clauses(policy.command, using, check)
    if using is not None:
        policy.learn("using", using, statement)
    if check is not None:
        policy.learn("check", check, statement)


def _refuse_clauses(command: str, using: Clause | None, check: Clause | None) -> None:
    """INSERT looks at no row that is there, SELECT and DELETE write none."""
    if (command == "insert" and using) or (command in ("select", "delete") and check):
        raise Refused("syntax_error")


def _roles(replay: Replay, node: Node) -> tuple[str, ...]:
    """Return the roles of TO; beside PUBLIC no other counts (policy_role_list_to_array)."""
    names = replay.role_names(node.get("roles", ()))
    return (PUBLIC,) if PUBLIC in names else names


def _clauses(
    replay: Replay, relation: Relation, statement: Statement, node: Node, base: int, policy: Policy
) -> tuple[Clause | None, Clause | None]:
    """Return USING and WITH CHECK, sharing what was bound before for the same words."""
    if "clauses" not in node:
        return None, None
    data = statement.text.data
    table = _TABLE_NAME().match(data, base + node["table"]["location"])
    start = table.end() if table else statement.start
    words = data[start : statement.end]
    itself = str(relation) if relation.name.encode() in words else ""
    using, check = replay.predicates.for_words(
        (words, itself),
        lambda shared: _serves(replay, relation, shared),
        lambda: _bound(replay, relation, statement, node, base - start),
    )
    for placed in (using, check):
        if placed is not None:
            note_reader(replay, policy, ask(needs_of, placed.shared.predicate.expression))
    return (
        using.clause(statement, start) if using is not None else None,
        check.clause(statement, start) if check is not None else None,
    )


def _serves(replay: Replay, relation: Relation, shared: _Shared) -> bool:
    """Tell whether the predicates bound for another policy mean the same here."""
    if not relation.knows("columns"):
        return False
    for placed in shared:
        if placed is None:
            continue
        columns = placed.shared.columns
        if columns is None or not columns.are_in(relation):
            return False
        if not _still_found(replay, placed.lookups):
            return False
    return True


def _bound(
    replay: Replay, relation: Relation, statement: Statement, node: Node, shift: int
) -> _Shared:
    missing: list[str] = []
    scope = Scope(replay.catalog, replay.search_path, statement, missing=missing)
    scope = scope.with_own_row(relation)
    clauses = node["clauses"].decoded()
    using, check = (
        _placed(replay, relation, _condition(clauses[part], scope, relation, statement), shift)
        if part in clauses
        else None
        for part in ("qual", "with_check")
    )
    must_be_bound(missing)
    return using, check


def _condition(node: Node, scope: Scope, relation: Relation, statement: Statement) -> Expr:
    """Return a bound condition; it is a boolean and has no aggregate of its own."""
    bound = bind(expression(node), scope)
    type_ = type_of(bound, relation)
    if type_ != "bool" and is_built_in_type(type_):
        raise Refused("datatype_mismatch", Refusal(statement, "type of a policy", relation, type_))
    for call in outside_sub_selects(bound):
        if call.function is None and len(call.name) == 1 and call.name[0] in AGGREGATES:
            raise Refused("grouping_error")
    return bound


def _placed(replay: Replay, relation: Relation, bound: Expr, shift: int) -> _Placed:
    """Return the predicate of an equal expression that was bound before, else a new one."""
    parts = tuple(bound.walk())
    lookups = tuple(lookup for part in parts for lookup in _lookups(part, relation))
    shared = replay.predicates.for_meaning(bound, parts, relation, lookups)
    return _Placed(shared, shift + shared.shift, lookups)


def _lookups(part: object, relation: Relation) -> list[_Lookup]:
    match part:
        case Call(name, arguments):
            given = given_types(arguments, relation)
            return [_Lookup(".".join(name[:-1]), name[-1], given, part.function, None)]
        case Query(sources=sources):
            return [
                _Lookup(source.schema, source.name, None, read, columns_key(read))
                for source in sources
                if isinstance(read := _relation_of(source), Relation)
            ]
        case _:
            return []


def _relation_of(source: Source) -> object:
    return source.relation


def _still_found(replay: Replay, lookups: tuple[_Lookup, ...]) -> bool:
    path = replay.search_path
    for schema, name, given, found, columns in lookups:
        if given is not None:
            qualified = (schema, name) if schema else (name,)
            if find_function(replay.catalog, path, qualified, given)[0] is not found:
                return False
            continue
        relation = find_relation(replay.catalog, path, schema, name)
        if relation is None or relation is not found or columns_key(relation) != columns:
            return False
    return True


def refuse_row_security(relation: Relation, statement: Statement) -> None:
    """PostgreSQL refuses row security on relations other than tables."""
    if relation.knows("kind") and not relation.is_table:
        raise Refused("wrong_object_type", Refusal(statement, "row security", relation))
