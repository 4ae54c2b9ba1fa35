"""Which project a file belongs to, and what is found in one while files of it are edited."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping
from typing import Any, TypeVar

from rlslint import NamedTuple
from rlslint.cli.arguments import CHECK
from rlslint.cli.language_server.standing import StandingCheck
from rlslint.cli.running import config_in_force, configuration_file, problem_lines
from rlslint.cli.streams import Failure
from rlslint.config.options import ConfigError, ConfigPlace
from rlslint.engine import Examined
from rlslint.files import disk
from rlslint.files.discovery import project_directory
from rlslint.project.project import Project
from rlslint.reports import ReportedFinding
from rlslint.reports.formats import without_secrets
from rlslint.rules import UnknownRuleError

A = TypeVar("A")

_OPTIONS: dict[str, Any] = {flag.name: flag.initial for flag in CHECK}


class Place(NamedTuple):
    """What is checked for a file: a directory, and what of it (`paths`)."""

    folder: str
    paths: tuple[str, ...]


class Analysis(NamedTuple):
    """What was found at one moment in what is checked, which may hold several `projects`.

    `failures` are sentences on what could not be done. `problem` is a mistake in its configuration,
    with which nothing was checked, and `place` where that stands. One that is not `is_whole` tells
    of some things what the last one did.
    """

    findings: tuple[ReportedFinding, ...] = ()
    projects: tuple[Project, ...] = ()
    failures: tuple[str, ...] = ()
    problem: str = ""
    place: ConfigPlace | None = None
    is_whole: bool = True


def place_of(path: str, workspace: Iterable[str]) -> Place:
    """Return what is to be checked for a file: its project, or else it alone.

    A project is what configures rlslint, a repository or a package; where none is seen, a folder of
    the `workspace` is one. The directory that holds all of a user's files never is.
    """
    folder = os.path.dirname(path)
    project = project_directory(folder)
    home = os.path.realpath(os.path.expanduser("~"))
    if project is not None and not disk.is_below(home, (os.path.realpath(project),)):
        return Place(project, (".",))
    around = [one for one in workspace if disk.is_below(path, (one,))]
    if around:
        return Place(max(around, key=len), (".",))
    return Place(folder, (os.path.basename(path),))


class Busy(Exception):
    """Raised to end a judging that somebody else's question goes before."""


class _Stand(NamedTuple):
    """A project that was looked at: what an editor held then, and the check of it that stands."""

    buffers: Mapping[str, bytes]
    standing: StandingCheck


class Analyst:
    """Looks at projects, and again when they have changed, from where the change begins."""

    def __init__(self) -> None:
        self._stands: dict[Place, _Stand] = {}

    def look(self, place: Place, buffers: Mapping[str, bytes], is_new: bool = True) -> Analysis:
        """Check a project with what an editor holds in place of its files.

        `is_new` tells that files may have changed that the editor does not hold; else what is known
        of the project is told with what the edits are near to, and `finish` tells the rest.
        """
        if (failure := _enter(place)) is not None:
            return failure
        with disk.Buffers(buffers):
            stand = None if is_new else self._gone_on(place, buffers)
            if stand is not None:
                return _analysis(stand.standing.near(), is_whole=False)
            try:
                stand = self._stands[place] = _Stand(
                    _inside(place, buffers), _standing(place, buffers)
                )
            except (ConfigError, UnknownRuleError) as error:
                where = error.place if isinstance(error, ConfigError) else None
                return Analysis(problem="\n".join(problem_lines(error)[:1]), place=where)
            except Failure as error:
                return Analysis(failures=(str(error),))
            return _analysis(stand.standing.all())

    def finish(
        self, place: Place, buffers: Mapping[str, bytes], meanwhile: Callable[[], None]
    ) -> Analysis:
        """Judge all of a project that was looked at. `meanwhile` may raise Busy."""
        if (failure := _enter(place)) is not None:
            return failure
        with disk.Buffers(buffers):
            return _analysis(self._stands[place].standing.all(meanwhile))

    def ask(self, place: Place, question: Callable[[], A]) -> A:
        """Return what a question about a project gives that was looked at."""
        os.chdir(place.folder)
        stand = self._stands.get(place)
        if stand is None:
            return question()
        with stand.standing.noting():
            return question()

    def _gone_on(self, place: Place, buffers: Mapping[str, bytes]) -> _Stand | None:
        """Return what stands of a project with the edits of its migrations, None if that is not
        all that has changed."""
        stand = self._stands.pop(place, None)
        now = _inside(place, buffers)
        if stand is None or stand.buffers.keys() != now.keys():
            return None
        changed = [path for path, data in now.items() if stand.buffers[path] != data]
        try:
            if not all(stand.standing.go_on(path) for path in changed):
                return None
        except Exception:
            # What it has left behind is thrown away; a fault shows when all is read anew.
            return None
        self._stands[place] = found = stand._replace(buffers=now)
        return found


def _enter(place: Place) -> Analysis | None:
    """Work in the directory of a project; return what is to be said where that is gone."""
    try:
        os.chdir(place.folder)
    except OSError as error:
        reason = error.strerror or type(error).__name__
        return Analysis(failures=(f"{place.folder} cannot be checked: {reason}.",))
    return None


def _standing(place: Place, buffers: Mapping[str, bytes]) -> StandingCheck:
    config = config_in_force(configuration_file(place.paths, _OPTIONS), _OPTIONS)
    before = None
    if config.baseline is not None:
        from rlslint.cli.adoption import before_of

        before = before_of(place.paths, config, _OPTIONS)
    return StandingCheck(place.paths, config, before, tuple(buffers))


def _inside(place: Place, buffers: Mapping[str, bytes]) -> dict[str, bytes]:
    return {path: data for path, data in buffers.items() if disk.is_below(path, (place.folder,))}


def _analysis(examined: Examined, is_whole: bool = True) -> Analysis:
    result = without_secrets(examined.result)
    return Analysis(result.findings, examined.projects, result.failures, is_whole=is_whole)
