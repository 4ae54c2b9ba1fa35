"""Alembic revisions and Django migrations that continue a history."""

from __future__ import annotations

import os
from collections.abc import Sequence
from datetime import datetime

from rlslint.files import disk
from rlslint.files.continuation import (
    Change,
    Continuation,
    NewFile,
    NotWritten,
    Step,
)
from rlslint.files.continuation.names import next_stem, parts_of, styled, unused
from rlslint.files.layouts import DJANGO, History, Migration
from rlslint.files.layouts.python_order import dependencies_in, label_in, revision_in
from rlslint.text.display import printable


def next_python(
    history: History, changes: Sequence[Change], involved: frozenset[str], now: datetime
) -> Continuation:
    """Return the files that make changes behind the last migration. Raises NotWritten."""
    if history.layout == DJANGO:
        return _of_django(history, changes, involved, now)
    return _of_alembic(history, changes, now)


def _of_alembic(history: History, changes: Sequence[Change], now: datetime) -> Continuation:
    found = [(one, *revision_in(_content(one))) for one in history.migrations]
    known = [(one, name, after) for one, name, after in found if name]
    if len(known) < len(found):
        raise NotWritten(f"The revision of {found[-1][0].shown} cannot be read: write one.")
    followed = {name for _, _, after in known for name in after}
    heads = [(one, name) for one, name, _ in known if name not in followed]
    if len(heads) != 1:
        names = ", ".join(sorted(name for _, name in heads))
        raise NotWritten(
            f"The revisions have {len(heads)} heads ({names}): `alembic merge heads` joins them."
        )
    (last, head) = heads[0]
    stems = [_stem(one) for one in history.migrations]
    files = []
    folder, stem = os.path.dirname(last.path), _stem(last)
    taken = [_slug(name, one) for one, name, _ in known]
    for change in changes:
        slug = unused(styled(change.words, taken), taken)
        taken.append(slug)
        revision, new_stem = _next_revision(head, stem, slug, [*stems], now)
        stems.append(new_stem)
        source = _alembic_source(change, revision, head, now)
        files.append(NewFile(os.path.join(folder, f"{new_stem}.py"), source.encode()))
        head, stem = revision, new_stem
    return Continuation(tuple(files))


def _slug(revision: str, migration: Migration) -> str:
    return _stem(migration).rpartition(revision)[2].strip("_-")


def _next_revision(
    head: str, stem: str, slug: str, stems: list[str], now: datetime
) -> tuple[str, str]:
    """Return a revision and the name of its file, in the forms of those of the head."""
    if head == stem:
        behind = next_stem([*(one for one in stems if parts_of(one) and one != stem), stem],
                           slug.split("_"), now)  # fmt: skip
        found = behind or f"{head}_{slug}"
        return found, found
    revision = _next_name(head, now)
    before, between, after = stem.partition(head)
    if not between:
        behind = next_stem([stem], slug.split("_"), now)
        return revision, behind or f"{revision}_{slug}"
    digits = sum(sign.isdigit() for sign in before)
    if digits in (8, 12, 14):
        time = iter(now.strftime("%Y%m%d%H%M%S"))
        before = "".join(next(time) if sign.isdigit() else sign for sign in before)
    joint = after[:1] if after[:1] in ("_", "-") else "_"
    return revision, f"{before}{revision}{joint}{slug}"


def _next_name(head: str, now: datetime) -> str:
    if head.isdecimal() and len(head) < 8:
        return str(int(head) + 1).zfill(len(head))
    from hashlib import blake2b

    length = len(head) if head.isalnum() and 4 <= len(head) <= 32 else 12
    return blake2b(f"{head} {now.isoformat()}".encode()).hexdigest()[:length]


def _alembic_source(change: Change, revision: str, head: str, now: datetime) -> str:
    title = " ".join(change.words).capitalize()
    shown = printable(head).replace('"', "'").replace("\\", "/")
    return (
        f'"""{title}\n\nRevision ID: {revision}\nRevises: {shown}\n'
        f'Create Date: {now.isoformat(" ", "seconds")}\n\n"""\n\n'
        "from alembic import op\n\n"
        f"revision = {literal(revision)}\ndown_revision = {literal(head)}\n"
        "branch_labels = None\ndepends_on = None\n\n\n"
        f"def upgrade() -> None:\n{_executed(change.repeatable, change.alone)}\n\n"
        f"def downgrade() -> None:\n{_executed(change.back, change.alone)}"
    )


def _executed(steps: Sequence[Step], alone: bool) -> str:
    """Return the body of a function that executes statements."""
    lines: list[str] = []
    indent = "        " if alone else "    "
    for step in steps:
        lines += (f"{indent}# {comment}" for comment in step.comments)
        lines += (f"{indent}op.execute({_bound_nowhere(one.sql)})" for one in step.statements)
    if not any(step.statements for step in steps):
        lines.append("    pass")
    elif alone:
        lines.insert(0, "    with op.get_context().autocommit_block():")
    return "\n".join(lines) + "\n"


