"""The replay itself: the catalog so far, the session, and the dispatch on statement kinds."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from rlslint import NamedTuple
from rlslint.catalog import Catalog, Refusal
from rlslint.catalog.answers import forget_answers
from rlslint.catalog.binding import find_relation, unknown_relation
from rlslint.catalog.facts import GivenUp, Members
from rlslint.catalog.functions import Function
from rlslint.catalog.journal import JOURNAL, RecordedDict, RecordedSet
from rlslint.catalog.model import Kind, Policy, Relation
from rlslint.catalog.overloads import may_be_one_type, without_temporary
from rlslint.catalog.predicates import Clause, Predicate
from rlslint.catalog.roles import MIGRATION_ROLE, PUBLIC, Grant, GrantKey, Schema
from rlslint.catalog.sharing import SharedPredicates
from rlslint.replay import (
    Origins,
    Refused,
    carry_out_perhaps,
    drop_at_commit,
    handlers_of,
    leave_refused_in_doubt,
)
from rlslint.replay.session import READ_ONLY, READ_ONLY_BY_DEFAULT, Session
from rlslint.sql import CONDITION
from rlslint.sql.expressions import Expr
from rlslint.sql.nodes import strings, type_name
from rlslint.sql.parser import Node, ParsedStatement
from rlslint.text import Statement
from rlslint.text.budget import STEPS_OF_A_HISTORY, Budget, OutOfBudget

_FREEING_NO_NAME = frozenset(("IndexStmt", "CreateStmt"))
"""The kinds after which the names that were taken are taken still."""

_SETS = frozenset(("VariableSetStmt", "SelectStmt", "DoStmt", "CallStmt"))
"""The kinds that may change the session: for how long depends on the transaction around them."""

_ENDS_TRANSACTIONS = frozenset({"TransactionStmt", "PsqlConnect"})


def start_schemas(catalog: Catalog) -> None:
    """Add what an empty database has: the schema public, which everyone may use.

    Since PostgreSQL 15 nobody but its owner may create in it (release notes of 15).
    """
    public = Schema("public", "pg_database_owner", None)
    public.grants[PUBLIC, "usage", ""] = Grant(
        PUBLIC, "usage", "", "pg_database_owner", False, None
    )
    catalog.schemas["public"] = public


Need = int | tuple[str, str]
"""What an expression needs: a relation or a function by its identity, others by kind and name."""

Reader = Policy | Relation | Function
"""What has expressions that need something."""


_INSIDE_A_TRANSACTION = "active_sql_transaction"
"""The error of a statement that must stand alone, on any server and whatever is in it."""


class EventTrigger(NamedTuple):
    """An event trigger on ddl_command_end; without `tags` any command sets it off."""

    function: tuple[str, ...]
    tags: tuple[str, ...]
    enabled: bool


class Transaction:
    """A transaction block: its mark in the journal, and those of its savepoints, oldest first.

    `refusals` is how many statements were refused before it, `row_accesses` how many were noted.
    In one that has `failed`, every statement fails until the end of it or of a savepoint; one that
    `is_in_doubt` failed perhaps.
    """

    def __init__(self, mark: int, begun: Statement, refusals: int, row_accesses: int) -> None:
        self.mark = mark
        self.begun = begun
        self.refusals = refusals
        self.row_accesses = row_accesses
        self.savepoints: list[tuple[str, int]] = []
        self.failed = False
        self.is_in_doubt = False


_READING = frozenset(
    ("CallStmt", "DiscardStmt", "DoStmt", "PsqlCondition", "PsqlConnect", "ReindexStmt",
     "SelectStmt", "TransactionStmt", "VacuumStmt", "VariableSetStmt")
)  # fmt: skip
"""The kinds that a transaction may hold that only reads; what they run is asked by itself."""


def _is_branching(parsed: ParsedStatement) -> bool:
    return parsed.statement.kind == CONDITION


class Replay:
    """Carries out statements on a catalog.

    `migration_roles` are the names that a platform is known to give the role that runs the
    migrations. `event_triggers` are those on ddl_command_end; `ddl_commands` is what
    pg_event_trigger_ddl_commands() tells the one that runs now. `transaction` is the block that was
    begun; `possible_errors` are what the statement perhaps fails with. `temporary` relations and
    functions end with the session, the tables `dropped_at_commit` with the transaction, which may
    be a whole script's, where its tool puts each into one. `has_forced` tells whether row security
    was forced anywhere, so that statements on rows are of interest. `was_outlived` tells that later
    migrations follow this script, so that some database took it, whatever is refused here.
    `branches` tell of each \\if of psql whether what comes now is run, and whether one of its
    branches was.
    """

    def __init__(self) -> None:
        self.catalog = Catalog()
        self.session = Session()
        self.predicates = SharedPredicates()
        self.children: dict[int, list[Relation]] = {}
        self.name_holders: dict[str, list[Relation]] = {}
        self.generated_numbers: RecordedDict[tuple[str, ...], int] = RecordedDict()
        self.referencing: dict[int, list[Relation]] = {}
        self.readers: dict[Need, list[Reader]] = {}
        self.origins = Origins()
        self.private_function_creators: RecordedSet[str] = RecordedSet()
        self.migration_roles: tuple[str, ...] = ()
        self.event_triggers: RecordedDict[str, EventTrigger] = RecordedDict()
        self.fire_event_triggers: Callable[[Replay, ParsedStatement], None] | None = None
        self.ddl_commands: Any = None
        self.transaction: Transaction | None = None
        self.branches: list[tuple[bool | None, bool | None]] = []
        self.temporary: RecordedDict[int, Relation | Function] = RecordedDict()
        self.dropped_at_commit: tuple[Relation, ...] = ()
        self.one_transaction_a_script = False
        self.has_forced = False
        self.was_outlived = False
        self.possible_errors: set[str] | None = None
        self.budget = Budget(STEPS_OF_A_HISTORY)
        self.carried_out = 0
        self._next_oid = 1
        start_schemas(self.catalog)

    def run(self, parsed: ParsedStatement) -> None:
        """Carry out one statement of a script. One that PostgreSQL refuses changes nothing.

        In a transaction block every other one fails after it, until the end of it. Where later
        migrations tell that some database took the block, what it does is unknown, for what was
        refused rests on objects of which the history perhaps does not tell. What stands in a branch
        that psql may pass over is perhaps done.
        """
        if self.branches and self.is_run is not True and not _is_branching(parsed):
            if self.is_run is None:
                carry_out_perhaps()(self, parsed)
            return
        if parsed.statement.kind in _ENDS_TRANSACTIONS:
            self.carry_out(parsed)
            return
        if self.transaction is not None and self.transaction.failed:
            return
        self.budget.left += parsed.statement.end - parsed.statement.start
        is_alone = parsed.statement.kind in _SETS and not self.is_in_transaction
        if is_alone:
            self.session.begin()
        mark = JOURNAL.mark()
        try:
            self.carry_out(parsed)
            if self.dropped_at_commit and not self.is_in_transaction:
                drop_at_commit()(self, parsed.statement)
        except Refused as refused:
            JOURNAL.undo(mark)
            self._refuse(parsed.statement, refused)
        except BaseException:
            JOURNAL.undo(mark)
            raise
        finally:
            JOURNAL.release(mark)
            if is_alone:
                self.session.end()

    @property
    def is_run(self) -> bool | None:
        """Whether psql runs what comes now; None where its variables decide."""
        branches = [is_run for is_run, _ in self.branches]
        if False in branches:
            return False
        return None if None in branches else True

    def _refuse(self, statement: Statement, refused: Refused) -> None:
        """Note a refusal; one that rests on what is in doubt makes unknown what it would undo."""
        refusal = refused.refusal or Refusal(statement, refused.condition, None)
        kind_is_known = refusal.relation is not None and refusal.relation.knows("owner")
        if self.catalog.is_in_doubt and not kind_is_known:
            leave_refused_in_doubt()(self, statement)
            if self.transaction is not None:
                self.transaction.is_in_doubt = True
            return
        self.catalog.refusals.append(refusal)
        if self.transaction is not None:
            if self.was_outlived and refused.condition != _INSIDE_A_TRANSACTION:
                self.transaction.is_in_doubt = True
            else:
                self.transaction.failed = True

    def take(self, steps: int) -> None:
        """Use up steps of this history. Raises GivenUp where its statements do far too much."""
        try:
            self.budget.take(steps)
        except OutOfBudget:
            raise GivenUp("what such a history does") from None

    def carry_out(self, parsed: ParsedStatement) -> None:
        """Carry out a statement, perhaps as a part of another one. Raises Refused."""
        forget_answers(self.catalog)
        statement = parsed.statement
        self.carried_out += 1
        statement.number = self.carried_out
        if self.generated_numbers and statement.kind not in _FREEING_NO_NAME:
            self.generated_numbers.clear()
        handlers = handlers_of(statement.kind)
        if self.session.given and handlers and self._is_kept_from(parsed):
            raise Refused("read_only_sql_transaction")
        for handler in handlers:
            handler(self, statement, parsed.node, parsed.base)
        if handlers and self.event_triggers and self.fire_event_triggers is not None:
            self.fire_event_triggers(self, parsed)

    def _is_kept_from(self, parsed: ParsedStatement) -> bool:
        """Tell whether a statement writes where a transaction only reads.

        The default of the session counts where no transaction is open (manual: SET TRANSACTION).
        """
        writes = parsed.statement.kind not in _READING or "intoClause" in parsed.node
        own = self.transaction is not None
        given = self.session.given
        return writes and (READ_ONLY in given or (not own and READ_ONLY_BY_DEFAULT in given))

    @property
    def is_in_transaction(self) -> bool:
        """Whether what is done now lasts only when a later COMMIT makes it last."""
        return self.transaction is not None or self.one_transaction_a_script

    def must_be_alone(self, statement: Statement) -> None:
        """Refuse what no transaction block and no function may hold."""
        if self.transaction is not None or statement.parent is not None:
            raise Refused(_INSIDE_A_TRANSACTION)

    def perhaps_refused(self, *conditions: str) -> None:
        """Note the errors with which the statement perhaps fails, if anybody wants to know."""
        if self.possible_errors is not None:
            self.possible_errors.update(conditions)

    def oid(self) -> int:
        self._next_oid += 1
        return self._next_oid

    @property
    def search_path(self) -> tuple[str, ...]:
        """The schemas to look in: those that the current role may use, then the others.

        A statement that ran has found what it names; if need be by a grant beyond the history.
        """
        path = self.session.search_path
        if self.session.user == MIGRATION_ROLE:
            return path
        usable = self.usable_path
        if len(usable) == len(path):
            return path
        return (*usable, *(name for name in path if name not in usable))

    @property
    def usable_path(self) -> tuple[str, ...]:
        """The schemas of the path that count for the current role (search_path, USAGE)."""
        path = self.session.search_path
        if self.session.user == MIGRATION_ROLE:
            return path
        schemas, may_use = self.catalog.schemas, self.catalog.may_use
        user = self.session.user
        return tuple(name for name in path if name not in schemas or may_use(user, schemas[name]))

    def find(self, range_var: Node, missing_ok: bool = False) -> Relation | None:
        """Return the relation that a RangeVar names, None where the history has none.

        With IF EXISTS (`missing_ok`) PostgreSQL need not find what the history has.
        """
        schema = range_var.get("schemaname", "")
        if schema:
            return self.catalog.names.get((schema, range_var["relname"]))
        path = self.usable_path if missing_ok else self.search_path
        return find_relation(self.catalog, path, "", range_var["relname"])

    def passes_over(self, node: Node) -> bool:
        """Tell whether IF EXISTS finds nothing of a relation that stands in a schema of the path.

        The current role may not use that schema.
        """
        if not node.get("missing_ok") or "relation" not in node:
            return False
        named = node["relation"]
        found = self.find(named)
        if found is None:
            schema = named.get("schemaname", "")
            schemas = (schema,) if schema else self.search_path
            return self.catalog.is_gone(schemas, named["relname"])
        return self.find(named, missing_ok=True) is None

    def relation(self, range_var: Node, statement: Statement) -> Relation:
        """Return the relation that a RangeVar names, or the stand-in for one that exists beyond
        the history."""
        found = self.find(range_var)
        if found is not None:
            return found
        schema = range_var.get("schemaname", "")
        if self.catalog.is_gone((schema,) if schema else self.search_path, range_var["relname"]):
            raise Refused("undefined_table")
        self.perhaps_refused("undefined_table")
        return unknown_relation(
            self.catalog,
            self.search_path,
            range_var.get("schemaname", ""),
            range_var["relname"],
            statement,
        )

    def relation_named(self, names: tuple[str, ...], statement: Statement) -> Relation:
        """Return the relation of a dotted name; see `relation`."""
        range_var = {"relname": names[-1], "schemaname": names[-2] if len(names) > 1 else ""}
        return self.relation(range_var, statement)

    def creation_schema(self, schema: str = "") -> str:
        """Return the schema in which an object without one is made."""
        if schema:
            if ("schema", "", schema) in self.catalog.gone:
                raise Refused("invalid_schema_name")
            return schema
        # A schema of the path that does not exist is passed over (manual: search_path).
        path = self.session.search_path
        there = self.catalog.schemas
        usable = (name for name in self.usable_path if name in there or name == "pg_temp")
        return next(usable, next(iter(path), ""))

    def create_relation(
        self, range_var: Node, kind: Kind, statement: Statement, used: Relation | None = None
    ) -> Relation:
        """Add a relation, with what the default privileges grant. Refused if its name is taken.

        `used` is one that earlier statements used unmade, whatever they did to it.
        """
        schema, name = self.place_of_new(range_var)
        if schema == "pg_temp" and range_var.get("schemaname", "") not in ("", schema):
            raise Refused("invalid_table_definition")
        if (schema, name) in self.catalog.names:
            raise Refused("duplicate_table")
        if self.catalog.relations.is_open or (schema, name) in self.catalog.unknown_relations:
            self.perhaps_refused("duplicate_table")
        relation = used or Relation(self.oid(), schema, name, kind, self.session.user, statement)
        if schema == "pg_temp":
            relation.become("temporary", True)
            self.temporary[relation.oid] = relation
        self.catalog.relations[relation.oid] = relation
        self.catalog.names[schema, name] = relation
        self._take_name(relation, schema, name)
        self.catalog.gone.discard(("relation", schema, name))
        self.catalog.unknown_relations.pop((schema, name), None)
        kind_of_default = "sequences" if kind is Kind.sequence else "tables"
        self.grant_defaults(relation.grants, kind_of_default, schema)
        return relation

    def place_of_new(self, range_var: Node) -> tuple[str, str]:
        """Return the schema and the name of a relation that is to be made."""
        schema = self.creation_schema(range_var.get("schemaname", ""))
        return "pg_temp" if range_var.get("relpersistence") == "t" else schema, range_var["relname"]

    def grant_defaults(self, grants: Members[GrantKey, Grant], kind: str, schema: str) -> None:
        """Grant what ALTER DEFAULT PRIVILEGES says of new objects of the current role."""
        user = self.session.user
        for default in self.catalog.defaults:
            if default.kind == kind and default.creator == user and default.schema in ("", schema):
                key = default.grantee, default.privilege, ""
                given = dict.get(grants, key)
                self.take(1)
                grantable = default.grantable or (given is not None and given.grantable)
                grants[key] = Grant(*key, user, grantable, default.statement, default.doubt)
        for possible in self.catalog.possible_defaults:
            in_reach = possible.creator in ("", user) and possible.schema in ("", schema)
            if in_reach and possible.kind == kind:
                grants.open(possible.statement)

    def drop_relation(self, relation: Relation) -> None:
        """Remove a relation and what cannot outlive it."""
        self._forget_name(relation)
        self.catalog.names.pop((relation.schema, relation.name), None)
        self.catalog.relations.pop(relation.oid, None)
        self.temporary.pop(relation.oid, None)
        self.catalog.unknown_relations.pop((relation.schema, relation.name), None)
        for child in self.children.get(id(relation), ()):
            if child.partition_of is relation and dict.__contains__(
                self.catalog.relations, child.oid
            ):
                self.drop_relation(child)

    def _forget_name(self, relation: Relation) -> None:
        self.origins.former_names.add((relation.schema, relation.name))
        self.catalog.former_holders[relation.schema, relation.name] = relation
        if not relation.is_beyond_history:
            self.catalog.gone.add(("relation", relation.schema, relation.name))

    def _take_name(self, relation: Relation, schema: str, name: str) -> None:
        """Note which relation had a name before, where another one gets it."""
        holder = self.catalog.former_holders.get((schema, name))
        if holder is not None and holder is not relation:
            relation.become("replaces", holder)

    def rename_relation(
        self, relation: Relation, schema: str, name: str, statement: Statement
    ) -> None:
        """Move a relation to another name; all else stays with it."""
        names = self.catalog.names
        if (schema, name) == (relation.schema, relation.name):
            return
        if (schema, name) in names:
            raise Refused("duplicate_table")
        self._forget_name(relation)
        self._take_name(relation, schema, name)
        self.catalog.gone.discard(("relation", schema, name))
        if names.pop((relation.schema, relation.name), None) is None:
            self.catalog.unknown_relations.pop((relation.schema, relation.name), None)
            self.catalog.unknown_relations[schema, name] = relation
        else:
            names[schema, name] = relation
        if schema != relation.schema:
            relation.learn("schema", schema, statement)
        if name != relation.name:
            relation.learn("name", name, statement)

    def functions_named(self, names: tuple[str, ...], missing_ok: bool = False) -> list[Function]:
        """Return the functions of a dotted name, whatever their arguments.

        One hides those of the same arguments in later schemas of the path.
        """
        path = self.usable_path if missing_ok else self.search_path
        schemas = (names[-2],) if len(names) > 1 else without_temporary(path)
        found: dict[tuple[str, ...], Function] = {}
        for schema in schemas:
            for function in self.catalog.function_names.get((schema, names[-1]), ()):
                found.setdefault(function.argument_types, function)
        return list(found.values())

    def functions_with(self, target: Node, missing_ok: bool = False) -> list[Function]:
        """Return the functions that an ObjectWithArgs means; all overloads without arguments.

        A type can be written in ways that only its definition tells to be the same; without
        IF EXISTS the statement must mean some function.
        """
        names = strings(target["objname"])
        found = self.functions_named(names, missing_ok)
        if not found and not missing_ok and not self.catalog.functions.is_open:
            schemas = names[-2:-1] or self.search_path
            if any(("function", schema, names[-1]) in self.catalog.gone for schema in schemas):
                raise Refused("undefined_function")
        if target.get("args_unspecified"):
            if len(found) > 1:
                raise Refused("ambiguous_function")
            return found
        types = tuple(type_name(item["TypeName"]) for item in target.get("objargs", ()) if item)
        exact = [f for f in found if f.argument_types == types] or [
            f for f in found if _without_schemas(f.argument_types) == _without_schemas(types)
        ]
        if exact or missing_ok:
            return exact[:1]
        return [
            f
            for f in found
            if len(f.argument_types) == len(types)
            and all(map(may_be_one_type, f.argument_types, types))
        ]

    def place_function(self, function: Function, schema: str, name: str) -> None:
        """Move a function to another name."""
        catalog = self.catalog
        old = str(function)
        catalog.former_functions[function.schema, function.name] = function
        self._take_overload(function)
        function.become("schema", schema)
        function.become("name", name)
        self.add_overload(function)
        for relation in catalog.relations.known() if not function.argument_types else ():
            for trigger_name, trigger in list(dict.items(relation.triggers)):
                if trigger.function == old:
                    relation.triggers[trigger_name] = trigger._replace(function=str(function))

    def drop_function(self, function: Function) -> None:
        """Remove a function."""
        self.catalog.gone.add(("function", function.schema, function.name))
        self.catalog.functions.pop(function.oid, None)
        self.temporary.pop(function.oid, None)
        self._take_overload(function)

    def add_overload(self, function: Function) -> None:
        """Let a function be found by its name."""
        self.catalog.gone.discard(("function", function.schema, function.name))
        names, key = self.catalog.function_names, (function.schema, function.name)
        names[key] = (*names.get(key, ()), function)

    def _take_overload(self, function: Function) -> None:
        names, key = self.catalog.function_names, (function.schema, function.name)
        names[key] = tuple(f for f in names.get(key, ()) if f is not function)

    def clause(self, expression: Expr, statement: Statement, base: int) -> Clause:
        """Return a bound expression that nothing else shares, with its place."""
        return Clause(Predicate(expression), statement, base)

    def role_name(self, specification: Node) -> str:
        """Return the role that a RoleSpec means."""
        match specification["roletype"]:
            case "ROLESPEC_PUBLIC":
                return PUBLIC
            case "ROLESPEC_CURRENT_USER" | "ROLESPEC_CURRENT_ROLE":
                return self.session.user
            case "ROLESPEC_SESSION_USER":
                return self.session.session_user
            case _:
                name: str = specification["rolename"]
                if ("role", "", name) in self.catalog.gone:
                    raise Refused("undefined_object")
                if not self.catalog.role(name).declared:
                    self.perhaps_refused("undefined_object")
                return name

    def role_names(self, specifications: Iterable[Node]) -> tuple[str, ...]:
        """Return the roles that a list of RoleSpecs means."""
        return tuple(self.role_name(item["RoleSpec"]) for item in specifications)


def _without_schemas(types: tuple[str, ...]) -> list[str]:
    return [name.rpartition(".")[2] for name in types]
