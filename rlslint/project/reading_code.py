"""What application code and settings tell, read once for all histories."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from functools import partial
from operator import itemgetter
from typing import TYPE_CHECKING

from rlslint.code import Code
from rlslint.code.migrations import Reader
from rlslint.files.deployment import (
    NO_DEPLOYMENT,
    Deployment,
    PublicKey,
    StartupOption,
)
from rlslint.files.discovery import Found, SourceFile
from rlslint.files.histories import Histories
from rlslint.files.unread import Sign, makes_row_security
from rlslint.files.walk import shown_path
from rlslint.project.following_programs import (
    Followed,
    follow_mappers,
    follow_programs,
    named_files,
)
from rlslint.text import Text
from rlslint.text.faults import Fault

if TYPE_CHECKING:
    from rlslint.files.connections import Connection
    from rlslint.files.settings.document import VariablesAt
    from rlslint.files.settings.files import Settings


def read_code(
    found: Found,
    sorted_files: Histories,
    reader: Reader,
) -> Code:
    """Read the programs and settings that were found; what cannot be read is told to the reader.

    `sorted_files` say which programs are migrations.
    """
    followed = follow_programs(found, sorted_files, reader)
    mappers = tuple(follow_mappers(found, reader))
    beside = list(followed.connections)
    apis = []
    settings_files = 0
    by_path = {os.path.normpath(file.path): file for file in found.settings}
    terraform = tuple(file for file in found.settings if file.name.endswith((".tf", ".tfvars")))
    of_terraform = _variables_of_terraform(terraform, reader) if terraform else {}
    if found.settings:
        from rlslint.files.ignores import ignores_in_settings
        from rlslint.files.settings.files import may_tell
    for file in found.settings:
        data = reader.content(file.path)
        if b"rlslint:" in data and (text := reader.text(file.path, file.shown)) is not None:
            reader.keep_ignores(text, partial(ignores_in_settings, text))
        # In UTF-16 there is a NUL byte beside every ASCII character.
        if data and not may_tell(file.name, data.replace(b"\0", b"")):
            settings_files += 1
            continue
        text = reader.text(file.path, file.shown)
        if text is None:
            continue
        settings_files += 1
        variables_at = partial(_variables_at, file.folder, by_path, reader)
        if file.name.endswith(".tf"):
            settings = _settings(file, text, reader, of_terraform.get(file.folder))
        else:
            settings = _settings(file, text, reader, variables_at=variables_at)
        beside += settings.connections
        if settings.api is not None:
            apis.append((file.shown, settings.api))
    return Code(
        (*followed.files, *mappers),
        tuple(_with_what_workloads_take(beside, by_path, reader)),
        settings_files,
        (
            *found.others,
            *(file.path for file in (*found.python, *found.programs, *found.settings)),
            *(file.path for file in found.schemas),
        ),
        followed.programs,
        (*followed.unread, *_made_by_tests(found, reader)),
        tuple(apis),
        _deployment(found, followed, reader),
        tuple(os.path.join(found.root, shown) for shown in found.tests),
        followed.told.union(mapper.path for mapper in mappers),
        followed.defaults,
        followed.searched,
        followed.seen,
        followed.passed,
    )


def _deployment(found: Found, programs: Followed, reader: Reader) -> Deployment:
    """Return what the files that the user named tell of a deployment."""
    wanted = named_files(found)
    files = (file.path for file in (*found.python, *found.programs, *found.settings))
    paths = [path for path in (*files, *found.others) if shown_path(path, found.root) in wanted]
    if not paths:
        return NO_DEPLOYMENT
    from rlslint.files.deployment.reading import read_deployment

    try:
        told = read_deployment(paths, found.root, programs.searched)
    except Exception as error:
        reader.faults.append(Fault("searched for deployment", "files", "of the program", error))
        return programs.deployment
    return told._replace(
        keys=tuple(sorted((*told.keys, *programs.deployment.keys), key=_path)),
        options=tuple(sorted((*told.options, *programs.deployment.options), key=_path)),
    )


def _path(told: PublicKey | StartupOption) -> str:
    return told.span.text.path


def _made_by_tests(found: Found, reader: Reader) -> Iterator[Sign]:
    """Yield the tests that make row security; what they make is gone when they end."""
    for file in found.python:
        if file.shown not in found.tests:
            continue
        data = reader.content(file.path)
        if makes_row_security(data):
            from rlslint.code.coverage import is_uncovered

            if is_uncovered(data, (), (), file.shown, makes_row_security):
                yield Sign(file.shown, makes=True, is_test=True)


def _variables_of_terraform(
    files: tuple[SourceFile, ...], reader: Reader
) -> dict[str, dict[str, str]]:
    """Return what the variables of each directory are given."""
    from rlslint.files.settings.terraform import variables_of

    given: list[tuple[int, str, dict[str, str]]] = []
    for file in files:
        text = reader.text(file.path, file.shown)
        try:
            given += variables_of(file.path, text.data.decode()) if text is not None else ()
        except Exception as error:
            reader.faults.append(Fault("searched for variables", "file", file.shown, error))
    found: dict[str, dict[str, str]] = {}
    for _, folder, values in sorted(given, key=itemgetter(0)):
        found.setdefault(folder, {}).update(values)
    return found


def _settings(
    file: SourceFile,
    text: Text,
    reader: Reader,
    variables: Mapping[str, str] | None = None,
    variables_at: VariablesAt | None = None,
) -> Settings:
    """Return what a settings file tells, with its variables or those of the `.env` beside it."""
    from pathlib import PurePath

    from rlslint.files.settings.document import nothing_at
    from rlslint.files.settings.files import Settings, read_settings

    try:
        at = variables_at or nothing_at
        environment = at(".env") if variables is None else variables
        settings = read_settings(PurePath(file.name), file.shown, text.data, environment, at)
    except Exception as error:
        reader.faults.append(Fault("searched for connections", "file", file.shown, error))
        return Settings(())
    if settings.note:
        reader.notes.append(settings.note)
    return settings


def _with_what_workloads_take(
    connections: list[Connection], files: Mapping[str, SourceFile], reader: Reader
) -> list[Connection]:
    """Return connections with those by what containers of Kubernetes take from manifests."""
    kinds = (".yml", ".yaml", ".json")
    manifests = [path for path, file in files.items() if file.name.endswith(kinds)]
    if not manifests:
        return connections
    from rlslint.files.settings import kustomize
    from rlslint.files.settings.development import is_development
    from rlslint.files.settings.document import Document
    from rlslint.files.settings.environments import (
        taken_by_workloads,
        together,
        with_what_is_taken,
        without_overridden,
    )
    from rlslint.files.settings.kubernetes import read_build, read_manifests, takes

    def text_at(path: str) -> Text | None:
        file = files.get(path)
        data = reader.content(file.path) if file is not None else b""
        return Text(file.shown, data) if file is not None and data else None

    def document_at(path: str) -> Document | None:
        text = text_at(path)
        return Document(text.path, text.data, is_development(text.path)) if text else None

    is_built = any(files[path].name in kustomize.NAMES for path in manifests)
    if not is_built and not any(takes(reader.content(files[path].path)) for path in manifests):
        return connections
    try:
        built = kustomize.build_all(manifests if is_built else (), document_at)
        plain = [path for path in manifests if path not in built.files]
        taken = taken_by_workloads(read_manifests(plain, text_at))
        if built.builds:
            parts = [taken_by_workloads(read_build(one, text_at)) for one in built.builds]
            written = read_manifests(sorted(built.files), text_at, takes_nothing=True)
            connections = without_overridden(connections, written, parts)
            taken = together(taken, *parts)
    except Exception as error:
        reader.faults.append(Fault("searched for connections", "files", "of Kubernetes", error))
        return connections
    reader.notes += (note for note in (taken.note, *built.notes) if note)
    return list(with_what_is_taken(connections, taken))


def _variables_at(
    folder: str, files: Mapping[str, SourceFile], reader: Reader, path: str
) -> Mapping[str, str]:
    """Return what a settings file sets that is named by its `path` from a folder."""
    from rlslint.files.settings.name_value_files import variables_of

    file = files.get(os.path.normpath(os.path.join(folder, path)))
    text = reader.text(file.path, file.shown) if file is not None else None
    return variables_of(text.data.decode()) if text is not None else {}
