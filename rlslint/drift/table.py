"""The table of drift: what each fact is, what comes of its change, and the SQL that takes it back.

A fact is added by adding a line. What differs is said in SQL, in messages as in remedies, by
templates with the fields of an object and of a value (see `fields`). Of these `alter` is the ALTER
that a clause needs to be a statement; a message leaves it out.
"""

from __future__ import annotations

import operator
from collections.abc import Callable
from typing import Any

from rlslint import NamedTuple
from rlslint.catalog.roles import PUBLIC
from rlslint.config import Severity
from rlslint.drift import counting, fact_values, fields
from rlslint.drift.fact_values import Reading

EXISTENCE = "existence"
"""The fact that there is an object at all."""


class Deviation(NamedTuple):
    """A fact that a server has not as the migrations make it.

    `history` and `live` are what counts of the two values; of sets (tuples) and of names with
    values (dicts) only what differs is left. `ours` and `theirs` are the object in the history and
    on the server, None where it is not there.
    """

    kind: str
    name: str
    fact: str
    history: Any
    live: Any
    ours: Any
    theirs: Any

    @property
    def object(self) -> Any:
        return self.ours if self.theirs is None else self.theirs

    @property
    def line(self) -> Fact:
        """What the table has of the fact."""
        return TABLE[self.kind][self.fact]

    @property
    def opens(self) -> bool | None:
        """Whether the server lets more through than the migrations, None where that is open."""
        return self.line.opens(self)


def when_more(deviation: Deviation) -> bool | None:
    """Tell whether the server has, or has on, what the migrations have not."""
    return bool(deviation.live)


def when_off(deviation: Deviation) -> bool | None:
    return not deviation.live


def never(_: Deviation) -> bool | None:
    return False


def in_some_way(_: Deviation) -> bool | None:
    return None


def by_policy(deviation: Deviation) -> bool | None:
    """Tell of a policy that one side has: a restrictive one opens rows by being gone."""
    return bool(deviation.object.permissive == deviation.live)


def by_command(deviation: Deviation) -> bool | None:
    more, less = deviation.live == "all", deviation.history == "all"
    return None if not (more or less) else more == deviation.theirs.permissive


def by_roles(deviation: Deviation) -> bool | None:
    history, live = deviation.history, deviation.live
    more = PUBLIC in live or history < live
    less = PUBLIC in history or live < history
    return None if more == less else more == deviation.theirs.permissive


def by_owner(deviation: Deviation) -> bool | None:
    """Tell of a function: it opens what its owner may do."""
    return bool(deviation.live and deviation.theirs.security_definer)


def by_settings(deviation: Deviation) -> bool | None:
    """Tell of a function: without a setting of its own it takes that of its caller."""
    return bool(deviation.history.keys() - deviation.live.keys())


class Fact(NamedTuple):
    """A line of the table.

    `attribute` knows the statement behind the fact, and is its value unless `read` says it. `same`
    compares two values (of a dict, name by name), `counted` tells which parts decide who sees which
    rows. `more` and `less` are the effects where the server opens more, or less; `severity` is how
    grave either is. `has` is the SQL of a value, `lacks` that of False, or of taking away what only
    the server has. What ALTER cannot bring back is made `again` (None: nothing brings it back).
    What is `joined` with its like is told in one finding.
    """

    attribute: str = ""
    read: Callable[[Any, Reading], object] | None = None
    same: Callable[[Any, Any], bool] = operator.eq
    counted: counting.Counting = counting.always_counts
    opens: Callable[[Deviation], bool | None] = when_more
    severity: tuple[Severity, Severity] = (Severity.error, Severity.warning)
    more: str = ""
    less: str = ""
    has: str = ""
    lacks: str = ""
    fields: fields.PartSpelling = fields.named
    again: bool | None = False
    joined: bool = False

    def value(self, described: Any, reading: Reading) -> object:
        """Return what a catalog says; raises UnknownFact where it does not tell."""
        if self.read is not None:
            return self.read(described, reading)
        value: object = getattr(described, self.attribute)
        return value

    def are_same(self, ours: Any, theirs: Any) -> bool:
        match ours, theirs:
            case dict(), dict():
                return ours.keys() == theirs.keys() and all(
                    self.same(ours[name], theirs[name]) for name in ours
                )
            case _:
                return self.same(ours, theirs)


