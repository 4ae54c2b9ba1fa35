"""Hiding passwords, keys and tokens, so that no output ever shows one."""

from __future__ import annotations

from functools import lru_cache

from rlslint import Pattern

MASK = "***"

_MARKS = [
    "pass",
    "pwd",
    "secret",
    "token",
    "credential",
    "service",
    "jwt",
    "://",
    "crypt",
    "identified",
]
"""One of these, or a key, is in every text with a secret that is not told by its shape."""
_NO_SECRET_KEYS = ("primary key", "foreign key")
_SHAPE_HINT = Pattern(
    r"eyJ|k_live|k_test|whsec|sb_secret|github_pat|npg_|napi_|dop_v1|sbp_|gh[oprsu]_|A3T|ABIA|ACCA"
    r"|AKIA|ASIA|sk-|glpat|xox|AIza|ya29|hvs\.|SG\.|npm_|pypi-|SCRAM|md5|\$2|\$argon2"
)


@lru_cache(maxsize=1 << 8)
def masked(text: str) -> str:
    """Return `text` with `***` in place of each secret; findings repeat many of their words."""
    shown, end = [], 0
    for start, behind in secret_ranges(text):
        shown += [text[end:start], MASK]
        end = behind
    return "".join(shown) + text[end:] if shown else text


def secret_ranges(text: str) -> list[tuple[int, int]]:
    """Return the stretches of `text` that hold a secret, in order and apart from each other."""
    # The one capital that is two characters when it is small.
    small = text.replace("\u0130", "i").lower()
    may_have_shape = _SHAPE_HINT().search(text) is not None
    if not may_have_shape and not any(map(small.__contains__, _MARKS)) and not _has_key(small):
        return []
    from rlslint.text.secret_places import secret_places

    joined: list[tuple[int, int]] = []
    for start, end in sorted(secret_places(text, small, may_have_shape)):
        if joined and start < joined[-1][1]:
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        elif end > start:
            joined.append((start, end))
    return joined


def _has_key(small: str) -> bool:
    """Tell whether a key is named that may be a secret: nearly every migration names others."""
    return small.count("key") > sum(map(small.count, _NO_SECRET_KEYS))
