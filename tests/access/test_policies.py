"""PostgreSQL applies the policies that applicable_policies names, and no others."""

from collections.abc import Iterator
from enum import Enum
from itertools import chain, combinations, product
from typing import NamedTuple

import pytest

from rlslint.access.reach import applicable_policies, row_security_active
from rlslint.catalog import Catalog
from rlslint.catalog.model import Policy, Relation
from rlslint.catalog.predicates import Clause
from rlslint.sql.expressions import Constant, Operator
from tests.access.scenarios import relation, replayed
from tests.postgres import Database


class Operation(Enum):
    """What can be done to rows, told apart as the policies are that PostgreSQL applies.

    An UPDATE or DELETE reads where it has a WHERE or RETURNING clause or uses a column in SET,
    which is nearly always; an INSERT where it has RETURNING or an ON CONFLICT target.
    """

    select = "SELECT"
    select_for_update = "SELECT FOR UPDATE"
    insert = "INSERT"
    insert_reading = "INSERT … RETURNING"
    insert_or_update = "INSERT … ON CONFLICT DO UPDATE"
    update = "UPDATE"
    update_blindly = "UPDATE without reading a column"
    delete = "DELETE"
    delete_blindly = "DELETE without reading a column"


class AppliedClause(NamedTuple):
    """A clause and the policy that contributes it."""

    policy: Policy
    clause: Clause


class RowCondition(NamedTuple):
    """What the policies for one command demand of a row.

    At least one of `permissive` and all of `restrictive` must be true; so no row passes where
    there is no permissive clause. `command` says whose policies they are.
    """

    command: str
    permissive: tuple[AppliedClause, ...]
    restrictive: tuple[AppliedClause, ...]


class EffectivePolicy(NamedTuple):
    """All that row security demands of an operation of a role on a table.

    Rows that are there must meet all conditions of `existing`, or else they are passed over (an
    INSERT … ON CONFLICT DO UPDATE fails); rows that the operation writes must meet all of `new`,
    or else it fails. `active` is False where nothing is demanded, because row security is off or
    the role bypasses it; `existing` and `new` then tell what would be.
    """

    role: str
    relation: Relation
    operation: Operation
    active: bool
    existing: tuple[RowCondition, ...]
    new: tuple[RowCondition, ...]


# Manual: CREATE POLICY, the table "Policies Applied by Command Type". Where an operation reads,
# the policies for SELECT apply to the rows that it found and to those that it leaves behind.
EXISTING: dict[Operation, tuple[str, ...]] = {
    Operation.select: ("select",),
    Operation.select_for_update: ("select", "update"),
    Operation.insert_or_update: ("select", "update"),
    Operation.update: ("select", "update"),
    Operation.update_blindly: ("update",),
    Operation.delete: ("select", "delete"),
    Operation.delete_blindly: ("delete",),
}
CHECKED: dict[Operation, tuple[str, ...]] = {
    Operation.insert: ("insert",),
    Operation.insert_reading: ("insert",),
    Operation.insert_or_update: ("insert", "update"),
    Operation.update: ("update",),
    Operation.update_blindly: ("update",),
}
READ_BACK = frozenset((Operation.insert_reading, Operation.insert_or_update, Operation.update))

SET_UP = """
CREATE ROLE clerks;
CREATE ROLE strangers;
CREATE ROLE app LOGIN;
GRANT clerks TO app;
CREATE TABLE docs (id int PRIMARY KEY, tags text[] NOT NULL);
ALTER TABLE docs ENABLE ROW LEVEL SECURITY;
GRANT ALL ON docs TO app;
"""

