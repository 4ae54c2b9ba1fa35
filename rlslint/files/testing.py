"""Which files test a program, and are no part of it.

What a test makes in a database exists to be tried, often to be wrong: the regression suite of an
extension, the bad examples of a linter, tables that a test drops again.
"""

from __future__ import annotations

import os
from collections.abc import Iterable

from rlslint.files.walk import folders_above
from rlslint.text.patterns import Pattern

_FOLDER = Pattern(
    r"_*(?:corpus|e2e|fixtures?|regress(?:ion)?|specs?|tests?"
    r"|tests?[-_]?(?:cases?|data|files?|fixtures?|helpers?|resources?|sql|suites?|support|utils?)"
    r"|(?:.+[-_])?(?:acceptance|functional|integration|regress(?:ion)?|smoke|unit)"
    r"[-_]?(?:specs?|tests?|suites?)|.+[-_](?:regress|testdata))_*"
)
_NAME = Pattern(
    r"(?:.*[._-])?tests?\.sql|test_.*\.py|.*_tests?\.py|tests?\.py|conftest\.py"
    r"|.*[._-](?:test|spec)\.[cm]?[jt]sx?|.*_test\.(?:go|dart|exs?)|.*_(?:spec|test)\.rb"
    r"|.+(?:Tests?|Spec|IT)\.(?:java|kt|scala|groovy|cs|fs|php|swift)"
)

_MIGRATION = Pattern(
    r"(?i:[vur]?\d.*|(?:.+[-_])?(?:migrat\w*|versions?|changelogs?|changesets?|deploy))"
)
"""Names of migrations and of their folders: `0012_add_ab_test.sql` tests nothing."""


class Tests:
    """Tells the files of tests, by their folders, from those of the program.

    `named` are the paths that the user named. Whoever names a file of a test, or something in a
    folder of tests, asks about it: only folders below what is named are taken for such.
    """

    def __init__(self, named: Iterable[str]) -> None:
        self._asked = {folder for path in named for folder in folders_above(path)}
        self._known: dict[str, bool] = {}

    def has(self, full: str) -> bool:
        """Tell whether an absolute path leads to a file of a test."""
        if full in self._asked:
            return False
        folder, name = os.path.split(full)
        if self._is_inside(folder):
            return True
        is_migration = any(map(_MIGRATION().fullmatch, (name, os.path.basename(folder))))
        return not is_migration and _NAME().fullmatch(name) is not None

    def _is_inside(self, folder: str) -> bool:
        if folder not in self._known:
            parent, name = os.path.split(folder)
            self._known[folder] = folder not in self._asked and (
                _FOLDER().fullmatch(name.lower()) is not None
                or (parent != folder and self._is_inside(parent))
            )
        return self._known[folder]
