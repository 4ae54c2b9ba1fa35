from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from rlslint.files.connections import Connection
from rlslint.files.settings.files import read_settings
from rlslint.files.walk import kind


def found(path: str, source: str) -> tuple[Connection, ...]:
    return read_settings(Path(path), path, source.encode()).connections


def users(path: str, source: str) -> list[str]:
    for connection in found(path, source):
        assert connection.span.sql == connection.user
    return [connection.user for connection in found(path, source)]


def test_a_dotenv_file_with_urls_quotes_and_comments() -> None:
    source = (
        "# DATABASE_URL=postgres://nobody:x@h/d\n"
        'export DATABASE_URL="postgresql://app:s3cret@db.example:5432/shop?sslmode=require"\r\n'
        "WORKER_DATABASE_URL='postgres://worker@db.example/shop' # note\n"
        "PGUSER=reporter # who\nPGHOST=db.example\n"
        "MYSQL_USER=other\n"
    )
    assert users(".env", source) == ["app", "worker", "reporter"]
    first, _, third = found(".env", source)
    assert (first.host, first.database, first.source) == ("db.example", "shop", "DATABASE_URL")
    assert first.span.locations()[0] == (2, 35)
    assert third.host == "db.example"
    assert not first.development
    assert "s3cret" not in repr(first)


@pytest.mark.parametrize(
    "value",
    [
        "postgres://$USER:x@h/d",
        "postgres://${DB_USER}:x@h/d",
        "postgres://{user}:x@h/d",
        "postgres://<user>:<password>@h/d",
        "postgres://h/d",
        "mysql://root:x@h/d",
        "https://postgres:x@h/d",
    ],
)
def test_an_unknown_user_is_no_connection(value: str) -> None:
    assert found(".env", f"DATABASE_URL={value}\n") == ()


@pytest.mark.parametrize(
    ("value", "user", "host"),
    [
        ("postgres://app:p@ss@h.example/d", "app", "h.example"),
        ("postgres://app:p/s@h.example/d", "app", "h.example"),
        ("postgresql+asyncpg://app:x@[::1]:5432/d", "app", "[::1]"),
        ("postgres://h.example/d?user=app&password=x", "app", "h.example"),
        ("host=h.example dbname=d user=app password=x", "app", "h.example"),
        ("jdbc:postgresql://h.example:5432/d?user=app&password=x", "app", "h.example"),
    ],
)
def test_the_forms_of_a_connection_string(value: str, user: str, host: str) -> None:
    (connection,) = found("app.ini", f"[x]\nurl = {value}\nkind = postgres\n")
    assert (connection.user, connection.host, connection.database) == (user, host, "d")
    assert connection.span.sql == user


def test_a_default_of_a_variable_counts() -> None:
    (connection,) = found(".env", "PGUSER=${APP_USER:-app}\n")
    assert connection.user == "app"
    (connection,) = found(".env", "DATABASE_URL=postgres://${U:-app}:${P:-x}@${H:-db.example}/d\n")
    assert (connection.user, connection.host) == ("app", "db.example")


def test_a_percent_encoded_user_is_decoded() -> None:
    (connection,) = found(".env", "DATABASE_URL=postgres://app%40tenant:x@h/d\n")
    assert connection.user == "app@tenant"
    assert connection.span.sql == "app%40tenant"


COMPOSE = """
services:
  db:
    image: postgres:16
    environment:
      POSTGRES_USER: shop
      POSTGRES_PASSWORD: x
  web:
    environment:
      - DATABASE_URL=postgres://shop:x@db/shop
      - LABEL=größe
  worker:
    environment:
      PGUSER: "${WORKER:-jobs}"
      PGHOST: db
"""


def test_a_compose_file_tells_who_is_a_superuser() -> None:
    db, web, worker = found("docker-compose.prod.yml", COMPOSE)
    assert (db.user, db.connects) == ("shop", False)
    assert (web.user, web.connects, web.host) == ("shop", True, "db")
    assert web.superuser_evidence == (
        "the image postgres:16 of the service db makes it a superuser"
    )
    assert web.span.locations()[0] == (10, 33)
    assert web.source == "services.web.environment.DATABASE_URL"
    assert (worker.user, worker.superuser_evidence, worker.development) == ("jobs", "", False)