def _bound_nowhere(sql: str) -> str:
    """Return a literal; SQLAlchemy takes a colon before a word for a parameter, unless escaped."""
    found = ""
    for at, sign in enumerate(sql):
        before, after = sql[at - 1 : at], sql[at + 1 : at + 2]
        is_parameter = sign == ":" and before != ":" and (after.isalnum() or after == "_")
        found += "\\:" if is_parameter and not (before.isalnum() or before == "_") else sign
    return literal(found)


def literal(text: str) -> str:
    """Return a literal of Python, as one would write it where that can be."""
    if not text.isprintable() and not text.replace("\n", "").isprintable():
        return repr(text)
    if '"' not in text and "\\" not in text and "\n" not in text:
        return f'"{text}"'
    if '"""' in text or text.endswith(('"', "\\")):
        return repr(text)
    return f'{"r" if chr(92) in text else ""}"""{text}"""'


def _of_django(
    history: History, changes: Sequence[Change], involved: frozenset[str], now: datetime
) -> Continuation:
    """Write a migration of the app that has a part in what is mended, behind all that have one."""
    apps: dict[str, list[Migration]] = {}
    for one in history.migrations:
        apps.setdefault(os.path.dirname(one.path), []).append(one)
    concerned = [folder for folder, files in apps.items() if _has_part(files, involved)]
    folders = concerned or [os.path.dirname(history.migrations[-1].path)]
    own = max(folders, key=lambda folder: history.migrations.index(apps[folder][-1]))
    labels = {folder: _label(folder, files) for folder, files in apps.items()}
    dependencies = sorted((labels[folder], _leaf(labels[folder], apps[folder]))
                          for folder in folders)  # fmt: skip
    stems = [_stem(one) for one in apps[own]]
    leaf = _leaf(labels[own], apps[own])
    stems = [*(one for one in stems if parts_of(one) and one != leaf), leaf]
    files = []
    for change in changes:
        stem = next_stem(stems, change.words, now)
        if stem is None:
            raise NotWritten(
                f"The name of {apps[own][-1].shown} has no number that a next one could follow: "
                "`makemigrations --empty` makes one for the statements."
            )
        stems.append(stem)
        source = _django_source(change, dependencies)
        files.append(NewFile(os.path.join(own, f"{stem}.py"), source.encode()))
        dependencies = [(labels[own], stem)]
    return Continuation(tuple(files))


def _has_part(files: Sequence[Migration], involved: frozenset[str]) -> bool:
    return any(one.shown in involved for one in files)


def _label(folder: str, files: Sequence[Migration]) -> str:
    """Return the label of an app: as its migrations call each other, else as Django says."""
    stems = {_stem(one) for one in files}
    for one in files:
        for named in dependencies_in(_content(one)):
            label, _, stem = named.partition(".")
            if stem in stems:
                return label
    app = os.path.dirname(folder)
    try:
        return label_in(disk.read(os.path.join(app, "apps.py"))) or os.path.basename(app)
    except OSError:
        return os.path.basename(app)


def _leaf(label: str, files: Sequence[Migration]) -> str:
    """Return the last migration of an app. Raises NotWritten where it has several."""
    followed = {named for one in files for named in dependencies_in(_content(one))}
    leaves = [stem for one in files if f"{label}.{(stem := _stem(one))}" not in followed]
    if len(leaves) != 1:
        raise NotWritten(
            f"The app {label} has {len(leaves)} last migrations ({', '.join(sorted(leaves))}): "
            "`makemigrations --merge` joins them."
        )
    return leaves[0]


def _django_source(change: Change, dependencies: Sequence[tuple[str, str]]) -> str:
    listed = "".join(
        f"        ({literal(label)}, {literal(stem)}),\n" for label, stem in dependencies
    )
    operations = "".join(_operation(step) for step in change.repeatable)
    alone = "    atomic = False\n\n" if change.alone else ""
    return (
        "from django.db import migrations\n\n\n"
        f"class Migration(migrations.Migration):\n{alone}"
        f"    dependencies = [\n{listed}    ]\n\n    operations = [\n{operations}    ]\n"
    )


def _operation(step: Step) -> str:
    lines = [f"        # {comment}\n" for comment in step.comments]
    for one in step.statements:
        back = literal(one.reverse) if one.reverse else "migrations.RunSQL.noop"
        lines.append(
            "        migrations.RunSQL(\n"
            f"            sql={literal(one.sql)},\n            reverse_sql={back},\n        ),\n"
        )
    return "".join(lines)


def _stem(migration: Migration) -> str:
    return os.path.basename(migration.path).removesuffix(".py")


def _content(migration: Migration) -> str:
    try:
        return disk.read(migration.path).decode("utf-8", "replace")
    except OSError:
        return ""
