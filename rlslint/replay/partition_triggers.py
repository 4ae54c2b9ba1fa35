"""Row triggers of a partitioned table, which its partitions have too (manual: CREATE TRIGGER)."""

from __future__ import annotations

from rlslint.catalog.model import Relation, Trigger
from rlslint.replay import TriggerDetails
from rlslint.replay.inheritance import inheriting
from rlslint.replay.state import Replay


def add_trigger(
    replay: Replay, relation: Relation, name: str, trigger: Trigger, details: TriggerDetails
) -> None:
    """Add a trigger, to partitions as well."""
    replay.take(5)
    relation.triggers[name] = trigger
    replay.origins.trigger_details[relation.oid, name] = details
    for partition in _partitions(replay, relation) if details.for_each_row else ():
        add_trigger(replay, partition, name, trigger, details._replace(is_part=True))


def take_triggers(replay: Replay, relation: Relation, parent: Relation) -> None:
    """Give a partition the row triggers of its parent."""
    for name, trigger in list(dict.items(parent.triggers)):
        details = replay.origins.trigger_details.get((parent.oid, name))
        if details is not None and details.for_each_row:
            add_trigger(replay, relation, name, trigger, details._replace(is_part=True))


def leave_triggers(replay: Replay, partition: Relation) -> None:
    """Take the parent's triggers from a detached partition."""
    for name in list(dict.keys(partition.triggers)):
        details = replay.origins.trigger_details.get((partition.oid, name))
        if details is not None and details.is_part:
            drop_trigger(replay, partition, name)


def drop_trigger(replay: Replay, relation: Relation, name: str) -> None:
    """Remove a trigger, and its parts in partitions."""
    relation.triggers.pop(name, None)
    replay.origins.trigger_details.pop((relation.oid, name), None)
    for partition in _partitions_with(replay, relation, name):
        drop_trigger(replay, partition, name)


def rename_trigger(replay: Replay, relation: Relation, old: str, new: str) -> None:
    """Rename a trigger, and its parts in partitions (since PostgreSQL 15)."""
    for partition in _partitions_with(replay, relation, old):
        rename_trigger(replay, partition, old, new)
    trigger = relation.triggers.pop(old, None)
    if trigger is not None:
        relation.triggers[new] = trigger
    details = replay.origins.trigger_details.pop((relation.oid, old), None)
    if details is not None:
        replay.origins.trigger_details[relation.oid, new] = details


def set_firing(replay: Replay, relation: Relation, name: str, fires: bool, recurse: bool) -> None:
    """ENABLE or DISABLE a trigger, "" for all of them; partitions have their parts of it."""
    for own, trigger in list(dict.items(relation.triggers)):
        if name not in ("", own):
            continue
        relation.triggers[own] = trigger._replace(enabled=fires)
        for partition in _partitions_with(replay, relation, own) if recurse else ():
            set_firing(replay, partition, own, fires, recurse)


def _partitions_with(replay: Replay, relation: Relation, name: str) -> list[Relation]:
    found = []
    for partition in _partitions(replay, relation):
        details = replay.origins.trigger_details.get((partition.oid, name))
        if details is not None and details.is_part:
            found.append(partition)
    return found


def _partitions(replay: Replay, relation: Relation) -> list[Relation]:
    return [child for child in inheriting(replay, relation) if child.partition_of is relation]
