"""A replay that is kept, and goes on from the statement at which a migration was changed.

An editor changes the last migration mostly, and of a long one the end. Before each migration, and
before each statement of those that are edited, a checkpoint is set; what stands behind the last one
before a change is undone and replayed anew, and the answers to all questions are asked for again.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from rlslint import NamedTuple
from rlslint.catalog.answers import Answered, forget_answers
from rlslint.catalog.facts import Facts
from rlslint.catalog.journal import ABSENT, JOURNAL, Record, RecordedDict
from rlslint.catalog.model import Policy
from rlslint.catalog.roles import Role, Schema
from rlslint.code.migrations import Reader
from rlslint.config.options import Config
from rlslint.config.platforms import Platform
from rlslint.files.ignores import Ignore
from rlslint.files.layouts import History, Migration
from rlslint.project.replaying import HistoryReplay, Item, Replayed, signs_of_platforms
from rlslint.replay.checkpoints import Checkpoint, go_back, set_checkpoint
from rlslint.sql.statements import BrokenStatement
from rlslint.text import Statement, Text


class CannotGoOn(Exception):
    """Raised where a history has to be replayed from its beginning."""


class _Counts(NamedTuple):
    """How far the scripts of a history have been read, which nothing undoes."""

    files: int
    statements: int
    broken: int
    included: int
    run_by_others: frozenset[str]


class _Place(NamedTuple):
    """A checkpoint in a script, before the item of this number; see Scripts.carry_out."""

    checkpoint: Checkpoint
    counts: _Counts
    number: int
    last: Statement | None
    follows_broken: bool


@dataclass
class _Step:
    """A migration: the places in it to go back to, and its ignore comments.

    Of one that is edited, what was read as well: `items` of some `kinds`; see MigrationReader.
    """

    migration: Migration
    has_forced: bool
    places: list[_Place]
    text: Text | None = None
    signs: tuple[bool, ...] = ()
    kinds: frozenset[str] | None = None
    items: list[Item] = field(default_factory=list)
    ignores: list[Ignore] = field(default_factory=list)

    def last_before(self, end: int) -> tuple[_Place, int]:
        """Return the last place before which all is as it was up to a byte, and where it is.

        Behind a statement that the grammar refuses, where the next begins is a guess. The last one
        of a script has ended where its semicolon stands; else what is added may belong to it.
        """
        refused = (n for n, item in enumerate(self.items) if isinstance(item, BrokenStatement))
        sure = next(refused, len(self.items))
        for place in reversed(self.places[1:]):
            if place.number == len(self.items):
                last = self._end(end)
                if place.number <= sure and last is not None:
                    return place, last
                continue
            item = self.items[place.number]
            if place.number <= sure and item is not None and item.statement.start <= end:
                return place, item.statement.start
        return self.places[0], 0

    def _end(self, end: int) -> int | None:
        """Return where the last statement has ended, None where it may go on behind a byte."""
        if self.text is None or not self.items or (last := self.items[-1]) is None:
            return None
        start = last.statement.end
        behind = self.text.data[start:end]
        return start + behind.index(b";") + 1 if behind.lstrip().startswith(b";") else None


class KeptCourse:
    """The replay of a history that can go on from where a migration was changed.

    `replayed` is what it has led to, `carried_out` how many statements the last replay took.
    `only_adds` tells that the last one has made none of the objects anew that were there, nor
    changed what has to do with all.
    """

    def __init__(
        self, history: History, config: Config, reader: Reader, hosting: Platform | None
    ) -> None:
        JOURNAL.lay_aside()
        self._course = HistoryReplay(history, config, reader, hosting)
        self._course.scripts.watched = self._watched
        self._steps: list[_Step] = []
        self._edited: frozenset[str] = frozenset(reader.edited)
        try:
            for migration in history.migrations:
                self._run(migration, reader)
            self.replayed = self._course.end()
        finally:
            self._journal = JOURNAL.lay_aside()
        self.carried_out = self._course.replay.carried_out
        self.only_adds = False
        self._near: frozenset[int] | None = None

    @property
    def paths(self) -> frozenset[str]:
        """The files of its migrations."""
        return frozenset(step.migration.path for step in self._steps)

    @property
    def ignores(self) -> list[Ignore]:
        """The ignore comments of its migrations."""
        return [one for step in self._steps for one in step.ignores]

    def go_on(self, path: str, reader: Reader, answered: Answered) -> Replayed:
        """Replay from the first statement on that has changed in a migration.

        `answered` has the answers that go. Raises CannotGoOn where all has to be replayed.
        """
        number = next(n for n, step in enumerate(self._steps) if step.migration.path == path)
        places = self._steps[number].places
        if not places or places[0].number or path not in self._edited:
            raise CannotGoOn
        JOURNAL.lay_aside()
        JOURNAL.take_up(self._journal)
        try:
            self._go_on(number, reader, answered)
        finally:
            self._journal = JOURNAL.lay_aside()
        return self.replayed

    def _go_on(self, number: int, reader: Reader, answered: Answered) -> None:
        course, step = self._course, self._steps[number]
        migration, replay = step.migration, self._course.replay
        course.read_with(reader)
        before = len(reader.ignores)
        text = course.migrations.begin(migration)
        if text is None or step.text is None or step.signs != signs_of_platforms(text.data):
            raise CannotGoOn
        now, replay.has_forced = replay.has_forced, step.has_forced
        kinds = course.migrations.kinds_in(text)
        replay.has_forced = now
        place, first = step.places[0], 0
        if kinds is not None and kinds == step.kinds:
            place, first = step.last_before(_alike_up_to(step.text.data, text.data))
        if not JOURNAL.can_go_back(place.checkpoint.mark):
            raise CannotGoOn
        undone = go_back(replay, place.checkpoint)
        answered.forget()
        self._forget_functions()
        self._restore(place.counts)
        started = replay.carried_out
        step.places = [one for one in step.places if one.number <= place.number]
        del self._steps[number + 1 :]
        changes = list(undone)
        since = len(JOURNAL.records or ())
        if place.number and kinds is not None:
            step.ignores, step.text = reader.ignores[before:], text
            behind = list(course.migrations.statements_from(text, first, kinds))
            step.items = items = [*step.items[: place.number], *behind]
            step.places = [one for one in step.places if one.number <= len(items)]
            course.outlive(migration)
            rest = self._watching(step, items, place)
            course.finish(
                migration,
                course.scripts.carry_out(migration, rest, place.last, place.follows_broken),
            )
        else:
            del self._steps[number:]
            self._run(migration, reader)
        for later in course.history.migrations[number + 1 :]:
            self._run(later, reader)
        self.replayed = course.end()
        self.carried_out = replay.carried_out - started
        self._near = self._objects((*changes, *(JOURNAL.records or ())[since:]))
        self.only_adds = self._near is not None and not any(
            held is ABSENT and isinstance(subject, RecordedDict) for _, subject, _, held in undone
        )

    def _run(self, migration: Migration, reader: Reader) -> None:
        replay = self._course.replay
        checkpoint, before = set_checkpoint(replay), len(reader.ignores)
        counts = self._counts()
        places = [_Place(checkpoint, counts, 0, None, False)] if checkpoint is not None else []
        self._steps.append(_Step(migration, replay.has_forced, places))
        self._course.run(migration)
        self._steps[-1].ignores = reader.ignores[before:]

    def _watched(self, items: Iterable[Item]) -> Iterable[Item]:
        """Set checkpoints between the statements of a migration that is edited."""
        step = self._steps[-1]
        if step.migration.path not in self._edited:
            return items
        step.items = list(items)
        step.text = text = self._course.migrations.text
        if text is not None:
            step.signs = signs_of_platforms(text.data)
            step.kinds = self._course.migrations.kinds_in(text)
        return self._watching(step, step.items, None)

    def _watching(self, step: _Step, items: list[Item], since: _Place | None) -> Iterator[Item]:
        last, follows_broken, first = None, False, 0
        if since is not None:
            last, follows_broken, first = since.last, since.follows_broken, since.number
        for number, item in enumerate(items[first:], first):
            if number > first and item is not None:
                checkpoint = set_checkpoint(self._course.replay)
                if checkpoint is not None:
                    counts = self._counts()
                    step.places.append(_Place(checkpoint, counts, number, last, follows_broken))
            yield item
            follows_broken = isinstance(item, BrokenStatement)
            last = last if item is None else item.statement
        if items and items[-1] is not None and len(items) > first:
            checkpoint = set_checkpoint(self._course.replay)
            if checkpoint is not None:
                counts = self._counts()
                place = _Place(checkpoint, counts, len(items), last, follows_broken)
                step.places.append(place)

    def _counts(self) -> _Counts:
        scripts = self._course.scripts
        return _Counts(
            self._course.migrations.files,
            scripts.statements,
            len(scripts.broken),
            scripts.included.left,
            frozenset(scripts.run_by_others),
        )

    def _restore(self, counts: _Counts) -> None:
        scripts = self._course.scripts
        self._course.migrations.files = counts.files
        scripts.statements, scripts.included.left = counts.statements, counts.included
        del scripts.broken[counts.broken :]
        scripts.run_by_others = set(counts.run_by_others)

    def _forget_functions(self) -> None:
        catalog = self._course.replay.catalog
        forget_answers(catalog, *catalog.functions.known())

    def _objects(self, records: Iterable[Record]) -> frozenset[int] | None:
        """Return the objects of which something was changed, and those that need them.

        None where that may be all: roles and schemas have to do with everything.
        """
        catalog = self._course.replay.catalog
        everywhere = {id(one) for one in (catalog.roles, catalog.schemas, catalog)}
        everywhere.add(id(catalog.database_settings))
        everywhere.update(id(schema.grants) for schema in catalog.schemas.values())
        owners: dict[int, Facts] = {}
        for relation in (*catalog.relations.known(), *catalog.unknown_relations.values()):
            for part in ("policies", "indexes", "constraints", "grants", "triggers"):
                if relation.knows(part):
                    owners[id(getattr(relation, part))] = relation
            for column in relation.columns.values() if relation.knows("columns") else ():
                owners[id(column)] = relation
        found: set[int] = set()
        for _, subject, part, held in records:
            if id(subject) in everywhere or isinstance(subject, Role | Schema):
                return None
            for one in (subject, owners.get(id(subject)), held, _value(subject, part)):
                match one:
                    case Policy():
                        found |= {id(one), id(one.relation)}
                    case Facts():
                        found.add(id(owners.get(id(one), one)))
                    case _:
                        continue
        return self._around(frozenset(found))

    def is_near(self, kind: str, subject: object) -> bool:
        """Tell whether what is to be said of a subject may be otherwise than before the change.

        That is so for what was changed, for what needs it, and for what little there is of other
        kinds. What follows in other ways, only judging all anew shows.
        """
        near = self._near
        if near is None or kind not in _MANY:
            return True
        match subject:
            case Policy():
                return id(subject) in near or id(subject.relation) in near
            case Facts():
                return id(subject) in near
            case tuple():
                parts = (one for part in subject for one in (part, *_inner(part)))
                return any(id(one) in near for one in parts)
            case _:
                return False

    def _around(self, changed: frozenset[int]) -> frozenset[int]:
        """Return what was changed with the relations and functions that need it."""
        replay = self._course.replay
        found = set(changed)
        for one in changed:
            for other in replay.readers.get(one, ()):
                found |= {id(other), id(other.relation if isinstance(other, Policy) else other)}
            found.update(map(id, replay.children.get(one, ())))
            found.update(map(id, replay.referencing.get(one, ())))
        return frozenset(found)


_MANY = frozenset(
    ("AlteredPolicy", "AlteredTable", "Family", "Function", "Policy", "QuerySite", "SessionTrace",
     "Table", "View")
)  # fmt: skip
"""The kinds of subject of which a project has many."""


def _inner(part: object) -> tuple[object, ...]:
    return part if isinstance(part, tuple) else ()


def _value(subject: object, part: object) -> object:
    if not isinstance(subject, dict) or part not in dict.keys(subject):
        return None
    return dict.__getitem__(subject, part)


def _alike_up_to(before: bytes, now: bytes) -> int:
    """Return how many bytes two texts have in common at their beginning."""
    least, most = 0, min(len(before), len(now))
    while least < most:
        middle = (least + most + 1) // 2
        if before[least:middle] == now[least:middle]:
            least = middle
        else:
            most = middle - 1
    return least
