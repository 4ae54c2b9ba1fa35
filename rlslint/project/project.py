"""All that a rule may ask about a project, read-only."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Concatenate, ParamSpec, TypeVar

from rlslint import Pattern
from rlslint.access.ownership import forced_tables
from rlslint.access.reach import relations_looked_up
from rlslint.access.runtime_roles import RuntimeRoles, api_roles, find_runtime_roles
from rlslint.catalog import Catalog, RowAccess
from rlslint.catalog.answers import ask, remembered
from rlslint.catalog.facts import UnknownFact
from rlslint.catalog.functions import Function
from rlslint.catalog.model import Column, Policy, Relation
from rlslint.catalog.predicates import Clause, Predicate
from rlslint.catalog.provided import is_bookkeeping, platform_table
from rlslint.catalog.roles import PUBLIC
from rlslint.config.options import Config
from rlslint.config.platforms import HIDDEN_SCHEMAS
from rlslint.config.server_settings import is_own_setting
from rlslint.files.deployment import NO_DEPLOYMENT, Deployment
from rlslint.meaning.bounds import bounds_of, tenant_columns
from rlslint.meaning.calls import body_of, functions_of_policies, inlined, inlined_predicate
from rlslint.meaning.context import ContextFunctions, ContextRead, context_reads
from rlslint.project.terms import Condition, SharedTerms, Terms
from rlslint.sql.expressions import Expr
from rlslint.text import Span
from rlslint.text.sentences import names_in

if TYPE_CHECKING:
    from rlslint.access.exposure import Exposure
    from rlslint.access.privileges import Granted
    from rlslint.files.connections import Connection
    from rlslint.files.settings.api import Api
    from rlslint.files.unread import Naming
    from rlslint.project.outside import OutsideScript
    from rlslint.project.sessions import QuerySite, SessionTrace
    from rlslint.project.setting_writes import SettingWrite
    from rlslint.sql.parser import BrokenStatement

P = ParamSpec("P")
A = TypeVar("A")
_NONE_YET: Any = object()
_TENANT = Pattern(r"tenant(?:_?(?:id|uuid|key))?\Z", re.IGNORECASE)
_GROUP = Pattern(r"(?:org(?:ani[sz]ation)?|workspace)_?(?:id|uuid|key)\Z", re.IGNORECASE)


SettingsElsewhere = Callable[[Collection[str]], Mapping[str, "Naming"]]
"""Returns those of some settings that files name which are not read as SQL."""


def nowhere(names: Collection[str]) -> Mapping[str, Naming]:
    """Return that no file names a setting."""
    return {}


TestsMention = Callable[[Collection[str]], bool | None]
"""Tells whether a file that tests the program has one of some words, None without such files."""


def nobody_knows(words: Collection[str]) -> None:
    """Return that there are no tests."""
    return


class Project:
    """A history's catalog, the application code around it, and who asks.

    `queries` and `traces` come from application code, `connections` and `apis` from settings
    files. `settings_elsewhere` tells which settings the files name that are not read as SQL.
    `deployment` is what its files tell of keys, poolers and the like, `tests_mention` tells of what
    its tests speak; `outside` are scripts beside the history, `broken` its statements that the
    grammar refuses. `context_is_elsewhere` tells that another database of the same program has the
    policies, `protected_elsewhere` which file beside these enables row security of a table that
    has the name, `granted_elsewhere` whom scripts beside it grant tables, `is_beside_history` that
    this is a script beside a history. Answers that many rules need are found once.
    """

    def __init__(
        self,
        catalog: Catalog,
        config: Config,
        queries: tuple[QuerySite, ...] = (),
        traces: tuple[SessionTrace, ...] = (),
        connections: tuple[Connection, ...] = (),
        apis: tuple[Api, ...] = (),
        settings_elsewhere: SettingsElsewhere = nowhere,
        deployment: Deployment = NO_DEPLOYMENT,
        tests_mention: TestsMention = nobody_knows,
        outside: tuple[OutsideScript, ...] = (),
        broken: tuple[BrokenStatement, ...] = (),
    ) -> None:
        self.catalog = catalog
        self.config = config
        self.queries = queries
        self.traces = traces
        self.connections = connections
        self.apis = apis
        self.settings_elsewhere = settings_elsewhere
        self.deployment = deployment
        self.tests_mention = tests_mention
        self.outside = outside
        self.broken = broken
        self.context_is_elsewhere = False
        self.protected_elsewhere: dict[str, str] = {}
        self.granted_elsewhere: frozenset[str] = frozenset()
        self.is_beside_history = False
        self.answers: dict[Any, Any] = {}
        self._terms = SharedTerms(catalog)

    def anew(self, broken: tuple[BrokenStatement, ...]) -> Project:
        """Return the project of a history that has changed, of which nothing is known yet."""
        made = Project(
            self.catalog,
            self.config,
            self.queries,
            self.traces,
            self.connections,
            self.apis,
            self.settings_elsewhere,
            self.deployment,
            self.tests_mention,
            self.outside,
            broken,
        )
        made.context_is_elsewhere = self.context_is_elsewhere
        made.granted_elsewhere = self.granted_elsewhere
        return made

    @property
    def whole_answers(self) -> dict[Any, Any]:
        """The answers to what was asked of the project as a whole."""
        return {key: one for key, one in self.answers.items() if not isinstance(key, tuple)}

    @property
    @remembered
    def runtime(self) -> RuntimeRoles:
        """The roles that serve requests."""
        return find_runtime_roles(
            self.catalog,
            self.connections,
            platform=self.config.platform,
            configured=self.config.runtime_roles,
            owner_roles=self.config.owner_roles,
            bypass_roles=self.config.bypass_roles,
        )

    @property
    def has_others(self) -> bool:
        """Whether other files of the project may tell otherwise."""
        return self.is_beside_history or bool(self.protected_elsewhere)

    def is_exposed(self, schema: str) -> bool:
        """Tell whether an API shows what is in a schema.

        Where its settings name none, all are shown but those of platforms and extensions.
        """
        exposed = self._exposed_schemas
        return schema not in HIDDEN_SCHEMAS if exposed is None else schema in exposed

    @property
    @remembered
    def api_roles(self) -> tuple[str, ...]:
        """The roles in whose name an API serves whoever calls it."""
        named = (api.anonymous for api in self.apis if api.anonymous)
        return tuple(dict.fromkeys((*api_roles(self.catalog, self.runtime), *named)))

    @property
    @remembered
    def _exposed_schemas(self) -> frozenset[str] | None:
        """The schemas that settings of the API name, those in the database first (PostgREST)."""
        for role in self.catalog.roles.values():
            if role.knows("settings") and "pgrst.db_schemas" in role.settings:
                return frozenset(names_in(role.settings["pgrst.db_schemas"]))
        named = [api.schemas for api in self.apis if api.schemas is not None]
        return frozenset(name for names in named for name in names) if named else None

    @property
    @remembered
    def uses_row_security(self) -> bool:
        """Whether row security or a policy stands anywhere in the history."""
        everything = (*self.catalog.relations.known(), *self.catalog.unknown_relations.values())
        return any(
            relation.policies.known() or "rls_enabled" in relation.statements
            for relation in everything
        )

    @property
    @remembered
    def tenant_column_names(self) -> frozenset[str]:
        """The names of columns that tell whose a row is.

        Those that some policy compares with the caller's context, without a table's own key (the
        `id` of a table of tenants says nothing of other tables), and those of the configuration.
        Where nothing is configured, what is called a tenant is one, and where no policy compares
        anything, names of organisations and workspaces are all there is to go by.
        """
        names = set(self.config.tenant_columns or self._named(_TENANT()))
        for policy in self.catalog.policies():
            for column in self.compared_columns(policy):
                if column.name not in names and not is_only_key(policy.relation, column):
                    names.add(column.name)
        telling = frozenset(name for name in names if not self._is_mostly_key(name))
        return telling or frozenset(self._named(_GROUP()))

    @property
    @remembered
    def tenant_column_uses(self) -> Counter[str]:
        """By name of a tenant column, how many relations have policies that compare it."""
        compared = {
            (id(policy.relation), column.name)
            for policy in self.catalog.policies()
            for column in self.compared_columns(policy)
        }
        return Counter(name for _, name in compared)

    def tenant_columns(self, relation: Relation) -> tuple[Column, ...]:
        """Return the columns of a relation that tell whose a row is, in order.

        Raises UnknownFact where the relation's columns are not known.
        """
        return self.ask(_tenant_columns, relation)

    def reachable_by(self, relation: Relation, *privileges: str) -> tuple[str, ...]:
        """Return the runtime roles that hold one of `privileges` on a relation."""
        from rlslint.access.exposure import reachable_by

        return reachable_by(self.catalog, self.runtime, relation, privileges)

    def exposure(self, relation: Relation, originals: Sequence[Relation] = ()) -> Exposure | None:
        """Return which runtime roles get at the rows of a relation; see access.exposure."""
        from rlslint.access.exposure import exposure

        return exposure(self.catalog, self.runtime, relation, originals)

    @property
    @remembered
    def forced_tables(self) -> dict[Relation, tuple[Relation, ...]]:
        """The tables whose row security is forced; see access.forced_tables."""
        return forced_tables(self.catalog)

    @property
    @remembered
    def _grants(self) -> dict[Relation, list[tuple[Granted, ...]]]:
        from rlslint.access.privileges import grants_by_place

        found: dict[Relation, list[tuple[Granted, ...]]] = {}
        for granted in grants_by_place(self.catalog).values():
            found.setdefault(granted[0].table, []).append(granted)
        return found

    def grants_beginning_with(self, table: Relation) -> Sequence[tuple[Granted, ...]]:
        """Return what is granted in each place where a table is the first of all that it grants on.

        What one statement does to many tables is one fault: it is looked for with the first only.
        """
        return self._grants.get(table, ())

    @property
    @remembered
    def consulted(self) -> frozenset[Relation]:
        """The relations that policies of other ones look up to decide about a row."""
        return frozenset(
            relation
            for policy in self.catalog.policies()
            for clause in policy.clauses
            for relation in self.predicate(clause).ask(relations_looked_up, self.catalog)
            if relation is not policy.relation
        )

    def is_shared(self, relation: Relation) -> bool:
        """Tell whether all tenants share a relation by intent, or a migration tool keeps it."""
        shared = self.config.reference_tables
        if shared and (relation.name in shared or str(relation) in shared):
            return True
        return is_bookkeeping(relation)

    def predicate(self, clause: Clause) -> Predicate:
        """Return a clause's predicate with the calls of the history's functions inlined.

        This is what to ask about the meaning of a clause; what came out of a function's body
        stands where the call stands, so `clause.span` finds it. Shared as the clauses are.
        """
        return ask(inlined_predicate, clause.expression, self.catalog)

    def terms(self, policy: Policy) -> Terms:
        """Return what a policy demands; policies that demand the same share it."""
        return self._terms.of(policy)

    def demands(self, relation: Relation) -> tuple[Terms, ...]:
        """Return what the policies of a relation demand; alike relations share what is asked of it.

        Raises UnknownFact where it may have policies that nobody knows.
        """
        return self._terms.demands(relation)

    def condition(self, written: Clause | Predicate, relation: Relation) -> Condition:
        """Return what a clause of a policy of `relation` demands, or would demand."""
        predicate = written.predicate if isinstance(written, Clause) else written
        return self._terms.condition(predicate, relation)

    def filled_columns(self, relation: Relation) -> frozenset[int]:
        """Return the attribute numbers of the columns that certainly hold no NULL."""
        return self._terms.filled(relation)

    def body(self, function: Function) -> Expr | None:
        """Return what a call of a function stands for, None where its body says no such thing.

        The calls in it are inlined, its arguments are not known. Raises UnknownFact where the body
        is not known.
        """
        body = body_of(self.catalog, function)
        return inlined(body, self.catalog) if body is not None else None

    def ask(
        self,
        question: Callable[Concatenate[Project, P], A],
        *args: P.args,
        **kwargs: P.kwargs,
    ) -> A:
        """Return `question(self, *args)`, found once for all who ask; `args` are hashable."""
        # As answers.ask does, which would be a second call for each question of each rule.
        key = (question, *args, *kwargs.items()) if args or kwargs else question
        answer = self.answers.get(key, _NONE_YET)
        if answer is _NONE_YET:
            answer = self.answers[key] = question(self, *args, **kwargs)
        return answer  # type: ignore[no-any-return]

    @property
    @remembered
    def policy_functions(self) -> dict[Function, tuple[Policy, ...]]:
        """The functions that policies call, directly or through others, and which policies do."""
        return functions_of_policies(self.catalog)

    @property
    @remembered
    def bound_roles(self) -> frozenset[str]:
        """The roles, "public" among them, for which some policy binds the rows.

        A restrictive one counts where it is for roles by name: a floor for everybody says nothing
        of whom the rows are for.
        """
        return frozenset(
            role
            for policy in self.catalog.policies()
            if (policy.permissive or PUBLIC not in policy.roles) and self.compared_columns(policy)
            for role in policy.roles
        )

    @property
    @remembered
    def bound_values(self) -> dict[str, ContextRead]:
        """What policies compare columns of a name with, the first of each."""
        found: dict[str, ContextRead] = {}
        for policy in self.catalog.policies():
            if not policy.relation.knows("columns"):
                continue
            for clause in policy.known_clauses:
                try:
                    bounds = self.predicate(clause).ask(bounds_of, self.context_functions)
                except UnknownFact:
                    continue
                for bound in bounds:
                    for number in bound.columns:
                        column = policy.relation.column(number)
                        if column is not None and bound.form == "equality":
                            found.setdefault(column.name, bound.reads[0])
        return found

    @property
    @remembered
    def context_reads(self) -> tuple[ContextRead, ...]:
        """What the policies of the history read of the caller's context."""
        return tuple(
            read
            for policy in self.catalog.policies()
            for clause in policy.clauses
            for read in self.predicate(clause).ask(context_reads, self.context_functions)
        )

    @property
    @remembered
    def context_functions(self) -> ContextFunctions:
        """The names of functions that the configuration calls context getters."""
        return frozenset(tuple(name.split(".")) for name in self.config.context_functions)

    @property
    @remembered
    def context_settings(self) -> frozenset[str]:
        """The names of the settings, in lower case, on which policies depend.

        Those that the functions read that policies call are among them. Where no policy is at hand
        they are those that the program fills in, or sets for a transaction, and that do not tell
        the migrations something: what blocks of theirs ask for.
        """
        from rlslint.meaning.bodies import settings_read

        read_in_bodies = (
            read.name
            for function in self.policy_functions
            if function.language in ("sql", "plpgsql")
            for read in settings_read(function)
            if read.name is not None
        )
        read_in_policies = (
            read.name
            for read in self.context_reads
            if read.kind == "setting" and read.name is not None
        )
        read = frozenset((*read_in_policies, *(name.lower() for name in read_in_bodies)))
        return read | self._assumed_context_settings if self.assumes_context else read

    def ways_in(self, role: str) -> tuple[tuple[Span, str], ...]:
        """Return a route to what connects as a role, with what to say of it; () for none.

        Stages before production let nobody in who matters.
        """
        for route in self.deployment.routes:
            if route.development and not route.workload.startswith("services."):
                continue
            for connection in self.connections:
                is_meant = connection.role == role and not connection.development
                if is_meant and route.leads_to(connection):
                    leads = f"{route.how} leads from outside to {route.workload_name}"
                    return ((route.span, f"{leads}, which connects as {role}"),)
        return ()

    @property
    def assumes_context(self) -> bool:
        """Whether no policy is at hand that could tell which settings it reads.

        What the program sets for its callers counts as their context then.
        """
        return not (self.uses_row_security or self.context_is_elsewhere)

    @property
    def _assumed_context_settings(self) -> frozenset[str]:
        asked = self.catalog.asked_by_blocks
        told = {id(write.statement) for write in self.context_writes if write.name in asked}
        return frozenset(
            write.name
            for write in self.context_writes
            if "." in write.name
            and write.name not in asked
            and id(write.statement) not in told
            and not (write.local is False and write.value is not None)
        )

    @property
    @remembered
    def setting_writes(self) -> tuple[SettingWrite, ...]:
        """The settings that application code changes."""
        return tuple(write for query in self.queries for write in query.writes)

    @property
    @remembered
    def context_writes(self) -> tuple[SettingWrite, ...]:
        """Where application code tells the database who asks: a setting of its own, or a role."""
        return tuple(
            write
            for write in self.setting_writes
            if not write.resets
            and (is_own_setting(write.name) or (write.name == "role" and write.local))
        )

    @property
    @remembered
    def _accesses(self) -> dict[Span, list[RowAccess]]:
        found: dict[Span, dict[Relation, RowAccess]] = {}
        for access in self.catalog.row_accesses:
            found.setdefault(access.statement.span, {}).setdefault(access.relation, access)
        return {span: list(accesses.values()) for span, accesses in found.items()}

    @property
    def row_accesses(self) -> Iterator[RowAccess]:
        """The statements that may find policies in their way, each once for a table."""
        return (access for accesses in self._accesses.values() for access in accesses)

    def accesses_at(self, span: Span) -> Sequence[RowAccess]:
        """Return what the statement of a place does to tables whose policies are in force."""
        return self._accesses.get(span, ())

    def functions(self) -> Iterator[Function]:
        """Yield the functions that exist at the end of the history."""
        yield from self.catalog.functions.known()

    def _is_mostly_key(self, name: str) -> bool:
        """Tell whether most tables with a column of this name have it as their key, as with id."""
        if name in self.config.tenant_columns:
            return False
        tables = [
            (table, table.columns[name])
            for table in self.catalog.tables()
            if table.knows("columns") and name in table.columns
        ]
        keys = sum(1 for table, column in tables if is_only_key(table, column))
        return keys > len(tables) - keys

    def is_divided(self, relation: Relation) -> bool:
        """Tell whether a column is called after an organisation or a workspace.

        Raises UnknownFact where the relation's columns are not known.
        """
        return any(map(_GROUP().match, relation.columns))

    def _named(self, wanted: re.Pattern[str]) -> Iterator[str]:
        for relation in self.catalog.tables():
            if relation.knows("columns"):
                yield from filter(wanted.match, relation.columns)

    def compared_columns(self, policy: Policy) -> tuple[Column, ...]:
        """Return the columns that a policy compares with the caller's context."""
        return self.ask(_compared_columns, policy)


