"""How files of a program name each other, and which libraries one uses."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from functools import cache
from itertools import takewhile

from rlslint import Pattern
from rlslint.code import form
from rlslint.code.adapters import language_of, suffixes_beside
from rlslint.code.adapters.building import FileForm, last_word
from rlslint.code.evaluation.values import Entries, Namespace, Unknown, Value
from rlslint.code.libraries import Library, LibraryRole, Step, libraries_of
from rlslint.text.budget import FILES_BESIDE

_PARTS = Pattern(r"[/.:\\]+")
_NOT_A_LETTER = Pattern(r"[^a-z0-9]+")
_BOUNDARY = r"(?:^|[/.:\\@\"'_-]){}(?:$|[/.:\\\"'_-])"
_WRAPPERS = rb"\w*(?:[Tt]ransact|[Uu]nit_?[Oo]f_?[Ww]ork|InTx|WithTx|RunTx|ExecTx|in_tx|with_tx)\w*"
"""How programs call what begins a transaction for others."""


class Modules:
    """The files of a program by their names, for the names by which others import them."""

    def __init__(self, files: Iterable[str]) -> None:
        self._by_stem: dict[str, list[str]] = {}
        self._by_folder: dict[str, list[str]] = {}
        self._resolved: dict[tuple[str, str], list[str]] = {}
        self._standing: dict[str, list[str]] = {}
        for shown in files:
            folder, _, name = shown.rpartition("/")
            stems = {plain(name.partition(".")[0]), plain(name.rpartition(".")[0])}
            for stem in stems:
                self._by_stem.setdefault(stem, []).append(shown)
            self._by_folder.setdefault(folder.rpartition("/")[2].lower(), []).append(shown)

    def called(self, name: str) -> list[str]:
        """Return the files that are called like a class."""
        return self._by_stem.get(plain(name), [])

    def beside(self, here: str) -> list[str]:
        """Return the other files of a file's folder and language, none where there are many."""
        folder = here.rpartition("/")[0]
        found = [
            path
            for path in self._by_folder.get(folder.rpartition("/")[2].lower(), ())
            if path.rpartition("/")[0] == folder and path != here and ending(path) == ending(here)
        ]
        return found if len(found) <= FILES_BESIDE else []

    def resolved(self, module: str, here: str) -> list[str]:
        """Return the files that a module's name stands for in a file: one, or all of a folder.

        Of the dots that a name begins with, the first stands for the folder of the file, each
        further one for the one above.
        """
        known = self._resolved.get((module, here))
        if known is None:
            known = self._resolved[module, here] = self._found(module, here)
        return known

    def _found(self, module: str, here: str) -> list[str]:
        if module.startswith(".") and "/" not in module:
            return self._relative(module, here)
        suffixes = suffixes_beside(ending(here))
        parts = [part for part in _PARTS().split(module.strip("./@~")) if part]
        parts = [part for part in parts if part not in ("crate", "super", "self", "src", "js")]
        if not parts:
            is_root = module.strip(":").rpartition("::")[2] == "crate"
            return self._roots(here) if is_root else []
        best: list[str] = []
        most = 0
        last = plain(parts[-1])
        candidates = [*self._by_stem.get(last, ()), *self._inside(parts[-1])]
        for path in dict.fromkeys(candidates):
            if path == here or ending(path) not in suffixes:
                continue
            agreed = _agreement(path, parts)
            if agreed > most:
                best, most = [path], agreed
            elif agreed == most:
                best.append(path)
        if len(best) > 1:
            near = max(folders_shared(here, path) for path in best)
            best = [path for path in best if folders_shared(here, path) == near]
        in_a_folder = {path.rpartition("/")[0] for path in best}
        return best if len(in_a_folder) == 1 and len(best) <= 40 and most else []

    def _relative(self, module: str, here: str) -> list[str]:
        name = module.lstrip(".")
        folders = here.split("/")[: -(len(module) - len(name))]
        path = "/".join((*folders, *(part for part in name.split(".") if part)))
        suffixes = suffixes_beside(ending(here))
        candidates = self._by_stem.get(plain(path.rpartition("/")[2]), [])
        inside = self._by_folder.get(path.rpartition("/")[2].lower(), [])
        found = [each for each in candidates if each.rpartition(".")[0] == path]
        found += [each for each in inside if each.rpartition("/")[0] == path and _is_own(each)]
        return [each for each in found if each != here and ending(each) in suffixes][:1]

    def _roots(self, here: str) -> list[str]:
        """Return the file in which a crate begins that a file is part of."""
        found = [path for stem in ("lib", "main") for path in self._by_stem.get(stem, ())]
        near = [path for path in found if here.startswith(path.rpartition("/")[0] + "/")]
        return near[:1]

    def _inside(self, folder: str) -> list[str]:
        """Return the files of a folder that stand for it, or all where all do."""
        known = self._standing.get(folder)
        if known is None:
            paths = self._by_folder.get(folder.lower(), [])
            own = [path for path in paths if _is_own(path)]
            known = own or [p for p in paths if language_of(ending(p)).imports_folders]
            self._standing[folder] = known
        return known


