"""Files of Python as a whole: what they import, document and are run for."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from rlslint import Pattern
from rlslint.code.adapters.building import Builder, FileForm, children, part, span
from rlslint.code.form import Block, If, Import, Name, Node, Operation

if TYPE_CHECKING:
    from tree_sitter import Node as Parsed

_HOLDS_STATEMENTS = frozenset(
    ("ERROR", "block", "case_clause", "class_definition", "decorated_definition", "elif_clause",
     "else_clause", "except_clause", "finally_clause", "for_statement", "function_definition",
     "if_statement", "match_statement", "try_statement", "while_statement", "with_statement")
)  # fmt: skip
_IMPORTS_INSIDE = Pattern(rb"(?m)(?:^[ \t]+|[:;][ \t]*)(?:from|import)[ \t]")
_SERVERS = frozenset(
    ("aiohttp", "bottle", "celery", "dramatiq", "falcon", "fastapi", "flask", "grpc", "gunicorn",
     "hypercorn", "litestar", "quart", "rq", "sanic", "starlette", "tornado", "uvicorn",
     "waitress")
)  # fmt: skip


def finished(builder: Builder, root: Parsed, program: FileForm) -> FileForm:
    """Add what is imported anywhere, whether it is a script, and what is no Python."""
    inside = _IMPORTS_INSIDE().search(builder.source) is not None
    listed = _statements(root) if inside or root.has_error else root.named_children
    modules = tuple([name for statement in listed for name in _imported(builder, statement)])
    is_script = _SERVERS.isdisjoint(each.partition(".")[0] for each in modules) and any(
        isinstance(each, Name) and each.name == "__name__"
        for statement in (program.body.body if isinstance(program.body, Block) else ())
        if isinstance(statement, If) and isinstance(statement.test, Operation)
        for each in statement.test.operands
    )
    return program._replace(problem=_problem(root), modules=modules, is_script=is_script)


def _statements(root: Parsed) -> Iterator[Parsed]:
    """Yield the statements of a file that hold no others, those inside of functions as well."""
    waiting = [root]
    while waiting:
        for child in waiting.pop().named_children:
            if child.type in _HOLDS_STATEMENTS:
                waiting.append(child)
            else:
                yield child


def _imported(builder: Builder, node: Parsed) -> Iterator[str]:
    """Yield the modules that a statement imports, and their members."""
    if not node.type.startswith("import_"):
        return
    module = builder.text(part(node, "module_name"))
    before = f"{module}." if module else ""
    if not module.startswith("."):
        for each in node.children_by_field_name("name"):
            yield before + builder.text(part(each, "name") or each)
        if part(node, ".wildcard_import") is not None:
            yield f"{before}*"


def remarks(root: Parsed) -> Iterator[Parsed]:
    """Yield the strings that stand for themselves, as documentation does."""
    for statement in _statements(root):
        listed = children(statement)
        if statement.type == "expression_statement" and len(listed) == 1:
            yield from [each for each in listed if each.type.endswith("string")]


def _problem(root: Parsed) -> str:
    """Say where the grammar has no place for something, "" where it has one for all."""
    here: Parsed | None = root if root.has_error else None
    while here is not None:
        if here.is_error or here.is_missing:
            return f"Python cannot parse this file at line {here.start_point.row + 1}."
        here = next((each for each in here.children if each.has_error or each.is_missing), None)
    return ""


def import_(builder: Builder, node: Parsed) -> Block:
    module = builder.text(part(node, "module_name"))
    found: list[Node] = []
    for each in node.children_by_field_name("name"):
        written = builder.text(part(each, "name") or each)
        alias = builder.text(part(each, "alias"))
        first = written.partition(".")[0]
        if module:
            found.append(Import(*span(each), alias or written, module, written))
        elif alias:
            found.append(Import(*span(each), alias, written))
        else:
            found.append(Import(*span(each), first, first))
            if first != written:
                found.append(Import(*span(each), "", written))
    every = part(node, ".wildcard_import")
    if every is not None:
        found.append(Import(*span(every), "*", module, "*"))
    return Block(*span(node), tuple(found))
