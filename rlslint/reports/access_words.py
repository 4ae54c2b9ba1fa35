"""What `access` says, in words: which rows a role gets at, by what, and why it is not known.

The editor and all formats use these words; the values stand in `access` and `project`.
"""

from __future__ import annotations

from collections.abc import Iterable

from rlslint.access import ASSUMED_ROLE
from rlslint.access.effective import Extent, Ground, Rows
from rlslint.access.refusals import Lack
from rlslint.access.ways import Way
from rlslint.catalog import Catalog
from rlslint.catalog.answers import ask
from rlslint.catalog.facts import DataDecides, GivenUp, UnknownFact
from rlslint.catalog.model import Relation
from rlslint.catalog.predicates import Clause
from rlslint.catalog.roles import MIGRATION_ROLE, PUBLIC
from rlslint.meaning.calls import inlined_predicate
from rlslint.meaning.context import ContextFunctions, ContextRead, is_own, own_column, read_of
from rlslint.meaning.row_kinds import RowKind, row_kinds
from rlslint.project.matrix import AskedRole
from rlslint.reports import file_and_row
from rlslint.sql.expressions import (
    Call,
    Cast,
    Column,
    ColumnBinding,
    Constant,
    Expr,
    Operator,
    Query,
    Source,
    SubSelect,
)
from rlslint.sql.spelling import AS_WRITTEN, Names, Unspelled, spelled
from rlslint.text import Statement
from rlslint.text.sentences import listed

_NONE = {
    Ground.no_privilege: "no privilege",
    Ground.no_usage: "no USAGE on its schema",
    Ground.not_changeable: "a materialized view is refreshed, not changed",
    Ground.no_policy: "row security lets no row pass, for no policy does",
    Ground.policies: "its policies let no row pass",
    Ground.recursion: "refused, for its policies ask each other for ever",
}
_EVERY = {
    Ground.off: "row security is not enabled",
    Ground.not_applied: "TRUNCATE asks no policy",
    Ground.superuser: "it is a superuser",
    Ground.bypassrls: "it has BYPASSRLS",
    Ground.owner: "it is the owner, and row security is not forced",
    Ground.policies: "its policies let every row pass",
}
_ROLES = {
    ASSUMED_ROLE: "the application",
    MIGRATION_ROLE: "the role of the migrations",
    PUBLIC: "PUBLIC",
}
_UNKNOWN = {
    "rls_enabled": "whether row security is enabled",
    "rls_forced": "whether row security is forced",
    "policies": "which policies there are",
    "grants": "which privileges are granted",
    "memberships": "who is a member of what",
    "owner": "who the owner is",
    "columns": "which columns there are",
    "kind": "what it is",
    "meaning": "what a condition means",
}
_LONGEST_SQL = 600


