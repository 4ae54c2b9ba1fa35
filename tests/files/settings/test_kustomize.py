"""What Kustomize changes on the way from manifests to a connection, by what a route ends at."""

from __future__ import annotations

from pathlib import Path

import pytest

from rlslint.config import Severity
from rlslint.reports import Result
from tests.linting import findings_of, lint

HISTORY = """
CREATE ROLE app_user LOGIN;
CREATE ROLE docs_admin LOGIN BYPASSRLS;
CREATE TABLE docs (id int PRIMARY KEY, tenant_id int NOT NULL, body text);
CREATE INDEX ON docs (tenant_id);
GRANT SELECT ON docs TO app_user, docs_admin;
ALTER TABLE docs ENABLE ROW LEVEL SECURITY;
CREATE POLICY tenant ON docs TO app_user
  USING (tenant_id = (SELECT nullif(current_setting('app.tenant_id', true), '')::int));
"""
WEB = """kind: Deployment
metadata: {name: web}
spec:
  template:
    metadata: {labels: {app: web}}
    spec:
      containers:
        - name: web
          env:
            - {name: LOG, value: info}
            - {name: DATABASE_URL, value: "postgres://app_user@db/shop"}
---
kind: Service
metadata: {name: web}
spec: {selector: {app: web}}
"""
TAKING = WEB.replace(
    '{name: DATABASE_URL, value: "postgres://app_user@db/shop"}',
    "{name: DATABASE_URL, valueFrom: {secretKeyRef: {name: db, key: url}}}",
)
INGRESS = """kind: Ingress
metadata: {name: shop}
spec:
  rules: [{http: {paths: [{path: /, backend: {service: {name: web}}}]}}]
"""
BASE = {
    "k8s/base/kustomization.yaml": "resources: [web.yaml, ingress.yaml]\n",
    "k8s/base/web.yaml": WEB,
    "k8s/base/ingress.yaml": INGRESS,
}
OPERATIONS = """- op: replace
  path: /spec/template/spec/containers/0/env/1/value
  value: postgres://{user}@db/shop
"""
MERGE = """kind: Deployment
metadata: {{name: web}}
spec:
  template:
    spec:
      containers:
        - name: web
          env: [{{name: DATABASE_URL, value: "postgres://{user}@db/shop"}}]
"""
TARGET = "{kind: Deployment, name: web}"
INLINE = "\n".join(f"      {line}" for line in OPERATIONS.splitlines())
ADDED = """- op: add
  path: /spec/template/spec/containers/0/env/-
  value: {{name: REPORTS_URL, value: "postgres://{user}@db/shop"}}
"""
LITERALS = "- name: db\n  literals: ['url=postgres://{user}@db/shop']\n"


def overlaid(files: dict[str, str], user: str, folder: Path) -> Result:
    filled = {path: text.format(user=user) for path, text in files.items()}
    return lint(folder, {"migrations/0001_docs.sql": HISTORY, **BASE, **filled})


