"""The SQL for objects of a database that a program describes by values of their own."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from rlslint import Pattern
from rlslint.code.evaluation.built import Built
from rlslint.code.evaluation.builtins import Origin
from rlslint.code.evaluation.schema_statement import maybe
from rlslint.code.evaluation.schema_words import strings_of
from rlslint.code.evaluation.strings import Written, concatenated, untold
from rlslint.code.evaluation.values import Items, Plain, Unknown, Value
from rlslint.code.evaluation.wording import Phrase, listed, unknown, words
from rlslint.code.schemas import Act, Framework

ENTITY_ACTS = frozenset((Act.create_entity, Act.replace_entity, Act.drop_entity))
_WORD = Pattern(r"\{(\w+)\}")


def entity_statements(
    framework: Framework, act: Act, value: Value | None, place: Origin
) -> Iterator[Written]:
    """Yield the SQL that makes, replaces or drops what a value describes.

    What is not described where it can be read may be anything.
    """
    entity = framework.entities.get(value.call.name) if isinstance(value, Built) else None
    if entity is None or not isinstance(value, Built):
        source, start, end = place
        yield untold(source, start, end, source.slice(start, end).partition("\n")[0])
        return
    given = {**dict(zip(entity.positions, value.call.arguments, strict=False)), **value.call.named}
    if "on_entity" in entity.positions and "on_entity" not in given:
        given |= _apart(given.get("signature"))
    match act:
        case Act.create_entity:
            templates = [entity.create]
        case Act.drop_entity:
            templates = [entity.drop]
        case _:
            templates = [entity.replace] if entity.replace else [entity.drop, entity.create]
    for template in templates:
        if template:
            yield concatenated(_filled(template, given, value.call.place))


def _apart(signature: Value | None) -> dict[str, Value]:
    """Return the name of a policy and its table, which are given as one: `policy.table`."""
    known = signature.constant if isinstance(signature, Written) else None
    if not isinstance(signature, Written) or known is None or "." not in known:
        return {}
    end = known.index(".")
    table = signature.slice(end + 1, len(known))
    return {"signature": signature.slice(0, end), "on_entity": table}


def _filled(template: str, given: Mapping[str, Value], place: Origin) -> Iterator[Phrase]:
    """Yield a template with its words filled; what a list names stands in parentheses."""
    for number, part in enumerate(_WORD().split(template)):
        if number % 2 == 0:
            yield words(part, place)
            continue
        match given.get(part):
            case Written() as text:
                yield text.fragments
            case Items() as columns:
                names = listed([maybe(each, place) for each in strings_of((columns,))], place)
                yield [*words("(", place), *names, *words(")", place)]
            case Unknown(path=path) if path.rpartition(".")[2].isupper():
                yield words(path.rpartition(".")[2], place)
            case None | Plain(None):
                yield ()
            case _:
                yield unknown(place)
