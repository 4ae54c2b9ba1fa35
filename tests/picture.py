"""A picture of a finding as a terminal shows it, for the README: an SVG with its own colours."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path
from xml.sax.saxutils import escape

from rlslint.config.options import Config
from rlslint.engine import check
from rlslint.reports import full
from rlslint.reports.formats import without_secrets
from rlslint.text.display import Screen

ROOT = Path(__file__).parent.parent
COLUMNS = 92
COMMAND = "rlslint check --select policy-column-shadowed"
_PROJECT = "fixtures/seeded-settings"
_RULE = "policy-column-shadowed"
_SEQUENCE = re.compile(r"\x1b\[([\d;]*)m")
_COLOURS = {"31": "#ff7b72", "33": "#e3b341", "34": "#79c0ff", "35": "#d2a8ff", "36": "#76e3ea"}
_WIDTH, _HEIGHT, _MARGIN, _BAR = 8.43, 20, 18, 34


def picture() -> str:
    """Return docs/finding.svg: the finding that the README shows."""
    lines = [f"\x1b[36m$\x1b[0m {COMMAND}", *_finding()]
    width = round(COLUMNS * _WIDTH + 2 * _MARGIN)
    height = len(lines) * _HEIGHT + _BAR + _MARGIN
    return "\n".join((*_head(width, height), *_lines(lines), "</g>", "</svg>", ""))


def _finding() -> Iterator[str]:
    here = Path.cwd()
    os.chdir(ROOT / _PROJECT)
    try:
        result = without_secrets(check(["."], Config(select=(_RULE,))))
        yield from list(full.render(result, screen=Screen(colour=True, columns=COLUMNS)))[:-1]
    finally:
        os.chdir(here)


def _head(width: int, height: int) -> Iterator[str]:
    yield (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" '
        f'width="{width}" height="{height}" role="img" '
        'aria-label="A finding of rlslint in a terminal">'
    )
    yield f'<rect width="{width}" height="{height}" rx="10" fill="#161b22"/>'
    for number, colour in enumerate(("#ff5f57", "#febc2e", "#28c840")):
        yield f'<circle cx="{_MARGIN + 6 + 20 * number}" cy="18" r="6" fill="{colour}"/>'
    yield (
        '<g font-family="ui-monospace,SFMono-Regular,Menlo,Consolas,DejaVu Sans Mono,monospace" '
        'font-size="14" fill="#e6edf3">'
    )


def _lines(lines: list[str]) -> Iterator[str]:
    for number, line in enumerate(lines):
        y = _BAR + _MARGIN + number * _HEIGHT
        column = 0
        for words, style in _parts(line):
            shown = words.strip()
            x = round(_MARGIN + (column + len(words) - len(words.lstrip())) * _WIDTH, 2)
            length = round(len(shown) * _WIDTH, 2)
            column += len(words)
            if shown:
                yield (
                    f'<text x="{x}" y="{y}" textLength="{length}" lengthAdjust="spacingAndGlyphs"'
                    f'{style} xml:space="preserve">{escape(shown)}</text>'
                )


def _parts(line: str) -> Iterator[tuple[str, str]]:
    """Yield the parts of a line with how each is drawn."""
    codes: list[str] = []
    for number, part in enumerate(_SEQUENCE.split(line)):
        if number % 2:
            codes = [] if part in ("", "0") else [*codes, *part.split(";")]
        elif part:
            colour = next((_COLOURS[code] for code in codes if code in _COLOURS), "")
            bold = ' font-weight="bold"' if "1" in codes else ""
            yield part, bold + _fill(colour)


def _fill(colour: str) -> str:
    return f' fill="{colour}"' if colour else ""
