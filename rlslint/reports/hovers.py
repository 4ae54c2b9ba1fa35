"""What an editor says of a policy, a table, a role, a setting or a function, as Markdown."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from rlslint.access.effective import COMMANDS, Extent, Ground, Rows
from rlslint.catalog.facts import UnknownFact
from rlslint.catalog.functions import Function
from rlslint.catalog.model import Policy, Relation
from rlslint.catalog.predicates import Clause
from rlslint.meaning.bodies import settings_read
from rlslint.project.matrix import Asked, NoSuch, alike_roles, matrix_of, role_named
from rlslint.project.mentions import (
    RoleName,
    SettingName,
    Subject,
    policies_reading,
    writes_of,
)
from rlslint.project.project import Project
from rlslint.project.setting_writes import SettingWrite
from rlslint.reports import file_and_row, place
from rlslint.reports.access_words import (
    Speaker,
    about_role,
    clause_sql,
    commands_in_words,
    role_in_words,
)
from rlslint.text.sentences import listed

_MOST_LINES = 12
_PROGRAM_COMMANDS = COMMANDS[:4]


def hover(project: Project, subject: Subject) -> str:
    """Return what is to be said of something, in Markdown."""
    match subject:
        case Policy():
            lines = _of_policy(project, subject)
        case Relation():
            lines = _of_table(project, subject)
        case RoleName(name):
            lines = _of_role(project, name)
        case SettingName(name):
            lines = _of_setting(project, name)
        case Function():
            lines = _of_function(project, subject)
    return "\n".join(lines)


def _of_table(project: Project, table: Relation) -> Iterator[str]:
    yield f"**table {table}**: {_row_security(table)}"
    yield ""
    matrix = matrix_of(project, Asked(commands=_PROGRAM_COMMANDS))
    speaker = Speaker(project.catalog, project.context_functions)
    lines = []
    for alike in alike_roles(matrix, table):
        roles = listed(map(role_in_words, alike.roles))
        for answer in alike.answers:
            if answer.rows.extent is not Extent.none or answer.ways:
                words = speaker.answer(answer.rows, answer.ways, table)
                lines.append(f"- {roles}: {commands_in_words(answer.commands)} {words}")
    yield from _at_most(lines)
    if not lines:
        yield "No role gets at its rows."
    if table.policies.known():
        yield ""
        yield f"Policies: {listed(_code(one.name) for one in table.policies.known())}"


def _row_security(table: Relation) -> str:
    if not (table.knows("rls_enabled") and table.knows("rls_forced")):
        return "it is not known whether row security is enabled"
    if not table.rls_enabled:
        return "row security is not enabled"
    forced = "and forced" if table.rls_forced else "and not forced on its owner"
    return f"row security is enabled {forced}"


def _of_policy(project: Project, policy: Policy) -> Iterator[str]:
    yield f"**policy {policy.name}** on {policy.relation}"
    yield ""
    try:
        yield from _terms(project, policy)
    except UnknownFact:
        yield "What it demands is not known."
    others = [one.name for one in policy.relation.policies.known() if one is not policy]
    yield ""
    if others:
        yield f"Beside it: {listed(map(_code, others))}."
        yield ""
    yield from _of_table(project, policy.relation)


def _terms(project: Project, policy: Policy) -> Iterator[str]:
    kind = "lets" if policy.permissive else "lets no others than these pass:"
    roles = listed(map(role_in_words, policy.roles))
    commands = "every command" if policy.command == "all" else policy.command.upper()
    speaker = Speaker(project.catalog, project.context_functions)
    using, check = policy.using, policy.effective_check
    if using is not None:
        words = _admitted(speaker, using, policy.relation)
        yield f"For {commands} of {roles} it {kind} {words}{' pass' if policy.permissive else ''}."
    if check is not None and check is not using:
        words = _admitted(speaker, check, policy.relation)
        yield f"New rows of {roles}: {words}."
    for word, clause in (("USING", policy.using), ("WITH CHECK", policy.check)):
        if clause is not None:
            yield ""
            yield f"```sql\n{word} ({clause_sql(clause, policy.relation)})\n```"


def _admitted(speaker: Speaker, clause: Clause, table: Relation) -> str:
    return speaker.condition(Rows(Extent.some, Ground.policies, (clause,)), table)


def _of_role(project: Project, name: str) -> Iterator[str]:
    try:
        role = role_named(project, name)
    except NoSuch:
        yield f"**role {name}**"
        return
    yield f"**role {name}**: {about_role(role)}"
    yield ""
    matrix = matrix_of(project, Asked(roles=(name,), commands=_PROGRAM_COMMANDS))
    speaker = Speaker(project.catalog, project.context_functions)
    groups: dict[str, list[str]] = {}
    for table in matrix.tables:
        for alike in alike_roles(matrix, table):
            told = "; ".join(
                f"{commands_in_words(answer.commands)} "
                f"{speaker.answer(answer.rows, answer.ways, table)}"
                for answer in alike.answers
                if answer.rows.extent is not Extent.none or answer.ways
            )
            groups.setdefault(told or "nothing", []).append(str(table))
    yield from _at_most([f"- {_some(tables)}: {told}" for told, tables in groups.items()])


def _of_setting(project: Project, name: str) -> Iterator[str]:
    yield f"**setting {name}**"
    yield ""
    readers = [str(policy) for policy in policies_reading(project, name)]
    yield f"Read by {_some(readers)}." if readers else "No policy reads it."
    yield ""
    writes = [_write(one) for one in writes_of(project, name)]
    yield from _at_most([f"- set {one}" for one in writes])
    for stored in project.catalog.stored_settings():
        if stored.name == name:
            whose = f"of role {stored.role.name}" if stored.role is not None else "of the database"
            yield f"- {whose} it is `{stored.value}` when a session begins"
    if not writes:
        yield "No program that was read sets it."


def _write(write: SettingWrite) -> str:
    lasting = {True: "for the transaction", False: "for the session", None: ""}[write.local]
    found = place(write.statement.span)
    return f"{lasting} at {found.path}:{found.start.row}".strip() if found else lasting


def _of_function(project: Project, function: Function) -> Iterator[str]:
    rights = (
        "owner" if function.knows("security_definer") and function.security_definer else "caller"
    )
    yield f"**function {function}**: it runs with the rights of its {rights}"
    try:
        names = dict.fromkeys(one.name for one in settings_read(function) if one.name)
        if names:
            yield f"\nIt reads {listed(map(_code, names))}."
        policies = [str(one) for one in project.policy_functions.get(function, ())]
    except UnknownFact:
        policies = []
    if policies:
        yield f"\nCalled by {_some(policies)}."
    made = function.because("body")
    if made is not None:
        yield f"\nMade at {file_and_row(made.span)}."


def _some(names: list[str]) -> str:
    shown = names[:_MOST_LINES]
    more = len(names) - len(shown)
    return listed((*shown, f"{more} more")) if more else listed(shown)


def _at_most(lines: list[str]) -> Iterable[str]:
    yield from lines[:_MOST_LINES]
    if len(lines) > _MOST_LINES:
        yield f"- and {len(lines) - _MOST_LINES} more"


def _code(name: str) -> str:
    return f"`{name}`"
