from pathlib import Path

import pytest

from rlslint.files.contents import RecodedText, Unreadable, read_text
from rlslint.text import Location, Text


def _read(folder: Path, data: bytes) -> Text | Unreadable:
    path = folder / "x.sql"
    path.write_bytes(data)
    return read_text(path, "x.sql")


def _text(folder: Path, data: bytes) -> Text:
    text = _read(folder, data)
    assert isinstance(text, Text)
    return text


def test_utf8_is_read_as_it_is(tmp_path: Path) -> None:
    text = _text(tmp_path, "-- é\r\nSELECT 1;\r\n".encode())
    assert text.data == "-- é\r\nSELECT 1;\r\n".encode()
    assert text.path == "x.sql"
    assert text.location(text.data.index(b"SELECT")) == Location(2, 1)
    assert text.line(2) == "SELECT 1;"


def test_an_empty_file_is_an_empty_text(tmp_path: Path) -> None:
    assert _text(tmp_path, b"").data == b""


def test_a_byte_order_mark_takes_no_column(tmp_path: Path) -> None:
    text = _text(tmp_path, b"\xef\xbb\xbfSELECT 1;")
    assert text.data == b"SELECT 1;"
    assert text.location(7) == Location(1, 8)


def test_latin1_is_read_with_a_note_and_right_columns(tmp_path: Path) -> None:
    text = _text(tmp_path, b"SELECT 'caf\xe9', x;")
    assert isinstance(text, RecodedText)
    assert text.note.path == "x.sql"
    assert "Latin-1" in text.note.message
    assert text.line(1) == "SELECT 'café', x;"
    assert text.location(text.data.index(b"x;")) == Location(1, 16)


@pytest.mark.parametrize(
    "data",
    [
        b"SELECT 1;\0",
        "SELECT 1;".encode("utf-16"),
        "SELECT 1;".encode("utf-16-le"),
        "SELECT 1;".encode("utf-16-be"),
        b"\xfe\xff\0S",
    ],
    ids=repr,
)
def test_what_postgresql_does_not_read_is_an_error(tmp_path: Path, data: bytes) -> None:
    text = _read(tmp_path, data)
    assert isinstance(text, Unreadable)
    assert text.is_error
    assert text.message.startswith("x.sql ")
    assert text.message.endswith(": it was not checked.")


def test_utf16_of_another_database_is_passed_over(tmp_path: Path) -> None:
    script = "CREATE TABLE [dbo].[Docs] ([id] int IDENTITY(1, 1));\r\nGO\r\n"
    for encoding in ("utf-16", "utf-16-le", "utf-16-be"):
        text = _read(tmp_path, script.encode(encoding))
        assert text == Unreadable(
            "x.sql", "x.sql was passed over: it is SQL Server.", is_error=False
        )


def test_what_cannot_be_read_is_an_error_that_names_it(tmp_path: Path) -> None:
    (tmp_path / "x.sql").mkdir()
    assert read_text(tmp_path / "x.sql", "db/x.sql") == Unreadable(
        "db/x.sql", "db/x.sql cannot be read: Is a directory.", is_error=True
    )
    missing = read_text(tmp_path / "y.sql", "y.sql")
    assert isinstance(missing, Unreadable)
    assert missing.is_error
