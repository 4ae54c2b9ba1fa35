"""Where parts of tables come from, as far as later statements depend on it."""

from __future__ import annotations

from rlslint import NamedTuple
from rlslint.catalog.functions import Function
from rlslint.catalog.journal import RecordedDict, RecordedSet
from rlslint.catalog.model import Relation
from rlslint.catalog.predicates import Clause
from rlslint.catalog.roles import Membership, Role
from rlslint.text import Statement

Named = tuple[int, str]
"""A relation by its oid, and the name of one of its indexes, constraints or triggers."""

Numbered = tuple[int, int]
"""A relation by its oid, and the attribute number of one of its columns."""


class TriggerDetails(NamedTuple):
    """What decides which partitions have a trigger, and what it cannot do without.

    `clauses` is its WHEN, if it has one.
    """

    for_each_row: bool
    columns: frozenset[str]
    is_part: bool = False
    clauses: tuple[Clause, ...] = ()


class Origins:
    """What a table has of its own and what a parent gave it, and more that no rule asks for.

    `inherited_columns` and `inherited_checks` are those that a child has from its parents only, and
    loses with them; `uninherited_checks` say NO INHERIT. `index_parents` and `foreign_key_parents`
    tell of which part of the whole one of a partition's is a part. `inherited_not_nulls` are
    the columns that are NOT NULL only because the parent's are, `only_not_nulls` those where ONLY
    kept it from the children. `index_includes` are the INCLUDE of indexes, `index_words` the
    names of their columns. `owned_sequences` are those that go with a
    column, `generated` what columns are generated from. `function_clauses` are by oid the defaults
    of arguments and the queries of SQL-standard bodies, `operators` the functions behind operators
    by symbol and types, `types` those that the history makes, `typed_tables` the types of tables
    that are made OF one, `domains` the types below domains,
    `collations` those of columns, `rules` what rules of tables need.

    `former_names` are those of relations that were dropped or renamed, which are missing for sure;
    `former_holders` are the last ones that had these names.
    `perhaps_altered` are the ALTER TABLE IF EXISTS of tables that perhaps did not exist yet.
    `stored_settings` are those of ALTER ROLE … SET by role (None for all) and by whether they are
    for this database only. `membership_grants` tell by member and role who has granted which
    membership; None stands for superusers.
    """

    def __init__(self) -> None:
        self.inherited_columns: RecordedSet[Numbered] = RecordedSet()
        self.inherited_checks: RecordedSet[Named] = RecordedSet()
        self.uninherited_checks: RecordedSet[Named] = RecordedSet()
        self.inherited_not_nulls: RecordedSet[Numbered] = RecordedSet()
        self.only_not_nulls: RecordedSet[Numbered] = RecordedSet()
        self.not_null_names: RecordedDict[Numbered, str] = RecordedDict()
        self.foreign_key_parents: RecordedDict[Named, Named] = RecordedDict()
        self.index_parents: RecordedDict[Named, Named] = RecordedDict()
        self.index_includes: RecordedDict[Named, tuple[int, ...]] = RecordedDict()
        self.index_words: RecordedDict[Named, tuple[str, ...]] = RecordedDict()
        self.owned_sequences: RecordedDict[Numbered, str] = RecordedDict()
        self.generated: RecordedDict[Numbered, Clause] = RecordedDict()
        self.function_clauses: RecordedDict[int, tuple[Clause, ...]] = RecordedDict()
        self.operators: RecordedDict[tuple[str, str, str], Function | None] = RecordedDict()
        self.types: RecordedSet[tuple[str, str]] = RecordedSet()
        self.typed_tables: RecordedDict[int, str] = RecordedDict()
        self.collations: RecordedDict[Numbered, str] = RecordedDict()
        self.domains: RecordedDict[str, str] = RecordedDict()
        self.rules: RecordedDict[Named, frozenset[int | tuple[str, str]]] = RecordedDict()
        self.trigger_details: RecordedDict[Named, TriggerDetails] = RecordedDict()
        self.stored_settings: RecordedDict[tuple[Role | None, bool], dict[str, str]] = (
            RecordedDict()
        )
        self.former_names: RecordedSet[tuple[str, str]] = RecordedSet()
        self.former_holders: RecordedDict[tuple[str, str], Relation] = RecordedDict()
        self.perhaps_altered: RecordedDict[Relation, tuple[Statement, ...]] = RecordedDict()
        self.membership_grants: RecordedDict[tuple[Role, Role], dict[Role | None, Membership]] = (
            RecordedDict()
        )
