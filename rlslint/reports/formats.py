"""The choice of a format by its name on the command line."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from importlib import import_module

from rlslint.config.options import OUTPUT_FORMATS
from rlslint.reports.results import Result


def render(
    name: str, result: Result, *, card: Callable[[str], str], colour: bool = False
) -> Iterator[str]:
    """Yield the lines of `result` in the format `name`; `card` gives a rule's card by its name."""
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
