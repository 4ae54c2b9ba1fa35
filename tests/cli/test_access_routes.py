"""`rlslint access routes`: from where traffic comes in to the rows that are seen there."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.command_line import rlslint

FILES = {
    "migrations/0001_docs.sql": """CREATE ROLE app LOGIN; CREATE ROLE worker LOGIN BYPASSRLS;
CREATE TABLE docs (id int PRIMARY KEY, tenant_id int NOT NULL);
ALTER TABLE docs ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON docs TO app
  USING (tenant_id = nullif(current_setting('app.tenant_id', true), '')::int);
GRANT SELECT ON docs TO app, worker;
""",
    "k8s/ingress.yaml": """kind: Ingress
metadata: {name: shop}
spec:
  rules:
    - host: shop.example.org
      http:
        paths:
          - path: /api
            backend: {service: {name: api}}
          - path: /old
            backend: {service: {name: gone}}
""",
    "k8s/api.yaml": """kind: Service
metadata: {name: api}
spec: {selector: {app: backend}}
---
kind: Deployment
metadata: {name: backend}
spec:
  template:
    metadata: {labels: {app: backend}}
    spec:
      containers:
        - envFrom: [{secretRef: {name: db}}]
---
kind: Secret
metadata: {name: db}
stringData:
  DATABASE_URL: postgres://app:s3cretword@db.example.org/shop
""",
    "compose.prod.yml": """services:
  reports:
    ports: ["443:8443"]
    environment:
      DATABASE_URL: postgres://worker:s3cretword@db.example.org/shop
  site:
    ports: ["80:80"]
""",
}


@pytest.fixture
def project(tmp_path: Path) -> Path:
    for name, content in FILES.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(content)
    return tmp_path


def test_each_route_is_followed_to_the_rows(project: Path) -> None:
    run = rlslint("access", "routes", cwd=project)
    assert run.returncode == 0
    assert (
        run.stdout
        == """(the published port, compose.prod.yml:3)
  → reports
    → worker (compose.prod.yml:5): sees every row of 1 table

shop.example.org/api (the Ingress shop, k8s/ingress.yaml:9)
  → backend through the Service at k8s/api.yaml:2
    → app (k8s/api.yaml:17): sees own rows of 1 table

(the published port, compose.prod.yml:7)
  → site
    not traced: nothing tells as whom site connects

shop.example.org/old (the Ingress shop, k8s/ingress.yaml:11)
  not traced: no Service and no workload is called gone

"""
    )
    assert run.stderr == "4 routes, 2 of them not traced.\n"


def test_json_has_the_same(project: Path) -> None:
    run = rlslint("access", "routes", "--output-format", "json", cwd=project)
    found = json.loads(run.stdout)["projects"][0]["routes"]
    by_place = {one["place"]: one for one in found}
    (connection,) = by_place["k8s/ingress.yaml:9"]["connections"]
    assert connection["role"] == "app" and connection["tables"] == {"own": 1}
    assert by_place["k8s/ingress.yaml:11"]["not_traced_because"]
    assert "s3cretword" not in run.stdout


def test_without_routes_that_is_said(tmp_path: Path) -> None:
    (tmp_path / "migrations").mkdir()
    (tmp_path / "migrations" / "0001_docs.sql").write_text(FILES["migrations/0001_docs.sql"])
    run = rlslint("access", "routes", cwd=tmp_path)
    assert (run.returncode, run.stdout) == (0, "")
    assert run.stderr == "No route from outside was found.\n"


def test_workloads_of_one_name_in_two_namespaces_are_two(tmp_path: Path) -> None:
    manifests = [
        f"""kind: Deployment
metadata: {{name: web, namespace: {namespace}}}
spec:
  template:
    metadata: {{labels: {{app: web}}}}
    spec:
      containers:
        - env: [{{name: DATABASE_URL, value: "postgres://{role}:word@db.example.org/x"}}]
---
kind: Service
metadata: {{name: web, namespace: {namespace}}}
spec: {{selector: {{app: web}}}}
"""
        for namespace, role in (("shop", "app"), ("office", "worker"))
    ]
    entrance = """kind: Ingress
metadata: {name: shop, namespace: shop}
spec: {defaultBackend: {service: {name: web}}}
"""
    (tmp_path / "migrations").mkdir()
    (tmp_path / "migrations" / "0001_docs.sql").write_text(FILES["migrations/0001_docs.sql"])
    (tmp_path / "all.yaml").write_text("---\n".join((*manifests, entrance)))
    run = rlslint("access", "routes", cwd=tmp_path)
    assert "→ app (" in run.stdout
    assert "worker" not in run.stdout


def test_a_workload_whose_name_begins_no_source_gets_to_no_other_connection(
    tmp_path: Path,
) -> None:
    manifest = """kind: Deployment
metadata: {name: web.v1}
spec: {template: {metadata: {labels: {app: web}}}}
---
kind: Service
metadata: {name: web}
spec: {selector: {app: web}, type: LoadBalancer}
"""
    (tmp_path / "migrations").mkdir()
    (tmp_path / "migrations" / "0001_docs.sql").write_text(FILES["migrations/0001_docs.sql"])
    (tmp_path / "all.yaml").write_text(manifest)
    (tmp_path / ".env").write_text("DATABASE_URL=postgres://worker:word@db.example.org/x\n")
    run = rlslint("access", "routes", cwd=tmp_path)
    assert "not traced" in run.stdout
    assert "worker" not in run.stdout
