"""psql's commands that change what the statements behind them do."""

from __future__ import annotations

import re

from rlslint import Pattern
from rlslint.sql.parser import Node

_RUNS_RESULTS = Pattern(rb"[ \t]*\\gexec(?!\w)")
_SHELL = Pattern(r"\\!\s*(.*)", re.DOTALL)
_INCLUDE = Pattern(r"\\(?:ir?|include(?:_relative)?)(?!\w)\s*(.*)", re.DOTALL)
_CONDITION = Pattern(r"\\(if|elif|else|endif)(?!\w)\s*(.*)", re.DOTALL)
_TRUTHS = {
    **dict.fromkeys(("true", "tru", "tr", "t", "yes", "ye", "y", "on", "1"), True),
    **dict.fromkeys(("false", "fals", "fal", "fa", "f", "no", "n", "off", "of", "0"), False),
}
"""What psql takes for a truth value (its variables.c, ParseVariableBool)."""
_CONNECT = Pattern(r"\\c(?:onnect)?(?!\w)\s*(.*)", re.DOTALL)
_ARGUMENT = Pattern(r"""(?:[^\s'"\\]|'(?:[^']|'')*'|"(?:[^"]|"")*")+""")
_USER_IN_CONNECTION_STRING = Pattern(r"\buser\s*=\s*('?)([^\s']+)\1")
_USER_IN_ADDRESS = Pattern(r"postgres(?:ql)?://([^:@/?]+)(?::[^@/]*)?@")
_VARIABLE = Pattern(r"""(?<!:):['"]?\w""")


def runs_results(data: bytes, start: int, end: int) -> bool:
    """Tell whether a command runs what the SELECT in front of it gives."""
    return _RUNS_RESULTS().match(data, start, end) is not None


def shell(command: str) -> Node | None:
    """Return the node of a command that starts a program, None for any other command."""
    match = _SHELL().match(command)
    return {"command": match[1].strip()} if match is not None else None


def inclusion(command: str) -> Node | None:
    """Return the node of a command that runs another file, None for any other command."""
    match = _INCLUDE().match(command)
    return {"file": _without_quotes(match[1].strip())} if match is not None else None


def condition(command: str) -> Node | None:
    """Return the node of a command that begins or ends a branch, None for any other command."""
    match = _CONDITION().match(command)
    if match is None:
        return None
    value = _TRUTHS.get(_without_quotes(match[2].strip()).lower())
    return {"word": match[1], "value": value}


def connection(command: str) -> Node | None:
    """Return the node of a `\\connect` command, None for any other command."""
    match = _CONNECT().match(command)
    if match is None:
        return None
    arguments = [argument[0] for argument in _ARGUMENT().finditer(match[1].split("\\")[0])]
    arguments = [word for word in arguments if not word.startswith("-reuse-previous")]
    if not arguments:
        return {"user": ""}
    user = arguments[1] if len(arguments) > 1 else _user_in(arguments[0])
    if _VARIABLE().match(user):
        return {"user": None}
    return {"user": "" if user == "-" else _without_quotes(user)}


def _user_in(argument: str) -> str:
    connection_string = _without_quotes(argument)
    in_address = _USER_IN_ADDRESS().match(connection_string)
    if in_address is not None:
        return in_address[1]
    named = _USER_IN_CONNECTION_STRING().search(connection_string)
    return named[2] if named is not None else ""


def _without_quotes(argument: str) -> str:
    for quote in "'\"":
        if len(argument) > 1 and argument[0] == argument[-1] == quote:
            return argument[1:-1].replace(quote * 2, quote)
    return argument
