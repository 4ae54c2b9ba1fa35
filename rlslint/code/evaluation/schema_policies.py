"""Policies, row security, roles and types as the words of a framework tell of them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from rlslint.code.evaluation.built import Built
from rlslint.code.evaluation.builtins import Origin
from rlslint.code.evaluation.schema_statement import SchemaCall, arguments_of, maybe
from rlslint.code.evaluation.schema_words import (
    Table,
    brought,
    default,
    first_of,
    sql_of,
    strings_of,
    table_name,
    table_named,
    truth,
)
from rlslint.code.evaluation.strings import Written
from rlslint.code.evaluation.values import Items, Plain, Value, constant
from rlslint.code.evaluation.wording import Phrase, listed, name, sentence, unknown, unread, words
from rlslint.code.schemas import Act, Framework, Signature
from rlslint.sql import quoted_literal

_CONDITIONS = (("using", "USING"), ("check", "WITH CHECK"), ("withcheck", "WITH CHECK"))
_ROLE_OPTIONS = (("createdb", "CREATEDB"), ("createrole", "CREATEROLE"))
_ROLE_WORDS = frozenset(("public", "current_user", "current_role", "session_user"))


def create_policy(statement: SchemaCall) -> Iterator[Written]:
    """Yield the policies that a call makes."""
    framework, place, said = statement.framework, statement.place, statement.said
    on = statement.built.on
    if statement.signature.positions == ("table",) and isinstance(on, Built):
        yield from _linked_policy(statement, on)
        return
    if framework.declares is not None and statement.built.call.name in framework.declares.policies:
        yield from _policies(statement)
        return
    label = maybe(statement.text("name"), place)
    parts: list[str | Phrase] = ["CREATE POLICY ", label, " ON ", statement.target]
    for word, given in (("AS", first_of(said, "as")), ("FOR", first_of(said, "command", "for"))):
        known = constant(given)
        if isinstance(known, str):
            parts.append(f" {word} {known.upper()}")
        elif given is not None and given != Plain(None):
            yield from unknown_policy(statement.table, place)
            return
    grantees = said.get("role", said.get("to", ()))
    if grantees:
        parts += [" TO ", _roles(framework, grantees, place)]
    for word, clause in _CONDITIONS:
        if word in said:
            given = first_of(said, word)
            condition = (
                default(given, place, is_sql=True)
                if framework.declares is None
                else sql_of(framework, given, place)
            )
            parts += [f" {clause} (", condition or unknown(place), ")"]
    yield sentence(place, *parts)


def unknown_policy(table: Table, place: Origin) -> Iterator[Written]:
    """Yield a policy of a table of which nothing else is known."""
    anything, target = unread(place), table_name(table, place)
    yield sentence(place, "CREATE POLICY ", anything, " ON ", target, " USING (", anything, ")")


def _linked_policy(statement: SchemaCall, policy: Built) -> Iterator[Written]:
    """Yield a policy that is described apart from its table, and its effect on that."""
    table = statement.roles.get("table")
    given = brought(statement.framework, table)
    own = Table("", None) if table is None else table_named(table)
    if given is not None:
        schema, _, last = given.rpartition(".")
        own = Table(schema, last)
    elif own.name is not None:
        target = table_name(own, statement.place)
        yield sentence(statement.place, "ALTER TABLE ", target, " ENABLE ROW LEVEL SECURITY")
    signature = statement.framework.parts[policy.call.name]
    roles, said = arguments_of(policy, signature)
    yield from create_policy(SchemaCall(statement.framework, policy, signature, roles, said, own))


def _policies(statement: SchemaCall) -> Iterator[Written]:
    """Yield the policies that a word stands for, each where its option is one."""
    framework, place, said = statement.framework, statement.place, statement.said
    assert framework.declares is not None
    grantees = said.get("role", ())
    names = _role_names(framework, grantees)
    owner = "-".join([each for each in names if each is not None])
    for each in framework.declares.policies[statement.built.call.name]:
        given = first_of(said, each.option)
        if given is None or given == Plain(None):
            continue
        condition = sql_of(framework, given, place) or unknown(place)
        known = None not in names
        label = name(f"crud-{owner}-policy-{each.command}", place) if known else unknown(place)
        parts: list[str | Phrase] = ["CREATE POLICY ", label, " ON ", statement.target]
        parts += [f" FOR {each.command.upper()} TO ", _roles(framework, grantees, place)]
        for clause in each.clauses:
            parts += [f" {clause} (", condition, ")"]
        yield sentence(place, *parts)


def _role_names(framework: Framework, values: Sequence[Value]) -> list[str | None]:
    found: list[str | None] = []
    for each in values:
        match each:
            case Items(inner):
                found += _role_names(framework, inner)
            case Built(signature=Signature(act=Act.create_role)):
                found += strings_of(each.call.arguments[:1])
            case _:
                given = brought(framework, each)
                found += [given] if given is not None else strings_of((each,))
    return found


def _roles(framework: Framework, values: Sequence[Value], place: Origin) -> Phrase:
    names = _role_names(framework, values)
    known = [each for each in names if each is not None]
    if not names or len(known) < len(names):
        return unknown(place)
    if framework.declares is None:
        return words(", ".join(known), place)
    parts = [words(each, place) if each in _ROLE_WORDS else name(each, place) for each in known]
    return listed(parts, place)


def drop_policy(statement: SchemaCall) -> Iterator[Written]:
    """Yield that a policy is dropped."""
    label = maybe(statement.text("name"), statement.place)
    yield sentence(statement.place, "DROP POLICY IF EXISTS ", label, " ON ", statement.target)


def enable(statement: SchemaCall) -> Iterator[Written]:
    """Yield that row security is enabled."""
    yield statement.alter("ENABLE ROW LEVEL SECURITY")


def create_role(statement: SchemaCall) -> Iterator[Written]:
    """Yield a role, unless it is said to be there."""
    own, said = statement.text("name"), statement.said
    if own is None or "existing" in said:
        return
    options = [word for key, word in _ROLE_OPTIONS if truth(said, key) is True]
    options += ["NOINHERIT"] if truth(said, "inherit") is False else []
    place = statement.place
    yield sentence(place, "CREATE ROLE ", name(own, place), *[f" {each}" for each in options])


def create_type(statement: SchemaCall) -> Iterator[Written]:
    """Yield a type of labels where all are known."""
    place, labels = statement.place, strings_of((statement.roles.get("values", Plain(0)),))
    table = table_named(statement.built)
    known = [each for each in labels if each is not None]
    if table.name is not None and len(known) == len(labels):
        listing = ", ".join(map(quoted_literal, known))
        target = table_name(table, place)
        yield sentence(place, "CREATE TYPE ", target, f" AS ENUM ({listing})")