def _undecided(
    read: Callable[[Any, Reading], object], same: Callable[[Any, Any], bool] = operator.eq
) -> Fact:
    """Return the line of a fact that decides about no row: only a comparison counts it."""
    return Fact("", read, same, counting.never_counts)


_INFO = (Severity.info, Severity.info)
_WARNING = (Severity.warning, Severity.warning)
_DROP = "-- make it in a migration or, where nobody needs it: DROP {word} {sql}"

# A table is read by its lines.
# fmt: off
_EXISTENCE = Fact(opens=never, has="CREATE {word} {sql}", lacks="DROP {word} {sql}", again=True)
_OWNER = Fact(
    "owner", lambda owned, of: of.role(owned.owner), counted=counting.owner_counts, opens=never,
    less="{values} may change {object}", has="{alter}OWNER TO {value}",
)
_PRIVILEGES = Fact(
    "grants", lambda owned, of: of.privileges(owned), counted=counting.privilege_counts,
    more="{values} can do more with {object} than the migrations say",
    less="{values} can do less with {object} than the migrations say",
    has="GRANT {privileges} ON {noun}{sql} TO {roles}{with_option}",
    lacks="REVOKE {option_for}{privileges} ON {noun}{sql} FROM {roles}", fields=fields.privilege,
)
_SETTINGS = Fact(
    "settings", same=fact_values.same_setting, counted=counting.setting_counts, opens=never,
    less="sessions of {object} start with other settings than the migrations say",
    has="{alter}SET {key} = {value}", lacks="{alter}RESET {key}", fields=fields.setting,
)

_RELATION = {
    EXISTENCE: _EXISTENCE._replace(less="rows of {object} are nowhere to be found", lacks=_DROP),
    "kind": Fact(
        "kind", lambda relation, _: relation.kind.value, opens=never, again=None,
        less="{object} is something else than the migrations make",
        has="{value}", fields=fields.keyword,
    ),
    "owner": _OWNER._replace(less="{values} {owning} {object}"),
    "row security": Fact(
        "rls_enabled", opens=when_off,
        more="{object} shows all rows to whoever may read it",
        less="{object} shows only the rows that policies open",
        has="{alter}ENABLE ROW LEVEL SECURITY", lacks="{alter}DISABLE ROW LEVEL SECURITY",
    ),
    "forced row security": Fact(
        "rls_forced", opens=when_off,
        more="{object} shows all rows to {owner}, its owner",
        less="{object} shows only the rows that policies open to {owner}, its owner",
        has="{alter}FORCE ROW LEVEL SECURITY", lacks="{alter}NO FORCE ROW LEVEL SECURITY",
    ),
    "partition of": Fact(
        "partition_of", lambda relation, _: str(relation.partition_of or ""), again=None,
        more="rows of {object} are read through {values}, by the policies of that",
        less="rows of {object} are read through it alone, by its own policies",
        has="PARTITION OF {said}",
    ),
    "parents": Fact(
        "parents", lambda relation, _: tuple(parent.sql_name for parent in relation.parents),
        more="rows of {object} are read through other tables than the migrations say",
        less="rows of {object} are read through fewer tables than the migrations say",
        has="{alter}INHERIT {said}", lacks="{alter}NO INHERIT {said}",
    ),
    "columns": _undecided(
        lambda relation, _: fact_values.columns_stated(relation), fact_values.same_columns,
    ),
    "options": Fact(
        "options", lambda relation, _: fact_values.view_options(relation),
        opens=lambda deviation: "false" in deviation.live.values(),
        more="{object} shows rows {values}",
        less="{object} is read in another way than the migrations say",
        has="{alter}SET ({key} = {said})", lacks="{alter}RESET ({key})", fields=fields.view_option,
    ),
    "privileges": _PRIVILEGES,
    "indexes": Fact(
        "indexes", lambda relation, _: fact_values.indexes_of(relation),
        counted=counting.index_counts, opens=lambda deviation: not deviation.history,
        severity=(Severity.info, Severity.warning),
        more="policies find rows of {object} by an index that no migration makes",
        less="policies read all of {object} to find rows by {values}",
        has="CREATE INDEX{concurrently} ON {sql} ({value})", fields=fields.index,
    ),
    "constraints": _undecided(
        lambda relation, _: fact_values.constraints_of(relation), fact_values.same_constraints
    ),
    "policies": _undecided(
        lambda relation, _: tuple(sorted(policy.name for policy in relation.policies.values()))
    ),
    "triggers": _undecided(lambda relation, _: fact_values.triggers_of(relation)),
    "query": Fact(
        "query", lambda relation, _: fact_values.relations_of_view(relation.query),
        more="{object} shows other rows than the migrations say",
        less="{object} shows other rows than the migrations say", has="FROM {said}", again=True,
    ),
}

