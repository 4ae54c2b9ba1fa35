"""Passwords, keys and tokens reach no output, however they are spelled and in whatever file."""

from __future__ import annotations

import json
import random
import string
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple
from urllib.parse import quote

import pytest

from rlslint.config.options import OUTPUT_FORMATS
from rlslint.project import Finding, NotChecked
from rlslint.reports import ReportedFinding
from rlslint.reports.formats import render
from rlslint.rules import card
from rlslint.text import Related, Span, Text
from rlslint.text.secrets import masked
from tests.command_line import rlslint
from tests.reports.examples import reported, result


class Spelling(NamedTuple):
    """How a file says a secret: where `{}` stands, in what writing, with which odd characters."""

    path: str
    source: str
    written: Callable[[str], str] = str
    odd: str = ""


def in_sql(secret: str) -> str:
    return secret.replace("'", "''")


def twice_in_sql(secret: str) -> str:
    return in_sql(in_sql(secret))


def in_keywords(secret: str) -> str:
    return secret.replace("\\", "\\\\").replace("'", "\\'")


def in_json(secret: str) -> str:
    return json.dumps(secret)


def percent(secret: str) -> str:
    return quote(secret, safe="")


def url_in_json(secret: str) -> str:
    return json.dumps(f"postgres://app:{percent(secret)}@db/shop")


def in_escape_string(secret: str) -> str:
    return secret.replace("\\", "\\\\").replace("'", "\\'")


