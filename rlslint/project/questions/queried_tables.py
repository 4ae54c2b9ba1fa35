"""Which tables the SQL of application code reads and writes, and whose rows policies guard."""

from __future__ import annotations

from collections.abc import Mapping

from rlslint.catalog.binding import find_relation
from rlslint.catalog.model import Policy, Relation
from rlslint.catalog.roles import DEFAULT_SEARCH_PATH
from rlslint.meaning.bodies import settings_read, tables_below
from rlslint.meaning.context import context_reads
from rlslint.project.project import Project
from rlslint.sql.parser import ParsedStatement


def tables_of_statement(parsed: ParsedStatement, project: Project) -> tuple[Relation, ...]:
    """Return the tables of the history that a statement of the application names."""
    reads, writes = tables_below({parsed.statement.kind: parsed.node})
    found = (
        find_relation(project.catalog, DEFAULT_SEARCH_PATH, name.schema, name.name)
        for name in (*writes, *reads)
    )
    return tuple(relation for relation in found if relation is not None)


def guarded_by(setting: str, project: Project) -> frozenset[Relation]:
    """Return the tables under row security whose policies read a setting."""
    return project.ask(_tables_by_setting).get(setting, frozenset())


def _tables_by_setting(project: Project) -> Mapping[str, frozenset[Relation]]:
    found: dict[str, set[Relation]] = {}
    for policy in project.catalog.policies():
        table = policy.relation
        if table.knows("rls_enabled") and table.rls_enabled:
            for name in settings_of(policy, project):
                found.setdefault(name, set()).add(table)
    return {name: frozenset(tables) for name, tables in found.items()}


def settings_of(policy: Policy, project: Project) -> frozenset[str]:
    """Return the settings that a policy reads, in functions that it calls as well."""
    return project.ask(_settings_of, policy)


def _settings_of(project: Project, policy: Policy) -> frozenset[str]:
    read = {
        read.name
        for clause in policy.known_clauses
        for read in project.predicate(clause).ask(context_reads, project.context_functions)
        if read.kind == "setting" and read.name is not None
    }
    called = project.ask(_settings_of_functions)
    return frozenset(read) | called.get(policy, frozenset())


def _settings_of_functions(project: Project) -> Mapping[Policy, frozenset[str]]:
    found: dict[Policy, set[str]] = {}
    for function, policies in project.policy_functions.items():
        if function.knows("language") and function.language in ("sql", "plpgsql"):
            names = {read.name.lower() for read in settings_read(function) if read.name}
            for policy in policies:
                found.setdefault(policy, set()).update(names)
    return {policy: frozenset(names) for policy, names in found.items()}
