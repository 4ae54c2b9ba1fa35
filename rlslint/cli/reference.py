"""What rlslint tells of itself: the cards of its rules and the options of its configuration."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from rlslint.cli.streams import ERROR, SUCCESS, print_lines, say, wants_colour
from rlslint.config import Option, did_you_mean, with_hint
from rlslint.config.options import OPTIONS, json_schema
from rlslint.rules import UnknownRuleError

if TYPE_CHECKING:
    from rlslint.rules import Card


def print_rules(name: str | None, every: bool, output_format: str) -> int:
    """Print the cards that a selector names, all cards by family, or a line for each rule."""
    from rlslint.rules import card, resolve, rule_names

    try:
        names = rule_names() if name is None else resolve((name,))
    except UnknownRuleError as error:
        say(str(error))
        return ERROR
    cards = sorted((card(known) for known in names), key=lambda found: found.code)
    if output_format == "json":
        import json

        from rlslint.reports.reading import as_data

        print_lines((json.dumps([as_data(found) for found in cards], indent=2),))
    elif name is None and not every:
        print_lines(f"{found.code}  {found.severity.name:7}  {found.name}" for found in cards)
    else:
        print_lines(_pages(cards, by_family=len(cards) > 1))
    return SUCCESS


def _pages(cards: Sequence[Card], by_family: bool) -> Iterator[str]:
    """Yield cards as prose, as wide as the terminal where that is not too wide to read."""
    from shutil import get_terminal_size

    from rlslint.reports.reading import page, readable
    from rlslint.rules import family

    width = min(get_terminal_size().columns, _WIDEST)
    paint = _paint if wants_colour({"color": "auto", "output_file": None}) else None
    before = ""
    for found in cards:
        title = family(found.code)
        if by_family and title != before:
            rule = "=" * len(title)
            yield from (rule, _paint(title, "heading") if paint else title, rule, "")
            before = title
        yield from page(readable(found.text), width, paint)


def _paint(words: str, part: str) -> str:
    from click import style

    return style(words, fg=_COLOURS.get(part), bold=part in _BOLD)


_COLOURS = {"code": "magenta", "constant": "magenta"}
_BOLD = frozenset(("heading", "keyword"))
_WIDEST = 100


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