class Speaker:
    """Says what a catalog's answers mean, each condition worked out once."""

    def __init__(self, catalog: Catalog, functions: ContextFunctions) -> None:
        self._catalog = catalog
        self._functions = functions

    def rows(self, rows: Rows, table: Relation) -> str:
        """Return which rows these are, as one says it behind "reads" or "deletes"."""
        said = self._extent(rows, table)
        if rows.columns:
            said += f", columns {', '.join(rows.columns)} only"
        if rows.leaves is not None:
            said += f"; may leave behind {self._extent(rows.leaves, table)}"
        if rows.reads is not None and rows.extent is not Extent.none:
            said += f"; with WHERE or RETURNING only of {self._extent(rows.reads, table)}"
        if rows.doubts:
            said += f" (if {listed(rows.doubts)})"
        return said

    def answer(self, rows: Rows, ways: Iterable[Way], table: Relation) -> str:
        """Return which rows these are, and what comes by other ways."""
        return "; ".join((self.rows(rows, table), *(self.way(way, table) for way in ways)))

    def way(self, way: Way, table: Relation) -> str:
        """Return what one other way gives: "through the view public.all_docs every row"."""
        names = ", which is over ".join(map(str, way.via))
        own = way.via[0] if way.kind in ("parent", "partition", "child") else table
        said = self._extent(way.rows, own if isinstance(own, Relation) else table)
        doubts = f" (if {listed(way.rows.doubts)})" if way.rows.doubts else ""
        reader = role_in_words(way.reader)
        match way.kind:
            case "function":
                words = f"through the function {names}, as {reader}, what its body does of"
                return f"{words} {said}{doubts}"
            case "materialized view":
                return f"through {names}, as copied for {reader}, {_part(way)}{said}{doubts}"
            case "view":
                return f"through the view {names}, as {reader}, {_part(way)}{said}{doubts}"
            case "parent":
                return f"through its parent {names} {said}{doubts}"
            case _:
                return f"through its {way.kind} {names} of the rows there {said}{doubts}"

    def _extent(self, rows: Rows, table: Relation) -> str:
        match rows.extent:
            case Extent.none if rows.lack is not None:
                return f"none: refused, for {lacking(rows.lack)}"
            case Extent.none:
                return f"none: {_NONE[rows.ground]}"
            case Extent.every:
                return f"every row: {_EVERY[rows.ground]}"
            case Extent.unknown:
                return f"unknown: {rows.because or reason(rows.gap)}"
            case _:
                return self.condition(rows, table)

    def condition(self, rows: Rows, table: Relation) -> str:
        """Return which rows the policies let pass: "rows whose tenant_id is app.tenant_id"."""
        admitted = [one for clause in rows.permissive for one in self._admitted(clause, table)]
        limits = [_either(self._admitted(clause, table)) for clause in rows.restrictive]
        words = _either(list(dict.fromkeys(admitted)))
        return "; of these only ".join((words, *dict.fromkeys(limits)))

    def _admitted(self, clause: Clause, table: Relation) -> list[str]:
        try:
            return [self.kind(kind, table) for kind in self._kinds(clause)]
        except (Unspelled, RecursionError):
            return [f"rows where {clause_sql(clause, table)}"]

    def _kinds(self, clause: Clause) -> tuple[RowKind, ...]:
        inlined = ask(inlined_predicate, clause.predicate.expression, self._catalog)
        return row_kinds(inlined.expression, self._functions)

    def kind(self, kind: RowKind, table: Relation) -> str:
        """Return the rows that one way to meet a condition admits. Raises Unspelled."""
        bound = kind.bound
        others = [part for part in kind.conjuncts if bound is None or part != bound.expression]
        if bound is not None:
            told = self._tied(bound.expression, table)
            words = f"rows {told}" if told else f"rows where {sql_of(bound.expression)}"
            joined = "and where" if told else "AND"
            return f"{words} {joined} {_all_of(others)}" if others else words
        if kind.form == "constant":
            return "every row"
        if kind.form == "gate":
            return f"every row while {_all_of(others)}"
        return f"rows where {_all_of(others)}"

    def words(self, kind: RowKind, table: Relation) -> str | None:
        """Return what `kind` does, None where there are no words for it."""
        try:
            return self.kind(kind, table)
        except (Unspelled, RecursionError):
            return None

    def _tied(self, expression: Expr, table: Relation) -> str:
        """Return "whose tenant_id is app.tenant_id", "" where a condition is no such comparison."""
        if not isinstance(expression, Operator) or expression.left is None:
            return ""
        if expression.symbol != "=" or expression.quantifier:
            return ""
        for row, caller in (
            (expression.left, expression.right),
            (expression.right, expression.left),
        ):
            column = _bare(row)
            read = self._read(caller)
            if is_own(column) and read is not None and table.knows("columns"):
                named = table.column(own_column(column))
                if named is not None:
                    return f"whose {named.name} is {caller_in_words(read)}"
        return ""

    def _read(self, expression: Expr) -> ContextRead | None:
        return read_of(_bare(expression), self._functions)


def _bare(expression: Expr) -> Expr:
    """Return what an expression is but for its type, the sub-select around it and NULLIF."""
    match expression:
        case Cast(argument):
            return _bare(argument)
        case Call(("nullif",), (first, Constant())):
            return _bare(first)
        case SubSelect("scalar", None, query) if (
            not query.sources and not query.conditions and len(query.outputs) == 1
        ):
            return _bare(query.outputs[0])
        case _:
            return expression


def caller_in_words(read: ContextRead) -> str:
    """Return what a session tells of its caller: a setting, a claim, the user."""
    if read.kind == "setting":
        name = read.name or "a setting"
    elif read.kind == "user":
        name = read.name or "current_user"
    else:
        name = f"{read.name}()"
    path = ".".join(key or "…" for key in read.path)
    return f"{path} of {name}" if path else name


def sql_of(expression: Expr) -> str:
    """Return an expression as SQL, shortened where it is long. Raises Unspelled."""
    return shortened(spelled(expression), _LONGEST_SQL)


def shortened(words: str, most: int) -> str:
    """Return the beginning of what is longer than so many characters, else all of it."""
    return words if len(words) <= most else f"{words[:most]}…"


def _part(way: Way) -> str:
    return "what it shows of " if way.is_part else ""


def _all_of(conjuncts: Iterable[Expr]) -> str:
    return " AND ".join(map(sql_of, conjuncts))


def _either(kinds: list[str]) -> str:
    if len(kinds) < 2:
        return kinds[0] if kinds else "no row"
    return f"{', '.join(kinds[:-1])} and {kinds[-1]}"


