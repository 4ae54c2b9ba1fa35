"""Facts that tell cheaply which rules a subject may be a fault for: the others are not asked.

Cards name them (`asked-of`). They are conditions that a fault needs, and no more: what a rule looks
at is decided by its check. Where one of them is not known, it may hold.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from rlslint.catalog import Refusal
from rlslint.catalog.answers import remembered
from rlslint.catalog.facts import UnknownFact
from rlslint.catalog.functions import Function
from rlslint.catalog.model import Column as TableColumn
from rlslint.catalog.model import MissedDrop, Policy, Relation
from rlslint.catalog.provided import platform_table
from rlslint.catalog.roles import PUBLIC, Role, Schema, StoredSetting
from rlslint.meaning import STRICT_FUNCTIONS
from rlslint.meaning.context import PLATFORM_FUNCTIONS, USERS, context_reads
from rlslint.project.project import Project
from rlslint.project.subjects import AlteredPolicy, AlteredTable, Family, Removal, was_renamed
from rlslint.project.terms import Condition, Terms
from rlslint.sql.expressions import (
    And,
    Call,
    Case,
    Cast,
    Column,
    Constant,
    Expr,
    IsNull,
    IsTruth,
    Items,
    Not,
    Operator,
    Or,
    Other,
    Query,
    without_casts,
)

_OPERATORS = frozenset(("=", "->", "->>", "#>", "#>>", "||"))
_BODY_WORDS = ("conflict", "execute", "for", "returning", "set", "update")


def facts_of(kind: str, subject: Any, project: Project) -> frozenset[str] | None:
    """Return the facts of a subject that rules may be about, None where all may hold."""
    find = FACTS.get(kind)
    return find(subject, project) if find is not None else frozenset()


def _of_table(table: Relation, project: Project) -> frozenset[str] | None:
    """Return whether row security is `enabled` and `forced`, and what there is beside it.

    `for …` are the commands that some policy is for alone; `required` tells of columns for which
    new rows need a value; `computed-index` of indexes for other than comparing columns as they
    are; `looked-up` that some policy of the project looks into tables or calls
    functions.
    """
    policies = table.policies
    if table.unknown or policies.is_open or table.grants.is_open or table.constraints.is_open:
        return None
    found = ["enabled" if table.rls_enabled else "disabled"]
    found.append("forced" if table.rls_forced else "unforced")
    if table.earlier is not None and "rls_enabled" in table.earlier:
        found.append("was-enabled")
    if not dict.__len__(policies):
        found.append("no-policies")
    for number, policy in enumerate(policies.known()):
        if policy.unknown:
            return None
        found.append("several-policies" if number else "policies")
        found.append(f"for {policy.command}")
        if not policy.permissive:
            found.append("restrictive")
        if PUBLIC not in policy.roles:
            found.append("for-roles")
    if dict.__len__(table.grants):
        found.append("granted")
    if any(one.kind == "foreign" for one in table.constraints.known()):
        found.append("foreign-key")
    if table in project.ask(_referred_to):
        found.append("referred-to")
    if (
        table.indexes.is_open
        or any(index.unique for index in table.indexes.known())
        or any(one.kind == "exclude" for one in table.constraints.known())
    ):
        found.append("keyed")
    if table.partition_of is not None:
        found.append("partition")
    if table.parents:
        found.append("child")
    if table.copied_from:
        found.append("copied")
    columns = table.columns.values()
    if any(column.unknown or column.default is not None for column in columns):
        found.append("defaults")
    if any(map(_is_required, columns)):
        found.append("required")
    computed = (one.method == "gin" or one.expressions for one in table.indexes.known())
    if table.indexes.is_open or any(computed):
        found.append("computed-index")
    if project.ask(_is_anything_looked_up):
        found.append("looked-up")
    return frozenset(found)


def _referred_to(project: Project) -> frozenset[Relation]:
    """Return the tables to which a foreign key is known to refer."""
    return frozenset(
        constraint.referenced
        for table in project.catalog.tables()
        for constraint in table.constraints.known()
        if constraint.kind == "foreign" and constraint.referenced is not None
    )


def _is_required(column: TableColumn) -> bool:
    if column.unknown:
        return True
    is_filled = column.default is not None or column.identity or column.generated
    return column.not_null and not is_filled


def _is_anything_looked_up(project: Project) -> bool:
    if not all(map(_is_known, project.catalog.policies())):
        return True
    known = (project.ask(_of_terms, terms) for terms in project.ask(_all_terms))
    return any(facts is None or "sub-select" in facts or "helper" in facts for facts in known)


def _all_terms(project: Project) -> frozenset[Terms]:
    return frozenset(map(project.terms, project.catalog.policies()))


def _is_known(policy: Policy) -> bool:
    table = policy.relation
    return not (policy.unknown or table.policies.is_open or table.indexes.is_open)


def _of_policy(policy: Policy, project: Project) -> frozenset[str] | None:
    """Return what a policy is for, and of what kind its conditions are, see _words.

    `bare` has neither USING nor WITH CHECK; `company` is another policy of the table, `elsewhere`
    one of another table, `noinherit` some member of a role that does not inherit from it, `citext`
    such a column anywhere, `several-settings` perhaps more than one name of a setting.
    """
    if not _is_known(policy):
        return None
    table = policy.relation
    terms = project.terms(policy)
    found = project.ask(_of_terms, terms)
    if found is None:
        return None
    company = dict.__len__(table.policies) > 1
    indexed = dict.__len__(table.indexes) > 0 or dict.__len__(table.constraints) > 0
    provided = platform_table(table) is not None
    return project.ask(_beside, terms, company, indexed, provided)


def _beside(
    project: Project, terms: Terms, company: bool, indexed: bool, provided: bool
) -> frozenset[str] | None:
    found = project.ask(_of_terms, terms)
    beside = (
        ("company", company),
        ("elsewhere", project.ask(_is_of_several_tables)),
        ("indexed", indexed),
        ("platform-table", provided),
    )
    return found and found.union(fact for fact, holds in beside if holds)


def _is_of_several_tables(project: Project) -> bool:
    policies = project.catalog.policies()
    first = next(policies, None)
    return first is not None and any(one.relation is not first.relation for one in policies)


def _of_terms(project: Project, terms: Terms) -> frozenset[str] | None:
    found = {"permissive" if terms.permissive else "restrictive", f"for {terms.command}"}
    if PUBLIC not in terms.roles:
        found.add("for-roles")
    if terms.using is not None:
        found.add("using")
    if terms.check is not None:
        found.add("check")
    if not terms.conditions:
        found.add("bare")
    if project.ask(_has_citext):
        found.add("citext")
    if project.ask(_has_noinherit):
        found.add("noinherit")
    if project.ask(_may_mix_settings):
        found.add("several-settings")
    try:
        for condition in terms.conditions:
            found |= _of_condition(condition, project)
    except UnknownFact:
        return None
    return None if "unknown" in found else frozenset(found)


def _of_condition(condition: Condition, project: Project) -> set[str]:
    inlined = condition.predicate.expression
    found = {*_words(inlined), *(_words(condition.written.expression) - {"lenient", "unequal"})}
    asks_row, asks_caller = _asked_everywhere(inlined, project)
    if not asks_row:
        found.add("rowless")
    if not asks_caller:
        found.add("callerless")
    return found


def _has_citext(project: Project) -> bool:
    return any(
        column.unknown or column.type.rpartition(".")[2] == "citext"
        for table in project.catalog.tables()
        if table.knows("columns")
        for column in table.columns.values()
    )


def _has_noinherit(project: Project) -> bool:
    return any(
        role.memberships.is_open or not all(one.inherit for one in role.memberships.known())
        for role in project.catalog.roles.values()
    )


def _may_mix_settings(project: Project) -> bool:
    """Tell whether the project may have settings of more than one name."""
    catalog = project.catalog
    if project.setting_writes or catalog.database_settings or catalog.functions.is_open:
        return True
    if catalog.functions.known() or any(r.unknown or r.settings for r in catalog.roles.values()):
        return True
    names = {
        word
        for terms in project.ask(_all_terms)
        for condition in terms.conditions
        for word in _words(condition.written.expression)
        if word.startswith("setting ") and word != "setting request"
    }
    return len(names) > 1 or "setting ?" in names


@remembered
def _words(expression: Expr) -> frozenset[str]:
    """Return of what kinds the parts of an expression are.

    `lenient` is what may be true where an operand is NULL, `unequal` what compares other than by
    `=`, `helper` a call of a function of the history, `wrapped` a column in a cast or a call,
    `pair` a comparison of columns, `strict-setting` what may fail where a setting is missing. Calls
    stand with their names, settings with theirs.
    """
    found = set[str]()
    said = set[int]()
    for part in expression.walk():
        if id(part) in said:
            continue
        if isinstance(part, Column | Call) and part.unknown:
            found.add("unknown")
        found.update(_words_of(part))
        if isinstance(part, Call) and part.name[-1] == "current_setting":
            # Whether a missing setting is an error says nothing of rows.
            said.update(map(id, part.arguments[1:]))
    return frozenset(found)


def _words_of(part: Expr) -> Iterator[str]:
    match part:
        case Cast(argument, type_name):
            yield "cast"
            if type_name == "citext":
                yield "citext"
            if _has_column(argument):
                yield "wrapped"
        case Call(name, arguments):
            yield from _words_of_call(part, name, arguments)
        case Operator(symbol, left, right, quantifier):
            if symbol not in _OPERATORS:
                yield "unequal"
            if symbol.startswith("is ") or quantifier:
                yield "lenient"
            if quantifier:
                yield quantifier
            if left is not None and _has_column(left) and _has_column(right):
                yield "pair"
        case Not():
            yield "lenient"
            yield "unequal"
        case Or() | IsNull() | IsTruth() | Case() | Other():
            yield "lenient"
        case Query():
            yield "sub-select"
            if part.sources or part.arms:
                yield "lenient"
        case Items() if part.kind == "array":
            yield "lenient"  # NULLs in arrays are equal.
        case Constant(bool() | None):
            yield "lenient"
        case Constant(str() as text) if "user_meta" in text:
            yield "user-metadata"
        case Column(names) if any("user_meta" in name for name in names):
            yield "user-metadata"


def _words_of_call(call: Call, name: tuple[str, ...], arguments: tuple[Expr, ...]) -> Iterator[str]:
    word = name[-1]
    if word in USERS:
        yield "user"
    elif word == "current_setting" and arguments:
        setting = without_casts(arguments[0])
        known = setting.value if isinstance(setting, Constant) else None
        known = known.lower() if isinstance(known, str) else "?"
        yield "setting"
        yield f"setting {known}"
        if "." not in known:
            yield "undotted"
        if known.startswith("request."):
            yield "setting request"
        match arguments[1:]:
            case (Constant(True),):
                pass
            case _:
                yield "strict-setting"
    else:
        yield f"{word}()"
        yield "call"
        if isinstance(call.function, Function) or call.unknown:
            if isinstance(call.function, Function) and call.function.unknown:
                yield "unknown"
            yield "helper"
            yield "lenient"
        elif word not in STRICT_FUNCTIONS and word != "nullif" and name not in PLATFORM_FUNCTIONS:
            yield "lenient"
    if any(map(_has_column, arguments)):
        yield "wrapped"


@remembered
def _has_column(expression: Expr) -> bool:
    return any(isinstance(part, Column) for part in expression.walk())


def _asked_everywhere(expression: Expr, project: Project) -> tuple[bool, bool]:
    """Tell whether each way to be true certainly asks something of the row, and of the caller."""
    match expression:
        case And(arguments) | Or(arguments):
            of_each = [_asked_everywhere(one, project) for one in arguments]
            enough = any if isinstance(expression, And) else all
            return enough(row for row, _ in of_each), enough(caller for _, caller in of_each)
        case Operator("=", Expr() as left, right) if not expression.quantifier:
            asks_row = any(isinstance(without_casts(part), Column) for part in (left, right))
            return asks_row, bool(context_reads(expression, project.context_functions))
        case _:
            return False, False


def _of_function(function: Function, project: Project) -> frozenset[str] | None:
    """Return with whose rights a function runs, its language and volatility, and some words of it.

    `decides` tells that policies call it, `replaced` that it was not always what it is.
    """
    if function.unknown:
        return None
    found = [function.language, function.volatility]
    found.append("definer" if function.security_definer else "invoker")
    if function.leakproof:
        found.append("leakproof")
    if function.return_type in ("trigger", "event_trigger"):
        found.append("trigger")
    if function.settings:
        found.append("settings")
    if function.earlier is not None:
        found.append("replaced")
    try:
        if function in project.policy_functions:
            found.append("decides")
    except UnknownFact:
        found.append("decides")
    body = function.body.lower()
    found += (f"{word} in body" for word in _BODY_WORDS if word in body)
    if "current_setting" in body:
        found.append("setting in body")
    return frozenset(found)


def _of_role(role: Role, project: Project) -> frozenset[str] | None:
    del project
    if role.unknown or role.memberships.is_open:
        return None
    marks = (
        ("superuser", role.superuser),
        ("bypassrls", role.bypassrls),
        ("createrole", role.createrole),
        ("replication", role.replication),
        ("member", dict.__len__(role.memberships) > 0),
    )
    return frozenset(fact for fact, holds in marks if holds)


def _of_view(view: Relation, project: Project) -> frozenset[str] | None:
    if view.unknown:
        return None
    found = ["materialized" if view.is_materialized_view else "view"]
    if project.ask(_are_rows_copied):
        found.append("copies")
    if view.earlier is not None:
        found.append("replaced")
    if not view.option("security_invoker"):
        found.append("definer")
    return frozenset(found)


def _are_rows_copied(project: Project) -> bool:
    """Tell whether there is a materialized view: views may show what it copied."""
    relations = project.catalog.relations
    return relations.is_open or any(
        not one.knows("kind") or one.is_materialized_view for one in relations.known()
    )


def _of_altered_table(altered: AlteredTable, project: Project) -> frozenset[str] | None:
    """Return whether row security is `enabled` and `forced`, and what of it is not as it was."""
    del project
    table = altered.table
    if table.unknown or not table.knows("columns"):
        return None
    earlier = table.earlier or {}
    marks = (
        ("enabled" if table.rls_enabled else "disabled", True),
        ("forced" if table.rls_forced else "unforced", True),
        ("was-forced", "rls_forced" in earlier),
        ("other-owner", "owner" in earlier),
        ("renamed", was_renamed(table)),
        ("replaces", table.replaces is not None),
    )
    return frozenset(fact for fact, holds in marks if holds)


def _of_altered_policy(altered: AlteredPolicy, project: Project) -> frozenset[str] | None:
    del project
    return frozenset(("enabled",) if altered.policy.relation.rls_enabled else ())


def _of_missed_drop(missed: MissedDrop, project: Project) -> frozenset[str] | None:
    del project
    table = missed.relation
    if table.unknown or table.policies.is_open:
        return None
    marks = (("enabled", table.rls_enabled), ("policies", bool(dict.__len__(table.policies))))
    return frozenset(fact for fact, holds in marks if holds)


def _of_removal(removal: Removal, project: Project) -> frozenset[str] | None:
    """Return whether policies went `along` with something, or were `dropped`, and of what kind."""
    del project
    policies = [one.policy for one in removal.policies]
    if any(not one.knows("permissive") for one in policies):
        return None
    kinds = {"permissive" if one.permissive else "restrictive" for one in policies}
    return frozenset((*kinds, "along" if removal.along else "dropped"))


def _of_family(family: Family, project: Project) -> frozenset[str] | None:
    del project
    parent = "enabled" if family.parent.rls_enabled else "disabled"
    below = ("protected-below" for one in family.children if one.rls_enabled)
    return frozenset((parent, *below))


def _of_stored_setting(setting: StoredSetting, project: Project) -> frozenset[str] | None:
    del project
    return frozenset((setting.name.lower(),))


def _of_schema(schema: Schema, project: Project) -> frozenset[str] | None:
    del project
    if schema.grants.is_open:
        return None
    return frozenset(grant.privilege for grant in schema.grants.known())


def _of_refusal(refusal: Refusal, project: Project) -> frozenset[str] | None:
    del project
    return frozenset((refusal.reason,))


FACTS: dict[str, Callable[[Any, Project], frozenset[str] | None]] = {
    "Table": _of_table,
    "Policy": _of_policy,
    "View": _of_view,
    "Function": _of_function,
    "Role": _of_role,
    "AlteredTable": _of_altered_table,
    "AlteredPolicy": _of_altered_policy,
    "MissedDrop": _of_missed_drop,
    "Removal": _of_removal,
    "Family": _of_family,
    "StoredSetting": _of_stored_setting,
    "Schema": _of_schema,
    "Refusal": _of_refusal,
}
