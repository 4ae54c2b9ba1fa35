"""What Kustomize makes of manifests: bases, components, patches and generators, without a cluster.

Names stay as the bases write them, for prefixes, suffixes, hashes and namespaces change all of a
build alike. Replacements, `vars`, charts and what lies elsewhere are not followed, which is said.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from os.path import basename, dirname, join, normpath
from typing import Any

from rlslint import NamedTuple
from rlslint.files.settings.development import is_stage
from rlslint.files.settings.document import Document, InvalidSettings
from rlslint.files.settings.yaml_nodes import get, items, path_to, roots, scalar
from rlslint.text.budget import DEEPEST_NESTING, MANIFESTS_OF_A_BUILD

NAMES = ("kustomization.yaml", "kustomization.yml", "Kustomization")
_KEYS = ("name", "containerPort", "mountPath", "port", "ip")
"""What tells the items of a list of Kubernetes' own kinds apart in a strategic merge patch."""
_MERGED_LISTS = frozenset(
    ("containers", "initContainers", "env", "volumes", "volumeMounts", "ports", "imagePullSecrets",
     "ephemeralContainers", "hostAliases")
)  # fmt: skip
_NOT_FOLLOWED = (
    "replacements",
    "vars",
    "helmCharts",
    "helmChartInflationGenerator",
    "transformers",
)

DocumentAt = Callable[[str], Document | None]
"""Returns a file by its path."""


class Generated(NamedTuple):
    """One entry of a generator, in the file and the folder that it stands in."""

    document: Document
    folder: str
    kind: str
    node: Any


class Build(NamedTuple):
    """What a folder that no other takes in makes: manifests, and generators' entries in order."""

    folder: str
    development: bool
    manifests: tuple[tuple[Document, Any], ...]
    generated: tuple[Generated, ...]


class Builds(NamedTuple):
    """All builds, the files that have a part in one, and what was not followed."""

    builds: tuple[Build, ...]
    files: frozenset[str]
    notes: tuple[str, ...]


def document_of(node: Any, document: Document) -> Document:
    """Return the file that a node of a build stands in; `document` is that of its manifest."""
    found: Document = getattr(node, "document", document)
    return found


def build_all(paths: Iterable[str], document_at: DocumentAt) -> Builds:
    """Return what the folders with a kustomization make that no other one takes in."""
    reading = _Reading(document_at)
    folders = {dirname(path): path for path in paths if basename(path) in NAMES}
    for folder in sorted(folders):
        reading.read(folder, folders[folder])
    builds = []
    for folder in sorted(folders.keys() - reading.taken):
        kind = scalar(get(reading.roots.get(folder), "kind"))
        if folder in reading.roots and kind != "Component":
            made = reading.made(folder, ())
            _name_back(made.manifests, reading.roots.values())
            stage = is_stage(f"{folder}/")
            builds.append(Build(folder, stage, tuple(made.manifests), tuple(made.generated)))
    return Builds(tuple(builds), frozenset(reading.files), tuple(dict.fromkeys(reading.notes)))


def _name_back(manifests: list[tuple[Document, Any]], kustomizations: Iterable[Any]) -> None:
    """Call what is named with a prefix or a suffix as its manifest does."""
    affixes = {
        (scalar(get(root, "namePrefix")), scalar(get(root, "nameSuffix")))
        for root in kustomizations
    } - {("", "")}
    if not affixes:
        return
    names = {scalar(path_to(root, "metadata", "name")) for _, root in manifests}
    full = {f"{before}{name}{after}": name for name in names for before, after in affixes}
    waiting = [root for _, root in manifests]
    while waiting:
        node = waiting.pop()
        if node.id == "scalar":
            node.value = full.get(node.value, node.value)
        else:
            waiting += node.value if node.id == "sequence" else [one for _, one in node.value]


class _Made:
    def __init__(self) -> None:
        self.manifests: list[tuple[Document, Any]] = []
        self.generated: list[Generated] = []