# Each clause demands a tag of its own, so that what happens to rows with all sets of tags tells
# which clauses were applied.
SCENARIOS = {
    "no policy": "",
    "one for all, check omitted": "CREATE POLICY p ON docs USING ('a' = ANY (tags));",
    "one for all, both clauses": """
        CREATE POLICY p ON docs USING ('a' = ANY (tags)) WITH CHECK ('b' = ANY (tags));""",
    "one for all, using omitted": "CREATE POLICY p ON docs WITH CHECK ('a' = ANY (tags));",
    "for all beside one command": """
        CREATE POLICY p ON docs USING ('a' = ANY (tags));
        CREATE POLICY q ON docs FOR UPDATE USING ('b' = ANY (tags));""",
    "one a command": """
        CREATE POLICY s ON docs FOR SELECT USING ('a' = ANY (tags));
        CREATE POLICY i ON docs FOR INSERT WITH CHECK ('b' = ANY (tags));
        CREATE POLICY u ON docs FOR UPDATE USING ('c' = ANY (tags));
        CREATE POLICY d ON docs FOR DELETE USING ('d' = ANY (tags));""",
    "update with both clauses": """
        CREATE POLICY s ON docs FOR SELECT USING (true OR 'a' = ANY (tags));
        CREATE POLICY u ON docs FOR UPDATE
            USING ('b' = ANY (tags)) WITH CHECK ('c' = ANY (tags));""",
    "update without select": """
        CREATE POLICY u ON docs FOR UPDATE USING ('a' = ANY (tags));
        CREATE POLICY d ON docs FOR DELETE USING ('b' = ANY (tags));""",
    "restrictive beside permissive": """
        CREATE POLICY p ON docs USING ('a' = ANY (tags));
        CREATE POLICY r ON docs AS RESTRICTIVE USING ('b' = ANY (tags));""",
    "restrictive for one command": """
        CREATE POLICY p ON docs USING ('a' = ANY (tags));
        CREATE POLICY r ON docs AS RESTRICTIVE FOR DELETE USING ('b' = ANY (tags));
        CREATE POLICY w ON docs AS RESTRICTIVE FOR UPDATE
            USING ('c' = ANY (tags)) WITH CHECK ('d' = ANY (tags));""",
    "restrictive only": "CREATE POLICY r ON docs AS RESTRICTIVE USING ('a' = ANY (tags));",
    "restrictive without using": """
        CREATE POLICY p ON docs USING ('a' = ANY (tags));
        CREATE POLICY r ON docs AS RESTRICTIVE WITH CHECK ('b' = ANY (tags));""",
    "roles": """
        CREATE POLICY g ON docs TO clerks USING ('a' = ANY (tags));
        CREATE POLICY o ON docs TO strangers USING ('b' = ANY (tags));
        CREATE POLICY b ON docs TO strangers, app USING ('c' = ANY (tags));
        CREATE POLICY r ON docs AS RESTRICTIVE TO strangers USING ('d' = ANY (tags));""",
}

STATEMENTS = [
    (Operation.select, "SELECT FROM docs"),
    (Operation.select_for_update, "SELECT FROM docs FOR UPDATE"),
    (Operation.insert, "INSERT INTO docs VALUES (2, $1)"),
    (Operation.insert, "INSERT INTO docs VALUES (2, $1) ON CONFLICT DO NOTHING"),
    (Operation.insert_reading, "INSERT INTO docs VALUES (2, $1) RETURNING id"),
    (Operation.insert_reading, "INSERT INTO docs VALUES (2, $1) ON CONFLICT (id) DO NOTHING"),
    (
        Operation.insert_or_update,
        "INSERT INTO docs VALUES (1, $1) ON CONFLICT (id) DO UPDATE SET tags = EXCLUDED.tags",
    ),
    (Operation.update, "UPDATE docs SET tags = $1 WHERE id = 1"),
    (Operation.update, "UPDATE docs SET tags = $1 RETURNING id"),
    (Operation.update_blindly, "UPDATE docs SET tags = $1"),
    (Operation.delete, "DELETE FROM docs WHERE id = 1"),
    (Operation.delete, "DELETE FROM docs RETURNING id"),
    (Operation.delete_blindly, "DELETE FROM docs"),
]

