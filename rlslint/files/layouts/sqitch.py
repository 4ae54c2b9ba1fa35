"""sqitch: `sqitch.plan` gives the order, `deploy/` the SQL."""

from __future__ import annotations

import os

from rlslint import NamedTuple, Pattern
from rlslint.files import disk
from rlslint.files.contents import Note, Unreadable, read_text
from rlslint.files.discovery import SourceFile
from rlslint.files.layouts import Claim, Folders, history

_CHANGE = Pattern(r"\+?\s*([^\s\[\]#%@+-][^\s\[\]#]*)")
_TAG = Pattern(r"@([^\s\[\]#]+)")


class PlannedChange(NamedTuple):
    """A step of the plan; one that is reworked has the tags between it and its rework."""

    name: str
    tags: tuple[str, ...]
    is_reworked: bool


def claim(folders: Folders, plans: tuple[SourceFile, ...]) -> Claim:
    """Take what lies in `deploy`, `revert` and `verify` beside each plan."""
    histories = []
    left_out: list[SourceFile] = []
    notes: list[Note] = []
    for plan in plans:
        text = read_text(plan.path, plan.shown)
        if isinstance(text, Unreadable):
            notes.append(Note(plan.shown, text.message))
            continue
        deploy = os.path.join(plan.folder, "deploy")
        for folder, files in folders.items():
            undoing = (os.path.join(plan.folder, end) for end in ("revert", "verify"))
            if disk.is_below(folder, undoing):
                left_out += files
        scripts = {
            f"{file.folder}{os.sep}{file.name}": file
            for folder, files in folders.items()
            if disk.is_below(folder, (deploy,))
            for file in files
        }
        ordered = []
        for change in changes(text.data.decode()):
            script = _script(change, deploy, scripts)
            if script is not None:
                ordered.append(script)
            else:
                message = f"{plan.shown} plans {change.name}, but its deploy script is missing."
                notes.append(Note(plan.shown, message))
        if ordered:
            histories.append(history(plan.folder, "sqitch", ordered))
    return Claim(tuple(histories), tuple(left_out), tuple(notes))


def changes(plan: str) -> list[PlannedChange]:
    """Return the steps of a plan in order; a name that comes again is a rework of that change."""
    lines = [line.strip() for line in plan.splitlines()]
    names = [
        found.group(1) if not line.startswith("@") and (found := _CHANGE().match(line)) else ""
        for line in lines
    ]
    last = {name: row for row, name in enumerate(names) if name}
    steps: list[tuple[str, list[str], bool]] = []
    open_steps: dict[str, list[str]] = {}
    for row, (line, name) in enumerate(zip(lines, names, strict=True)):
        if name:
            tags: list[str] = []
            steps.append((name, tags, row != last[name]))
            open_steps[name] = tags
            if row == last[name]:
                del open_steps[name]
        elif tag := _TAG().match(line):
            for tags in open_steps.values():
                tags.append(tag.group(1))
    return [PlannedChange(name, tuple(tags), is_reworked) for name, tags, is_reworked in steps]


def _script(
    change: PlannedChange, deploy: str, scripts: dict[str, SourceFile]
) -> SourceFile | None:
    """Return the script; the one from before a rework has the name of a tag in its own."""
    if not change.is_reworked:
        return scripts.get(os.path.join(deploy, f"{change.name}.sql"))
    for tag in change.tags:
        script = scripts.get(os.path.join(deploy, f"{change.name}@{tag}.sql"))
        if script is not None:
            return script
    return None