_OF_POLICY = Fact(
    opens=in_some_way, joined=True,
    more="policy {name} of {table} opens {degree} rows than the migrations say",
    less="policy {name} of {table} opens {degree} rows than the migrations say",
)
_POLICY = {
    EXISTENCE: _EXISTENCE._replace(
        opens=by_policy, has="{create}",
        more="{table} lets {who} {what} more rows than the migrations say",
        less="{table} keeps from {who} rows that the migrations open",
    ),
    "permissive": _OF_POLICY._replace(
        attribute="permissive", opens=when_more, has="AS PERMISSIVE", lacks="AS RESTRICTIVE",
        again=True,
    ),
    "command": _OF_POLICY._replace(
        attribute="command", opens=by_command, has="FOR {value}", fields=fields.keyword, again=True,
    ),
    "roles": _OF_POLICY._replace(
        attribute="roles", read=lambda policy, of: frozenset(map(of.role, policy.roles)),
        opens=by_roles, has="{alter}TO {value}", fields=fields.roles,
    ),
    "using": _OF_POLICY._replace(
        attribute="using", read=lambda policy, _: fact_values.resolved_condition(policy.using),
        same=fact_values.same_condition,
        has="{alter}USING {value}", fields=fields.condition("using"),
    ),
    "with check": _OF_POLICY._replace(
        attribute="check", read=lambda policy, _: fact_values.resolved_condition(policy.check),
        same=fact_values.same_condition,
        has="{alter}WITH CHECK {value}", fields=fields.condition("check"),
    ),
}

_OF_FUNCTION = Fact(
    more="{object} does other things with its rights than the migrations say",
    less="{object} does other things with its rights than the migrations say",
    has="{alter}{value}", fields=fields.keyword, joined=True,
)
_FUNCTION = {
    EXISTENCE: _EXISTENCE._replace(
        opens=by_owner, lacks=_DROP,
        more="{object} runs with the rights of {owner} and may show rows to its callers",
        less="what calls {object} does not do what the migrations say",
    ),
    "owner": _OWNER._replace(
        opens=by_owner, more="{object} has the rights of {values}",
        less="{object} may be replaced by {values}",
    ),
    "language": _OF_FUNCTION._replace(attribute="language", opens=in_some_way, again=True),
    "volatility": _OF_FUNCTION._replace(attribute="volatility", opens=never),
    "parallel": _undecided(lambda function, _: function.parallel),
    "security definer": _OF_FUNCTION._replace(
        attribute="security_definer",
        has="{alter}SECURITY DEFINER", lacks="{alter}SECURITY INVOKER",
    ),
    "leakproof": _OF_FUNCTION._replace(
        attribute="leakproof", has="{alter}LEAKPROOF", lacks="{alter}NOT LEAKPROOF",
    ),
    "is procedure": _undecided(lambda function, _: function.is_procedure),
    "returns set": _undecided(lambda function, _: function.returns_set),
    "settings": _SETTINGS._replace(
        counted=counting.always_counts, opens=by_settings, more=_OF_FUNCTION.more,
        less=_OF_FUNCTION.less, joined=True,
    ),
    "privileges": _PRIVILEGES,
    # PostgreSQL keeps a body in SQL's own form as a tree and writes it anew.
    "body": _OF_FUNCTION._replace(
        attribute="body", read=lambda function, _: None if function.atomic else function.body,
        counted=counting.body_counts, opens=in_some_way, has="the body", again=True,
    ),
}

_SCHEMA = {
    EXISTENCE: _EXISTENCE._replace(
        less="what stands in {object} cannot be reached", lacks="", again=False,
    ),
    "owner": _OWNER,
    "privileges": _PRIVILEGES,
}

