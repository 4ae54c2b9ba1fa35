"""LIKE and regular expressions (manual: 9.7), as far as Python reads them alike and in time."""

from __future__ import annotations

import re

_READ_ALIKE = re.compile(
    r"(?:\\[.\\dswDSW()\[\]{}+*?|/$^-]|[^\\()\[\]{}+*?|]"
    r"|\[\^?\]?(?:[^\\\[\]]|\\[dsw.\-])+\]|\((?:\?:)?|\)|\||[+*?]\??(?![+*?])|\{\d+(?:,\d*)?\})*"
)
_REPEATED_GROUP = re.compile(r"\)(?:[+*]|\{)")
_REPETITION = re.compile(r"(?<!\\)[+*{]")
_SHORT = 128
_MOST_REPETITIONS = 3


def searchable(pattern: str, text: str) -> str:
    """Return a regular expression of PostgreSQL's for `re.search` in `text`.

    Raises ValueError where the two would read it differently, or it could take long.
    """
    if not _READ_ALIKE.fullmatch(pattern) or _REPEATED_GROUP.search(pattern):
        raise ValueError("a regular expression that only PostgreSQL follows")
    repetitions = len(_REPETITION.findall(pattern))
    if repetitions > (_MOST_REPETITIONS if len(text) <= _SHORT else 1):
        raise ValueError("a regular expression that may take long")
    # In PostgreSQL the end of a text is not before its last line break.
    return re.sub(r"(?<!\\)\$(?![^\[]*\])", r"\\Z", pattern)


def like_expression(pattern: str) -> str:
    """Return the regular expression of a LIKE pattern; each part is looked for once."""
    pieces = [""]
    for escaped, percent, underscore, plain in re.findall(
        r"\\(.)|(%)|(_)|([^\\%_]+)", pattern, re.DOTALL
    ):
        if percent:
            pieces.append("")
        else:
            pieces[-1] += "." if underscore else re.escape(escaped or plain)
    first, *middle = pieces
    if not middle:
        return rf"\A{first}\Z"
    *middle, last = middle
    between = "".join(f"(?>.*?{piece})" for piece in middle)
    return rf"\A{first}{between}" + (rf".*{last}\Z" if last else "")
