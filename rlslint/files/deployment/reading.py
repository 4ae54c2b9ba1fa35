"""Looking through files for what they tell of a deployment; nothing is parsed.

What programs say of keys and of options is told from their form, and passed over here.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Set
from os.path import basename
from typing import Any

from rlslint import NamedTuple
from rlslint.files.deployment import (
    Deployment,
    HeaderFate,
    LostIdentity,
    Placed,
    Route,
    header_changes,
    identity_headers,
    manifests,
    platforms,
    proxies,
    public_keys,
    unchecked_ways,
)
from rlslint.files.deployment.commands import (
    declares_policies,
    dumps,
    may_dump,
    may_push,
    schema_pushes,
)
from rlslint.files.deployment.servers import (
    may_tell_option,
    may_tell_pooler,
    may_tell_version,
    poolers,
    server_versions,
    startup_options,
)
from rlslint.files.settings import kustomize
from rlslint.files.settings.development import is_development
from rlslint.files.settings.document import Document
from rlslint.files.unread import content
from rlslint.files.walk import shown_path
from rlslint.text import Searched, Span, Text
from rlslint.text.budget import LARGEST_SEARCHED

_Search = Callable[[Text, str], Iterator[Any]]
_SEARCHES: tuple[tuple[Callable[[Searched], bool], _Search], ...] = (
    (public_keys.may_tell, public_keys.public_keys),
    (may_tell_pooler, poolers),
    (may_tell_option, startup_options),
    (may_dump, dumps),
    (may_push, schema_pushes),
    (may_tell_version, server_versions),
    (identity_headers.may_tell, identity_headers.lost_identities),
)
"""In the order of the fields of Deployment: whether a file is searched, and what for."""


_OF_NO_PROGRAMS = (
    public_keys.public_keys,
    startup_options,
    schema_pushes,
    server_versions,
)
"""What is told by the form of a program, or by files of other kinds alone."""


def read_deployment(
    paths: Collection[str], base: str, parsed: Set[str] = frozenset()
) -> Deployment:
    """Return what files tell of a deployment; `base` is where their paths are shown from.

    The files of `parsed` are programs that are told of by their form.
    """
    found: tuple[list[Any], ...] = tuple([] for _ in _SEARCHES)
    candidates: dict[str, Searched] = {}
    changes: list[header_changes.Told] = []
    for path in sorted(paths):
        data = content(path)
        if len(data) > LARGEST_SEARCHED:
            continue
        words = Searched(data)
        if _may_place(path, words, path in parsed):
            candidates[path] = words
        if path.endswith((".yml", ".yaml")) and header_changes.may_tell(words):
            changes += header_changes.told_of(
                Text(shown_path(path, base), data), data.decode("utf-8", "replace")
            )
        elif words.has(b"skip_auth_r"):
            source = data.decode("utf-8", "replace")
            text = Text(shown_path(path, base), source.encode())
            changes += unchecked_ways.skips_of_file(text, source)
        searched = [
            (search, members)
            for (may_tell, search), members in zip(_SEARCHES, found, strict=True)
            if not (path in parsed and search in _OF_NO_PROGRAMS) and may_tell(words)
        ]
        if searched:
            source = data.decode("utf-8", "replace")
            text = Text(shown_path(path, base), source.encode())
            for search, members in searched:
                members += search(text, source)
    routes, workloads = _routes(candidates, paths, base)
    told = Deployment(*map(tuple, found))._replace(routes=routes, workloads=workloads)
    lost = {_place(one): one for one in told.identities}
    asked = _headers_asked(paths) if changes or routes else _Asked(frozenset(), frozenset())
    for one in header_changes.settled(changes, asked.known):
        known = lost.get(_place(one), one)
        lost[_place(one)] = known._replace(around=one.around)
    if not lost:
        for header in sorted(asked.unset):
            for route in routes:
                if not (route.because or route.development):
                    unset = LostIdentity(route.span, header, HeaderFate.unset, (route.span,))
                    lost[_place(unset)] = unset
    if lost:
        told = told._replace(identities=tuple(_read_by_programs([*lost.values()], paths, base)))
    if told.pushes and any(declares_policies(content(path)) for path in paths):
        return told._replace(pushes=())
    return told


class _Asked(NamedTuple):
    """The headers by which programs may know their callers.

    Of those `unset`, no other file tells, nor does a program know its callers by anything else.
    """

    known: frozenset[str]
    unset: frozenset[str]


_CHECKS = (
    b"auth_request", b"auth-url", b"auth_jwt", b"forwardauth", b"forward_auth", b"oauth2", b"oidc",
    b"openid", b"jwt", b"authz", b"auth-type", b"key-auth", b"basic-auth", b"hmac-auth", b"mtls",
    b"auth-tls", b"authpolicy", b"authelia", b"authentik", b"keycloak", b"cognito", b"pomerium",
    b"cloudflared", b"tailscale", b"requestauthentication", b"ldap", b"saml", b"enable-global-auth",
)  # fmt: skip
"""What files name that check callers before they get to a program."""


def _headers_asked(paths: Collection[str]) -> _Asked:
    from rlslint.files.deployment import header_reads

    named = set[str]()
    unverified = is_checked = False
    others: list[Searched] = []
    for path in paths:
        data = content(path)
        if len(data) > LARGEST_SEARCHED or path.endswith((".md", ".rst", ".txt", ".sql")):
            continue
        if not header_reads.is_serving(path) or b"\n" not in data:
            others.append(Searched(data))
            continue
        source = data.decode("utf-8", "replace")
        found = header_reads.headers_named(source)
        named |= found
        unverified |= header_reads.reads_unverified(source)
        is_checked |= header_reads.verifies(source)
    is_checked |= any(words.has_any(_CHECKS) for words in others)
    unset = {
        header
        for header in named
        if not (is_checked or header_reads.is_filled_by_checks(header))
        and not any(words.has(header.encode()) for words in others)
    }
    known = named | {"authorization"} if unverified else named
    return _Asked(frozenset(known), frozenset(unset))


def _may_place(path: str, words: Searched, is_program: bool) -> bool:
    """Tell whether a file may have a way in, or what it leads to."""
    if platforms.may_place(path, words):
        return True
    if is_program:
        return False
    if path.endswith(".json"):
        return words.has(b'"kind"') and words.has(b'"apiversion"')
    return manifests.may_enter(words) or manifests.may_serve(words) or proxies.may_tell(words)


def _place(lost: LostIdentity) -> tuple[str, int, str]:
    text, start, _ = lost.span
    return text.path, text.location(start).row, lost.header.lower()


def _read_by_programs(
    lost: list[LostIdentity], paths: Collection[str], base: str
) -> Iterator[LostIdentity]:
    """Yield the same with where a program reads each header."""
    from rlslint.files.deployment.header_reads import header_read

    read: dict[str, Span] = {}
    wanted = {one.header.lower() for one in lost}
    for path in sorted(paths):
        data = content(path)
        if len(data) > LARGEST_SEARCHED:
            continue
        words = Searched(data)
        for header in wanted - read.keys():
            told = header.encode()
            if words.has_any((told, told.replace(b"-", b"_"))):
                source = data.decode("utf-8", "replace")
                text = Text(shown_path(path, base), source.encode())
                span = header_read(text, source, header)
                if span is not None:
                    read[header] = span
    for one in lost:
        yield one._replace(read=read.get(one.header.lower()))


def _document(path: str, base: str) -> Document | None:
    data = content(path)
    shown = shown_path(path, base)
    if not data or len(data) > LARGEST_SEARCHED:
        return None
    return Document(shown, data, is_development(shown))


def _routes(
    candidates: Mapping[str, Searched], paths: Collection[str], base: str
) -> tuple[tuple[Route, ...], tuple[Placed, ...]]:
    """Return the ways in, and the workloads.

    Without an entrance, nobody asks what could be got to.
    """
    if not any(
        manifests.may_enter(words)
        or proxies.may_tell(words)
        or platforms.may_place(path, words)
        or path.endswith(".json")
        for path, words in candidates.items()
    ):
        return (), ()
    from rlslint.files.deployment.traffic import Workload, traced

    found: list[Any] = []
    built: frozenset[str] = frozenset()
    if any(basename(path) in kustomize.NAMES for path in paths):
        made = kustomize.build_all(paths, lambda path: _document(path, base))
        built = made.files
        for build in made.builds:
            found += manifests.pieces_of_build(build)
    for path, words in candidates.items():
        if path in built:
            continue
        text = Text(shown_path(path, base), words.data)
        source = words.data.decode("utf-8", "replace")
        if platforms.may_place(path, words):
            found += platforms.pieces_of(text, source)
        elif path.endswith((".yml", ".yaml", ".json")):
            found += manifests.pieces_of(text, source)
        elif proxies.may_tell(words):
            found += proxies.entrances(text, source)
    placed = (Placed(one.prefix, one.file, one.given) for one in found if isinstance(one, Workload))
    return tuple(traced(found)), tuple(dict.fromkeys(placed))