@pytest.mark.parametrize(
    "files",
    [
        {"k8s/prod/kustomization.yaml": "resources: [../base]\nnamePrefix: prod-\npatches:\n"
         f"  - target: {{{TARGET}}}\n    patch: |-\n{INLINE}\n"},
        {"k8s/prod/kustomization.yaml": "bases: [../base]\npatchesJson6902:\n"
         f"  - target: {{{TARGET}}}\n    path: db.yaml\n",
         "k8s/prod/db.yaml": OPERATIONS},
        {"k8s/prod/kustomization.yaml": "resources: [../base]\npatchesStrategicMerge: [db.yaml]\n",
         "k8s/prod/db.yaml": MERGE},
        {"k8s/prod/kustomization.yaml": "resources: [../base]\npatches: [{{path: db.yaml}}]\n",
         "k8s/prod/db.yaml": MERGE},
        {"k8s/prod/kustomization.yaml": "resources: [../base]\npatches:\n"
         f"  - target: {{{TARGET}}}\n    path: db.yaml\n",
         "k8s/prod/db.yaml": ADDED},
        {"k8s/prod/kustomization.yaml": "resources: [../base]\ncomponents: [../db]\n",
         "k8s/db/kustomization.yaml": "kind: Component\npatches: [{{path: db.yaml}}]\n",
         "k8s/db/db.yaml": MERGE},
        {"k8s/base/web.yaml": TAKING.replace("{", "{{").replace("}", "}}"),
         "k8s/prod/kustomization.yaml": "resources: [../base]\nsecretGenerator:\n" + LITERALS},
        {"k8s/base/web.yaml": TAKING.replace("{", "{{").replace("}", "}}"),
         "k8s/base/kustomization.yaml": "resources: [web.yaml, ingress.yaml]\nsecretGenerator:\n"
         + LITERALS.format(user="app_user"),
         "k8s/prod/kustomization.yaml": "resources: [../base]\nnameSuffix: -b\nsecretGenerator:\n"
         "- {{name: db, behavior: merge, envs: [db.env]}}\n",
         "k8s/prod/db.env": "url=postgres://{user}@db/shop\n"},
        {"k8s/base/kustomization.yaml": "resources: [web.yaml]\n", "k8s/base/ingress.yaml": "",
         "k8s/prod/kustomization.yaml": "resources: [../base, in.yaml]\nnamePrefix: eu-\n"
         "patches: [{{path: db.yaml}}]\n",
         "k8s/prod/in.yaml": INGRESS.replace("web", "eu-web").replace("{", "{{").replace("}", "}}"),
         "k8s/prod/db.yaml": MERGE},
    ],
)  # fmt: skip
@pytest.mark.parametrize(("user", "count"), [("docs_admin", 1), ("app_user", 0)])
def test_a_route_leads_to_what_an_overlay_makes(
    files: dict[str, str], user: str, count: int, tmp_path: Path
) -> None:
    result = overlaid(files, user, tmp_path)
    assert len(findings_of(result, "route-reaches-bypass-role")) == count
    loud = [one.name for one in result.findings if one.severity is not Severity.info]
    assert loud == ["route-reaches-bypass-role"] * count


def test_what_only_a_stage_has_is_no_finding(tmp_path: Path) -> None:
    production = "resources: [../../base]\n"
    staging = "resources: [../../base]\npatches: [{{path: db.yaml}}]\n"
    files = {
        "k8s/overlays/production/kustomization.yaml": production,
        "k8s/overlays/staging/kustomization.yaml": staging,
        "k8s/overlays/staging/db.yaml": MERGE,
    }
    result = overlaid(files, "postgres", tmp_path)
    assert [one.name for one in result.findings if one.severity is not Severity.info] == []


def test_what_every_overlay_replaces_is_no_connection(tmp_path: Path) -> None:
    files = {
        "k8s/base/web.yaml": WEB.replace("app_user@", "postgres@")
        .replace("{", "{{")
        .replace("}", "}}"),
        "k8s/prod/kustomization.yaml": "resources: [../base]\npatches: [{{path: db.yaml}}]\n",
        "k8s/prod/db.yaml": MERGE,
    }
    result = overlaid(files, "app_user", tmp_path)
    assert [one.name for one in result.findings if one.severity is not Severity.info] == []


@pytest.mark.parametrize(
    ("kustomization", "said"),
    [
        ("resources: [../base]\nreplacements: [{{path: a.yaml}}]\n", "replacements"),
        ("resources: [../base, https://example.com/more]\n", "was not found here"),
        ("resources: [../base, ../prod]\n", ""),
        ("resources: [\n", "no YAML"),
        ("resources: [../base]\npatches: [{{path: none.yaml}}]\n", ""),
        ("resources: [../base]\npatches: [{{patch: '- [', target: {{}}}}]\n", ""),
    ],
)
def test_what_is_not_followed_is_said_and_the_rest_goes_on(
    kustomization: str, said: str, tmp_path: Path
) -> None:
    files = {"k8s/prod/kustomization.yaml": kustomization}
    result = overlaid(files, "", tmp_path)
    assert not result.faults
    assert any(said in note for note in result.notes) or not said