ANY = "'\"@:/ $%&,;()#!?=+[]{}<>|~^*-_."
IN_URL = "@:$%&,;()!=+*-_."
BARE = "@:/$%&,!?=+~^*-_."
SPELLINGS = (
    Spelling("a.sql", "CREATE ROLE app LOGIN PASSWORD '{}';", in_sql, ANY),
    Spelling("a.sql", "ALTER USER app WITH ENCRYPTED PASSWORD E'{}' LOGIN;", in_escape_string, ANY),
    Spelling("a.sql", "ALTER ROLE app\n  PASSWORD\n  '{}';", in_sql, ANY),
    Spelling("a.sql", "create role app password $${}$$;", str, "'\"@:/ %&,;()"),
    Spelling("a.sql", "CREATE ROLE app LOGIN PASSWORD {};"),
    Spelling("a.sql", "CREATE ROLE app LOGIN PASSWORD '{}\n"),
    Spelling("a.sql", "DO $$ BEGIN EXECUTE 'ALTER ROLE a PASSWORD ''{}'''; END $$;", twice_in_sql),
    Spelling("a.sql", "EXECUTE format('ALTER ROLE %I PASSWORD %L', 'app', '{}');", in_sql),
    Spelling("a.sql", "OPTIONS (user 'app', password '{}')", in_sql, ANY),
    Spelling("a.sql", "CREATE SUBSCRIPTION s CONNECTION 'host=h password={}' PUBLICATION p;"),
    Spelling("a.sql", "SELECT dblink('host=h password=''{}'' user=u', 'x');", twice_in_sql),
    Spelling("a.sql", "SELECT dblink('postgres://u:{}@h/d?x=y', 'SELECT 1');", in_sql, IN_URL),
    Spelling("a.sql", "ALTER DATABASE d SET app.jwt_secret = '{}';", in_sql, ANY),
    Spelling("a.sql", "ALTER DATABASE d SET \"app.settings.jwt_secret\" TO '{}';", in_sql, ANY),
    Spelling("a.sql", "SELECT set_config('app.api_key', '{}', true);", in_sql, ANY),
    Spelling("a.sql", "USING (current_setting('app.api_key', true) = '{}')", in_sql, ANY),
    Spelling("a.sql", "USING ('{}' = current_setting('app.api_key'))"),
    Spelling("a.sql", "CREATE TABLE t (api_token text NOT NULL DEFAULT '{}');", in_sql, ANY),
    Spelling("a.sql", "SELECT vault.create_secret('{}', 'name');", in_sql, ANY),
    Spelling("a.sql", "SELECT crypt('{}', gen_salt('bf'));", in_sql, ANY),
    Spelling("a.sql", "INSERT INTO users (id, password) VALUES (1, '{}');", in_sql, ANY),
    Spelling("a.sql", "INSERT INTO s.u (api_key, n) VALUES ('a,b', 1),\n ('{}', 2)", in_sql, ANY),
    Spelling("a.sql", "insert into u (n, \"password\") SELECT f(1, 2), '{}' FROM x", in_sql, ANY),
    Spelling("a.sql", "INSERT INTO u (n, token) VALUES (f(')'), lower(E'{}'))", in_escape_string),
    Spelling("a.sql", "UPDATE users SET (name, password) = ROW ('ann', '{}')", in_sql, ANY),
    Spelling("a.sql", "COPY users (id, password, name) FROM stdin;\n1\t{}\tann\n\\.\n"),
    Spelling("a.py", "run(\"INSERT INTO users (id, password) VALUES (1, '{}')\")", in_sql),
    Spelling("a.py", "run('INSERT INTO users (id, password) VALUES (1, \\'{}\\')')"),
    Spelling("a.py", 'run(f"INSERT INTO u (password, a) VALUES (\'{}\', {{x}})")'),
    Spelling("sk_live_{}.sql", "SELECT 1;"),
    Spelling("db/postgres://app:{}@db/a.sql", "SELECT 1;"),
    Spelling("a.sql", "-- psql --password={} -h db", str, BARE),
    Spelling("a.sql", "\\set db_password {}"),
    Spelling("a.py", "connect(host='h', password={})", repr, ANY),
    Spelling("a.py", "connect('host=h password=\\'{}\\' user=u')"),
    Spelling("a.py", 'connect("host=h password=\'{}\' user=u")', in_keywords, ANY),
    Spelling("a.py", 'connect("host=h password = {} user=u")', str, "@:/%&!?"),
    Spelling("a.py", "create_engine({})", url_in_json, ANY),
    Spelling("a.py", 'PASSWORD: str = ""\nAPI_TOKEN: Final[str] = {}', repr, ANY),
    Spelling("a.py", 'os.environ["DB_PASS"] = {}', repr, ANY),
    Spelling("a.py", "os.environ.get('SECRET_KEY', {})", repr, ANY),
    Spelling("a.py", 'env("STRIPE_API_KEY", default={})', repr, ANY),
    Spelling("a.py", "DATABASES = {{'default': {{'USER': 'a', 'PASSWORD': {}}}}}", repr, ANY),
    Spelling("a.py", "cursor.execute(\"ALTER ROLE a PASSWORD '%s'\" % {})", repr),
    Spelling("a.py", "password = ('first'\n            '{}')"),
    Spelling(".env", "DB_PASS={}", str, BARE + "'"),
    Spelling(".env", "export PGPASSWORD={}", str, BARE),
    Spelling(".env", 'POSTGRES_PASSWORD="{}"', str, "'@:/ %&,;()#"),
    Spelling(".env", "MYAPP_SECRET='{}' # for the app", str, "@:/ %&,;()#"),
    Spelling(".env", "DB_PASSWORD=two words {}"),
    Spelling(".env", "DATABASE_URL=postgresql+psycopg://app:{}@db:5432/shop", str, IN_URL),
    Spelling(".env", "DATABASE_URL=postgres://db/shop?user=app&password={}&x=y", percent),
    Spelling(".env", "DATABASE_URL=postgres://db/shop?sslpassword={}", percent, ANY),
    Spelling(".env", "DB_PASSWORD=${{DB_PASSWORD:-{}}}"),
    Spelling("compose.yaml", "    environment:\n      POSTGRES_PASSWORD: {}"),
    Spelling("compose.yaml", "    environment:\n      POSTGRES_PASSWORD: {}", in_json, ANY),
    Spelling("compose.yaml", "    environment:\n      - POSTGRES_PASSWORD={}", str, "@:/%&!?"),
    Spelling("compose.yaml", "    environment: {{POSTGRES_USER: a, POSTGRES_PASSWORD: {}, X: y}}"),
    Spelling("compose.yaml", "  - name: DB_PASSWORD\n    value: {}", in_json, ANY),
    Spelling("compose.yaml", "password: |\n    first\n    {}\nuser: a"),
    Spelling("compose.yaml", "password: >-\n    {}"),
    Spelling("application.yml", "spring:\n  datasource:\n    password: ${{DB_PASSWORD:{}}}"),
    Spelling("alembic.ini", "sqlalchemy.url = postgresql://u:{}@h/d", str, IN_URL),
    Spelling("database.ini", "password = {}", str, BARE),
    Spelling("a.properties", "spring.datasource.password={}", str, BARE),
    Spelling("a.properties", "url=jdbc:postgresql://h/d?user=u&password={}&ssl=true", percent, ANY),
    Spelling("rlslint.toml", 'password = """{}"""', str, "'@:/ %&,;()#"),
    Spelling("rlslint.toml", "service_role = '{}'", str, "@:/ %&,;()#"),
    Spelling("a.json", '{{"password": {}, "user": "a"}}', in_json, ANY),
    Spelling("a.json", '{{"name": "PGPASSWORD", "value": {}}}', in_json, ANY),
    Spelling("a.json", '{{"env": "{{\\"apiKey\\": \\"{}\\"}}"}}'),
    Spelling("a.xml", "<password>{}</password>", str, "@:/ %,;()#"),
    Spelling("a.xml", '<property name="password" value="{}"/>', str, "'@:/ %,;()#"),
    Spelling("a.ts", "const client = createClient(url, {{ serviceRoleKey: '{}' }});", str, ANY[3:]),
    Spelling("a.ts", "const dbPassword: string = `{}`;", str, "'\"@:/ %,;()#"),
    Spelling("a.tf", 'variable "db_password" {{\n  default = "{}"\n}}', str, "'@:/ %,;()#"),
    Spelling("Dockerfile", "ENV DB_PASSWORD {}", str, "@:/%"),
    Spelling("a.sql", "-- eyJhbGciOiJIUzI1NiJ9.eyJyb2xlIjoic2VydmljZV9yb2xlIn0.{}"),
    Spelling("a.sql", "-- sk_live_{}"),
    Spelling("a.sql", "-- ghp_0123456789{}"),
    Spelling("a.sql", "-- sbp_0123456789{}"),
    Spelling("a.py", '"""\n-----BEGIN RSA PRIVATE KEY-----\nMII\n{}\n-----END KEY-----\n"""'),
)  # fmt: skip
HARMLESS = (
    "CREATE TABLE users (id int, password_hash text, password text NOT NULL, api_token uuid);",
    "CREATE POLICY tokens ON api_tokens TO service_role USING (tenant_id = current_tenant());",
    "GRANT SELECT (id, password) ON users TO service_role;",
    "USING (auth.role() = 'service_role' AND token = current_setting('app.token'))",
    "UPDATE users SET password = NEW.password, token = NULL WHERE name = 'ann';",
    "COMMENT ON COLUMN users.password IS 'what bcrypt made of it';",
    "PRIMARY KEY (id), FOREIGN KEY (org_key) REFERENCES orgs (key), sort_key = 'name'",
    "connect(password=os.environ['DB_PASS'], token=settings.API_TOKEN, secret=get_secret())",
    "cursor.execute('ALTER ROLE app PASSWORD %(password)s')",
    "DB_PASSWORD=${DB_PASSWORD}",
    "ALTER ROLE app PASSWORD :'password';",
    "fetch('http://localhost:3000/@vite/client'); postgres://app@db:5432/shop",
    "CREATE ROLE app NOBYPASSRLS PASSWORD NULL;",
    "password: str, token: Optional[str] = None",
    "INSERT INTO users (id, name, password) VALUES (1, 'ann', lower(:password));",
    "INSERT INTO users (name, password) VALUES ('ann', $1), ('bob', NULL), ('eve', DEFAULT);",
    "INSERT INTO tokens (id, name) VALUES (1, 'first'); UPDATE users SET (name) = ROW ('ann')",
)


