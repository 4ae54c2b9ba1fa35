"""TypeScript, TSX and JavaScript in the form."""

from __future__ import annotations

import pytest

from tests.code.adapters.rendering import form, strings

ENDINGS = (".ts", ".tsx", ".js")


@pytest.mark.parametrize("suffix", ENDINGS)
def test_calls_and_values_are_the_same_in_all_three_grammars(suffix: str) -> None:
    source = """
const pool = new pg.Pool({ max: 3, connectionString, ...options });
const run = async ({ db, tenant: id = 1 }, [first], ...rest) => await db?.query("SET a.b = " + id);
for (const { name } of tables) { await client.query(`SET x.y = '${name}'`); }
"""
    assert form(suffix, source) == (
        "pool = Pool({max: 3, connectionString: connectionString, *options})\n"
        "run = [async] fn ({ db, tenant: id = 1 }, [first], *rest) => "
        "{ db = { db, tenant: id = 1 }.db; id = ({ db, tenant: id = 1 }.tenant or 1); "
        'first = [first][0]; db.query(("SET a.b = " + id)) }\n'
        "for { name } in tables { name = { name }.name; client.query(\"SET x.y = '{name}'\") }"
    )


@pytest.mark.parametrize("suffix", ENDINGS)
def test_modules_name_what_they_import_and_export(suffix: str) -> None:
    source = """
import db, { Pool, sql as raw } from "./db";
import * as everything from "pg";
const { Client, types: kinds } = require("pg");
const { eq } = await import("drizzle-orm");
const Knex = require("knex").knex;
export { a as b, c as default } from "./names";
export * from "./all";
export { pool, run as start };
export default new Pool();
"""
    assert form(suffix, source).splitlines() == [
        "import db = ./db : default",
        "import Pool = ./db : Pool",
        "import raw = ./db : sql",
        "import everything = pg",
        "import Client = pg : Client",
        "import kinds = pg : types",
        "import eq = drizzle-orm : eq",
        "import Knex = knex : knex",
        "import b = ./names : a",
        "import default = ./names : c",
        "import * = ./all : *",
        "start = run",
        "default = Pool()",
    ]


def test_what_commonjs_exports_has_names_as_well() -> None:
    source = """
exports.pool = pool;
module.exports.run = async (id) => id;
module.exports = { query, begin: start, end() { stop(); } };
"""
    assert form(".js", source).splitlines() == [
        "run = [async] fn (id) => id",
        "default = {query: query, begin: start, end: fn end() { stop() }}",
        "begin = default.begin",
        "end = default.end",
    ]


def test_a_module_that_is_required_in_an_expression_is_imported() -> None:
    assert form(".js", 'app.use(require("postgres")(url));') == (
        'app.use({ import require("postgres") = postgres; require("postgres") }(url))'
    )


def test_parameters_with_modifiers_are_fields() -> None:
    source = """
@Injectable()
export class Store extends Base<T> implements I, J<K> {
    private pool?: Pool;
    constructor(@Inject(TOKEN) private readonly db: Db, other: string) { super(); }
    @Cron("* * * * *") static async run<T>(this: Store, a?: number): Promise<T> { return this.#q; }
}
"""
    assert form(".ts", source) == (
        "[@Injectable()] class Store < Base, I, J { pool: Pool; db: Db; "
        "fn constructor(db: Db, other: string) { this.db: Db = db; super() }; "
        '[@Cron("* * * * *")] [static] [async] fn run(a: number) -> T '
        "{ return this.#q } }"
    )


def test_types_name_their_members_and_what_they_stand_for() -> None:
    source = """
interface Context extends Base { pool: Pool; find(id: string): Promise<void> }
type Deps = { db: Kysely<Schema> };
type Db = pg.Pool;
type Either = Pool | Client;
"""
    assert form(".ts", source).splitlines() == [
        "class Context < Base { pool: Pool; fn find(id: string) -> void {} }",
        "class Deps { db: Kysely<Schema> }",
        "class Db < pg.Pool {}",
        "?()",
    ]


@pytest.mark.parametrize("suffix", [".ts", ".tsx"])
@pytest.mark.parametrize(
    "types", ["Row", "Row[]", "A, B", "{ id: string }[]", "Array<{ f: () => void }>"]
)
def test_a_template_behind_type_arguments_has_its_tag(suffix: str, types: str) -> None:
    source = f"const rows = (await tx.sql<{types}>`select ${{id}}`.execute(db))[0];"
    assert form(suffix, source) == 'rows = tx.sql"select {id}".execute(db)[0]'


def test_type_arguments_in_a_string_stay_characters_of_it() -> None:
    source = "const page = `<b>${title}</b><i>`; const n = a < b;"
    assert form(".ts", source) == 'page = "<b>{title}</b><i>"\nn = (a < b)'


def test_cases_without_statements_belong_to_the_next_and_break_ends_only_the_switch() -> None:
    source = "switch (k) { case 1: case 2: { f(); break; } case 3: return g(); default: h(); }"
    assert form(".js", source) == (
        "choose k { 1, 2 => { f() }; 3 => { return g() }; else => { h() } }"
    )


def test_patterns_of_arrays_take_items_by_position() -> None:
    assert form(".js", "const [{ rows }, , b = 2, ...more] = await f();").splitlines() == [
        "[{ rows }, , b = 2, ...more] = f()",
        "{ rows } = [{ rows }, , b = 2, ...more][0]",
        "rows = { rows }.rows",
        "b = ([{ rows }, , b = 2, ...more][2] or 2)",
        "more = ?()",
    ]


def test_a_regular_expression_is_the_call_that_makes_it() -> None:
    assert form(".js", "id.replace(/'/g, \"''\")") == 'id.replace(RegExp("\'", "g"), "\'\'")'


def test_pieces_are_where_they_are_written() -> None:
    source = "const é = 'ü\\'\\u{1F600}\\\r\nx'; f(`ä${b}\\`\\${c}`, \"\");"
    assert strings(".ts", source) == ["ü\\'\\u{1F600}\\\r\nx", "ä{b}\\`\\${c}", ""]
    assert form(".ts", source) == 'é = "ü\'\U0001f600x"\nf("ä{b}`${c}", "")'


def test_half_of_a_surrogate_pair_is_a_character_that_can_be_encoded() -> None:
    form(".js", r"f('\ud83d')").encode()


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("", ""),
        ("\r\nf();\r\n", "f()"),
        ("<<<<<<< HEAD\nf(1);\n=======\nf(2);\n>>>>>>> b\ng();", "g()"),
        ("const a = {; \nfunction f() { g(`x`); }", "g("),
        ("export default", ""),
    ],
)
def test_what_cannot_be_parsed_costs_no_more_than_itself(source: str, expected: str) -> None:
    for suffix in ENDINGS:
        assert expected in form(suffix, source)
