from __future__ import annotations

from base64 import b64encode
from pathlib import Path, PurePath

import pytest

from rlslint.files.connections import Connection
from rlslint.files.settings.environments import taken_by_workloads, with_what_is_taken
from rlslint.files.settings.files import read_settings
from rlslint.files.settings.kubernetes import read_manifests
from rlslint.text import Text
from tests.linting import findings_of, lint


def connections(files: dict[str, str]) -> list[Connection]:
    """Return the connections of a project's manifests as a run has them."""

    def text_at(path: str) -> Text | None:
        return Text(path, files[path].encode()) if path in files else None

    alone = [
        connection
        for path, source in files.items()
        for connection in read_settings(PurePath(path), path, source.encode()).connections
    ]
    yaml = [path for path in files if path.endswith(".yaml")]
    return list(with_what_is_taken(alone, taken_by_workloads(read_manifests(yaml, text_at))))


def told(files: dict[str, str]) -> list[tuple[str, str, str]]:
    """Return user, host and source of those that serve requests."""
    return [
        (each.user, each.host, each.source)
        for each in connections(files)
        if each.connects and not each.runs_migrations
    ]


def workload(container: str, kind: str = "Deployment", name: str = "web", space: str = "") -> str:
    """Return a manifest with one container, whose lines follow its name."""
    lines = "\n".join(f"          {line}" for line in container.splitlines())
    namespace = f"  namespace: {space}\n" if space else ""
    key = "initContainers" if kind == "init" else "containers"
    return (
        f"kind: {'Deployment' if kind == 'init' else kind}\nmetadata:\n  name: {name}\n{namespace}"
        f"spec:\n  template:\n    spec:\n      {key}:\n        - name: it\n{lines}\n"
    )


TAKES_ALL = "envFrom:\n- configMapRef: {name: shop}\n- secretRef: {name: shop}\n"
SOURCE = "web.spec.template.spec.containers.env."
CONFIG = "kind: ConfigMap\nmetadata: {name: shop}\ndata:\n  DB_HOST: db.example\n  note: größe\n"


def secret(section: str, user: str) -> str:
    return f"kind: Secret\nmetadata: {{name: shop}}\n{section}:\n  DB_USER: {user}\n"


@pytest.mark.parametrize("section", ["stringData", "data"])
def test_what_is_taken_from_several_manifests_is_one_environment(section: str) -> None:
    written = "app" if section == "stringData" else b64encode(b"app").decode()
    files = {
        "k8s/web.yaml": workload(TAKES_ALL),
        "k8s/config.yaml": CONFIG,
        "k8s/secret.yaml": secret(section, written),
    }
    assert told(files) == [("app", "db.example", f"{SOURCE}DB_USER")]
    (found,) = connections(files)
    assert (found.span.text.path, found.span.sql) == ("k8s/secret.yaml", written)
    (alone,) = connections({key: files[key] for key in files if key != "k8s/web.yaml"})
    assert (alone.host, alone.source) == ("", f"shop.{section}.DB_USER")
    in_one = {"k8s/all.yaml": "---\n".join(files.values())}
    assert told(in_one) == told(files)


def test_keys_and_prefixes_name_the_variables_and_the_container_has_the_last_word() -> None:
    data = "kind: ConfigMap\nmetadata: {name: shop}\ndata:\n  username: app\n  USER: jobs\n"
    one_key = (
        "env:\n- name: DB_HOST\n  value: db.example\n- name: DB_USER\n  valueFrom:\n"
        "    configMapKeyRef: {name: shop, key: username}\n"
    )
    assert told({"a.yaml": workload(one_key), "b.yaml": data}) == [
        ("app", "db.example", f"{SOURCE}DB_USER")
    ]
    prefixed = "envFrom:\n- prefix: DB_\n  configMapRef: {name: shop}\n"
    assert [each[0] for each in told({"a.yaml": workload(prefixed), "b.yaml": data})] == ["jobs"]
    outweighed = f"{prefixed}env:\n- name: DB_USER\n  value: own\n"
    assert [each[0] for each in told({"a.yaml": workload(outweighed), "b.yaml": data})] == ["own"]
    other = workload(prefixed.replace("configMapRef", "secretRef"))
    assert told({"a.yaml": other, "b.yaml": data}) == []
    mysql = workload(f"{TAKES_ALL}env:\n- name: DB_CONNECTION\n  value: mysql\n")
    assert told({"a.yaml": mysql, "b.yaml": CONFIG, "c.yaml": secret("stringData", "app")}) == []


