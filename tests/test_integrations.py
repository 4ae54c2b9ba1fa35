"""What starts rlslint: a GitHub Action, a GitLab template, an image; what editors know of it."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import tomllib
from fnmatch import fnmatch
from pathlib import Path

import jsonschema
import pytest
import yaml

from rlslint.config.options import OPTIONS, json_schema

ROOT = Path(__file__).parent.parent
FAULTY = """CREATE ROLE app_user LOGIN;
CREATE TABLE docs (id int PRIMARY KEY, tenant_id int NOT NULL);
GRANT SELECT ON docs TO app_user;
ALTER TABLE docs ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY everyone ON docs TO app_user USING (true);
"""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    folder = tmp_path / "a project"
    (folder / "migrations").mkdir(parents=True)
    (folder / "migrations" / "0001_docs.sql").write_text(FAULTY)
    (folder / ".git").mkdir()
    tools = tmp_path / "rlslint" / "bin"
    tools.mkdir(parents=True)
    tool = tools / "rlslint"
    tool.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m rlslint "$@"\n')
    tool.chmod(0o755)
    return folder


def act(project: Path, **inputs: str) -> tuple[int, str, str]:
    """Run the step of the action that checks; return its status, what it printed, the summary."""
    action = yaml.safe_load((ROOT / "action.yml").read_text())
    *_, step = action["runs"]["steps"]
    given = {name: each["default"] for name, each in action["inputs"].items()} | inputs
    values = {
        name: re.sub(r"\$\{\{ inputs\.(\w+) \}\}", lambda found: given[found[1]], value)
        for name, value in step["env"].items()
    }
    summary = project.parent / "summary.md"
    summary.touch()
    completed = subprocess.run(
        ["bash", "-e", "-o", "pipefail", "-c", step["run"]],
        cwd=project,
        env={
            **os.environ,
            **values,
            "RUNNER_TEMP": str(project.parent),
            "GITHUB_STEP_SUMMARY": str(summary),
            "XDG_CACHE_HOME": str(project.parent / "cache"),
        },
        capture_output=True,
        text=True,
        check=False,
    )
    return completed.returncode, completed.stdout, summary.read_text()


def test_the_action_annotates_and_writes_a_summary(project: Path) -> None:
    status, printed, summary = act(project)
    assert status == 1
    assert "::error title=rlslint (RLS101),file=migrations/0001_docs.sql,line=5" in printed
    assert summary.startswith("## rlslint\n")
    assert "policy\\-using\\-true" in summary or "policy-using-true" in summary


def test_the_action_takes_options_and_paths_a_word_a_line(project: Path) -> None:
    options = "--ignore\nRLS1\n--select=policy-using-true\n"
    status, printed, summary = act(project, options=options, paths="migrations\n", summary="false")
    assert (status, printed, summary) == (0, "", "")
    status, _, _ = act(project, paths="no such folder")
    assert status == 2


def test_no_input_of_the_action_is_pasted_into_its_script() -> None:
    action = yaml.safe_load((ROOT / "action.yml").read_text())
    assert not any("${{" in step["run"] for step in action["runs"]["steps"])


def test_the_gitlab_template_is_a_job_with_a_report() -> None:
    template = yaml.safe_load((ROOT / "docs" / "gitlab-ci.yml").read_text())
    job = template["rlslint"]
    (report,) = job["artifacts"]["reports"].values()
    assert f"-o {report} " in job["script"][-1]


def test_the_image_copies_what_is_there_and_runs_as_nobody() -> None:
    dockerfile = (ROOT / "Dockerfile").read_text()
    kept = [
        line[1:] for line in (ROOT / ".dockerignore").read_text().splitlines() if line[:1] == "!"
    ]
    copied = [
        source
        for line in re.findall(r"^COPY (?!--)(.+)$", dockerfile, re.M)
        for source in line.split()[:-1]
    ]
    for source in copied:
        assert (ROOT / source).exists()
        assert any(fnmatch(source, pattern) for pattern in kept), source
    user = re.findall(r"^USER (\w+)$", dockerfile, re.M)[-1]
    assert user not in ("0", "root")


def test_the_schema_is_in_the_form_that_schemastore_takes() -> None:
    schema = json.loads(json.dumps(json_schema()))
    assert schema["$schema"] == "http://json-schema.org/draft-07/schema#"
    assert schema["$id"].startswith("https://")
    assert schema["title"]
    jsonschema.Draft7Validator.check_schema(schema)
    validator = jsonschema.Draft7Validator(schema)
    for option in OPTIONS.values():
        assert not list(validator.iter_errors(tomllib.loads(option.example))), option.example
    assert list(validator.iter_errors({"fail-on": "eror"}))
    assert list(validator.iter_errors({"fail_on": "error"}))


def test_the_figures_of_the_readme_are_those_that_were_measured() -> None:
    readme = (ROOT / "README.md").read_text().partition("## Where it stands")[2].partition("## ")[0]
    measured = (ROOT / "bench" / "README.md").read_text()
    figures = re.findall(r"\d+\.\d+(?:\.\d+)?|\b\d{2,}\b", readme)
    assert figures
    assert [figure for figure in figures if figure not in measured] == []
