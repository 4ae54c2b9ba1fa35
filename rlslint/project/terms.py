"""What policies demand, whatever the tables that they stand on: asked once for all alike.

Schemas repeat a few policies over hundreds of tables. Most of what a rule wants to know of one is
in its terms, and the same for all others of equal terms.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Concatenate, ParamSpec, TypeVar

from rlslint import Pattern
from rlslint.catalog import Catalog
from rlslint.catalog.answers import ask
from rlslint.catalog.facts import Facts
from rlslint.catalog.functions import Function
from rlslint.catalog.model import Policy, Relation
from rlslint.catalog.predicates import Predicate
from rlslint.meaning.calls import called_in_expression, inlined_predicate
from rlslint.meaning.context import ContextFunctions, context_reads, own_columns
from rlslint.sql.expressions import Expr

P = ParamSpec("P")
A = TypeVar("A")


_VERIFIES = Pattern(r"hmac|verif|digest|crypt|signature|jwt|sha\d|md5")


class Condition:
    """What a clause demands: one for all clauses that are spelled alike over alike columns.

    `written` is the predicate as it stands there; `filled` are the attribute numbers of the columns
    in it that certainly hold no NULL.
    """

    __slots__ = ("_catalog", "_predicate", "filled", "written")

    def __init__(self, written: Predicate, filled: frozenset[int], catalog: Catalog) -> None:
        self.written = written
        self.filled = filled
        self._catalog = catalog
        self._predicate: Predicate | None = None

    @property
    def predicate(self) -> Predicate:
        """The predicate with the calls of the history's functions inlined."""
        if self._predicate is None:
            self._predicate = ask(inlined_predicate, self.written.expression, self._catalog)
        return self._predicate

    @property
    def calls(self) -> tuple[Function, ...]:
        """The functions of the history that are called as it is written."""
        return self.written.ask(called_in_expression, self._catalog)

    def ask(
        self, question: Callable[Concatenate[Expr, P], A], *args: P.args, **kwargs: P.kwargs
    ) -> A:
        """Return `question(expression, *args)` of `predicate`, found once for all who ask."""
        return ask(question, self.predicate.expression, *args, **kwargs)


_FACTS = ("permissive", "command", "roles", "using", "check")


class Terms(Facts):
    """What a policy demands, of whom and for which commands: its facts but for name and table."""

    __slots__ = ("check", "command", "permissive", "roles", "using")

    permissive: bool
    command: str
    roles: tuple[str, ...]
    using: Condition | None
    check: Condition | None

    def __init__(
        self,
        permissive: bool,
        command: str,
        roles: tuple[str, ...],
        using: Condition | None,
        check: Condition | None,
    ) -> None:
        super().__init__(None)
        self.permissive = permissive
        self.command = command
        self.roles = roles
        self.using = using
        self.check = check

    @property
    def conditions(self) -> tuple[Condition, ...]:
        """Those of the clauses that were written, in the order of `Policy.clauses`."""
        return tuple(one for one in (self.using, self.check) if one is not None)


def believed_setting(terms: Terms, functions: ContextFunctions) -> str | None:
    """Return the setting of the project's own that a policy goes by, None where it asks for more.

    Whoever has SQL of their own may set it. A function that checks a signature may well read one.
    """
    from rlslint.config.platforms import ENGINE_SETTINGS
    from rlslint.config.server_settings import is_own_setting

    reads = [r for one in terms.conditions for r in one.ask(context_reads, functions)]
    called = [function for condition in terms.conditions for function in condition.calls]
    if any(read.kind == "user" for read in reads) or any(map(_verifies, called)):
        return None
    names = [read.name for read in reads if read.kind == "setting" and read.name is not None]
    for function in called:
        if function.language in ("sql", "plpgsql"):
            from rlslint.meaning.bodies import settings_read

            names += [read.name.lower() for read in settings_read(function) if read.name]
    own = (name for name in names if is_own_setting(name) and not name.startswith(ENGINE_SETTINGS))
    return min(own, default=None)


def _verifies(function: Function) -> bool:
    """Tell whether a function may check that a value was signed."""
    from rlslint.meaning.bodies import words_in_body

    if function.language not in ("sql", "plpgsql"):
        return True
    return any(_VERIFIES().search(word) for word, _ in words_in_body(function))


class SharedTerms:
    """The terms of a catalog's policies, equal ones once."""

    def __init__(self, catalog: Catalog) -> None:
        self._catalog = catalog
        self._of: dict[Policy, Terms] = {}
        self._terms: dict[tuple[object, ...], Terms] = {}
        self._demands: dict[Relation, tuple[Terms, ...]] = {}
        self._conditions: dict[tuple[Predicate, frozenset[int]], Condition] = {}
        self._filled: dict[Relation, frozenset[int]] = {}

    def of(self, policy: Policy) -> Terms:
        """Return the terms of a policy; what is unknown of the policy is unknown of them."""
        found = self._of.get(policy)
        if found is None:
            found = self._of[policy] = self._made(policy)
        return found

    def demands(self, relation: Relation) -> tuple[Terms, ...]:
        """Return the terms of the policies of a relation, in their order."""
        found = self._demands.get(relation)
        if found is None:
            found = tuple([self.of(policy) for policy in relation.policies.values()])
            self._demands[relation] = found
        return found

    def _made(self, policy: Policy) -> Terms:
        if policy.unknown:
            return self._partial(policy)
        relation, using, check = policy.relation, None, None
        if policy.using is not None:
            using = self.condition(policy.using.predicate, relation)
        if policy.check is not None:
            check = self.condition(policy.check.predicate, relation)
        key = policy.permissive, policy.command, policy.roles, using, check
        found = self._terms.get(key)
        if found is None:
            found = self._terms[key] = Terms(*key)
        return found

    def _partial(self, policy: Policy) -> Terms:
        known: dict[str, Any] = {
            fact: getattr(policy, fact) for fact in _FACTS if policy.knows(fact)
        }
        for fact in ("using", "check"):
            if known.get(fact) is not None:
                known[fact] = self.condition(known[fact].predicate, policy.relation)
        facts: list[Any] = [known.get(fact) for fact in _FACTS]
        terms = Terms(*facts)
        for fact, statement in policy.unknown.items():
            if fact in _FACTS:
                terms.forget(fact, statement)
        return terms

    def condition(self, written: Predicate, relation: Relation) -> Condition:
        """Return what a predicate demands in a policy of `relation`."""
        filled = self.filled(relation)
        if filled:
            filled &= written.ask(own_columns)
        found = self._conditions.get((written, filled))
        if found is None:
            found = self._conditions[written, filled] = Condition(written, filled, self._catalog)
        return found

    def filled(self, relation: Relation) -> frozenset[int]:
        """Return the attribute numbers of the columns that certainly hold no NULL."""
        found = self._filled.get(relation)
        if found is None:
            columns = relation.columns.values() if relation.knows("columns") else ()
            certain = [one for one in columns if one.knows("not_null") and one.not_null]
            found = self._filled[relation] = frozenset([column.number for column in certain])
        return found
