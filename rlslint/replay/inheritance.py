"""What children take from their parents, whose columns may stand elsewhere, and what they own."""

from __future__ import annotations

from rlslint.catalog.journal import append
from rlslint.catalog.model import Column, Constraint, Relation
from rlslint.catalog.predicates import Clause, Predicate
from rlslint.replay import must_be_as_lasting
from rlslint.replay.dependencies import note_clause, note_type
from rlslint.replay.state import Replay
from rlslint.sql import expressions as sql
from rlslint.sql.expressions import OWN_ROW, ColumnBinding, Expr
from rlslint.sql.rebuilding import rebound, rebuilt
from rlslint.text import Statement


def mapped(model: Relation, relation: Relation, numbers: tuple[int, ...]) -> tuple[int, ...]:
    """Return the attribute numbers that columns of `model` have in `relation`, by name."""
    return column_numbers(relation, names_of(model, numbers))


def names_of(relation: Relation, numbers: tuple[int, ...]) -> tuple[str, ...]:
    """Return the names of columns, "" for an expression."""
    return tuple(name_of(relation, number) for number in numbers)


def name_of(relation: Relation, number: int) -> str:
    """Return the name of a column, "" for an expression."""
    column = relation.column(number) if number and relation.knows("columns") else None
    return column.name if column is not None else ""


def column_numbers(relation: Relation, names: tuple[str, ...]) -> tuple[int, ...]:
    """Return the attribute numbers of columns, 0 for one that is not known."""
    if not relation.knows("columns"):
        return tuple(0 for _ in names)
    found = (relation.columns.get(name) for name in names)
    return tuple(column.number if column is not None else 0 for column in found)


def translated(clause: Clause, model: Relation, relation: Relation) -> Clause:
    """Return a clause of `model` as it is for `relation`, whose columns may stand elsewhere."""
    if not (model.knows("columns") and relation.knows("columns")):
        return clause
    numbers = {
        column.number: mapped(model, relation, (column.number,))[0]
        for column in model.columns.values()
    }
    if all(old == new for old, new in numbers.items()):
        return clause
    found = _renumbered(clause.expression, numbers)
    return Clause(Predicate(found), clause.statement, clause.base)


def _renumbered(part: Expr, numbers: dict[int, int]) -> Expr:
    match part:
        case sql.Column(binding=ColumnBinding(source, number, name)) if source is OWN_ROW:
            return rebound(part, ColumnBinding(source, numbers.get(number, number), name))
        case _:
            return rebuilt(part, lambda child: _renumbered(child, numbers))


def inheriting(replay: Replay, relation: Relation) -> list[Relation]:
    """Return the partitions and inheritance children of a table."""
    children = replay.children.get(id(relation))
    if children is None:
        return []
    return [
        child
        for child in children
        if dict.__contains__(replay.catalog.relations, child.oid)
        and (child.partition_of is relation or any(p is relation for p in child.parents))
    ]


def note_child(replay: Replay, parent: Relation, child: Relation) -> None:
    """Remember where to look for the children of a table."""
    children = replay.children.setdefault(id(parent), [])
    if child not in children:
        append(children, child)


def inherit(replay: Replay, relation: Relation, parent: Relation) -> None:
    """Make a new table an inheritance child."""
    must_be_as_lasting(relation, parent, both_ways=False)
    take_columns(replay, relation, parent)
    note_child(replay, parent, relation)
    relation.become("parents", (*relation.parents, parent))
    take_checks(replay, relation, parent)


def join_parent(replay: Replay, relation: Relation, parent: Relation, statement: Statement) -> None:
    """ALTER TABLE … INHERIT: the child has all columns and checks already, as its own."""
    must_be_as_lasting(relation, parent, both_ways=False)
    note_child(replay, parent, relation)
    relation.learn("parents", (*relation.parents, parent), statement)


def leave_parent(
    replay: Replay, relation: Relation, parent: Relation, statement: Statement
) -> None:
    """ALTER TABLE … NO INHERIT: what no other parent gives becomes the child's own."""
    kept = tuple(p for p in relation.parents if p is not parent)
    relation.learn("parents", kept, statement)
    keep_what_was_inherited(replay, relation)


def keep_what_was_inherited(replay: Replay, relation: Relation) -> None:
    """Make a table's own what it had from a parent that is none any more (RemoveInheritance)."""
    if not relation.knows("columns"):
        return
    for column in relation.columns.values():
        key = relation.oid, column.number
        if not gives_column(relation.parents, column.name):
            replay.origins.inherited_columns.discard(key)
            replay.origins.inherited_not_nulls.discard(key)
    for constraint in relation.constraints.known():
        if not gives_check(replay, relation.parents, constraint.name):
            replay.origins.inherited_checks.discard((relation.oid, constraint.name))


def gives_column(parents: tuple[Relation, ...], name: str) -> bool:
    """Tell whether one of these parents certainly has a column of this name."""
    return any(parent.knows("columns") and name in parent.columns for parent in parents)


def is_given_by_parent(replay: Replay, relation: Relation, name: str) -> bool:
    """Tell whether a column is certainly one that a parent gives, which only goes with that."""
    if not relation.knows("columns") or name not in relation.columns:
        return False
    whole = relation.partition_of if relation.knows("partition_of") else None
    parents = (*relation.parents, *((whole,) if whole is not None else ()))
    key = relation.oid, relation.columns[name].number
    return key in replay.origins.inherited_columns and gives_column(parents, name)


