"""What CREATE, ALTER and DROP PUBLICATION may change."""

from __future__ import annotations

from collections.abc import Iterator

from rlslint.catalog.publications import Publication
from rlslint.replay.plpgsql.possible_effects.effects import PossibleEffects
from rlslint.replay.plpgsql.possible_effects.open_names import is_open_name, name_pattern
from rlslint.sql.parser import Node


def create_publication(effects: PossibleEffects, node: Node) -> None:
    name, publications = node["pubname"], effects.catalog.publications
    if is_open_name(name):
        effects.open(publications)
    elif not dict.__contains__(publications, name):
        _become_unknown(effects, name)


def alter_publication(effects: PossibleEffects, node: Node) -> None:
    name, publications = node["pubname"], effects.catalog.publications
    if not is_open_name(name) and not dict.__contains__(publications, name):
        _become_unknown(effects, name)
    for publication in list(_named(effects, name)):
        changed = publication.copied()
        if "options" in node:
            effects.forget_all(changed, ("operations", "via_root"))
        if "pubobjects" in node and node["action"] == "AP_AddObjects":
            effects.open(changed.tables)
            effects.open(changed.schemas)
        elif "pubobjects" in node:
            effects.lose(changed.tables)
            effects.lose(changed.schemas)
        publications[changed.name] = changed


def drop_publication(effects: PossibleEffects, name: str) -> None:
    for publication in list(_named(effects, name)):
        _become_unknown(effects, publication.name)


def _become_unknown(effects: PossibleEffects, name: str) -> None:
    publication = Publication.beyond_history(name, effects.statement)
    effects.catalog.publications[name] = publication
    effects.changed = True


def _named(effects: PossibleEffects, name: str) -> Iterator[Publication]:
    matches = name_pattern(name)
    return (one for one in effects.catalog.publications.known() if matches(one.name))
