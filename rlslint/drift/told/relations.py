"""Tables and views that are not what the migrations make them."""

from __future__ import annotations

from collections.abc import Callable

from rlslint.access import DATA_PRIVILEGES
from rlslint.access.wording import spoken
from rlslint.catalog.model import Kind, Relation
from rlslint.catalog.roles import PUBLIC
from rlslint.config.scales import Severity
from rlslint.drift.comparison import Difference
from rlslint.drift.told.privileges import granted_again, privileges_told
from rlslint.drift.told.wording import Told, direction, shortened, state
from rlslint.project.project import Project
from rlslint.sql.quoting import quoted_identifier
from rlslint.text.sentences import listed


def relation_told(difference: Difference, project: Project) -> Told:
    """Tell of a table or a view that one side has not, or of a fact of it."""
    match difference.in_history, difference.on_server:
        case Relation() as ours, None:
            return _missing(ours)
        case None, Relation() as theirs:
            return _extra(theirs, project)
        case _, Relation() as theirs:
            tell = _TOLD[difference.key.fact]
            return tell(difference, theirs, project)
        case _:
            raise AssertionError(difference)


def _missing(ours: Relation) -> Told:
    created = ours.created
    written = created is not None and created.is_written
    return Told(
        f"rows of {ours} are nowhere to be found: it is {_noun(ours)} after the migrations, and "
        "not on the server",
        Severity.warning,
        f"-- run what makes it: {shortened(' '.join(created.sql.split()))}"
        if created is not None and written
        else "",
    )


def _extra(theirs: Relation, project: Project) -> Told:
    granted = (g.grantee for g in theirs.grants.known() if g.privilege in DATA_PRIVILEGES)
    served = project.reachable_by(theirs, *DATA_PRIVILEGES)
    roles = tuple(dict.fromkeys((*served, *granted)))
    is_open = bool(roles) and not _is_filtered(theirs)
    filtered = "its rows go through policies" if _is_filtered(theirs) else "no policy filters it"
    who = "everyone" if PUBLIC in roles else spoken(roles) if roles else ""
    effect = f"{who} can get at {theirs}" if who else f"{theirs} holds rows"
    return Told(
        f"{effect}, which no migration speaks of: it is {_noun(theirs)} on the server, and not "
        f"there after the migrations ({filtered})",
        direction(is_open),
        f"-- make it in a migration or, where nobody needs it: DROP {_word(theirs)} "
        f"{theirs.sql_name};",
    )


def _is_filtered(relation: Relation) -> bool:
    if relation.is_table:
        return relation.rls_enabled
    return relation.is_view and relation.option("security_invoker")


def _kind(difference: Difference, theirs: Relation, _: Project) -> Told:
    return Told(
        f"{theirs} is something else than the migrations make: a {difference.live} on the server, "
        f"and a {difference.history} after the migrations",
        Severity.warning,
    )


def _owner(difference: Difference, theirs: Relation, project: Project) -> Told:
    history, live = difference.history, difference.live
    passes = not theirs.is_table or not (theirs.rls_enabled and theirs.rls_forced)
    effect = "passes by its policies and may change them" if passes else "may change its policies"
    if not theirs.is_table:
        effect = "is who it reads as, and may change it"
    ours = difference.in_history
    grants = ours.grants.known() if isinstance(ours, Relation) else []
    return Told(
        f"{live} {effect}: {theirs} is owned by {live} on the server, and by {history} after the "
        "migrations",
        direction(live in project.runtime.names),
        "\n".join(
            (
                f"ALTER {_word(theirs)} {theirs.sql_name} OWNER TO {quoted_identifier(history)};",
                *granted_again(grants, live, "", theirs.sql_name),
            )
        ),
        "owner",
    )


def _row_security(difference: Difference, theirs: Relation, _: Project) -> Told:
    on = bool(difference.live)
    effect = (
        f"{theirs} shows only the rows that policies open"
        if on
        else f"{theirs} shows all rows to whoever may read it"
    )
    verb = "DISABLE" if on else "ENABLE"
    return Told(
        f"{effect}: row security is {_switch(on)} on the server, and {_switch(not on)} after the "
        "migrations",
        direction(not on),
        f"ALTER TABLE {theirs.sql_name} {verb} ROW LEVEL SECURITY;",
        "rls_enabled",
    )


def _forced(difference: Difference, theirs: Relation, _: Project) -> Told:
    forced = bool(difference.live)
    effect = "only the rows that policies open" if forced else "all rows"
    verb = "NO FORCE" if forced else "FORCE"
    return Told(
        f"{theirs} shows {effect} to {theirs.owner}, its owner: "
        f"{state('row security is forced', forced)}",
        direction(not forced),
        f"ALTER TABLE {theirs.sql_name} {verb} ROW LEVEL SECURITY;",
        "rls_forced",
    )


