"""The documentation says what the program does: commands run, links lead somewhere."""

from __future__ import annotations

import re
import shlex
import shutil
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import NamedTuple

import click
import pytest
import yaml

from rlslint.cli.commands import rlslint
from rlslint.config import Severity
from rlslint.config.baseline import read_baseline
from rlslint.config.files import load_config
from rlslint.config.options import OPTIONS, OUTPUT_FORMATS, Config, field_of
from rlslint.files.discovery import read_in_project
from rlslint.reports.json import finding_as_json, render
from rlslint.rules import FAMILIES, card, rule_names, selection_of
from tests.command_line import rlslint as run_rlslint
from tests.documentation import GENERATED, ROOT
from tests.reports.examples import result, shadowed
from tests.repositories import Repository

PAGES = sorted((*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")))
SET_UP = (
    "python3 -m venv .venv && .venv/bin/pip install -q . "
    "&& .venv/bin/rlslint check fixtures/seeded-settings",
    "python3 -m venv .venv && .venv/bin/pip install -q -c constraints.txt -e '.[test]' "
    "&& .venv/bin/python -m pytest",
)
FENCE = re.compile(r"^```(\w+)\n(.*?)^```$", re.M | re.S)
LINK = re.compile(r"(?<!!)\[[^\]]*\]\(([^)\s]+)\)")
OF_A_JOB = re.compile(r"\$(?:CI|GITHUB)_\w+")
"""A name that only a job of continuous integration knows."""

HEADING = re.compile(r"^#+ (.+)$", re.M)


class Command(NamedTuple):
    """A command that a page shows, and the output that it shows below it."""

    page: str
    line: str
    output: str


def blocks(page: Path, language: str) -> Iterator[str]:
    for name, source in FENCE.findall(page.read_text(encoding="utf-8")):
        if name == language:
            yield source


def commands() -> Iterator[Command]:
    for page in PAGES:
        for block in blocks(page, "console"):
            for part in re.split(r"^\$ ", block, flags=re.M)[1:]:
                line, _, output = part.partition("\n")
                yield Command(page.name, line, output.strip("\n"))
        for block in blocks(page, "yaml"):
            for line in re.findall(r"(?:- run: |- )(rlslint .+)", block):
                yield Command(page.name, line, "")


SHOWN = [command for command in commands() if command.line not in SET_UP]


def test_the_readme_has_the_two_commands_that_set_everything_up() -> None:
    shown = [command.line for command in commands() if command.page == "README.md"]
    assert [line for line in shown if "venv" in line] == list(SET_UP)


@pytest.mark.parametrize("command", SHOWN, ids=lambda command: f"{command.page}: {command.line}")
def test_a_command_runs_and_prints_what_the_page_shows(command: Command, tmp_path: Path) -> None:
    shutil.copytree(ROOT / "fixtures" / "seeded-settings", tmp_path / "fixtures/seeded-settings")
    shutil.copytree(ROOT / "fixtures" / "seeded-settings" / "migrations", tmp_path / "migrations")
    (tmp_path / "db" / "migrations").mkdir(parents=True)
    (tmp_path / "db" / "migrations" / "0042_invoices.sql").write_text("SELECT 1;")
    program, *arguments = shlex.split(OF_A_JOB.sub("main", command.line))
    assert program == "rlslint"
    if "--since" in arguments:
        repository = Repository(tmp_path)
        repository.git("init", "-q", "-b", "main")
        repository.commit()
        repository.git("update-ref", "refs/remotes/origin/main", "HEAD")
    else:
        (tmp_path / ".git").mkdir()
    if "--baseline" in arguments:
        run_rlslint("check", *arguments[1:3], "--write-baseline", cwd=tmp_path)
    run = run_rlslint(*arguments, cwd=tmp_path)
    assert run.returncode in (0, 1), run.stderr
    assert command.output in run.stdout + run.stderr
    if "-o" in arguments:
        assert (tmp_path / arguments[arguments.index("-o") + 1]).stat().st_size


@pytest.mark.parametrize("path", GENERATED)
def test_a_generated_page_is_up_to_date(path: str) -> None:
    assert (ROOT / path).read_text(encoding="utf-8") == GENERATED[path](), (
        "python -m tests.documentation writes it"
    )


def test_every_rule_stands_in_the_index() -> None:
    index = (ROOT / "docs" / "rules.md").read_text(encoding="utf-8")
    for name in rule_names():
        assert card(name).code.startswith(tuple(FAMILIES))
        assert f"[{name}](../rules/{name}.md)" in index


def test_every_command_and_option_has_help() -> None:
    page = (ROOT / "docs" / "commands.md").read_text(encoding="utf-8")
    for name, command in rlslint.commands.items():
        assert command.help
        assert f"## rlslint {name}" in page
        for parameter in command.params:
            if isinstance(parameter, click.Option):
                assert parameter.help
                assert f"`{parameter.opts[-1]}`" in page


@pytest.mark.parametrize("key", OPTIONS)
def test_the_example_of_an_option_is_a_configuration(key: str, tmp_path: Path) -> None:
    (tmp_path / "rlslint.toml").touch()
    (tmp_path / ".git").mkdir()
    (tmp_path / "here").mkdir()
    file = tmp_path / "here" / "rlslint.toml"
    file.write_text(OPTIONS[key].example)
    config = load_config(file, read_in_project)
    name = field_of(key)
    if key != "extend":
        assert getattr(config, name) != getattr(Config(), name)
    assert selection_of(config).names


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_configuration_and_yaml_on_a_page_can_be_read(page: Path, tmp_path: Path) -> None:
    for source in blocks(page, "toml"):
        (tmp_path / "rlslint.toml").write_text(source)
        if "[[finding]]" in source:
            assert read_baseline(source.encode(), "rlslint-baseline.toml").entries
        elif "extend = " not in source:
            selection_of(load_config(tmp_path / "rlslint.toml", read_in_project))
    for source in blocks(page, "yaml"):
        assert yaml.safe_load(source)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_a_link_within_the_repository_leads_somewhere(page: Path) -> None:
    for target in LINK.findall(page.read_text(encoding="utf-8")):
        if target.startswith("http"):
            continue
        path, _, anchor = target.partition("#")
        file = page.parent / path if path else page
        assert file.exists(), target
        if anchor:
            headings = HEADING.findall(file.read_text(encoding="utf-8"))
            assert anchor in {heading.lower().replace(" ", "-") for heading in headings}


def test_the_formats_are_described_with_the_keys_that_they_have() -> None:
    page = (ROOT / "docs" / "output-formats.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| ([a-z-]+) \|", page, re.M)
    assert tuple(rows) == OUTPUT_FORMATS
    described = set(re.findall(r"`(\w+)`", page.partition("## JSON")[2]))
    keys = re.findall(r'^  "(\w+)":', "".join(f"{line}\n" for line in render(result())), re.M)
    assert {*keys, *finding_as_json(shadowed())} <= described
    assert all(severity in page for severity in Severity.__members__)


def test_the_changelog_keeps_to_its_form() -> None:
    lines = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8").splitlines()
    assert lines[0] == "# Changelog"
    releases = [line for line in lines if line.startswith("## ")]
    assert releases[0] == "## [Unreleased]"
    for release in releases[1:]:
        match = re.fullmatch(r"## \[(\d+\.\d+\.\d+)\] - (\d{4}-\d{2}-\d{2})", release)
        assert match, release
        date.fromisoformat(match[2])
    kinds = {line.removeprefix("### ") for line in lines if line.startswith("### ")}
    assert kinds <= {"Added", "Changed", "Deprecated", "Removed", "Fixed", "Security"}