class _Reading:
    def __init__(self, document_at: DocumentAt) -> None:
        self._document_at = document_at
        self.roots: dict[str, Any] = {}
        self.taken = set[str]()
        self.files = set[str]()
        self.notes: list[str] = []
        self._documents: dict[str, Document] = {}
        self._left = MANIFESTS_OF_A_BUILD

    def read(self, folder: str, path: str) -> None:
        """Read a kustomization, and note the folders that it takes in."""
        found = self._parsed(path)
        if not found:
            return
        document, root = found[0]
        self._documents[folder] = document
        self.roots[folder] = root
        self.files.add(path)
        for key in ("resources", "bases", "components"):
            for each in _sequence(get(root, key)):
                self.taken.add(normpath(join(folder, scalar(each))))
        for key in _NOT_FOLLOWED:
            if get(root, key) is not None:
                self.notes.append(f"{document.text.path}: {key} of Kustomize are not followed")

    def _parsed(self, path: str) -> list[tuple[Document, Any]]:
        document = self._document_at(path)
        if document is None:
            return []
        try:
            return [(document, root) for root in roots(document)]
        except (InvalidSettings, RecursionError) as problem:
            self.notes.append(
                f"{document.text.path}: not followed for Kustomize, for it is {problem}"
            )
            return []

    def made(self, folder: str, inside: tuple[str, ...]) -> _Made:
        """Return what a folder makes; one that takes itself in makes nothing more."""
        made = _Made()
        root = self.roots.get(folder)
        if root is None or folder in inside or len(inside) > DEEPEST_NESTING:
            return made
        inside = (*inside, folder)
        for key in ("bases", "resources"):
            for each in _sequence(get(root, key)):
                path = normpath(join(folder, scalar(each)))
                if path in self.roots:
                    below = self.made(path, inside)
                    made.manifests += below.manifests
                    made.generated += below.generated
                elif not self._take(path, made):
                    shown = self._documents[folder].text.path
                    self.notes.append(f"{shown}: a resource of Kustomize was not found here")
        self._change(folder, root, made)
        for each in _sequence(get(root, "components")):
            path = normpath(join(folder, scalar(each)))
            component = self.roots.get(path)
            if component is not None and path not in inside:
                for inner in _sequence(get(component, "resources")):
                    self._take(normpath(join(path, scalar(inner))), made)
                self._change(path, component, made)
        return made

    def _take(self, path: str, made: _Made) -> bool:
        found = self._parsed(path)
        if found:
            self.files.add(path)
        for document, root in found:
            listed = scalar(get(root, "kind")).endswith("List")
            for each in _sequence(get(root, "items")) if listed else [root]:
                self._left -= 1
                if self._left >= 0:
                    made.manifests.append((document, _copy(each, document, 0)))
        if self._left < 0 and found:
            self.notes.append(f"{found[0][0].text.path}: too much for Kustomize's part in it")
        return bool(found)

    def _change(self, folder: str, root: Any, made: _Made) -> None:
        """Apply what a kustomization changes of what is there."""
        document = self._documents[folder]
        for generator, kind in (("configMapGenerator", "ConfigMap"), ("secretGenerator", "Secret")):
            for each in _sequence(get(root, generator)):
                made.generated.append(Generated(document, folder, kind, each))
        for each in _sequence(get(root, "patchesStrategicMerge")):
            self._patch(folder, document, each, None, made)
        for key in ("patches", "patchesJson6902"):
            for each in _sequence(get(root, key)):
                of = get(each, "patch") or get(each, "path")
                if of is not None:
                    self._patch(folder, document, of, get(each, "target"), made)

    def _patch(self, folder: str, document: Document, of: Any, target: Any, made: _Made) -> None:
        """Apply a patch that stands in a file, or in place."""
        written = scalar(of)
        is_inline = "\n" in written or written.lstrip().startswith(("[", "{", "- "))
        if is_inline:
            patches = _inline(document, of)
        else:
            path = normpath(join(folder, written))
            patches = self._parsed(path)
            self.files.add(path)
        for origin, patch in patches:
            for number, (own, manifest) in enumerate(made.manifests):
                if not _is_meant(manifest, target, patch):
                    continue
                changed = (
                    _operated(manifest, patch, origin)
                    if patch.id == "sequence"
                    else _merged(manifest, _copy(patch, origin, 0), "", 0)
                )
                made.manifests[number] = (own, changed)
        if patches and all(patch.id == "mapping" for _, patch in patches):
            made.manifests = [each for each in made.manifests if each[1] is not None]


def _inline(document: Document, node: Any) -> list[tuple[Document, Any]]:
    """Return the documents of a patch in place, with the offsets of the file around it."""
    import yaml

    start, end = node.start_mark.index, node.end_mark.index
    source = document.source
    if source[start : start + 1] in ("|", ">"):
        start = source.index("\n", start) + 1
    elif source[start : start + 1] in ("'", '"'):
        start, end = start + 1, end - 1
    blank = re.sub(r"[^\n]", " ", source[:start]) + source[start:end]
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    try:
        found = [root for root in yaml.compose_all(blank, Loader=loader) if root is not None]
    except (yaml.YAMLError, RecursionError):
        return []
    return [(document, root) for root in found]


def _is_meant(manifest: Any, target: Any, patch: Any) -> bool:
    """Tell whether a patch is for a manifest: by its target, or else by its own kind and name."""
    kind = scalar(get(manifest, "kind"))
    name = scalar(path_to(manifest, "metadata", "name"))
    if target is None:
        named = scalar(path_to(patch, "metadata", "name"))
        return scalar(get(patch, "kind")) == kind and named == name
    selector = scalar(get(target, "labelSelector"))
    labels = {key: scalar(value) for key, value in items(path_to(manifest, "metadata", "labels"))}
    wanted = (part.partition("=") for part in selector.split(",") if part)
    return (
        _fits(scalar(get(target, "kind")), kind)
        and _fits(scalar(get(target, "name")), name)
        and all(labels.get(key.strip()) == value.strip("= ") for key, _, value in wanted)
    )


def _fits(pattern: str, value: str) -> bool:
    """Tell whether a part of a target fits: Kustomize takes it for a whole regular expression."""
    try:
        return not pattern or re.fullmatch(pattern, value) is not None
    except re.error:
        return pattern == value


