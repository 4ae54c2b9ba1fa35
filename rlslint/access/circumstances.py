"""What else decides what a command does: rules, triggers, stored settings, memberships, operators.

Answers about rows do not tell of these. Where they are others in two catalogs, equal answers need
not mean that nothing was gained or lost.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from rlslint import NamedTuple
from rlslint.access import certainly_of, inherited_roles, settable_roles
from rlslint.catalog import Catalog
from rlslint.catalog.facts import UnknownFact
from rlslint.catalog.functions import Function
from rlslint.catalog.model import Column, Relation, RewriteRule, Trigger
from rlslint.drift.likeness import alike
from rlslint.meaning.bodies import words_in_body
from rlslint.meaning.carrying_over import do_the_same
from rlslint.meaning.context import context_reads, own_columns
from rlslint.sql.expressions import Call, Expr, Operator, Query
from rlslint.text import Statement


class Side(NamedTuple):
    """A role, a table and a command in one catalog, and the conditions that rows have to meet."""

    catalog: Catalog
    role: str
    relation: Relation
    command: str
    conditions: tuple[Expr, ...]


class Circumstance(NamedTuple):
    """That something else has changed, and the statements that say so now."""

    because: str
    statements: tuple[Statement, ...] = ()


def around_tables(before: Side, after: Side) -> Iterator[Circumstance]:
    """Yield what of the tables has changed and may act beside their policies."""
    tables = before.relation, after.relation
    if any(table.triggers.known() or not table.knows("rules") or table.rules for table in tables):
        yield from _rules(before, after)
        yield from _triggers(before, after)


def around_conditions(before: Side, after: Side) -> Iterator[Circumstance]:
    """Yield what conditions ask beside rows and functions and has changed, or is not compared."""
    for compared in (_settings, _memberships, _generated, _operators):
        yield from compared(before, after)


def begins_as(catalog: Catalog, role: str) -> str:
    """Return the role that sessions of a role begin with: ALTER ROLE … SET role names another."""
    name = _stored(catalog, role).get("role", "").strip("'\"")
    return name if name in catalog.roles else role


def _rules(before: Side, after: Side) -> Iterator[Circumstance]:
    earlier, later = ({r.name: r for r in _rules_of(side)} for side in (before, after))
    for name in dict.fromkeys((*later, *earlier)):
        was, now = earlier.get(name), later.get(name)
        if was is None or now is None or not _is_same_rule(was, now):
            yield Circumstance(f"rule {name} on {after.relation} has changed", _news(was, now))


def _rules_of(side: Side) -> Iterable[RewriteRule]:
    rules = side.relation.rules if side.relation.knows("rules") else ()
    return (rule for rule in rules if rule.enabled and rule.event == side.command)


def _is_same_rule(was: RewriteRule, now: RewriteRule) -> bool:
    if was.statement is not None and now.statement is not None:
        return was.statement.sql == now.statement.sql
    told = [
        (rule.instead, [(a.command, str(a.target), [*map(str, a.reads)]) for a in rule.actions])
        for rule in (was, now)
    ]
    conditions = [
        [clause.expression for action in rule.actions for clause in action.conditions]
        for rule in (was, now)
    ]
    return (
        told[0] == told[1]
        and len(conditions[0]) == len(conditions[1])
        and all(map(alike, *conditions))
    )


def _triggers(before: Side, after: Side) -> Iterator[Circumstance]:
    earlier, later = (dict(_triggers_of(side)) for side in (before, after))
    for name in dict.fromkeys((*later, *earlier)):
        was, now = earlier.get(name), later.get(name)
        if was is not None and now is not None and _is_same_trigger(was, now, before, after):
            continue
        if _may_refuse(was, before) or _may_refuse(now, after):
            words = f"trigger {name} on {after.relation} may refuse or change rows, and has changed"
            yield Circumstance(words, _news(was, now))


def _triggers_of(side: Side) -> Iterator[tuple[str, Trigger]]:
    for name, trigger in dict.items(side.relation.triggers):
        if trigger.enabled and side.command in trigger.events:
            yield name, trigger


def _is_same_trigger(was: Trigger, now: Trigger, before: Side, after: Side) -> bool:
    if (was.before, was.events, was.function) != (now.before, now.events, now.function):
        return False
    # WHEN stands in the statement only.
    texts = [one.statement.sql if one.statement is not None else "" for one in (was, now)]
    if "" not in texts and texts[0] != texts[1]:
        return False
    functions = [_function_of(one, side) for one, side in ((was, before), (now, after))]
    if functions[0] is None or functions[1] is None:
        return functions[0] is functions[1]
    return do_the_same(functions[0], functions[1])


def _function_of(trigger: Trigger, side: Side) -> Function | None:
    schema, _, name = trigger.function.rpartition(".")
    found = side.catalog.function_names.get((schema or "public", name), ())
    return found[0] if len(found) == 1 else None


_WRITES = frozenset((":=", "="))


def _may_refuse(trigger: Trigger | None, side: Side) -> bool:
    """Tell whether a trigger raises, keeps a row as it is, or fills in what conditions look at."""
    if trigger is None:
        return False
    function = _function_of(trigger, side)
    if function is None or function.language not in ("plpgsql", "sql"):
        return True
    words = [word.strip('"') for word, _ in words_in_body(function)]
    if (
        "raise" in words
        or "execute" in words
        or (trigger.before and _follow(words, "return", "null"))
    ):
        return True
    columns = {c.name.lower() for c in _columns_read(side)}
    return trigger.before and any(
        words[at : at + 2] == ["new", "."] and words[at + 2] in columns and words[at + 3] in _WRITES
        for at in range(len(words) - 3)
    )


def _follow(words: list[str], first: str, second: str) -> bool:
    return any(words[at : at + 2] == [first, second] for at in range(len(words)))


def _columns_read(side: Side) -> Iterator[Column]:
    if side.relation.knows("columns"):
        numbers = frozenset[int]().union(*map(own_columns, side.conditions))
        yield from (c for c in side.relation.columns.values() if c.number in numbers)


def _settings(before: Side, after: Side) -> Iterator[Circumstance]:
    names = {
        read.name.lower()
        for side in (before, after)
        for condition in side.conditions
        for read in context_reads(condition)
        if read.kind == "setting" and read.name
    }
    earlier, later = _stored(before.catalog, before.role), _stored(after.catalog, after.role)
    for name in sorted(names):
        if earlier.get(name) != later.get(name):
            role = after.catalog.roles.get(after.role)
            said = role.statements.get(f"setting {name}") if role is not None else None
            words = f"what sessions of {after.role} begin with in {name} has changed"
            yield Circumstance(words, (said,) if said is not None else ())


def _stored(catalog: Catalog, role: str) -> dict[str, str]:
    """Return the settings with which sessions of a role begin, as far as is known."""
    found = {name.lower(): value for name, (value, _) in catalog.database_settings.items()}
    known = catalog.roles.get(role)
    if known is not None and known.knows("settings"):
        found |= {name.lower(): value for name, value in known.settings.items()}
    return found


_OF_MEMBERS = frozenset(("pg_auth_members", "pg_roles", "pg_authid", "pg_user", "pg_group"))


def _memberships(before: Side, after: Side) -> Iterator[Circumstance]:
    if not any(map(_asks_memberships, (*before.conditions, *after.conditions))):
        return
    for closure in (inherited_roles, settable_roles):
        was = certainly_of(closure, before.catalog, before.role) - {before.role}
        now = certainly_of(closure, after.catalog, after.role) - {after.role}
        if was != now:
            made = _memberships_of(after)
            known = {one.sql for one in _memberships_of(before)}
            news = tuple(one for one in made if one.sql not in known)
            yield Circumstance(f"of which roles {after.role} is a member has changed", news)
            return


def _asks_memberships(condition: Expr) -> bool:
    for part in condition.walk():
        match part:
            case Call() if part.name[-1] == "pg_has_role":
                return True
            case Query() if any(source.name in _OF_MEMBERS for source in part.sources):
                return True
    return False


def _memberships_of(side: Side) -> Iterator[Statement]:
    for name in certainly_of(settable_roles, side.catalog, side.role):
        role = side.catalog.roles.get(name)
        for membership in role.memberships.known() if role is not None else ():
            if membership.statement is not None:
                yield membership.statement


def _generated(before: Side, after: Side) -> Iterator[Circumstance]:
    for column in _columns_read(after):
        was = before.relation.columns.get(column.name) if before.relation.knows("columns") else None
        if was is None or not (column.generated or was.generated):
            continue
        said, known = (_said_of(side, one) for side, one in ((after, column), (before, was)))
        if not said or said != known:
            yield Circumstance(f"what generates {column.name} is not compared")


def _said_of(side: Side, column: Column) -> frozenset[str]:
    """Return the statements about a column, in which stands what it is generated from."""
    statements = (*column.statements.values(), column.created)
    said = {one.sql for one in statements if one is not None}
    return (
        frozenset(said)
        if said or side.relation.created is None
        else frozenset((side.relation.created.sql,))
    )


_OWN_OPERATORS = frozenset({
    "=", "<>", "!=", "<", ">", "<=", ">=", "+", "-", "*", "/", "%", "^", "||", "|", "&", "#", "<<",
    ">>", "~", "~*", "!~", "!~*", "~~", "~~*", "!~~", "!~~*", "->", "->>", "#>", "#>>", "#-", "@>",
    "<@", "&&", "&<", "&>", "-|-", "?", "?|", "?&", "@@", "@?", "@", "^@", "<<=", ">>=",
    "is distinct from", "is not distinct from",
})  # fmt: skip
"""Operators of PostgreSQL's own that conditions use."""


def _operators(before: Side, after: Side) -> Iterator[Circumstance]:
    symbols = {
        part.symbol
        for side in (before, after)
        for condition in side.conditions
        for part in condition.walk()
        if isinstance(part, Operator)
    }
    for symbol in sorted(symbols):
        made = [
            {key: f for key, f in side.catalog.operators.items() if key[0] == symbol}
            for side in (before, after)
        ]
        if not (made[0] or made[1] or symbol not in _OWN_OPERATORS):
            continue
        if made[0].keys() != made[1].keys() or not all(
            _is_same(f, made[1][key]) for key, f in made[0].items()
        ):
            yield Circumstance(f"what the operator {symbol} does has changed")
        elif not made[0]:
            yield Circumstance(f"what the operator {symbol} does is not compared")


def _is_same(was: Function | None, now: Function | None) -> bool:
    if was is None or now is None:
        return was is now
    try:
        return do_the_same(was, now)
    except UnknownFact:
        return False


def _news(
    was: RewriteRule | Trigger | None, now: RewriteRule | Trigger | None
) -> tuple[Statement, ...]:
    if now is None or now.statement is None:
        return ()
    known = was.statement.sql if was is not None and was.statement is not None else ""
    return (now.statement,) if now.statement.sql != known else ()