_ROLE = {
    EXISTENCE: _EXISTENCE._replace(less="nobody can act as {object}"),
    **{
        attribute: Fact(
            attribute, severity=_INFO if attribute == "login" else Fact().severity,
            more=f"{{object}} {effect}", less="{object} can do less than the migrations say",
            has=f"{{alter}}{attribute.upper()}", lacks=f"{{alter}}NO{attribute.upper()}",
            joined=True,
        )
        for attribute, effect in (
            ("superuser", "is asked for no privilege and no policy"),
            ("bypassrls", "gets past every policy"),
            ("login", "can be connected as"),
            ("inherit", "has the rights of its groups at all times"),
            ("createrole", "can make and change roles"),
            ("replication", "can copy all rows by replication"),
        )
    },
    "memberships": Fact(
        "memberships", lambda role, of: of.memberships(role),
        more="{object} has the rights of {values}", less="{object} lacks the rights of {values}",
        has="GRANT {value} TO {sql}{with_option}", lacks="REVOKE {option_for}{value} FROM {sql}",
        fields=fields.membership,
    ),
    "membership options": Fact(
        "memberships", lambda role, of: of.membership_options(role),
        counted=counting.membership_option_counts,
        more="{object} belongs to {values} otherwise than the migrations say",
        has="GRANT {value} TO {sql} WITH {options}", fields=fields.membership_options,
    ),
    "settings": _SETTINGS,
}

_OF_PUBLICATION = Fact(
    opens=never, joined=True,
    less="subscribers of {object} are sent other rows past the policies than the migrations say",
)
_PUBLICATION = {
    EXISTENCE: _EXISTENCE._replace(
        opens=when_more, severity=_WARNING, more="subscribers are sent rows past all policies",
        less="subscribers are sent no rows",
    ),
    # It sends the same, whoever may change it.
    "owner": _undecided(lambda publication, of: of.role(publication.owner)),
    "all tables": _OF_PUBLICATION._replace(
        attribute="all_tables", has="FOR ALL TABLES", lacks="FOR some tables", again=True,
    ),
    "operations": _OF_PUBLICATION._replace(
        attribute="operations",
        read=lambda publication, _: ", ".join(sorted(publication.operations)),
        has="{alter}SET (publish = '{said}')",
    ),
    "publish via partition root": _OF_PUBLICATION._replace(
        attribute="via_root", has="{alter}SET (publish_via_partition_root = true)",
        lacks="{alter}SET (publish_via_partition_root = false)",
    ),
    "tables": _OF_PUBLICATION._replace(
        attribute="tables", read=lambda publication, of: of.published_tables(publication),
        counted=counting.published_table_counts,
        has="{alter}ADD TABLE {said}", lacks="{alter}DROP TABLE {said}",
    ),
    "column lists": _OF_PUBLICATION._replace(
        attribute="tables", read=lambda publication, of: of.column_lists(publication),
        has="TABLE {key} (…)", fields=fields.unsaid, again=True,
    ),
    "row filters": _OF_PUBLICATION._replace(
        attribute="tables", read=lambda publication, of: of.row_filters(publication),
        same=fact_values.same_condition,
        has="TABLE {key} WHERE (…)", fields=fields.unsaid, again=True,
    ),
    "schemas": _OF_PUBLICATION._replace(
        attribute="schemas", read=lambda publication, of: of.published_schemas(publication),
        has="{alter}ADD TABLES IN SCHEMA {value}", lacks="{alter}DROP TABLES IN SCHEMA {value}",
    ),
}

_DATABASE = {
    "settings": _SETTINGS._replace(
        read=lambda catalog, _: {n: value for n, (value, _) in catalog.database_settings.items()},
        counted=counting.database_setting_counts,
    ),
    "default privileges": Fact(
        read=lambda _, of: of.default_privileges(), counted=counting.default_privilege_counts,
        more="objects to come will open more than the migrations say",
        less="objects to come will open less than the migrations say",
        has="ALTER DEFAULT PRIVILEGES FOR ROLE {creator}{within} GRANT {privilege} TO {roles}",
        lacks="ALTER DEFAULT PRIVILEGES FOR ROLE {creator}{within} REVOKE {privilege} FROM {roles}",
        fields=fields.default_privilege,
    ),
}
# fmt: on

TABLE: dict[str, dict[str, Fact]] = {
    "relation": _RELATION,
    "policy": _POLICY,
    "function": _FUNCTION,
    "schema": _SCHEMA,
    "role": _ROLE,
    "publication": _PUBLICATION,
    "database": _DATABASE,
}
"""The facts by the kind of their object and their name."""
