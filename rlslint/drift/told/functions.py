"""Functions, of policies or with their owner's rights, that the migrations make otherwise."""

from __future__ import annotations

import re
from collections.abc import Collection

from rlslint.catalog.functions import Function
from rlslint.config.scales import Severity
from rlslint.drift.comparison import Difference
from rlslint.drift.told.privileges import privileges_told
from rlslint.drift.told.wording import Told, direction
from rlslint.project.project import Project
from rlslint.sql.quoting import quoted_identifier, quoted_setting

_CREATE = re.compile(r"CREATE\s+(?:OR\s+REPLACE\s+)?", re.IGNORECASE)
_ATTRIBUTES = {
    "security definer": "security_definer",
    "leakproof": "leakproof",
    "volatility": "volatility",
    "settings": "settings",
}


def function_told(difference: Difference, project: Project) -> Told:
    """Tell of a function that one side has not, or that both have with different parts."""
    match difference.in_history, difference.on_server:
        case Function() as ours, Function() as theirs:
            return _changed(difference, ours, theirs, project)
        case _, Function() as theirs:
            return _extra(theirs)
        case ours, _:
            assert isinstance(ours, Function)
            return _missing(ours)


def _extra(theirs: Function) -> Told:
    runs = "runs with the rights of" if theirs.security_definer else "is called by policies of"
    whom = theirs.owner if theirs.security_definer else "the server"
    return Told(
        f"{theirs.signature} {runs} {whom} and may show rows to its callers: it is on the server, "
        "and not there after the migrations",
        direction(theirs.security_definer),
        f"-- make it in a migration or, where nobody needs it: DROP {_noun(theirs)} "
        f"{theirs.signature};",
    )


def _missing(ours: Function) -> Told:
    return Told(
        f"what calls {ours.signature} fails: it is there after the migrations, and not on the "
        "server",
        Severity.warning,
        _replaced(ours),
    )


def _changed(difference: Difference, ours: Function, theirs: Function, project: Project) -> Told:
    match difference.key.fact:
        case "privileges":
            return privileges_told(
                difference, f"{_noun(theirs)} ", theirs.signature, theirs.signature
            )
        case "owner":
            return _owner(difference, theirs, project)
        case _:
            return _definition(difference, ours, theirs, project)


def _owner(difference: Difference, theirs: Function, project: Project) -> Told:
    history, live = difference.history, difference.live
    rights = "has the rights of" if theirs.security_definer else "may be replaced by"
    return Told(
        f"{theirs.signature} {rights} {live}: it is owned by {live} on the server, and by "
        f"{history} after the migrations",
        direction(theirs.security_definer or live in project.runtime.names),
        f"ALTER {_noun(theirs)} {theirs.signature} OWNER TO {quoted_identifier(history)};",
        "owner",
    )


def _definition(difference: Difference, ours: Function, theirs: Function, project: Project) -> Told:
    history, live = difference.history, difference.live
    policies = project.policy_functions.get(theirs, ())
    tables = sorted({str(policy.relation) for policy in policies})
    effect = (
        f"policies of {', '.join(tables[:3])}{' and others' if tables[3:] else ''} decide by "
        f"another {theirs.signature} than the migrations say"
        if tables
        else f"{theirs.signature} does other things with its rights than the migrations say"
    )
    sides = [side for fact in history for side in _sides(fact, history[fact], live[fact])]
    return Told(
        f"{effect}: {'; '.join(sides)}",
        max(_severity(fact, history[fact], live[fact]) for fact in history),
        _restored(ours, history),
    )


def _sides(fact: str, history: object, live: object) -> list[str]:
    match fact:
        case "security definer":
            words = {True: "SECURITY DEFINER", False: "SECURITY INVOKER"}
            return [_both(words[bool(live)], words[bool(history)])]
        case "leakproof":
            words = {True: "LEAKPROOF", False: "not LEAKPROOF"}
            return [_both(words[bool(live)], words[bool(history)])]
        case "volatility" | "language":
            return [_both(str(live).upper(), str(history).upper())]
        case "settings":
            return list(_settings(history, live))
        case _:
            return ["it has one body on the server, and another after the migrations"]


def _both(live: str, history: str) -> str:
    return f"it is {live} on the server, and {history} after the migrations"


def _settings(history: object, live: object) -> tuple[str, ...]:
    assert isinstance(history, tuple) and isinstance(live, tuple)
    ours, theirs = dict(history), dict(live)
    return tuple(
        f"it has {_value(name, theirs)} on the server, and {_value(name, ours)} after the "
        "migrations"
        for name in sorted({**ours, **theirs})
    )


def _value(name: str, settings: dict[str, str]) -> str:
    return f"{name} = {settings[name] or chr(39) * 2}" if name in settings else f"no {name}"


def _severity(fact: str, history: object, live: object) -> Severity:
    match fact:
        case "security definer" | "leakproof":
            return direction(bool(live))
        case "settings":
            assert isinstance(live, tuple) and isinstance(history, tuple)
            return direction(bool({name for name, _ in history} - {name for name, _ in live}))
        case "body" | "language":
            return Severity.error
        case _:
            return Severity.warning


def _restored(ours: Function, facts: Collection[str]) -> str:
    """Return ALTER FUNCTION where that is enough, else the statement of the migrations."""
    if not {"body", "language"} & set(facts):
        return _altered(ours, facts)
    made = ours.because("body")
    later = [
        fact
        for fact, attribute in _ATTRIBUTES.items()
        if ours.statements.get(attribute) not in (None, made, ours.created)
    ]
    return f"{_replaced(ours)}\n{_altered(ours, later)}".rstrip()


def _replaced(ours: Function) -> str:
    """Return the statement that makes the function, as the migrations have it."""
    created = ours.because("body")
    if created is None or not created.is_written or created.kind != "CreateFunctionStmt":
        return "-- run the statement of the migrations again"
    return _CREATE.sub("CREATE OR REPLACE ", created.sql, count=1) + ";"


def _altered(ours: Function, facts: Collection[str]) -> str:
    actions = []
    for fact in facts:
        match fact:
            case "security definer":
                actions.append("SECURITY " + ("DEFINER" if ours.security_definer else "INVOKER"))
            case "leakproof":
                actions.append("LEAKPROOF" if ours.leakproof else "NOT LEAKPROOF")
            case "volatility":
                actions.append(ours.volatility.upper())
            case _:
                actions.append("RESET ALL")
                actions += [
                    f"SET {name} = {quoted_setting(name, value)}"
                    for name, value in ours.settings.items()
                ]
    if not actions:
        return ""
    return f"ALTER {_noun(ours)} {ours.signature} {' '.join(actions)};"


def _noun(function: Function) -> str:
    return "PROCEDURE" if function.is_procedure else "FUNCTION"
