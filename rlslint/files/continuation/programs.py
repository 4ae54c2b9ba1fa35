"""Migrations in the languages of programs that continue a history: what each framework wants."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Sequence
from datetime import datetime

from rlslint import NamedTuple, Pattern
from rlslint.files import disk
from rlslint.files.continuation import (
    Change,
    Continuation,
    NewFile,
    NotWritten,
    Step,
)
from rlslint.files.continuation.names import next_stem, parts_of
from rlslint.files.layouts import History, Migration


class Framework(NamedTuple):
    """How a framework wants a migration that executes SQL.

    `sign` is found in its migrations whose names end in `endings`. In `source`, {class} is the name
    in capitals, {number} what the file begins with, {alone} what says that it runs outside of a
    transaction (`alone`), {up} and {down} the statements; other names are groups of `sign`.
    `execute` is one statement, whose {sql} is written by `literal`; `comment` begins a comment.
    Where it does not go back alone, it takes back in a transaction what it has done outside of one.
    """

    sign: Pattern[str]
    endings: tuple[str, ...]
    source: str
    execute: str
    literal: Callable[[str], str]
    comment: str
    alone: str = ""
    nothing: str = ""
    goes_back_alone: bool = True


def _heredoc(sql: str, begin: str) -> str:
    """Return a text that ends with a line of its own, in which nothing means anything."""
    lines = sql.split("\n")
    end = "SQL"
    while any(line.strip().startswith(end) for line in lines):
        end += "_"
    return "\n".join((begin.replace("SQL", end), *lines, end))


def _in_ruby(sql: str) -> str:
    return _heredoc(sql, "<<~'SQL'")


def _in_php(sql: str) -> str:
    return _heredoc(sql, "<<<'SQL'")


def _in_elixir(sql: str) -> str:
    if '"""' in sql:
        raise NotWritten('A statement has """ in it, which ends a text of Elixir: write it.')
    return f'~S"""\n{sql}\n"""'


def _in_javascript(sql: str) -> str:
    escaped = sql.replace("\\", "\\\\").replace("`", "\\`").replace("${", "\\${")
    return f"`{escaped}`"


def _for_knex(sql: str) -> str:
    # A question mark would be a parameter.
    return _in_javascript(sql.replace("?", "\\?"))


_SCRIPTS = (".js", ".ts", ".mjs", ".mts", ".cjs", ".cts")

_FRAMEWORKS = (
    Framework(
        Pattern(r"ActiveRecord::Migration(?P<version>\[[\d.]+\])?"),
        (".rb",),
        "class {class} < ActiveRecord::Migration{version}\n{alone}"
        "  def up\n{up}  end\n\n  def down\n{down}  end\nend\n",
        "    execute {sql}",
        _in_ruby,
        "    # ",
        alone="  disable_ddl_transaction!\n\n",
    ),
    Framework(
        Pattern(r"defmodule (?P<modules>[\w.]+\.)\w+ do\b[\s\S]{0,2000}?\buse Ecto\.Migration\b"),
        (".exs", ".ex"),
        "defmodule {modules}{class} do\n  use Ecto.Migration\n{alone}\n"
        "  def up do\n{up}  end\n\n  def down do\n{down}  end\nend\n",
        "    execute({sql})",
        _in_elixir,
        "    # ",
        alone="\n  @disable_ddl_transaction true\n  @disable_migration_lock true\n",
        nothing="    :ok\n",
    ),
    Framework(
        Pattern(r"return new class extends Migration\b"),
        (".php",),
        "<?php\n\nuse Illuminate\\Database\\Migrations\\Migration;\n"
        "use Illuminate\\Support\\Facades\\DB;\n\nreturn new class extends Migration\n{\n{alone}"
        "    public function up(): void\n    {\n{up}    }\n\n"
        "    public function down(): void\n    {\n{down}    }\n};\n",
        "        DB::unprepared({sql});",
        _in_php,
        "        // ",
        alone="    public $withinTransaction = false;\n\n",
    ),
    Framework(
        Pattern(r"(?s)^(?=.*\bpgm\b).*?\bexports\.(?:up|down)\s*="),
        _SCRIPTS,
        "exports.up = (pgm) => {\n{alone}{up}};\n\nexports.down = (pgm) => {\n{alone}{down}};\n",
        "  pgm.sql({sql});",
        _in_javascript,
        "  // ",
        alone="  pgm.noTransaction();\n",
    ),
    Framework(
        Pattern(r"(?s)^(?=.*\bpgm\b).*?\bexport\b.*?\b(?:up|down)\b[^\n(]*\((?P<type>pgm[^)]*)\)"),
        _SCRIPTS,
        "export async function up({type}) {\n{alone}{up}}\n\n"
        "export async function down({type}) {\n{alone}{down}}\n",
        "  pgm.sql({sql});",
        _in_javascript,
        "  // ",
        alone="  pgm.noTransaction();\n",
    ),
    Framework(
        Pattern(r"(?s)^(?=.*\bqueryInterface\b).*?\bmodule\.exports\b"),
        _SCRIPTS,
        "module.exports = {\n  async up(queryInterface) {\n{up}  },\n\n"
        "  async down(queryInterface) {\n{down}  },\n};\n",
        "    await queryInterface.sequelize.query({sql});",
        _in_javascript,
        "    // ",
    ),
    Framework(
        Pattern(r"\bimplements MigrationInterface\b"),
        (".ts",),
        'import { MigrationInterface, QueryRunner } from "typeorm";\n\n'
        "export class {class}{number} implements MigrationInterface {\n{alone}"
        "  public async up(queryRunner: QueryRunner): Promise<void> {\n{up}  }\n\n"
        "  public async down(queryRunner: QueryRunner): Promise<void> {\n{down}  }\n}\n",
        "    await queryRunner.query({sql});",
        _in_javascript,
        "    // ",
        alone="  transaction = false as const;\n\n",
        goes_back_alone=False,
    ),
    Framework(
        Pattern(r"(?s)^(?=.*\bKysely<(?P<schema>\w+)>).*?\basync function up\((?P<name>\w+)"),
        (".ts", ".mts"),
        'import { type Kysely, sql } from "kysely";\n\n'
        "export async function up({name}: Kysely<{schema}>): Promise<void> {\n{up}}\n\n"
        "export async function down({name}: Kysely<{schema}>): Promise<void> {\n{down}}\n",
        "  await sql{sql}.execute({name});",
        _in_javascript,
        "  // ",
    ),
    Framework(
        Pattern(r"(?s)^(?=.*\bknex\b).*?\bexports\.(?:up|down)\s*="),
        _SCRIPTS,
        "exports.up = async function (knex) {\n{up}};\n\n"
        "exports.down = async function (knex) {\n{down}};\n{alone}",
        "  await knex.raw({sql});",
        _for_knex,
        "  // ",
        alone="\nexports.config = { transaction: false };\n",
    ),
    Framework(
        Pattern(r"(?s)^(?=.*\bknex\b).*?\bexport\b[^\n]*\bfunction up\((?P<type>knex[^)]*)\)"
                r"(?P<result>: Promise<void>)?"),
        _SCRIPTS,
        "{imports}export async function up({type}){result} {\n{up}}\n\n"
        "export async function down({type}){result} {\n{down}}\n{alone}",
        "  await knex.raw({sql});",
        _for_knex,
        "  // ",
        alone="\nexport const config = { transaction: false };\n",
    ),
)  # fmt: skip

