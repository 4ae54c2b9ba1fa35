"""The one budget: how much a run may do to find something out, whatever it does.

What would take more is not worked out: it is unknown, and counted as not checked. What PostgreSQL
allows and what a message has room for stand elsewhere.
"""

from __future__ import annotations

from typing import Final

STEPS_OF_A_QUESTION: Final = 10_000
"""What one question of a predicate may take: choices made in its worlds, or parts looked at."""
PARTS_OF_A_STEP: Final = 64
"""How many parts of a predicate are looked at in a world for what a choice in it takes."""
WORLDS: Final = 512
"""In how many ways what a predicate leaves open is tried."""
WORLDS_OF_A_SUB_SELECT: Final = 64
"""The same for a sub-select, in each of the worlds around it."""
WITNESSES_TRIED: Final = 300
"""How many rows and sessions are tried to show in what two predicates differ."""
PARTS_OF_WITNESSES: Final = 60_000
"""The same times the parts of both predicates, each of which is looked at in each case."""
PARTS_INLINED: Final = 300
"""How many parts the bodies of functions may add to an expression."""
PATHS_OF_A_BODY: Final = 400
"""How many statements the paths through a body may have together, where they become one CASE."""
BRANCHES: Final = 64
"""Above this a predicate counts as one branch that cannot be looked into."""
WORDS_OF_A_CALL: Final = 400
"""How many words of a body are looked at for what a call in it is given."""
ITEMS_WRITTEN_OUT: Final = 32
"""How many items of a list, or rows of a sub-select, a condition is written out for."""
OVERLOADS_COMPARED: Final = 64
"""How many overloads of a function are compared to tell which of them a call means."""
TABLES_ABOVE: Final = 50
"""How many relations one may have above it: more than a partition of a partition ever has."""
NAMES_COMPARED: Final = 2_500
"""How many pairs of names are compared for one being the other misspelled."""

STEPS_OF_A_HISTORY: Final = 100_000
"""What the statements of a history may do beyond one step for each of their bytes.

A few words grant to all roles on all tables, and give every partition an index.
"""
STEPS_OF_A_BLOCK: Final = 10_000
"""How many statements, turns of loops and calls a run of PL/pgSQL may have."""
ROWS_OF_A_BLOCK: Final = 100_000
"""How many rows its queries may look at."""
SCRIPTS_INCLUDED: Final = 500
"""How often a history may run another script."""
SCRIPTS_TOGETHER: Final = 200
"""How many scripts are compared for which of them belong together."""
LARGEST_SCRIPT_TO_FAIL: Final = 1 << 16
"""Bytes of a script of which every change of rows is asked whether it is refused."""

STEPS_OF_A_PROGRAM: Final = 60_000
"""How many expressions are evaluated to follow one function of a program."""
FILES_OF_A_PROGRAM: Final = 600
"""How many files are followed together."""
FILES_BESIDE: Final = 60
"""How many files of a folder may stand for the rest of a module."""
ITEMS_FOLLOWED: Final = 200
"""How many items of a list of a program are worth a step each."""

DEEPEST_NESTING: Final = 150
"""Levels of nesting in a file; what lies deeper is not looked at."""
DEEPEST_COMMENT: Final = 1_000
"""Levels of comments in comments."""
DEEPEST_CALL: Final = 8
"""How many calls stand in one another."""
DEEPEST_CALL_OF_A_BLOCK: Final = 16
"""The same where a call is carried out, and not worked out."""
DEEPEST_IMPORT: Final = 3
"""How many imports, base classes or calls lead from a program to what it takes from elsewhere."""

LONGEST_TEXT: Final = 1 << 20
"""Characters of a string: a few lines double one forty times."""
MOST_PIECES: Final = 20_000
"""How many pieces a string or a list may be put together from."""
MOST_BLANKS: Final = 1_000
"""How many pieces a string may have of which some are not known."""
MOST_ITEMS: Final = 10_000
"""How many items an array, a list or a series may have."""
MOST_DIGITS: Final = 4_000
"""Digits of a number that is read: Python refuses to read more than a few more."""

MANIFESTS_OF_A_BUILD: Final = 20_000
SOURCES_OF_ONE_NAME: Final = 200
"""How many ConfigMaps or Secrets of a name are looked at wherever they are."""
ALTERNATIVE_ENVIRONMENTS: Final = 20
"""How many environments a container may have by which of several sources it takes."""
REFERENCES_OF_A_CONTAINER: Final = 200
"""How many ConfigMaps, Secrets and keys of them a container may take."""
VALUES_TAKEN: Final = 200_000
"""How many values are handed to containers in all."""

LARGEST_FILE: Final = 1 << 20
"""Bytes of a program, a script or a settings file; larger ones are generated or bundled."""
LARGEST_SEARCHED: Final = 4 << 20
"""Bytes of a file that is only searched for words."""
CONTENTS_KEPT: Final = 100 << 20
"""Bytes that files which several ask for may take together; those beyond are read again."""
DEEPEST_BRACKETS: Final = 4_000
"""How many brackets of a kind may be open in a program: grammars take the square of that."""
SECONDS_TO_PARSE: Final = 0.25
SECONDS_TO_PARSE_A_BYTE: Final = 8e-6
"""CPU time for a program and for each of its bytes: sixty times what one takes as a rule."""


class OutOfBudget(Exception):
    """There is more to do than finding something out may take."""


class Budget:
    """What is left to do, shared by all that takes part in finding one thing out."""

    __slots__ = ("left",)

    def __init__(self, steps: int = STEPS_OF_A_QUESTION) -> None:
        self.left = steps

    def take(self, steps: int = 1) -> None:
        """Use some up. Raises OutOfBudget where there are not so many."""
        self.left -= steps
        if self.left < 0:
            raise OutOfBudget

    def spend(self, steps: int = 1) -> None:
        """Use some up, for who asks at a later place whether any are left."""
        self.left -= steps

    @property
    def is_spent(self) -> bool:
        return self.left <= 0