@pytest.mark.parametrize(
    ("image", "connects"),
    [
        ("langfuse/langfuse:3", False),
        ("quay.io/keycloak/keycloak", False),
        ("ghcr.io/acme/langfuse", True),
        ("acme/shop", True),
    ],
)
def test_a_product_connects_to_a_database_of_its_own(image: str, connects: bool) -> None:
    source = COMPOSE.replace("  web:\n", f"  web:\n    image: {image}\n")
    _db, web, worker = found("docker-compose.prod.yml", source)
    assert (web.connects, worker.connects) == (connects, True)
    built = source.replace(f"image: {image}\n", f"image: {image}\n    build: .\n")
    assert found("docker-compose.prod.yml", built)[1].connects


def test_a_user_that_the_image_does_not_create_is_no_superuser() -> None:
    source = COMPOSE.replace("postgres:16", "mysql:8")
    assert all(not each.superuser_evidence for each in found("compose.yaml", source))


def test_the_user_of_a_container_alone_does_not_connect() -> None:
    assert [each.connects for each in found(".env", "POSTGRES_USER=app\nPOSTGRES_DB=d\n")] == [
        False
    ]
    source = "POSTGRES_USER=app\nPOSTGRES_SERVER=db.example\n"
    assert [each.connects for each in found(".env", source)] == [True]


@pytest.mark.parametrize(
    ("path", "host", "development"),
    [
        (".env", "db.example", False),
        (".env", "db", False),
        (".env.production", "db.example", False),
        (".env", "localhost", True),
        (".env", "127.0.0.1", True),
        (".env.example", "db.example", True),
        (".env.test", "db.example", True),
        ("tests/.env", "db.example", True),
        ("config/dev.env", "db.example", True),
    ],
)
def test_what_is_for_development_only(path: str, host: str, development: bool) -> None:
    (connection,) = found(path, f"DATABASE_URL=postgres://app:x@{host}/d\n")
    assert connection.development is development


@pytest.mark.parametrize(
    ("path", "development"),
    [
        ("docker-compose.yml", True),
        ("compose.override.yaml", True),
        ("docker-compose.prod.yml", False),
        (".github/workflows/ci.yml", True),
        ("k8s/api.yaml", False),
    ],
)
def test_which_manifests_are_for_development_only(path: str, development: bool) -> None:
    source = "services:\n  web:\n    environment:\n      DATABASE_URL: postgres://app:x@db/d\n"
    (connection,) = found(path, source)
    assert connection.development is development


def test_kubernetes_lists_of_variables() -> None:
    source = (
        "spec:\n  containers:\n    - env:\n        - name: PGUSER\n          value: app\n"
        "        - name: PGPASSWORD\n          valueFrom: {secretKeyRef: {name: x, key: y}}\n"
    )
    assert users("k8s/api.yaml", source) == ["app"]


def test_alembic_and_spring_properties() -> None:
    assert users("alembic.ini", "[alembic]\nsqlalchemy.url = postgresql+psycopg://own:x@h/d\n") == [
        "own"
    ]
    assert (
        found("alembic.ini", "[alembic]\nsqlalchemy.url = driver://user:pass@localhost/dbname\n")
        == ()
    )
    source = "spring.datasource.url=jdbc:postgresql://h.example/d\nspring.datasource.username=app\n"
    (connection,) = found("application.properties", source)
    assert (connection.user, connection.host) == ("app", "h.example")
    mysql = (
        "# no postgres\nspring.datasource.url=jdbc:mysql://h/d\nspring.datasource.username=app\n"
    )
    assert found("application.properties", mysql) == ()


@pytest.mark.parametrize(
    ("user", "expected"),
    [("unused", []), ("dummy", []), ("nonesuch", ["nonesuch"]), ("fakes", ["fakes"])],
)
def test_a_user_that_nobody_asks_for_is_none(user: str, expected: list[str]) -> None:
    source = f"DATABASE_URL=postgresql://{user}:{user}@localhost:5432/{user}\n"
    assert users(".env", source) == expected


def test_spring_yaml_with_profiles() -> None:
    source = (
        "spring:\n  datasource:\n    url: jdbc:postgresql://h.example/d\n    username: app\n"
        "---\nspring:\n  config:\n    activate:\n      on-profile: dev\n"
        "  datasource:\n    url: jdbc:postgresql://x.example/d\n    username: postgres\n"
    )
    assert [(each.user, each.development) for each in found("application.yml", source)] == [
        ("app", False),
        ("postgres", True),
    ]


