"""What a name says about what it stands for: whether that is a secret."""

from __future__ import annotations

from rlslint.text.patterns import Pattern

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