def _tenant_columns(project: Project, relation: Relation) -> tuple[Column, ...]:
    own = {
        column.number
        for policy in relation.policies.known()
        for column in project.compared_columns(policy)
    }
    provided = platform_table(relation)
    if provided is not None:
        return tuple(c for c in relation.columns.values() if c.name in provided.owner_columns)
    names = project.tenant_column_names
    return tuple(
        column
        for column in relation.columns.values()
        if column.number in own or column.name in names
    )


def _compared_columns(project: Project, policy: Policy) -> tuple[Column, ...]:
    relation = policy.relation
    if not relation.knows("columns"):
        return ()
    # What a platform's own table is looked up by, such as a file's name, is no tenant elsewhere.
    provided = platform_table(relation)
    found: list[Column] = []
    for clause in policy.known_clauses:
        numbers = project.ask(_compared_numbers, clause.predicate)
        columns = map(relation.column, numbers)
        found += [
            column
            for column in columns
            if column is not None and (provided is None or column.name in provided.owner_columns)
        ]
    return tuple(found)


def _compared_numbers(project: Project, written: Predicate) -> tuple[int, ...]:
    """Return the columns that a predicate is known to compare with the caller's context."""
    predicate = ask(inlined_predicate, written.expression, project.catalog)
    try:
        return tuple(sorted(predicate.ask(tenant_columns, project.context_functions)))
    except UnknownFact:
        return ()


def is_called_tenant(name: str) -> bool:
    """Tell whether a column's name alone says that it holds a tenant."""
    return _TENANT().match(name) is not None


def is_only_key(relation: Relation, column: Column) -> bool:
    """Tell whether a column is all of the table's own key, which new rows make up."""
    return any(
        constraint.kind == "primary" and constraint.columns == (column.number,)
        for constraint in relation.constraints.known()
    )
