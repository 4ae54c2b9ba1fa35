"""Which settings are for development, tests or CI only.

A superuser in such a file is no leak of the product, so a rule about it stays quiet. These count:

- a file whose name says so: `.env.example`, `.env.test`, `settings_dev.py`, `application-ci.yml`;
- a folder that says so: `.github`, `.circleci`, `.devcontainer`, `tests`, and files of CI services;
- a compose file whose name does not say that it is for production: nearly all of them set up a
  developer's machine, and so do their overrides;
- a manifest, an overlay or values for a stage before production: `overlays/staging/api.yaml`;
- a host that is the machine itself: `localhost`, `127.0.0.1`, `::1`, `host.docker.internal`.

A host without a dot (`db`) does not count: it is the name of a container or a service, which
production uses as well.
"""

from __future__ import annotations

import re
from pathlib import PurePath

from rlslint import Pattern

_WORDS = frozenset(
    [
        "example",
        "examples",
        "sample",
        "template",
        "test",
        "tests",
        "testing",
        "local",
        "dev",
        "develop",
        "development",
        "ci",
        "override",
        "conftest",
        "e2e",
        "demo",
    ]
)
_PRODUCTION = frozenset(
    ["prod", "production", "staging", "stage", "live", "deploy", "release", "swarm"]
)
_FOLDERS = frozenset(
    [
        ".github",
        ".gitlab",
        ".circleci",
        ".devcontainer",
        ".buildkite",
        "test",
        "tests",
        "testing",
        "e2e",
        "examples",
    ]
)
_CI_FILES = frozenset(
    [
        ".gitlab-ci.yml",
        ".travis.yml",
        "azure-pipelines.yml",
        "bitbucket-pipelines.yml",
        ".drone.yml",
        "appveyor.yml",
        "cloudbuild.yaml",
    ]
)
_LOCAL_HOSTS = frozenset(["localhost", "127.0.0.1", "::1", "0.0.0.0", "host.docker.internal"])
_COMPOSE = Pattern(r"(?:.*[-_.])?compose\b.*\.ya?ml")


def is_development(shown: str) -> bool:
    """Tell whether the path of a file says that its connections are not the product's."""
    path = PurePath(shown.replace("\\", "/"))
    words = set(re.split(r"[._-]+", path.name.lower()))
    if path.name in _CI_FILES or _FOLDERS & {part.lower() for part in path.parts[:-1]}:
        return True
    if _WORDS & words:
        return True
    if is_compose(path.name):
        return not _PRODUCTION & words
    return path.suffix in (".yaml", ".yml", ".json") and is_stage(shown)


_TESTS = frozenset(("ci", "conftest", "e2e", "spec", "specs", "test", "testing", "tests"))
_AT_DESKS = frozenset((".devcontainer", "examples"))


def is_for_tests(shown: str, source: str) -> bool:
    """Tell whether a file, or what in it tells of a connection, is for tests or for CI."""
    path = PurePath(shown.replace("\\", "/"))
    folders = {part.lower() for part in path.parts[:-1]}
    if path.name in _CI_FILES or not (_FOLDERS - _AT_DESKS).isdisjoint(folders):
        return True
    words = re.split(r"[^a-z0-9]+", f"{path.name} {source}".lower())
    return not _TESTS.isdisjoint(words)


def is_compose(name: str) -> bool:
    """Tell whether a file of this name is read by Docker Compose."""
    return _COMPOSE().fullmatch(name.lower()) is not None


def is_local_host(host: str) -> bool:
    """Tell whether a host name means the machine itself."""
    return host.lower().strip("[]") in _LOCAL_HOSTS


def is_development_name(name: str) -> bool:
    """Tell whether a section or profile of this name is for development or tests."""
    return bool(_WORDS & set(re.split(r"[^a-z0-9]+", name.lower())))


_STAGES = frozenset(
    ("dev", "develop", "development", "staging", "stage", "stg", "test", "testing", "qa", "uat",
     "preview", "sandbox", "local", "ci", "demo", "example", "examples")
)  # fmt: skip
"""Folders and parts of file names of what is not production."""


def is_stage(path: str) -> bool:
    """Tell whether a file is for a stage before production, or an example, by its path."""
    parts = path.lower().replace("\\", "/").split("/")
    words = {*parts[:-1], *parts[-1].replace("-", ".").replace("_", ".").split(".")}
    return bool(words & _STAGES)
