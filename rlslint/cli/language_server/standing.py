"""A check that stands: where migrations are edited, it goes on from the edit.

What was edited is answered at once, with what is known of all else; what follows elsewhere is told
when everything was judged anew, as a new check would.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any

from rlslint.catalog.answers import Answered, forget_answers
from rlslint.code.migrations import Reader
from rlslint.config.options import Config
from rlslint.engine import Examined, Read, judged, read_files
from rlslint.files import disk
from rlslint.project.building import Built
from rlslint.project.going_on import KeptCourse
from rlslint.project.project import Project
from rlslint.project.replaying import Replayed
from rlslint.rules.baselines import Before
from rlslint.rules.judging import Remembered
from rlslint.text.budget import CONTENTS_KEPT

MOST_EDITS = 200
"""After so many, everything is read anew, for what was undone leaves some memory behind."""


class _Kept:
    """A project whose history is kept, and what was said of it as a whole the last time."""

    def __init__(self, course: KeptCourse) -> None:
        self.course = course
        self.remembered = Remembered()
        self.whole_answers: dict[Any, Any] = {}


class StandingCheck:
    """A check of `paths` in which the migrations `edited` are likely to change."""

    def __init__(
        self, paths: tuple[str, ...], config: Config, before: Before | None, edited: tuple[str, ...]
    ) -> None:
        self._answered = Answered()
        self._before = before
        self._edits = 0
        kept: list[KeptCourse] = []

        def replayed(*asked: Any) -> Replayed:
            kept.append(KeptCourse(*asked))
            return kept[-1].replayed

        reader = Reader()
        reader.replayed, reader.edited = replayed, edited
        with disk.Kept(CONTENTS_KEPT), self._answered:
            self._read = read_files(paths, config, reader)
        courses = {id(one.replayed.replay.catalog): one for one in kept}
        self._kept = {
            catalog: _Kept(courses[catalog])
            for one in self._read.projects.built
            if (catalog := id(one.project.catalog)) in courses
        }
        own = {path for one in self._kept.values() for path in one.course.paths}
        self._ignores = [
            one for one in reader.ignores if not _is_of(own, one.span.text.path, self._read)
        ]

    def go_on(self, path: str) -> bool:
        """Replay a migration that has changed; tell whether that is all that its change asks for.

        Raises CannotGoOn where everything has to be read anew.
        """
        concerned = [kept for kept in self._kept.values() if path in kept.course.paths]
        self._edits += 1
        if not concerned or self._edits > MOST_EDITS:
            return False
        reader = Reader()
        reader.sites = self._read.reader.sites
        with disk.Kept(CONTENTS_KEPT), disk.Confined(self._read.found.roots), self._answered:
            for kept in concerned:
                kept.course.go_on(path, reader, self._answered)
        reader.ignores = [
            *self._ignores,
            *(one for kept in self._kept.values() for one in kept.course.ignores),
        ]
        self._read = self._read._replace(reader=reader)
        self._make_anew()
        return True

    def _make_anew(self) -> None:
        """Have projects of which nothing is known but what was read."""
        built = tuple(map(self._built, self._read.projects.built))
        self._read = self._read._replace(projects=self._read.projects._replace(built=built))

    def noting(self) -> Answered:
        """Return what is entered while something is asked of the projects."""
        return self._answered

    @property
    def carried_out(self) -> int:
        """How many statements the last replays took."""
        return sum(kept.course.carried_out for kept in self._kept.values())

    def near(self) -> Examined:
        """Judge what the last edit is near to; what is known of the others holds.

        So does what is known of all, where the edit has only added something.
        """
        for one in self._read.projects.built:
            kept = self._kept.get(id(one.project.catalog))
            if kept is not None:
                kept.remembered.is_near = kept.course.is_near
                if kept.course.only_adds:
                    one.project.answers.update(kept.whole_answers)
        return self._judged()

    def all(self, meanwhile: Callable[[], None] = lambda: None) -> Examined:
        """Judge everything anew. `meanwhile` may raise what ends that."""
        for kept in self._kept.values():
            kept.remembered.is_near = _always
            kept.remembered.meanwhile = meanwhile
            forget_answers(kept.course.replayed.replay.catalog)
        self._answered.forget()
        self._make_anew()
        try:
            examined = self._judged()
        finally:
            for kept in self._kept.values():
                kept.remembered.meanwhile = _nothing
        for project in examined.projects:
            if (known := self._kept.get(id(project.catalog))) is not None:
                known.whole_answers = project.whole_answers
        return examined

    def _judged(self) -> Examined:
        self._read.reader.faults.clear()
        with disk.Kept(CONTENTS_KEPT), disk.Confined(self._read.found.roots), self._answered:
            result = judged(self._read, self._before, self._remembered)
        return Examined(result, tuple(one.project for one in self._read.projects.built))

    def _remembered(self, project: Project) -> Remembered:
        kept = self._kept.get(id(project.catalog))
        return kept.remembered if kept is not None else Remembered()

    def _built(self, one: Built) -> Built:
        kept = self._kept.get(id(one.project.catalog))
        if kept is None:
            return one
        replayed = kept.course.replayed
        return one._replace(
            project=one.project.anew(replayed.broken),
            broken=replayed.broken,
            files=replayed.files,
            statements=replayed.statements,
        )


def _is_of(paths: set[str], shown: str, read: Read) -> bool:
    """Tell whether a file that messages name is one of some migrations."""
    return os.path.normpath(os.path.join(read.found.root, shown)) in paths


def _always(kind: str, subject: object) -> bool:
    return True


def _nothing() -> None:
    return
