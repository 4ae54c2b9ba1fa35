"""What a PL/pgSQL block with an EXCEPTION section goes back to: its implicit savepoint."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rlslint.catalog.facts import Facts, Members

if TYPE_CHECKING:
    from rlslint.catalog.replay.state import Replay

_UNSET = object()


class Savepoint:
    """The state of the whole catalog and of the session, and the way back to it."""

    def __init__(self, replay: Replay) -> None:
        self._objects: dict[int, tuple[Any, dict[str, Any]]] = {}
        session, catalog = replay.session, replay.catalog
        self._owners = [(owner, _state(owner)) for owner in (replay, session, catalog)]
        for relation in (*catalog.relations.known(), *catalog.unknown_relations.values()):
            self._keep(relation)
            for column in relation.columns.values() if relation.knows("columns") else ():
                self._keep(column)
            for policy in relation.policies.known():
                self._keep(policy)
        for other in (
            *catalog.functions.known(), *catalog.roles.values(), *catalog.schemas.values(),
        ):  # fmt: skip
            self._keep(other)

    def _keep(self, facts: Facts) -> None:
        names = (*type(facts).__slots__, *Facts.__slots__)
        state = {}
        for name in names:
            try:
                value = object.__getattribute__(facts, name)
            except AttributeError:
                value = _UNSET
            state[name] = _copied(value)
        self._objects[id(facts)] = (facts, state)

    def roll_back(self) -> None:
        """Undo all that happened since; once only."""
        for facts, state in self._objects.values():
            for name, value in state.items():
                if value is not _UNSET:
                    setattr(facts, name, value)
                elif name in type(facts).__slots__ and name in _facts_set(facts):
                    delattr(facts, name)
        for owner, state in self._owners:
            for name, value in state.items():
                setattr(owner, name, value)


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
                key: list(item) if isinstance(item, list) else item for key, item in value.items()
            }
        case list() | set():
            return value.copy()
        case _:
            return value
