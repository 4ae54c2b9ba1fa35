"""Random projects for all readers, and what may not happen when one of them is linted.

A project is made of files of `fixtures/`, examples of the cards and the seeds below, damaged: words
and bytes are lost, doubled, exchanged and moved, pieces of other files and of other languages put
in. The same number makes the same project.
"""

from __future__ import annotations

import os
import random
import re
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path

from rlslint.config.options import OUTPUT_FORMATS
from rlslint.rules import card, rule_names
from tests.command_line import rlslint

ROOT = Path(__file__).parent.parent
SECRET = "Kq7vZ3xW9pL2"
OUTSIDE = "Jt4mB8nR6yD1"
MOST_SECONDS = 2.0
_LARGEST = 100_000

Files = dict[str, bytes]

SEEDS: Mapping[str, str] = {
    "rlslint.toml": """
select = ["RLS1", "rls-not-forced"]
ignore = ["grant-truncate"]
extend = "base.toml"
exclude = ["legacy/*", "**/x?[a-z]*.sql"]
migrations = ["migrations/**/*.sql", "db/*.sql"]
runtime-roles = ["app", "web"]
tenant-columns = ["tenant_id"]
pg-version = 16
platform = "auto"

[per-file-ignores]
"migrations/0*" = ["rls-not-enabled"]

[[accept]]
rule = "rls-not-forced"
object = "public.docs"
reason = "read by its owner only"
""",
    "pyproject.toml": '[project]\nname = "shop"\n\n[tool.rlslint]\nselect = ["RLS0"]\n',
    "base.toml": 'fail-on = "error"\nowner-roles = ["owner"]\n',
    ".gitignore": "*.tmp\n/build/\n!keep.sql\n**/x/**\n[a-c]*?.sql\n\\#no\ndir/\n",
    "db/.gitignore": "*\n!*.sql\n",
    "compose.yaml": """
x-common: &common
  POSTGRES_USER: app
services:
  db:
    image: postgres:16
    environment:
      <<: *common
      POSTGRES_DB: shop
  web:
    image: "shop:${TAG:-1}"
    environment: ["DATABASE_URL=postgres://app@db:5432/shop", 'PGUSER=web']
""",
    "config/database.yml": """
default: &default
  adapter: postgresql
  username: <%= ENV.fetch("USER") { "app" } %>
production:
  <<: *default
  url: postgres://web@db.example.com/shop
""",
    "application.yml": """
spring:
  datasource: {url: "jdbc:postgresql://db/shop?user=app", username: "${DB_USER:app}"}
---
spring.config.activate.on-profile: test
""",
    "application.properties": "spring.datasource.url=jdbc:postgresql://h/d\n"
    "spring.datasource.username=app\n",
    ".env": "DATABASE_URL='postgres://app@db/shop'\nexport DB_USER=web # who\nPGHOST=\"db\"\n",
    "alembic.ini": "[alembic]\nscript_location = alembic\nsqlalchemy.url = postgresql://u@h/d\n",
    "sqitch.plan": "%syntax-version=1.0.0\n%project=shop\n\na 2024-01-01T00:00:00Z A <a@b.c> # x\n"
    "@v1 2024-01-02T00:00:00Z A <a@b.c> # v1\nb [a] 2024-01-03T00:00:00Z A <a@b.c> # y\n"
    "a [a@v1] 2024-01-04T00:00:00Z A <a@b.c> # z\n",
    "deploy/a.sql": "BEGIN;\nCREATE TABLE docs (id int, tenant_id int);\nCOMMIT;\n",
    "db/changelog.xml": '<databaseChangeLog>\n<include file="changes/a.sql"/>\n',
    "db/changes/a.sql": "--liquibase formatted sql\n--changeset a:1\nCREATE TABLE t (id int);\n"
    "--rollback DROP TABLE t;\n",
    "drizzle/meta/_journal.json": '{"version": "7", "entries": [{"idx": 0, "tag": "0000_a"}]}',
    "drizzle/0000_a.sql": "CREATE TABLE t (tenant_id int);--> statement-breakpoint\nSELECT 1;\n",
    "supabase/config.toml": '[api]\nschemas = ["public"]\n[db.migrations]\nschema_paths = ["./s"]',
    "supabase/migrations/20240101000000_a.sql": "CREATE TABLE notes (id int, user_id uuid);\n"
    "ALTER TABLE notes ENABLE ROW LEVEL SECURITY;\n"
    "CREATE POLICY p ON notes USING (auth.uid() = user_id);\n",
    "dump.sql": "-- PostgreSQL database dump\n\\restrict x\nSET search_path = '';\n"
    "COPY public.docs (id) FROM stdin;\n1\n\\.\n\\i other.sql\n\\set x 1\nSELECT :'x', :x;\n",
    "app/queries.py": """
import os
import psycopg
from app.names import TABLE

pool = psycopg.connect(os.environ["DATABASE_URL"])

def tenants(tenant: int, *, role: str = "app") -> list[str]:
    with pool.cursor() as cursor:
        cursor.execute(f"SET app.tenant_id = '{tenant}'")  # rlslint: ignore[session-set-tenant] ok
        cursor.execute("SELECT * FROM " + TABLE + " WHERE id = %s", (tenant,))
        for name in ["a", "b"]:
            cursor.execute("ALTER TABLE {} ENABLE ROW LEVEL SECURITY".format(name))
    return [row[0] for row in cursor]
""",
    "app/names.py": 'TABLE = "docs" if __debug__ else "other"\n',
    "deploy/web.yaml": """
apiVersion: v1
kind: ConfigMap
metadata: {name: web}
data: {DATABASE_URL: "postgres://app@db/shop", PGUSER: app}
---
apiVersion: v1
kind: Secret
metadata: {name: web-secret}
data: {DB_USER: YXBw}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  template:
    spec:
      containers:
        - name: web
          image: shop
          envFrom: [{configMapRef: {name: web}}, {secretRef: {name: web-secret}}]
          env:
            - {name: PGHOST, value: db}
            - {name: PGUSER, valueFrom: {secretKeyRef: {name: web-secret, key: DB_USER}}}
""",
    "deploy/kustomization.yaml": """
resources: [web.yaml]
configMapGenerator:
  - {name: web, envs: [web.env], literals: ["DATABASE_URL=postgres://app@db/shop"]}
""",
    "deploy/web.env": "PGUSER=app\nPGHOST=db\n",
    "infra/main.tf": """
resource "aws_ecs_task_definition" "web" {
  container_definitions = jsonencode([{
    name = "web", environment = [{ name = "DATABASE_URL", value = "postgres://${var.u}@db/shop" }]
  }])
}
variable "u" { default = "app" }
resource "postgresql_role" "app" {
  name  = "app"
  login = true
}
""",
    "Dockerfile": "FROM python:3\nENV DATABASE_URL=postgres://app@db/shop PGUSER=app\n",
    "pgbouncer.ini": "[databases]\nshop = host=db dbname=shop user=app\n[pgbouncer]\n"
    "pool_mode = transaction\nserver_reset_query = DISCARD ALL\n",
    "nginx.conf": "location /api { proxy_pass http://web; proxy_set_header X-User $user; }\n",
    "package.json": '{"scripts": {"migrate": "psql $DATABASE_URL -f a.sql"}, "dependencies": {}}',
    "appsettings.json": '{"ConnectionStrings": {"Shop": "Host=db;Username=app;Database=shop"}}',
    "src/main/resources/Docs.xml": """<?xml version="1.0"?>
<mapper namespace="shop.Docs">
  <select id="all">SELECT * FROM docs <where><if test="t">tenant_id = #{t}</if></where></select>
</mapper>
""",
}
_SECRETS = {
    ".sql": "\nALTER ROLE app PASSWORD '{}';\n",
    ".py": '\nPASSWORD = "{}"\n',
    ".toml": '\npassword = "{}"\n',
    ".yaml": "\nPOSTGRES_PASSWORD: {}\n",
    ".yml": "\npassword: {}\n",
    ".properties": "\nspring.datasource.password={}\n",
    ".ini": "\nurl = postgres://u:{}@h/d\n",
    ".env": "\nDATABASE_URL=postgres://app:{}@db/shop\n",
}
_WORDS = (
    "'", '"', "$$", "$x$", "/*", "*/", "--", ";", "(", ")", "[", "]", "{", "}", "\\", "\n", "\0",
    "\r\n", "\t", "{{", "}}", "${", "%(x)s", "%s", ":x", "<<: *a", "&a", "*a", "|", ">", "- ", ": ",
    "#", "//", "'''", '"""', "f'", "\ufeff", "é", "\u202e", "\x1b[31m", "9" * 400, "-1", "1e999",
    "NULL", "SELECT", "CREATE TABLE", "CREATE POLICY", "USING (", "WITH CHECK (", "DO $$ BEGIN",
    "END $$;", "EXECUTE format('", "LOOP", "IF", "BEGIN", "COMMIT;", "ROLLBACK;", "DROP", "CASCADE",
    "def f(", "class ", "lambda: ", "import ", "async ", "yield ", "*", "**", "***", "***/", "!",
    "[[:alpha:]]", "[z-a]", "../outside/strange.sql", "/etc/passwd", "\\i ../outside/strange.sql\n",
    "extend = '../outside/strange.toml'\n", "rlslint: ignore[", "rlslint: file-ignore[x]", "e'\\",
    "<!ENTITY a '&a;'>", "postgres://u@h/d", "!!python/object", "true", "[[accept]]\n", "\\copy",
    "COPY x FROM stdin;\n", "\\.\n", "OR", "AND", "::int", "current_setting('", "auth.uid()",
    "fun ", "func ", "fn ", "=> ", "-> ", "end\n", "#{", "`", 'r#"', "<<~SQL\n", "<?php ", "try {",
    "namespace ", "match ", "|>", "&", '@Query("', "envFrom:", "---\n", "<if test='x'>", "</if>",
    "<![CDATA[", "]]>", "\r",
)  # fmt: skip
_TOKENS = re.compile(rb"\w+|\s+|.", re.DOTALL)