@pytest.mark.parametrize(
    ("mine", "its", "host"),
    [("", "", "db.example"), ("a", "", "db.example"), ("a", "a", "db.example"), ("a", "b", "")],
)
def test_a_namespace_that_is_given_has_to_be_the_same(mine: str, its: str, host: str) -> None:
    config = CONFIG.replace("name: shop", f"name: shop, namespace: '{its}'")
    files = {
        "web.yaml": workload(TAKES_ALL, space=mine),
        "config.yaml": config,
        "secret.yaml": secret("stringData", "app"),
    }
    assert [each[1] for each in told(files)] == [host]


@pytest.mark.parametrize("kind", ["Job", "CronJob", "init"])
def test_what_only_jobs_take_serves_no_requests(kind: str) -> None:
    files = {
        "config.yaml": CONFIG,
        "secret.yaml": secret("stringData", "app"),
        "job.yaml": workload(TAKES_ALL, kind, "prepare"),
    }
    (found,) = connections(files)
    assert (found.user, found.connects, found.runs_migrations) == ("app", True, True)
    both = {**files, "web.yaml": workload(TAKES_ALL)}
    assert told(both) == [("app", "db.example", f"{SOURCE}DB_USER")]
    assert len(connections(both)) == 1


def test_a_server_takes_the_user_that_it_makes_a_superuser() -> None:
    makes = "image: postgres:16\nenvFrom:\n- secretRef: {name: db}\n"
    takes = (
        "env:\n- name: PGHOST\n  value: db\n- name: PGUSER\n  valueFrom:\n"
        "    secretKeyRef: {name: db, key: POSTGRES_USER}\n"
    )
    found = connections(
        {
            "db.yaml": workload(makes, "StatefulSet", "db"),
            "web.yaml": workload(takes),
            "secret.yaml": "kind: Secret\nmetadata: {name: db}\n"
            "stringData: {POSTGRES_USER: shop, POSTGRES_PASSWORD: s3cret}\n",
        }
    )
    assert [(one.user, one.host, one.connects, one.superuser_evidence) for one in found] == [
        ("shop", "", False, "the image postgres:16 makes it a superuser"),
        ("shop", "db", True, ""),
    ]
    assert "s3cret" not in repr([tuple(one)[1:] for one in found])


def test_the_generators_of_kustomize_and_the_nearest_of_one_name() -> None:
    generator = (
        "configMapGenerator:\n- name: shop\n  literals: [DB_HOST=db.example]\n"
        "secretGenerator:\n- name: shop\n  envs: [{}.env]\n"
    )
    files = {
        "base/web.yaml": workload(TAKES_ALL),
        "prod/kustomization.yaml": generator.format("prod"),
        "prod/prod.env": "# who\nDB_USER=app\n",
        "dev/kustomization.yaml": generator.format("db"),
        "dev/db.env": "DB_USER=me\n",
    }
    assert sorted(told(files)) == [
        (user, "db.example", f"{SOURCE}DB_USER") for user in ("app", "me")
    ]
    near = {**files, "base/secret.yaml": secret("stringData", "near")}
    assert ("near", "db.example", f"{SOURCE}DB_USER") in told(near)
    assert ("app", "", "DB_USER") in told(near)


