"""A result in the format of a name, without passwords, keys and tokens: every format gets it so."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from functools import lru_cache
from importlib import import_module

from rlslint import Pattern
from rlslint.config.options import OUTPUT_FORMATS
from rlslint.project import Finding, NotChecked
from rlslint.reports import ReportedFinding, Result, unshown
from rlslint.text import Span, Text
from rlslint.text.display import Screen
from rlslint.text.secrets import MASK, masked

CardText = Callable[[str], str]


def rendered(
    name: str, result: Result, *, card: CardText, screen: Screen | None = None
) -> tuple[list[str], Result]:
    """Return the lines of a result in the format `name`, and the result as they show it.

    A finding that cannot be shown is one of its faults; the others are shown nevertheless.
    """
    try:
        return list(render(name, result, card=card, screen=screen)), result
    except Exception:
        kept, faults = [], list(result.faults)
        for one in result.findings:
            try:
                list(render(name, result._replace(findings=(one,)), card=card, screen=screen))
            except Exception as error:
                faults.append(unshown(one.finding, error))
            else:
                kept.append(one)
        if len(kept) == len(result.findings):
            raise
    shown = result._replace(findings=tuple(kept), faults=tuple(faults))
    return list(render(name, shown, card=card, screen=screen)), shown


def render(
    name: str, result: Result, *, card: CardText, screen: Screen | None = None
) -> Iterator[str]:
    """Yield the lines of `result` in the format `name`; `card` gives a rule's card by its name.

    No format shows a secret: it gets the result without them. What was not checked only JSON lists.
    """
    result = without_secrets(result if name == "json" else result._replace(not_checked=()))
    match name:
        case "full":
            from rlslint.reports import full

            return full.render(result, screen=screen) if screen else full.render(result)
        case "sarif":
            from rlslint.reports import sarif

            return sarif.render(result, card=card)
        case _ if name in OUTPUT_FORMATS:
            module = import_module(f"rlslint.reports.{name.replace('-', '_')}")
            lines: Iterator[str] = module.render(result)
            return lines
        case _:
            raise ValueError(f"no output format is named {name}")


_SHORTEST = 3
_QUOTED = Pattern(rf"(?P<sign>[\"'`])(?P<words>[^\"'`\n]{{{_SHORTEST},}})(?P=sign)")


def without_secrets(result: Result) -> Result:
    """Return `result` with `***` in place of each secret in its words.

    Source code is masked where it is shown, in `text.frames`.
    """
    return result._replace(
        findings=tuple(map(_reported, result.findings)),
        not_checked=tuple(map(_not_checked, result.not_checked)),
        notes=tuple(map(masked, result.notes)),
        errors=tuple(map(masked, result.errors)),
    )


def _reported(reported: ReportedFinding) -> ReportedFinding:
    finding = reported.finding
    spans = [finding.span, *(other.span for other in finding.related)]
    return reported._replace(finding=_finding(finding, _masking(spans)))


def _finding(finding: Finding, hide: Callable[[str], str]) -> Finding:
    return finding._replace(
        object=hide(finding.object),
        message=hide(finding.message),
        label=hide(finding.label),
        help=hide(finding.help),
        related=tuple(other._replace(message=hide(other.message)) for other in finding.related),
    )


def _not_checked(item: NotChecked) -> NotChecked:
    hide = _masking([item.span])
    return item._replace(object=hide(item.object), reason=hide(item.reason))


def _masking(spans: Iterable[Span | None]) -> Callable[[str], str]:
    """Return what masks words about some places, which may quote a secret of their files."""
    texts = dict.fromkeys(span.text for span in spans if span is not None)
    secrets = "\0".join(filter(None, map(_secrets_of, texts)))
    if not secrets:
        return masked

    def without(quoted: re.Match[str]) -> str:
        sign, words = quoted["sign"], quoted["words"]
        return f"{sign}{MASK}{sign}" if words in secrets else quoted[0]

    def hide(words: str) -> str:
        return masked(_QUOTED().sub(without, words))

    return hide


@lru_cache(maxsize=64)
def _secrets_of(text: Text) -> str:
    return "\0".join(
        text.line(row)[first:behind]
        for row, ranges in text.secrets.items()
        for first, behind in ranges
    )