def test_rails_database_file_with_erb() -> None:
    source = (
        "default: &default\n  adapter: postgresql\n"
        "  pool: <%= ENV.fetch('POOL') { 5 } %>\n"
        "development:\n  <<: *default\n  username: me\n"
        "production:\n  <<: *default\n  username: shop\n  host: h.example\n"
        "other:\n  <<: *default\n  username: <%= ENV['DB_USER'] %>\n"
    )
    assert [(each.user, each.development) for each in found("config/database.yml", source)] == [
        ("me", True),
        ("shop", False),
    ]


@pytest.mark.parametrize(
    ("written", "user"),
    [
        ("<%= ENV.fetch('DB_USER') { 'shop' } %>", "shop"),
        ('<%= ENV.fetch("DB_USER", "shop") %>', "shop"),
        ("<%= ENV['DB_USER'] || 'shop' %>", "shop"),
        ("<%= ENV['DB_USER'] %>", None),
        ("<%= name_of('shop') %>", None),
    ],
)
def test_a_default_in_erb_is_the_user(written: str, user: str | None) -> None:
    source = f"production:\n  adapter: postgresql\n  username: {written}\n  host: h.example\n"
    assert users("config/database.yml", source) == ([user] if user else [])


@pytest.mark.parametrize(
    ("path", "source", "user"),
    [
        (
            "appsettings.json",
            '{"ConnectionStrings": {"Shop": "Host=h.example;Port=5432;Database=d;Username=app;'
            'Password=x"}}',
            "app",
        ),
        ("appsettings.json", '{"Shop": "host=h.example;database=d;User Id=app;"}', "app"),
        ("appsettings.json", '{"Shop": "Server=h.example;Database=d;User Id=sa;Password=x"}', None),
        (
            "web.config",
            '<add name="Shop" connectionString="Host=h.example;Username=app;Database=d" />',
            "app",
        ),
        (
            ".env",
            "ConnectionStrings__Shop=Host=h.example;Database=d;Username=app;Password=x",
            "app",
        ),
        (
            "wrangler.toml",
            '[[hyperdrive]]\nlocalConnectionString = "postgres://app:x@h.example/d"\n',
            "app",
        ),
        ("wrangler.jsonc", '{"vars": {"DATABASE_URL": "postgres://app:x@h.example/d"}}', "app"),
    ],
)
def test_literals_in_settings_of_dotnet_and_of_workers(
    path: str, source: str, user: str | None
) -> None:
    assert users(path, source) == ([user] if user else [])
    assert all(each.host == "h.example" and each.database == "d" for each in found(path, source))
    assert kind(path) == "settings"


@pytest.mark.parametrize(
    ("path", "data", "note"),
    [
        ("a.yml", b"a: 1\npostgres: [", "no YAML from line 2 on"),
        ("compose.yml", b"services: &a\n  <<: *a\n  postgres: x\n", "nested too deeply"),
        ("a.yml", b"postgres: " + b"[" * 400000, "nested too deeply"),
        ("a.yml", b"postgres: " + b"[" * 250 + b"]" * 250, "nested too deeply"),
        ("a.yml", b"- " * 250 + b"postgres", "nested too deeply"),
    ],
)
def test_a_file_that_cannot_be_read_costs_a_note(path: str, data: bytes, note: str) -> None:
    settings = read_settings(Path(path), path, data)
    assert settings.connections == ()
    assert note in settings.note


