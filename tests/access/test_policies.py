"""PostgreSQL applies the policies that effective_policy names, and no others."""

from itertools import chain, combinations, product

import pytest

from rlslint.access import EffectivePolicy, Operation, RowCondition, effective_policy
from rlslint.sql.expressions import Constant, Operator
from tests.access.scenarios import relation, replayed
from tests.postgres import Database

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
