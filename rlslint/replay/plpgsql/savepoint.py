"""What a PL/pgSQL block with an EXCEPTION section goes back to: its implicit savepoint."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rlslint.catalog.facts import Facts, Members
from rlslint.catalog.model import Relation
from rlslint.replay.inheritance import inheriting
from rlslint.sql.nodes import strings
from rlslint.sql.parser import Node, ParsedStatement

if TYPE_CHECKING:
    from rlslint.replay.state import Replay

_UNSET = object()


class Savepoint:
    """The state before a block, as far as what the block runs can change it."""

    def __init__(self, replay: Replay) -> None:
        self._replay = replay
        self._objects: dict[int, tuple[Any, dict[str, Any]]] = {}
        self._whole = False
        owners = (replay, replay.session, replay.catalog, replay.origins)
        self._owners = [(owner, _state(owner)) for owner in owners]

    def keep_for(self, parsed: ParsedStatement) -> None:
        """Remember what a statement that is about to be run may change."""
        named = _relations_named(parsed.statement.kind, parsed.node)
        if named is None:
            self._keep_everything()
            return
        for range_var in named:
            self._keep_relation(self._replay.relation(range_var, parsed.statement))

    def _keep_everything(self) -> None:
        if self._whole:
            return
        self._whole = True
        catalog = self._replay.catalog
        for relation in (*catalog.relations.known(), *catalog.unknown_relations.values()):
            self._keep_relation(relation)
        for other in (
            *catalog.functions.known(), *catalog.roles.values(), *catalog.schemas.values(),
        ):  # fmt: skip
            self._keep(other)

    def _keep_relation(self, relation: Relation) -> None:
        if id(relation) in self._objects:
            return
        self._keep(relation)
        for column in relation.columns.values() if relation.knows("columns") else ():
            self._keep(column)
        for policy in relation.policies.known():
            self._keep(policy)
        for child in inheriting(self._replay, relation):
            self._keep_relation(child)

    def _keep(self, facts: Facts) -> None:
        names = (*type(facts).__slots__, *Facts.__slots__)
        state = {}
        for name in names:
            try:
                value = object.__getattribute__(facts, name)
            except AttributeError:
                value = _UNSET
            state[name] = _copied(value)
        self._objects.setdefault(id(facts), (facts, state))

    def roll_back(self) -> None:
        """Undo all that happened since, but for what was said of it; once only."""
        for facts, state in self._objects.values():
            for name, value in state.items():
                if value is not _UNSET:
                    setattr(facts, name, value)
                elif name in type(facts).__slots__ and name in _facts_set(facts):
                    delattr(facts, name)
        for owner, state in self._owners:
            for name, value in state.items():
                if name != "dynamic":
                    setattr(owner, name, value)


def _relations_named(kind: str, node: Node) -> list[Node] | None:
    """Return the relations that a statement changes, None where it may change others too."""
    match kind, node:
        case ("AlterTableStmt" | "IndexStmt" | "CreateTrigStmt", {"relation": range_var}) | (
            "CreatePolicyStmt" | "AlterPolicyStmt",
            {"table": range_var},
        ):
            return [range_var]
        case "GrantStmt", {"objects": objects}:
            found = [item["RangeVar"] for item in objects if "RangeVar" in item]
            return found if len(found) == len(objects) else None
        case "DropStmt", {"removeType": "OBJECT_POLICY", "objects": [{"List": {"items": names}}]}:
            *table, _ = strings(names)
            return [{"relname": table[-1], "schemaname": table[-2] if len(table) > 1 else ""}]
        case _:
            return None


def _facts_set(facts: Facts) -> set[str]:
    """Return the names of the facts that are set."""
    found = set()
    for name in type(facts).__slots__:
        try:
            object.__getattribute__(facts, name)
        except AttributeError:
            continue
        found.add(name)
    return found


def _state(owner: object) -> dict[str, Any]:
    return {name: _copied(value) for name, value in vars(owner).items()}


def _copied(value: Any) -> Any:
    match value:
        case Members():
            copy: Members[Any, Any] = Members(value.fact)
            dict.update(copy, dict.items(value))
            copy.is_open, copy.gap = value.is_open, value.gap
            return copy
        case dict():
            return {
                key: item.copy() if type(item) in (list, dict) else item
                for key, item in value.items()
            }
        case list() | set():
            return value.copy()
        case _:
            return value
