# ruff: noqa: E501
"""Projects of one hostile file of at most 100 kB each, by the name of what they have much of.

`PROJECTS` are made by functions, so that one can be made alone. The same bytes come out each time.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import chain, count

SIZE = 100_000
"""How many bytes a project has at most, but for the few lines that make a table to speak of."""

Files = Mapping[str, bytes]

SQL = "migrations/0001_all.sql"
CODE = "app/queries.py"
BASE = """CREATE ROLE app LOGIN;
CREATE TABLE docs (id int PRIMARY KEY, tenant_id int NOT NULL, body text, up int);
ALTER TABLE docs ENABLE ROW LEVEL SECURITY;
GRANT SELECT, INSERT, UPDATE, DELETE ON docs TO app;
"""
OWN = "tenant_id = current_setting('app.tenant_id')::int"
POLICY = f"CREATE POLICY own ON docs USING ({OWN});\n"


def until_full(parts: Iterable[str], size: int = SIZE) -> str:
    """Return as many parts as fit into `size` bytes, joined."""
    chosen, left = [], size
    for part in parts:
        left -= len(part.encode())
        if left < 0:
            break
        chosen.append(part)
    return "".join(chosen)


def each(template: str, first: int = 0) -> Iterator[str]:
    """Yield the template with n and the number before it, without an end."""
    for n in count(first):
        yield template.replace("{n}", str(n)).replace("{m}", str(max(n - 1, 0)))


def sql(body: str, base: str = BASE) -> Files:
    return {SQL: f"{base}{body}\n".encode()}


def many(template: str, *, before: str = "", size: int = SIZE) -> Callable[[], Files]:
    return lambda: sql(before + until_full(each(template), size))


def policy(condition: str) -> Files:
    return sql(f"CREATE POLICY p ON docs USING ({condition});")


def condition(template: str, joint: str = " OR ", limit: int = 10**9) -> Callable[[], Files]:
    """A policy of as many conditions as fit, or `limit` of them."""
    size = SIZE - 200

    def make() -> Files:
        parts = (
            f"{joint if n else ''}{part}"
            for n, part in zip(range(limit), each(template), strict=False)
        )
        return policy(until_full(parts, size))

    return make


def nested(before: str, middle: str, after: str, depth: int) -> Callable[[], Files]:
    return lambda: policy(before * depth + middle + after * depth)


def in_block(body: str) -> Files:
    return sql(f"DO $do$ BEGIN\n{body}END $do$;")


def block(template: str, size: int = SIZE) -> Callable[[], Files]:
    return lambda: in_block(until_full(each(template), size))


def calls_twice(depth: int, language: str) -> Callable[[], Files]:
    def body(n: int) -> str:
        value = f"f{n - 1}(x) AND f{n - 1}(x)" if n else "x > 0"
        return f"BEGIN RETURN {value}; END" if language == "plpgsql" else f"SELECT {value}"

    def make() -> Files:
        functions = "".join(
            f"CREATE FUNCTION f{n}(x int) RETURNS bool LANGUAGE {language} STABLE AS $$ {body(n)} $$;\n"
            for n in range(depth)
        )
        return sql(f"{functions}CREATE POLICY p ON docs USING (f{depth - 1}(id));")

    return make


def diamonds(width: int, depth: int) -> Callable[[], Files]:
    """Views each of which reads all of the layer below."""

    def make() -> Files:
        lines = [f"CREATE VIEW v0_{w} AS SELECT * FROM docs;\n" for w in range(width)]
        for d in range(1, depth):
            below = ", ".join(f"v{d - 1}_{w} a{w}" for w in range(width))
            for w in range(width):
                lines.append(f"CREATE VIEW v{d}_{w} AS SELECT a0.* FROM {below};\n")
        lines += [f"GRANT SELECT ON v{depth - 1}_{w} TO app;\n" for w in range(width)]
        return sql(POLICY + until_full(lines))

    return make


def circles(size: int, policies: bool) -> Callable[[], Files]:
    """Tables that all refer to one another."""

    def make() -> Files:
        lines = [f"CREATE TABLE t{n} (id int PRIMARY KEY, tenant_id int);\n" for n in range(size)]
        for n in range(size):
            lines.append(f"ALTER TABLE t{n} ENABLE ROW LEVEL SECURITY;\n")
            for m in range(size):
                if policies:
                    lines.append(
                        f"CREATE POLICY p{m} ON t{n} USING (id IN (SELECT id FROM t{m}));\n"
                    )
                else:
                    lines.append(f"ALTER TABLE t{n} ADD FOREIGN KEY (id) REFERENCES t{m};\n")
        return sql(until_full(lines))

    return make


def tables_by_policies(tables: int, policies: int) -> Callable[[], Files]:
    def make() -> Files:
        lines = []
        for t in range(tables):
            lines.append(f"CREATE TABLE t{t} (id int, tenant_id int); GRANT ALL ON t{t} TO app;\n")
            lines.append(f"ALTER TABLE t{t} ENABLE ROW LEVEL SECURITY;\n")
            lines += [f"CREATE POLICY p{p} ON t{t} USING (id > {p});\n" for p in range(policies)]
        return sql(until_full(lines))

    return make


def role_graph(size: int) -> Callable[[], Files]:
    def make() -> Files:
        lines = [f"CREATE ROLE r{n} LOGIN;" for n in range(size)]
        lines += [f"GRANT r{m} TO r{n};\n" for n in range(size) for m in range(n)]
        return sql(POLICY + until_full(lines))

    return make


def noise(alphabet: str, seed: int) -> Callable[[], Files]:
    def make() -> Files:
        chosen = random.Random(seed)
        return sql("".join(chosen.choices(alphabet, k=SIZE)))

    return make


def python(body: str) -> Files:
    table = BASE + POLICY
    head = (
        "import psycopg\n\nconnection = psycopg.connect('dbname=x')\ncursor = connection.cursor()\n"
    )
    return {SQL: table.encode(), CODE: (head + body).encode()}


def code(template: str, before: str = "", after: str = "") -> Callable[[], Files]:
    return lambda: python(before + until_full(each(template), SIZE - 400) + after)


def importing(number: int) -> Callable[[], Files]:
    """Modules that all import one another."""

    def make() -> Files:
        names = [f"m{n}" for n in range(number)]
        files = {SQL: (BASE + POLICY).encode()}
        share = SIZE // number
        for name in names:
            lines = (f"from app.{other} import f_{other}, Q_{other}\n" for other in names)
            body = f"Q_{name} = 'SELECT * FROM docs WHERE ' + Q_m0\ndef f_{name}(c):\n"
            body += "".join(f"    f_{other}(c)\n" for other in names)
            body += f"    c.execute(Q_{name})\n"
            files[f"app/{name}.py"] = (until_full(lines, share) + body).encode()
        return files

    return make


def settings(name: str, content: str) -> Callable[[], Files]:
    return lambda: {SQL: (BASE + POLICY).encode(), name: content.encode()}


def program(path: str, head: str, token: str) -> Callable[[], Files]:
    """A program of one token again and again behind its first lines."""
    return lambda: {
        SQL: (BASE + POLICY).encode(),
        path: (head + token * ((SIZE - 400) // len(token.encode()))).encode(),
    }


def laughs(levels: int, width: int) -> str:
    lines = ["a0: &a0 [postgres://u:p@h/d]"]
    for level in range(1, levels):
        refs = ", ".join(f"*a{level - 1}" for _ in range(width))
        lines.append(f"a{level}: &a{level} [{refs}]")
    return "\n".join(lines) + "\n"


def merges(levels: int) -> str:
    lines = ["m0: &m0 {DB_USER: u0, DB_HOST: h}"]
    for level in range(1, levels):
        lines.append(f"m{level}: &m{level} {{<<: [*m{level - 1}, *m{level - 1}], K{level}: v}}")
    return "services:\n  x:\n    image: postgres\n" + "\n".join(lines) + "\n"


def merged_maps(levels: int) -> str:
    lines = ["m0: &m0 {DB_USER: u0, DB_HOST: h}"]
    for level in range(1, levels):
        lines.append(
            f"m{level}: &m{level}\n  <<: *m{level - 1}\n  <<: *m{level - 1}\n  K{level}: v"
        )
    return (
        "\n".join(lines) + f"\nservices: {{x: {{image: postgres, environment: *m{levels - 1}}}}}\n"
    )


def config(content: str) -> Callable[[], Files]:
    return lambda: {SQL: (BASE + POLICY).encode(), "rlslint.toml": content.encode()}


def ignoring(name: str, content: str) -> Callable[[], Files]:
    def make() -> Files:
        deep = "/".join(["a" * 40] * 20)
        extra = {f"{deep}/{'a' * 200}.sql": b"SELECT 1;\n", f"{'a' * 250}.sql": b"SELECT 1;\n"}
        return {SQL: (BASE + POLICY).encode(), name: content.encode(), ".git/HEAD": b"x\n", **extra}

    return make


TABLE = "CREATE TABLE t{n} (id int PRIMARY KEY, tenant_id int);\n"
SECURED = TABLE + "ALTER TABLE t{n} ENABLE ROW LEVEL SECURITY;GRANT ALL ON t{n} TO app;\n"
TRIGGER = "CREATE FUNCTION trg() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NEW; END $$;\n"

OF_SQL: dict[str, Callable[[], Files]] = {
    # predicates
    "3,000 ORs": condition("id = {n}", limit=3_000),
    "ORs": condition("id = {n}"),
    "ORs of settings": condition("tenant_id = current_setting('app.s{n}')::int"),
    "ORs of one setting": condition(OWN),
    "ANDs": condition("id <> {n}", " AND "),
    "ANDs of ORs": condition("(id = {n} OR tenant_id = {n})", " AND "),
    "ORs of ANDs": condition("(id = {n} AND tenant_id = {n})"),
    "ORs with NOT": condition("NOT (id = {n} AND up = {n})"),
    "ORs of IS NULL": condition("current_setting('app.s{n}', true) IS NULL"),
    "ORs of columns": condition("body = 'x{n}'"),
    "ORs of calls": condition("lower(body) = 'x{n}'"),
    "ORs of EXISTS": condition("EXISTS (SELECT 1 FROM docs d WHERE d.id = {n})"),
    "ORs of IN": condition("id IN (SELECT d.id FROM docs d WHERE d.up = {n})"),
    "150 nested INs": nested("id IN (SELECT d.id FROM docs d WHERE d.", "id = 1", ")", 150),
    "nested INs": nested("id IN (SELECT d.id FROM docs d WHERE d.", "id = 1", ")", 2_000),
    "nested EXISTS": nested(
        "EXISTS (SELECT 1 FROM docs d WHERE d.id = docs.id AND ", OWN, ")", 900
    ),
    "nested scalar sub-selects": nested(
        "id = (SELECT max(d.id) FROM docs d WHERE d.", "id = 1", ")", 1_500
    ),
    "parentheses": nested("(", OWN, ")", 45_000),
    "some parentheses": nested("(", OWN, ")", 1_000),
    "NOTs": nested("NOT ", "true", "", 20_000),
    "some NOTs": nested("NOT (", OWN, ")", 800),
    "COALESCEs": nested("coalesce(", "true", ", false)", 5_000),
    "some COALESCEs": nested("coalesce(id = 1, ", "true", ")", 700),
    "CASEs": nested("CASE WHEN id = 1 THEN ", "true", " ELSE false END", 1_500),
    "some CASEs": nested(
        "CASE WHEN current_setting('a.b', true) = 'x' THEN ", "true", " ELSE false END", 300
    ),
    "casts": nested("", "id::int" + "::text::int" * 7_000 + " = 1", "", 1),
    "concatenations": nested("", "body = '" + "' || '".join(["x"] * 15_000) + "'", "", 1),
    "arithmetic": nested("", "id = " + " + ".join(["1"] * 20_000), "", 1),
    "doubling texts": nested("body = ", "repeat(" * 40 + "'x'" + ", 2)" * 40, "", 1),
    "replaced texts": nested("body = ", "replace(" * 40 + "'x'" + ", 'x', 'xx')" * 40, "", 1),
    "a huge repeat": nested("body = ", "repeat(repeat('x', 1000000), 1000000)", "", 1),
    "a huge power": nested("id = ", "10 ^ 1000000", "", 1),
    "a huge number": nested("id = ", "9" * 90_000, "", 1),
    "a huge lpad": nested("body = ", "lpad('x', 2147483647)", "", 1),
    "a huge array": condition("{n}", ", ", 20_000),
    "IN list": lambda: policy("id IN (" + until_full((f"{n}, " for n in count()), 95_000) + "0)"),
    "NOT IN list": lambda: policy(
        "id NOT IN (" + until_full((f"{n}, " for n in count()), 95_000) + "0)"
    ),
    "ANY of an array": lambda: policy(
        "id = ANY (ARRAY[" + until_full((f"{n}, " for n in count()), 95_000) + "0])"
    ),
    "ANY of an array text": lambda: policy(
        "id = ANY ('{" + until_full((f"{n}, " for n in count()), 95_000) + "0}'::int[])"
    ),
    "nested array text": lambda: policy("id = ANY ('" + "{" * 40_000 + "}" * 40_000 + "'::int[])"),
    "a bad pattern": nested("body ~ '", "(a*)*" * 8_000 + "b", "'", 1),
    "matched pattern": nested("'" + "a" * 40_000 + "' ~ '", "(a*)*b", "'", 1),
    "matched LIKE": nested("'" + "a" * 40_000 + "' LIKE '", "%a" * 20_000 + "b", "'", 1),
    "regexp_replace": nested(
        "'x' = regexp_replace('" + "a" * 40_000 + "', '", "(a+)+$", "', 'x')", 1
    ),
    "a join of many": lambda: policy(
        "EXISTS (SELECT 1 FROM docs d WHERE "
        + until_full((f"d.id = {n} OR " for n in count()), 90_000)
        + "d.id = docs.id)"
    ),
    "CTEs": lambda: policy(
        "EXISTS (WITH "
        + until_full(
            (f"c{n} AS (SELECT * FROM {'c' + str(n - 1) if n else 'docs'}), " for n in count()),
            90_000,
        )
        + "z AS (SELECT 1) SELECT 1 FROM z)"
    ),
    "doubling CTEs": lambda: policy(
        "EXISTS (WITH "
        + "".join(
            f"c{n} AS (SELECT a.id FROM {'c' + str(n - 1) if n else 'docs'} a, {'c' + str(n - 1) if n else 'docs'} b), "
            for n in range(60)
        )
        + "z AS (SELECT 1) SELECT 1 FROM c59)"
    ),
    "doubling SELECT INTO": lambda: sql(
        "CREATE FUNCTION shown(wanted text) RETURNS SETOF docs LANGUAGE plpgsql SECURITY DEFINER AS "
        "$$ DECLARE x text; BEGIN "
        + "SELECT current_setting('app.caller', true) || x || x INTO x; " * 1_300
        + "IF x <> wanted THEN RAISE 'no'; END IF; RETURN QUERY SELECT * FROM docs; END $$;"
    ),
    "joins": lambda: policy(
        "EXISTS (SELECT 1 FROM docs d"
        + until_full((f" JOIN docs d{n} ON d{n}.id = d.id" for n in count()), 90_000)
        + " WHERE d.id = 1)"
    ),
    "UNIONs": lambda: policy(
        "id IN (SELECT id FROM docs"
        + until_full((f" UNION SELECT {n}" for n in count()), 90_000)
        + ")"
    ),
    "row comparisons": lambda: policy(
        "(" + ", ".join(["id"] * 8_000) + ") = (" + ", ".join(["1"] * 8_000) + ")"
    ),
    # statements
    "policies": many(f"CREATE POLICY p{{n}} ON docs USING ({OWN});\n"),
    "unlike policies": many("CREATE POLICY p{n} ON docs USING (id = {n} AND body = 'x{n}');\n"),
    "policies that look up": many(
        "CREATE POLICY p{n} ON docs USING (id IN (SELECT id FROM docs WHERE up = {n}));\n"
    ),
    "restrictive policies": many("CREATE POLICY p{n} ON docs AS RESTRICTIVE USING (id = {n});\n"),
    "policies of many roles": lambda: sql(
        "".join(f"CREATE ROLE r{n} LOGIN;" for n in range(800))
        + until_full(
            (
                f"CREATE POLICY p{n} ON docs TO "
                + ", ".join(f"r{m}" for m in range(800))
                + " USING (true);\n"
                for n in count()
            ),
            80_000,
        )
    ),
    "altered policies": many("ALTER POLICY own ON docs USING (id = {n});\n", before=POLICY),
    "tables": many(TABLE),
    "secured tables": many(SECURED),
    "tables like others": many("CREATE TABLE t{n} (LIKE docs INCLUDING ALL);\n"),
    "copies of tables": many("CREATE TABLE t{n} AS SELECT * FROM docs;\n"),
    "temporary tables": many("CREATE TEMP TABLE t{n} (id int) ON COMMIT DROP;\n"),
    "one table of many columns": lambda: sql(
        "CREATE TABLE w ("
        + until_full((f"c{n} int, " for n in count()), 90_000)
        + "z int); GRANT SELECT ON w TO app;"
    ),
    "columns that come and go": many(
        "ALTER TABLE docs ADD c{n} int; ALTER TABLE docs DROP c{n};\n"
    ),
    "renamed again and again": many(
        "ALTER TABLE docs RENAME TO d{n}; ALTER TABLE d{n} RENAME TO docs;\n"
    ),
    "renamed columns": many(
        "ALTER TABLE docs RENAME body TO b{n}; ALTER TABLE docs RENAME b{n} TO body;\n"
    ),
    "dropped and made": many("DROP TABLE IF EXISTS t; CREATE TABLE t (id int);\n"),
    "created schemas": many("CREATE SCHEMA s{n} CREATE TABLE t (id int);\n"),
    "search_paths": many(
        "SET search_path = s{n}, public; CREATE TABLE IF NOT EXISTS t{n} (id int);\n"
    ),
    "a long search_path": lambda: sql(
        "".join(f"CREATE SCHEMA s{n};" for n in range(1_000))
        + "SET search_path = "
        + ", ".join(f"s{n}" for n in range(1_000))
        + ";\n"
        + until_full(each("GRANT SELECT ON docs{n} TO app;\n"), 60_000)
    ),
    "inheritance": many(
        "CREATE TABLE t{n} () INHERITS (t{m});\n",
        before="CREATE TABLE t0 (id int);\n".replace("t0", "t0"),
    ),
    "inheritance in a row": lambda: sql(
        "CREATE TABLE t0 (id int);\n"
        + until_full(each("CREATE TABLE t{n} () INHERITS (t{m});\n", 1))
    ),
    "inheritance of many": lambda: sql(
        "".join(f"CREATE TABLE p{n} (c{n} int);" for n in range(900))
        + until_full(
            (
                f"CREATE TABLE t{k} () INHERITS ({chr(44).join(f'p{n}' for n in range(900))});\n"
                for k in count()
            ),
            60_000,
        )
    ),
    "columns of an inheritance": lambda: sql(
        "CREATE TABLE t0 (id int);\n"
        + until_full(each("CREATE TABLE t{n} () INHERITS (t{m});\n", 1), 40_000)
        + until_full(each("ALTER TABLE t0 ADD c{n} int;\n"), 50_000)
    ),
    "partitions": lambda: sql(
        "CREATE TABLE e (id int, tenant_id int) PARTITION BY RANGE (id);\nGRANT SELECT ON e TO app;\n"
        + until_full(
            f"CREATE TABLE e{n} PARTITION OF e FOR VALUES FROM ({n}) TO ({n + 1});\n"
            for n in count()
        )
    ),
    "partitions of partitions": lambda: sql(
        "CREATE TABLE e0 (id int, tenant_id int) PARTITION BY RANGE (id);\n"
        + until_full(
            f"CREATE TABLE e{n} PARTITION OF e{n - 1} DEFAULT PARTITION BY RANGE (id);\n"
            for n in count(1)
        )
    ),
    "indexes of partitions": lambda: sql(
        "CREATE TABLE e (id int, tenant_id int) PARTITION BY RANGE (id);\n"
        + until_full(
            (
                f"CREATE TABLE e{n} PARTITION OF e FOR VALUES FROM ({n}) TO ({n + 1});\n"
                for n in count()
            ),
            50_000,
        )
        + until_full((f"CREATE INDEX i{n} ON e (tenant_id);\n" for n in count()), 50_000)
    ),
    "triggers of partitions": lambda: sql(
        TRIGGER
        + "CREATE TABLE e (id int, tenant_id int) PARTITION BY RANGE (id);\n"
        + until_full(
            (
                f"CREATE TABLE e{n} PARTITION OF e FOR VALUES FROM ({n}) TO ({n + 1});\n"
                for n in count()
            ),
            45_000,
        )
        + until_full(
            (
                f"CREATE TRIGGER g{n} AFTER INSERT ON e FOR EACH ROW EXECUTE FUNCTION trg();\n"
                for n in count()
            ),
            50_000,
        )
    ),
    "foreign keys of partitions": lambda: sql(
        "CREATE TABLE e (id int PRIMARY KEY, tenant_id int) PARTITION BY RANGE (id);\n"
        + until_full(
            (
                f"CREATE TABLE e{n} PARTITION OF e FOR VALUES FROM ({n}) TO ({n + 1});\n"
                for n in count()
            ),
            50_000,
        )
        + until_full(
            ("ALTER TABLE docs ADD FOREIGN KEY (up) REFERENCES e;\n" for n in count()), 40_000
        )
    ),
    "foreign keys": many(
        "CREATE TABLE t{n} (id int PRIMARY KEY, up int REFERENCES docs ON DELETE CASCADE);\n"
    ),
    "foreign keys in circles": circles(45, False),
    "policies in circles": circles(40, True),
    "tables x policies": tables_by_policies(50, 45),
    "few tables x policies": tables_by_policies(5, 480),
    "indexes": many("CREATE INDEX i{n} ON docs (tenant_id, up);\n", before=POLICY),
    "constraints": many("ALTER TABLE docs ADD CONSTRAINT c{n} CHECK (id > {n});\n"),
    "one statement of constraints": lambda: sql(
        "ALTER TABLE docs "
        + until_full(f"ADD CONSTRAINT c{n} CHECK (id > {n}), " for n in count())
        + "ADD z int;"
    ),
    "views": many(
        "CREATE VIEW v{n} AS SELECT * FROM docs; GRANT SELECT ON v{n} TO app;\n", before=POLICY
    ),
    "views over views": lambda: sql(
        POLICY
        + "CREATE VIEW v0 AS SELECT * FROM docs;\n"
        + until_full(
            each("CREATE VIEW v{n} AS SELECT * FROM v{m}; GRANT SELECT ON v{n} TO app;\n", 1)
        )
    ),
    "views over two": lambda: sql(
        POLICY
        + "CREATE VIEW v0 AS SELECT * FROM docs;\n"
        + until_full(
            each(
                "CREATE VIEW v{n} AS SELECT a.* FROM v{m} a, v{m} b; GRANT SELECT ON v{n} TO app;\n",
                1,
            )
        )
    ),
    "views over all before": lambda: sql(
        POLICY
        + "CREATE VIEW v0 AS SELECT * FROM docs;\n"
        + until_full(
            f"CREATE VIEW v{n} AS SELECT a0.* FROM {', '.join(f'v{m} a{m}' for m in range(n))};\n"
            for n in count(1)
        )
    ),
    "diamonds of views": diamonds(2, 600),
    "wide diamonds of views": diamonds(10, 60),
    "materialized views": many(
        "CREATE MATERIALIZED VIEW v{n} AS SELECT * FROM docs; GRANT SELECT ON v{n} TO app;\n",
        before=POLICY,
    ),
    "replaced views": many(
        "CREATE OR REPLACE VIEW v AS SELECT * FROM docs WHERE id = {n};\n", before=POLICY
    ),
    "views that functions read": many(
        "CREATE FUNCTION f{n}() RETURNS SETOF docs LANGUAGE sql SECURITY DEFINER AS $$ SELECT * FROM docs $$; CREATE VIEW v{n} AS SELECT * FROM f{n}();\n",
        before=POLICY,
    ),
    "thirty functions, sql": calls_twice(30, "sql"),
    "thirty functions, plpgsql": calls_twice(30, "plpgsql"),
    "functions in a row, sql": calls_twice(1_000, "sql"),
    "functions in a row, plpgsql": calls_twice(800, "plpgsql"),
    "functions that call all before": lambda: sql(
        until_full(
            f"CREATE FUNCTION f{n}() RETURNS int LANGUAGE sql STABLE AS $$ SELECT 1{''.join(f' + f{m}()' for m in range(n))} $$;\n"
            for n in count()
        )
        + "CREATE POLICY p ON docs USING (id = f9());"
    ),
    "functions": many(
        "CREATE FUNCTION f{n}() RETURNS int LANGUAGE sql SECURITY DEFINER AS $$ SELECT id FROM docs $$;\n",
        before=POLICY,
    ),
    "functions of plpgsql": many(
        "CREATE FUNCTION f{n}() RETURNS int LANGUAGE plpgsql SECURITY DEFINER AS $$ DECLARE r int; BEGIN SELECT id INTO r FROM docs; IF r IS NULL THEN RAISE 'x'; END IF; RETURN r; END $$;\n",
        before=POLICY,
    ),
    "overloads": many(
        "CREATE FUNCTION f(a t{n}) RETURNS int LANGUAGE sql AS $$ SELECT 1 $$; SELECT f(1);\n"
    ),
    "calls of overloads": lambda: sql(
        until_full(
            (
                f"CREATE FUNCTION f(a{' int, b' * n} int) RETURNS int LANGUAGE sql AS $$ SELECT 1 $$;\n"
                for n in range(99)
            ),
            60_000,
        )
        + until_full(each("CREATE POLICY p{n} ON docs USING (id = f(1, 2));\n"), 35_000)
    ),
    "functions of many parameters": lambda: sql(
        "CREATE FUNCTION f("
        + until_full((f"a{n} int, " for n in count()), 90_000)
        + "z int) RETURNS int LANGUAGE sql AS $$ SELECT 1 $$;"
    ),
    "a long SQL body": lambda: sql(
        "CREATE FUNCTION f() RETURNS int LANGUAGE sql SECURITY DEFINER AS $$ "
        + until_full(each("SELECT id FROM docs WHERE up = {n};\n"))
        + " $$;"
    ),
    "a long PL/pgSQL body": lambda: sql(
        "CREATE FUNCTION f() RETURNS int LANGUAGE plpgsql SECURITY DEFINER AS $$ BEGIN\n"
        + until_full(each("PERFORM set_config('app.x{n}', '1', true);\n"))
        + "RETURN 1; END $$; CREATE POLICY p ON docs USING (id = f());"
    ),
    "IFs in a function": lambda: sql(
        "CREATE FUNCTION f() RETURNS int LANGUAGE plpgsql AS $$ BEGIN\n"
        + until_full(each("IF current_setting('app.a{n}', true) = 'x' THEN RETURN {n}; END IF;\n"))
        + "RETURN 1; END $$; CREATE POLICY p ON docs USING (id = f());"
    ),
    "nested IFs in a function": lambda: sql(
        "CREATE FUNCTION f() RETURNS int LANGUAGE plpgsql AS $$ BEGIN\n"
        + "IF current_user = 'x' THEN\n" * 1_500
        + "RETURN 1;"
        + "ELSE RETURN 2; END IF;" * 1_500
        + "RETURN 1; END $$; CREATE POLICY p ON docs USING (id = f());"
    ),
    "assignments in a function": lambda: sql(
        "CREATE FUNCTION f() RETURNS int LANGUAGE plpgsql STABLE AS $$ DECLARE x int := 1; BEGIN\n"
        + "x := x + x;\n" * 8_000
        + "RETURN x; END $$; CREATE POLICY p ON docs USING (id = f());"
    ),
    "triggers": many(
        "CREATE TRIGGER t{n} BEFORE INSERT ON docs FOR EACH ROW EXECUTE FUNCTION trg();\n",
        before=TRIGGER,
    ),
    "rules": many("CREATE RULE r{n} AS ON INSERT TO docs DO ALSO NOTIFY x;\n"),
    "roles": many("CREATE ROLE r{n} LOGIN; GRANT app TO r{n};\n", before=POLICY),
    "roles in a row": lambda: sql(
        POLICY
        + "CREATE ROLE r0 LOGIN;\n"
        + until_full(each("CREATE ROLE r{n} LOGIN; GRANT r{m} TO r{n};\n", 1))
    ),
    "roles in all others": role_graph(90),
    "owners": many(
        "CREATE ROLE r{n} LOGIN; CREATE TABLE t{n} (id int); ALTER TABLE t{n} OWNER TO r{n}; ALTER TABLE t{n} ENABLE ROW LEVEL SECURITY;\n"
    ),
    "grants": many("GRANT SELECT ON docs TO r{n};\n"),
    "grants and revokes": many("GRANT SELECT ON docs TO app; REVOKE ALL ON docs FROM app;\n"),
    "grants on all tables": lambda: sql(
        until_full(each(TABLE), 50_000)
        + until_full(each("GRANT SELECT ON ALL TABLES IN SCHEMA public TO app;\n"), 50_000)
    ),
    "grants of columns": many("GRANT SELECT (id, tenant_id) ON docs TO r{n};\n"),
    "one grant of many": lambda: sql(
        until_full(each("CREATE TABLE t{n} (id int);"), 40_000)
        + until_full(each("CREATE ROLE r{n};"), 20_000)
        + "GRANT SELECT ON docs"
        + until_full((f", t{n}" for n in range(1_400)), 15_000)
        + " TO app"
        + until_full((f", r{n}" for n in range(1_000)), 15_000)
        + ";"
    ),
    "default privileges": lambda: sql(
        until_full(each("ALTER DEFAULT PRIVILEGES GRANT SELECT ON TABLES TO r{n};\n"), 60_000)
        + until_full(each(TABLE), 40_000)
    ),
    "owned and reassigned": many("REASSIGN OWNED BY app TO r{n};\n"),
    "SET ROLE": many("SET ROLE r{n}; CREATE TABLE t{n} (id int); RESET ROLE;\n"),
    "ALTER ROLE SET": many("ALTER ROLE app SET app.s{n} = 'x';\n", before=POLICY),
    "publications": many("CREATE PUBLICATION p{n} FOR TABLE docs;\n", before=POLICY),
    "publications of all": lambda: sql(
        until_full(each(SECURED), 50_000)
        + until_full(each("CREATE PUBLICATION p{n} FOR ALL TABLES;\n"), 50_000)
    ),
    "savepoints": many(
        "SAVEPOINT s{n}; CREATE TABLE t{n} (id int); ROLLBACK TO s{n};\n", before="BEGIN;\n"
    ),
    "savepoints in one another": lambda: sql(
        "BEGIN;\n" + until_full(each("SAVEPOINT s{n}; GRANT SELECT ON docs TO r{n};\n"))
    ),
    "transactions": many("BEGIN; CREATE TABLE t{n} (id int); ROLLBACK;\n"),
    "a failing transaction": many("CREATE TABLE docs (id int);\n", before="BEGIN; SELECT 1/0;\n"),
    "refused statements": many("CREATE TABLE docs (id int);\n"),
    "on missing tables": many("ALTER TABLE missing{n} ENABLE ROW LEVEL SECURITY;\n"),
    "policies on missing tables": many(f"CREATE POLICY p ON missing{{n}} USING ({OWN});\n"),
    "views of missing tables": many("CREATE VIEW v{n} AS SELECT * FROM missing{n};\n"),
    "dropped by CASCADE": lambda: sql(
        until_full(each("CREATE VIEW v{n} AS SELECT * FROM docs;\n")) + "DROP TABLE docs CASCADE;"
    ),
    "CASCADE again and again": many(
        "CREATE TABLE t (id int); CREATE VIEW v AS SELECT * FROM t; DROP TABLE t CASCADE;\n"
    ),
    "open set_configs in a body": lambda: sql(
        "CREATE FUNCTION f() RETURNS text LANGUAGE sql SECURITY DEFINER AS $do$ SELECT "
        + "set_config(" * 8_500
        + "$do$;"
    ),
    "INSERTs into one another": block("insert into a values "),
    "brackets in a broken statement": many("<![CDATA", before="ALTER TABLE ", size=SIZE),
    "words of other databases": many("row access policy ", before="CREATE PERMISSION;\n"),
    "one DROP of many": lambda: sql(
        until_full(each("CREATE TABLE t{n} (id int);"), 60_000)
        + "DROP TABLE t0"
        + until_full((f", t{n}" for n in range(1, 2_000)), 30_000)
        + " CASCADE;"
    ),
    "types": many("CREATE TYPE y{n} AS ENUM ('a', 'b');\n"),
    "comments": many("-- a comment {n}\n"),
    "block comments": many("/* a comment {n} */\n"),
    "nested comments": lambda: sql("/*" * 25_000 + "*/" * 25_000),
    "open nested comments": lambda: sql("/*" * 49_000),
    "comment starts after quotes": lambda: sql("'/*" * 30_000),
    "INSERTs": many("INSERT INTO docs VALUES ({n}, 1, 'x', 1);\n", before=POLICY),
    "SELECTs": many("SELECT * FROM docs WHERE id = {n};\n", before=POLICY),
    "one INSERT of many rows": lambda: sql(
        "INSERT INTO docs VALUES "
        + until_full(f"({n}, 1, 'x', 1), " for n in count())
        + "(0, 0, '', 0);"
    ),
    "INSERT SELECTs": many("INSERT INTO docs SELECT * FROM docs WHERE id = {n};\n", before=POLICY),
    "set_config": many("SELECT set_config('app.s{n}', 'x', false);\n", before=POLICY),
    "SETs": many("SET app.s{n} = 'x';\n", before=POLICY),
    "semicolons": lambda: sql(";" * SIZE),
    "single quotes": lambda: sql("'" * SIZE),
    "an odd number of quotes": lambda: sql("'" * (SIZE - 1)),
    "quotes with semicolons": lambda: sql("';" * (SIZE // 2)),
    "double quotes": lambda: sql('"' * (SIZE - 1)),
    "dollar signs": lambda: sql("$" * SIZE),
    "dollar quotes": lambda: sql("$$" * (SIZE // 2 - 1) + "$"),
    "dollar quotes that never end": lambda: sql(until_full(each("$q{n}$ "))),
    "dollar tags": lambda: sql("SELECT " + "$a" * 45_000 + ";"),
    "escape strings": lambda: sql("SELECT E'" + "\\'" * 45_000 + "';"),
    "open escape strings": lambda: sql("E'\\" * 33_000),
    "BEGIN ATOMIC": lambda: sql("CREATE FUNCTION f() RETURNS int BEGIN ATOMIC " * 2_000),
    "CASE without END": lambda: sql("BEGIN ATOMIC CASE " * 5_000),
    "brackets": lambda: sql("(" * SIZE),
    "closing brackets": lambda: sql(")" * SIZE),
    "mixed brackets": lambda: sql("([{" * 30_000),
    "broken statements": many("CREATE TABEL t{n} (id int);\n"),
    "broken policies": many("CREATE POLICY p{n} ON docs USING (id = ;\n"),
    "broken without ends": lambda: sql(
        until_full(each("CREATE POLICY p{n} ON docs USING (id =\n"))
    ),
    "invalid RLS DDL": many("CREATE POLICY IF NOT EXISTS p{n} ON docs USING (true);\n"),
    "placeholders": many("SELECT :a{n}, {{ b }}, ${c}, %s, ?, @p FROM docs;\n"),
    "open braces": lambda: sql("{{" * 50_000),
    "open template braces": lambda: sql("SELECT ${" * 11_000),
    "percents": lambda: sql("%(" * 50_000),
    "colons": lambda: sql(":" * SIZE),
    "psql commands": many("\\set x{n} 'y'\n"),
    "psql includes": many("\\i other{n}.sql\n"),
    "backslashes": lambda: sql("\\" * SIZE),
    "backslash lines": lambda: sql("\\\n" * (SIZE // 2)),
    "COPY data": lambda: sql(
        "COPY docs FROM stdin;\n" + until_full(each("{n}\t1\tx\t1\n")) + "\\.\n"
    ),
    "COPY without end": lambda: sql("COPY docs FROM stdin;\n" + until_full(each("{n}\t1\tx\t1\n"))),
    "COPYs without end": many("COPY docs FROM stdin;\n"),
    "COPYs with ends": many("COPY docs FROM stdin;\n\\.\n"),
    "COPYs and ignore comments": lambda: sql(
        "-- rlslint: ignore[rls-not-enabled]\n"
        + until_full(each("copy docs from stdin\n"))
        + "\\.\n"
    ),
    "empty lines": lambda: sql("\n" * SIZE),
    "carriage returns": lambda: sql("\r" * SIZE),
    "spaces": lambda: sql(" " * SIZE + "x"),
    "tabs in a line": lambda: sql("SELECT 1" + "\t" * (SIZE - 20) + "x;"),
    "one line": lambda: sql(
        until_full(
            each(
                "CREATE TABLE t{n} (id int, tenant_id int); GRANT ALL ON t{n} TO PUBLIC; ALTER TABLE t{n} ENABLE ROW LEVEL SECURITY; "
            )
        )
    ),
    "one line of findings": lambda: sql(
        until_full(each("CREATE POLICY p{n} ON docs TO app USING (true); "))
    ),
    "one line of letters": lambda: sql("é" * (SIZE // 2)),
    "one line of letters and findings": lambda: sql(
        "/* é */" + until_full(each("CREATE POLICY p{n} ON docs TO app USING (true); "))
    ),
    "a long name": lambda: sql("CREATE TABLE " + "x" * 90_000 + " (tenant_id int);"),
    "long names": many('CREATE TABLE "' + "é" * 900 + '{n}" (tenant_id int);\n'),
    "dotted name": lambda: sql("SELECT " + ".".join(["a"] * 45_000) + ";"),
    "passwords": many("CREATE ROLE r{n} LOGIN SUPERUSER PASSWORD 'x{n}';\n"),
    "URLs in a line": lambda: sql(
        "CREATE POLICY p ON docs USING (true); --" + " postgres://u:" * 6_000
    ),
    "signs before an @": lambda: sql("CREATE POLICY p ON docs USING (true); --://" + "a:" * 45_000),
    "password words": lambda: sql(
        "CREATE POLICY p ON docs USING (true); -- " + "password = " * 8_000
    ),
    "password quotes": lambda: sql(
        "CREATE POLICY p ON docs USING (true); -- password='" + "''" * 45_000
    ),
    "equals signs": lambda: sql(
        "CREATE POLICY p ON docs USING (true); -- " + "a_key" * 15_000 + "=" * 20_000
    ),
    "ignore comments": many(
        "-- rlslint: ignore[rls-not-enabled]\nCREATE TABLE t{n} (tenant_id int);\n"
    ),
    "ignore comments in a row": lambda: sql(
        "-- rlslint: ignore[rls-not-enabled]\n" * 2_500
        + "CREATE TABLE t (tenant_id int); GRANT SELECT ON t TO app;"
    ),
    "ignore comments in a line": lambda: sql(
        "-- " + "rlslint: ignore[rls-not-enabled] " * 2_900 + "\nCREATE TABLE t (tenant_id int);"
    ),
    "one ignore of many names": lambda: sql(
        "-- rlslint: ignore["
        + until_full((f"rule-{n}, " for n in count()), 90_000)
        + "x]\nCREATE TABLE t (tenant_id int);"
    ),
    "file-ignores": many("-- rlslint: file-ignore[rule-{n}]\n"),
    "open ignore names": lambda: sql("-- rlslint: ignore[" * 5_000),
    "comments above a finding": lambda: sql(
        "-- x\n" * 20_000 + "CREATE POLICY p ON docs USING (true);"
    ),
    "comments above findings": many("-- x\n-- x\n-- x\nCREATE POLICY p{n} ON docs USING (true);\n"),
    "letters": noise("abcdefghij ;", 1),
    "signs": noise("()[]{};:,.'\"$\\/*-+%@#&|<>=!?~^` \n", 2),
    "quotes and slashes": noise("'\"$/*-\\\nE;", 3),
    "SQL words": lambda: sql(
        "".join(
            f"{word} "
            for word in random.Random(4).choices(
                [
                    "CREATE",
                    "TABLE",
                    "POLICY",
                    "ON",
                    "USING",
                    "(",
                    ")",
                    ";",
                    "AS",
                    "$$",
                    "'",
                    "BEGIN",
                    "END",
                    "CASE",
                    "IF",
                    "LOOP",
                    "DO",
                    "SELECT",
                    "FROM",
                    "docs",
                    ",",
                    "ALTER",
                    "GRANT",
                    "TO",
                    "app",
                    "x",
                ],
                k=18_000,
            )
        )
    ),
    "down sections": many("-- +goose Down\nDROP TABLE docs;\n-- +goose Up\nSELECT 1;\n"),
    "letters that are no ASCII": lambda: sql("CREATE POLICY " + "é" * (SIZE // 2)),
    "NULs": lambda: {SQL: b"\0" * SIZE},
    "bytes that are no text": lambda: {
        SQL: BASE.encode() + bytes(random.Random(5).randbytes(SIZE))
    },
    # PL/pgSQL that runs
    "10,000 lines in a DO block": block("RAISE NOTICE 'x';\n"),
    "EXECUTEs on missing tables": block("EXECUTE 'ALTER TABLE x{n} ENABLE ROW LEVEL SECURITY';\n"),
    "EXECUTEs": block("EXECUTE 'CREATE TABLE x{n} (id int)';\n"),
    "EXECUTE format": block("EXECUTE format('CREATE TABLE %I (id int)', 'x{n}');\n"),
    "EXECUTE unknown": block("EXECUTE 'CREATE TABLE ' || current_setting('a.b{n}');\n"),
    "DDL in a block": block("CREATE TABLE x{n} (id int);\n"),
    "policies in a block": block("CREATE POLICY p{n} ON docs USING (id = {n});\n"),
    "IFs in a block": block(
        "IF NOT EXISTS (SELECT 1 FROM pg_roles WHERE rolname = 'r{n}') THEN CREATE ROLE r{n}; END IF;\n"
    ),
    "unknown IFs in a block": block(
        "IF current_setting('a.b') = '{n}' THEN CREATE TABLE x{n} (id int); END IF;\n"
    ),
    "nested IFs in a block": lambda: in_block(
        "IF current_setting('a.b') = 'x' THEN\n" * 1_500
        + "CREATE TABLE x (id int);\n"
        + "END IF;\n" * 1_500
    ),
    "nested blocks": lambda: in_block("BEGIN\n" * 6_000 + "NULL;\n" + "END;\n" * 6_000),
    "EXCEPTION blocks": block(
        "BEGIN CREATE ROLE app; EXCEPTION WHEN duplicate_object THEN NULL; END;\n"
    ),
    "nested EXCEPTION blocks": lambda: in_block(
        "BEGIN\n" * 1_000
        + "CREATE TABLE x (id int); SELECT 1/0;\n"
        + "EXCEPTION WHEN others THEN CREATE TABLE IF NOT EXISTS x (id int); END;\n" * 1_000
    ),
    "assignments in a block": lambda: sql(
        "DO $do$ DECLARE x text := 'x'; BEGIN\n" + "x := x || x;\n" * 8_000 + "EXECUTE x; END $do$;"
    ),
    "a long loop": lambda: in_block(
        "FOR i IN 1..1000000000 LOOP EXECUTE format('CREATE TABLE t%s (id int)', i); END LOOP;\n"
    ),
    "an endless loop": lambda: in_block("LOOP PERFORM 1; END LOOP;\n"),
    "loops in loops": lambda: sql(
        "DO $do$ DECLARE x int := 0; BEGIN "
        + "".join(f"FOR i{n} IN 1..100 LOOP " for n in range(20))
        + "x := x + 1; "
        + "END LOOP; " * 20
        + "END $do$;"
    ),
    "loops with DDL": lambda: in_block(
        "FOR i IN 1..9000 LOOP EXECUTE format('CREATE TABLE t%s (id int, tenant_id int)', i); EXECUTE format('ALTER TABLE t%s ENABLE ROW LEVEL SECURITY', i); END LOOP;\n"
    ),
    "many loops": block(
        "FOR i IN 1..1000 LOOP EXECUTE format('CREATE TABLE IF NOT EXISTS t%s_{n} (id int)', i); END LOOP;\n",
        5_000,
    ),
    "many small blocks": many("DO $$ BEGIN EXECUTE 'CREATE TABLE x{n} (id int)'; END $$;\n"),
    "many blocks that loop": many("DO $$ BEGIN FOR i IN 1..100000 LOOP NULL; END LOOP; END $$;\n"),
    "loops over the catalog": lambda: sql(
        until_full(each(TABLE), 50_000)
        + until_full(
            each(
                "DO $$ DECLARE r record; BEGIN FOR r IN SELECT tablename FROM pg_tables WHERE schemaname = 'public' LOOP EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', r.tablename); END LOOP; END $$;\n"
            ),
            40_000,
        )
    ),
    "joins of the catalog": lambda: sql(
        until_full(each(TABLE), 60_000)
        + "DO $$ DECLARE r record; BEGIN FOR r IN SELECT a.tablename FROM pg_tables a, pg_tables b, pg_tables c LOOP EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', r.tablename); END LOOP; END $$;\n"
    ),
    "generate_series": lambda: in_block(
        "FOR r IN SELECT g FROM generate_series(1, 1000000000) g LOOP NULL; END LOOP;\n"
    ),
    "doubling texts in a block": lambda: sql(
        "DO $$ DECLARE x text := 'x'; BEGIN FOR i IN 1..60 LOOP x := x || x; END LOOP; EXECUTE x; END $$;"
    ),
    "doubling arrays in a block": lambda: sql(
        "DO $$ DECLARE x text[] := ARRAY['x']; BEGIN FOR i IN 1..60 LOOP x := x || x; END LOOP; END $$;"
    ),
    "recursive functions": lambda: sql(
        "CREATE FUNCTION f(n int) RETURNS int LANGUAGE plpgsql AS $$ BEGIN PERFORM f(n + 1); PERFORM f(n + 2); RETURN 1; END $$; DO $$ BEGIN PERFORM f(1); END $$; SELECT f(1);"
    ),
    "called procedures": lambda: sql(
        "CREATE PROCEDURE f(n int) LANGUAGE plpgsql AS $$ BEGIN EXECUTE format('CREATE TABLE t%s (id int)', n); END $$;\n"
        + until_full(each("CALL f({n});\n"))
    ),
    "procedures that call twice": lambda: sql(
        "CREATE PROCEDURE f0() LANGUAGE plpgsql AS $$ BEGIN CREATE TABLE IF NOT EXISTS t (id int); END $$;\n"
        + "".join(
            f"CREATE PROCEDURE f{n}() LANGUAGE plpgsql AS $$ BEGIN CALL f{n - 1}(); CALL f{n - 1}(); END $$;\n"
            for n in range(1, 15)
        )
        + "CALL f14();"
    ),
    "event triggers": lambda: sql(
        "CREATE FUNCTION e() RETURNS event_trigger LANGUAGE plpgsql AS $$ DECLARE r record; BEGIN FOR r IN SELECT * FROM pg_event_trigger_ddl_commands() LOOP EXECUTE format('ALTER TABLE %s ENABLE ROW LEVEL SECURITY', r.object_identity); END LOOP; END $$; CREATE EVENT TRIGGER x ON ddl_command_end WHEN TAG IN ('CREATE TABLE') EXECUTE FUNCTION e();\n"
        + until_full(each(TABLE), 95_000)
    ),
    "event triggers that make tables": lambda: sql(
        "CREATE FUNCTION e() RETURNS event_trigger LANGUAGE plpgsql AS $$ BEGIN EXECUTE 'CREATE TABLE y' || random()::text || ' (id int)'; CREATE TABLE z (id int); END $$; CREATE EVENT TRIGGER x ON ddl_command_end EXECUTE FUNCTION e();\n"
        + until_full(each(TABLE), 60_000)
    ),
    "many event triggers": lambda: sql(
        "CREATE FUNCTION e() RETURNS event_trigger LANGUAGE plpgsql AS $$ BEGIN NULL; END $$;\n"
        + until_full(
            each("CREATE EVENT TRIGGER x{n} ON ddl_command_end EXECUTE FUNCTION e();\n"), 50_000
        )
        + until_full(each(TABLE), 40_000)
    ),
}

OF_CODE: dict[str, Callable[[], Files]] = {
    "Python: queries": code("cursor.execute('SELECT * FROM docs WHERE id = %s', ({n},))\n"),
    "Python: interpolated queries": code(
        "cursor.execute(f'SELECT * FROM docs WHERE id = {{n}}')\n"
    ),
    "Python: sets": code("cursor.execute(\"SET app.tenant_id = '{n}'\")\n"),
    "Python: doubling strings": lambda: python(
        "x = 'SELECT * FROM docs '\n" + "x = x + x\n" * 40 + "cursor.execute(x)\n"
    ),
    "Python: doubling in a loop": lambda: python(
        "x = 'SELECT * FROM docs '\nfor i in range(60):\n    x += x\ncursor.execute(x)\n"
    ),
    "Python: doubling f-strings": lambda: python(
        "x = 'SELECT '\n" + "x = f'{x}{x}'\n" * 60 + "cursor.execute(x)\n"
    ),
    "Python: doubling formats": lambda: python(
        "x = 'SELECT '\n" + "x = '{0}{0}'.format(x)\n" * 60 + "cursor.execute(x)\n"
    ),
    "Python: doubling joins": lambda: python(
        "x = 'SELECT '\n" + "x = ''.join([x, x])\n" * 60 + "cursor.execute(x)\n"
    ),
    "Python: doubling lists": lambda: python(
        "x = ['SELECT ']\n" + "x = x + x\n" * 60 + "cursor.execute(''.join(x))\n"
    ),
    "Python: doubling tuples": lambda: python(
        "x = ('SELECT ',)\n" + "x = (*x, *x)\n" * 60 + "cursor.execute(''.join(x))\n"
    ),
    "Python: doubling dicts": lambda: python(
        "x = {'a': 'b'}\n" + "x = {'a': x, 'b': x}\n" * 60 + "cursor.execute(str(x))\n"
    ),
    "Python: a repeated string": lambda: python("cursor.execute('SELECT ' * 10 ** 12)\n"),
    "Python: doubling replaces": lambda: python(
        "x = 'SELECT x'\n" + "x = x.replace('x', 'xx')\n" * 60 + "cursor.execute(x)\n"
    ),
    "Python: a wide format": lambda: python(
        "cursor.execute('{:999999999999}'.format('x'))\ncursor.execute('%999999999s' % 'x')\ncursor.execute(f\"{'x':>9999999999}\")\n"
    ),
    "Python: huge powers": lambda: python(
        "x = 10 ** 10 ** 10\ncursor.execute(f'SELECT {x}')\ny = 1 << 10 ** 12\ncursor.execute(f'SELECT {y}')\n"
    ),
    "Python: alternatives": lambda: python(
        "x = 'SELECT 1'\n" + "if y: x += ' a'\nelse: x += ' b'\n" * 3_000 + "cursor.execute(x)\n"
    ),
    "Python: some alternatives": lambda: python(
        "x = 'SELECT 1'\n" + "if y: x += ' a'\nelse: x += ' b'\n" * 40 + "cursor.execute(x)\n"
    ),
    "Python: conditional expressions": lambda: python(
        "cursor.execute('SELECT * FROM docs'" + " + ('a' if y else 'b')" * 4_000 + ")\n"
    ),
    "Python: nested ifs": lambda: python(
        "".join(f"{' ' * n}if y:\n" for n in range(90))
        + " " * 90
        + "cursor.execute('SELECT * FROM docs')\n"
    ),
    "Python: elifs": lambda: python(
        "if x == 0: pass\n"
        + until_full(each("elif x == {n}: cursor.execute('SELECT {n}')\n"), 95_000)
    ),
    "Python: loops in loops": lambda: python(
        "".join(f"{' ' * n}for i{n} in range(100):\n" for n in range(18))
        + " " * 18
        + "cursor.execute('SELECT * FROM docs')\n"
    ),
    "Python: loops over lists": lambda: python(
        "".join(
            f"{' ' * n}for i{n} in ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h']:\n" for n in range(18)
        )
        + " " * 18
        + "cursor.execute('SELECT * FROM docs' + i0)\n"
    ),
    "Python: a long list": lambda: python(
        "X = ["
        + until_full(each("'t{n}', "), 90_000)
        + "]\nfor x in X:\n    cursor.execute('ALTER TABLE ' + x + ' ENABLE ROW LEVEL SECURITY')\n"
    ),
    "Python: concatenation": lambda: python(
        "cursor.execute('SELECT 1'" + " + ' a'" * 14_000 + ")\n"
    ),
    "Python: some concatenation": lambda: python(
        "cursor.execute('SELECT 1'" + " + ' a'" * 900 + ")\n"
    ),
    "Python: implicit concatenation": lambda: python(
        "cursor.execute('SELECT 1'\n" + " ' a'\n" * 14_000 + ")\n"
    ),
    "Python: brackets": lambda: python("(" * 90_000),
    "Python: nested lists": lambda: python(
        "x = " + "[" * 90 + "]" * 90 + "\n" + "y = " + "[" * 40_000 + "]" * 40_000 + "\n"
    ),
    "Python: unary operators": lambda: python("x = " + "-" * 90_000 + "1\n"),
    "Python: nots": lambda: python("x = " + "not " * 20_000 + "1\n"),
    "Python: attributes": lambda: python("x" + ".a" * 40_000 + ".execute('SELECT 1')\n"),
    "Python: calls of calls": lambda: python("x" + "()" * 40_000 + ".execute('SELECT 1')\n"),
    "Python: chained calls": lambda: python(
        "cursor" + ".execute('SELECT * FROM docs')" * 3_000 + "\n"
    ),
    "Python: lambdas": lambda: python("x = " + "lambda: " * 10_000 + "1\n"),
    "Python: lambdas that call": lambda: python(
        "f0 = lambda c: c.execute('SELECT 1')\n"
        + until_full(each("f{n} = lambda c: (f{m}(c), f{m}(c))\n", 1), 95_000)
    ),
    "Python: decorators": lambda: python(
        "@a.b(1)\n" * 10_000 + "def f(): cursor.execute('SELECT 1')\n"
    ),
    "Python: functions": code("def f{n}(c):\n    c.execute('SELECT * FROM docs WHERE id = {n}')\n"),
    "Python: functions in a row": lambda: python(
        "def f0(c):\n    c.execute('SELECT * FROM docs')\n"
        + until_full(each("def f{n}(c):\n    f{m}(c)\n    f{m}(c)\n", 1), 95_000)
    ),
    "Python: strings in a row": lambda: python(
        "def f0(x):\n    return 'SELECT * FROM docs ' + x\n"
        + until_full(each("def f{n}(x):\n    return f{m}(x) + f{m}(x)\n", 1), 90_000)
        + "\ncursor.execute(f40('x'))\n"
    ),
    "Python: recursion": lambda: python(
        "def f(x):\n    cursor.execute('SELECT * FROM docs')\n    f(x)\n    f(x)\nf(1)\n"
    ),
    "Python: classes": code(
        "class C{n}(C{m}):\n    def f(self):\n        self.c.execute('SELECT * FROM docs')\n"
    ),
    "Python: methods": lambda: python(
        "class C:\n"
        + until_full(
            each(
                "    def f{n}(self):\n        self.c.execute('SELECT * FROM docs'); self.f{m}()\n"
            ),
            95_000,
        )
    ),
    "Python: withs": lambda: python(
        "".join(f"{' ' * n}with connection.transaction():\n" for n in range(18))
        + " " * 18
        + "cursor.execute('SELECT * FROM docs')\n"
    ),
    "Python: withs in a row": code(
        "with connection.cursor() as c{n}:\n    c{n}.execute('SELECT * FROM docs')\n"
    ),
    "Python: tries": lambda: python(
        "".join(f"{' ' * n}try:\n" for n in range(18))
        + " " * 18
        + "cursor.execute('SELECT * FROM docs')\n"
        + "".join(
            f"{' ' * n}finally:\n{' ' * n} cursor.execute('SELECT 1')\n"
            for n in reversed(range(18))
        )
    ),
    "Python: tries in a row": code(
        "try:\n    cursor.execute('SELECT * FROM docs')\nexcept E{n}:\n    cursor.execute('SELECT {n}')\n"
    ),
    "Python: matches": lambda: python(
        "match x:\n"
        + until_full(each("    case {n}:\n        cursor.execute('SELECT * FROM docs')\n"), 95_000)
    ),
    "Python: comprehensions": lambda: python(
        "x = ["
        + "[" * 50
        + "cursor.execute('SELECT 1')"
        + "".join(f" for a{n} in range(100)" for n in range(50))
        + "]" * 50
        + "]\n"
    ),
    "Python: imports": code("import m{n}\n"),
    "Python: modules in circles": importing(20),
    "Python: many modules in circles": importing(45),
    "Python: names": code("x{n} = x{m}\n", after="cursor.execute(x99)\n"),
    "Python: connections": code(
        "c{n} = psycopg.connect('postgres://u{n}:p@h/d')\nc{n}.execute('SELECT * FROM docs')\n"
    ),
    "Python: big integers": lambda: python(
        "x = "
        + "9" * 4_000
        + "\ncursor.execute(f'SELECT {x}')\n"
        + "y = 0x"
        + "f" * 80_000
        + "\ncursor.execute(f'SELECT {y}')\n"
    ),
    "Python: a big string": lambda: python(
        "cursor.execute('''"
        + until_full(each("SELECT * FROM docs WHERE id = {n};\n"), 95_000)
        + "''')\n"
    ),
    "Python: escapes": lambda: python("cursor.execute('SELECT " + "\\x20" * 20_000 + "1')\n"),
    "Python: an open string": lambda: python("x = '''" + "a" * 90_000),
    "Python: ignore comments": code(
        "cursor.execute('SELECT {n}')  # rlslint: ignore[rls-not-enabled]\n"
    ),
    "Python: backslashes": lambda: python("x = 1 + \\\n" * 9_000 + "1\n"),
    "Python: indents": lambda: python(
        until_full(f"{' ' * n}if x:\n" for n in range(99)) + " " * 99 + "pass\n"
    ),
    "Python: quotes": lambda: python("# rlslint: ignore[x]\n" + "'" * 90_000),
    "Python: backticks": lambda: python("# rlslint: ignore[x]\n" + "`" * 89_999),
    "Python: f-strings": lambda: python("cursor.execute(f'" + "{x}" * 25_000 + "')\n"),
    "Python: globals": code(
        "def f{n}():\n    global x\n    x = x + 'a'\n    cursor.execute(x)\n",
        before="x = 'SELECT 1'\n",
    ),
    "Python: while": lambda: python(
        "x = 'SELECT 1'\nwhile True:\n    x += x\n    cursor.execute(x)\n"
    ),
    "Python: walrus": lambda: python(
        "x = 'a'\ncursor.execute(" + "".join("(x := x + x) + " for _ in range(60)) + "'')\n"
    ),
    "Python: generators": code(
        "def g{n}():\n    yield from g{m}()\n    cursor.execute('SELECT * FROM docs')\n"
    ),
    "alembic: operations": lambda: {
        "alembic/versions/1.py": (
            "from alembic import op\nrevision = '1'\ndown_revision = None\ndef upgrade():\n"
            + until_full(each("    op.execute('CREATE TABLE t{n} (id int, tenant_id int)')\n"))
        ).encode()
    },
    "alembic: doubling": lambda: {
        "alembic/versions/1.py": (
            "from alembic import op\nrevision = '1'\ndown_revision = None\ndef upgrade():\n    x = 'SELECT 1;'\n"
            + "    x = x + x\n" * 60
            + "    op.execute(x)\n"
        ).encode()
    },
    "alembic: loops in loops": lambda: {
        "alembic/versions/1.py": (
            "from alembic import op\nrevision = '1'\ndown_revision = None\ndef upgrade():\n"
            + "".join(f"{' ' * (n + 4)}for i{n} in range(10):\n" for n in range(15))
            + " " * 19
            + "op.execute(f'CREATE TABLE t{i0}_{i1} (id int)')\n"
        ).encode()
    },
    "alembic: a long loop": lambda: {
        "alembic/versions/1.py": b"from alembic import op\nrevision = '1'\ndown_revision = None\ndef upgrade():\n    for i in range(10 ** 9):\n        op.execute(f'CREATE TABLE t{i} (id int)')\n"
    },
    "alembic: a loop of big texts": lambda: {
        "alembic/versions/1.py": (
            "from alembic import op\nrevision = '1'\ndown_revision = None\nX = '''"
            + until_full(each("CREATE TABLE t{n} (id int);\n"), 90_000)
            + "'''\ndef upgrade():\n    for i in range(1000):\n        op.execute(X)\n"
        ).encode()
    },
    "alembic: revisions in a circle": lambda: {
        f"alembic/versions/{n}.py": f"revision = '{n}'\ndown_revision = '{(n + 1) % 900}'\ndef upgrade():\n    pass\n".encode()
        for n in range(900)
    },
    "django: operations": lambda: {
        "manage.py": b"",
        "x/migrations/0001_a.py": (
            "from django.db import migrations, models\nclass Migration(migrations.Migration):\n    operations = [\n"
            + until_full(each("        migrations.RunSQL('CREATE TABLE t{n} (tenant_id int)'),\n"))
            + "    ]\n"
        ).encode(),
    },
    "django: models": lambda: {
        "manage.py": b"",
        "x/migrations/0001_a.py": (
            "from django.db import migrations, models\nclass Migration(migrations.Migration):\n    operations = [\n"
            + until_full(
                each(
                    "        migrations.CreateModel(name='M{n}', fields=[('a', models.IntegerField())]),\n"
                )
            )
            + "    ]\n"
        ).encode(),
    },
    "django: altered models": lambda: {
        "manage.py": b"",
        "x/migrations/0001_a.py": (
            "from django.db import migrations, models\nclass Migration(migrations.Migration):\n    operations = [migrations.CreateModel(name='M', fields=[('a', models.IntegerField())]),\n"
            + until_full(each("        migrations.AddField('M', 'f{n}', models.IntegerField()),\n"))
            + "    ]\n"
        ).encode(),
    },
}

PROGRAMS: Mapping[str, tuple[str, str]] = {
    "TypeScript": (
        "app/main.ts",
        'import { Pool } from "pg"\nconst pool = new Pool({connectionString: "postgres://app@db/shop"})\nawait pool.query("SET app.tenant_id = \'1\'")\n',
    ),
    "JavaScript": (
        "app/main.js",
        'const { Pool } = require("pg")\nconst pool = new Pool({connectionString: "postgres://app@db/shop"})\npool.query("SET app.tenant_id = \'1\'")\n',
    ),
    "Go": (
        "app/main.go",
        'package a\nimport "database/sql"\nfunc f(db *sql.DB) { db.Exec("SET app.tenant_id = \'1\'"); sql.Open("pgx", "postgres://app@db/shop") }\n',
    ),
    "Java": (
        "app/main.java",
        'import java.sql.*;\nclass A { void f() { Connection c = DriverManager.getConnection("jdbc:postgresql://db/shop", "app", "x"); c.createStatement().execute("SET app.tenant_id = \'1\'"); } }\n',
    ),
    "Kotlin": (
        "app/main.kt",
        'import java.sql.*\nfun f() { val c = DriverManager.getConnection("jdbc:postgresql://db/shop", "app", "x"); c.createStatement().execute("SET app.tenant_id = \'1\'") }\n',
    ),
    "C#": (
        "app/main.cs",
        'using Npgsql;\nclass A { void F() { var c = new NpgsqlConnection("Host=db;Username=app;Database=shop"); new NpgsqlCommand("SET app.tenant_id = \'1\'", c).ExecuteNonQuery(); } }\n',
    ),
    "Ruby": (
        "app/main.rb",
        'require "pg"\nc = PG.connect("postgres://app@db/shop")\nc.exec("SET app.tenant_id = \'1\'")\n',
    ),
    "PHP": (
        "app/main.php",
        '<?php\n$c = new PDO("pgsql:host=db;dbname=shop;user=app");\n$c->exec("SET app.tenant_id = \'1\'");\n',
    ),
    "Rust": (
        "app/main.rs",
        'use sqlx::PgPool;\nasync fn f() { let p = PgPool::connect("postgres://app@db/shop").await; sqlx::query("SET app.tenant_id = \'1\'").execute(&p).await; }\n',
    ),
    "Elixir": (
        "app/main.ex",
        'defmodule A do\n def f do\n  {:ok, c} = Postgrex.start_link(hostname: "db", username: "app", database: "shop")\n  Postgrex.query!(c, "SET app.tenant_id = \'1\'", [])\n end\nend\n',
    ),
    "Python": (
        "app/main.py",
        'import psycopg\nc = psycopg.connect("postgres://app@db/shop")\nc.execute("SET app.tenant_id = \'1\'")\n',
    ),
}
"""A program in each language that sets a tenant, before what one file has much of."""
TOKENS = (
    "/* ", "/*", "// ", "# ", "@a ", "-> ", "=> ", '"', "'", "`", '"""', "\'\\", '"\\', "${", "#{", "{% ",
    "{", "a{", "(", "a(", "[", "<", "a<", "<a>", "user: ", "a.", "a, ", "a::", "?", "a?b:", "!", "=", "a=",
    "|", "$", "\\", "0x", "é", "\0", "\n", "<<A\n", "<?php ", "%w(", "if ", "case ", "do ", "fun ", "class ",
    "-> {", "9", "import ", "match a {", "try {", "postgres://", "rlslint: ignore[",
)  # fmt: skip
OF_PROGRAMS: dict[str, Callable[[], Files]] = {
    f"{language}: {token!r}": program(path, head, token)
    for language, (path, head) in PROGRAMS.items()
    for token in TOKENS
}