def gives_check(replay: Replay, parents: tuple[Relation, ...], name: str) -> bool:
    """Tell whether one of these parents certainly has a CHECK of this name to inherit."""
    return any(
        dict.__contains__(parent.constraints, name)
        and parent.constraints[name].kind == "check"
        and (parent.oid, name) not in replay.origins.uninherited_checks
        for parent in parents
    )


def inherit_column(replay: Replay, relation: Relation, column: Column) -> Column | None:
    """Give a child table a column of its parent; None if it has one of this name."""
    if not relation.knows("columns") or column.name in relation.columns:
        return None
    replay.take(4)
    copy = copied_column(relation, column)
    for fact in ("default", "generated"):
        _copy_fact(copy, column, fact)
    note_copy(replay, relation, copy)
    replay.origins.inherited_columns.add((relation.oid, copy.number))
    return copy


def note_copy(replay: Replay, relation: Relation, copy: Column) -> None:
    """Remember what a column that was copied needs."""
    note_type(replay, relation, copy)
    if copy.knows("default"):
        note_clause(replay, relation, copy.default)


def copied_column(relation: Relation, column: Column) -> Column:
    """Add a column of the same name and type."""
    copy = Column(column.name, relation.next_number, "", False, column.created)
    for fact in ("type", "not_null"):
        _copy_fact(copy, column, fact)
    relation.add_column(copy)
    return copy


def _copy_fact(copy: Column, column: Column, fact: str) -> None:
    if column.knows(fact):
        copy.become(fact, getattr(column, fact))
    else:
        copy.forget(fact, column.unknown[fact])


def take_columns(replay: Replay, relation: Relation, parent: Relation) -> None:
    """Give a table all columns of a parent that it has not."""
    if not parent.knows("columns"):
        if relation.knows("columns"):
            relation.forget("columns", parent.created)
        return
    for column in parent.columns.values():
        if not relation.knows("columns"):
            return
        copy = inherit_column(replay, relation, column)
        own = relation.columns[column.name]
        key = relation.oid, own.number
        if copy is None and own.knows("default") and own.default is None and not own.generated:
            for fact in ("default", "generated"):
                _copy_fact(own, column, fact)
        if (parent.oid, column.number) in replay.origins.only_not_nulls:
            # SET NOT NULL with ONLY means NO INHERIT since PostgreSQL 18.
            if copy is not None:
                copy.forget("not_null", relation.created)
        elif is_not_null(column) and (copy is not None or not is_not_null(own)):
            own.become("not_null", True)
            replay.origins.inherited_not_nulls.add(key)
            name = replay.origins.not_null_names.get((parent.oid, column.number))
            if name is not None:
                replay.origins.not_null_names[key] = name


def is_not_null(column: Column) -> bool:
    """Tell whether a column is certainly NOT NULL."""
    return column.knows("not_null") and column.not_null


def take_checks(replay: Replay, relation: Relation, parent: Relation) -> None:
    """Give a table the CHECK constraints of its parent."""
    for constraint in parent.constraints.known():
        if constraint.kind == "check":
            pass_on_check(replay, parent, relation, constraint)


def pass_on_check(
    replay: Replay, parent: Relation, child: Relation, constraint: Constraint
) -> None:
    """Give a child a CHECK under its name, and so on downwards, unless it says NO INHERIT."""
    from rlslint.replay.generated_names import hold_name

    name = constraint.name
    if (parent.oid, name) in replay.origins.uninherited_checks:
        return
    if dict.__contains__(child.constraints, name):
        return
    child.constraints[name] = check_of(parent, child, constraint)
    note_clause(replay, child, constraint.expression)
    replay.origins.inherited_checks.add((child.oid, name))
    hold_name(replay, child, name)
    for grandchild in inheriting(replay, child):
        pass_on_check(replay, child, grandchild, child.constraints[name])


def check_of(model: Relation, relation: Relation, constraint: Constraint) -> Constraint:
    """Return a CHECK as it is for another table with the same columns."""
    numbers, expression = mapped(model, relation, constraint.columns), constraint.expression
    if expression is not None:
        expression = translated(expression, model, relation)
    return constraint._replace(columns=numbers, expression=expression)


def drop_inherited_check(replay: Replay, relation: Relation, name: str, recurse: bool) -> None:
    """Take a CHECK away that a parent has dropped; with ONLY it becomes the table's own."""
    key = relation.oid, name
    if key not in replay.origins.inherited_checks or gives_check(replay, relation.parents, name):
        return
    replay.origins.inherited_checks.discard(key)
    if not recurse:
        return
    relation.constraints.pop(name, None)
    for child in inheriting(replay, relation):
        drop_inherited_check(replay, child, name, recurse)


def rename_inherited_check(replay: Replay, relation: Relation, old: str, new: str) -> None:
    """Rename a CHECK, with what children inherit of it."""
    from rlslint.replay.generated_names import hold_name, rename_member

    passed_on = (relation.oid, old) not in replay.origins.uninherited_checks
    rename_member(relation.constraints, old, new)
    hold_name(replay, relation, new)
    for keys in (replay.origins.inherited_checks, replay.origins.uninherited_checks):
        if (relation.oid, old) in keys:
            keys.discard((relation.oid, old))
            keys.add((relation.oid, new))
    for child in inheriting(replay, relation) if passed_on else ():
        if dict.__contains__(child.constraints, old):
            rename_inherited_check(replay, child, old, new)
