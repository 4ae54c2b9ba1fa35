"""Two catalogs side by side: where they agree, where they differ, and what one does not tell."""

from rlslint.drift.comparison.differences import ABSENT, Comparison, Difference, compare
from rlslint.drift.comparison.facts import facts_of
from rlslint.drift.comparison.keys import UNKNOWN, Facts, Key
from rlslint.drift.comparison.possible import with_possible
from rlslint.drift.comparison.subjects import Subject, Subjects, subjects_of
from rlslint.drift.comparison.written import Written, written_statements

__all__ = [
    "ABSENT",
    "UNKNOWN",
    "Comparison",
    "Difference",
    "Facts",
    "Key",
    "Subject",
    "Subjects",
    "Written",
    "compare",
    "facts_of",
    "subjects_of",
    "with_possible",
    "written_statements",
]