def is_of_library(module: str, language: str) -> bool:
    """Tell whether a module is a library's, whatever files of the project are called."""
    for library in libraries_of(language):
        for name in library.imports:
            if module == name or (module.startswith(name) and module[len(name)] in "/.:"):
                return True
    return False


def ending(path: str) -> str:
    """Return the ending of a file's name, with its dot."""
    return "." + path.rpartition(".")[2].lower()


def folders_shared(path: str, other: str) -> int:
    """Return how many folders two paths begin with in common."""
    pairs = zip(path.split("/")[:-1], other.split("/")[:-1], strict=False)
    return sum([1 for _ in takewhile(lambda pair: pair[0] == pair[1], pairs)])


@cache
def plain(name: str) -> str:
    """Return a name as it is compared: small letters and digits."""
    return _NOT_A_LETTER().sub("", name.lower())


def _is_own(path: str) -> bool:
    """Tell whether a file stands for its folder."""
    return _stem(path) in ("index", "__init__", "mod", "main")


def _stem(path: str) -> str:
    return path.rpartition("/")[2].partition(".")[0].lower()


def _agreement(path: str, parts: Sequence[str]) -> int:
    """Return how many of the last parts of a module's name a path ends with."""
    stems = [plain(part) for part in path.rpartition(".")[0].split("/")]
    if stems and stems[-1] in ("index", "init", "mod") and plain(parts[-1]) != stems[-1]:
        stems.pop()
    wanted = [plain(part) for part in parts]
    for ending in (stems, stems[:-1]):
        count = 0
        while count < min(len(ending), len(wanted)) and ending[-1 - count] == wanted[-1 - count]:
            count += 1
        if count:
            return count
    return 0


def exported(module: Namespace) -> dict[str, Value]:
    """Return what a file gives to those that import it."""
    found = dict(module.variables)
    for name in ("module", "exports"):
        value = found.get(name)
        if isinstance(value, Unknown):
            members = value.members
            inner = members.get("exports") if name == "module" else Entries(members)
            match inner:
                case Entries(values):
                    found.update(values)
                case Unknown(members=more):
                    found.update(more)
                case None:
                    continue
                case _:
                    found["default"] = inner
    return found


@cache
def begins(language: str) -> re.Pattern[bytes]:
    """Return what stands in a program that begins transactions."""
    words = {b"BEGIN", b"Transactional", b"atomic"}
    for library in libraries_of(language):
        starting = (Step.begin, Step.transaction)
        words |= {name.encode() for name, step in library.steps.items() if step in starting}
        opens = (LibraryRole.transaction, LibraryRole.block)
        words |= {last_word(name).encode() for name, role in library.opens.items() if role in opens}
    known = b"|".join(map(re.escape, sorted(words)))
    return re.compile(rb"(?<!\w)(?:" + known + rb"|" + _WRAPPERS + rb")(?!\w)")


def active_libraries(
    known: Sequence[Library], program: FileForm, data: bytes
) -> tuple[Library, ...]:
    """Return the libraries that a file imports, and those that need no import."""
    modules = [*_modules(program.body), *(program.modules or ())]
    text = "\n".join(modules)
    # Where all imports are known, a word that stands anywhere else says nothing.
    elsewhere = data if program.modules is None else b""
    return tuple(
        [
            library
            for library in known
            if not library.stands_for_others
            and (
                not library.imports
                or any(_names(text, elsewhere, part) for part in library.imports)
            )
        ]
    )


def _names(modules: str, data: bytes, part: str) -> bool:
    found = re.search(_BOUNDARY.format(re.escape(part)), modules, re.MULTILINE)
    quoted = any(b"%c%b%c" % (mark, part.encode(), mark) in data for mark in b"\"'")
    return found is not None or quoted or (len(part) > 4 and part.encode() in data)


def _modules(body: form.Node) -> Iterable[str]:
    """Yield the modules that a file imports, the bodies of its functions left out."""
    waiting: list[object] = [body]
    while waiting:
        match waiting.pop():
            case form.Import(module=module, member=member):
                yield module
                yield f"{module}.{member}"
            case tuple() as parts:
                waiting += parts
            case _:
                continue
