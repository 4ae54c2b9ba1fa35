"""Runs beside earlier findings: those of a baseline, and those of an earlier state in Git."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import chdir, contextmanager
from datetime import date
from typing import Any

from rlslint import NamedTuple
from rlslint.cli.streams import Failure, replace_file
from rlslint.config.baseline import Baseline, Entry, baseline_text, read_baseline
from rlslint.config.options import Config, ConfigError
from rlslint.engine import check
from rlslint.files import disk, git
from rlslint.files.discovery import project_directory, read_in_project, root_of
from rlslint.files.git import GitProblem, commit_of, files_at, repository_of, state_at
from rlslint.files.walk import is_passed_by, kind, may_tell
from rlslint.reports import Result
from rlslint.rules.baselines import (
    Before,
    Earlier,
    compare,
    entries_of,
    identity,
    under_present_names,
    with_new,
)

_OF_THE_RUN = (
    "select", "ignore", "extend_select", "per_file_ignores", "min_severity", "min_confidence",
    "fail_on", "output_format",
)  # fmt: skip
"""What is asked and shown is the same of both states; all else is as each state has it."""

StandardInput = tuple[str, bytes] | None
Configured = Callable[[tuple[str, ...]], tuple[str | None, Config]]
"""Finds the configuration of paths: its file, and what is in force. Raises ConfigError."""


def compared_check(
    paths: tuple[str, ...],
    config: Config,
    given: StandardInput,
    options: Mapping[str, Any],
    configured: Configured,
    progress: Callable[[str], None],
) -> Result:
    """Lint, and leave out what the baseline has, and what an earlier state had.

    `configured` finds the configuration of that. Raises ConfigError where the baseline cannot be
    used, and Failure where Git cannot tell.
    """
    file = _file_of(config, options)
    config = _without_its_words(config, file)
    ref = options["since"]
    is_whole = file is not None and _covers(paths, file.path)
    if ref is None:
        before = _before(file, options, is_whole=is_whole)
        return _finished(check(paths, config, given, progress, before), file, options)
    progress(f"Reading {ref}")
    state = _state(ref, paths, config, given, options, configured)
    left_out = (*config.extend_exclude, *(os.path.join(*way) for way in state.submodules))
    entries = entries_of(one for one, _ in state.found.found)
    before = _before(file, options, state=entries, is_whole=is_whole)
    config = config._replace(extend_exclude=left_out)
    result = check(paths, config, given, progress, before)
    if result.earlier is not None:
        mended = result.earlier.mended_since(state.found)
        result = result._replace(earlier=result.earlier._replace(since=ref, mended=mended))
    left = (f"{way} is a submodule, which --since leaves out." for _, way in state.submodules)
    notes = (*result.notes, *state.notes, *left)
    return _finished(result._replace(notes=notes), file, options)


def _without_its_words(config: Config, file: _File | None) -> Config:
    """Leave the baseline out of the files in which signs of row security are looked for."""
    if file is None:
        return config
    return config._replace(extend_exclude=(*config.extend_exclude, os.path.abspath(file.path)))


def before_of(paths: tuple[str, ...], config: Config, options: Mapping[str, Any]) -> Before | None:
    """Return what the baseline has that the configuration names, None where it names none."""
    file = _file_of(config, options)
    if file is None:
        return None
    return _before(file, options, is_whole=_covers(paths, file.path))


def compared_audit(
    audited: Callable[[Before], Result], config: Config, options: Mapping[str, Any]
) -> Result:
    """Audit, and leave out what the baseline has."""
    file = _file_of(config, options)
    result = audited(_before(file, options, live=True, is_whole=not options["schema"]))
    return _finished(result, file, options, live=True)


def _covers(paths: Iterable[str], baseline: str) -> bool:
    """Tell whether the projects of some paths are all that a baseline may tell of."""
    known = (disk.real(path) for path in paths if path != "-")
    projects = tuple(project_directory(path) or path for path in known) or (os.getcwd(),)
    around = (os.path.realpath(os.curdir), os.path.dirname(disk.real(baseline)))
    return any(disk.is_below(folder, projects) for folder in around)


class _File(NamedTuple):
    """The file of the baseline: its path, and what it holds, None where it is to be written."""

    path: str
    baseline: Baseline | None


def _file_of(config: Config, options: Mapping[str, Any]) -> _File | None:
    path = options["baseline"]
    if path is None and config.baseline is None:
        if options["write_baseline"] or options["prune_baseline"]:
            flag = "--write-baseline" if options["write_baseline"] else "--prune-baseline"
            raise Failure(f"{flag} needs to know the file: --baseline, or the option `baseline`.")
        return None
    is_named = path is not None
    if path is None:
        folder = os.path.abspath(config.directory)
        path = os.path.relpath(os.path.join(folder, os.path.expanduser(config.baseline or "")))
        if not disk.is_below(disk.real(path), (disk.real(root_of(folder, os.getcwd())),)):
            raise ConfigError(f"the baseline {path} lies outside of the project")
    if not path:
        raise Failure("The name of the baseline is empty.")
    try:
        data = disk.read(path) if is_named else read_in_project(path, os.path.dirname(path) or ".")
    except FileNotFoundError:
        if options["write_baseline"]:
            return _File(path, None)
        raise ConfigError(
            f"there is no baseline {path}; `--write-baseline` makes it of what is found now"
        ) from None
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise Failure(f"The baseline {path} cannot be read: {reason}.") from None
    return _File(path, read_baseline(data, path))


def _before(
    file: _File | None,
    options: Mapping[str, Any],
    *,
    state: tuple[Entry, ...] = (),
    live: bool = False,
    is_whole: bool = True,
) -> Before:
    entries = file.baseline.of(live=live) if file is not None and file.baseline else ()
    dated = any(entry.expires is not None for entry in entries)
    today = date.fromisoformat(disk.today()) if dated else date.min
    writes = options["write_baseline"] or options["prune_baseline"]
    return Before(today, entries, state, not writes, is_whole)


def _finished(
    result: Result, file: _File | None, options: Mapping[str, Any], *, live: bool = False
) -> Result:
    """Write the baseline where that is asked for, and say what is to be said of it."""
    earlier = result.earlier
    if file is None or earlier is None or (live and not result.checked.databases):
        return result
    notes = list(result.notes)
    if options["write_baseline"] or options["prune_baseline"]:
        result = _written(result, earlier, file, options, notes, live)
    elif file.baseline is not None:
        notes += _expired(file.baseline.of(live=live), file.path)
    return result._replace(notes=tuple(notes))


def _expired(entries: tuple[Entry, ...], path: str) -> Iterator[str]:
    if not any(entry.expires is not None for entry in entries):
        return
    today = date.fromisoformat(disk.today())
    for entry in entries:
        if entry.is_expired(today):
            day = entry.expires
            yield f"{path}: the entry of {entry.rule} on {entry.object} has expired on {day}."


def _written(
    result: Result,
    earlier: Earlier,
    file: _File,
    options: Mapping[str, Any],
    notes: list[str],
    live: bool,
) -> Result:
    """Write what is left of the baseline, with what is new where that is asked for."""
    old = file.baseline.of(live=live) if file.baseline is not None else ()
    others = file.baseline.of(live=not live) if file.baseline is not None else ()
    left = tuple(entry for entry in earlier.left if entry is not None)
    adds = file.baseline is None or options["add"]
    entries = with_new(left, earlier.reported) if adds else left
    if live:
        entries = tuple(entry._replace(live=True) for entry in entries)
    text = baseline_text((*entries, *others)).encode()
    was = b"" if file.baseline is None else _content(file.path)
    if text != was:
        replace_file(file.path, text)
    old = under_present_names(old, earlier.names)
    notes.append(_said(file, old, entries, is_same=text == was))
    if old and not earlier.is_whole:
        notes.append("Only a part of the project was read, so nothing was taken out.")
    named = [identity(one.finding, one.severity) for one in result.findings]
    known, _ = compare(named, entries, date.min)
    kept = [one for number, one in enumerate(result.findings) if number not in known]
    hidden = earlier.hidden + len(known)
    return result._replace(findings=tuple(kept), earlier=earlier._replace(hidden=hidden))


def _said(file: _File, old: tuple[Entry, ...], entries: tuple[Entry, ...], *, is_same: bool) -> str:
    path = file.path
    number = "1 entry" if len(entries) == 1 else f"{len(entries)} entries"
    if file.baseline is None:
        return f"Wrote {path}, with {number}."
    if is_same:
        return f"{path} is as it was, with {number}."
    keys = {entry.key for entry in entries}
    gone = sum(entry.key not in keys for entry in old)
    added = len(keys - {entry.key for entry in old})
    parts = [f"{added} added"] if added else []
    parts += [f"{gone} taken out"] if gone else []
    return f"Wrote {path}, with {number}{f' ({chr(44).join(parts)})' if parts else ''}."


def _content(path: str) -> bytes:
    try:
        return disk.read(path)
    except OSError:
        return b""


class _State(NamedTuple):
    """What was found in an earlier state, the submodules, each with the root before it, and what
    could not be read then."""

    found: Earlier
    submodules: tuple[tuple[str, str], ...]
    notes: tuple[str, ...]


def _state(
    ref: str,
    paths: tuple[str, ...],
    config: Config,
    given: StandardInput,
    options: Mapping[str, Any],
    configured: Configured,
) -> _State:
    """Lint an earlier state of the repository."""
    named = [path for path in paths if path != "-"]
    if given is not None and given[0] != "-":
        named.append(given[0])
    if not named:
        named.append(".")
    try:
        root = _root(named)
        ways = {_from_root(path, root): os.path.isdir(path) for path in named}
        held = files_at(root, commit_of(root, ref))
        last = _last(root)
        with state_at(root, ref, _wanted(ways)) as folder, standing_in(folder, root):
            are_there = all(os.path.lexists(os.path.join(folder, way)) for way in ways)
            then = [_put_there(folder, *way) for way in ways.items()]
            then += () if are_there else _gone(held, root, folder)
            found = _config_then(tuple(then), folder, root, config, configured)
            result = check(then, found, before=_baseline_then(found, options))
    except GitProblem as problem:
        raise Failure(str(problem)) from None
    assert result.earlier is not None
    notes = tuple(f"At {ref}: {failure}" for failure in result.failures)
    entries = sorted({**held, **last}.items())
    submodules = tuple((root, path) for path, entry in entries if entry.is_submodule)
    return _State(result.earlier, submodules, notes)


def _last(root: str) -> Mapping[str, git.CommittedFile]:
    """Return what the last commit holds, nothing where there is none."""
    try:
        return files_at(root, commit_of(root, "HEAD"))
    except GitProblem:
        return {}


def _root(paths: list[str]) -> str:
    roots: dict[str, None] = {}
    for path in paths:
        root = repository_of(path)
        if root is None:
            raise Failure(f"--since compares with a commit, and {path} lies in no Git repository.")
        roots[root] = None
    if len(roots) > 1:
        raise Failure("--since compares with a commit of one repository; PATHS lie in several.")
    return next(iter(roots))


def _from_root(path: str, root: str) -> str:
    folder, name = os.path.split(os.path.abspath(path))
    return os.path.relpath(os.path.join(os.path.realpath(folder), name), root)


def _wanted(ways: Iterable[str]) -> Callable[[str], bool]:
    """Return what tells of a file whether a run may read it."""
    inside = tuple(way.replace(os.sep, "/") + "/" for way in ways)

    def is_wanted(path: str) -> bool:
        *folders, name = path.split("/")
        if not (may_tell(name) or kind(name) is not None or name.endswith(".toml")):
            return f"{path}/" in inside
        return not any(map(is_passed_by, folders)) or path.startswith(inside)

    return is_wanted


@contextmanager
def standing_in(folder: str, root: str) -> Iterator[None]:
    """Let the current directory be what it was in the earlier state."""
    way = os.path.relpath(os.path.realpath(os.curdir), root)
    inside = os.path.join(folder, "" if way.startswith(os.pardir) else way)
    os.makedirs(inside, exist_ok=True)
    with chdir(inside):
        yield


def _put_there(folder: str, way: str, is_folder: bool) -> str:
    """Return where a path was; what was not there yet is an empty file or directory."""
    there = os.path.normpath(os.path.join(folder, way))
    if not os.path.lexists(there):
        os.makedirs(there if is_folder else os.path.dirname(there), exist_ok=True)
        if not is_folder:
            with open(there, "xb"):
                pass
    return there


def _gone(held: Mapping[str, git.CommittedFile], root: str, folder: str) -> list[str]:
    """Return the files that have gone since: a file that is named may have been one of them."""
    ways = [os.path.join(*path.split("/")) for path, entry in held.items() if entry.is_file]
    gone = (way for way in ways if not os.path.lexists(os.path.join(root, way)))
    there = (os.path.join(folder, way) for way in gone)
    return [path for path in there if kind(os.path.basename(path)) and os.path.exists(path)]


def _config_then(
    paths: tuple[str, ...], folder: str, root: str, config: Config, configured: Configured
) -> Config:
    """Return the configuration of an earlier state, that of now where it had none of its own."""
    directory = os.path.realpath(config.directory)
    if disk.is_below(directory, (root,)):
        moved = os.path.normpath(os.path.join(folder, os.path.relpath(directory, root)))
        now = config._replace(directory=moved)
    else:
        now = config
    try:
        file, then = configured(paths)
    except ConfigError:
        return now
    if file is None or not disk.is_below(os.path.realpath(file), (folder,)):
        return now
    return then._replace(**{name: getattr(config, name) for name in _OF_THE_RUN})


def _baseline_then(config: Config, options: Mapping[str, Any]) -> Before:
    """Return the baseline of an earlier state, for what it had that was stale already."""
    try:
        file = _file_of(config, options)
    except (ConfigError, Failure):
        return Before(date.min)
    return _before(file, options)
