"""Which project a file belongs to, and what is found in one while files of it are edited."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping
from typing import Any, TypeVar

from rlslint import NamedTuple
from rlslint.cli.arguments import CHECK
from rlslint.cli.running import config_in_force, configuration_file, problem_lines
from rlslint.cli.streams import Failure
from rlslint.config.options import ConfigError, ConfigPlace
from rlslint.engine import examine
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
    with which nothing was checked, and `place` where that stands.
    """

    findings: tuple[ReportedFinding, ...] = ()
    projects: tuple[Project, ...] = ()
    failures: tuple[str, ...] = ()
    problem: str = ""
    place: ConfigPlace | None = None


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


def within(place: Place, job: Callable[[], A]) -> A:
    """Return what a job returns that is done in the directory of what is checked."""
    os.chdir(place.folder)
    return job()


def analyse(place: Place, buffers: Mapping[str, bytes]) -> Analysis:
    """Check a project with what an editor holds in place of its files."""
    try:
        os.chdir(place.folder)
    except OSError as error:
        reason = error.strerror or type(error).__name__
        return Analysis(failures=(f"{place.folder} cannot be checked: {reason}.",))
    with disk.Buffers(buffers):
        try:
            config = config_in_force(configuration_file(place.paths, _OPTIONS), _OPTIONS)
            before = None
            if config.baseline is not None:
                from rlslint.cli.adoption import before_of

                before = before_of(place.paths, config, _OPTIONS)
            examined = examine(place.paths, config, before)
        except (ConfigError, UnknownRuleError) as error:
            where = error.place if isinstance(error, ConfigError) else None
            return Analysis(problem="\n".join(problem_lines(error)[:1]), place=where)
        except Failure as error:
            return Analysis(failures=(str(error),))
    result = without_secrets(examined.result)
    return Analysis(result.findings, examined.projects, result.failures)