def reason(gap: UnknownFact | None) -> str:
    """Return why something is not known."""
    match gap:
        case None:
            return "nothing tells"
        case GivenUp():
            return "its conditions are too large to work out"
        case DataDecides():
            return "only the rows tell whom its conditions admit"
        case UnknownFact(subject=Relation(is_beyond_history=True) as table):
            return f"no migration makes {table}{_where(gap.statement)}"
        case UnknownFact(subject=Expr() as part, fact="what it gives"):
            try:
                return f"it is not known what {sql_of(part)} gives"
            except (Unspelled, RecursionError):
                return "it is not known what a part of its conditions gives"
        case _:
            fact = _UNKNOWN.get(gap.fact, f"the {gap.fact.replace('_', ' ')}")
            subject = "" if str(gap.subject) == "the catalog" else f" of {gap.subject}"
            return f"it is not known {fact}{subject}{_where(gap.statement)}"


def lacking(lack: Lack, who: str = "") -> str:
    """Return what policies ask and a role may not: "its policies call …, which it may not …"."""
    who = role_in_words(lack.role) if lack.role else who or "it"
    verb = "look" if isinstance(lack.subject, Relation) else "call"
    asked = {
        "execute": f"{lack.subject}, which {who} may not execute",
        "select": f"{lack.subject}, which {who} may not read",
        "usage": f"{lack.subject}, on whose schema {who} has no USAGE",
    }[lack.privilege]
    words = "its policies "
    for function in lack.through:
        words += (
            f"call {function}, which "
            if function is lack.through[0]
            else f"calls {function}, which "
        )
    into = " into" if verb == "look" else ""
    return f"{words}{verb}{'s' if lack.through else ''}{into} {asked}"


def _where(statement: Statement | None) -> str:
    return f", see {file_and_row(statement.span)}" if statement is not None else ""


def role_in_words(role: str) -> str:
    """Return what a role is called in a sentence."""
    return _ROLES.get(role, role)


def commands_in_words(commands: Iterable[str]) -> str:
    """Return commands as SQL writes them."""
    return ", ".join(command.upper() for command in commands)


def about_role(role: AskedRole) -> str:
    """Return why a role matters, and what tells so."""
    parts = listed(part.value for part in role.parts)
    return f"{parts} ({role.because})" if role.because else parts


def condition_sql(rows: Rows, table: Relation) -> str:
    """Return what a row has to meet as the policies spell it, "" where no condition decides."""
    if rows.ground is not Ground.policies:
        return ""
    allowing = [clause_sql(clause, table) for clause in rows.permissive]
    limiting = [f"({clause_sql(clause, table)})" for clause in rows.restrictive]
    if not limiting and len(allowing) == 1:
        return allowing[0]
    admits = " OR ".join(f"({sql})" for sql in allowing)
    return " AND ".join((*limiting, f"({admits})" if limiting and len(allowing) > 1 else admits))


def clause_sql(clause: Clause, table: Relation) -> str:
    """Return a clause as its policy spells it, "…" where nothing shows that.

    Where what it names is called otherwise by now, or something else would be found by a name, it
    is spelled with the names that mean the same today.
    """
    expression = clause.expression
    found = clause.sql or clause.sql_run
    if found is None or _is_outdated(expression, table):
        try:
            return spelled(expression, names_today(table))
        except (Unspelled, RecursionError):
            return found or "…"
    return found


def _is_outdated(expression: Expr, table: Relation) -> bool:
    names = names_today(table)
    shown = set[str]()
    unqualified = set[str]()
    for part in expression.walk():
        match part:
            case Query():
                for source in part.sources:
                    if isinstance(source.relation, Relation):
                        if names.of_source(source)[-1] != source.name:
                            return True
                        if source.relation.knows("columns"):
                            shown.update(source.relation.columns)
            case Column():
                if names.of_column(part)[-1] != part.name:
                    return True
                if is_own(part) and len(part.names) == 1:
                    unqualified.add(part.name)
    return not shown.isdisjoint(unqualified)


def names_today(table: Relation) -> Names:
    """Return what the columns and tables of a condition on a table are called at the end."""

    def of_column(column: Column) -> tuple[str, ...]:
        match column.binding:
            case ColumnBinding(source, number, _):
                relation = table if is_own(column) else source.relation
                if isinstance(relation, Relation) and relation.knows("columns"):
                    named = relation.column(number)
                    if named is not None:
                        return (table.name if is_own(column) else source.alias), named.name
        return column.names

    def of_source(source: Source) -> tuple[str, ...]:
        if isinstance(source.relation, Relation) and source.schema:
            return source.relation.schema, source.relation.name
        if isinstance(source.relation, Relation):
            return (source.relation.name,)
        return AS_WRITTEN.of_source(source)

    return Names(of_column, of_source)
