"""DROP: what needs an object goes with it under CASCADE, and without it is why it stays.

What belongs to an object (indexes, constraints and policies of a table, its partitions) goes in any
case (manual: Dependency Tracking).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from rlslint.catalog.functions import Function
from rlslint.catalog.model import Column, Constraint, Policy, Relation, RemovedPolicy
from rlslint.catalog.overloads import may_take
from rlslint.catalog.predicates import Clause
from rlslint.replay import Refused
from rlslint.replay.constraints import referencing_keys
from rlslint.replay.dependencies import (
    columns_named,
    exists,
    needs,
    needs_sequence,
    readers_of,
    reads_column,
    type_need,
)
from rlslint.replay.doubtful import Doubts
from rlslint.replay.inheritance import drop_inherited_check, gives_column, inheriting
from rlslint.replay.not_null import column_of_not_null, drop_not_null
from rlslint.replay.partition_indexes import drop_index, key_of, named_by_index
from rlslint.replay.partition_triggers import drop_trigger
from rlslint.replay.partitions import drop_foreign_key
from rlslint.replay.state import Need, Reader, Replay
from rlslint.sql.expressions import Operator
from rlslint.text import Statement

_Depends = Callable[[Clause], bool]


class Drop:
    """One DROP, of what is dropped `together`, with `cascade` or without."""

    def __init__(
        self,
        replay: Replay,
        statement: Statement,
        cascade: bool,
        together: Iterable[Reader] = (),
    ) -> None:
        self.replay = replay
        self.statement = statement
        self.cascade = cascade
        self.together = {id(one) for one in together}

    def take_along(self, one: Reader) -> None:
        """Refuse to drop what `one` needs, unless it may go too. Raises Refused."""
        whole: object = one
        while isinstance(whole, Relation) and id(whole) not in self.together:
            whole = whole.partition_of if whole.knows("partition_of") else None
        if not self.cascade and id(whole) not in self.together:
            raise Refused("dependent_objects_still_exist")

    def relation(self, relation: Relation) -> None:
        """Drop a relation with its partitions, and what needs it."""
        replay = self.replay
        for child in inheriting(replay, relation):
            if child.partition_of is not relation:
                self.take_along(child)
            self.relation(child)
        keys = referencing_keys(replay, relation)
        replay.drop_relation(relation)
        self._readers_of_relation(relation)
        self._foreign_keys(keys)
        for number in _numbers(relation):
            self._sequence_of(relation, number)
        self.type(str(relation), but=relation)
        if relation.knows("kind") and relation.kind.value == "sequence":
            self.sequence(relation.schema, relation.name)

    def column(self, relation: Relation, name: str, recurse: bool = True) -> None:
        """Drop a column with its indexes and constraints, and what needs it."""
        if not relation.knows("columns") or name not in relation.columns:
            return
        replay = self.replay
        column = relation.remove_column(name)
        number = column.number
        replay.origins.inherited_columns.discard((relation.oid, number))
        self._keys_of_column(relation, column)
        self._triggers_of_column(relation, name)
        for grant in relation.grants.known():
            if grant.column == name:
                del relation.grants[grant.grantee, grant.privilege, name]
        for policy in relation.policies.known():
            if any(number in columns_named(clause) for clause in policy.clauses):
                self._policy(policy)
        self._readers_of_relation(relation, number)
        for other in list(relation.columns.values()):
            generated = replay.origins.generated.get((relation.oid, other.number))
            if generated is not None and number in columns_named(generated):
                self.take_along(relation)
                self.column(relation, other.name)
        self._sequence_of(relation, number)
        for child in inheriting(replay, relation):
            self._inherited_column(child, name, recurse)

    def users_of_column(self, relation: Relation, number: int) -> None:
        """Refuse another type for a column that something else is made with (manual: ALTER TABLE).

        Raises Refused.
        """
        for policy in relation.policies.known():
            if any(number in columns_named(clause) for clause in policy.clauses):
                raise Refused("feature_not_supported")
        wanted = id(relation)
        for one in readers_of(self.replay, wanted):
            clauses = one.clauses if isinstance(one, Policy) else ()
            if isinstance(one, Relation) and one.knows("query") and one.query is not None:
                clauses = (one.query,)
            for clause in clauses:
                if needs(clause, wanted) and reads_column(clause, relation, number):
                    raise Refused("feature_not_supported")
        for column in relation.columns.values():
            generated = self.replay.origins.generated.get((relation.oid, column.number))
            if generated is not None and number in columns_named(generated):
                raise Refused("feature_not_supported")

    def function(self, function: Function) -> None:
        """Drop a function, and what calls it."""
        readers = readers_of(self.replay, id(function))
        self.replay.drop_function(function)
        self.what_needs(id(function))
        self._rules_naming(id(function))
        for one in readers:
            if isinstance(one, Relation):
                self._triggers_of_function(one, function)
        for key, own in list(self.replay.catalog.operators.items()):
            if own is function:
                del self.replay.catalog.operators[key]
                self.operator(*key)
        for one in readers_of(self.replay, ("perhaps", function.name)):
            if self.cascade and isinstance(one, Policy):
                doubts = Doubts(self.replay.catalog, self.statement)
                doubts.lose(one.relation.policies, (one.name,))

    def type(self, written: str, but: Relation | None = None) -> None:
        """Drop what has a type: columns, functions, casts and other types."""
        schema, _, name = written.rpartition(".")

        def is_it(used: str) -> bool:
            its_schema, _, its_name = used.partition("[")[0].rpartition(".")
            return its_name == name and (not schema or not its_schema or its_schema == schema)

        need = type_need(written)
        for known in [one for one in self.replay.origins.types if one[1] == name]:
            if schema in ("", known[0]):
                self.replay.origins.types.discard(known)
        for one in readers_of(self.replay, need):
            match one:
                case Relation() if one is not but and one.is_table and one.knows("columns"):
                    for column in list(one.columns.values()):
                        if column.knows("type") and is_it(column.type):
                            self.take_along(one)
                            self._column_of_type(one, column)
                case Function() if any(map(is_it, (*one.argument_types, one.return_type))):
                    self.take_along(one)
                    self.function(one)
        self._tables_of_type(is_it)
        self.what_needs(need)
        for other, bases in list(self.replay.origins.domains.items()):
            if is_it(bases):
                self.replay.origins.domains.pop(other)
                self.type(other)

    def _column_of_type(self, relation: Relation, column: Column) -> None:
        """A table goes with what it is partitioned by (manual: CREATE TABLE, PARTITION BY)."""
        key = relation.partition_key if relation.knows("partition_key") else ()
        if key is not None and column.number in key:
            self.relation(relation)
        else:
            self.column(relation, column.name)

    def _tables_of_type(self, is_it: Callable[[str], bool]) -> None:
        """Drop the tables that are made OF a type."""
        for oid, own in list(self.replay.origins.typed_tables.items()):
            if is_it(own):
                relation = dict.get(self.replay.catalog.relations, oid)
                if relation is not None:
                    self.take_along(relation)
                    self.relation(relation)

    def operator(self, symbol: str, left: str, right: str) -> None:
        """Drop what uses an operator between values of these types."""
        need = "operator", symbol

        for one in readers_of(self.replay, need):
            own = one.relation if isinstance(one, Policy) else one
            relation = own if isinstance(own, Relation) else None

            def uses_it(clause: Clause, relation: Relation | None = relation) -> bool:
                return any(
                    isinstance(part, Operator)
                    and part.symbol == symbol
                    and may_take(left, part.left, relation)
                    and may_take(right, part.right, relation)
                    for part in clause.expression.walk()
                )

            self._what_depends((one,), uses_it)

    def collation(self, name: str) -> None:
        """Drop what has a collation: columns, and expressions that name it."""
        need = "collation", name
        for one in readers_of(self.replay, need):
            if isinstance(one, Relation) and one.knows("columns"):
                for column in list(one.columns.values()):
                    if self.replay.origins.collations.get((one.oid, column.number)) == name:
                        self.take_along(one)
                        self.column(one, column.name)
        self.what_needs(need)

    def sequence(self, schema: str, name: str) -> None:
        """Drop the defaults that a sequence gives, and what else names it."""
        readers = readers_of(self.replay, ("sequence", name))
        self._what_depends(readers, lambda clause: needs_sequence(clause, schema, name))

    def constraint(self, relation: Relation, name: str, recurse: bool) -> bool:
        """Drop a constraint with its index and the copies that children have of it.

        False if there is none of this name.
        """
        replay = self.replay
        constraint = next((c for c in relation.constraints.known() if c.name == name), None)
        if constraint is None:
            column = column_of_not_null(replay, relation, name)
            if column is not None:
                drop_not_null(replay, relation, column.name, self.statement, recurse)
            return column is not None
        if constraint.kind == "foreign":
            drop_foreign_key(replay, relation, name)
        elif key_of(relation, name) is not None:
            keys = referencing_keys(replay, relation, constraint.columns)
            self._grouped_by(relation, constraint)
            drop_index(replay, relation, name)
            self._foreign_keys(keys)
        else:
            relation.constraints.pop(name)
            replay.origins.inherited_checks.discard((relation.oid, name))
            if (relation.oid, name) in replay.origins.uninherited_checks:
                replay.origins.uninherited_checks.discard((relation.oid, name))
                return True
            for child in inheriting(replay, relation):
                drop_inherited_check(replay, child, name, recurse)
        return True

    def what_needs(self, wanted: Need) -> None:
        """Drop what has an expression that needs something."""
        self._what_depends(readers_of(self.replay, wanted), lambda clause: needs(clause, wanted))

    def _what_depends(self, readers: Iterable[Reader], depends: _Depends) -> None:
        for one in readers:
            match one:
                case Policy() if any(map(depends, one.clauses)):
                    self._policy(one)
                case Function():
                    clauses = self.replay.origins.function_clauses.get(one.oid, ())
                    if any(map(depends, clauses)):
                        self.take_along(one)
                        self.function(one)
                case Relation() if one.knows("query") and one.query is not None:
                    if depends(one.query):
                        self.take_along(one)
                        self.relation(one)
                case Relation():
                    self._parts_of_table(one, depends)
                    for child in inheriting(self.replay, one):
                        self._what_depends((child,), depends)

    def _policy(self, policy: Policy) -> None:
        if exists(self.replay, policy):
            self.take_along(policy.relation)
            remove_policy(policy, self.statement)

    def _parts_of_table(self, relation: Relation, depends: _Depends) -> None:
        """Drop indexes, checks, defaults, generated columns and triggers that need something."""
        origins = self.replay.origins
        for index in relation.indexes.known():
            if any(map(depends, index.clauses)) and dict.__contains__(relation.indexes, index.name):
                self.take_along(relation)
                drop_index(self.replay, relation, index.name)
        for constraint in relation.constraints.known():
            if constraint.expression is not None and depends(constraint.expression):
                self.take_along(relation)
                del relation.constraints[constraint.name]
        for column in list(relation.columns.values()) if relation.knows("columns") else ():
            if column.knows("default") and column.default and depends(column.default):
                self.take_along(relation)
                column.learn("default", None, self.statement)
            generated = origins.generated.get((relation.oid, column.number))
            if generated is not None and depends(generated):
                self.take_along(relation)
                self.column(relation, column.name)
        for name in list(dict.keys(relation.triggers)):
            details = origins.trigger_details.get((relation.oid, name))
            if details is not None and any(map(depends, details.clauses)):
                self.take_along(relation)
                drop_trigger(self.replay, relation, name)

    def _readers_of_relation(self, relation: Relation, number: int | None = None) -> None:
        wanted = id(relation)
        self._what_depends(
            [one for one in readers_of(self.replay, wanted) if one is not relation],
            lambda clause: (
                needs(clause, wanted) and (number is None or reads_column(clause, relation, number))
            ),
        )
        if number is None:
            self._rules_naming(wanted)

    def _rules_naming(self, wanted: Need) -> None:
        for rule, needed in list(self.replay.origins.rules.items()):
            if wanted in needed:
                holder = dict.get(self.replay.catalog.relations, rule[0])
                if holder is not None:
                    from rlslint.replay.types import drop_rule

                    self.take_along(holder)
                    drop_rule(holder, rule[1])
                self.replay.origins.rules.pop(rule)

    def _grouped_by(self, relation: Relation, key: Constraint) -> None:
        """A query that puts out columns beside those of GROUP BY needs the primary key."""
        if key.kind == "primary":
            self.what_needs(("key", str(relation.oid)))

    def _foreign_keys(self, keys: Iterable[tuple[Relation, Constraint]]) -> None:
        for other, constraint in keys:
            if exists(self.replay, other):
                self.take_along(other)
                drop_foreign_key(self.replay, other, constraint.name)

    def _keys_of_column(self, relation: Relation, column: Column) -> None:
        """Remove what names a column; a CHECK that names several goes too (RemoveAttributeById)."""
        replay = self.replay
        for index in relation.indexes.known():
            named = named_by_index(replay, relation, index)
            if column.number in named and dict.__contains__(relation.indexes, index.name):
                key = key_of(relation, index.name)
                keys = referencing_keys(replay, relation, key.columns) if key is not None else ()
                if key is not None:
                    self._grouped_by(relation, key)
                drop_index(replay, relation, index.name)
                if key is not None and key.kind in ("primary", "unique"):
                    self._foreign_keys(keys)
        for constraint in relation.constraints.known():
            if column.number in constraint.columns:
                drop_foreign_key(replay, relation, constraint.name)
        for other, constraint in referencing_keys(replay, relation):
            if column.number in constraint.referenced_columns:
                self._foreign_keys(((other, constraint),))

    def _triggers_of_column(self, relation: Relation, name: str) -> None:
        for trigger in list(dict.keys(relation.triggers)):
            details = self.replay.origins.trigger_details.get((relation.oid, trigger))
            if details is not None and name in details.columns:
                self.take_along(relation)
                drop_trigger(self.replay, relation, trigger)

    def _triggers_of_function(self, relation: Relation, function: Function) -> None:
        for name, trigger in list(dict.items(relation.triggers)):
            if trigger.function in (function.name, str(function)):
                self.take_along(relation)
                drop_trigger(self.replay, relation, name)

    def _sequence_of(self, relation: Relation, number: int) -> None:
        """A sequence goes with the column that owns it, and with it the defaults it gives."""
        sequence = self.replay.origins.owned_sequences.get((relation.oid, number), "")
        if sequence:
            own = self.replay.catalog.names.get((relation.schema, sequence))
            if own is not None and exists(self.replay, own):
                self.replay.drop_relation(own)
            self.sequence(relation.schema, sequence)

    def _inherited_column(self, relation: Relation, name: str, recurse: bool) -> None:
        """Take a column away that a parent has dropped; with ONLY it becomes the table's own."""
        column = relation.columns.get(name) if relation.knows("columns") else None
        if column is None:
            return
        key = relation.oid, column.number
        inherited = self.replay.origins.inherited_columns
        if key not in inherited or gives_column(relation.parents, name):
            return
        if recurse:
            self.column(relation, name)
        else:
            inherited.discard(key)


def _numbers(relation: Relation) -> list[int]:
    columns = relation.columns.values() if relation.knows("columns") else ()
    return [column.number for column in columns]


def remove_policy(policy: Policy, statement: Statement, *, along: bool = True) -> None:
    """Take a policy from its table, `along` with what it needs or by its own name."""
    relation = policy.relation
    relation.policies.pop(policy.name, None)
    relation.become("removed", (*relation.removed, RemovedPolicy(policy, statement, along)))
    relation.because_of("policies", statement)
