"""Roles, schemas, settings and default privileges that the migrations make otherwise."""

from __future__ import annotations

from rlslint.catalog.roles import PUBLIC, quoted_roles
from rlslint.catalog.schemas import Schema
from rlslint.config.scales import Severity
from rlslint.drift.comparison import Difference
from rlslint.drift.told.privileges import privileges_told
from rlslint.drift.told.wording import Told, direction, state
from rlslint.project.project import Project
from rlslint.sql.quoting import quoted_identifier, quoted_setting
from rlslint.text.sentences import listed

_EFFECTS = {
    "superuser": "is asked for no privilege and no policy",
    "bypassrls": "gets past every policy",
    "replication": "can copy all rows by replication",
    "createrole": "can make and change roles",
    "inherit": "has the rights of its groups at all times",
    "login": "can be connected as",
}


def role_told(difference: Difference) -> Told:
    """Tell of a role that the migrations make and the server has not, or has otherwise."""
    name = difference.key.subject
    match difference.key.fact:
        case "existence":
            return Told(
                f"nobody can act as {name}: the role is there after the migrations, and not on "
                "the server",
                Severity.warning,
                "-- run the statement of the migrations again",
            )
        case "memberships" | "membership options":
            return _memberships(difference)
        case "settings":
            return _settings(difference, f"sessions of {name}", f"ROLE {quoted_identifier(name)}")
        case _:
            return _attributes(difference, name)


def _attributes(difference: Difference, name: str) -> Told:
    live: dict[str, bool] = difference.live
    gained = [attribute for attribute in live if live[attribute]]
    more = [_EFFECTS[attribute] for attribute in gained]
    effect = f"{name} {listed(more)}" if more else f"{name} can do less than the migrations say"
    sides = [
        f"it has {_word(attribute, value)} on the server, and {_word(attribute, not value)} after "
        "the migrations"
        for attribute, value in live.items()
    ]
    words = " ".join(_word(attribute, not value) for attribute, value in live.items())
    only_login = set(live) == {"login"}
    return Told(
        f"{effect}: {'; '.join(sides)}",
        Severity.info if only_login else direction(bool(set(gained) - {"login"})),
        f"ALTER ROLE {quoted_identifier(name)} {words};",
        (gained or list(live))[0],
    )


def _word(attribute: str, value: bool) -> str:
    return ("" if value else "NO") + attribute.upper()


def _memberships(difference: Difference) -> Told:
    name = difference.key.subject
    history, live = difference.history, difference.live
    groups = {member[0] for member in live}
    more = [member for member in live if member not in history]
    sides = [_membership(member, "on the server") for member in live]
    sides += [_membership(member, "after the migrations") for member in history]
    gained = sorted(groups - {member[0] for member in history})
    if gained:
        effect = f"{name} has the rights of {listed(gained)}"
    elif live:
        effect = f"{name} belongs to {listed(sorted(groups))} otherwise than the migrations say"
    else:
        effect = f"{name} lacks the rights of {listed(sorted(member[0] for member in history))}"
    wanted = {member[0] for member in history}
    role = quoted_identifier(name)
    changes = [f"REVOKE {quoted_roles((group,))} FROM {role};" for group in sorted(groups)]
    changes += [f"GRANT {quoted_roles((group,))} TO {role};" for group in sorted(wanted)]
    return Told(
        f"{effect}: {listed(sides)}" + _absent(history, live),
        direction(bool(more)),
        "\n".join(changes),
        "memberships",
    )


def _absent(history: object, live: object) -> str:
    if not history:
        return ", and not after the migrations"
    return "" if live else ", and not on the server"


def _membership(member: tuple[object, ...], where: str) -> str:
    match member:
        case (group, bool(admin)):
            return f"it is a member of {group}{' with admin option' if admin else ''} {where}"
        case (group, inherit, settable):
            options = f"INHERIT {str(inherit).upper()}, SET {str(settable).upper()}"
            return f"it is a member of {group} WITH {options} {where}"
        case _:
            raise AssertionError(member)


def _settings(difference: Difference, where: str, altered: str) -> Told:
    ours, theirs = dict(difference.history), dict(difference.live)
    names = sorted({**ours, **theirs})
    sides = [
        f"{name} is {theirs.get(name, 'not set')!s} on the server, and "
        f"{ours.get(name, 'not set')!s} after the migrations"
        for name in names
    ]
    # Which database the server has is no fact of a catalog.
    command = f"ALTER {altered}" if altered else "-- ALTER DATABASE …"
    changes = [
        f"{command} SET {name} = {quoted_setting(name, ours[name])};"
        if name in ours
        else f"{command} RESET {name};"
        for name in names
    ]
    return Told(
        f"{where} start with other settings than the migrations say: {'; '.join(sides)}",
        Severity.warning,
        "\n".join(changes),
        f"setting {names[0]}",
    )


def schema_told(difference: Difference, project: Project) -> Told:
    """Tell of a schema that one side has not, or of who may do what in it."""
    name = difference.key.subject
    match difference.key.fact, difference.on_server:
        case "privileges", _:
            return privileges_told(difference, "SCHEMA ", f"schema {name}", quoted_identifier(name))
        case "owner", _:
            return Told(
                f"{difference.live} may change schema {name}: it is owned by {difference.live} on "
                f"the server, and by {difference.history} after the migrations",
                direction(difference.live in project.runtime.names),
                f"ALTER SCHEMA {quoted_identifier(name)} OWNER TO "
                f"{quoted_identifier(difference.history)};",
                "owner",
            )
        case _, Schema():
            held = [str(r) for r in project.catalog.relations.known() if r.schema == name]
            shown = f"{', '.join(held[:3])}{' and others' if held[3:] else ''}"
            return Told(
                f"no migration speaks of {shown}: schema {name} is on the server, and not there "
                "after the migrations",
                Severity.warning,
            )
        case _:
            words = f"schema {name} is there"
            return Told(
                f"what stands in schema {name} cannot be reached: {state(words, False)}",
                Severity.warning,
                f"CREATE SCHEMA {quoted_identifier(name)};",
            )


def database_told(difference: Difference) -> Told:
    """Tell of settings of the database, and of what is granted on objects to come."""
    if difference.key.fact == "settings":
        return _settings(difference, "sessions of the database", "")
    more, less = difference.live, difference.history
    sides = [f"{_default(line)} on the server only" for line in more]
    sides += [f"{_default(line)} after the migrations only" for line in less]
    changes = [_default_change(line, "REVOKE", "FROM") for line in more]
    changes += [_default_change(line, "GRANT", "TO") for line in less]
    return Told(
        f"objects to come will open {'more' if more else 'less'} than the migrations say: "
        f"{'; '.join(sides)}",
        direction(bool(more)),
        "\n".join(changes),
    )


_Line = tuple[str, str, str, str, str]


def _default(line: _Line) -> str:
    creator, schema, kind, privilege, grantee = line
    within = f" in {schema}" if schema else ""
    to = "PUBLIC" if grantee == PUBLIC else grantee
    return f"{privilege.upper()} to {to} on {kind} of {creator}{within}"


def _default_change(line: _Line, verb: str, preposition: str) -> str:
    creator, schema, kind, privilege, grantee = line
    within = f" IN SCHEMA {quoted_identifier(schema)}" if schema else ""
    return (
        f"ALTER DEFAULT PRIVILEGES FOR ROLE {quoted_identifier(creator)}{within} "
        f"{verb} {privilege.upper()} ON {kind.upper()} {preposition} {quoted_roles((grantee,))};"
    )