OF_PROGRAMS["Kotlin: objects in a line"] = program(*PROGRAMS["Kotlin"], "object { ")

OF_SETTINGS: dict[str, Callable[[], Files]] = {
    "YAML: braces of templates": settings("compose.yaml", "postgres: " + "{{" * 45_000),
    "YAML: lines of templates": settings("web.yaml", "postgres: x\n" + "  {{ a\n" * 12_000),
    "YAML: tags of templates": settings("compose.yaml", "postgres: " + "<%" * 45_000),
    "Dockerfile: assignments": settings("Dockerfile", "ENV postgres " + "A=" * 45_000),
    "XML: open statements": settings(
        "m.xml", "<mapper namespace='m'>" + "<select id='a'>set_config " * 3_400
    ),
    "XML: open comments": settings(
        "m.xml",
        "<mapper namespace='m'><select id='a'>set_config('a.b'," + "<!--" * 22_000 + "</select>",
    ),
    "TypeScript: users": settings("db.ts", "// postgres\n" + "user:" * 19_000),
    "TypeScript: users in calls": settings("db.ts", "f(user='x'," * 8_000 + "'postgres'"),
    "TypeScript: addresses": settings("db.ts", "'" + "postgres://" * 9_000 + "'"),
    "YAML: laughs": settings("docker-compose.yml", laughs(40, 10)),
    "YAML: laughs elsewhere": settings("application.yml", laughs(40, 10)),
    "YAML: merges": settings("compose.yaml", merges(40)),
    "YAML: merges in a row": settings("compose.yaml", merged_maps(60)),
    "YAML: many merges": settings("compose.yaml", merged_maps(2_000)),
    "YAML: alias of itself": settings("compose.yaml", "services: &a\n  postgres: *a\n"),
    "YAML: merge of itself": settings(
        "compose.yaml", "a: &a\n  <<: *a\n  postgres: x\nservices: *a\n"
    ),
    "YAML: flow sequences": settings("compose.yaml", "postgres: " + "[" * 90_000),
    "YAML: flow maps": settings("compose.yaml", "postgres: " + "{a: " * 25_000),
    "YAML: block sequences": settings("compose.yaml", "postgres:\n" + "- " * 45_000 + "x\n"),
    "YAML: question marks": settings("compose.yaml", "postgres: x\n" + "? " * 45_000),
    "YAML: nested maps": settings(
        "compose.yaml", "postgres: x\n" + "".join(f"{' ' * n}a:\n" for n in range(400))
    ),
    "YAML: services": settings(
        "compose.yaml",
        "services:\n"
        + until_full(
            each(
                "  s{n}:\n    image: postgres\n    environment: {POSTGRES_USER: u{n}, DB_HOST: h}\n"
            )
        ),
    ),
    "YAML: one environment": settings(
        "compose.yaml",
        "services:\n  s:\n    image: postgres\n    environment:\n"
        + until_full(each("      DB{n}_USER: u{n}\n      DB{n}_HOST: h\n")),
    ),
    "YAML: one list": settings(
        "compose.yaml",
        "services:\n  s:\n    image: postgres\n    environment:\n"
        + until_full(each("      - A{n}_DB_USER=u{n}\n")),
    ),
    "YAML: anchors": settings(
        "compose.yaml", "postgres: x\n" + until_full(each("a{n}: &a{n} x\n"))
    ),
    "YAML: keys": settings("application.yml", "postgres: x\n" + until_full(each("k{n}: v\n"))),
    "YAML: documents": settings("compose.yaml", "postgres: x\n" + "---\na: b\n" * 11_000),
    "YAML: tags": settings(
        "compose.yaml",
        "postgres: x\n" + until_full(each("a{n}: !!python/object/apply:os.system [x]\n")),
    ),
    "YAML: quotes": settings("compose.yaml", 'postgres: "' + "\\x41" * 22_000 + '"\n'),
    "YAML: a long key": settings("compose.yaml", "postgres" + "a" * 90_000 + ": x\n"),
    "YAML: ERB": settings("database.yml", "postgres: x\n" + "<%" * 45_000),
    "YAML: image names": settings(
        "compose.yaml",
        "services:\n  s:\n    image: " + "a/" * 40_000 + "postgres:" + "x" * 9_000 + "\n",
    ),
    "YAML: image name parts": settings(
        "compose.yaml", "services:\n  postgres:\n    image: " + "a:1" * 30_000 + "\n"
    ),
    "YAML: variables": settings(
        "compose.yaml", "services:\n  postgres:\n    image: " + "${a" * 30_000 + "\n"
    ),
    "YAML: open variables": settings(
        "compose.yaml", "services:\n  postgres:\n    image: " + "${a:-" * 18_000 + "\n"
    ),
    "env: variables": settings(".env", until_full(each("A{n}_DB_USER=u{n}\nA{n}_DB_HOST=h\n"))),
    "env: URLs": settings(".env", until_full(each("U{n}=postgres://u{n}:p@h/d\n"))),
    "env: URLs in a line": settings(".env", "U=" + "postgres://" * 8_500),
    "env: users in a line": settings(".env", "U=postgres://" + "a:" * 45_000),
    "env: at signs": settings(".env", "U=postgres://u:" + "@" * 90_000),
    "env: passwords with at signs": settings(".env", "U=" + "postgres://u:@" * 7_000),
    "env: open braces in a URL": settings(".env", "U=postgres://" + "${" * 45_000),
    "shell: open braces": settings("run.sh", "pg_dump app\n" + "{" * 99_000),
    "shell: PGUSER": settings("run.sh", "pg_dump app\n" + "PGUSER=" * 14_000),
    "env: hosts": settings(".env", "U=postgres://u@" + "h,h:1," * 15_000),
    "env: keywords": settings(".env", "U=" + "host=x " * 13_000),
    "env: keywords in one another": settings(".env", "U=" + "password=" * 10_500),
    "env: open keywords": settings(".env", "U=" + "host='" * 15_000),
    "env: quotes": settings(".env", 'A="' + "\\" * 90_000),
    "env: open quotes": settings(".env", 'A="\n' * 25_000),
    "env: spaces": settings(".env", "A=" + " " * 90_000 + "x"),
    "env: spaces in lines": settings(".env", until_full(each("A=x" + " " * 900 + "\n"))),
    "env: spaces before hashes": settings(".env", "A=" + " x" * 45_000),
    "env: export": settings(".env", "export " * 14_000),
    "env: query": settings(".env", "U=jdbc:postgresql://h/d?" + "user=" * 18_000),
    "env: JDBC": settings(".env", "U=" + "jdbc:postgresql:" * 6_000),
    "ini: values": settings(
        "alembic.ini", until_full(each("sqlalchemy.url{n} = postgres://u{n}:p@h/d\n"))
    ),
    "ini: equals": settings("alembic.ini", "postgres" + "= " * 45_000),
    "ini: spaces": settings("alembic.ini", "postgres = a" + " " * 90_000 + "\n"),
    "properties: keys": settings(
        "application.properties",
        "spring.datasource.url=jdbc:postgresql://h/d\n" + until_full(each("a.b{n}=c\n")),
    ),
    "sqitch: plan": lambda: {
        "sqitch.plan": (
            "%project=x\n\n" + until_full(each("c{n} 2020-01-01T00:00:00Z a <b@c> # x\n"), 60_000)
        ).encode(),
        "deploy/c1.sql": BASE.encode(),
    },
    "sqitch: tags": lambda: {
        "sqitch.plan": (
            "%project=x\n\n"
            + until_full(each("c{n} x\n"), 40_000)
            + until_full(each("@t{n} x\n"), 55_000)
        ).encode(),
        "deploy/c1.sql": BASE.encode(),
    },
    "sqitch: reworks": lambda: {
        "sqitch.plan": ("%project=x\n\n" + until_full(each("c x\n@t{n} x\n"), 90_000)).encode(),
        "deploy/c.sql": BASE.encode(),
    },
    "liquibase: a changelog": lambda: {
        "db/changelog.xml": (
            "<databaseChangeLog>" + until_full(each("<include file='c/c{n}.sql'/>\n"), 95_000)
        ).encode(),
        "db/c/c1.sql": b"--liquibase formatted sql\n--changeset a:1\n" + BASE.encode(),
    },
    "liquibase: entities": lambda: {
        "db/changelog.xml": (
            "<!DOCTYPE x ["
            + "".join(f"<!ENTITY a{n} '{f'&a{n - 1};' * 10}'>" for n in range(1, 60))
            + "]><x>&a59;</x>"
        ).encode(),
        "db/c/c1.sql": b"--liquibase formatted sql\n--changeset a:1\n" + BASE.encode(),
    },
    "liquibase: file words": lambda: {
        "db/changelog.xml": ("file=" * 18_000).encode(),
        "db/c/c1.sql": b"--liquibase formatted sql\n--changeset a:1\n" + BASE.encode(),
    },
    "liquibase: a long file": lambda: {
        "db/changelog.xml": ("file=" + "x.sq" * 22_000).encode(),
        "db/c/c1.sql": b"--liquibase formatted sql\n--changeset a:1\n" + BASE.encode(),
    },
    "liquibase: changesets": lambda: {
        "db/c1.sql": (
            "--liquibase formatted sql\n"
            + until_full(each("--changeset a:{n}\nSELECT 1;\n--rollback SELECT 2;\n"), 95_000)
        ).encode()
    },
    "drizzle: a journal": lambda: {
        "drizzle/meta/_journal.json": (
            '{"entries": ['
            + until_full(each('{"idx": {n}, "tag": "c{n}"}, '), 90_000)
            + '{"idx": 0, "tag": "0000_a"}]}'
        ).encode(),
        "drizzle/0000_a.sql": BASE.encode(),
    },
    "drizzle: brackets": lambda: {
        "drizzle/meta/_journal.json": b"[" * 95_000,
        "drizzle/0000_a.sql": BASE.encode(),
    },
    "drizzle: nested lists": lambda: {
        "drizzle/meta/_journal.json": b"[" * 45_000 + b"]" * 45_000,
        "drizzle/0000_a.sql": BASE.encode(),
    },
    "drizzle: a number": lambda: {
        "drizzle/meta/_journal.json": b'{"entries": [{"idx": '
        + b"9" * 95_000
        + b', "tag": "0000_a"}]}',
        "drizzle/0000_a.sql": BASE.encode(),
    },
    "supabase: config": lambda: {
        "supabase/config.toml": (
            "[api]\nschemas = [" + until_full(each("'s{n}', "), 90_000) + "]\n"
        ).encode(),
        "supabase/migrations/20240101000000_a.sql": BASE.encode(),
    },
    "supabase: brackets": lambda: {
        "supabase/config.toml": ("[api]\nschemas = " + "[" * 90_000).encode(),
        "supabase/migrations/20240101000000_a.sql": BASE.encode(),
    },
    "file names": lambda: {f"migrations/{n:04}_a.sql": b"SELECT 1;\n" for n in range(2_000)},
    "folders": lambda: {
        f"{'/'.join(['d'] * n)}/migrations/0001_a.sql": b"SELECT 1;\n" for n in range(1, 90)
    },
    "scripts": lambda: {
        f"sql/{chr(97 + n % 26)}{n}.sql": f"CREATE TABLE t{n} (id int); ALTER TABLE t{(n * 7) % 1000} ADD x int;\n".encode()
        for n in range(199)
    },
    "scripts in a row": lambda: {
        f"sql/s{n}.sql": f"CREATE VIEW v{n} AS SELECT * FROM v{n + 1};\n".encode()
        for n in range(1_000)
    },
}

