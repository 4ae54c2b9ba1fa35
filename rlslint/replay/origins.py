"""Where parts of tables come from, as far as later statements depend on it."""

from __future__ import annotations

from typing import NamedTuple

from rlslint.catalog.model import Relation
from rlslint.catalog.predicates import Clause
from rlslint.catalog.roles import Membership, Role
from rlslint.text import Statement

Named = tuple[int, str]
"""A relation by its oid, and the name of one of its indexes, constraints or triggers."""

Numbered = tuple[int, int]
"""A relation by its oid, and the attribute number of one of its columns."""


class TriggerDetails(NamedTuple):
    """What decides which partitions have a trigger, and which columns it cannot do without."""

    for_each_row: bool
    columns: frozenset[str]
    is_part: bool = False


class Origins:
    """What a table has of its own and what a parent gave it, and more that no rule asks for.

    `inherited_columns` and `inherited_checks` are those that a child has from its parents only, and
    loses with them; `uninherited_checks` say NO INHERIT. `index_parents` and `foreign_key_parents`
    tell of which part of the whole one of a partition's is a part. `inherited_not_nulls` are
    the columns that are NOT NULL only because the parent's are, `only_not_nulls` those where ONLY
    kept it from the children. `index_conditions` and `index_includes` are the WHERE and INCLUDE of
    indexes, `index_words` the names of their columns. `sequences` are the defaults of serial
    columns, whose sequences go with the column.

    `perhaps_altered` are the ALTER TABLE IF EXISTS of tables that perhaps did not exist yet.
    `stored_settings` are those of ALTER ROLE … SET by role (None for all) and by whether they are
    for this database only. `membership_grants` tell by member and role who has granted which
    membership; None stands for superusers.
    """

    def __init__(self) -> None:
        self.inherited_columns: set[Numbered] = set()
        self.inherited_checks: set[Named] = set()
        self.uninherited_checks: set[Named] = set()
        self.inherited_not_nulls: set[Numbered] = set()
        self.only_not_nulls: set[Numbered] = set()
        self.not_null_names: dict[Numbered, str] = {}
        self.foreign_key_parents: dict[Named, Named] = {}
        self.index_parents: dict[Named, Named] = {}
        self.index_conditions: dict[Named, Clause] = {}
        self.index_includes: dict[Named, tuple[int, ...]] = {}
        self.index_words: dict[Named, tuple[str, ...]] = {}
        self.sequences: dict[Numbered, Clause] = {}
        self.trigger_details: dict[Named, TriggerDetails] = {}
        self.stored_settings: dict[tuple[Role | None, bool], dict[str, str]] = {}
        self.perhaps_altered: dict[Relation, list[Statement]] = {}
        self.membership_grants: dict[tuple[Role, Role], dict[Role | None, Membership]] = {}