@cache
def _seeds() -> dict[str, list[bytes]]:
    """All files to begin with, by path, several where a path has several."""
    seeds = {path: [content.encode()] for path, content in SEEDS.items()}
    for project in sorted((ROOT / "fixtures").iterdir()):
        for file in sorted(project.rglob("*")) if project.is_dir() else ():
            path = file.relative_to(project).as_posix()
            if file.is_file() and not path.endswith((".md", "expected.txt", ".pyc")):
                seeds.setdefault(path, []).append(file.read_bytes())
    for file in sorted((ROOT / "tests" / "code" / "idioms").iterdir()):
        seeds[f"src/{file.name}"] = [file.read_bytes()]
    for shape in sorted((ROOT / "tests" / "code" / "shapes").iterdir()):
        for file in sorted(shape.rglob("*.*")):
            path = file.relative_to(shape).as_posix()
            seeds.setdefault(path, []).append(file.read_bytes())
    for name in rule_names():
        for number, example in enumerate(card(name).examples):
            place = {"sql": "migrations/{}.sql", "python": "app/{}.py"}.get(example.language)
            if place is not None and example.kind in ("bad", "good"):
                source = example.source.encode()
                seeds.setdefault(place.format(f"{number:04}_a"), []).append(source)
    return seeds


def project(number: int) -> Files:
    """Return the files of a damaged project."""
    chosen = random.Random(number)
    paths = list(_seeds())
    wanted = chosen.choices(paths, k=chosen.randint(1, 6))
    if chosen.random() < 0.3:
        folder = chosen.choice(paths).partition("/")[0]
        wanted += [path for path in paths if path.partition("/")[0] == folder][:8]
    files = {}
    for path in wanted:
        data = chosen.choice(_seeds()[path])
        for _ in range(chosen.choice((0, 1, 2, 5, 30))):
            data = _damaged(data, chosen)[:_LARGEST]
        files[path] = _with_secret(path, data, chosen)
    return files


