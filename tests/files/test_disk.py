"""What a run asked of the file system is kept, and asking again tells whether it changed."""

from __future__ import annotations

import ast
import os
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest

from rlslint.files import disk
from tests.documentation import ROOT

ASKING = {
    "exists", "glob", "is_dir", "is_file", "isdir", "isfile", "iterdir", "lexists", "listdir",
    "lstat", "read_bytes", "readlink", "realpath", "resolve", "rglob", "scandir", "stat",
}  # fmt: skip
"""Methods of a path, and functions of `os` and `os.path`, that ask the file system."""


def asked_for(question: Callable[[], object]) -> dict[tuple[str, str], str]:
    with disk.Questions() as questions, suppress(OSError):
        question()
    assert questions.are_settled
    return questions.answers


def are_answered(answers: dict[tuple[str, str], str]) -> bool:
    return all(disk.has_answer(*asked, answer) for asked, answer in answers.items())


def append(path: Path) -> None:
    with path.open("a") as file:
        file.write("x")


def turned_round(path: Path) -> None:
    times = path.stat()
    path.write_text(path.read_text()[::-1])
    os.utime(path, ns=(times.st_atime_ns, times.st_mtime_ns))


@pytest.mark.parametrize(
    ("question", "change"),
    [
        (lambda at: disk.read(at / "a.sql"), lambda at: append(at / "a.sql")),
        (lambda at: disk.read(at / "a.sql"), lambda at: turned_round(at / "a.sql")),
        (lambda at: disk.read(at / "a.sql"), lambda at: (at / "a.sql").unlink()),
        (lambda at: disk.read(at / "link.sql"), lambda at: append(at / "a.sql")),
        (lambda at: disk.read(at / "new.sql"), lambda at: append(at / "new.sql")),
        (lambda at: disk.beginning(at / "a.sql", 4), lambda at: turned_round(at / "a.sql")),
        (disk.entries, lambda at: append(at / "new.sql")),
        (disk.entries, lambda at: (at / "a.sql").unlink()),
        (disk.entries, lambda at: (at / "a.sql").rename(at / "b.sql")),
        (disk.entries, lambda at: turned(at / "to", at / "other")),
        (lambda at: disk.entries(at / "new"), lambda at: (at / "new").mkdir()),
        (lambda at: disk.exists(at / ".git"), lambda at: (at / ".git").mkdir()),
        (lambda at: disk.is_file(at / "a.sql"), lambda at: (at / "a.sql").unlink()),
        (lambda at: disk.is_folder(at / "to"), lambda at: (at / "folder").rmdir()),
        (lambda at: disk.real(at / "to"), lambda at: turned(at / "to", at / "other")),
    ],
)  # fmt: skip
def test_each_question_notices_its_change(
    tmp_path: Path, question: Callable[[Path], object], change: Callable[[Path], object]
) -> None:
    (tmp_path / "a.sql").write_text("SELECT 1;")
    (tmp_path / "link.sql").symlink_to("a.sql")
    (tmp_path / "folder").mkdir()
    (tmp_path / "other").mkdir()
    (tmp_path / "to").symlink_to("folder")
    answers = asked_for(lambda: question(tmp_path))
    assert len(answers) == 1
    assert are_answered(answers)
    change(tmp_path)
    assert not are_answered(answers)


def turned(link: Path, target: Path) -> None:
    link.unlink()
    link.symlink_to(target)


def test_a_file_that_changes_meanwhile_settles_nothing(tmp_path: Path) -> None:
    file = tmp_path / "a.sql"
    file.write_text("SELECT 1;")
    with disk.Questions() as questions:
        disk.read(file)
        append(file)
        disk.read(file)
    assert not questions.are_settled


def test_a_pipe_is_read_once(tmp_path: Path) -> None:
    reading, writing = os.pipe()
    os.write(writing, b"SELECT 1;")
    os.close(writing)
    with disk.Questions() as questions:
        assert disk.read(f"/dev/fd/{reading}") == b"SELECT 1;"
    assert not questions.are_settled
    os.close(reading)


def test_asking_again_takes_nothing_out_of_a_pipe(tmp_path: Path) -> None:
    reading, writing = os.pipe()
    os.write(writing, b"SELECT 1;")
    os.close(writing)
    (tmp_path / "a.sql").write_text("SELECT 1;")
    ((_, _), answer) = next(iter(asked_for(lambda: disk.read(tmp_path / "a.sql")).items()))
    assert not disk.has_answer(disk.CONTENT, f"/dev/fd/{reading}", answer)
    assert os.read(reading, 100) == b"SELECT 1;"
    os.close(reading)


def test_names_that_are_no_text_are_asked_about(tmp_path: Path) -> None:
    name = os.path.join(os.fsencode(tmp_path), b"caf\xe9.sql")
    with open(name, "wb") as file:
        file.write(b"SELECT 1;")
    answers = asked_for(lambda: [disk.read(entry.path) for entry in disk.entries(tmp_path)])
    assert len(answers) == 2
    assert are_answered(answers)


@pytest.mark.parametrize("folder", ["files", "code", "project"])
def test_nothing_else_asks_about_the_files_of_a_project(folder: str) -> None:
    package = ROOT / "rlslint"
    asking = [
        f"{path.relative_to(package)}:{node.lineno}"
        for path in (package / folder).rglob("*.py")
        if path.name != "disk.py"
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and asks(node.func)
    ]
    assert asking == []


def asks(function: ast.expr) -> bool:
    match function:
        case ast.Name(name):
            return name == "open"
        case ast.Attribute(ast.Name("disk")):
            return False
        case ast.Attribute(ast.Name("os"), "walk") | ast.Attribute(_, "open"):
            return True
        case ast.Attribute(_, "read_text"):
            return True
        case ast.Attribute(_, name):
            # `entry.is_dir()` says what disk.entries() has kept.
            return name in ASKING and not is_of_entry(function)
    return False


def is_of_entry(function: ast.Attribute) -> bool:
    return isinstance(function.value, ast.Name) and function.value.id == "entry"