def secrets(seed: int) -> Iterator[tuple[Spelling, str, str]]:
    """Yield each spelling with the part that must not be seen, and the source that has it."""
    chosen = random.Random(seed)
    for spelling in SPELLINGS:
        core = "".join(chosen.choices(string.ascii_letters + string.digits, k=9)) + "7"
        odd = [chosen.choice(spelling.odd) if spelling.odd else "" for _ in range(4)]
        written = spelling.written("".join((*odd[:2], "q", core, *odd[2:])))
        path = spelling.path.format(written)
        yield spelling._replace(path=path), core, spelling.source.format(written)


def shown(spelling: Spelling, source: str) -> ReportedFinding:
    """A finding that marks each line of the source, and quotes it wherever a finding may."""
    text = Text(spelling.path, source.encode())
    whole = Span(text, 0, len(text.data))
    related = []
    for row in range(1, source.count("\n") + 2):
        start = sum(len(text.line(before).encode()) + 1 for before in range(1, row))
        related.append(Related(Span(text, start, start + 1), source))
    finding = Finding(source, source, whole, source, source, tuple(related))
    return reported(finding)


@pytest.mark.times(8, 400)
def test_no_format_shows_a_secret(number: int) -> None:
    spelled = list(secrets(number))
    told = result(*(shown(spelling, source) for spelling, _, source in spelled))._replace(
        not_checked=tuple(NotChecked("query", source, source) for _, _, source in spelled),
        notes=tuple(source for _, _, source in spelled),
    )
    for name in OUTPUT_FORMATS:
        printed = "\n".join(render(name, told, card=lambda rule: card(rule).text))
        seen = [source for _, core, source in spelled if core in printed]
        assert not seen, name


