"""The file of a baseline: what is written is read again, whatever names there are."""

from __future__ import annotations

from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from rlslint.config import Severity
from rlslint.config.baseline import Entry, baseline_text, read_baseline

NAMES = st.text(min_size=1, max_size=12)
ENTRIES = st.builds(
    Entry,
    rule=NAMES,
    object=NAMES,
    severity=st.sampled_from(Severity),
    reach=st.frozensets(st.tuples(NAMES, NAMES), max_size=4),
    statements=st.lists(NAMES, max_size=3).map(lambda names: tuple(sorted(names))),
    related=st.frozensets(NAMES, max_size=3),
    reason=st.text(max_size=20),
    expires=st.none() | st.dates(),
    live=st.booleans(),
    file=st.none(),
    number=st.just(0),
    paths=st.just(frozenset()),
)


@given(st.lists(ENTRIES, max_size=4, unique_by=lambda entry: (*entry.key, entry.live)))
def test_what_is_written_is_read_again(entries: list[Entry]) -> None:
    text = baseline_text(entries)
    found = read_baseline(text.encode(), "old.toml").entries
    bare = [entry._replace(file=None, number=0) for entry in found]
    assert set(bare) == set(entries)
    assert baseline_text(found) == text
    assert baseline_text(reversed(found)) == text, "the order is that of rules and objects"


def test_a_day_may_be_written_as_a_string() -> None:
    text = baseline_text([Entry("r", "o", Severity.error, expires=date(2027, 1, 31))])
    assert "\nexpires = 2027-01-31\n" in text
    quoted = text.replace("2027-01-31", '"2027-01-31"')
    (entry,) = read_baseline(quoted.encode(), "old.toml").entries
    assert entry.expires == date(2027, 1, 31)