def _damaged(data: bytes, chosen: random.Random) -> bytes:
    words: list[bytes] = _TOKENS.findall(data) or [b""]
    at, other = chosen.randrange(len(words)), chosen.randrange(len(words))
    word = chosen.choice(_WORDS).encode()
    match chosen.randrange(11):
        case 0:
            words[at] = b""
        case 1:
            words[at] = word
        case 2:
            words.insert(at, word)
        case 3:
            words[at] = words[other]
        case 4:
            words[at], words[other] = words[other], words[at]
        case 5:
            words.insert(at, word * chosen.choice((2, 10, 300)))
        case 6:
            words[at:at] = words[min(at, other) : max(at, other)] * chosen.choice((1, 1, 3, 20))
        case 7:
            del words[min(at, other) : max(at, other)]
        case 8:
            stranger = _TOKENS.findall(chosen.choice(chosen.choice(list(_seeds().values()))))
            first = chosen.randrange(max(1, len(stranger)))
            words[at:at] = stranger[first : first + chosen.choice((3, 20, 200))]
        case 9:
            del words[at:]
        case _:
            place = chosen.randrange(len(data) + 1)
            return data[:place] + chosen.randbytes(chosen.choice((1, 1, 4))) + data[place + 1 :]
    return b"".join(words)


