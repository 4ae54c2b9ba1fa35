"""Expressions as a server shows them, bound to what they name."""

from __future__ import annotations

from rlslint.catalog import Catalog
from rlslint.catalog.binding import Scope, bind
from rlslint.catalog.model import Relation, RewriteRule
from rlslint.catalog.predicates import Clause, Predicate
from rlslint.catalog.rewriting import actions_of, event_of
from rlslint.catalog.sharing import SharedPredicate, SharedPredicates
from rlslint.sql.nodes import expression, query
from rlslint.sql.parser import Node, SyntaxProblem, parse_expression, parsed_statements
from rlslint.text import Statement, Text

_BEFORE_EXPRESSION = len("SELECT ")


class Deparsed:
    """Binds what pg_get_expr() and pg_get_viewdef() show; equal words share one predicate.

    The server shows every name with its schema, for the search_path is empty, so that nothing but
    the columns of the row itself can differ between two tables. What cannot be read comes as None,
    and so does what the server no longer shows ("").
    """

    def __init__(self, catalog: Catalog) -> None:
        self._scope = Scope(catalog, ())
        self._predicates = SharedPredicates()

    def clause(self, sql: str, relation: Relation, statement: Statement, at: int) -> Clause | None:
        """Return the clause of an expression that stands at byte `at` of the statement's text."""
        if not sql:
            return None
        # The columns of a table that is not looked into are not known, and no table is like it.
        knows = relation.knows("columns")
        try:
            shared = self._predicates.for_words(
                sql,
                lambda one: knows and one.columns is not None and one.columns.are_in(relation),
                lambda: self._bound(sql, relation),
            )
        except (SyntaxProblem, RecursionError):
            return None
        return Clause(shared.predicate, statement, at - _BEFORE_EXPRESSION + shared.shift)

    def _bound(self, sql: str, relation: Relation) -> SharedPredicate:
        bound = bind(expression(parse_expression(sql)), self._scope.with_own_row(relation))
        return self._predicates.for_meaning(bound, tuple(bound.walk()), relation)

    def query(self, sql: str, statement: Statement, at: int) -> Clause | None:
        """Return the clause of a view's query that stands at byte `at` of the statement's text."""
        node = _only_node(sql, "SelectStmt")
        if node is None:
            return None
        try:
            return Clause(Predicate(bind(query(node), self._scope)), statement, at)
        except RecursionError:
            return None

    def rule(
        self, sql: str, relation: Relation, name: str, statement: Statement
    ) -> RewriteRule | None:
        """Return a rule from all of its CREATE RULE."""
        node = _only_node(sql, "RuleStmt")
        if node is None:
            return None
        try:
            actions = actions_of(node, self._scope, statement, statement.start)
        except RecursionError:
            return None
        instead = node.get("instead", False)
        return RewriteRule(name, relation, event_of(node), instead, actions, statement)

    def index_clauses(
        self, sql: str, relation: Relation, statement: Statement
    ) -> tuple[tuple[Clause, ...], Clause | None] | None:
        """Return the expressions in the key of an index and its condition, from CREATE INDEX."""
        node = _only_node(sql, "IndexStmt")
        if node is None:
            return None
        scope = self._scope.with_own_row(relation)

        def bound(part: Node) -> Clause:
            return Clause(Predicate(bind(expression(part), scope)), statement, statement.start)

        elements = (item["IndexElem"] for item in node["indexParams"])
        condition = bound(node["whereClause"]) if "whereClause" in node else None
        return tuple(bound(e["expr"]) for e in elements if "expr" in e), condition


def _only_node(sql: str, kind: str) -> Node | None:
    try:
        found = next(parsed_statements(Text("", sql.encode()), {kind}), None)
    except SyntaxProblem:
        return None
    return found.node if found is not None else None
