"""CREATE, ALTER and DROP PUBLICATION."""

from __future__ import annotations

from collections.abc import Iterator

from rlslint.catalog.binding import Scope, bind
from rlslint.catalog.model import Kind, Relation
from rlslint.catalog.predicates import Clause
from rlslint.catalog.publications import OPERATIONS, Publication, PublishedSchema, PublishedTable
from rlslint.catalog.roles import MIGRATION_ROLE, Schema
from rlslint.replay.inheritance import inheriting
from rlslint.replay.state import Replay
from rlslint.sql.nodes import expression, strings
from rlslint.sql.parser import Node
from rlslint.text import Statement

_FALSE = ("false", "off", "no", "0")


def create_publication(replay: Replay, statement: Statement, node: Node, base: int) -> None:
    name, publications = node["pubname"], replay.catalog.publications
    if dict.__contains__(publications, name) and not publications[name].is_beyond_history:
        return
    publication = Publication(name, replay.session.user, statement)
    publication.all_tables = node.get("for_all_tables", False)
    _set_options(publication, node, statement)
    _add_objects(replay, publication, node, statement, base)
    publications[name] = publication


def alter_publication(replay: Replay, statement: Statement, node: Node, base: int) -> None:
    publication = _publication(replay, node["pubname"], statement)
    _set_options(publication, node, statement)
    if "pubobjects" in node:
        # PostgreSQL refuses to add tables to, or take them from, one that is FOR ALL TABLES.
        if not publication.knows("all_tables"):
            publication.learn("all_tables", False, statement)
        if node["action"] == "AP_DropObjects":
            _drop_objects(replay, publication, node, statement)
        else:
            if node["action"] == "AP_SetObjects":
                _take_all(publication)
            _add_objects(replay, publication, node, statement, base)


def _publication(replay: Replay, name: str, statement: Statement) -> Publication:
    """Return the publication of a name, or the stand-in for one beyond the history."""
    publications = replay.catalog.publications
    if not dict.__contains__(publications, name):
        publications[name] = Publication.beyond_history(name, statement)
    return publications[name]


def _take_all(publication: Publication) -> None:
    for table in publication.tables.known():
        del publication.tables[table.relation]
    for published in publication.schemas.known():
        del publication.schemas[published.schema]
    publication.tables.close()
    publication.schemas.close()


def _set_options(publication: Publication, node: Node, statement: Statement) -> None:
    for item in node.get("options", ()):
        definition = item["DefElem"]
        word = _value(definition).lower()
        match definition["defname"]:
            case "publish":
                named = {part.strip() for part in word.split(",")}
                publication.learn("operations", named & frozenset(OPERATIONS), statement)
            case "publish_via_partition_root":
                publication.learn("via_root", word not in _FALSE, statement)
            case _:
                continue


def _value(definition: Node) -> str:
    match definition.get("arg"):
        case None:
            return "true"
        case {"TypeName": {"names": names}}:
            return strings(names)[-1]
        case {"Integer": value}:
            return str(value.get("ival", 0))
        case {"String": value}:
            return str(value.get("sval", ""))
        case {"Boolean": value}:
            return str(value.get("boolval", False))
        case _:
            return ""


def _add_objects(
    replay: Replay, publication: Publication, node: Node, statement: Statement, base: int
) -> None:
    publication.because_of("tables", statement)
    for table in _tables(node):
        relation = replay.relation(table["relation"], statement)
        for one in _with_children(replay, relation, table):
            if dict.__contains__(publication.tables, one):
                # PostgreSQL refuses to add it, so that it stays as it is.
                continue
            publication.tables[one] = PublishedTable(
                one,
                _column_list(one, table),
                _row_filter(replay, one, table, statement, base),
                statement,
            )
    for schema in _schemas(replay, node, statement):
        publication.schemas[schema] = PublishedSchema(schema, statement)


def _drop_objects(
    replay: Replay, publication: Publication, node: Node, statement: Statement
) -> None:
    publication.because_of("tables", statement)
    for table in _tables(node):
        relation = replay.relation(table["relation"], statement)
        for one in _with_children(replay, relation, table):
            publication.tables.pop(one, None)
    for schema in _schemas(replay, node, statement):
        publication.schemas.pop(schema, None)


def _tables(node: Node) -> Iterator[Node]:
    for item in node.get("pubobjects", ()):
        table = item["PublicationObjSpec"].get("pubtable")
        if table is not None:
            yield table


