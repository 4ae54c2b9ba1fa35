"""What of a project was not read, not followed or not run: a run ends by saying so."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING

from rlslint import NamedTuple
from rlslint.catalog import Catalog
from rlslint.catalog.facts import UnknownFact
from rlslint.catalog.functions import Function
from rlslint.files import disk
from rlslint.files.discovery import Found
from rlslint.files.walk import shown_path
from rlslint.project import NotChecked
from rlslint.project.project import Project

if TYPE_CHECKING:
    from rlslint.code.migrations import Reader
    from rlslint.project.building import Projects
    from rlslint.project.setting_writes import SettingWrite

_SIGNS = {
    True: "with row security in a form that is not read",
    False: "with the context of row security in a form that is not read",
}
_EXEMPTS = "letting a role past policies in a form that is not read"
_GRANTS = "granting privileges in a form that is not read"
_OF_TEMPLATE = "of which a tool makes SQL that is not read"
_COMPRESSED = "in compressed form, and so not searched for row security"
_REFUSED_QUERY = "that PostgreSQL's grammar refuses as written"
_OF_TESTS = "with row security, read only where it is named"
_SUPERSEDED = "beside those that run"
_NOT_RUN = "with row security that no history runs"
_BY_GIT = "that would run, and that .gitignore leaves out"
_ELSEWHERE = "dblink"
_OTHER_LANGUAGE = "with a body that is not read, which no policy need bind"
_CONNECTS = "with a connection of its own (dblink)"
_STRANGE = "that may make tables and functions of its own"
_TOO_LARGE = "too large to be searched for row security"


def not_followed(project: Project) -> Iterator[NotChecked]:
    """Yield what of the SQL of a project tells less than it does, and the roles of no rule."""
    yield from _dynamic(project)
    yield from _refused(project)
    yield from _strange_extensions(project.catalog)
    yield from _reading_elsewhere(project.catalog)
    yield from _left_out_roles(project)


def _dynamic(project: Project) -> Iterator[NotChecked]:
    """Yield the statements of which only the database knows what they do to row security."""
    for statement in project.catalog.dynamic:
        words = " ".join(statement.sql.split()[:3])
        yield NotChecked("statement", words, "that could not be followed", (), statement.span)
    for query in project.queries:
        for broken in query.broken:
            first = broken.statement.sql.split()[:3]
            # A word alone is no SQL.
            if len(first) > 1:
                where = broken.statement.span
                yield NotChecked("query", " ".join(first), _REFUSED_QUERY, (), where)


def _strange_extensions(catalog: Catalog) -> Iterator[NotChecked]:
    """Yield the extensions of which nothing tells what tables and functions they make."""
    if not catalog.extensions:
        return
    from rlslint.config.extensions import is_known

    for name, statement in catalog.extensions.items():
        if statement is not None and not is_known(name):
            yield NotChecked("extension", name, _STRANGE, (), statement.span)


def _reading_elsewhere(catalog: Catalog) -> Iterator[NotChecked]:
    """Yield what asks a server over a connection of its own, whose role nothing here binds."""
    for relation in catalog.relations.known():
        if relation.knows("query") and relation.query is not None:
            statement = relation.because("query")
            if statement is not None and _ELSEWHERE in statement.sql.lower():
                yield NotChecked("view", str(relation), _CONNECTS, (), statement.span)
    for function in catalog.functions.known():
        if function.knows("body") and _ELSEWHERE in function.body.lower():
            where = function.created.span if function.created is not None else None
            yield NotChecked("function", str(function), _CONNECTS, (), where)
        if _is_unread(function):
            where = function.created.span if function.created is not None else None
            yield NotChecked("function", str(function), _OTHER_LANGUAGE, (), where)


def _is_unread(function: Function) -> bool:
    """Tell whether a function gets past policies by itself and is in a language not read."""
    if not function.knows("language") or function.language in ("sql", "plpgsql"):
        return False
    is_definer = function.knows("security_definer") and function.security_definer
    return is_definer or function.language.endswith("u") or function.language in ("c", "internal")


def _left_out_roles(project: Project) -> Iterator[NotChecked]:
    """Yield the roles of which rules are silent, though nothing that is certain says why."""
    if project.uses_row_security and any(role.declared for role in project.catalog.roles.values()):
        from rlslint.project.questions.ordinary_roles import left_out_by_name

        # Where it is not known who serves requests, every rule that asks says so.
        with suppress(UnknownFact):
            for role, reason in left_out_by_name(project):
                where = role.created.span if role.created is not None else None
                yield NotChecked("role", role.name, reason, (), where)


def _refused(project: Project) -> Iterator[NotChecked]:
    """Yield the statements that change nothing, for PostgreSQL would refuse them."""
    for refusal in project.catalog.refusals:
        if refusal.relation is None:
            words = " ".join(refusal.statement.sql.split()[:4])
            reason = "that PostgreSQL would refuse"
            yield NotChecked("statement", words, reason, (), refusal.statement.span)


def may_use_row_security(project: Project, others: bool | None) -> bool | None:
    """Tell whether a project or `others` use row security, None where that is not known."""
    if project.uses_row_security or project.context_writes:
        return True
    catalog = project.catalog
    # What a refused statement wanted, and what was rolled back with it, may have been just that.
    if catalog.dynamic or catalog.refusals or any(_strange_extensions(catalog)):
        return None
    if any(not t.knows("rls_enabled") or t.policies.is_open for t in catalog.relations.known()):
        return None
    # Of a table that the history never makes, what first names it leaves all of this unknown.
    is_unknown = any(
        first is not table.unknown.get("rls_enabled") or first is not table.policies.gap
        for table in catalog.unknown_relations.values()
        for first in (table.unknown.get("kind"),)
    )
    return None if is_unknown else others


class Unread(NamedTuple):
    """The files that nothing read and that have signs of row security.

    `paths` are those that may use it themselves; `may_matter` tells whether any could. `making` are
    those of the program, and old migrations, that make row security.
    """

    told: tuple[NotChecked, ...]
    paths: tuple[str, ...]
    may_matter: bool
    making: tuple[str, ...]


def unread_files(found: Found, projects: Projects, uses: bool | None) -> Unread:
    """Return the files that nothing read and that have signs of row security.

    Programs that were followed have told what they do with the context, and migrations all; not so
    those that set what is known only when they run. `uses` tells whether anything that was read
    uses row security.

    So do the scripts that are left out: those of tests, which are read only where they are named,
    and where nothing else uses row security, those that no history runs. Old migrations are named
    whatever they say: what they made is perhaps there, and nothing else tells of it.
    """
    from rlslint.files.unread import left_out as ignored_by_git
    from rlslint.files.unread import signs

    unnamed = frozenset(
        query.site.text.path
        for built in projects.built
        for query in built.project.queries
        if any(not write.name for write in query.writes)
    )
    beside = {file.path for file in (*found.programs, *found.settings, *found.schemas)}
    seen = signs((*found.others, *(beside - projects.code.searched)), found.root, found.tests)
    known = (projects.code.told - unnamed).union(sign.path for sign in projects.code.unread)
    unknown = tuple(
        sign
        for sign in (*seen.found, *projects.code.seen)
        if sign.path not in known and (uses or not (sign.exempts or sign.grants))
    )
    left_out = (*projects.left_out, *projects.superseded)
    scripts = signs((file.path for file in left_out), found.root, found.tests)
    not_run = tuple(
        NotChecked("test file", script.path, _OF_TESTS)
        if script.is_test
        else NotChecked("file", script.path, _NOT_RUN)
        for script in scripts.found
        if script.makes and (script.is_test or not uses)
    )
    told = {one.object for one in not_run}
    of_old = {file.shown for file in projects.superseded}
    superseded = (script for script in scripts.found if script.path in of_old)
    old = tuple(
        NotChecked("old migration", file.shown, _SUPERSEDED)
        for file in projects.superseded
        if file.shown not in told
    )
    all_found = sorted((*projects.code.unread, *unknown))
    unread = tuple(
        NotChecked(
            "test file" if sign.is_test else "file",
            sign.path,
            _EXEMPTS if sign.exempts else _GRANTS if sign.grants else _SIGNS[sign.makes],
        )
        for sign in all_found
    )
    telling = (*found.others, *(file.path for file in (*found.programs, *found.settings)))
    read = (file.path for file in found.sql)
    ignored = tuple(
        NotChecked(
            "folder" if disk.is_folder(path) else "file", shown_path(path, found.root), _BY_GIT
        )
        for path in ignored_by_git(found.ignored, read, telling)
    )
    unsearched = (*seen.too_large, *(() if uses else scripts.too_large))
    too_large = (
        *(NotChecked("file", path, _TOO_LARGE) for path in unsearched),
        *(NotChecked("file", path, _COMPRESSED) for path in seen.packed),
        *(NotChecked("file", path, _OF_TEMPLATE) for path in seen.templates),
    )
    return Unread(
        (*unread, *not_run, *old, *ignored, *too_large),
        tuple(one.path for one in all_found if not (one.exempts or one.grants)),
        bool(unread or not_run or ignored or too_large),
        tuple(one.path for one in (*all_found, *superseded) if one.makes and not one.is_test),
    )


def settings_without_readers(projects: Sequence[Project], reader: Reader) -> Iterator[NotChecked]:
    """Yield the settings that programs make and nothing reads, and add a note on each."""
    for write in _without_readers(projects):
        place, reason = write.statement.span, "of the caller that no policy reads"
        note = f"{write.statement.text.path} sets {write.name} for its caller, and no policy"
        reader.notes.append(f"{note} was found that could read it.")
        yield NotChecked("setting", write.name, reason, (), place)


def _without_readers(projects: Sequence[Project]) -> list[SettingWrite]:
    """Return the first setting that programs of each project make and no policy of any reads.

    Of several alike one. A program whose other database has the policies sets it for those.
    """
    if not any(project.context_writes for project in projects):
        return []
    protected = [project for project in projects if project.uses_row_security]
    try:
        read = {name for project in protected for name in project.context_settings}
    except UnknownFact:
        return []
    read.update(["role"] if protected else ())
    found: dict[tuple[str, str], SettingWrite] = {}
    for project in projects:
        if project.assumes_context:
            for write in project.context_writes:
                if write.name not in read:
                    found.setdefault((write.statement.text.path, write.name), write)
                    break
    return list(found.values())
