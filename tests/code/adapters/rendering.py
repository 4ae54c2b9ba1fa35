"""The form of a program as text that a test can show: one notation for all languages."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from rlslint.code.adapters import language_of
from rlslint.code.adapters.building import parsed
from rlslint.code.form import (
    Arm,
    Assign,
    Attribute,
    Block,
    Call,
    Cast,
    Choice,
    Class,
    Defer,
    Function,
    If,
    Import,
    Later,
    Leave,
    Literal,
    Loop,
    Mapping,
    Name,
    Node,
    Operation,
    Other,
    Pair,
    Parameter,
    Sequence,
    Spread,
    String,
    StringPiece,
    Subscript,
    Try,
    With,
)


def form(suffix: str, source: str | bytes) -> str:
    """Return the form of a program in the files with this ending, one statement a line."""
    encoded = source.encode() if isinstance(source, str) else source
    return "\n".join(map(rendered, _statements(parsed(language_of(suffix), encoded).body)))


def strings(suffix: str, source: str) -> list[str]:
    """Return how the characters of each string of a program are written, holes as `{…}`."""
    encoded = source.encode()
    return [
        "".join(
            encoded[part.start : part.end].decode()
            if isinstance(part, StringPiece)
            else f"{{{encoded[part.start : part.end].decode()}}}"
            for part in each.parts
        )
        for each in nodes(parsed(language_of(suffix), encoded).body)
        if isinstance(each, String)
    ]


def nodes(inside: object) -> Iterator[Node]:
    """Yield a part of the form and all that stands inside, the bodies of functions included."""
    match inside:
        case Later():
            yield from nodes(inside.node)
        case Pair() | Parameter() | Arm() | StringPiece():
            for each in inside:
                yield from nodes(each)
        case tuple() if hasattr(inside, "_fields"):
            yield inside  # type: ignore[misc]
            for each in inside:
                yield from nodes(each)
        case tuple():
            for each in inside:
                yield from nodes(each)


def _statements(node: Node) -> Iterator[Node]:
    """Yield statements one after the other, however they are grouped."""
    if isinstance(node, Block):
        for each in node.body:
            yield from _statements(each)
    else:
        yield node


def rendered(node: Node | None) -> str:
    """Return a part of the form as text."""
    match node:
        case None:
            return "-"
        case Name(name=name):
            return name
        case Attribute(of=of, name=name):
            return f"{rendered(of)}.{name}"
        case Subscript(of=of, key=key):
            return f"{rendered(of)}[{rendered(key)}]"
        case Call(function=function, arguments=arguments, named=named):
            given = [*map(rendered, arguments), *(f"{k}={rendered(v)}" for k, v in named)]
            return f"{rendered(function)}({', '.join(given)})"
        case Function():
            return _function(node)
        case Literal(value=value):
            return repr(value)
        case String(parts=parts, tag=tag):
            inner = (p.text if isinstance(p, StringPiece) else f"{{{rendered(p)}}}" for p in parts)
            return ("" if tag is None else rendered(tag)) + f'"{"".join(inner)}"'
        case Sequence(items=items):
            return f"[{_list(items)}]"
        case Mapping(pairs=pairs, type=kind):
            return f"{kind}{{{', '.join(map(_pair, pairs))}}}"
        case Operation(operator=operator, operands=(only,)):
            return f"({operator} {rendered(only)})"
        case Operation(operator=operator, operands=operands):
            return f"({f' {operator} '.join(map(rendered, operands))})"
        case Cast(type=kind, value=value):
            return f"({rendered(value)} as {kind})"
        case Spread(value=value):
            return f"*{rendered(value)}"
    return _statement(node)


def _statement(node: Node) -> str:
    match node:
        case Block():
            inner = "; ".join(map(rendered, _statements(node)))
            return f"{{ {inner} }}" if inner else "{}"
        case Assign(targets=targets, value=value, type=kind, operator=operator):
            typed = f": {kind}" if kind else ""
            given = f" {operator}= {rendered(value)}" if value is not None else ""
            return f"{_list(targets)}{typed}{given}"
        case Import(name=name, module=module, member=member):
            return f"import {name} = {module}" + (f" : {member}" if member else "")
        case With(items=items, body=body):
            held = (f"{name} = {rendered(value)}" for name, value in items)
            return f"with {', '.join(held)} {rendered(body)}"
        case Try(body=body, handlers=handlers, final=final):
            handling = "".join(f" except {rendered(each)}" for each in handlers)
            ending = f" finally {rendered(final)}" if final is not None else ""
            return f"try {rendered(body)}{handling}{ending}"
        case Loop(names=names, over=over, conditions=conditions, body=body):
            taken = f"for {', '.join(names)} in {rendered(over)}" if over is not None else "while"
            tests = "".join(f" if {rendered(each)}" for each in conditions)
            return f"{taken}{tests} {rendered(body)}"
        case If(test=test, then=then, otherwise=otherwise):
            other = f" else {rendered(otherwise)}" if otherwise is not None else ""
            return f"if {rendered(test)} then {rendered(then)}{other}"
        case Choice(subject=subject, arms=arms):
            ways = (f"{_list(arm.patterns) or 'else'} => {rendered(arm.body)}" for arm in arms)
            return f"choose {rendered(subject)} {{ {'; '.join(ways)} }}"
        case Leave(kind=kind, value=value):
            return kind.value + (f" {rendered(value)}" if value is not None else "")
        case Defer(value=value):
            return f"defer {rendered(value)}"
        case Class():
            return _class(node)
        case Other(parts=parts):
            return f"?({_list(parts)})"
        case _:
            raise AssertionError(node)


def _list(listed: Iterable[Node]) -> str:
    return ", ".join(map(rendered, listed))


def _pair(pair: Pair) -> str:
    key = pair.name or ("" if pair.key is None else f"[{rendered(pair.key)}]")
    return f"{key}: {rendered(pair.value)}" if key else rendered(pair.value)


def _parameters(parameters: Iterable[Parameter]) -> str:
    return ", ".join(
        each.name
        + (f": {each.type}" if each.type else "")
        + (f" = {rendered(each.default)}" if each.default is not None else "")
        for each in parameters
    )


def _function(node: Function) -> str:
    marks = "".join(f"[{mark}] " for mark in node.marks)
    returns = f" -> {node.returns}" if node.returns else ""
    arrow = " =>" if node.gives_last else ""
    head = f"{marks}fn {node.name}({_parameters(node.parameters)}){returns}{arrow}"
    return f"{head} {rendered(node.body.node)}"


def _class(node: Class) -> str:
    marks = "".join(f"[{mark}] " for mark in node.marks)
    word = "extend" if node.extends else "class"
    fields = f"({_parameters(node.parameters)})" if node.parameters else ""
    bases = f" < {', '.join(node.bases)}" if node.bases else ""
    return f"{marks}{word} {node.name}{fields}{bases} {rendered(node.body)}"