TRY_EVERY_ROW = """
DO $do$
DECLARE
    old text;
    new text;
    touched int;
BEGIN
    FOREACH old IN ARRAY ARRAY[{tags}] LOOP
        FOREACH new IN ARRAY ARRAY[{tags}] LOOP
            DELETE FROM docs;
            INSERT INTO docs VALUES (1, string_to_array(old, NULL));
            SET LOCAL ROLE app;
            BEGIN
                EXECUTE $sql${statement}$sql$ USING string_to_array(new, NULL);
                GET DIAGNOSTICS touched = ROW_COUNT;
                RAISE NOTICE '% % %', quote_literal(old), quote_literal(new), touched;
            EXCEPTION WHEN insufficient_privilege THEN
                RAISE NOTICE '% % refused', quote_literal(old), quote_literal(new);
            END;
            RESET ROLE;
        END LOOP;
    END LOOP;
END
$do$;
"""

TAG_SETS = ["".join(tags) for tags in chain(*(combinations("abcd", n) for n in range(5)))]


def effective_policy(
    catalog: Catalog, role: str, relation: Relation, operation: Operation
) -> EffectivePolicy:
    """Return what row security demands of an operation of `role` on `relation`."""

    def condition(command: str, *, checks_new_row: bool) -> RowCondition:
        permissive, restrictive = applicable_policies(catalog, relation, role, command)
        return RowCondition(
            command,
            tuple(_clauses(permissive, checks_new_row)),
            tuple(_clauses(restrictive, checks_new_row)),
        )

    existing = [condition(command, checks_new_row=False) for command in EXISTING.get(operation, ())]
    new = [condition(command, checks_new_row=True) for command in CHECKED.get(operation, ())]
    if operation in READ_BACK:
        new.append(condition("select", checks_new_row=False))
    active = row_security_active(catalog, role, relation)
    return EffectivePolicy(role, relation, operation, active, tuple(existing), tuple(new))


def _clauses(policies: tuple[Policy, ...], checks_new_row: bool) -> Iterator[AppliedClause]:
    # A policy without the clause in question contributes nothing: a permissive one lets no row
    # pass, a restrictive one stops none (src/backend/rewrite/rowsecurity.c).
    for policy in policies:
        clause = policy.effective_check if checks_new_row else policy.using
        if clause is not None:
            yield AppliedClause(policy, clause)


def meets(condition: RowCondition, tags: str) -> bool:
    def holds(expression: object) -> bool:
        match expression:
            case Operator("=", Constant(str(tag)), _):
                return tag in tags
            case _:
                return True

    return any(holds(applied.clause.expression) for applied in condition.permissive) and all(
        holds(applied.clause.expression) for applied in condition.restrictive
    )


def predicted(policy: EffectivePolicy, old: str, new: str) -> str:
    assert policy.active
    if not all(meets(condition, old) for condition in policy.existing):
        # A row that an INSERT collides with is not passed over (manual: INSERT, ON CONFLICT).
        return "refused" if policy.operation is Operation.insert_or_update else "0"
    return "1" if all(meets(condition, new) for condition in policy.new) else "refused"


@pytest.mark.parametrize(("operation", "statement"), STATEMENTS)
@pytest.mark.parametrize("scenario", SCENARIOS)
def test_rows_fare_as_the_effective_policy_says(
    database: Database, scenario: str, operation: Operation, statement: str
) -> None:
    history = SET_UP + SCENARIOS[scenario]
    catalog = replayed(history)
    policy = effective_policy(catalog, "app", relation(catalog, "docs"), operation)
    script = TRY_EVERY_ROW.format(
        tags=", ".join(f"'{tags}'" for tags in TAG_SETS), statement=statement
    )
    assert database.run(history).errors == ()

    answers = database.run(script).output.replace("NOTICE:  ", "").splitlines()

    assert answers == [
        f"'{old}' '{new}' {predicted(policy, old, new)}" for old, new in product(TAG_SETS, TAG_SETS)
    ]
