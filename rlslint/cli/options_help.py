"""How click shows options: in groups, and with the one that was probably meant."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from difflib import SequenceMatcher

import click

from rlslint.cli.arguments import AUDIT, CHECK, FIX, GROUPS

_GROUP_OF = {flag.name: flag.group for flag in (*CHECK, *AUDIT, *FIX)}
_CLOSE = 0.75
_ELSEWHERE = {"--fix-only": "fix", "--fix": "fix", "--server": "server", "--explain": "rule"}
"""What other linters have an option for and rlslint a command."""


class Grouped(click.Command):
    """A command whose options are shown in groups."""

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        shown: dict[str, list[tuple[str, str]]] = {group: [] for group in GROUPS}
        for parameter in self.get_params(ctx):
            record = parameter.get_help_record(ctx)
            if record is not None and isinstance(parameter, click.Option):
                record = _narrow(record, parameter)
                shown[_GROUP_OF.get(parameter.name or "", GROUPS[-1])].append(record)
        for group, records in shown.items():
            if records:
                with formatter.section(group):
                    formatter.write_dl(records)

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        try:
            return super().parse_args(ctx, args)
        except click.NoSuchOption as error:
            known = [name for each in self.get_params(ctx) for name in each.opts]
            word = error.option_name
            likely = next(iter((*meant(word, known), *_commands(word, ctx))), "")
            hint = f" Did you mean '{likely}'?" if likely else ""
            raise click.UsageError(f"No such option '{word}'.{hint}", ctx) from None


def _narrow(record: tuple[str, str], option: click.Option) -> tuple[str, str]:
    """Return the help of an option with what it takes behind it where that is a long list."""
    spelled, help = record
    choices = getattr(option.type, "choices", ())
    if len(choices) <= _FEW:
        return record
    return f"{spelled.partition(' [')[0]} FORMAT", f"{help} One of {', '.join(choices)}."


_FEW = 4


def meant(word: str, known: Iterable[str]) -> list[str]:
    """Return the options that somebody may have meant, the likeliest first."""
    return [name for _, name in sorted(_scored(word, known), reverse=True)]


def _scored(word: str, known: Iterable[str]) -> Iterator[tuple[float, str]]:
    for name in known:
        if not name.startswith("--"):
            continue
        likeness = SequenceMatcher(None, word, name).ratio()
        is_part = name.endswith(f"-{word.strip('-')}") or word.startswith(f"{name}-")
        if likeness >= _CLOSE or is_part:
            yield likeness + is_part, name


def _commands(word: str, ctx: click.Context) -> Iterator[str]:
    group = ctx.parent.command if ctx.parent is not None else None
    name = _ELSEWHERE.get(word, "")
    if isinstance(group, click.Group) and name in group.commands:
        yield f"rlslint {name}"