@pytest.mark.parametrize("line", HARMLESS)
def test_what_is_no_secret_stays(line: str) -> None:
    assert masked(line) == line


def test_a_word_of_the_parser_that_is_a_secret_is_masked() -> None:
    text = Text("a.sql", b"CREATE TABLE 't (\n\nALTER ROLE app PASSWORD 'hunter2';")
    message = 'PostgreSQL refuses this statement: syntax error at or near "hunter2"'
    finding = Finding("app", message, Span(text, 0, 14))
    for name in OUTPUT_FORMATS:
        lines = render(name, result(reported(finding)), card=lambda rule: card(rule).text)
        assert "hunter2" not in "\n".join(lines)


PROJECT = {
    "migrations/0001_a.sql": """
        CREATE ROLE app LOGIN SUPERUSER PASSWORD 'hunter2';
        CREATE TABLE docs (id int, tenant_id int, api_key text DEFAULT 'hunter2');
        ALTER TABLE docs ENABLE ROW LEVEL SECURITY;
        GRANT ALL ON docs TO app, PUBLIC;
        CREATE POLICY p ON docs USING (current_setting('app.api_key', true) = 'hunter2' OR true);
        SELECT set_config('app.jwt_secret', 'hunter2', false);
        DO $$ BEGIN EXECUTE 'ALTER ROLE app PASSWORD ''hunter2'''; END $$;
    """,
    "app/db.py": """
import psycopg
connection = psycopg.connect("host=db user=app password='hunter2'")
connection.execute("SET app.tenant_id = '1'")
connection.execute(f"SET app.password = 'hunter2' {x}")
""",
    ".env": "DATABASE_URL=postgres://app:hunter2@db.example.com/shop\nDB_USER=app\nDB_PASS=hunter2\n",
    "compose.yaml": """
services:
  db: {image: postgres, environment: {POSTGRES_USER: app, POSTGRES_PASSWORD: hunter2}}
  web: {image: web, environment: {DATABASE_URL: "postgres://app:hunter2@db/shop"}}
""",
}  # fmt: skip


@pytest.mark.parametrize("name", OUTPUT_FORMATS)
def test_a_project_full_of_secrets_is_reported_without_them(name: str, tmp_path: Path) -> None:
    write(tmp_path, PROJECT)
    run = rlslint(
        "check",
        "--output-format",
        name,
        "--min-severity=info",
        "--show-unchecked",
        "-v",
        cwd=tmp_path,
    )
    assert run.returncode == 1
    assert "app" in run.stdout
    assert "hunter2" not in run.stdout + run.stderr


@pytest.mark.parametrize(
    "line",
    [
        'password = "hunter2"',
        'url = "postgres://app:hunter2@db/shop"',
        'exclude = 1 # PGPASSWORD=hunter2',
        'platform = "postgres://app:hunter2@db/shop"',
        'secret = "hunter2',
    ],
)  # fmt: skip
def test_a_mistake_in_the_configuration_is_shown_without_secrets(line: str, tmp_path: Path) -> None:
    write(tmp_path, {"rlslint.toml": f"{line}\n", "a.sql": "SELECT 1;"})
    run = rlslint("check", cwd=tmp_path)
    assert run.returncode == 2
    assert "rlslint.toml:1" in run.stderr
    assert "hunter2" not in run.stdout + run.stderr


def test_the_options_in_force_are_shown_without_secrets(tmp_path: Path) -> None:
    write(tmp_path, {"rlslint.toml": 'exclude = ["postgres://app:hunter2@db/shop"]\n'})
    run = rlslint("check", "--show-settings", cwd=tmp_path)
    assert "postgres://app:***@db/shop" in run.stdout


def write(folder: Path, files: dict[str, str]) -> None:
    for path, content in files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(content)
