"""The nodes of YAML documents, and what templates leave of them."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from rlslint import Pattern
from rlslint.files.connections import JOBS
from rlslint.files.settings.addresses import expanded
from rlslint.files.settings.document import Document, InvalidSettings
from rlslint.files.settings.variables import Variable
from rlslint.text.budget import DEEPEST_NESTING

_ERB = Pattern(
    r"(?P<alone>^[ \t]*(?:-[ \t]+)?<%(?![=%])(?:[^\n%]|%(?!>))*%>[ \t]*\r?$)"
    r"|<%(?:[^<%]|<(?!%)|%(?!>))*%>",
    re.MULTILINE,
)
_GO_TEMPLATE = Pattern(r"(?P<alone>^[ \t]*\{\{[^{}\n]*\}\}[ \t]*\r?$)|\{\{[^{}]*\}\}", re.MULTILINE)
"""What Helm fills in."""
_ERB_VALUE = Pattern(
    r"""<%=\s*ENV(?:\.fetch\(\s*["'][^"']*["']\s*\)\s*\{\s*|\.fetch\(\s*["'][^"']*["']\s*,\s*"""
    r"""|\[\s*["'][^"']*["']\s*\]\s*(?:\|\||\.presence\s*\|\|)\s*)"""
    r"""["'](?P<default>[^"'%\n]*)["']\s*[)}]?\s*-?%>(?=[ \t]*\r?$)""",
    re.MULTILINE,
)
"""A value that is a variable's, with what stands for it where there is none."""
_FILLED_IN = "$"


def roots(document: Document) -> list[Any]:
    """Return the documents of a file as nodes. Raises InvalidSettings."""
    import yaml

    source = _ERB_VALUE().sub(_default_in_place, document.source)
    for template in (_ERB, _GO_TEMPLATE):
        source = template().sub(_blanked, source)
    document.searched = source
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    try:
        _check_depth(yaml.parse(source, Loader=loader))
        return [root for root in yaml.compose_all(source, Loader=loader) if root is not None]
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        read_before = source[: mark.index] if mark else source
        if _open_brackets(read_before) > DEEPEST_NESTING:
            raise InvalidSettings("nested too deeply") from None
        line = read_before.count("\n") + 1
        raise InvalidSettings(f"no YAML from line {line} on") from None


def _blanked(match: re.Match[str]) -> str:
    """Return nothing in place of a template that has its line for itself, else what is unknown."""
    return re.sub(r"[^\n]", " " if match["alone"] is not None else _FILLED_IN, match[0])


def _default_in_place(match: re.Match[str]) -> str:
    """Return a default where it stands, with spaces around it."""
    start, end = match.start("default") - match.start(), match.end("default") - match.start()
    before, behind = match[0][:start], match[0][end:]
    blank = re.compile(r"[^\n]")
    return f"{blank.sub(' ', before)}{match['default']}{blank.sub(' ', behind)}"


def _check_depth(events: Iterable[Any]) -> None:
    """Refuse a document whose nesting would overflow the stack of libyaml's composer."""
    depth = 0
    for event in events:
        name = type(event).__name__
        depth += name.endswith(("SequenceStartEvent", "MappingStartEvent"))
        depth -= name.endswith(("SequenceEndEvent", "MappingEndEvent"))
        if depth > DEEPEST_NESTING:
            raise InvalidSettings("nested too deeply")


def _open_brackets(source: str) -> int:
    """Count the brackets that `source` leaves open, those in strings and comments too.

    A scanner that reads ahead for the colon of a key stops at a limit of its own, before
    `_check_depth` sees an event; from which version on, and with which words, is PyYAML's affair.
    """
    return sum(map(source.count, "[{")) - sum(map(source.count, "]}"))


def named(root: Any) -> str:
    """Return what goes before the variables of a manifest: what others reach it as, as a rule.

    Of what runs to its end and serves nobody, the kind goes before that.
    """
    name, kind = scalar(path_to(root, "metadata", "name")), scalar(get(root, "kind"))
    job = f"{kind}." if kind in JOBS else ""
    return f"{job}{name}." if name and "." not in name else job


def decoded_variables(document: Document, node: Any) -> list[Variable]:
    """Return the variables of a Secret's values, which Kubernetes wants in base64."""
    from base64 import b64decode

    plain: list[Variable] = []
    for one in variables_of(document, node):
        try:
            value = b64decode("".join(one.value.split()), validate=True).decode()
        except ValueError:
            continue
        plain.append(one._replace(value=value))
    return plain


def variables_of(document: Document, node: Any) -> list[Variable]:
    """Return the variables of an environment: a map, `NAME=value` items, or name/value pairs."""
    if node is None:
        return []
    found = [
        Variable(key, value.value, *inside(document, value))
        for key, value in items(node)
        if value.id == "scalar"
    ]
    for item in node.value if node.id == "sequence" else ():
        name, value = get(item, "name"), get(item, "value")
        if item.id == "scalar" and "=" in item.value:
            key, _, written = item.value.partition("=")
            start, end = inside(document, item)
            found.append(Variable(key, written, min(end, start + len(key) + 1), end))
        elif name is not None and value is not None and value.id == "scalar":
            found.append(Variable(scalar(name), value.value, *inside(document, value)))
    return found


def inside(document: Document, node: Any) -> tuple[int, int]:
    """Return between which characters a scalar stands, without its quotes."""
    start, end = node.start_mark.index, node.end_mark.index
    return (
        (start + 1, end - 1) if document.source[start : start + 1] in ("'", '"') else (start, end)
    )


def items(node: Any) -> list[tuple[str, Any]]:
    """Return the keys and values of a mapping with what it merges, nothing of another node."""
    if node is None or node.id != "mapping":
        return []
    own = [
        (key.value, value) for key, value in node.value if key.id == "scalar" and key.value != "<<"
    ]
    names = {name for name, _ in own}
    for key, value in node.value:
        if key.id == "scalar" and key.value == "<<":
            own += [item for item in items(value) if item[0] not in names]
    return own


def get(node: Any, key: str) -> Any:
    """Return the value of a key, None where there is none."""
    return next((value for name, value in items(node) if name == key), None)


def path_to(node: Any, *keys: str) -> Any:
    """Return the value that a way of keys leads to, None where it ends before."""
    for key in keys:
        node = get(node, key)
    return node


def scalar(node: Any) -> str:
    """Return what a scalar says, "" for another node."""
    return str(node.value) if node is not None and node.id == "scalar" else ""


def known_scalar(node: Any) -> str:
    """Return what a scalar says with the defaults of its variables, "" where that is unknown."""
    return expanded(scalar(node)) or ""
