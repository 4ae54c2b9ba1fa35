"""What rlslint tells of itself: the cards of its rules and the options of its configuration."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from rlslint.cli.streams import ERROR, SUCCESS, print_lines, say
from rlslint.config.kinds import Option, did_you_mean, with_hint
from rlslint.config.options import OPTIONS, json_schema
from rlslint.rules.selection import UnknownRuleError


def print_rules(name: str | None, every: bool) -> int:
    """Print the cards that a selector names, all cards, or a line for each rule."""
    from rlslint.rules.cards import card, rule_names
    from rlslint.rules.selection import resolve

    try:
        names = rule_names() if name is None else resolve((name,))
    except UnknownRuleError as error:
        say(str(error))
        return ERROR
    cards = sorted((card(known) for known in names), key=lambda found: found.code)
    if name is None and not every:
        print_lines(f"{found.code}  {found.severity.name:7}  {found.name}" for found in cards)
    else:
        print_lines(found.text for found in cards)
    return SUCCESS


def print_options(key: str | None, schema: bool) -> int:
    """Print the documentation of the configuration, or its JSON schema."""
    import json

    chosen = {known: option for known, option in OPTIONS.items() if key in (None, known)}
    if schema:
        print_lines((json.dumps(json_schema(), indent=2),))
    elif chosen:
        print_lines(_documentation(chosen))
    else:
        say(with_hint(f'There is no option "{key}"', did_you_mean(str(key), tuple(OPTIONS))))
        return ERROR
    return SUCCESS


def _documentation(options: Mapping[str, Option]) -> Iterator[str]:
    for key, option in options.items():
        yield f"{key}: {option.kind.name} (default: {option.default})"
        yield f"    {option.documentation}"
        first, *others = option.example.split("\n")
        yield f"    Example: {first}"
        yield from (f"             {line}" for line in others)
        yield ""
