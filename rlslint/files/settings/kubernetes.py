"""Manifests of Kubernetes: what containers take into their environment, and what is there to take.

Kubernetes documents `envFrom` and `valueFrom`, Kustomize its `configMapGenerator` and
`secretGenerator`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from os.path import dirname, join, normpath
from typing import Any

from rlslint import NamedTuple
from rlslint.files.settings.addresses import expanded
from rlslint.files.settings.development import is_development
from rlslint.files.settings.document import Document, InvalidSettings
from rlslint.files.settings.kustomize import Build, document_of
from rlslint.files.settings.name_value_files import lines_of
from rlslint.files.settings.variables import Variable
from rlslint.files.settings.yaml_nodes import (
    decoded_variables,
    get,
    items,
    named,
    path_to,
    roots,
    scalar,
    variables_of,
)
from rlslint.text import Text
from rlslint.text.budget import LARGEST_FILE, REFERENCES_OF_A_CONTAINER

_TAKES = (b"envFrom", b"valueFrom")
_GIVES = (b"ConfigMap", b"Secret", b"configMapGenerator", b"secretGenerator")
_CONTAINERS = ("containers", "initContainers")
_WHOLE = {"configMapRef": "ConfigMap", "secretRef": "Secret"}
_ONE_KEY = {"configMapKeyRef": "ConfigMap", "secretKeyRef": "Secret"}
_GENERATORS = {"configMapGenerator": "ConfigMap", "secretGenerator": "Secret"}

TextAt = Callable[[str], Text | None]
"""Returns the characters of a settings file by its path."""


class Literal(NamedTuple):
    document: Document
    variable: Variable


class VariableSource(NamedTuple):
    """A ConfigMap or a Secret; names that a template fills in hold within one folder only."""

    kind: str
    name: str
    namespace: str
    folder: str
    literals: tuple[Literal, ...]


class TakenVariable(NamedTuple):
    """What a container takes: all with a prefix (`key` is ""), or one key as a variable."""

    kind: str
    name: str
    key: str
    called: str


class Container(NamedTuple):
    """What runs in a pod, and what it takes; all that it is given where a build makes it."""

    document: Document
    folder: str
    namespace: str
    where: str
    image: str
    own: tuple[Literal, ...]
    references: tuple[TakenVariable, ...]
    development: bool = False


def takes(data: bytes) -> bool:
    """Tell whether a manifest may have a container that takes from elsewhere."""
    return any(word in data for word in _TAKES)


class Manifests(NamedTuple):
    """All that manifests give to containers, and the containers that take something."""

    sources: tuple[VariableSource, ...]
    containers: tuple[Container, ...]


def read_manifests(
    paths: Iterable[str], text_at: TextAt, *, takes_nothing: bool = False
) -> Manifests:
    """Return what manifests give and take; one that cannot be read gives and takes nothing.

    With `takes_nothing`, containers that take nothing from elsewhere count as well.
    """
    sources: list[VariableSource] = []
    containers: list[Container] = []
    for path in paths:
        text = text_at(path)
        if text is None or len(text.data) > LARGEST_FILE:
            continue
        if not (takes(text.data) or takes_nothing or any(word in text.data for word in _GIVES)):
            continue
        document, folder = _document(text), dirname(path)
        try:
            for root in roots(document):
                for each in _listed(root):
                    sources += _sources(document, folder, each, text_at)
                    containers += _containers(document, folder, each, takes_nothing)
        except (InvalidSettings, RecursionError):
            continue
    return Manifests(tuple(sources), tuple(containers))


def _document(text: Text) -> Document:
    return Document(text.path, text.data, is_development(text.path))


def _listed(root: Any) -> list[Any]:
    """Return the manifests of a List, or the one that is none."""
    inside = get(root, "items") if scalar(get(root, "kind")).endswith("List") else None
    return inside.value if inside is not None and inside.id == "sequence" else [root]


def _sources(
    document: Document, folder: str, root: Any, text_at: TextAt
) -> Iterator[VariableSource]:
    kind = scalar(get(root, "kind"))
    if kind in _WHOLE.values():
        encoded = decoded_variables if kind == "Secret" else variables_of
        given = _literals(document, get(root, "data"), encoded)
        given += _literals(document, get(root, "stringData"), variables_of)
        values = {one.variable.name: one for one in given}
        meta = get(root, "metadata")
        yield VariableSource(kind, *_identity(document, meta), folder, tuple(values.values()))
    for generator, made in _GENERATORS.items():
        for each in _sequence(get(root, generator)):
            made_of = {
                one.variable.name: one for one in _generated(document, folder, each, text_at)
            }
            yield VariableSource(made, *_identity(document, each), folder, tuple(made_of.values()))


def _literals(
    document: Document, node: Any, read: Callable[[Document, Any], list[Variable]]
) -> list[Literal]:
    """Return the variables of a node, each with the file that it stands in."""
    if node is None or node.id == "scalar":
        return []
    found: list[Literal] = []
    for each in (
        node.value
        if node.id == "sequence"
        else [pair for pair in node.value if pair[0].id == "scalar"]
    ):
        inner = each[1] if node.id == "mapping" else get(each, "value") or each
        own = document_of(inner, document)
        found += (Literal(own, one) for one in read(own, type(node)(node.tag, [each])))
    return found


def read_build(build: Build, text_at: TextAt) -> Manifests:
    """Return what the manifests of a build of Kustomize give and take."""
    sources: dict[tuple[str, str], VariableSource] = {}
    containers: list[Container] = []
    for document, root in build.manifests:
        for one in _sources(document, build.folder, root, text_at):
            sources[one.kind, one.name] = one._replace(namespace="", folder=build.folder)
        for each in _containers(document, build.folder, root, True):
            development = build.development or each.development
            containers.append(each._replace(namespace="", development=development))
    for entry in build.generated:
        generated = _generated(entry.document, entry.folder, entry.node, text_at)
        given = {one.variable.name: one for one in generated}
        name, _ = _identity(entry.document, entry.node)
        before = sources.get((entry.kind, name))
        if before is not None and scalar(get(entry.node, "behavior")) == "merge":
            given = {one.variable.name: one for one in before.literals} | given
        literals = tuple(given.values())
        sources[entry.kind, name] = VariableSource(entry.kind, name, "", build.folder, literals)
    return Manifests(tuple(sources.values()), tuple(containers))


def _generated(document: Document, folder: str, node: Any, text_at: TextAt) -> Iterator[Literal]:
    """Yield what a generator of Kustomize is given, the weakest first."""
    for path in map(scalar, (get(node, "env"), *_sequence(get(node, "envs")))):
        text = text_at(normpath(join(folder, path))) if path else None
        if text is not None and len(text.data) <= LARGEST_FILE:
            lines = _document(text)
            yield from (Literal(lines, one) for one in lines_of(lines))
    for one in variables_of(document, get(node, "literals")):
        yield Literal(document, one)


def _identity(document: Document, node: Any) -> tuple[str, str]:
    """Return the name and the namespace, "" where a template fills that in."""
    namespace = scalar(get(node, "namespace"))
    return _name(document, get(node, "name")), "" if "$" in namespace else namespace


def _name(document: Document, node: Any) -> str:
    """Return a name, of one that a template fills in the template."""
    name = scalar(node)
    if "$" not in name:
        return name
    return " ".join(document.source[node.start_mark.index : node.end_mark.index].split())


def _containers(
    document: Document, folder: str, root: Any, takes_nothing: bool
) -> Iterator[Container]:
    """Yield the containers that take something, or all, at any depth of a manifest."""
    _, namespace = _identity(document, get(root, "metadata"))
    seen: set[int] = set()
    waiting = [(root, named(root))]
    while waiting:
        node, where = waiting.pop()
        if id(node) in seen:
            continue
        seen.add(id(node))
        for key, value in items(node):
            if key in _CONTAINERS and value.id == "sequence":
                for each in value.value:
                    references = tuple(_references(document, each))
                    if references or takes_nothing:
                        yield Container(
                            document,
                            folder,
                            namespace,
                            f"{where}{key}.env.",
                            expanded(scalar(get(each, "image"))) or "",
                            tuple(_literals(document, get(each, "env"), variables_of)),
                            references[:REFERENCES_OF_A_CONTAINER],
                            document.development,
                        )
            elif value.id == "mapping":
                waiting.append((value, f"{where}{key}."))


def _references(document: Document, container: Any) -> Iterator[TakenVariable]:
    """Yield what a container takes, the weakest first."""
    for item in _sequence(get(container, "envFrom")):
        prefix = scalar(get(item, "prefix"))
        for key, kind in _WHOLE.items():
            name = _name(document, path_to(item, key, "name"))
            if name:
                yield TakenVariable(kind, name, "", prefix)
    for item in _sequence(get(container, "env")):
        for key, kind in _ONE_KEY.items():
            node = path_to(item, "valueFrom", key)
            name, taken = _name(document, get(node, "name")), scalar(get(node, "key"))
            if name and taken:
                yield TakenVariable(kind, name, taken, scalar(get(item, "name")))


def _sequence(node: Any) -> list[Any]:
    return node.value if node is not None and node.id == "sequence" else []