OF_CONFIGURATION: dict[str, Callable[[], Files]] = {
    "config: brackets": config("select = " + "[" * 90_000),
    "config: nested lists": config("select = " + "[" * 40_000 + "]" * 40_000 + "\n"),
    "config: nested tables": config("".join(f"[{'.'.join(['a'] * n)}]\n" for n in range(1, 300))),
    "Supabase: dotted key": lambda: {
        "supabase/config.toml": (".".join(["a"] * 45_000) + " = 1\n").encode(),
        "supabase/migrations/20240101000000_a.sql": b"CREATE TABLE docs (id int);\n",
        "supabase/schemas/a.sql": b"CREATE TABLE notes (id int);\n",
    },
    "config: dotted key": config(".".join(["a"] * 45_000) + " = 1\n"),
    "config: keys": config(until_full(each("k{n} = 1\n"))),
    "config: a bad key at the end": config(
        'select = ["rls-not-forced"]\n' + until_full(each("# {n}\n"), 90_000) + "selct = []\n"
    ),
    "config: a bad value at the end": config(
        "tenant-columns = [\n" + until_full(each('  "c{n}",\n'), 90_000) + "  1,\n]\n"
    ),
    "config: a bad accept at the end": config(
        until_full(
            each('[[accept]]\nrule = "rls-not-forced"\nobject = "o{n}"\nreason = "x"\n'), 95_000
        )
        + '[[accept]]\nrule = "rls-not-forced"\n'
    ),
    "config: accepts": config(
        until_full(each('[[accept]]\nrule = "rls-not-forced"\nobject = "o{n}"\nreason = "x"\n'))
    ),
    "config: unknown rules": config(
        "select = [" + until_full(each('"rule-{n}", '), 95_000) + "]\n"
    ),
    "config: a long unknown rule": config('select = ["' + "rls-not-" * 11_000 + '"]\n'),
    "config: a long unknown key": config("a" * 95_000 + " = 1\n"),
    "config: roles": config("runtime-roles = [" + until_full(each('"r{n}", '), 95_000) + "]\n"),
    "config: tenant columns": config(
        "tenant-columns = [" + until_full(each('"c{n}", '), 95_000) + "]\n"
    ),
    "config: roles at the end": config(
        until_full(each("# runtime-roles {n}\n"), 90_000)
        + "runtime-roles = ["
        + until_full(each('"r{n}", '), 5_000)
        + "]\n"
    ),
    "config: tenant columns behind tables": lambda: {
        **sql(""),
        "pyproject.toml": (
            until_full(each("[tool.tenant-columns-{n}]\na = 1\n"), 90_000)
            + "[tool.rlslint]\ntenant-columns = ["
            + until_full(each('"c{n}", '), 5_000)
            + "]\n"
        ).encode(),
    },
    "config: excludes with stars": config('exclude = ["' + "*a" * 40_000 + '*b"]\n'),
    "config: some stars": config('exclude = ["' + "*a" * 30 + '*b"]\n'),
    "config: many excludes": config(
        "exclude = [" + until_full(each('"*a*{n}*b*", '), 95_000) + "]\n"
    ),
    "config: migrations with stars": config('migrations = ["' + "**/*" * 20_000 + '"]\n'),
    "config: some migrations with stars": config(
        'migrations = ["' + "**/" * 20 + "*a" * 20 + '.sql"]\n'
    ),
    "config: migrations with sets": config('migrations = ["' + "[a-z]" * 15_000 + '"]\n'),
    "config: migrations": config(
        "migrations = [" + until_full(each('"m{n}/*.sql", '), 95_000) + "]\n"
    ),
    "config: a broken set": config('migrations = ["[z-a]"]\n'),
    "config: per-file-ignores": config(
        "[per-file-ignores]\n" + until_full(each('"*a*{n}*" = ["rls-not-forced"]\n'))
    ),
    "config: per-file-ignores with stars": config(
        '[per-file-ignores]\n"' + "*a" * 40_000 + '" = ["rls-not-forced"]\n'
    ),
    "config: a string": config('platform = """' + "a" * 90_000 + "\n"),
    "config: quotes": config('platform = "' + '\\"' * 45_000 + '"\n'),
    "config: escapes": config('platform = "' + "\\u0041" * 15_000 + '"\n'),
    "config: numbers": config("pg-version = " + "9" * 90_000 + "\n"),
    "config: a date": config("pg-version = 9999-99-99T99:99:99\n"),
    "config: extends itself": config('extend = "rlslint.toml"\n'),
    "gitignore: stars": ignoring(".gitignore", "*a" * 40_000 + "b\n"),
    "gitignore: double stars": ignoring(".gitignore", "**/" * 30_000 + "b\n"),
    "gitignore: double stars and names": ignoring(".gitignore", "**/a*/" * 15_000 + "b\n"),
    "gitignore: lines of stars": ignoring(".gitignore", "*a*a*a*a*a*a*a*b\n" * 6_000),
    "gitignore: lines of double stars": ignoring(".gitignore", "**/a*a/**/a*/**/a*b\n" * 5_000),
    "gitignore: sets": ignoring(".gitignore", "[a-z]" * 18_000 + "\n"),
    "gitignore: starred sets": ignoring(".gitignore", "*[a]" * 24_000 + "\n"),
    "gitignore: open sets": ignoring(".gitignore", "[" * 95_000 + "\n"),
    "gitignore: open classes": ignoring(".gitignore", "[[:" * 30_000 + "\n"),
    "gitignore: lines": ignoring(".gitignore", until_full(each("x{n}.sql\n"))),
    "gitignore: lines of sets": ignoring(".gitignore", until_full(each("*[a-z]x{n}?*.sql\n"))),
    "gitignore: backslashes": ignoring(".gitignore", "\\" * 95_000 + "\n"),
    "gitignore: slashes": ignoring(".gitignore", "/" * 95_000 + "\n"),
    "gitignore: question marks": ignoring(".gitignore", "?" * 95_000 + "\n"),
    "gitignore: spaces": ignoring(".gitignore", " " * 95_000 + "x\n"),
}

PROJECTS: dict[str, Callable[[], Files]] = dict(
    chain(
        OF_SQL.items(),
        OF_CODE.items(),
        OF_PROGRAMS.items(),
        OF_SETTINGS.items(),
        OF_CONFIGURATION.items(),
    )
)