_IMPORTS = Pattern(r"(?m)^import\b[^\n]*\bknex\b[^\n]*\n")


def framework_of(migration: Migration) -> Framework | None:
    """Return the framework whose migration a program is, None for one that is not known here."""
    content = _content(migration.path)
    ending = os.path.splitext(migration.path)[1]
    for framework in _FRAMEWORKS:
        if ending in framework.endings and framework.sign().search(content):
            return framework
    return None


def next_programs(
    history: History,
    last: Migration,
    framework: Framework | None,
    changes: Sequence[Change],
    now: datetime,
) -> Continuation:
    """Return the programs that make changes behind the last migration. Raises NotWritten."""
    if framework is None:
        raise NotWritten(
            f"Migrations such as {last.shown} are not written by rlslint: make one by the tool "
            "that they are of, and let it execute the statements."
        )
    folder, name = os.path.split(last.path)
    stem, ending = os.path.splitext(name)
    stems = [os.path.splitext(os.path.basename(one.path))[0] for one in history.migrations]
    stems = [*(one for one in stems if parts_of(one) and one != stem), stem]
    files = []
    for change in changes:
        found = next_stem(stems, change.words, now)
        if found is None:
            raise NotWritten(
                f"The name of {last.shown} has no number that a next one could follow: name a "
                "migration so that it runs last."
            )
        stems.append(found)
        source = _source(framework, change, found, _content(last.path))
        files.append(NewFile(os.path.join(folder, f"{found}{ending}"), source.encode()))
    return Continuation(tuple(files))


def _source(framework: Framework, change: Change, stem: str, like: str) -> str:
    sign = framework.sign().search(like)
    known = parts_of(stem)
    words = known.words if known is not None and known.words else "_".join(change.words)
    imports = _IMPORTS().search(like)
    values = {
        **{key: value or "" for key, value in (sign.groupdict() if sign else {}).items()},
        "class": "".join(word[:1].upper() + word[1:] for word in re.split(r"[^A-Za-z0-9]+", words)),
        "number": known.number if known is not None else "",
        "imports": f"{imports[0]}\n" if imports else "",
        "alone": framework.alone if change.alone else "",
    }
    values["up"] = _executed(framework, change.repeatable, values)
    back = change.back if framework.goes_back_alone else tuple(map(_in_transaction, change.back))
    values["down"] = _executed(framework, back, values)
    return _filled(framework.source, values)


def _in_transaction(step: Step) -> Step:
    """Return a step that nothing keeps from being taken in a transaction."""
    plain = (
        one._replace(sql=one.sql.replace("DROP INDEX CONCURRENTLY ", "DROP INDEX "))
        for one in step.statements
    )
    return step._replace(statements=tuple(plain))


def _executed(framework: Framework, steps: Sequence[Step], values: dict[str, str]) -> str:
    lines: list[str] = []
    indent = framework.comment[: -len(framework.comment.lstrip())]
    for step in steps:
        lines += (f"{framework.comment}{comment}\n" for comment in step.comments)
        for one in step.statements:
            written = framework.literal(one.sql)
            if not written.startswith("`"):
                first, *rest = written.split("\n")
                written = "\n".join((first, *(indent + line for line in rest)))
            lines.append(_filled(framework.execute, {**values, "sql": written}) + "\n")
    if not any(step.statements for step in steps):
        lines.append(framework.nothing)
    return "".join(lines)


def _filled(template: str, values: dict[str, str]) -> str:
    return re.sub(r"\{([a-z]+)\}", lambda found: values.get(found[1], found[0]), template)


def _content(path: str) -> str:
    try:
        return disk.read(path).decode("utf-8", "replace")
    except OSError:
        return ""
