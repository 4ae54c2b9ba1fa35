"""Marks, what is undone to them, and what facts were before."""

import pytest

from rlslint.catalog.facts import Members, UnknownFact
from rlslint.catalog.journal import JOURNAL, Journal, RecordedDict, RecordedSet
from rlslint.catalog.model import Column, Kind, Relation
from rlslint.text import Statement, Text

TEXT = Text("history.sql", b"one two three")
FIRST, SECOND, THIRD = (
    Statement(TEXT, start, end, "AlterTableStmt") for start, end in ((0, 3), (4, 7), (8, 13))
)


def _table() -> Relation:
    table = Relation(1, "public", "docs", Kind.table, "owner", FIRST)
    for number, name in enumerate(("id", "body", "tenant_id"), 1):
        table.add_column(Column(name, number, "int4", False, FIRST))
    return table


def test_nothing_is_recorded_without_a_mark() -> None:
    _table().learn("rls_enabled", True, SECOND)
    assert JOURNAL.records is None


def test_undo_goes_back_to_its_mark_and_no_further() -> None:
    table = _table()
    outer = JOURNAL.mark()
    table.learn("rls_enabled", True, SECOND)
    inner = JOURNAL.mark()
    table.learn("rls_forced", True, THIRD)
    table.forget("owner", THIRD)
    JOURNAL.undo(inner)
    assert (table.rls_enabled, table.rls_forced, table.owner) == (True, False, "owner")
    assert table.because("rls_enabled") is SECOND
    JOURNAL.undo(outer)
    JOURNAL.release(outer)
    assert (table.rls_enabled, table.because("rls_enabled")) == (False, FIRST)


def test_a_released_mark_leaves_its_changes_to_the_one_around_it() -> None:
    table = _table()
    outer = JOURNAL.mark()
    inner = JOURNAL.mark()
    table.learn("rls_enabled", True, SECOND)
    JOURNAL.release(inner)
    JOURNAL.undo(outer)
    JOURNAL.release(outer)
    assert table.rls_enabled is False


def test_columns_and_members_come_back_where_they_stood() -> None:
    table, members = _table(), Members[str, int]("policies")
    members["a"], members["b"], members["c"] = 1, 2, 3
    mark = JOURNAL.mark()
    table.remove_column("body")
    table.rename_column("id", "key", SECOND)
    del members["a"]
    members["a"] = 4
    members.pop("b")
    members.open(SECOND)
    JOURNAL.undo(mark)
    JOURNAL.release(mark)
    assert list(table.columns) == ["id", "body", "tenant_id"]
    assert dict(members.items()) == {"a": 1, "b": 2, "c": 3}
    assert list(members) == ["a", "b", "c"]


def test_sets_and_defaults_are_undone() -> None:
    names, values = RecordedSet(("a",)), RecordedDict[str, int]()
    mark = JOURNAL.mark()
    names.add("b")
    names.add("a")
    names.discard("a")
    values.setdefault("x", 1)
    JOURNAL.undo(mark)
    JOURNAL.release(mark)
    assert (set(names), values) == ({"a"}, {})


def test_what_is_kept_is_not_undone_by_marks_set_before() -> None:
    table = _table()
    mark = JOURNAL.mark()
    table.learn("rls_enabled", True, SECOND)
    JOURNAL.keep()
    table.learn("rls_forced", True, SECOND)
    JOURNAL.undo(mark)
    JOURNAL.release(mark)
    assert (table.rls_enabled, table.rls_forced) == (True, False)


def test_changes_since_a_mark_can_be_read() -> None:
    own = Journal()
    assert own.since(own.mark()) == []


def test_before_is_what_a_fact_was_before_it_last_changed() -> None:
    table = _table()
    assert table.before("rls_forced") is False
    table.learn("rls_forced", True, SECOND)
    assert (table.before("rls_forced"), table.because_before("rls_forced")) == (False, FIRST)
    table.learn("rls_forced", False, THIRD)
    table.learn("rls_forced", False, FIRST)  # What sets it to what it is changes nothing.
    assert (table.before("rls_forced"), table.because_before("rls_forced")) == (True, SECOND)


def test_before_is_unknown_where_what_it_was_is() -> None:
    table = _table()
    table.forget("rls_forced", SECOND)
    table.learn("rls_forced", False, THIRD)
    with pytest.raises(UnknownFact):
        table.before("rls_forced")


def test_before_is_undone_with_the_change() -> None:
    table = _table()
    mark = JOURNAL.mark()
    table.learn("rls_enabled", True, SECOND)
    JOURNAL.undo(mark)
    JOURNAL.release(mark)
    assert table.before("rls_enabled") is False
