"""The choice of a format by its name on the command line."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from importlib import import_module

from rlslint.config.options import OUTPUT_FORMATS
from rlslint.reports.results import Result, unshown
from rlslint.reports.secrecy import without_secrets

CardText = Callable[[str], str]


def rendered(
    name: str, result: Result, *, card: CardText, colour: bool = False
) -> tuple[list[str], Result]:
    """Return the lines of a result in the format `name`, and the result as they show it.

    A finding that cannot be shown is one of its faults; the others are shown nevertheless.
    """
    try:
        return list(render(name, result, card=card, colour=colour)), result
    except Exception:
        kept, faults = [], list(result.faults)
        for one in result.findings:
            try:
                list(render(name, result._replace(findings=(one,)), card=card, colour=colour))
            except Exception as error:
                faults.append(unshown(one.finding, error))
            else:
                kept.append(one)
        if len(kept) == len(result.findings):
            raise
    shown = result._replace(findings=tuple(kept), faults=tuple(faults))
    return list(render(name, shown, card=card, colour=colour)), shown


def render(name: str, result: Result, *, card: CardText, colour: bool = False) -> Iterator[str]:
    """Yield the lines of `result` in the format `name`; `card` gives a rule's card by its name.

    No format shows a secret: it gets the result without them.
    """
    result = without_secrets(result)
    match name:
        case "full":
            from rlslint.reports import full

            return full.render(result, colour=colour)
        case "sarif":
            from rlslint.reports import sarif

            return sarif.render(result, card=card)
        case _ if name in OUTPUT_FORMATS:
            module = import_module(f"rlslint.reports.{name.replace('-', '_')}")
            lines: Iterator[str] = module.render(result)
            return lines
        case _:
            raise ValueError(f"no output format is named {name}")
