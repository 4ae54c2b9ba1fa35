from __future__ import annotations

import pytest
from lsprotocol.types import Position, PositionEncodingKind

from rlslint.cli.language_server.positions import Positions, range_of
from rlslint.text import Piece, Span, Text

SOURCE = "é𝄞x\r\nsecond\rthird\n\x0cfo\u2028urth"


@pytest.mark.parametrize(
    ("encoding", "behind"),
    [
        (PositionEncodingKind.Utf8, 6),
        (PositionEncodingKind.Utf16, 3),
        (PositionEncodingKind.Utf32, 2),
    ],
)
def test_characters_are_counted_in_the_units_of_the_client(
    encoding: PositionEncodingKind, behind: int
) -> None:
    positions = Positions(SOURCE, encoding)
    assert positions.position(2) == Position(0, behind)
    assert positions.character(Position(0, behind)) == 2


@pytest.mark.parametrize("encoding", list(PositionEncodingKind))
def test_every_character_is_found_again(encoding: PositionEncodingKind) -> None:
    positions = Positions(SOURCE, encoding)
    for number, character in enumerate(SOURCE):
        if character not in "\r\n":
            assert positions.character(positions.position(number)) == number


def test_lines_end_where_the_protocol_says() -> None:
    positions = Positions(SOURCE, PositionEncodingKind.Utf16)
    assert positions.position(SOURCE.index("second")).line == 1
    assert positions.position(SOURCE.index("third")).line == 2
    assert positions.position(SOURCE.index("urth")).line == 3


def test_what_lies_beyond_a_line_or_the_file_is_its_end() -> None:
    positions = Positions("ab\ncd", PositionEncodingKind.Utf16)
    assert positions.character(Position(0, 99)) == 2
    assert positions.character(Position(99, 0)) == 5


def test_a_span_of_sql_is_shown_where_its_program_has_it() -> None:
    host = 'x = "é"\rsql("SELECT 1")\n'
    start = host.index("SELECT")
    text = Text("app.py", b"SELECT 1", host=host, pieces=(Piece(0, start, True),))
    found = range_of(Span(text, 7, 8), PositionEncodingKind.Utf16)
    assert (found.start, found.end) == (Position(1, 12), Position(1, 13))
