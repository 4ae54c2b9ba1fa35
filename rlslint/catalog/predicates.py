"""Bound predicates, shared between the policies that spell them alike."""

from __future__ import annotations

from collections.abc import Callable
from typing import Concatenate, ParamSpec, TypeVar

from rlslint.catalog.answers import ask, forget_answers
from rlslint.sql.expressions import Expr
from rlslint.text import Span, Statement

P = ParamSpec("P")
A = TypeVar("A")


class Predicate:
    """An expression with its names resolved, which keeps the answers already found about it.

    Schemas repeat a handful of predicates thousands of times, so one Predicate serves every policy
    that spells it alike over columns of the same numbers, names and types.
    """

    __slots__ = ("expression",)

    def __init__(self, expression: Expr) -> None:
        self.expression = expression

    def ask(
        self, question: Callable[Concatenate[Expr, P], A], *args: P.args, **kwargs: P.kwargs
    ) -> A:
        """Return `question(expression, *args)`, found once for all policies that share this."""
        return ask(question, self.expression, *args, **kwargs)

    def forget_answers(self) -> None:
        """Ask anew from now on: more is known of what the expression names."""
        forget_answers(*self.expression.walk())


class Clause:
    """A USING or WITH CHECK clause (or a view's query): a predicate and where it was written.

    `base` is what to add to the `location` of the predicate's expressions to get byte offsets into
    `statement.text`. A live catalog has clauses without a statement.
    """

    __slots__ = ("base", "predicate", "statement")

    def __init__(self, predicate: Predicate, statement: Statement | None, base: int) -> None:
        self.predicate = predicate
        self.statement = statement
        self.base = base

    @property
    def expression(self) -> Expr:
        return self.predicate.expression

    @property
    def sql(self) -> str | None:
        """The condition on one line; None where no statement shows it. See sql.plain_spelling."""
        if self.statement is None or not self.statement.is_written:
            return None
        from rlslint.sql.plain_spelling import plain

        span = self.span()
        return plain(span) if span is not None else None

    def ask(
        self, question: Callable[Concatenate[Expr, P], A], *args: P.args, **kwargs: P.kwargs
    ) -> A:
        """Put a question to the predicate; see Predicate.ask."""
        return ask(question, self.predicate.expression, *args, **kwargs)

    def span(self, expression: Expr | None = None) -> Span | None:
        """Return where `expression`, or the whole clause, stands.

        Where another statement put it together and ran it (EXECUTE), that one is marked.
        """
        if self.statement is None:
            return None
        if not self.statement.is_written:
            return self.statement.span
        return self._place(
            self.statement, expression if expression is not None else self.expression
        )

    @property
    def sql_run(self) -> str | None:
        """The condition as the statement spells it that ran, also where another put it together."""
        span = self._place(self.statement, self.expression) if self.statement is not None else None
        return span.sql if span is not None else None

    def _place(self, statement: Statement, wanted: Expr) -> Span | None:
        from rlslint.sql.expression_ends import Places

        places = ask(Places, wanted)
        return places.span(statement.text, statement.start, statement.end, self.base)
