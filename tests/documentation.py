"""The parts of the documentation that are made from the program.

`python -m tests.documentation` writes them; tests/test_docs.py tells when one is out of date.
"""

from __future__ import annotations

from collections.abc import Iterator
from inspect import cleandoc
from pathlib import Path

import click

from rlslint.cli.commands import rlslint
from rlslint.config.options import OPTIONS
from rlslint.rules import FAMILIES, Card, card, rule_names
from tests.picture import picture

ROOT = Path(__file__).parent.parent
COMMANDS = """
`lint` is another name for `check`, `explain` for `rule`. `rlslint --version` prints the version.
Options are spelled as ruff spells them. Those that take RULES take names, codes and beginnings of
codes, separated by commas or in several options.
"""
CONFIGURATION = """
rlslint reads `.rlslint.toml`, `rlslint.toml` or `pyproject.toml`, where the options stand in the
table `tool.rlslint`. The file that is nearest to the first path on the command line is in force,
and no other; `extend` builds it on another one. What the command line says wins.
`rlslint check --show-settings` prints the result, `rlslint config` this page, and
`rlslint config --json-schema` a schema for editors.
"""
RULES = """
`rlslint rule NAME` prints a rule's card. A rule is selected by its name, its code, or the beginning
of its code. The effect of a fault is one of these:

- leak: rows are shown or written that should not be
- loss: rows are lost
- deny: rows are refused that should be there
- perf: queries are slow
- hygiene: nothing yet, but the next fault goes unseen
"""


COMING_FROM = """
Rules of other linters and their counterparts here. Each card says what its rule finds and leaves
out: `rlslint rule NAME`. A counterpart asks for the same fault, not always in the same cases.
"""
FROM_PGRLS = """
rlslint reads migrations and application code as well as a database, so most of its findings have
a file and a line. What pgrls finds in a live database, `rlslint audit` does; `pgrls matrix` is
`rlslint access`, `pgrls fix` is `rlslint fix`. A policy without WITH CHECK is no fault here
(SEC006): PostgreSQL uses USING in its place.
"""
FROM_SPLINTER = """
splinter reads a live Supabase database. `rlslint audit` does so too, and `rlslint check` finds
the same in `supabase/migrations` before they are applied. What splinter says of indexes,
extensions and passwords is not about row security, and not asked here.
"""
FROM_SQUAWK = """
squawk finds migrations that lock tables or break running programs, and has no rule about row
security: run both. An ignore comment of one is none of the other: `-- squawk-ignore rule-name`,
`-- rlslint: ignore[rule-name] reason`. rlslint reads the whole history where one file is named,
so the same list of files can be given to both.
"""


def coming_from() -> str:
    """Return docs/coming-from.md: the rules of other linters beside ours."""
    return _page("Coming from another linter", COMING_FROM, _counterparts())


def _counterparts() -> Iterator[str]:
    for name, words in (("pgrls", FROM_PGRLS), ("splinter", FROM_SPLINTER)):
        yield f"## {name}"
        yield words
        yield f"| {name} | rlslint |"
        yield "|---|---|"
        found: dict[str, list[Card]] = {}
        for one in sorted(map(card, rule_names()), key=lambda one: one.code):
            for alias in one.aliases:
                linter, _, theirs = alias.partition(":")
                if linter == name:
                    found.setdefault(theirs, []).append(one)
        for theirs, cards in sorted(found.items()):
            yield f"| {theirs} | {', '.join(map(_link, cards))} |"
        yield ""
    yield "## squawk"
    yield FROM_SQUAWK


def _link(one: Card) -> str:
    return f"[{one.name}](../rules/{one.name}.md)"


def commands() -> str:
    """Return docs/commands.md: every command with its help."""
    return _page("Commands", COMMANDS, _commands())


def configuration() -> str:
    """Return docs/configuration.md: every option."""
    return _page("Configuration", CONFIGURATION, _options())


def rules() -> str:
    """Return docs/rules.md: every rule, with the first sentence of its card."""
    return _page("Rules", RULES, _rules())


GENERATED = {
    "docs/coming-from.md": coming_from,
    "docs/commands.md": commands,
    "docs/configuration.md": configuration,
    "docs/finding.svg": picture,
    "docs/rules.md": rules,
}


def _page(title: str, introduction: str, body: Iterator[str]) -> str:
    return "\n".join((f"# {title}", introduction, *body)).rstrip() + "\n"


def _commands() -> Iterator[str]:
    for name, command in _every_command():
        arguments = [_argument(each) for each in command.params if isinstance(each, click.Argument)]
        yield f"## {' '.join(('rlslint', name, *arguments))}"
        yield ""
        yield from cleandoc(command.help or "").splitlines()
        yield ""
        options = [each for each in command.params if isinstance(each, click.Option)]
        if options:
            yield "| Option | What it does |"
            yield "|---|---|"
            yield from map(_option, options)
            yield ""


def _every_command() -> Iterator[tuple[str, click.Command]]:
    """Yield the commands by name, behind the one of a group those that stand in it."""
    for name, command in sorted(rlslint.commands.items()):
        if not isinstance(command, click.Group):
            yield name, command
            continue
        inside = sorted(command.commands.items(), key=lambda item: not item[1].hidden)
        for inner, one in inside:
            yield name if one.hidden else f"{name} {inner}", one


def _argument(argument: click.Argument) -> str:
    if argument.metavar:
        return argument.metavar.replace("...", "…")
    shown = (argument.name or "").upper()
    if isinstance(argument.type, click.Choice):
        shown = "\\|".join(argument.type.choices)
    elif argument.nargs == -1:
        shown += "…"
    return shown if argument.required else f"[{shown}]"


def _option(option: click.Option) -> str:
    spelled = ", ".join(f"`{name}`" for name in option.opts)
    if isinstance(option.type, click.Choice):
        spelled += f" {', '.join(option.type.choices)}"
    elif not option.is_flag:
        spelled += f" {option.metavar or option.type.name.upper()}".replace("|", " or ")
    return f"| {spelled} | {option.help} |"


def _options() -> Iterator[str]:
    for key, option in OPTIONS.items():
        yield f"## {key}"
        yield ""
        yield option.documentation
        yield ""
        yield f"- Type: {option.kind.name}"
        yield f"- Default: {option.default}"
        yield ""
        yield "```toml"
        yield option.example
        yield "```"
        yield ""


def _rules() -> Iterator[str]:
    for prefix, title in FAMILIES.items():
        yield f"## {title}"
        yield ""
        yield "| Code | Rule | Severity | Effect | What it finds |"
        yield "|---|---|---|---|---|"
        cards = [found for found in map(card, rule_names()) if found.code.startswith(prefix)]
        yield from map(_row, sorted(cards, key=lambda found: found.code))
        yield ""


def _row(found: Card) -> str:
    cells = (
        found.code,
        _link(found),
        found.severity.name,
        found.effect,
        found.summary.replace("|", "\\|"),
    )
    return f"| {' | '.join(cells)} |"


if __name__ == "__main__":
    for path, make in GENERATED.items():
        (ROOT / path).write_text(make(), encoding="utf-8")