def _with_children(replay: Replay, relation: Relation, table: Node) -> Iterator[Relation]:
    """Yield a table and those that inherit from it now, unless ONLY it is meant.

    Partitions are not named with it: they are sent because it is (manual: CREATE PUBLICATION).
    """
    yield relation
    is_partitioned = relation.knows("kind") and relation.kind is Kind.partitioned_table
    if table["relation"].get("inh", False) and not is_partitioned:
        for child in inheriting(replay, relation):
            yield from _with_children(replay, child, table)


def _column_list(relation: Relation, table: Node) -> tuple[int, ...]:
    if not relation.knows("columns"):
        return ()
    named = strings(table.get("columns", ()))
    columns = (relation.columns.get(name) for name in named)
    return tuple(sorted(column.number for column in columns if column is not None))


def _row_filter(
    replay: Replay, relation: Relation, table: Node, statement: Statement, base: int
) -> Clause | None:
    if "whereClause" not in table:
        return None
    scope = Scope(replay.catalog, replay.search_path, statement).with_own_row(relation)
    return replay.clause(bind(expression(table["whereClause"]), scope), statement, base)


def _schemas(replay: Replay, node: Node, statement: Statement) -> Iterator[Schema]:
    for item in node.get("pubobjects", ()):
        match item["PublicationObjSpec"]:
            case {"pubobjtype": "PUBLICATIONOBJ_TABLES_IN_SCHEMA", "name": name}:
                yield _schema(replay, name, statement)
            case {"pubobjtype": "PUBLICATIONOBJ_TABLES_IN_CUR_SCHEMA"}:
                yield _schema(replay, replay.creation_schema(), statement)
            case _:
                continue


def _schema(replay: Replay, name: str, statement: Statement) -> Schema:
    """Return the schema of a name, or one stand-in for what exists beyond the history."""
    known = replay.catalog.schemas.get(name)
    if known is not None:
        return known
    for publication in replay.catalog.publications.known():
        for published in publication.schemas.known():
            if published.schema.name == name and not published.schema.knows("owner"):
                return published.schema
    stand_in = Schema(name, MIGRATION_ROLE, None)
    stand_in.forget("owner", statement)
    return stand_in


def rename(replay: Replay, statement: Statement, node: Node, base: int) -> None:
    publications = replay.catalog.publications
    match node:
        case {"renameType": "OBJECT_PUBLICATION", "object": {"String": {"sval": old}}}:
            renamed = _publication(replay, old, statement)
            renamed.learn("name", node["newname"], statement)
            publications.pop(old, None)
            publications[renamed.name] = renamed
        case {"renameType": "OBJECT_ROLE", "subname": old, "newname": new}:
            for publication in publications.known():
                if publication.knows("owner") and publication.owner == old:
                    publication.become("owner", new)
        case _:
            return


def change_owner(replay: Replay, statement: Statement, node: Node, base: int) -> None:
    match node:
        case {"objectType": "OBJECT_PUBLICATION", "object": {"String": {"sval": name}}}:
            if dict.__contains__(replay.catalog.publications, name):
                owner = replay.role_name(node["newowner"])
                _give(replay, replay.catalog.publications[name], owner, statement)
        case _:
            return


def reassign_owned(replay: Replay, statement: Statement, node: Node, base: int) -> None:
    owner = replay.role_name(node["newrole"])
    for publication in _owned_by(replay, node):
        _give(replay, publication, owner, statement)


def _give(replay: Replay, publication: Publication, owner: str, statement: Statement) -> None:
    if publication.is_beyond_history:
        return
    publication.learn("owner", owner, statement)


def _owned_by(replay: Replay, node: Node) -> list[Publication]:
    names = replay.role_names(node["roles"])
    return [
        publication
        for publication in replay.catalog.publications.known()
        if publication.knows("owner") and publication.owner in names
    ]


def drop(replay: Replay, statement: Statement, node: Node, base: int) -> None:
    if node["removeType"] == "OBJECT_PUBLICATION":
        for item in node["objects"]:
            replay.catalog.publications.pop(item["String"]["sval"], None)


def drop_owned(replay: Replay, statement: Statement, node: Node, base: int) -> None:
    for publication in _owned_by(replay, node):
        replay.catalog.publications.pop(publication.name, None)