def _copy(node: Any, document: Document, depth: int) -> Any:
    """Return a node as one of its own, which knows its file."""
    if depth > DEEPEST_NESTING * 2:
        return node
    if node.id == "mapping":
        value = [(key, _copy(one, document, depth + 1)) for key, one in _pairs(node)]
    elif node.id == "sequence":
        value = [_copy(one, document, depth + 1) for one in node.value]
    else:
        value = node.value
    copied = type(node)(node.tag, value, node.start_mark, node.end_mark)
    copied.document = document
    return copied


def _pairs(node: Any) -> list[tuple[Any, Any]]:
    """Return the keys and values of a mapping, with those of what it merges."""
    own = dict(items(node))
    by_name = {key.value: key for key, _ in node.value if key.id == "scalar"}
    first = next(iter(by_name.values()), None)
    return [(by_name.get(name) or _key(first, name), value) for name, value in own.items()]


def _key(like: Any, name: str) -> Any:
    return type(like)("tag:yaml.org,2002:str", name, like.start_mark, like.end_mark)


def _with(node: Any, value: list[Any]) -> Any:
    changed = type(node)(node.tag, value, node.start_mark, node.end_mark)
    changed.document = node.document
    return changed


def _is_null(node: Any) -> bool:
    return bool(node.id == "scalar" and node.tag == "tag:yaml.org,2002:null")


def _merged(node: Any, patch: Any, within: str, depth: int) -> Any:
    """Return a node with a strategic merge patch applied, None where that deletes it."""
    if depth > DEEPEST_NESTING or node is None or node.id != patch.id or node.id == "scalar":
        return patch
    if node.id == "sequence":
        return _merged_list(node, patch, within, depth)
    said = scalar(get(patch, "$patch"))
    if said == "delete":
        return None
    given = {key.value: (key, value) for key, value in patch.value if key.value != "$patch"}
    if said == "replace":
        return _with(patch, list(given.values()))
    value = []
    for key, one in node.value:
        if key.value not in given:
            value.append((key, one))
            continue
        _, other = given.pop(key.value)
        changed = None if _is_null(other) else _merged(one, other, key.value, depth + 1)
        if changed is not None:
            value.append((key, changed))
    value += [pair for pair in given.values() if not _is_null(pair[1])]
    return _with(node, value)


def _merged_list(node: Any, patch: Any, within: str, depth: int) -> Any:
    if within not in _MERGED_LISTS:
        return patch
    kept = list(node.value)
    for each in patch.value:
        key = next((key for key in _KEYS if scalar(get(each, key))), "")
        wanted = scalar(get(each, key))
        alike = (n for n, one in enumerate(kept) if key and scalar(get(one, key)) == wanted)
        at = next(alike, None)
        changed = _merged(kept[at] if at is not None else None, each, "", depth + 1)
        if at is None:
            kept.append(each)
        elif changed is None:
            del kept[at]
        else:
            kept[at] = _without_source(changed, each)
    return _with(node, kept)


def _without_source(item: Any, patch: Any) -> Any:
    """Return a variable that a patch gives a value without what it was taken from."""
    for given, other in (("value", "valueFrom"), ("valueFrom", "value")):
        if get(patch, given) is not None and get(patch, other) is None:
            return _with(item, [pair for pair in item.value if pair[0].value != other])
    return item


def _operated(node: Any, patch: Any, document: Document) -> Any:
    """Return a node with the operations of a JSON patch applied, as far as they fit."""
    for operation in patch.value:
        parts = scalar(get(operation, "path")).split("/")[1:]
        way = [part.replace("~1", "/").replace("~0", "~") for part in parts]
        value = get(operation, "value")
        op = scalar(get(operation, "op"))
        if way and (op == "remove" or (op in ("add", "replace") and value is not None)):
            given = _copy(value, document, 0) if op != "remove" else None
            node = _at(node, way, given, op == "add", document)
    return node


def _at(node: Any, way: list[str], given: Any, is_added: bool, document: Document) -> Any:
    """Return a node with what a way leads to replaced, added, or, with None, taken out."""
    first, rest = way[0], way[1:]
    if node.id == "sequence":
        kept = list(node.value)
        if first == "-" and not rest and given is not None:
            return _with(node, [*kept, given])
        if not first.isdecimal() or int(first) > len(kept) - (not is_added or bool(rest)):
            return node
        index = int(first)
        if rest:
            kept[index] = _at(kept[index], rest, given, is_added, document)
        elif is_added:
            kept.insert(index, given)
        else:
            kept[index : index + 1] = [given] if given is not None else []
        return _with(node, kept)
    if node.id != "mapping":
        return node
    value, found = [], False
    for key, one in node.value:
        if key.value != first:
            value.append((key, one))
            continue
        found = True
        changed = _at(one, rest, given, is_added, document) if rest else given
        if changed is not None:
            value.append((key, changed))
    if not found and not rest and given is not None and (node.value or is_added):
        value.append((_key(given, first), given))
    return _with(node, value)


def _sequence(node: Any) -> list[Any]:
    return list(node.value) if node is not None and node.id == "sequence" else []
