"""Where passwords, keys and tokens stand in a text, so that no output ever shows one.

A secret is told by its name (`password = 'x'`, `DB_PASS=x`, `{"name": "API_KEY", "value": "x"}`),
by its place (`postgres://user:x@host`, `PASSWORD 'x'`) or by its shape (a JWT, a PEM block). What
stands in its place without being one stays: variables, placeholders, calls, other columns. Where
that cannot be told, it is taken for a secret. The work is linear in the length of the text.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from rlslint.text.patterns import Pattern

MASK = "***"

Range = tuple[int, int]

_FARTHEST = 2_000
"""How many characters a secret has at most that no sign ends."""
_LONGEST_NAME = 80

_HINT = Pattern(r"pass|pwd|secret|token|credential|key|service_role|jwt")
"""What a secret's name has in it, in small letters; of a key that is told from other keys, so is
what stands before it. A search that has to ignore case takes ten times as long."""
_BEFORE_KEY = Pattern(r"[\w.-]")
_BEFORE_NAME = Pattern(r"(?:\w[\w.\-]*)?\Z")
_REST_OF_NAME = Pattern(r"[\w.\-]{0,80}(?<![.\-])")
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


def masked(text: str) -> str:
    """Return `text` with `***` in place of each secret."""
    shown, end = [], 0
    for start, behind in secret_ranges(text):
        shown += [text[end:start], MASK]
        end = behind
    return "".join(shown) + text[end:] if shown else text


def secret_ranges(text: str) -> list[Range]:
    """Return the stretches of `text` that hold a secret, in order and apart from each other."""
    # The one capital that is two characters when it is small.
    small = text.replace("\u0130", "i").lower()
    found = [*_in_urls(text), *_by_shape(text), *_by_name(text, small), *_by_call(text, small)]
    joined: list[Range] = []
    for start, end in sorted(found):
        if joined and start < joined[-1][1]:
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        elif end > start:
            joined.append((start, end))
    return joined


# What follows a user in a URL.

_AUTHORITY = Pattern(r"(?P<quote>\\?[\"'`])?(?P<scheme>[A-Za-z][\w.+:\-]{0,40})?://")
_PORT = Pattern(r"\d{1,5}(?:[/?#\s]|$)")


def _in_urls(text: str) -> Iterator[Range]:
    if "://" not in text or "@" not in text:
        return
    behind = 0
    for found in _AUTHORITY().finditer(text):
        start = found.end()
        if start < behind:
            continue
        end = _end_of_word(text, start, found["quote"] or "")
        at = text.rfind("@", start, end)
        colon = text.find(":", start, at if at >= 0 else start)
        if colon < 0 or _PORT().match(text, colon + 1):
            continue
        if not _is_reference(text[colon + 1 : at]):
            yield colon + 1, at
        behind = at


def _end_of_word(text: str, start: int, quote: str) -> int:
    """Return where what starts at `start` ends: at the quote that opened it, else at a space."""
    stop = min(len(text), start + _FARTHEST)
    found = _UNTIL[quote]().match(text, start, stop) if quote else None
    if found is not None and text.startswith(quote, found.end()):
        return found.end()
    found = _UNTIL_SPACE().match(text, start, stop)
    return found.end() if found else start


_UNTIL_SPACE = Pattern(r"(?:\\.|[^\s\\])*+\\?")
_UNTIL = {
    quote: Pattern(rf"(?:\\.|{quote}{quote}|[^\\{quote}\n])*+", re.DOTALL) for quote in "'\"`"
} | {rf"\{quote}": Pattern(rf"(?:(?!\\{quote})[^\n])*+") for quote in "'\"`"}


# What looks like a secret wherever it stands.

_SHAPES = Pattern(
    r"""\beyJ[\w-]{8,}(?:\.[\w-]+){0,2}\.?
    |\b[spr]k_(?:live|test)_\w{4,}
    |\b(?:whsec|sb_secret|github_pat|npg|napi|dop_v1|rk_live)_(?=\w*\d)\w{8,}
    |\b(?:sbp|gh[oprsu])_(?=\w*\d)\w{8,}
    |\b(?:A3T[A-Z0-9]|ABIA|ACCA|AKIA|ASIA)[A-Z0-9]{12,}
    |\bsk-(?=[\w-]*\d)[\w-]{16,}
    |\bglpat-[\w-]{8,}
    |\bxox[abeoprs]-[\w-]{8,}
    |\bAIza[\w-]{20,}
    |\bya29\.[\w-]{10,}
    |\bhvs\.[\w-]{10,}
    |\bSG\.[\w-]{10,}\.[\w-]{10,}
    |\bnpm_(?=\w*\d)\w{20,}
    |\bpypi-[\w-]{20,}
    |SCRAM-SHA-256\$[\w+/=$:]{8,}
    |\bmd5[0-9a-f]{32}\b
    |\$2[abxy]?\$\d\d\$[./\w]{20,}
    |\$argon2\w*\$[\w+/=$,.]{10,}""",
    re.VERBOSE,
)
_SHAPE_HINT = Pattern(
    r"eyJ|k_live|k_test|whsec|sb_secret|github_pat|npg_|napi_|dop_v1|sbp_|gh[oprsu]_|A3T|ABIA|ACCA"
    r"|AKIA|ASIA|sk-|glpat|xox|AIza|ya29|hvs\.|SG\.|npm_|pypi-|SCRAM|md5|\$2|\$argon2"
)
_PEM = Pattern(
    r"-----BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----(?P<key>.*?)"
    r"(?:-----END [A-Z0-9 ]{0,40}-----|\Z)",
    re.DOTALL,
)


def _by_shape(text: str) -> Iterator[Range]:
    if _SHAPE_HINT().search(text):
        for found in _SHAPES().finditer(text):
            yield found.span()
    if "PRIVATE KEY" in text:
        for found in _PEM().finditer(text):
            yield found.span("key")


# What a name says that it is secret.

_CLOSED = r"(?:\\?[\"'`]|'')?\]?"
_SIGN = Pattern(rf"{_CLOSED}\s*(?:=>|:=|={{1,3}}|:(?![:=])|!=|<>)[ \t]*(?:\n\s*)?")
_COMPARED = Pattern(
    r"\\?[\"'`]{1,2}(?:\s*,\s*\w+)?\s*[)\]]*(?:::\s*[\w.]+)?[)\]]*\s*(?:={1,3}|!=|<>|\|\||\?\?)\s*"
)
_SPACED = Pattern(r"[\"']?\s+(?:(?:TO|DEFAULT)\s+)?", re.IGNORECASE)
_TYPED = Pattern(
    r"\s*:?\s*[A-Za-z][\w.]*(?:\[[^\]\n]{0,80}\]|\([\d ,]*\))?(?:\s+NOT\s+NULL)?\s*"
    r"(?::=|=|\bDEFAULT\b)\s*",
    re.IGNORECASE,
)
_PAIRED = Pattern(
    r"[\"']?[\s,;{}/\-]{1,80}[\"']?(?:value|default|defaultValue|content)[\"']?\s*[:=]\s*", re.I
)
_SECOND_ARGUMENT = Pattern(r"\\?[\"'`]{1,2}\s*\)?\s*,\s*(?:\w+\s*=\s*)?")
_CONTENT = Pattern(r"(?:\s[^<>\n]{0,200})?>(?P<value>[^<]{1,2000})")
_OF_A_PAIR = Pattern(r"(?:name|key|id|variable|Name|Key)\\?[\"']?\s{0,9}[:=]?\s{0,9}\\?[\"']?\Z")
_OF_A_CALL = Pattern(
    r"(?:get|set|put|env|fetch|config|secret|default|str|arg|var|param|decouple)\w{0,20}\s?"
    r"\(\s{0,9}\\?[\"'`]{1,2}\Z",
    re.IGNORECASE,
)
_OF_A_FLAG = Pattern(r"(?:\\set\s+|\bENV\s+|\bARG\s+|(?<![\w-])--)\Z")
_OF_A_ROLE = Pattern(r"\b(?:ROLE|USER|GROUP)\b[^;(,]*\Z", re.IGNORECASE)
_FILLED_IN = Pattern(
    r"[\s=:'\"]{1,9}(?P<value>(?:%(?:\d+\$)?[A-Za-z]|\{\w*\}|\$\d+|\?)(?=['\"\s,)])[^'\"\n]{0,80}"
    r"['\"]{1,4}\s*(?:,|%|\.format)\s*[^)\n]{0,80}['\"][^)\n]{1,200})"
)
_VARIABLE = Pattern(r"\s*=?\s*:['\"](?P<name>\w+)['\"]")
_WORD = Pattern(r"\s+(?P<value>[^\s;]+)")
_NULL = Pattern(r"\s+(?:NULL\b|'|E'|\$)", re.IGNORECASE)


def _by_name(text: str, small: str) -> Iterator[Range]:
    behind = 0
    for hint in _HINT().finditer(small):
        within = hint.start()
        if hint[0] == "key":
            within -= 1
            if within < 0 or not _BEFORE_KEY().match(text, within):
                continue
        if within < behind:
            continue
        start = _start_of_name(text, within)
        rest = _REST_OF_NAME().match(text, hint.end())
        end = rest.end() if rest else hint.end()
        behind = max(end, behind)
        if not _is_secret(text[start:end]):
            continue
        found = _value_of(text, start, end)
        if found is not None and found[1] > found[0]:
            yield found
            behind = max(found[1], behind)


def _start_of_name(text: str, within: int) -> int:
    first = max(0, within - _LONGEST_NAME)
    found = _BEFORE_NAME().search(text, first, within)
    return found.start() if found else within


def _is_secret(name: str) -> bool:
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


def _value_of(text: str, start: int, end: int) -> Range | None:
    """Return where the value of the name between two offsets stands, None where it has none."""
    before = text[max(0, start - 40) : start]
    if before.endswith("<") and (content := _CONTENT().match(text, end)):
        return content.span("value")
    if filled := _FILLED_IN().match(text, end):
        return filled.span("value")
    if (variable := _VARIABLE().match(text, end)) and _is_secret(variable["name"]):
        return None
    if literal := _literal_behind(_TYPED, text, end):
        return literal
    if sign := _SIGN().match(text, end):
        return _any_value(text, (start, end), sign.end())
    if literal := _literal_behind(_COMPARED, text, end) or _literal_behind(_SPACED, text, end):
        return literal
    if _OF_A_CALL().search(before) and (literal := _literal_behind(_SECOND_ARGUMENT, text, end)):
        return literal
    if _OF_A_PAIR().search(before) and (pair := _PAIRED().match(text, end)):
        return _any_value(text, (pair.end(), pair.end()), pair.end())
    word = _WORD().match(text, end)
    if word is None or _NULL().match(text, end):
        return None
    is_password = text[end - 8 : end].lower() == "password"
    is_of_a_role = is_password and _OF_A_ROLE().search(text, max(0, start - 200), start)
    if _OF_A_FLAG().search(before) or is_of_a_role:
        value = word["value"].rstrip(_CLOSING)
        return None if not value or _is_reference(value) else word.span("value")
    return None


def _literal_behind(form: Pattern[str], text: str, at: int) -> Range | None:
    found = form().match(text, at)
    return _literal(text, found.end()) if found else None


# Values.

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
    |\{\{[^{}]*\}\}|\{(?:[A-Za-z_][\w.!:()\[\]'"]*)?\}|%\(\w+\)s|%[sdr]|%|\?|<%.*%>|\*+|:'\w+'|:"\w+"
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
_CLOSING = "'\"`,;)]}>"


def _any_value(text: str, name: Range, at: int) -> Range | None:
    """Return where the literal or the word at `at` stands, None where it is no secret."""
    if block := _BLOCK_SCALAR().match(text, at):
        return block.end(), _end_of_block(text, block)
    opened = _OPENED_IN_BRACKETS().match(text, at)
    if opened is None or (text[opened.end()] == "$" and not _is_closed(text, opened.end())):
        return _bare(text, name, at)
    return _literal(text, opened.end())


def _is_closed(text: str, at: int) -> bool:
    tag = text[at : text.find("$", at + 1) + 1]
    return text.find(tag, at + len(tag), at + _FARTHEST) >= 0


def _literal(text: str, at: int) -> Range | None:
    """Return where the content of the string literal at `at` stands, and of those joined to it."""
    opened = _OPENED().match(text, at)
    if opened is None:
        return None
    quote = opened["quote"]
    start = opened.end()
    end = _end_of_literal(text, start, quote)
    content = text[start:end]
    behind = end + len(quote)
    while (more := _JOINED().match(text, behind)) and behind - start < _FARTHEST:
        other = _OPENED().match(text, more.end())
        if other is None or other["quote"][0] != quote[0]:
            break
        end = _end_of_literal(text, other.end(), other["quote"])
        content += text[other.end() : end]
        behind = end + len(other["quote"])
    return None if not content or _is_reference(content) else (start, end)


def _end_of_literal(text: str, start: int, quote: str) -> int:
    stop = min(len(text), start + _FARTHEST)
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
    while indent and end < len(text) and end - block.end() < _FARTHEST:
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
    end = _end_of_word(text, at, "")
    if quote:
        end = min(end, _end_of_word(text, at, quote))
    word = text[at:end]
    if before.endswith(("?", "&")):
        word = re.split(r"[&\"'`;,)\s]", word, maxsplit=1)[0]
    word = word.rstrip(",;" if is_first else _CLOSING)
    if not word or word in ("(", "[", "{") or _is_reference(word):
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
        rest = _LINE().match(text, at, min(len(text), at + _FARTHEST))
        if rest is not None and not rest.group().endswith((";", ",", "(", ")", "{")):
            return rest.span()
    return at, at + len(word)


def _is_code(text: str, at: int, may_be_plain: bool) -> bool:
    """Tell whether a word is an expression of a program or of SQL, not the secret itself."""
    if _CODE().match(text, at):
        return True
    plain = _PLAIN_NAME().match(text, at)
    return plain is not None and (_is_secret(plain.group()) or not may_be_plain)


def _is_reference(value: str) -> bool:
    """Tell whether a value only says where the secret comes from."""
    return _REFERENCE().fullmatch(value.strip()) is not None


# What only some functions take as a secret.

_CALLS = Pattern(
    r"\b(?:create_secret|crypt|pgp_sym_(?:en|de)crypt(?:_bytea)?|IDENTIFIED\s+BY)\s*"
    r"(?:\(\s*)?(?P<first>[^'\"(),]{0,60},\s*)?",
    re.IGNORECASE,
)
_CALLED = ("create_secret", "crypt", "identified")
_TURNED = Pattern(r"'(?P<value>[^'\n]{1,200})'(?:::\w+)?\s*(?:=|<>)\s*(?P<name>[\w.(]*[('\w.]+)")


def _by_call(text: str, small: str) -> Iterator[Range]:
    if any(word in small for word in _CALLED):
        for found in _CALLS().finditer(text):
            literal = _literal(text, found.end())
            if literal is not None:
                yield literal
    for found in _TURNED().finditer(text):
        name = re.split(r"[('.]", found["name"].rstrip("'"))[-1]
        if _is_secret(name) and not _is_reference(found["value"]):
            yield found.span("value")
