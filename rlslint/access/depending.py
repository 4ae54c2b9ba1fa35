"""What an answer depends on beside its table: the functions, views and tables that are asked.

Two conditions that are written alike let other rows pass where a function that they call calls
another one, a view that they read shows other rows, or whoever asks may not ask any more.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress

from rlslint import NamedTuple
from rlslint.access.privileges import has_any_column_privilege, may_execute
from rlslint.access.reach import runs_as_invoker
from rlslint.catalog import Catalog
from rlslint.catalog.facts import UnknownFact
from rlslint.catalog.functions import Function
from rlslint.catalog.model import Relation
from rlslint.drift.likeness import alike, signature
from rlslint.meaning.bodies import functions_called, tables_read, tables_written
from rlslint.meaning.carrying_over import do_the_same
from rlslint.sql.expressions import Call, Expr, Query
from rlslint.text import Statement


class Asked(NamedTuple):
    """A function that is called or a relation that is read, and whose rights count for that."""

    subject: Function | Relation
    reader: str


Dependencies = Mapping[tuple[str, str], Asked]
"""What is asked, by its name and by who asks."""


def dependencies(catalog: Catalog, role: str, roots: Iterable[Expr | Asked]) -> Dependencies:
    """Return what expressions, or views and functions, ask when a role uses them.

    What is not known of a body is left out.
    """
    found: dict[tuple[str, str], Asked] = {}
    waiting: list[Expr | Asked] = list(roots)
    while waiting:
        one = waiting.pop()
        if isinstance(one, Expr):
            waiting += _in_expression(one, role, role)
            continue
        key = (_name(one.subject), one.reader)
        if key in found:
            continue
        found[key] = one
        with suppress(UnknownFact):
            if isinstance(one.subject, Function):
                waiting += _in_function(catalog, one.subject, one.reader)
            elif one.subject.is_view or one.subject.is_materialized_view:
                waiting += _in_view(one.subject, one.reader)
    return found


def what_changed(
    before: Asked, after: Asked, catalogs: tuple[Catalog, Catalog], names: Mapping[str, str]
) -> str:
    """Return in which respect a function or view is another one, "" where it is the same.

    Of tables only the privilege to read them is told. What is known on one side only is another.
    `names` are what roles were called before.
    """
    earlier, later = _told(before, catalogs[0]), _told(after, catalogs[1])
    match before.subject, after.subject:
        case Function() as was, Function() as now:
            if not do_the_same(was, now, names):
                return f"what {after.subject} gives has changed"
            if earlier != later:
                return f"who may call {after.subject} has changed"
        case Relation() as was, Relation() as now:
            if not _shows_the_same(was, now, names):
                return f"what {after.subject} shows has changed"
            if earlier != later:
                return f"who may read {after.subject} has changed"
    return ""


def new_statements(before: Asked, after: Asked) -> Iterator[Statement]:
    """Yield the statements about what is asked that were not there before."""
    known = {one.sql for one in _statements(before.subject)}
    yield from (one for one in _statements(after.subject) if one.sql not in known)


def _statements(subject: Function | Relation) -> Iterator[Statement]:
    yield from (one for one in subject.statements.values() if one is not None)
    for grant in subject.grants.known():
        if grant.statement is not None:
            yield grant.statement


def _name(subject: Function | Relation) -> str:
    if isinstance(subject, Relation):
        return str(subject)
    return signature(subject) if subject.knows("argument_types") else str(subject)


def _in_expression(expression: Expr, reader: str, caller: str) -> Iterator[Asked]:
    """Yield what an expression asks: `reader` reads its tables, `caller` calls its functions."""
    for part in expression.walk():
        match part:
            case Call(function=Function() as function):
                yield Asked(function, caller)
            case Query():
                for source in part.sources:
                    if isinstance(source.relation, Relation):
                        yield Asked(source.relation, reader)


def _in_function(catalog: Catalog, function: Function, caller: str) -> Iterator[Asked]:
    reader = function.owner if function.security_definer else caller
    path = function.search_path
    for schema, name in (*tables_read(function), *tables_written(function)):
        relations = (catalog.relation(one, name) for one in ((schema,) if schema else path))
        found = next((relation for relation in relations if relation is not None), None)
        if found is not None:
            yield Asked(found, reader)
    for names, _ in functions_called(function):
        schemas = (names[-2],) if len(names) > 1 else path
        for schema in schemas:
            for called in catalog.function_names.get((schema, names[-1]), ()):
                yield Asked(called, reader)


def _in_view(view: Relation, caller: str) -> Iterator[Asked]:
    query = view.view_query()
    if query is not None:
        # Functions in a view are called by whoever queries it.
        reader = caller if view.is_view and runs_as_invoker(view) else view.owner
        yield from _in_expression(query, reader, caller)


def _told(asked: Asked, catalog: Catalog) -> bool | None:
    """Tell whether who asks may do so, None where that is not known."""
    try:
        if isinstance(asked.subject, Function):
            return may_execute(catalog, asked.reader, asked.subject)
        return has_any_column_privilege(catalog, asked.reader, asked.subject, "select")
    except UnknownFact:
        return None


def _shows_the_same(was: Relation, now: Relation, names: Mapping[str, str]) -> bool:
    try:
        if was.kind is not now.kind:
            return False
        if not (was.is_view or was.is_materialized_view):
            return True
        if was.is_view and runs_as_invoker(was) is not runs_as_invoker(now):
            return False
        if was.owner != names.get(now.owner, now.owner):
            return False
        earlier, later = was.view_query(), now.view_query()
    except UnknownFact as gap:
        return _is_as_unknown(gap, now)
    if earlier is None or later is None:
        return earlier is later
    return alike(earlier, later)


def _is_as_unknown(gap: UnknownFact, now: Relation) -> bool:
    """Tell whether nothing new was said of what is not known on the earlier side."""
    if now.knows(gap.fact):
        return False
    said = getattr(gap.subject, "statements", {}).get(gap.fact)
    says = now.statements.get(gap.fact)
    return (said and said.sql) == (says and says.sql)
