"""A program in many files: which of them are read, how they name each other, what they send."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Callable, Collection, Container, Iterable, Iterator, Mapping, Sequence

from rlslint import NamedTuple, Pattern
from rlslint.code import form
from rlslint.code.adapters import language_of
from rlslint.code.adapters.building import Language, last_word
from rlslint.code.evaluation.built import Scripts
from rlslint.code.evaluation.builtins import Origin
from rlslint.code.evaluation.connections import Connections
from rlslint.code.evaluation.course import Course
from rlslint.code.evaluation.evaluator import Evaluator
from rlslint.code.evaluation.expressions import member
from rlslint.code.evaluation.migrations import (
    calls_in_doubt,
    in_order,
    leads_back,
    migration_site,
    run_by,
    scripts_declared,
    scripts_for,
    sites_run_by,
    ways_down,
    ways_up,
)
from rlslint.code.evaluation.models import Models
from rlslint.code.evaluation.modules import (
    Modules,
    active_libraries,
    begins,
    ending,
    exported,
    folders_shared,
    is_of_library,
    plain,
)
from rlslint.code.evaluation.operations import Operations
from rlslint.code.evaluation.record import Recorder
from rlslint.code.evaluation.starting import StartUp, is_called, started_by
from rlslint.code.evaluation.statements import leave
from rlslint.code.evaluation.strings import FollowedFile, Fragment, Written
from rlslint.code.evaluation.values import (
    Closure,
    Entries,
    FollowedSession,
    Handle,
    Items,
    Object,
    Prepared,
    Value,
)
from rlslint.code.forms import Forms
from rlslint.code.interest import Signs, has_sign, openings, places, tells_of_session
from rlslint.code.libraries import LibraryRole, libraries_of
from rlslint.code.schemas import listing_framework_in
from rlslint.code.sites import CodeFile, Hook, SqlSite
from rlslint.files.layouts.python_order import label_in, moved_in
from rlslint.text import Searched
from rlslint.text.budget import (
    DEEPEST_IMPORT,
    FILES_OF_A_PROGRAM,
    LARGEST_FILE,
    OutOfBudget,
)

_SETTING = rb"""(?m)^%b\s*(?::\s*\w+\s*)?=\s*["']([\w.]+)["']"""
_NOT_TELLING = frozenset(
    {
        "execute", "query", "run", "exec", "apply", "handle", "main", "init", "call",
        "invoke", "process", "update", "create", "delete", "get", "set", "find", "save",
        "start", "stop", "connect", "close", "begin", "commit", "rollback", "transaction",
        "test", "setup", "build", "constructor", "initialize", "index", "default", "load",
        "read", "write", "send", "next", "render", "select", "insert",
    }
)  # fmt: skip


_NO_WORD = bytes(
    c if c > 127 or chr(c).isalnum() or c == ord("_") else ord(" ") for c in range(256)
)
"""What each byte becomes so that a text falls into its words."""


_SNAKE = Pattern(rb"(?<=[a-z0-9])(?=[A-Z])")

_FEW = 10
"""How many words are found quicker one by one than by taking a text to pieces."""


class _Loaded:
    """A file that was parsed, with what it is found to define."""

    def __init__(self, source: FollowedFile, language: Language) -> None:
        self.source = source
        self.language = language
        self.hits: list[int] = []
        self.at_load: Scripts | None = None
        self.evaluator: Evaluator
        self.closures: list[Closure] = []
        self.followed: dict[int, str] = {}
        self.sessions: list[tuple[FollowedSession, bool | None]] = []
        self.skipped: list[tuple[int, int]] = []
        self.doubted: list[tuple[int, int]] = []
        self.is_migration = False
        self.problem = ""
        self.imports: list[form.Import] = []


class Readers(NamedTuple):
    """The `files` that read or write rows of tables with policies, with their content.

    What a connection does that somebody hands them is told where it comes from; so they are
    followed where they have one of their own: of a library that they name (`with_library`), or of
    a file that opens some for others (`lenders`).
    """

    files: Mapping[str, bytes] = {}
    with_library: Container[str] = ()
    lenders: Sequence[str] = ()


class Programs:
    """The files of a project that are written in programming languages, followed together.

    `files` are their paths as they are shown, `scripts` those of SQL that programs may have read,
    `starting` those of programs that may make row security themselves. `read` gives the content of
    one. `signs` stand in files that are worth following; `says` tells
    whether a text stands anywhere in the settings of the project. `failed` is told of a file that
    an exception ended. `forms` are those that others may have asked for.
    """

    def __init__(
        self,
        files: Sequence[str],
        read: Callable[[str], bytes | None],
        signs: Signs,
        says: Callable[[str], bool],
        failed: Callable[[str, Exception], None],
        scripts: Sequence[str] = (),
        forms: Forms | None = None,
        starting: Container[str] = (),
    ) -> None:
        self._files = files
        self._starting = starting
        self._read = read
        self._signs = signs
        self._says_elsewhere = says
        self._failed = failed
        self._loaded: dict[str, _Loaded | None] = {}
        self._forms = forms or Forms()
        self._modules = Modules(files)
        self._scripts: dict[str, list[str]] = {}
        for shown in scripts:
            self._scripts.setdefault(shown.rpartition("/")[2], []).append(shown)
        self._classes: dict[str, list[Object]] = {}
        self._functions: dict[str, list[Closure]] = {}
        self._extensions: dict[str, list[Closure]] = {}
        self._recorder = Recorder()
        self._hooks: dict[tuple[str, int], Hook] = {}
        self._said: dict[str, bool] = {}
        self._imports_above = 0
        self._with_sessions: list[_Loaded] = []
        self._giving: set[str] = set()
        self._declaring: dict[str, Scripts] = {}
        self._models: dict[str, Models] = {}
        self._labels: dict[str, str] = {}
        self._settings: dict[str, str] = {}
        self._modules_told: dict[str, str] | None = None
        self._lending: set[bytes] = set()
        self.notes: list[str] = []
        self.passed: tuple[str, ...] = ()
        self._imports: dict[str, set[str]] = {}

    def followed(
        self, starts: Mapping[str, bytes], readers: Readers | None = None
    ) -> tuple[CodeFile, ...]:
        """Return what files tell that have signs, and those that call into them.

        `starts` are these files with their content, `readers` those that may be worth following;
        what would be too many of them is among `passed`.
        """
        for shown, data in starts.items():
            self._load(shown, data)
        starts = {**starts, **self._load_readers(readers or Readers())}
        self._load_users(self._telling_constants())
        self._follow_all()
        # What such a function does depends on its callers.
        names = {each for place in self._open_functions() for each in _owned(*place)}
        self._load_users(names | self._giving)
        self._follow_all()
        told = self._recorder.finished(self._perhaps_begun(), self._hooked())
        return tuple(
            [
                CodeFile(path, *told.get(path, ((), ())), problem=loaded.problem)
                for path, loaded in self._loaded.items()
                if loaded is not None and not loaded.is_migration
                if path in starts or path in told
            ]
        )

    def run_by_migration(self, shown: str, history: str = "") -> tuple[SqlSite, ...] | None:
        """Return the SQL that a migration runs on its way up, in order.

        None where it cannot be followed to its end. What models those of one `history` leave is
        kept for the next ones, which are asked for in the order in which they run.
        """
        loaded = self._load(shown, self._read(shown))
        if loaded is None or loaded.problem:
            return None
        loaded.is_migration = True
        scripts = scripts_for(loaded.language.name, loaded.source, self._alike)
        try:
            self._run_operations(loaded, scripts, history)
            if scripts.models is None:
                self._run(loaded, ways_up(loaded.closures, loaded.evaluator.module), scripts)
            sites = tuple(sites_run_by(scripts))
        except (OutOfBudget, RecursionError):
            loaded.problem = f"{shown}: this migration takes too many steps to be followed."
            return None
        except Exception as error:
            self._failed(shown, error)
            return None
        loaded.skipped += [(s, e) for source, s, e in scripts.skipped if source is loaded.source]
        back = {each.function.name for each in loaded.closures if leads_back(each.function.name)}
        loaded.skipped += _named_in(loaded.source.data, scripts.followed | back)
        loaded.doubted += calls_in_doubt(scripts, loaded.source)
        return sites

    def run_by_way_back(self, shown: str) -> tuple[SqlSite, ...]:
        """Return the SQL that a migration runs on its way down, as far as it can be followed."""
        loaded = self._load(shown)
        if loaded is None or loaded.problem:
            return ()
        scripts = scripts_for(loaded.language.name, loaded.source, self._alike)
        try:
            self._run(loaded, [c for c in loaded.closures if leads_back(c.function.name)], scripts)
            return tuple(sites_run_by(scripts))
        except (OutOfBudget, RecursionError):
            return ()
        except Exception as error:
            self._failed(shown, error)
            return ()

    def _run(self, loaded: _Loaded, closures: Iterable[Closure], scripts: Scripts) -> None:
        """Follow functions of a file that nothing is known to call."""
        for closure in closures:
            loaded.evaluator.course = Course(loaded.source.path, closure.name, scripts)
            scripts.followed.add(closure.function.name)
            loaded.evaluator.run(closure, (), None, None)

    def run_when_started(self, shown: str) -> StartUp:
        """Return the SQL of a program that makes row security, with what is run before and after.

        That is what the file itself runs, and its functions which nothing else in it calls, each
        only where it makes row security and tells for which tables.
        """
        loaded = self._load(shown)
        if loaded is None or loaded.problem or loaded.at_load is None:
            return StartUp()
        runs = [tuple(sites_run_by(loaded.at_load))]
        position = 0
        followed: set[int] = set()
        try:
            while position < len(loaded.closures):
                closure = loaded.closures[position]
                position += 1
                function = closure.function
                if function.start in followed or not function.name:
                    continue
                functions = (each.function for each in loaded.closures)
                if is_called(function, functions, loaded.source.data):
                    continue
                followed.add(function.start)
                scripts = Scripts(None, is_migration=False)
                self._run(loaded, (closure,), scripts)
                runs.append(tuple(sites_run_by(scripts)))
        except (OutOfBudget, RecursionError):
            return StartUp()
        except Exception as error:
            self._failed(shown, error)
            return StartUp()
        return started_by(runs)

    def imported_by(self, paths: Iterable[str]) -> frozenset[str]:
        """Return the files that others import, and those that these import."""
        found: set[str] = set()
        waiting = list(paths)
        while waiting:
            new = self._imports.get(waiting.pop(), set()) - found
            found |= new
            waiting += new
        return frozenset(found)

    def declared(self, files: Sequence[str]) -> dict[str, tuple[SqlSite, ...]] | None:
        """Return the SQL of the schema that some files declare together, at the last of them.

        None where one of them cannot be followed to its end.
        """
        for shown in files:
            data = self._read(shown)
            if data is not None:
                source, others = FollowedFile(shown, data), self._alike(shown)
                scripts = scripts_declared(language_of(ending(shown)).name, source, others)
                if scripts is not None:
                    self._declaring[shown] = scripts
        found: list[Written] = []
        loaded = [self._load(shown) for shown in files if shown in self._declaring]
        try:
            for each in loaded:
                if each is None or each.problem:
                    return None
                self._bind_again(each)
            for each in loaded:
                if each is not None:
                    self._follow_later(each)
            for shown in files:
                found += run_by(self._declaring[shown]) if shown in self._declaring else ()
        except (OutOfBudget, RecursionError):
            return None
        except Exception as error:
            self._failed(files[-1], error)
            return None
        sites = tuple([migration_site(each) for each in in_order(found)])
        return {**dict.fromkeys(files, ()), files[-1]: sites}

    def _bind_again(self, loaded: _Loaded) -> None:
        """Bind what a file imports, for files may import one another."""
        for node in loaded.imports:
            loaded.evaluator.value(node, loaded.evaluator.module)

    def _follow_later(self, loaded: _Loaded) -> None:
        """Follow the functions that name what other files declare."""
        shown = loaded.source.path
        scripts = self._declaring[shown]
        while scripts.later:
            made, name, closure = scripts.later.pop(0)
            home = self.walker_of(closure.source)
            home.course = Course(shown, closure.name, scripts)
            made.is_open = name != ""
            made.results[name] = home.follow(closure, (made,))
            made.is_open = False

    def said_in_words(self, shown: str) -> tuple[tuple[int, int], ...]:
        """Return the bytes of a file that declares something which are told in its framework."""
        read = [each for scripts in self._declaring.values() for each in scripts.read]
        return tuple([(start, end) for home, start, end in read if home.path == shown])

    def _run_operations(self, loaded: _Loaded, scripts: Scripts, history: str) -> None:
        """Run what a migration lists, if it is one that lists what it does."""
        evaluator, path = loaded.evaluator, loaded.source.path
        name, field = evaluator.framework.operations if evaluator.framework else ("", "")
        migration = evaluator.module.variables.get(name)
        if not isinstance(migration, Object):
            return
        models = self._models.setdefault(history, Models(self._setting, self._label))
        scripts.framework, scripts.models = evaluator.framework, models
        evaluator.course = Course(path, name, scripts)
        data = loaded.source.data
        start = max(0, data.find(field.encode(), data.find(b"class %b" % name.encode())))
        operations = Operations(evaluator, scripts, self._label(path), models)
        place = Origin(loaded.source, start, start + len(field))
        operations.run(member(evaluator, migration, field, 0), place)
        loaded.skipped += _without_effect(loaded)

    def _label(self, shown: str) -> str:
        """Return the name under which the app of a file goes."""
        place = shown.rpartition("/")[0]
        if place not in self._labels:
            folder = place.removesuffix("/migrations").removesuffix("/models")
            apps = f"{folder}/apps.py"
            data = self._read(apps) if apps in self._files else None
            label = self._moved(place) or label_in(data or b"") or folder.rpartition("/")[2]
            self._labels[place] = label
        return self._labels[place]

    def _moved(self, folder: str) -> str:
        """Return the label of the app whose migrations settings put into a folder, or ""."""
        if self._modules_told is None:
            settings = (self._read(shown) or b"" for shown in self._files if "settings" in shown)
            self._modules_told = {m: label for d in settings for m, label in moved_in(d).items()}
        found = [each for each in self._modules_told if f"/{folder}".endswith(f"/{each}")]
        return self._modules_told[found[0]] if found else ""

    def _setting(self, name: str) -> str:
        """Return what a setting of the project is, "" where none or several say so."""
        if name not in self._settings:
            said = re.compile(_SETTING % name.encode())
            python = (shown for shown in self._files if shown.endswith(".py"))
            found = {text for shown in python for text in said.findall(self._read(shown) or b"")}
            self._settings[name] = found.pop().decode() if len(found) == 1 else ""
        return self._settings[name]

    def _alike(self, shown: str) -> Iterator[bytes]:
        """Yield the content of the files that are written in the language of one."""
        for path in self._files:
            data = self._read(path) if ending(path)[:3] == ending(shown)[:3] else None
            if data:
                yield data

    def ways_back(self, shown: str) -> tuple[tuple[int, int], ...]:
        """Return the bytes of a migration that was followed which it runs on its way down only."""
        loaded = self._load(shown)
        return () if loaded is None else (*ways_down(loaded.closures), *loaded.skipped)

    def calls_in_doubt(self, shown: str) -> tuple[tuple[int, int], ...]:
        """Return the bytes of the calls of a migration that may do anything to tables they name."""
        loaded = self._load(shown)
        return () if loaded is None else tuple(loaded.doubted)

    def problem(self, shown: str) -> str:
        """Return a sentence that says what of a file could not be followed, "" for one that was."""
        loaded = self._loaded.get(shown)
        return loaded.problem if loaded is not None else ""

    @property
    def loaded(self) -> list[str]:
        """The files that were read so far, those that others import included."""
        return [loaded.source.path for loaded in self._found()]

    def _follow_all(self) -> None:
        for loaded in self._found():
            if loaded.is_migration:
                continue  # What it runs is no part of what serves requests.
            try:
                self._follow(loaded)
            except Exception as error:
                self._failed(loaded.source.path, error)

    def _found(self) -> list[_Loaded]:
        return [loaded for loaded in self._loaded.values() if loaded is not None]

    # Reading files

    def _load(self, shown: str, data: bytes | None = None) -> _Loaded | None:
        """Parse a file and follow its own statements, once."""
        if shown not in self._loaded:
            if data is None:
                # Files that were asked for come before those that others only import.
                if len(self._loaded) > FILES_OF_A_PROGRAM or self._imports_above >= DEEPEST_IMPORT:
                    return None
                data = self._read(shown)
            self._loaded[shown] = None
            if data and len(data) <= LARGEST_FILE:
                self._imports_above += 1
                try:
                    self._loaded[shown] = self._parsed(shown, data)
                except Exception as error:
                    self._loaded[shown] = None
                    self._failed(shown, error)
                finally:
                    self._imports_above -= 1
        return self._loaded[shown]

    def _parsed(self, shown: str, data: bytes) -> _Loaded:
        language = language_of(ending(shown))
        source = FollowedFile(shown, data)
        loaded = _Loaded(source, language)
        loaded.hits = places(data, self._signs)
        program = self._forms.parsed(shown, data)
        if program.problem:
            loaded.problem = f"{shown}: {program.problem}"
        if program.is_cut:
            loaded.problem = f"{shown}: parts of this file are nested too deeply to be followed."
        known = libraries_of(language.name)
        connections = Connections(
            active_libraries(known, program, data),
            known,
            self._recorder,
            self._says,
            program.is_script,
        )
        if shown in self._starting:
            loaded.at_load = Scripts(None, is_migration=False)
        course = Course(shown, "", self._declaring.get(shown, loaded.at_load))
        framework = listing_framework_in(language.name, data)
        if shown in self._declaring or framework is not None:
            loaded.imports = list(_imports(program.body))
        loaded.evaluator = Evaluator(
            source,
            self,
            connections,
            course,
            braces=language.formats_with_braces,
            enforces_types=language.enforces_types,
            bare_calls=language.bare_calls,
            calls_methods=language.calls_methods,
            shares_folder=language.shares_folder,
            visits_keys=language.visits_keys,
            errors=language.errors,
            framework=framework,
        )
        self._loaded[shown] = loaded
        try:
            loaded.evaluator.value(program.body, loaded.evaluator.module)
        except (OutOfBudget, RecursionError):
            loaded.problem = f"{shown}: this file takes too many steps to be followed."
        loaded.sessions = course.states()
        if loaded.sessions:
            self._with_sessions.append(loaded)
        return loaded

    def _telling_constants(self) -> Iterable[str]:
        """Yield the names of the constants that hold SQL about sessions, with those before them."""
        for loaded in self._found():
            stem = loaded.source.path.rpartition("/")[2].partition(".")[0]
            waiting = [(stem, loaded.evaluator.module)]
            for owner, scope in waiting:
                for name, value in list(scope.variables.items()):
                    path = f"{owner}.{name}"
                    if self._is_telling(value):
                        bare = re.compile(rb"\b%s\b" % re.escape(name.encode()))
                        used = [each.start() for each in bare.finditer(loaded.source.data)]
                        loaded.hits = sorted({*loaded.hits, *used})
                        yield path
                    elif isinstance(value, Object) and value.scope is not scope:
                        known = any(value.scope is each for _, each in waiting)
                        waiting += [] if known else [(value.name, value.scope)]

    def _is_telling(self, value: Value) -> bool:
        """Tell whether a value is SQL about sessions, sent by those who name it."""
        waiting, seen = [value], {id(value)}
        for one in waiting:
            inside: Iterable[Value] = ()
            match one:
                case (Written() as sql) | Handle(prepared=Prepared(sql=sql)):
                    if has_sign(Searched(sql.text.encode()), self._signs):
                        return True
                case Items(values):
                    inside = values
                case Entries(entries):
                    inside = entries.values()
            # A list may hold itself.
            found = [each for each in inside if id(each) not in seen]
            seen.update(map(id, found))
            waiting += found
        return False

    def _load_users(self, names: Iterable[str]) -> None:
        """Load the files in which some names stand, which are of interest wherever they do."""
        wanted: dict[bytes, set[bytes]] = {}
        for word, written in {each for name in names for each in _as_written(name)}:
            wanted.setdefault(word, set()).add(written)
        if not wanted:
            return
        known = set(self._loaded)
        more = 0
        for shown in self._files:
            data = self._read(shown)
            used = _used(wanted, data) if data else ()
            if not data or not used:
                continue
            uses = re.compile(b"|".join(sorted({form for word in used for form in wanted[word]})))
            found = [each.start() for each in uses.finditer(data)]
            if found and shown not in known and len(self._loaded) > FILES_OF_A_PROGRAM:
                more += 1
            elif found and (loaded := self._load(shown, data)) is not None:
                loaded.hits = sorted({*found, *loaded.hits})
        if more:
            files = "1 file that calls" if more == 1 else f"{more} files that call"
            self.notes.append(f"Not followed: {files} functions which set the context.")

    def _load_readers(self, readers: Readers) -> dict[str, bytes]:
        """Load the files that read rows on connections of their own, as many as may be."""
        chosen = {shown for shown in readers.files if shown in readers.with_library}
        if len(chosen) < len(readers.files):
            for shown in readers.lenders[:FILES_OF_A_PROGRAM]:
                loaded = self._load(shown)
                if loaded is not None:
                    data, names = loaded.source.data, b"|".join(map(re.escape, _lent_by(loaded)))
                    uses = re.finditer(rb"\b(?:%b)\b" % names, data) if names else ()
                    loaded.hits = sorted([*openings(data, shown), *(use.start() for use in uses)])
            self._follow_all()
            lent = {name for loaded in self._found() for name in _lent_by(loaded)} | self._lending
            chosen.update(
                shown
                for shown, data in readers.files.items()
                if shown not in chosen and _used(lent, data)
            )
        ordered = sorted(chosen)
        self.passed = tuple(ordered[FILES_OF_A_PROGRAM:])
        found = {shown: readers.files[shown] for shown in ordered[:FILES_OF_A_PROGRAM]}
        for shown, data in found.items():
            self._load(shown, data)
        return found

    def _open_functions(self) -> set[tuple[str, str]]:
        return self._recorder.open_functions(lambda sql: tells_of_session(sql, self._signs))

    def _perhaps_begun(self) -> frozenset[tuple[str, str]]:
        """Return the functions, with their files, that are named where transactions are begun."""
        open_functions = self._open_functions()
        by_name: dict[bytes, set[tuple[str, str]]] = {}
        for path, function in open_functions:
            if not _last(function):
                continue
            by_name.setdefault(_last(function).encode(), set()).add((path, function))
        if not by_name:
            return frozenset()
        uses = re.compile(rb"(?<!\w)(?:" + b"|".join(map(re.escape, by_name)) + rb")(?!\w)")
        found: set[tuple[str, str]] = set()
        for loaded in self._found():
            data = loaded.source.data
            if not begins(loaded.language.name).search(data):
                continue
            for use in uses.finditer(data):
                defined = any(
                    closure.function.start <= use.start() < closure.function.end
                    for closure in loaded.closures
                    if closure.function.name.encode() == use[0]
                )
                told = _tells(use[0].decode())
                here = loaded.source.path
                if not defined:
                    found |= {each for each in by_name[use[0]] if told or each[0] == here}
        return frozenset(found)

    def _hooked(self) -> dict[tuple[str, str], Hook]:
        """Return the functions that pools call, with their files."""
        return {
            (loaded.source.path, loaded.followed[start]): hook
            for (path, start), hook in self._hooks.items()
            if (loaded := self._loaded.get(path)) is not None and start in loaded.followed
        }

    def _says(self, word: str) -> bool:
        """Tell whether a text stands anywhere in the program, or in its settings."""
        if word not in self._said:
            data = word.encode()
            here = any(data in loaded.source.data for loaded in self._found())
            self._said[word] = here or self._says_elsewhere(word) or self._stands_in_a_file(data)
        return self._said[word]

    def _stands_in_a_file(self, word: bytes) -> bool:
        return any(word in (self._read(shown) or b"") for shown in self._files)

    # Following functions

    def _follow(self, loaded: _Loaded) -> None:
        position = 0
        while position < len(loaded.closures):
            closure = loaded.closures[position]
            position += 1
            function = closure.function
            if function.start in loaded.followed or not self._hits(
                loaded, function.start, function.end
            ):
                continue
            number = list(loaded.followed.values()).count(closure.name) + 1
            loaded.followed[function.start] = closure.name
            name = closure.name if number == 1 else f"{closure.name} ({number})"
            self._start(loaded, closure, name)

    def _start(self, loaded: _Loaded, closure: Closure, name: str) -> None:
        course = Course(loaded.source.path, name)
        for each in self._with_sessions:
            course.restore(each.sessions)
            course.sessions += [session for session, _ in each.sessions]
        loaded.evaluator.course = course
        try:
            given = loaded.evaluator.run(closure, (), None, None)
            leave(loaded.evaluator, closure)
            if self._is_telling(given):
                self._giving.add(name.partition(" ")[0])
            if _is_lent(given):
                self._lending.add(closure.function.name.encode())
            # What others are given to call is followed as they may call it.
            while isinstance(given, Closure) and not given.function.name:
                given = loaded.evaluator.follow(given, ())
        except (OutOfBudget, RecursionError):
            path = loaded.source.path
            loaded.problem = f"{path}: {closure.name} takes too many steps to be followed."
        course.finish()

    def _hits(self, loaded: _Loaded, start: int, end: int) -> bool:
        position = bisect_left(loaded.hits, start)
        return position < len(loaded.hits) and loaded.hits[position] < end

    # What evaluators ask

    def walker_of(self, source: FollowedFile) -> Evaluator:
        loaded = self._loaded[source.path]
        assert loaded is not None
        return loaded.evaluator

    def is_of_interest(self, source: FollowedFile, start: int, end: int) -> bool:
        loaded = self._loaded[source.path]
        return loaded is not None and self._hits(loaded, start, end)

    def call_by_pool(self, closure: Closure, hook: Hook) -> None:
        """Keep when a pool calls a function."""
        self._hooks[closure.source.path, closure.function.start] = hook

    def declare(self, closure: Closure) -> None:
        """Keep a function: it is followed by itself, and others may call it by its name."""
        loaded = self._loaded[closure.source.path]
        assert loaded is not None
        loaded.closures.append(closure)
        if form.EXTENSION in closure.function.marks:
            self._extensions.setdefault(closure.function.name, []).append(closure)
        if closure.scope.owner is None:
            self._functions.setdefault(closure.function.name, []).append(closure)

    def declare_class(self, made: Object) -> None:
        """Keep a class, for others to name it."""
        self._classes.setdefault(made.name, []).append(made)

    def named_function(self, name: str) -> Closure | None:
        """Return the only function of a name in the files that were loaded."""
        return _only(self._functions.get(name, []))

    def extension(self, name: str) -> Closure | None:
        """Return the only function of a name that is called as if it were a method."""
        return _only(self._extensions.get(name, []))

    def named_class(self, name: str) -> Object | None:
        """Return the only class of a name; the file that is called like it is loaded."""
        if not name[:1].isupper():
            return None
        if name not in self._classes:
            paths = self._modules.called(name)
            if len(paths) <= 3:
                for path in paths:
                    self._load(path)
        found = self._classes.get(name, [])
        return found[0] if len(found) == 1 else None

    def script(self, path: str, source: FollowedFile) -> Written | None:
        """Return the SQL of a file that a program reads by a path; the nearest one of its name."""
        name = path.replace("\\", "/").rpartition("/")[2]
        near = [
            (folders_shared(source.path, shown), shown) for shown in self._scripts.get(name, ())
        ]
        if not near:
            return None
        _, shown = max(near)
        data = self._read(shown) or b""
        text = data.decode("utf-8", "replace")
        return Written((Fragment(text, FollowedFile(shown, data), 0, len(data)),))

    def implementing(self, name: str) -> Object | None:
        """Return the only class that is based on an interface, in the files that were loaded."""
        found = {
            id(each): each
            for classes in self._classes.values()
            for each in classes
            if name in map(last_word, each.bases)
        }
        return next(iter(found.values())) if len(found) == 1 else None

    def imported_class(self, path: str) -> Object | None:
        """Return a class by the name by which it is imported, wherever in its folder it stands."""
        found = self._classes.get(path.rpartition(".")[2], [])
        if "." not in path or len(found) != 1:
            return None
        parts = [plain(part) for part in path.split(".")]
        around = {plain(part) for part in found[0].source.path.split("/")[:-1]}
        return found[0] if around.intersection(parts[:-1]) else None

    def beside(self, name: str, source: FollowedFile) -> Value | None:
        """Return what another file of the same folder calls by a name."""
        for path in self._modules.beside(source.path):
            loaded = self._load(path)
            found = loaded.evaluator.module.variables.get(name) if loaded is not None else None
            if found is not None:
                return found
        return None

    def imported(self, module: str, member: str, source: FollowedFile) -> Value | None:
        """Return what a module of the project, or a member of one, is."""
        loaded = self._loaded.get(source.path)
        if loaded is not None and is_of_library(module, loaded.language.name):
            return None
        variables: dict[str, Value] = {}
        paths = self._modules.resolved(module, source.path)
        if len(paths) > 1 and member:
            paths = [path for path in paths if self._mentions(path, member)]
        for path in paths:
            loaded = self._load(path)
            if loaded is not None:
                self._imports.setdefault(source.path, set()).add(path)
                variables.update(exported(loaded.evaluator.module))
        if member not in ("", "*", "default") and member not in variables:
            inner = f"{module}{member}" if module.endswith(".") else f"{module}.{member}"
            for path in self._modules.resolved(inner, source.path)[:1]:
                loaded = self._load(path)
                if loaded is not None and _ends_with(path, member):
                    self._imports.setdefault(source.path, set()).add(path)
                    inside = exported(loaded.evaluator.module)
                    named = inside.get(member)
                    # A file that is called like its class stands for that.
                    return named if isinstance(named, Object) else Entries(inside)
        if not variables:
            return None
        if not member:
            called_so = variables.get(module.rpartition(".")[2])
            whole = called_so if isinstance(called_so, Object) else variables.get("default")
            return whole if isinstance(whole, Object | Handle | Closure) else Entries(variables)
        if member in variables:
            return variables[member]
        if member == "default":
            handles = [each for each in variables.values() if isinstance(each, Handle | Object)]
            return handles[0] if len(handles) == 1 else Entries(variables)
        return None

    def _mentions(self, shown: str, member: str) -> bool:
        """Tell whether a file is worth loading for one of its members."""
        known = self._loaded.get(shown)
        data = known.source.data if known is not None else self._read(shown)
        return member != "*" and bool(data) and member.encode() in (data or b"")


def _imports(node: form.Node) -> Iterator[form.Import]:
    """Yield what a file imports, its functions left out."""
    match node:
        case form.Import():
            yield node
        case form.Block(body=body):
            for each in body:
                yield from _imports(each)
        case _:
            return


def _without_effect(loaded: _Loaded) -> Iterator[tuple[int, int]]:
    """Yield what runs nothing by itself: imports, and the names of what is followed."""
    data, module = loaded.source.data, loaded.evaluator.module
    for node in loaded.imports:
        yield node.start, node.end
    known = [
        name for name, value in module.variables.items() if isinstance(value, Closure | Object)
    ]
    yield from _named_in(data, known)


def _named_in(data: bytes, names: Iterable[str]) -> Iterator[tuple[int, int]]:
    """Yield where some names stand in a file."""
    words = b"|".join([re.escape(name.encode()) for name in names if name])
    for found in re.finditer(rb"(?<!\w)(?:%b)(?!\w)" % words, data) if words else ():
        yield found.span()


def _lent_by(loaded: _Loaded) -> list[bytes]:
    """Return the names of the connections, and pools of them, that others find in a file."""
    variables = loaded.evaluator.module.variables.items()
    return [name.encode() for name, value in variables if name and _is_lent(value)]


def _is_lent(value: Value) -> bool:
    """Tell whether a value is a connection, or a pool of them, that others may use."""
    return isinstance(value, Handle) and value.role in (
        LibraryRole.pool,
        LibraryRole.connection,
        LibraryRole.direct,
        LibraryRole.request,
    )


def _tells(name: str) -> bool:
    """Tell whether a name is hardly any other's."""
    return len(name) > 3 and name.lower() not in _NOT_TELLING


def _used(words: Collection[bytes], data: bytes) -> set[bytes]:
    """Return those of some words that stand in a text."""
    if len(words) <= _FEW and not any(word in data for word in words):
        return set()
    return set(words).intersection(_words(data))


def _words(data: bytes) -> list[bytes]:
    """Return the words of a text, all at once: one by one they take as many searches."""
    return data.translate(_NO_WORD).split()


def _owned(path: str, name: str) -> Iterator[str]:
    """Yield a function's name behind those of its class, or of its module and of its package."""
    name = name.partition(" ")[0]
    if "." in name or _tells(name):
        yield name
        return
    for part in path.rpartition(".")[0].split("/")[-2:]:
        yield f"{part}.{name}"


def _as_written(name: str) -> Iterator[tuple[bytes, bytes]]:
    """Yield a word to look for, and how a use of a name is written that may be any other's.

    A name that tells little counts behind the one of its owner only.
    """
    owner, _, last = name.rpartition(".")
    word, before = last.encode(), owner.rpartition(".")[2].encode()
    if _tells(last):
        yield from ((part, rb"\b%s\b" % re.escape(word)) for part in _words(word)[:1])
    elif before:
        for kept_as in {
            before,
            before[:1].lower() + before[1:],
            _SNAKE().sub(rb"_", before).lower(),
        }:
            written = rb"\b_?%s\b\W{1,3}%s\b" % (re.escape(kept_as), re.escape(word))
            yield from ((part, written) for part in _words(kept_as)[:1])
        if len(before) > 3:
            # Under whatever name a file that names its class has one.
            used = rb"(?<!\w)%s\(" % re.escape(word)
            yield from ((part, used) for part in _words(before)[:1])


def _ends_with(path: str, module: str) -> bool:
    """Tell whether a file, or the folder that it stands for, is called like a module."""
    return module in path.rpartition(".")[0].split("/")[-2:]


def _only(found: Sequence[Closure]) -> Closure | None:
    starts = {(each.source.path, each.function.start) for each in found}
    return found[-1] if len(starts) == 1 else None


def _last(name: str) -> str:
    return name.partition(" ")[0].rpartition(".")[2]
