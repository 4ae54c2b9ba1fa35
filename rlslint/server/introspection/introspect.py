"""From what a server answers to a catalog."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from concurrent.futures import Future, ThreadPoolExecutor

from rlslint.catalog import Catalog
from rlslint.catalog.roles import DEFAULT_SEARCH_PATH
from rlslint.config.platforms import is_provided
from rlslint.server.introspection import queries
from rlslint.server.introspection.authority import (
    Held,
    RoleNames,
    Rows,
    add_default_privileges,
    add_memberships,
    add_privileges,
    add_roles,
    add_schemas,
    add_settings,
)
from rlslint.server.introspection.deparsed import Deparsed
from rlslint.server.introspection.description import Description
from rlslint.server.introspection.policies import add_policies
from rlslint.server.introspection.publications import add_publications
from rlslint.server.introspection.relations import (
    add_columns,
    add_constraints,
    add_defaults,
    add_indexes,
    add_parents,
    add_partition_keys,
    add_relations,
    add_rules,
    add_triggers,
    add_views,
)
from rlslint.server.introspection.routines import add_functions

Ask = Callable[[str], str]
"""Sends a query to the server and returns the one value of its answer."""


class _Answers:
    """Asks queries ahead, in their order: the server works while answers are taken in."""

    def __init__(self, ask: Ask, asked: Iterable[str]) -> None:
        self._ask = ask
        self._executor = ThreadPoolExecutor(1)
        self._answers: dict[str, Future[str]] = {
            query: self._executor.submit(ask, query) for query in asked
        }

    def __call__(self, query: str) -> Rows:
        """Return the rows of an answer; what was not asked ahead is asked now."""
        answer = self._answers.pop(query, None) or self._executor.submit(self._ask, query)
        return list(zip(*json.loads(answer.result()), strict=True))

    def __enter__(self) -> _Answers:
        return self

    def __exit__(self, *error: object) -> None:
        self._executor.shutdown(wait=False, cancel_futures=True)


def introspect(
    ask: Ask, database: str, version: int, meanwhile: Callable[[], None] = lambda: None
) -> Catalog:
    """Return what a database holds.

    `database` is how messages name it; `version` is server_version_num. The queries have to run in
    one snapshot and with an empty search_path, so that the server shows all names in full. What is
    to be done `meanwhile` is done once the server has work.
    """
    memberships = queries.MEMBERSHIPS if version >= 160000 else queries.MEMBERSHIPS_BEFORE_16
    functions = queries.FUNCTIONS if version >= 140000 else queries.FUNCTIONS_BEFORE_14
    publications = queries.PUBLICATIONS if version >= 150000 else queries.PUBLICATIONS_BEFORE_15
    catalog, description = Catalog(), Description(database)
    deparsed = Deparsed(catalog)
    with _Answers(ask, (memberships, functions, *queries.OF_ALL_VERSIONS, publications)) as rows:
        meanwhile()
        names = add_roles(catalog, description, rows(queries.ROLES))
        foreign_owners = _foreign_owners(catalog, names)
        add_memberships(catalog, description, rows(memberships), names)
        add_settings(catalog, description, rows(queries.SETTINGS), names)
        search_path = _search_path(catalog, rows(queries.SEARCH_PATH))
        for (name,) in rows(queries.EXTENSIONS):
            catalog.extensions[name] = None
        held: list[Held] = add_schemas(catalog, description, rows(queries.SCHEMAS), names)
        held += add_functions(
            catalog, description, rows(functions), names, foreign_owners, search_path
        )
        privileges: dict[str, Rows] = dict(rows(queries.RELATION_PRIVILEGES))
        relations, on_relations = add_relations(
            catalog, rows(queries.RELATIONS), privileges, names, foreign_owners
        )
        held += on_relations
        own = {oid: one for oid, one in relations.items() if not one.is_beyond_history}
        add_parents(relations, rows(queries.PARENTS))
        add_partition_keys(own, rows(queries.PARTITION_KEYS))
        held += add_columns(own, rows(queries.COLUMNS), description)
        add_defaults(own, rows(queries.DEFAULTS), deparsed, description)
        add_constraints(relations, own, rows(queries.CONSTRAINTS))
        add_indexes(own, rows(queries.INDEXES), deparsed, description)
        add_triggers(own, rows(queries.TRIGGERS), description)
        add_rules(own, rows(queries.RULES), deparsed, description)
        add_views(own, rows(queries.VIEWS), deparsed, description)
        add_policies(relations, rows, names, deparsed, description)
        add_publications(
            catalog, relations, rows(publications), names, foreign_owners, deparsed, description
        )
        add_default_privileges(catalog, description, rows(queries.DEFAULT_PRIVILEGES), names)
        add_privileges(catalog, description, held, names)
    description.finish()
    return catalog


def _foreign_owners(catalog: Catalog, names: RoleNames) -> frozenset[str]:
    """Return the roles of the platform: what they own is not the user's to mend."""
    platform = catalog.platform
    if platform is None:
        return frozenset()
    provided = (name for name in names.values() if is_provided(platform, name))
    return frozenset(provided) - {platform.owner}


def _search_path(catalog: Catalog, of_server: Rows) -> tuple[str, ...]:
    """Return the search_path of sessions that set none; the database's goes first."""
    of_database = catalog.database_settings.get("search_path")
    written = of_database[0] if of_database is not None else "".join(row[0] for row in of_server)
    names = tuple(part.strip().strip('"') for part in written.split(","))
    return names if any(names) else DEFAULT_SEARCH_PATH
