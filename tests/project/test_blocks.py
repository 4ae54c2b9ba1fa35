"""What indentation tells of the order of steps, in the languages of programs."""

from __future__ import annotations

import pytest

from rlslint.project.blocks import always_before, may_lead_to
from rlslint.text import Span, Text


def place(source: str, word: str) -> Span:
    start = source.encode().index(word.encode())
    return Span(Text("app", source.encode()), start, start + len(word))


@pytest.mark.parametrize(
    ("source", "always", "perhaps"),
    [
        ("FIRST\nx()\nLAST\n", True, True),
        ("if (a) {\n  FIRST\n}\nLAST\n", False, True),
        ("if (a) {\n  FIRST\n  return\n}\nLAST\n", False, False),
        ("if (a) {\n  FIRST\n} else {\n  LAST\n}\n", False, False),
        ("try:\n  x\nexcept E:\n  FIRST\nfor a in b:\n  LAST\n", False, True),
        ("FIRST\nif (a) {\n  LAST\n}\n", True, True),
        ("LAST\nFIRST\n", False, False),
    ],
)
def test_blocks_tell_what_has_been_done(source: str, always: bool, perhaps: bool) -> None:
    first, last = place(source, "FIRST"), place(source, "LAST")
    assert always_before(first, last) is always
    assert may_lead_to(first, last) is perhaps
