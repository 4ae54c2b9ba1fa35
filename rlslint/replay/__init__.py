"""Replays a migration history, statement by statement, into the catalog that it leaves behind.

What carries out a kind of statement is imported when a history has one. Here stands what all that
do share: how a statement is refused, and where parts of tables come from."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import cache
from importlib import import_module
from typing import Any, Protocol

from rlslint import NamedTuple
from rlslint.catalog import Refusal
from rlslint.catalog.binding import SYSTEM_COLUMNS
from rlslint.catalog.facts import Members
from rlslint.catalog.journal import RecordedDict, RecordedSet
from rlslint.catalog.model import Relation
from rlslint.catalog.predicates import Clause
from rlslint.catalog.roles import Membership, Role
from rlslint.sql import is_open_name
from rlslint.sql.parser import Node, ParsedStatement
from rlslint.text import Statement

StatementHandler = Callable[[Any, Statement, Node, int], None]
"""Takes the Replay, the statement, its node, and what to add to locations in the node."""

_HANDLERS = {
    "AlterDatabaseSetStmt": "settings.alter_database_set",
    "AlterDefaultPrivilegesStmt": "privileges.alter_default_privileges",
    "AlterEventTrigStmt": "triggers.alter_event_trigger",
    "AlterFunctionStmt": "functions.alter_function",
    "AlterObjectSchemaStmt": "names.set_schema",
    "AlterOwnerStmt": "owners.alter_owner publications.change_owner",
    "AlterPolicyStmt": "policies.alter_policy",
    "AlterPublicationStmt": "publications.alter_publication",
    "AlterRoleSetStmt": "settings.alter_role_set",
    "AlterRoleStmt": "roles.alter_role",
    "AlterSeqStmt": "triggers.alter_sequence",
    "AlterSystemStmt": "transactions.refuse_in_transaction",
    "AlterTableStmt": "alterations.alter_table",
    "CallStmt": "dynamic.call_procedure",
    "CompositeTypeStmt": "types.create_composite_type",
    "CreateDomainStmt": "types.create_type",
    "CreateEnumStmt": "types.create_type",
    "CreateEventTrigStmt": "triggers.create_event_trigger",
    "CreateExtensionStmt": "schemas.create_extension",
    "CreateForeignTableStmt": "tables.create_foreign_table",
    "CreateFunctionStmt": "functions.create_function",
    "CreatePolicyStmt": "policies.create_policy",
    "CreatePublicationStmt": "publications.create_publication",
    "CreateRangeStmt": "types.create_type",
    "CreateRoleStmt": "roles.create_role",
    "CreateSchemaStmt": "schemas.create_schema",
    "CreateSeqStmt": "triggers.create_sequence",
    "CreateStmt": "tables.create_table",
    "CreateTableAsStmt": "tables.create_table_as",
    "CreateTableSpaceStmt": "transactions.refuse_in_transaction",
    "CreateTrigStmt": "triggers.create_trigger",
    "CreatedbStmt": "transactions.refuse_in_transaction",
    "DefineStmt": "types.define",
    "DiscardStmt": "transactions.discard",
    "DoStmt": "dynamic.run_do",
    "DropOwnedStmt": "publications.drop_owned removals.drop_owned",
    "DropRoleStmt": "removals.drop_role",
    "DropStmt": "publications.drop removals.drop",
    "DropTableSpaceStmt": "transactions.refuse_in_transaction",
    "DropdbStmt": "transactions.refuse_in_transaction",
    "GrantRoleStmt": "roles.grant_role",
    "GrantStmt": "privileges.grant",
    "IndexStmt": "indexes.create_index",
    "PsqlCondition": "transactions.follow_branch",
    "PsqlResults": "dynamic.run_results",
    "PsqlShell": "dynamic.run_shell",
    "PsqlConnect": "transactions.connect",
    "ReassignOwnedStmt": "owners.reassign_owned publications.reassign_owned",
    "ReindexStmt": "transactions.refuse_in_transaction",
    "RenameStmt": "names.rename publications.rename",
    "RuleStmt": "types.create_rule",
    "SelectStmt": "dynamic.select",
    "TransactionStmt": "transactions.transaction",
    "VacuumStmt": "transactions.refuse_in_transaction",
    "VariableSetStmt": "settings.set_variable",
    "ViewStmt": "views.create_view",
}
"""By kind of statement (libpg_query's names), module and function of what carries it out.

Two of a kind are each for objects of their own.
"""

HANDLED_KINDS = frozenset(_HANDLERS)
"""The kinds of statement that change anything; no other one need be decoded."""


_OF_ROWS = {
    "DeleteStmt": "dynamic.change_catalogs rows.refuse_rows rows.change_rows",
    "InsertStmt": (
        "dynamic.change_catalogs rows.refuse_rows refused_rows.refuse_given_rows"
        " rows.insert_containers rows.change_rows"
    ),
    "MergeStmt": "dynamic.change_catalogs rows.refuse_rows rows.change_rows",
    "UpdateStmt": (
        "dynamic.change_catalogs rows.refuse_rows rows.update_containers rows.change_rows"
    ),
}
"""The same for the kinds that are decoded only where rows are of interest."""

DATA_KINDS = frozenset(_OF_ROWS)
"""The kinds of statement that change rows, which matter where policies may be in their way."""


@cache
def handlers_of(kind: str) -> tuple[StatementHandler, ...]:
    """Return what carries out statements of a kind, nothing where they change nothing."""
    named = _HANDLERS.get(kind) or _OF_ROWS.get(kind, "")
    return tuple(map(_function, named.split()))


def drop_at_commit() -> Callable[[Any, Statement], None]:
    """Return what removes temporary tables at the end of a transaction."""
    found: Callable[[Any, Statement], None]
    found = import_module("rlslint.replay.transactions").drop_at_commit
    return found


def carry_out_perhaps() -> Callable[[Any, ParsedStatement], None]:
    """Return what makes unknown what a statement changes that is perhaps not run."""
    found: Callable[[Any, ParsedStatement], None]
    found = import_module("rlslint.replay.doubt").carry_out_perhaps
    return found


def leave_refused_in_doubt() -> Callable[[Any, Statement], None]:
    """Return what makes unknown what a statement may change that is perhaps refused."""
    found: Callable[[Any, Statement], None]
    found = import_module("rlslint.replay.doubt").leave_refused_in_doubt
    return found


def _function(name: str) -> StatementHandler:
    module, _, function = name.partition(".")
    handler: StatementHandler = getattr(import_module(f"rlslint.replay.{module}"), function)
    return handler


class Refused(Exception):
    """Raised where a statement surely fails; `condition` is the name of the error, or its SQLSTATE.

    `refusal` is what rules are told of it, where they are.
    """

    def __init__(self, condition: str, refusal: Refusal | None = None) -> None:
        super().__init__(condition)
        self.condition = condition
        self.refusal = refusal


ANY_ERROR = "any error"
"""Stands for an error of which nothing tells its condition."""


def must_be_as_lasting(relation: Relation, other: Relation, both_ways: bool = True) -> None:
    """Refuse that a permanent relation needs a temporary one, and `both_ways` the opposite.

    `other` is what is needed.
    """
    if (other.temporary and not relation.temporary) or (
        both_ways and relation.temporary and not other.temporary and not other.is_beyond_history
    ):
        raise Refused("wrong_object_type")


class _Watching(Protocol):
    def perhaps_refused(self, *conditions: str) -> None: ...


def must_have(replay: _Watching, relation: Relation, members: Members[Any, Any]) -> None:
    """Refuse a statement for which a set has not the member that it names, if that is certain.

    What others make a table of, they may have added to.
    """
    if not members.is_open and not relation.is_beyond_history:
        raise Refused("undefined_object")
    replay.perhaps_refused("undefined_object")


def must_have_columns(relation: Relation, names: Iterable[str]) -> None:
    """Refuse columns that a relation surely has not."""
    if relation.knows("columns"):
        for name in names:
            is_there = name in relation.columns or name in SYSTEM_COLUMNS
            if name and not is_there and not is_open_name(name):
                raise Refused("undefined_column")


def must_be_bound(missing: list[str]) -> None:
    """Refuse an expression that names what does not exist; see `Scope`."""
    if missing:
        raise Refused(missing[0])


def must_be_free(names: Iterable[str], name: str, condition: str) -> None:
    """Refuse a name that is taken."""
    if name in names:
        raise Refused(condition)


Named = tuple[int, str]
"""A relation by its oid, and the name of one of its indexes, constraints or triggers."""

Numbered = tuple[int, int]
"""A relation by its oid, and the attribute number of one of its columns."""


class TriggerDetails(NamedTuple):
    """What decides which partitions have a trigger, and what it cannot do without.

    `clauses` is its WHEN, if it has one.
    """

    for_each_row: bool
    columns: frozenset[str]
    is_part: bool = False
    clauses: tuple[Clause, ...] = ()


class Origins:
    """What a table has of its own and what a parent gave it, and more that no rule asks for.

    `inherited_columns` and `inherited_checks` are those that a child has from its parents only, and
    loses with them; `uninherited_checks` say NO INHERIT. `index_parents` and `foreign_key_parents`
    tell of which part of the whole one of a partition's is a part. `inherited_not_nulls` are
    the columns that are NOT NULL only because the parent's are, `only_not_nulls` those where ONLY
    kept it from the children. `index_includes` are the INCLUDE of indexes, `index_words` the
    names of their columns. `owned_sequences` are those that go with a
    column, `generated` what columns are generated from. `function_clauses` are by oid the defaults
    of arguments and the queries of SQL-standard bodies, `types` those that the history makes,
    `typed_tables` the types of tables that are made OF one, `domains` the types below domains,
    `collations` those of columns, `rules` what rules of tables need.

    `former_names` are those of relations that were dropped or renamed, which are missing for sure.
    `perhaps_altered` are the ALTER TABLE IF EXISTS of tables that perhaps did not exist yet.
    `stored_settings` are those of ALTER ROLE … SET by role (None for all) and by whether they are
    for this database only. `membership_grants` tell by member and role who has granted which
    membership; None stands for superusers.
    """

    def __init__(self) -> None:
        self.inherited_columns: RecordedSet[Numbered] = RecordedSet()
        self.inherited_checks: RecordedSet[Named] = RecordedSet()
        self.uninherited_checks: RecordedSet[Named] = RecordedSet()
        self.inherited_not_nulls: RecordedSet[Numbered] = RecordedSet()
        self.only_not_nulls: RecordedSet[Numbered] = RecordedSet()
        self.not_null_names: RecordedDict[Numbered, str] = RecordedDict()
        self.foreign_key_parents: RecordedDict[Named, Named] = RecordedDict()
        self.index_parents: RecordedDict[Named, Named] = RecordedDict()
        self.index_includes: RecordedDict[Named, tuple[int, ...]] = RecordedDict()
        self.index_words: RecordedDict[Named, tuple[str, ...]] = RecordedDict()
        self.owned_sequences: RecordedDict[Numbered, str] = RecordedDict()
        self.generated: RecordedDict[Numbered, Clause] = RecordedDict()
        self.function_clauses: RecordedDict[int, tuple[Clause, ...]] = RecordedDict()
        self.types: RecordedSet[tuple[str, str]] = RecordedSet()
        self.typed_tables: RecordedDict[int, str] = RecordedDict()
        self.collations: RecordedDict[Numbered, str] = RecordedDict()
        self.domains: RecordedDict[str, str] = RecordedDict()
        self.rules: RecordedDict[Named, frozenset[int | tuple[str, str]]] = RecordedDict()
        self.trigger_details: RecordedDict[Named, TriggerDetails] = RecordedDict()
        self.stored_settings: RecordedDict[tuple[Role | None, bool], dict[str, str]] = (
            RecordedDict()
        )
        self.former_names: RecordedSet[tuple[str, str]] = RecordedSet()
        self.perhaps_altered: RecordedDict[Relation, tuple[Statement, ...]] = RecordedDict()
        self.membership_grants: RecordedDict[tuple[Role, Role], dict[Role | None, Membership]] = (
            RecordedDict()
        )
