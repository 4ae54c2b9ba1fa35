"""What `access diff` does, once the command line is read."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from rlslint.cli.access import asked_of, complaints, failures, opened, status_of
from rlslint.cli.adoption import standing_in
from rlslint.cli.streams import FINDINGS, Failure, Report, deliver, harmless, joined
from rlslint.files import disk
from rlslint.files.git import GitProblem, commit_of, repository_of, state_at
from rlslint.project.access_changes import compare
from rlslint.project.matrix import Asked, Matrix, matrix_of
from rlslint.project.opening import Opened, Opening, is_connection_string
from rlslint.reports.access_changes import GATES, Compared, as_json, gates_broken, markdown, text
from rlslint.text.sentences import counted, names_in

_WIDEST = 100


def show_changes(base: str, head: str | None, options: Mapping[str, Any]) -> int:
    """Print who gains and who loses between two states, and return the exit status."""
    gates = _gates(options["fail_on"])
    asked = asked_of(options)
    earlier, later = (_opened(side, options) for side in (base, head))
    unreadable = [one for one in (earlier, later) if one.errors and not one.projects]
    if unreadable:
        # What cannot be read is not empty: nobody gained what is on the other side.
        raise Failure("\n".join(message for one in unreadable for message in one.errors))
    wrong = complaints((earlier, later), asked)
    if wrong:
        raise Failure("\n".join(wrong))
    compared = [
        Compared(later_one.name if later_one else name, *sides, compare(*sides))
        for name, later_one, sides in _sides(earlier, later, asked)
    ]
    broken = gates_broken((one.comparison for one in compared), gates)
    lines = _rendered(compared, broken, options["output_format"])
    after = (
        *failures(earlier, options),
        *failures(later, options),
        *_closing(compared, (earlier, later), broken, options),
    )
    status = max(status_of(earlier), status_of(later), FINDINGS if broken else 0)
    return deliver(Report("", joined(lines), harmless(after), status), options["output_file"])


def _gates(values: Iterable[str]) -> tuple[str, ...]:
    from rlslint.config import did_you_mean, with_hint

    gates = tuple(name for value in values for name in names_in(value))
    for name in gates:
        if name not in GATES:
            hint = with_hint(f"--fail-on knows no {name!r}", did_you_mean(name, tuple(GATES)))
            raise Failure(f"{hint}.")
    return gates


def _opened(side: str | None, options: Mapping[str, Any]) -> Opening:
    """Read one side: what lies here, a folder or a file, a database, or a state in Git."""
    if side is None:
        return opened((), options)
    if is_connection_string(side):
        return opened((side,), options)
    root = repository_of(os.curdir)
    if disk.exists(side):
        if root is not None and os.sep not in side and _is_commit(root, side):
            raise Failure(
                f"{side} is a commit of Git and lies here too: ./{side} is what lies here, "
                f"refs/heads/{side} a branch."
            )
        return opened((side,), options)
    if root is None:
        raise Failure(f"{side} is no file and no folder, and here is no Git repository.")
    try:
        with state_at(root, side) as folder, standing_in(folder, root):
            return opened((), options)
    except GitProblem as problem:
        raise Failure(str(problem)) from None


def _is_commit(root: str, name: str) -> bool:
    try:
        return bool(commit_of(root, name))
    except GitProblem:
        return False


def _sides(
    earlier: Opening, later: Opening, asked: Asked
) -> Iterator[tuple[str, Opened | None, tuple[Matrix, Matrix]]]:
    """Yield each project as it was and as it is; what is there once stands beside nothing."""
    before = {one.name: one for one in earlier.projects}
    after = {one.name: one for one in later.projects}
    if len(before) == 1 and len(after) == 1:
        before = dict(zip(after, before.values(), strict=True))
    for name in dict.fromkeys((*after, *before)):
        known = {
            side: matrix_of(opened_one.project, asked)
            for side, opened_one in enumerate((before.get(name), after.get(name)))
            if opened_one is not None
        }
        some = next(iter(known.values()))
        nothing = some._replace(roles=(), tables=())
        yield name, after.get(name), (known.get(0, nothing), known.get(1, nothing))


def _rendered(
    compared: Sequence[Compared], broken: Mapping[str, int], output_format: str
) -> Iterator[str]:
    match output_format:
        case "json":
            return as_json(compared, broken)
        case "markdown":
            return markdown(compared)
        case _:
            from shutil import get_terminal_size

            return text(compared, min(get_terminal_size().columns, _WIDEST))


def _closing(
    compared: Sequence[Compared],
    openings: tuple[Opening, Opening],
    broken: Mapping[str, int],
    options: Mapping[str, Any],
) -> Iterator[str]:
    for gate, number in broken.items():
        yield f"{gate}: {counted(number, 'change')} may not be."
    if options["quiet"]:
        return
    yield from dict.fromkeys(note for opening in openings for note in opening.notes)
    if not compared:
        yield "No migrations and no scripts were found on either side."
        return
    changes = [change for one in compared for change in one.comparison.changes]
    unknown = sum(
        None in (change.change.gained.happened, change.change.lost.happened) for change in changes
    )
    tables = sum(one.comparison.tables for one in compared)
    said = f"{counted(len(changes), 'change')} in {counted(tables, 'table')}"
    yield f"{said}, {unknown or 'none'} of them uncertain." if changes else f"{said}."
    open_answers = sum(one.comparison.unknown for one in compared)
    if open_answers:
        yield f"{counted(open_answers, 'answer')} unknown before and now, and not compared."
    for name, opening in zip(("before", "now"), openings, strict=True):
        unread = sum(len(one.not_checked) for one in opening.projects)
        if unread:
            yield f"Not followed {name}: {counted(unread, 'place')} (rlslint access lists them)."