def test_a_name_that_helm_fills_in_is_the_same_in_one_chart() -> None:
    name = '{{ include "shop.name" . }}-config'
    web = workload(f"envFrom:\n- configMapRef:\n    name: {name}\n")
    config = f"kind: ConfigMap\nmetadata:\n  name: {name}\ndata:\n  DB_USER: app\n"
    assert told({"a/web.yaml": web, "a/config.yaml": config}) == [("app", "", f"{SOURCE}DB_USER")]
    assert told({"a/web.yaml": web, "b/config.yaml": config})[0][2] != f"{SOURCE}DB_USER"


@pytest.mark.parametrize(
    "manifest",
    [
        "spec: {containers: [{envFrom: 3}, {envFrom: [x, [y]]}, z, {env: {a: b}}]}",
        "kind: Deployment\nspec: &s\n  containers: [{envFrom: [{secretRef: *s}]}]\n  again: *s\n",
        "kind: [Secret]\nmetadata: {name: {a: b}}\ndata: [envFrom]\n",
        "kind: Secret\nmetadata: {name: shop}\ndata: {DB_USER: '***', A: b, A: c, envFrom: ''}\n",
        "configMapGenerator: [{name: shop, envs: {a: b}, env: [c], literals: x}, y]\nenvFrom: 1",
        "configMapGenerator: {envFrom: [}",
        "kind: List\nitems: {envFrom: 1}\n",
    ],
)
def test_what_is_malformed_gives_and_takes_nothing(manifest: str) -> None:
    good = {
        "web.yaml": workload(TAKES_ALL),
        "a.yaml": CONFIG,
        "b.yaml": secret("stringData", "app"),
    }
    assert ("app", "db.example", f"{SOURCE}DB_USER") in told({**good, "x/bad.yaml": manifest})


def test_many_manifests_of_one_name_take_what_is_beside_them() -> None:
    files = {}
    for number in range(300):
        files[f"{number}/web.yaml"] = workload(TAKES_ALL)
        files[f"{number}/config.yaml"] = CONFIG
        files[f"{number}/secret.yaml"] = secret("stringData", f"app{number}")
    found = told(files)
    assert len(found) == 300
    assert all(host == "db.example" for _, host, _ in found)


def test_too_much_to_follow_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("rlslint.files.settings.environments.VALUES_TAKEN", 100)
    wide = CONFIG + "".join(f"  NOTE_{number}: x\n" for number in range(30))
    files = {"web.yaml": workload(TAKES_ALL), "jobs.yaml": workload(TAKES_ALL), "c.yaml": wide}
    manifests = read_manifests(files, lambda path: Text(path, files[path].encode()))
    assert taken_by_workloads(manifests).note.startswith("jobs.yaml: what this and later manifests")


def test_a_run_reports_the_literal_of_another_manifest_once(tmp_path: Path) -> None:
    takes = (
        "env:\n- name: PGHOST\n  value: db\n- name: PGUSER\n  valueFrom:\n"
        "    secretKeyRef: {name: shop, key: login}\n"
    )
    files = {
        "migrations/0001_docs.sql": "CREATE TABLE docs (id int, tenant_id int);\n"
        "ALTER TABLE docs ENABLE ROW LEVEL SECURITY;\n"
        "CREATE POLICY own ON docs USING "
        "(tenant_id = current_setting('app.tenant_id')::int);\n",
        "k8s/secret.yaml": "kind: Secret\nmetadata: {name: shop}\n"
        "stringData:\n  login: postgres\n  password: s3cret\n",
    }
    assert not findings_of(lint(tmp_path, files), "app-role-superuser")
    result = lint(tmp_path, {"k8s/web.yaml": workload(takes), **files})
    (found,) = findings_of(result, "app-role-superuser")
    assert found.place is not None
    assert found.place.path.endswith("k8s/secret.yaml") and found.place.start.row == 4
    assert "s3cret" not in repr(result)
