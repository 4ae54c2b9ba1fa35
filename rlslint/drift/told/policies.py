"""Policies that are not what the migrations make them."""

from __future__ import annotations

from rlslint.access.wording import spoken
from rlslint.catalog.model import Policy
from rlslint.catalog.roles import PUBLIC, quoted_roles
from rlslint.config.scales import Severity
from rlslint.drift.comparison import Difference
from rlslint.drift.told.wording import Told, clauses, direction, name_on, shortened, state
from rlslint.meaning.truth import is_always_true
from rlslint.project.questions.exposure import COMMANDS, VERBS
from rlslint.text.sentences import listed

_FACTS = {"using": "USING", "with check": "WITH CHECK"}


def policy_told(difference: Difference) -> Told:
    """Tell of a policy that one side has not, or that both have with different parts."""
    match difference.in_history, difference.on_server:
        case Policy() as ours, Policy() as theirs:
            return _changed(difference, ours, theirs)
        case _, Policy() as theirs:
            return _only(theirs, on_server=True)
        case ours, _:
            assert isinstance(ours, Policy)
            return _only(ours, on_server=False)


def _only(policy: Policy, *, on_server: bool) -> Told:
    name, table = policy.name, policy.relation
    opens = policy.permissive == on_server
    effect = (
        f"{table} lets {_who(policy.roles)} {_what(policy)} more rows than the migrations say"
        if opens
        else f"{table} keeps from {_who(policy.roles)} rows that the migrations open"
    )
    kind = "" if policy.permissive else "restrictive "
    words = f"{kind}policy {name} ({_shown(policy)}) is there"
    return Told(
        f"{effect}: {state(words, on_server)}",
        direction(opens),
        f"DROP POLICY {name_on(policy)};" if on_server else _created(policy),
    )


def _changed(difference: Difference, ours: Policy, theirs: Policy) -> Told:
    changed = [_side(fact, ours, theirs) for fact in difference.history]
    severity, effect = _effect(difference, theirs)
    return Told(
        f"{effect}: policy {ours.name} {'; '.join(changed)}",
        severity,
        _altered(difference, ours),
        "using" if "using" in difference.history else "",
    )


def _effect(difference: Difference, theirs: Policy) -> tuple[Severity, str]:
    """Return how grave a change is; what a condition lets through is not compared."""
    table = theirs.relation
    opens = [_opens(fact, difference, theirs) for fact in difference.history]
    if True in opens:
        return Severity.error, f"{table} opens more rows than the migrations say"
    if None in opens:
        return Severity.error, f"{table} opens other rows than the migrations say"
    return Severity.warning, f"{table} opens fewer rows than the migrations say"


def _opens(fact: str, difference: Difference, theirs: Policy) -> bool | None:
    """Tell whether the server lets more through by a part of a policy, None where that is open."""
    history, live = difference.history[fact], difference.live[fact]
    match fact:
        case "permissive":
            return bool(live)
        case "command":
            more, less = live == "all", history == "all"
            return None if not (more or less) else more == theirs.permissive
        case "roles":
            more = live == (PUBLIC,) or set(history) < set(live)
            less = history == (PUBLIC,) or set(live) < set(history)
            return None if more == less else more == theirs.permissive
        case _:
            clause = theirs.using if fact == "using" else theirs.check
            return True if clause is not None and clause.ask(is_always_true) else None


def _side(fact: str, ours: Policy, theirs: Policy) -> str:
    return f"{_part(fact, theirs)} on the server, and {_part(fact, ours)} after the migrations"


def _part(fact: str, policy: Policy) -> str:
    match fact:
        case "permissive":
            return "is permissive" if policy.permissive else "is restrictive"
        case "command":
            return f"is FOR {policy.command.upper()}"
        case "roles":
            return f"is TO {quoted_roles(policy.roles)}"
        case _:
            shown = dict(clauses(policy) or ()).get(_FACTS[fact])
            if shown is not None:
                return f"has {_FACTS[fact]} ({shortened(shown)})"
            clause = policy.using if fact == "using" else policy.check
            return f"has no {_FACTS[fact]}" if clause is None else f"has another {_FACTS[fact]}"


def _altered(difference: Difference, ours: Policy) -> str:
    """Return ALTER POLICY where that is enough, else DROP and CREATE."""
    written = dict(clauses(ours) or ())
    changed = set(difference.history)
    wanted = [keyword for fact, keyword in _FACTS.items() if fact in changed]
    if changed & {"permissive", "command"} or any(keyword not in written for keyword in wanted):
        return f"DROP POLICY {name_on(ours)};\n{_created(ours)}"
    to = f" TO {quoted_roles(ours.roles)}" if "roles" in changed else ""
    parts = "".join(f"\n  {keyword} ({written[keyword]})" for keyword in wanted)
    return f"ALTER POLICY {name_on(ours)}{to}{parts};"


def _created(policy: Policy) -> str:
    written = clauses(policy)
    if written is None:
        return f"-- CREATE POLICY {name_on(policy)} as the migrations do"
    kind = "" if policy.permissive else " AS RESTRICTIVE"
    parts = "".join(f"\n  {keyword} ({sql})" for keyword, sql in written)
    return (
        f"CREATE POLICY {name_on(policy)}{kind} FOR {policy.command.upper()} "
        f"TO {quoted_roles(policy.roles)}{parts};"
    )


def _shown(policy: Policy) -> str:
    parts = "".join(f" {keyword} ({sql})" for keyword, sql in clauses(policy) or ())
    return shortened(f"FOR {policy.command.upper()} TO {quoted_roles(policy.roles)}{parts}")


def _who(roles: tuple[str, ...]) -> str:
    return "everyone" if PUBLIC in roles else spoken(roles)


def _what(policy: Policy) -> str:
    verbs = [VERBS.get(command, "add") for command in COMMANDS if policy.covers(command)]
    return listed(verbs)
