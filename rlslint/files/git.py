"""What Git knows of a project: its repository, what that held at a commit, what is not committed.

Whoever wrote the repository may not be trusted, so only commands of Git are run that read objects
and nothing else: no hook, no filter, no monitor of files, no pager and no remote has a part in
them, and the index is not asked. What a file held is what Git stores, before any filter.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import IO, TYPE_CHECKING

from rlslint import NamedTuple
from rlslint.files import disk
from rlslint.files.walk import folders_above

if TYPE_CHECKING:
    from subprocess import Popen

ADDED, CHANGED = "added", "changed"

_OPTIONS = (
    "--no-pager", "--no-replace-objects", "--literal-pathspecs",
    "-c", "core.fsmonitor=false", "-c", f"core.hooksPath={os.devnull}",
    "-c", "core.alternateRefsCommand=", "-c", "protocol.allow=never",
    "-c", "safe.bareRepository=explicit",
)  # fmt: skip
_ELSEWHERE = (
    "GIT_DIR", "GIT_WORK_TREE", "GIT_COMMON_DIR", "GIT_INDEX_FILE", "GIT_NAMESPACE", "GIT_PREFIX",
    "GIT_OBJECT_DIRECTORY", "GIT_ALTERNATE_OBJECT_DIRECTORIES", "GIT_SHALLOW_FILE",
    "GIT_DISCOVERY_ACROSS_FILESYSTEM",
)  # fmt: skip
"""Variables that lead Git to something else than the directory in which it is started."""

_REGULAR, _LINK, _SUBMODULE = ("100644", "100755", "100664"), "120000", "160000"
_CHUNK = 1 << 20


class GitProblem(Exception):
    """Git cannot tell what it is asked; the message says why, in a sentence."""


class CommittedFile(NamedTuple):
    """A file that a commit holds: the kind that Git has of it, and the name of its content."""

    mode: str
    content: str

    @property
    def is_file(self) -> bool:
        return self.mode in _REGULAR

    @property
    def is_submodule(self) -> bool:
        return self.mode == _SUBMODULE


def repository_of(path: str | os.PathLike[str]) -> str | None:
    """Return the root of the repository in which a file or directory lies, without links.

    None where there is none. Git itself is not asked.
    """
    return next(
        (f for f in folders_above(disk.real(path)) if disk.exists(os.path.join(f, ".git"))), None
    )


def commit_of(root: str, ref: str) -> str:
    """Return the commit that a name (a branch, a tag, `HEAD~2`) leads to. Raises GitProblem."""
    if not ref.strip():
        raise GitProblem("The name of a commit is empty.")
    if ref.startswith("-") or not ref.isprintable():
        raise GitProblem(f"{ref!r} cannot be the name of a commit.")
    status, output, said = _ran(root, "rev-parse", "--verify", "--quiet", f"{ref}^{{commit}}")
    commit = output.decode("ascii", "replace").strip()
    if status == 0 and commit:
        return commit
    if "dubious ownership" in said:
        raise GitProblem(
            "The repository belongs to another user, so Git reads nothing of it. "
            f"Where you trust it: `git config --global --add safe.directory {root}`."
        )
    if said and "Needed a single revision" not in said:
        raise GitProblem(f"Git cannot tell what {ref} is: {said}.")
    if ref == "HEAD":
        raise GitProblem("The repository has no commit yet.")
    _, shallow, _ = _ran(root, "rev-parse", "--is-shallow-repository")
    if shallow.strip() == b"true":
        name = ref.removeprefix("origin/")
        raise GitProblem(
            f"{ref} is not in this clone, which holds a part of the history only: get it with "
            f"`git fetch --depth=1 origin {name}`, or clone with `fetch-depth: 0`."
        )
    raise GitProblem(f"There is no commit {ref} in this repository: `git fetch` gets what is new.")


def files_at(root: str, commit: str, *paths: str) -> Mapping[str, CommittedFile]:
    """Return what a commit holds by its path from `root`, with `/` throughout: all, or `paths`.

    Raises GitProblem.
    """
    status, output, said = _ran(root, "ls-tree", "-r", "-z", "--full-tree", commit, "--", *paths)
    if status != 0:
        raise GitProblem(f"Git cannot list the files of {commit}: {said}.")
    found = {}
    for line in filter(None, output.split(b"\0")):
        told, _, name = line.partition(b"\t")
        mode, _, content = told.decode("ascii").split()
        found[os.fsdecode(name)] = CommittedFile(mode, content)
    return found


@contextmanager
def state_at(
    root: str, ref: str, is_wanted: Callable[[str], bool] = lambda path: True
) -> Iterator[str]:
    """Put what a commit held into a directory of one's own, which is gone at the end.

    `is_wanted` tells of a path from `root` whether it is needed. Submodules are left out; links are
    as they were, and what reads the directory must not follow them out of it. A `.git` without
    anything in it shows that it is the root of a repository. Raises GitProblem.
    """
    from shutil import rmtree
    from tempfile import mkdtemp

    files = files_at(root, commit_of(root, ref))
    try:
        folder = disk.real(mkdtemp(prefix="rlslint-"))
    except OSError as error:
        raise GitProblem(f"There is no room for the files of {ref}: {error.strerror}.") from None
    try:
        os.mkdir(os.path.join(folder, ".git"))
        try:
            _write(root, folder, {p: e for p, e in files.items() if _is_safe(p) and is_wanted(p)})
        except OSError as error:
            raise GitProblem(f"The files of {ref} cannot be written: {error.strerror}.") from None
        yield folder
    finally:
        rmtree(folder, ignore_errors=True)


def uncommitted(root: str, paths: Iterable[str]) -> Mapping[str, str]:
    """Return which of some files of a repository its last commit does not hold as they are.

    ADDED is a file of which the commit holds none of the name, CHANGED one of which it holds
    another content; where the endings of lines differ alone, that is the same content. Files of a
    submodule, or of another repository, have a root of their own. Raises GitProblem.
    """
    shown = {path: _from_root(root, path) for path in paths}
    try:
        commit = commit_of(root, "HEAD")
    except GitProblem:
        if _ran(root, "rev-parse", "--git-dir")[0] != 0:
            raise
        return dict.fromkeys(shown, ADDED)
    held = files_at(root, commit)
    found = {}
    for path, below in shown.items():
        if below not in held:
            found[path] = ADDED
        elif not _holds(path, held[below]):
            found[path] = CHANGED
    return found


def _from_root(root: str, path: str) -> str:
    folder, name = os.path.split(os.path.abspath(path))
    return os.path.relpath(os.path.join(disk.real(folder), name), root).replace(os.sep, "/")


def _holds(path: str, entry: CommittedFile) -> bool:
    """Tell whether a file has the content that Git stores under a name."""
    from hashlib import new

    folder, name = os.path.split(os.path.abspath(path))
    is_link = disk.real(path) != os.path.join(disk.real(folder), name)
    if is_link or not entry.is_file:
        return False
    try:
        data = disk.read(path)
    except OSError:
        return False
    for content in (data, data.replace(b"\r\n", b"\n")):
        kind = "sha1" if len(entry.content) == 40 else "sha256"
        head = b"blob %d\0" % len(content)
        if new(kind, head + content, usedforsecurity=False).hexdigest() == entry.content:
            return True
    return False


def _is_safe(path: str) -> bool:
    """Tell whether a path leads to a place of its own below a directory, on every system."""
    parts = path.split("/")
    is_odd = any(part in ("", ".", "..") or part.lower().startswith(".git~") for part in parts)
    if is_odd or any(part.lower() == ".git" for part in parts):
        return False
    return sys.platform != "win32" or not any(sign in path for sign in "\\:")


def _write(root: str, folder: str, files: Mapping[str, CommittedFile]) -> None:
    """Write the files of a commit; links come last, so that nothing is written through one."""
    plain = {path: entry for path, entry in files.items() if entry.is_file}
    links = {path: entry for path, entry in files.items() if entry.mode == _LINK}
    for path, chunks in _contents(root, {**plain, **links}):
        place = os.path.join(folder, *path.split("/"))
        os.makedirs(os.path.dirname(place), exist_ok=True)
        if path in plain:
            disk.write_new(place, chunks)
        elif hasattr(os, "symlink"):
            target = b"".join(chunks)
            try:
                os.symlink(os.fsdecode(target), place)
            except (OSError, ValueError):
                continue


def _contents(
    root: str, files: Mapping[str, CommittedFile]
) -> Iterator[tuple[str, Iterator[bytes]]]:
    """Yield what Git stores of each file, in parts that have to be taken before the next file."""
    from subprocess import DEVNULL, PIPE
    from tempfile import TemporaryFile

    with TemporaryFile() as asked:
        asked.writelines(f"{entry.content}\n".encode() for entry in files.values())
        asked.seek(0)
        with _started(root, ("cat-file", "--batch"), asked, PIPE, DEVNULL) as process:
            output = process.stdout
            assert output is not None
            for path in files:
                head = output.readline().split()
                if len(head) != 3:
                    process.kill()
                    raise GitProblem(
                        f"This clone does not hold {path} as it was then, for it holds a part of "
                        "the history only: clone it whole."
                    )
                yield path, _parts(output, int(head[2]))
                output.read(1)


def _parts(output: IO[bytes], size: int) -> Iterator[bytes]:
    while size > 0:
        part = output.read(min(size, _CHUNK))
        if not part:
            raise GitProblem("Git ended before it had said everything.")
        size -= len(part)
        yield part


def _ran(root: str, *arguments: str) -> tuple[int, bytes, str]:
    """Run Git, and return its status, its output and its last words on standard error."""
    from subprocess import DEVNULL, PIPE

    with _started(root, arguments, DEVNULL, PIPE, PIPE) as process:
        output, errors = process.communicate()
    lines = [line for line in errors.decode("utf-8", "replace").splitlines() if line.strip()]
    said = next((line for line in lines if line.startswith(("fatal:", "error:"))), "")
    return process.returncode, output, said.partition(": ")[2].rstrip(".")


def _started(
    root: str, arguments: Iterable[str], given: object, output: int, errors: int
) -> Popen[bytes]:
    from subprocess import Popen

    command = [_program(root), *_OPTIONS, "-C", root, *arguments]
    kept = {name: value for name, value in os.environ.items() if name not in _ELSEWHERE}
    environment = {
        **kept,
        "GIT_CEILING_DIRECTORIES": os.path.dirname(root),
        "GIT_OPTIONAL_LOCKS": "0",
        "GIT_TERMINAL_PROMPT": "0",
        "GIT_NO_LAZY_FETCH": "1",
        "GIT_ALLOW_PROTOCOL": "none",
        "LC_ALL": "C",
    }
    try:
        return Popen(command, stdin=given, stdout=output, stderr=errors, env=environment)  # type: ignore[call-overload,no-any-return]
    except OSError as error:
        raise GitProblem(f"git cannot be run: {error.strerror}.") from None


def _program(root: str) -> str:
    """Return where Git is: in no directory of the repository, nor in one that is not whole."""
    from shutil import which

    folders = os.environ.get("PATH", os.defpath).split(os.pathsep)
    safe = [
        folder
        for folder in folders
        if os.path.isabs(folder) and not disk.is_below(disk.real(folder), (root,))
    ]
    found = which("git", path=os.pathsep.join(safe)) if safe else None
    if found is None or not os.path.isabs(found):
        raise GitProblem("The program git was not found.")
    return found
