"""Text as a terminal may show it: no control character acts, and columns stay aligned."""

from __future__ import annotations

import unicodedata

TAB = "    "


def printable(text: str) -> str:
    """Return `text` with every control and formatting character replaced by a visible sign.

    Names and source code come from files that anybody may have written: an escape sequence in
    them must not move the cursor, and a bidirectional override must not reorder a line.
    """
    if text.isascii() and text.isprintable():
        return text
    return "".join(map(cell, text))


def cell(character: str) -> str:
    """Return what is shown for one character."""
    if character == "\t":
        return TAB
    code = ord(character)
    if code < 0x20:
        return chr(0x2400 + code)
    if code == 0x7F:
        return "\u2421"
    if code < 0x7F:
        return character
    if unicodedata.category(character) in ("Cc", "Cf", "Cs", "Zl", "Zp"):
        return f"\\u{{{code:04x}}}"
    return character


def width(shown: str) -> int:
    """Return how many columns of a terminal `shown` takes."""
    if shown.isascii():
        return len(shown)
    return sum(map(_character_width, shown))


def _character_width(character: str) -> int:
    if unicodedata.category(character) in ("Mn", "Me"):
        return 0
    return 2 if unicodedata.east_asian_width(character) in ("W", "F") else 1
