"""The quick reading of a command line is click's, or none."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import click
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rlslint.cli.arguments import AUDIT, CHECK, choices_of, paths_or_default, read_check
from rlslint.cli.commands import rlslint

VALUES = ("", "a", "RLS1,RLS2", "-", "--", "--select", "-q", "key=value", "always", "full", "größe")
WORDS = st.one_of(
    st.sampled_from([spelling for flag in CHECK for spelling in flag.spellings]),
    st.sampled_from([f"{flag.spellings[-1]}={value}" for flag in CHECK for value in VALUES]),
    st.sampled_from([*VALUES, "-qe", "-ofound.txt", "-o=x", "--no-such", "-h", "migrations"]),
)


def as_click_reads(words: Sequence[str]) -> tuple[tuple[str, ...], dict[str, Any]]:
    """Return the paths and options of click; raises click.UsageError."""
    command = rlslint.commands["check"]
    context = command.make_context("check", list(words), resilient_parsing=False)
    options = dict(context.params)
    return paths_or_default(options.pop("paths"), options), options


@settings(max_examples=2_000, deadline=None)
@given(st.lists(WORDS, max_size=6))
def test_what_is_read_quickly_is_what_click_reads(words: list[str]) -> None:
    read = read_check(["check", *words])
    if read is not None:
        assert read == as_click_reads(words)


@pytest.mark.parametrize(
    "line",
    [
        "check",
        "lint",
        "check migrations src",
        "check -q --select RLS1,RLS2 --select=rls-not-forced migrations",
        "check --output-format json -o found.txt --no-cache .",
        "check --stdin-filename db/new.sql -",
        "check --config rlslint.toml --config fail-on=error -e --color never -- -strange",
    ],
)
def test_a_plain_command_line_needs_no_click(line: str) -> None:
    name, *words = line.split()
    assert read_check([name, *words]) == as_click_reads(words)


@pytest.mark.parametrize(
    "line",
    [
        "",
        "--help",
        "rule RLS1",
        "audit",
        "check --help",
        "check --selct x",
        "check --select",
        "check -qe",
        "check --color sometimes",
        "check --quiet --verbose",
        "check --stdin-filename x.sql migrations",
        "check --isolated=yes",
    ],
)
def test_what_is_unusual_or_wrong_is_left_to_click(line: str) -> None:
    assert read_check(line.split()) is None


def test_completion_is_left_to_click(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("_RLSLINT_COMPLETE", "bash_complete")
    assert read_check(["check"]) is None


@pytest.mark.parametrize(("name", "flags"), [("check", CHECK), ("audit", AUDIT)])
def test_click_has_the_options_that_are_declared(name: str, flags: Sequence[Any]) -> None:
    options = [each for each in rlslint.commands[name].params if isinstance(each, click.Option)]
    assert [(each.name, tuple(each.opts), each.help) for each in options] == [
        (flag.name, flag.spellings, flag.help) for flag in flags
    ]
    for option, flag in zip(options, flags, strict=True):
        if isinstance(option.type, click.Choice):
            assert tuple(option.type.choices) == choices_of(flag)