def _with_secret(path: str, data: bytes, chosen: random.Random) -> bytes:
    line = _SECRETS.get(os.path.splitext(path)[1] or path)
    if line is None or chosen.random() < 0.5:
        return data
    place = chosen.choice([0, *(found.end() for found in re.finditer(rb"\n", data))])
    return data[:place] + line.format(SECRET).encode() + data[place:]


_opened: list[str] | None = None
_ALLOWED = tuple({str(ROOT), sys.prefix, sys.base_prefix, os.devnull, *filter(None, sys.path)})


def _listen(event: str, arguments: tuple[object, ...]) -> None:
    if _opened is not None and event == "open" and isinstance(arguments[0], (str, bytes)):
        _opened.append(os.path.realpath(os.fsdecode(arguments[0])))


@cache
def _listening() -> None:
    sys.addaudithook(_listen)


def problems(number: int, most_seconds: float = MOST_SECONDS) -> Iterator[str]:
    """Lint the project of this number, and yield what should not have happened.

    More than `most_seconds` of CPU should not.
    """
    global _opened  # noqa: PLW0603
    _listening()
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary).resolve() / "project"
        _write(folder, project(number), random.Random(number))
        chosen = random.Random(-number - 1)
        arguments = ["check", "--no-cache", "--min-severity=info", "--show-unchecked", "-v"]
        arguments.append(f"--output-format={chosen.choice(OUTPUT_FORMATS)}")
        if chosen.random() < 0.5:
            arguments.append("--isolated")
        started = time.process_time()
        _opened = []
        try:
            run = rlslint(*arguments, cwd=folder)
        finally:
            opened, _opened = _opened, None
        seconds = time.process_time() - started
        said = run.stdout + run.stderr
        if run.returncode not in (0, 1, 2):
            yield f"it ended with {run.returncode}"
        if "fault of its own" in said or "Traceback" in said:
            lines = [line for line in said.splitlines() if "fault of its own" in line]
            yield f"it has a fault: {(lines or said.splitlines()[-1:])[0]}"
        if seconds > most_seconds:
            yield f"it took {seconds:.1f} s"
        if SECRET in said:
            line = next(line for line in said.splitlines() if SECRET in line)
            yield f"it shows a secret: {line.strip()[:300]}"
        if OUTSIDE in said:
            yield "it quotes a file outside of the project"
        for path in opened:
            if not path.startswith((str(folder), *_ALLOWED)):
                yield f"it opened {path}"


def _write(folder: Path, files: Files, chosen: random.Random) -> None:
    for path, data in files.items():
        file = folder / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(data)
    outside = folder.parent / "outside"
    outside.mkdir()
    (outside / "strange.sql").write_text(f"CREATE TABLE {OUTSIDE} (tenant_id int);")
    (outside / "strange.toml").write_text(f"{OUTSIDE} = 1")
    if chosen.random() < 0.3:
        (folder / "migrations").mkdir(exist_ok=True)
        place = folder / "migrations" / chosen.choice(("0009_z.sql", "more"))
        target = chosen.choice(("../../outside/strange.sql", "../../outside", "/", "..", "."))
        if not place.exists():
            place.symlink_to(target)