@pytest.mark.parametrize("depth", [300, 1500])
@pytest.mark.parametrize("ends", ["", "]"])
def test_nesting_is_refused_in_the_same_words_by_every_pyyaml(
    depth: int, ends: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = ("postgres: " + "[" * depth + ends * depth).encode()
    compiled = read_settings(Path("a.yml"), "a.yml", data)
    monkeypatch.delattr(yaml, "CSafeLoader", raising=False)
    assert read_settings(Path("a.yml"), "a.yml", data).note == compiled.note
    assert compiled.note.endswith("it is nested too deeply")


def test_aliases_that_lead_in_a_circle_end() -> None:
    source = "a: &a\n  b: *a\n  url: postgres://app:x@h/d\n"
    assert users("k8s/a.yaml", source) == ["app"]


def test_latin_1_and_a_byte_order_mark_are_read() -> None:
    latin = read_settings(Path(".env"), ".env", b"# gr\xf6\xdfe\nPGUSER=app\n")
    assert [each.user for each in latin.connections] == ["app"]
    marked = read_settings(Path(".env"), ".env", b"\xef\xbb\xbfPGUSER=app\n")
    assert marked.connections[0].span.locations()[0] == (1, 8)


@pytest.mark.parametrize(
    ("path", "source"),
    [
        ("Dockerfile", "FROM node\nENV DATABASE_URL=postgres://shop:x@db/d\n"),
        ("api.Dockerfile", 'FROM node\nENV PORT=80 DATABASE_URL="postgres://shop:x@db/d"\n'),
        ("Dockerfile.api", "FROM node\nENV DATABASE_URL postgres://shop:x@db/d\n"),
        ("Dockerfile", "FROM node\nENV PGHOST=db \\\n    PGUSER=shop\n"),
        ("shop.service", "[Service]\nEnvironment=DATABASE_URL=postgres://shop:x@db.example/d\n"),
        ("shop.service", '[Service]\nEnvironment="PGHOST=db" "PGUSER=shop"\n'),
        ("Procfile", "web: PGHOST=db PGUSER=shop node server.js\n"),
        ("fly.toml", '[env]\n  DATABASE_URL = "postgres://shop:x@db/d"\n'),
        ("fly.toml", "[env]\n  DB_HOST = 'postgres.internal'\n  DB_USER = 'shop'\n"),
        ("app.json", '{"env": {"DATABASE_URL": {"value": "postgres://shop:x@db/d"}}}'),
        ("config.json", '{"production": {"username": "shop", "host": "h", "dialect": "postgres"}}'),
        ("knexfile.json", '{"client": "pg", "connection": {"user": "shop", "host": "postgres"}}'),
        (
            "task-definition.json",
            '{"containerDefinitions": [{"environment": [{"name": "DB_HOST", "value": "postgres"},'
            ' {"name": "DB_USER", "value": "shop"}]}]}',
        ),
        ("main.yml", "database_url: postgres://shop:x@db/d\n"),
        (
            "cm.yaml",
            "kind: ConfigMap\ndata:\n  SPRING_DATASOURCE_USERNAME: shop\n"
            "  SPRING_DATASOURCE_URL: jdbc:postgresql://db/d\n",
        ),
        (
            "chart/templates/web.yaml",
            "{{- if .Values.web }}\nkind: Deployment\nspec:\n  {{- toYaml .x | nindent 2 }}\n"
            "  env:\n  - name: DATABASE_URL\n    value: postgres://shop:{{ .Values.pw }}@db/d\n"
            "{{- end }}\n",
        ),
    ],
)
def test_files_that_start_or_configure_programs(path: str, source: str) -> None:
    assert users(path, source) == ["shop"]
    assert kind(Path(path).name) == "settings"


@pytest.mark.parametrize(
    ("path", "source"),
    [
        ("Dockerfile", "FROM node\nARG DATABASE_URL=postgres://shop:x@db/d\n"),
        ("Dockerfile", "FROM node\n# ENV DATABASE_URL=postgres://shop:x@db/d\n"),
        ("Procfile", "release: DATABASE_URL=postgres://shop:x@db/d npm run migrate\n"),
        ("config.json", '{"username": "shop", "host": "postgres", "dialect": "mysql"}'),
        (
            "cm.yaml",
            "data:\n  note: not postgres\n  SPRING_DATASOURCE_USERNAME: shop\n"
            "  SPRING_DATASOURCE_URL: jdbc:mysql://db/d\n",
        ),
    ],
)
def test_what_configures_no_connection_of_a_program_to_postgresql(path: str, source: str) -> None:
    assert found(path, source) == ()


def test_sections_for_development_are_told_apart_in_json() -> None:
    source = (
        '{"development": {"username": "me", "host": "db", "dialect": "postgres"},'
        ' "production": {"username": "shop", "host": "db", "dialect": "postgres"}}'
    )
    read = found("config.json", source)
    assert [(one.user, one.development) for one in read] == [("me", True), ("shop", False)]


@pytest.mark.parametrize(
    ("written", "user"),
    [
        ('username = "owner"', "owner"),
        ('name = "shop"\n  username = "owner"', "owner"),
        ("username = var.owner", "postgres"),
    ],
)
def test_what_stands_behind_a_resource_does_not_name_its_role(written: str, user: str) -> None:
    source = (
        f'resource "aws_db_instance" "main" {{\n  {written}\n}}\n'
        'data "aws_ami" "host" {\n  filter {\n    name = "name"\n  }\n}\n'
        'output "DATABASE_URL" {\n'
        '  value = "postgresql://${aws_db_instance.main.username}:x@db.example/shop"\n}\n'
    )
    assert [connection.user for connection in found("main.tf", source)] == [user]
