"""Which names stand for secrets, and where the value of one stands.

The value is the literal or the word behind the name.
"""

from __future__ import annotations

import re

from rlslint import Pattern

_WORDS = Pattern(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+")
_SECRET_WORDS = frozenset(
    {"accesskey", "apikey", "apitoken", "authtoken", "credential", "credentials", "jwt"}
    | {"pass", "privatekey", "pwd", "secret", "secretkey", "token"}
)
_SECRET_ENDS = ("password", "passwd", "passphrase", "passcode")
_KINDS_OF_KEYS = frozenset(
    {
        "access", "account", "admin", "anon", "api", "auth", "client", "deploy", "encryption",
        "hmac", "jwt", "license", "master", "private", "role", "secret", "security", "service",
        "session", "shared", "signing", "storage", "token", "webhook",
    }
)  # fmt: skip
_OTHER_KEYS = frozenset(
    {
        "cache", "column", "foreign", "group", "index", "partition", "primary", "public",
        "publishable", "row", "sort", "unique",
    }
)  # fmt: skip
_STAGES = frozenset(
    {
        "dev", "develop", "development", "live", "local", "new", "old", "prod", "production",
        "stage", "staging", "test", "testing",
    }
)  # fmt: skip
_NO_SECRETS = frozenset(
    {
        "algorithm", "algo", "count", "enabled", "encryption", "endpoint", "expires", "expiry",
        "field", "file", "header", "hash", "id", "length", "lifetime", "limit", "max", "min",
        "name", "path", "policy", "required", "reset", "rounds", "secs", "seconds", "ttl", "type",
        "uri", "url", "validity", "version",
    }
)  # fmt: skip


def is_secret(name: str) -> bool:
    """Tell whether what has this name is a secret."""
    words = [word.lower() for word in _WORDS().findall(name.replace("_", " "))]
    while len(words) > 1 and (words[-1] in _STAGES or words[-1].isdigit()):
        words.pop()
    if not words:
        return False
    *before, last = words
    kind = before[-1] if before else ""
    if last in _SECRET_WORDS or last.endswith(_SECRET_ENDS):
        return True
    if last in ("key", "keys"):
        return kind in _KINDS_OF_KEYS or (name.isupper() and kind not in _OTHER_KEYS)
    if last == "role":
        return kind == "service"
    told = any(word.endswith((*_SECRET_ENDS, "secret", "token")) for word in before)
    return name.isupper() and told and last not in _NO_SECRETS


Range = tuple[int, int]

FARTHEST = 2_000
"""How many characters a secret has at most that no sign ends."""

_OPENED = Pattern(
    r"(?:[bBrRfFuU]{1,2}|[eEnNxX]|[uU]&)?"
    r"(?P<quote>\"\"\"|'''(?!')|\$\w*\$|\\+[\"'`]|&quot;|''(?=[^\s;,)'\]}|:]|'')|[\"'`])"
)
_OPENED_IN_BRACKETS = Pattern(
    r"(?:[(\[]\s{0,99})?(?=(?:[bBrRfFuU]{1,2}|[eEnNxX]|[uU]&)?(?:[\"'`]|\\+[\"'`]|\$\w*\$|&quot;))"
)
_JOINED = Pattern(r"\s{0,200}(?:\|\||\+|\.|\\)?\s{0,200}(?=[bBrRfFuUeE]?[\"'`])")
_BLOCK_SCALAR = Pattern(r"[|>][+-]?\d?[+-]?[ \t]*(?:#[^\n]*)?\n(?P<indent>[ \t]*)")
_REFERENCE = Pattern(
    r"""\$\{[\w.]*:?-?(?:\?[^{}]*)?\}|\$\{\{[^{}]*\}\}|\$\(\w+\s.*\)|\$\d+|\$[A-Z_][A-Z0-9_]*|\$\$?
    |\{\{[^{}]*\}\}|\{(?:[A-Za-z_](?:[\w.!:]|\([\w.'"]*\)|\[[\w.'"]*\])*)?\}|%\(\w+\)s|%[sdr]|%|\?|<%.*%>|\*+|:'\w+'|:"\w+"
    |[:@](?:p?\d+|\w*(?:pass|pwd|secret|token|key)\w*)""",
    re.VERBOSE | re.IGNORECASE,
)
_CODE = Pattern(
    r"""(?:await\s+)?[A-Za-z_][\w.]*(?:\(|\[["'\w]|\?\.)
    |(?:null|none|nil|true|false|undefined|default|required|optional)\b(?![\w.-])
    |(?:new|old|excluded|self|this|settings|config|cfg|process|os|env|args|options|secrets|vars?
        |local|data|module|each|each\.value)\.[\w.]+
    |(?:[A-Za-z_]\w*\.)+(?i:\w*(?:pass(?:word|wd)?|pwd|secret|token|key))\b(?![\w.-])
    |(?:str|string|text|bytes|int|any|varchar|char|uuid|jsonb?|bytea|citext|boolean|bool|number
        |SecretStr|Optional|object|array)\b(?![\w.-])""",
    re.VERBOSE | re.IGNORECASE,
)
_PLAIN_NAME = Pattern(r"[A-Za-z_]\w*(?=[\s,;)\]}]|$)")
_KEYWORDS = Pattern(r"\b(?:host|hostaddr|port|dbname|user|sslmode)\s{0,9}=")
_QUOTED = Pattern(r"\"(?:\\.|[^\"\\])*+\"|'(?:\\.|[^'\\])*+'")
_FIRST_OF_LINE = Pattern(r"[ \t]*(?:export[ \t]+|set[ \t]+|-[ \t]+|#[ \t]*|//[ \t]*)?[\"']?\Z")
_LINE = Pattern(r"[^\n]*?(?=[ \t]*(?:[ \t]\#|\r?\n|\r?\Z))")
CLOSING = "'\"`,;)]}>"


def any_value(text: str, name: Range, at: int) -> Range | None:
    """Return where the literal or the word at `at` stands, None where it is no secret."""
    if block := _BLOCK_SCALAR().match(text, at):
        return block.end(), _end_of_block(text, block)
    opened = _OPENED_IN_BRACKETS().match(text, at)
    if opened is None or (text[opened.end()] == "$" and not _is_closed(text, opened.end())):
        return _bare(text, name, at)
    return literal(text, opened.end())


def _is_closed(text: str, at: int) -> bool:
    tag = text[at : text.find("$", at + 1) + 1]
    return text.find(tag, at + len(tag), at + FARTHEST) >= 0


def literal(text: str, at: int) -> Range | None:
    """Return where the content of the string literal at `at` stands, and of those joined to it."""
    opened = _OPENED().match(text, at)
    if opened is None:
        return None
    quote = opened["quote"]
    start = opened.end()
    end = _end_of_literal(text, start, quote)
    content = text[start:end]
    behind = end + len(quote)
    while (more := _JOINED().match(text, behind)) and behind - start < FARTHEST:
        other = _OPENED().match(text, more.end())
        if other is None or other["quote"][0] != quote[0]:
            break
        end = _end_of_literal(text, other.end(), other["quote"])
        content += text[other.end() : end]
        behind = end + len(other["quote"])
    return None if not content or is_reference(content) else (start, end)


def quoted(text: str, at: int) -> tuple[int, int, int] | None:
    """Return where the content of the string literal at `at` starts and ends, and what is behind.

    None where there is no literal.
    """
    opened = _OPENED().match(text, at)
    if opened is None:
        return None
    end = _end_of_literal(text, opened.end(), opened["quote"])
    return opened.end(), end, end + len(opened["quote"])


def _end_of_literal(text: str, start: int, quote: str) -> int:
    stop = min(len(text), start + FARTHEST)
    if quote in _UNTIL_QUOTE:
        found = _UNTIL_QUOTE[quote]().match(text, start, stop)
        end = found.end() if found else start
    else:
        end = text.find(quote, start, stop)
    if 0 <= end < len(text) and text.startswith(quote, end):
        return end
    line = text.find("\n", start, stop)
    return line if line >= 0 else stop


_UNTIL_QUOTE = {
    quote: Pattern(rf"(?:\\.|{quote}{quote}|[^\\{quote}])*+", re.DOTALL) for quote in "'\"`"
}


def _end_of_block(text: str, block: re.Match[str]) -> int:
    """Return where the lines end that are indented like the first one."""
    indent = block["indent"]
    end = block.end()
    while indent and end < len(text) and end - block.end() < FARTHEST:
        line = text.find("\n", end)
        if line < 0:
            return len(text)
        if not text.startswith(indent, line + 1):
            return line
        end = line + 1
    return end


def _bare(text: str, name: Range, at: int) -> Range | None:
    """Return where a value without quotes stands."""
    start, behind = name
    line = max(text.rfind("\n", 0, start) + 1, start - 500, 0)
    before = text[line:start]
    outside = _QUOTED().sub("", before)
    quote = next((sign for sign in reversed(outside) if sign in "'\""), "")
    is_first = not quote and _FIRST_OF_LINE().fullmatch(before) is not None
    end = end_of_word(text, at, "")
    if quote:
        end = min(end, end_of_word(text, at, quote))
    word = text[at:end]
    if before.endswith(("?", "&")):
        word = re.split(r"[&\"'`;,)\s]", word, maxsplit=1)[0]
    word = word.rstrip(",;" if is_first else CLOSING)
    if not word or word in ("(", "[", "{") or is_reference(word):
        return None
    is_spaced = text[at - 1 : at] in (" ", "\t", "\n")
    is_setting = text[start:behind].isupper() or start == at
    is_told = (
        (is_setting and not is_spaced)
        or before.endswith("--")
        or _KEYWORDS().search(text, line, min(len(text), at + 300)) is not None
    )
    may_be_plain = is_first or text[behind:at].strip(" \t\n\"'\\]") in (":", "")
    if not is_told and ((word[0] in "([{," and not is_first) or _is_code(text, at, may_be_plain)):
        return None
    if is_first and not word.endswith(("(", "{")):
        rest = _LINE().match(text, at, min(len(text), at + FARTHEST))
        if rest is not None and not rest.group().endswith((";", ",", "(", ")", "{")):
            return rest.span()
    return at, at + len(word)


def _is_code(text: str, at: int, may_be_plain: bool) -> bool:
    """Tell whether a word is an expression of a program or of SQL, not the secret itself."""
    if _CODE().match(text, at):
        return True
    plain = _PLAIN_NAME().match(text, at)
    return plain is not None and (is_secret(plain.group()) or not may_be_plain)


def is_reference(value: str) -> bool:
    """Tell whether a value only says where the secret comes from."""
    return _REFERENCE().fullmatch(value.strip()) is not None


def end_of_word(text: str, start: int, quote: str) -> int:
    """Return where what starts at `start` ends: at the quote that opened it, else at a space."""
    stop = min(len(text), start + FARTHEST)
    found = _UNTIL[quote]().match(text, start, stop) if quote else None
    if found is not None and text.startswith(quote, found.end()):
        return found.end()
    found = _UNTIL_SPACE().match(text, start, stop)
    return found.end() if found else start


_UNTIL_SPACE = Pattern(r"(?:\\.|[^\s\\])*+\\?")
_UNTIL = {
    quote: Pattern(rf"(?:\\.|{quote}{quote}|[^\\{quote}\n])*+", re.DOTALL) for quote in "'\"`"
} | {rf"\{quote}": Pattern(rf"(?:(?!\\{quote})[^\n])*+") for quote in "'\"`"}
