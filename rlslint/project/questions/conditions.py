"""The condition that a project itself would write to bind the rows of a table to its caller.

Nothing here is invented: what comes out stands in a policy of the project already, was bound to the
columns of the table in question, and admits nobody without a context. It is "" where no policy
tells; then there is no statement to suggest.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from itertools import chain

from rlslint import NamedTuple
from rlslint.access import inherited_roles
from rlslint.access.reach import relations_looked_up
from rlslint.catalog.binding import Scope, bind
from rlslint.catalog.facts import UnknownFact
from rlslint.catalog.model import Policy, Relation
from rlslint.catalog.predicates import Clause, Predicate
from rlslint.catalog.provided import platform_table
from rlslint.catalog.roles import PUBLIC
from rlslint.catalog.sharing import SharedPredicate, SharedPredicates
from rlslint.meaning.admitting import admits_none, is_tautology
from rlslint.meaning.bounds import Bound, bounds_of, is_bounded
from rlslint.meaning.claims import is_client_controlled, user_editable_claims
from rlslint.meaning.context import context_reads
from rlslint.meaning.openings import openings
from rlslint.project.project import Project, is_only_key
from rlslint.project.questions.rewording import Change, altered, is_shown, spliced, written
from rlslint.project.terms import Condition
from rlslint.sql.expressions import OWN_ROW, And, Call, Cast, Column, ColumnBinding, Expr, Or

_DEFAULT_PATH = ("public",)

IsFaulty = Callable[[Condition], bool]
"""Tells whether a condition has the fault that is to be mended."""


class MendingCondition(NamedTuple):
    """A condition that binds rows to the caller, and the policy that it is taken from.

    What a platform documents for a table of its own stands in no policy.
    """

    sql: str
    policy: Policy | None


def model_for(
    table: Relation, project: Project, command: str = "all", policy: Policy | None = None
) -> MendingCondition | None:
    """Return what binds the rows of a table to the caller, None where the project does not say.

    What stands in `policy` itself or beside it, best for the same command, comes before what other
    tables compare a column of the same name and type with.
    """
    return project.ask(_model_for, table, command, policy)


def _model_for(
    project: Project, table: Relation, command: str, policy: Policy | None
) -> MendingCondition | None:
    provided = platform_table(table)
    if provided is not None and provided.own_rows:
        return MendingCondition(provided.own_rows, None)
    for model in chain(_of_table(table, project, command, policy), _of_others(table, project)):
        if is_sound(model.sql, table, project):
            return model
    return None


def mended(policy: Policy, project: Project, is_faulty: IsFaulty) -> str:
    """Return the ALTER POLICY that rids all clauses of a fault, "" where nothing tells how.

    No clause admits more than before: a branch is left out, or a condition is added.
    """
    changed: dict[Clause, str] = {}
    for clause in policy.clauses:
        if is_faulty(project.condition(clause, policy.relation)):
            changed[clause] = closed(policy, clause, project, is_faulty)
    return altered(policy, changed)


def narrowed(policy: Policy, clause: Clause, project: Project) -> str:
    """Return what a clause demands and what binds the rows besides, "" where nothing tells."""
    return next(_with_bound(policy, clause, project), "")


def unsaid(table: Relation, where: str) -> str:
    """Return the sentence for where no policy tells what binds the rows of a table."""
    return (
        f"say in {where} whose row it is: no policy of the project shows what {table} is to be "
        "compared with"
    )


def bound_condition(sql: str, table: Relation, project: Project) -> Condition | None:
    """Return what a condition would demand in a policy of a table, None where names are unknown."""
    own_name = str(table) if table.name in sql else ""

    def serves(one: SharedPredicate | None) -> bool:
        return one is not None and one.columns is not None and one.columns.are_in(table)

    shared = project.ask(_predicates).for_words(
        (sql, own_name), serves, lambda: _bound(sql, table, project)
    )
    if shared is None:
        return None
    return project.condition(shared.predicate, table)


def _predicates(project: Project) -> SharedPredicates:
    del project
    return SharedPredicates()


def _bound(sql: str, table: Relation, project: Project) -> SharedPredicate | None:
    from rlslint.sql.nodes import expression
    from rlslint.sql.parser import SyntaxProblem, parse_expression

    catalog = project.catalog
    known = set(catalog.unknown_relations)
    scope = Scope(catalog, _DEFAULT_PATH).with_own_row(table)
    try:
        bound = bind(expression(parse_expression(sql)), scope)
    except (SyntaxProblem, RecursionError, UnknownFact):
        return None
    finally:
        for name in set(catalog.unknown_relations) - known:
            del catalog.unknown_relations[name]
    parts = tuple(bound.walk())
    for part in parts:
        if isinstance(part, Column | Call) and part.unknown:
            return None
        if isinstance(part, Column) and part.binding is None:
            return None
    return project.ask(_predicates).for_meaning(bound, parts, table)


def is_sound(sql: str, table: Relation, project: Project) -> bool:
    """Tell whether a condition binds every row of a table to a caller that is known for certain."""
    condition = bound_condition(sql, table, project)
    if condition is None:
        return False
    try:
        return project.ask(_is_certain, condition) and table not in condition.ask(
            relations_looked_up, project.catalog
        )
    except UnknownFact:
        return False


def _is_certain(project: Project, condition: Condition) -> bool:
    """Tell whether a condition binds every row to a caller that is known for certain."""
    functions = project.context_functions
    return (
        condition.ask(is_bounded, condition.filled, functions)
        and not condition.ask(openings, condition.filled, functions)
        and not condition.ask(user_editable_claims, functions)
        and not any(map(is_client_controlled, condition.ask(context_reads, functions)))
    )


def _of_table(
    table: Relation, project: Project, command: str, policy: Policy | None
) -> Iterator[MendingCondition]:
    """Yield what policies of the table say, those for the same command and roles first."""
    roles = policy.roles if policy is not None else (PUBLIC,)
    ties = project.ask(_ties_within, table)
    own = (policy,) if policy is not None and policy in ties else ()
    for other in chain(own, project.ask(_nearest, table, command, roles)):
        for clause, bound in ties[other]:
            if sql := written(clause, bound.expression):
                yield MendingCondition(sql, other)


def _nearest(
    project: Project, table: Relation, command: str, roles: tuple[str, ...]
) -> list[Policy]:
    """Return the policies of a table that tie its rows to the caller, the nearest ones first."""

    def distance(other: Policy) -> tuple[bool, bool, str]:
        return (
            command not in (other.command, "all") and other.command != "all",
            PUBLIC not in other.roles and set(other.roles).isdisjoint(roles),
            other.name,
        )

    return sorted(project.ask(_ties_within, table), key=distance)


def _ties_within(project: Project, table: Relation) -> dict[Policy, list[tuple[Clause, Bound]]]:
    """Return what ties the rows of a table to the caller, by policy."""
    found = {
        policy: [
            (clause, bound) for clause in _clauses(policy) for bound in _bounds(project, clause)
        ]
        for policy in table.policies.known()
    }
    return {policy: ties for policy, ties in found.items() if ties}


def _clauses(policy: Policy) -> tuple[Clause, ...]:
    known = (getattr(policy, f) for f in ("using", "check") if policy.knows(f))
    return tuple(clause for clause in known if clause is not None)


def _bounds(project: Project, clause: Clause) -> Sequence[Bound]:
    """Return what ties the row to the caller in a clause."""
    try:
        return project.predicate(clause).ask(bounds_of, project.context_functions)
    except UnknownFact:
        return ()


def _of_others(table: Relation, project: Project) -> Iterator[MendingCondition]:
    """Yield what policies of other tables compare columns of this name and type with."""
    if not table.knows("columns"):
        return
    known = project.ask(_ties)
    found: list[tuple[int, int, int, MendingCondition]] = []
    for place, column in enumerate(table.columns.values()):
        if column.knows("type") and not is_only_key(table, column):
            for name in ("", table.name):
                tied = _Tied(column.name, column.type, name)
                models = project.ask(_models, tied) if tied in known else ()
                found += [(-one.times, place, one.place, one.model) for one in models]
    for _, _, _, model in sorted(found, key=lambda one: one[:3]):
        yield model


class _Tied(NamedTuple):
    """A column's name and type, and by which name of its table a condition calls it, if by any.

    Such a condition means something on tables of that name only.
    """

    column: str
    type: str
    table: str


class _Tie(NamedTuple):
    """What ties a column to the caller in the first of some policies that mean the same by it."""

    bound: Bound
    clause: Clause
    policy: Policy
    policies: int


class _Counted(NamedTuple):
    """How often a condition is written, and where it comes among the others."""

    times: int
    place: int
    model: MendingCondition


def _models(project: Project, tied: _Tied) -> list[_Counted]:
    """Return what such a column is tied to the caller by, as it is written."""
    found: dict[str, _Counted] = {}
    for place, (bound, clause, policy, policies) in project.ask(_ties)[tied]:
        if sql := written(clause, bound.expression):
            before = found.get(sql, _Counted(0, place, MendingCondition(sql, policy)))
            found[sql] = before._replace(times=before.times + policies)
    return list(found.values())


def _ties(project: Project) -> dict[_Tied, list[tuple[int, _Tie]]]:
    """Return what ties columns to the caller in the order of the policies; none is spelled yet."""
    first: dict[Predicate, tuple[Policy, Clause]] = {}
    counted: Counter[Predicate] = Counter()
    for policy in project.catalog.policies():
        if policy.relation.knows("columns"):
            for clause in _clauses(policy):
                first.setdefault(clause.predicate, (policy, clause))
                counted[clause.predicate] += 1
    found: dict[_Tied, list[tuple[int, _Tie]]] = {}
    for place, (predicate, (policy, clause)) in enumerate(first.items()):
        for bound in _bounds(project, clause):
            match [policy.relation.column(number) for number in bound.columns]:
                case [column] if column is not None and column.knows("type"):
                    tied = _Tied(column.name, column.type, _name_of_row(bound.expression))
                    tie = _Tie(bound, clause, policy, counted[predicate])
                    found.setdefault(tied, []).append((place, tie))
    return found


def _name_of_row(expression: Expr) -> str:
    """Return the name of its table by which a condition calls a column, "" where by none."""
    for part in expression.walk():
        match part:
            case Column((*_, name, _), binding=ColumnBinding(source)) if source is OWN_ROW:
                return name
    return ""


def closed(policy: Policy, clause: Clause, project: Project, is_faulty: IsFaulty) -> str:
    """Return the condition of a clause without a fault, "" where none can be found."""
    table = policy.relation
    for sql in filter(None, _attempts(policy, clause, project, is_faulty)):
        condition = bound_condition(sql, table, project)
        if condition is None or is_faulty(condition) or _shuts_out(condition, project):
            continue
        return sql
    return ""


def _shuts_out(condition: Condition, project: Project) -> bool:
    """Tell whether nobody would get a row, for what was asked already contradicts what is added."""
    try:
        return condition.ask(admits_none, condition.filled, project.context_functions)
    except UnknownFact:
        return False


def _attempts(
    policy: Policy, clause: Clause, project: Project, is_faulty: IsFaulty
) -> Iterator[str]:
    if is_shown(clause):
        yield spliced(clause, _fallbacks(clause, project))
        yield spliced(clause, _faulty_branches(policy, clause, project, is_faulty))
    yield from _with_bound(policy, clause, project)


def _with_bound(policy: Policy, clause: Clause, project: Project) -> Iterator[str]:
    model = model_for(policy.relation, project, policy.command, policy)
    if model is None:
        return
    condition = project.condition(clause, policy.relation)
    if condition.ask(is_tautology, condition.filled):
        yield model.sql
    elif old := written(clause):
        yield f"({old}) AND ({model.sql})"


def _fallbacks(clause: Clause, project: Project) -> Iterator[Change]:
    """Yield the COALESCE that ends in the row's own column, without that column."""
    for opening in clause.ask(openings, frozenset(), project.context_functions):
        if opening.fallback is None:
            continue
        for part in opening.expression.walk():
            match part:
                case Call(("coalesce",), arguments):
                    kept = [one for one in arguments if not _is_column(one, opening.fallback)]
                    span = clause.span(part)
                    words = [written(clause, one) for one in kept]
                    if span is None or not kept or len(kept) == len(arguments):
                        continue
                    yield span, words[0] if len(words) == 1 else f"COALESCE({', '.join(words)})"