def _partition(difference: Difference, theirs: Relation, _: Project) -> Told:
    live, history = difference.live or "no table", difference.history or "no table"
    joined = (
        f"rows of {theirs} are read through {live}, by the policies of that"
        if difference.live
        else f"rows of {theirs} are read through it alone, by its own policies"
    )
    return Told(
        f"{joined}: it is a partition of {live} on the server, and of {history} after the "
        "migrations",
        direction(bool(difference.live)),
        fact="partition_of",
    )


def _parents(difference: Difference, theirs: Relation, _: Project) -> Told:
    live, history = difference.live, difference.history
    sides = [f"it inherits from {parent} on the server only" for parent in live]
    sides += [f"it inherits from {parent} after the migrations only" for parent in history]
    more = [f"ALTER TABLE {theirs.sql_name} NO INHERIT {parent};" for parent in live]
    less = [f"ALTER TABLE {theirs.sql_name} INHERIT {parent};" for parent in history]
    return Told(
        f"rows of {theirs} are read through other tables than the migrations say: {listed(sides)}",
        direction(bool(live)),
        "\n".join((*more, *less)),
        "parents",
    )


def _options(difference: Difference, theirs: Relation, _: Project) -> Told:
    history, live = dict(difference.history), dict(difference.live)
    names = sorted({**history, **live})
    sides = [
        f"{name} is {live.get(name, 'not set')} on the server, and {history.get(name, 'not set')} "
        "after the migrations"
        for name in names
    ]
    opens = any(live.get(name, "false") == "false" for name in names)
    as_owner = live.get("security_invoker") == "false"
    effect = "shows rows by the rights of its owner" if as_owner else "is read in another way"
    changes = [
        f"ALTER {_word(theirs)} {theirs.sql_name} "
        + (f"SET ({name} = {history[name]});" if name in history else f"RESET ({name});")
        for name in names
    ]
    return Told(
        f"{theirs} {effect} than the migrations say: {'; '.join(sides)}".replace(
            "of its owner than the migrations say", "of its owner"
        ),
        direction(opens),
        "\n".join(changes),
        "options",
    )


def _query(difference: Difference, theirs: Relation, _: Project) -> Told:
    live, history = difference.live, difference.history
    sides = [f"it reads {name} on the server only" for name in live]
    sides += [f"it reads {name} after the migrations only" for name in history]
    return Told(
        f"{theirs} shows other rows than the migrations say: {listed(sides)}",
        direction(bool(live)),
        "-- run the statement of the migrations again",
        "query",
    )


def _privileges(difference: Difference, theirs: Relation, _: Project) -> Told:
    tables = [theirs, *(one for one in difference.alike if isinstance(one, Relation))]
    names = ", ".join(table.sql_name for table in tables)
    others = len(tables) - 1
    spoken_of = f"{theirs} and {others} other{'s' if others > 1 else ''}" if others else str(theirs)
    return privileges_told(difference, "", spoken_of, names)


def _indexes(difference: Difference, theirs: Relation, _: Project) -> Told:
    less, more = difference.history, difference.live
    if not less:
        columns = listed(more)
        return Told(
            f"policies find rows of {theirs} by an index that no migration makes: one begins with "
            f"{columns} on the server, and none after the migrations",
            Severity.info,
            fact="indexes",
        )
    # A partitioned table's index cannot be built concurrently (manual: CREATE INDEX).
    concurrently = " CONCURRENTLY" if theirs.kind is Kind.table else ""
    return Told(
        f"policies read all of {theirs} to find rows by {listed(less)}: an index begins with "
        f"{listed(less)} after the migrations, and none on the server",
        Severity.warning,
        "\n".join(
            f"CREATE INDEX{concurrently} ON {theirs.sql_name} ({quoted_identifier(column)});"
            for column in less
        ),
        "indexes",
    )


_TOLD: dict[str, Callable[[Difference, Relation, Project], Told]] = {
    "kind": _kind,
    "owner": _owner,
    "row security": _row_security,
    "forced row security": _forced,
    "partition of": _partition,
    "parents": _parents,
    "options": _options,
    "query": _query,
    "privileges": _privileges,
    "indexes": _indexes,
}


def _switch(on: bool) -> str:
    return "on" if on else "off"


def _noun(relation: Relation) -> str:
    return f"a {relation.kind.value}"


def _word(relation: Relation) -> str:
    if relation.is_view or relation.is_materialized_view:
        return relation.kind.value.upper()
    return "TABLE" if relation.is_table else "FOREIGN TABLE"
