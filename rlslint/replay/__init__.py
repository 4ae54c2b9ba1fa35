"""Replays a migration history, statement by statement, into the catalog that it leaves behind.

What carries out a kind of statement is imported when a history has one."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from importlib import import_module
from typing import Any

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