def _is_column(expression: Expr, number: int) -> bool:
    match expression:
        case Cast(argument):
            return _is_column(argument, number)
        case Column():
            return (
                isinstance(binding := expression.binding, ColumnBinding)
                and binding.number == number
            )
        case _:
            return False


def _faulty_branches(
    policy: Policy, clause: Clause, project: Project, is_faulty: IsFaulty
) -> Iterator[Change]:
    """Yield the alternatives of a clause without those that have the fault by themselves."""
    filled, catalog = project.filled_columns(policy.relation), project.catalog
    for alternatives in _alternatives(clause.expression):
        kept = [
            one
            for one in alternatives.arguments
            if not is_faulty(Condition(Predicate(one), filled, catalog))
        ]
        span = clause.span(alternatives)
        if span is None or not kept or len(kept) == len(alternatives.arguments):
            continue
        words = [written(clause, one) for one in kept]
        yield span, words[0] if len(words) == 1 else " OR ".join(f"({word})" for word in words)


def _alternatives(expression: Expr) -> Iterator[Or]:
    """Yield the disjunctions, the outermost only, without which a condition admits less."""
    match expression:
        case Or():
            yield expression
        case And(arguments):
            for argument in arguments:
                yield from _alternatives(argument)


def roles_for(model: MendingCondition, table: Relation, project: Project) -> tuple[str, ...]:
    """Return for whom a policy like the model is to be: its roles, where all who ask are such."""
    policy = model.policy
    roles = policy.roles if policy is not None and policy.knows("roles") else (PUBLIC,)
    reaching = project.reachable_by(table, "select", "insert", "update", "delete")
    if any(inherited_roles(project.catalog, name).isdisjoint(roles) for name in reaching):
        return (PUBLIC,)
    return roles
