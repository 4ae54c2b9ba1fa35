"""The rules: the cards, and which are on; beside that the registry, judging and suppression.

A card is one Markdown file, with a rule's metadata, its prose and its examples.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable
from functools import cache, lru_cache
from typing import Any

from rlslint import NamedTuple, Pattern
from rlslint.config import Confidence, Severity
from rlslint.config.options import Config, matching_ignores

_TITLE = Pattern(r"# ([a-z0-9-]+) \((RLS\d{3})\)")
_FINDS = Pattern(r"^## What it finds\n+(.*?)\n\n", re.M | re.S)
_SENTENCE_END = Pattern(r"(?<=[.]) (?=[A-Z`])|(?<=\w): ")
_FENCE = Pattern(r"^```(\w+)([^\n]*)\n(.*?)^```\s*$", re.M | re.S)


FAMILIES = {
    "RLS0": "Coverage",
    "RLS1": "Policies",
    "RLS2": "Roles and privileges",
    "RLS3": "Ways round the policies",
    "RLS4": "Context",
    "RLS5": "Sessions of the application",
    "RLS6": "Speed",
    "RLS7": "Deployment",
    "RLS8": "Changes",
    "RLS90": "Servers and dumps",
    "RLS91": "What rlslint could not read, and its own comments",
}
"""What the rules are about whose codes begin so."""


def family(code: str) -> str:
    """Return what the rules of a code's family are about."""
    return next(title for prefix, title in FAMILIES.items() if code.startswith(prefix))


class Example(NamedTuple):
    """A fenced example of a card.

    `language` is sql, python or toml. `kind` is bad, good or probe. `words` are the further words
    of the fence: a SQLSTATE that the example must fail with, a role, a file name.
    """

    language: str
    kind: str
    words: tuple[str, ...]
    source: str


class Card(NamedTuple):
    """What a rule's card says. `text` is the whole Markdown, with what only the tests need.

    `effect` is leak, loss, deny, perf or hygiene. `yields_to` names the rules that speak in this
    one's stead where both see one fault; `*` stands for every error and warning but those of speed.
    `fix` is migration where the next migration can mend it, edit where it can be mended where it
    stands, in as many cases as can be told; else none.
    `asked_of` says which facts a subject of a kind must have for the rule to be asked at all: all
    of one entry; of kinds that are not named it always is. `rests_on` are claims that can be no
    surer than what stands beside the fault: "absence" that nothing else protects a table,
    "purpose" that its rows are not for those who get at them, "run" that somebody runs the file;
    see `rules/weighing.py`.
    """

    name: str
    code: str
    severity: Severity
    confidence: Confidence
    effect: str
    evidence: tuple[str, ...]
    since: str
    aliases: tuple[str, ...]
    yields_to: tuple[str, ...]
    fix: str
    asked_of: tuple[tuple[str, frozenset[str]], ...]
    rests_on: frozenset[str]
    text: str

    @property
    def summary(self) -> str:
        """The first sentence of what the rule finds."""
        match = _FINDS().search(self.text)
        paragraph = " ".join(match.group(1).split()) if match else ""
        return _SENTENCE_END().split(paragraph)[0].rstrip(".:")

    @property
    def examples(self) -> tuple[Example, ...]:
        """The examples in the order of the card."""
        found = []
        for language, words, source in _FENCE().findall(self.text):
            kind, *rest = words.split() or [""]
            if kind in ("bad", "good", "probe"):
                found.append(Example(language, kind, tuple(rest), source))
        return tuple(found)


@lru_cache(maxsize=1)
def _folder() -> str:
    """Return the folder of the cards: inside an installed package, or beside it in a checkout.

    Raises FileNotFoundError where neither is there, rather than find a stranger's `rules`.
    """
    package = os.path.dirname(os.path.dirname(os.path.realpath(__file__)))
    cards = os.path.join(package, "cards")
    if os.path.isdir(cards):
        return cards
    checkout = os.path.dirname(package)
    cards = os.path.join(checkout, "rules")
    if os.path.isfile(os.path.join(checkout, "pyproject.toml")) and os.path.isdir(cards):
        return cards
    raise FileNotFoundError("rlslint was installed without its rule cards; install it again")


@lru_cache(maxsize=1)
def rule_names() -> tuple[str, ...]:
    """Return the names of all rules, sorted."""
    names = os.listdir(_folder())
    return tuple(sorted(name.removesuffix(".md") for name in names if name.endswith(".md")))


@cache
def card(name: str) -> Card:
    """Return the card of a rule.

    Raises FileNotFoundError for a rule that has none, ValueError for a card without its form.
    """
    with open(os.path.join(_folder(), f"{name}.md"), "rb") as file:
        text = file.read().decode("utf-8")
    title, _, rest = text.partition("\n\n```toml\n")
    source, fence, _ = rest.partition("\n```\n")
    match = _TITLE().fullmatch(title)
    if match is None or not fence or match.group(1) != name:
        raise ValueError(f"the card of {name} does not begin with its title and its metadata")
    fields = _fields(name, source)
    asked_of = (entry.partition(": ") for entry in fields.get("asked-of", ()))
    return Card(
        name,
        match.group(2),
        Severity[fields["severity"]],
        Confidence[fields.get("confidence", "high")],
        fields["effect"],
        tuple(fields["evidence"]),
        fields["since"],
        tuple(fields.get("aliases", ())),
        tuple(fields.get("yields-to", ())),
        fields.get("fix", "none"),
        tuple((kind, frozenset(facts.split(", "))) for kind, _, facts in asked_of),
        frozenset(fields.get("rests-on", ())),
        text,
    )


def _fields(name: str, source: str) -> dict[str, Any]:
    """Return metadata: of TOML, keys with a string or a list of strings in double quotes.

    Every run reads many cards, and nothing of TOML but this stands on them.
    """
    fields: dict[str, Any] = {}
    for line in source.replace("[\n", "[").replace(",\n", ", ").split("\n"):
        key, _, value = line.partition(" = ")
        between, words = value.split('"')[::2], value.split('"')[1::2]
        marks, commas = "".join(between).replace(" ", ""), "," * len(words)
        is_list = marks in (f"[{commas}]", f"[{commas[1:]}]")
        if "\\" in value or not words or not (is_list or (not marks and len(words) == 1)):
            raise ValueError(f"the metadata of {name} has a line that is not read: {line}")
        fields[key] = words if is_list else words[0]
    return fields


class UnknownRuleError(Exception):
    """A selector names no rule; the message says so and suggests one."""


class Selection(NamedTuple):
    """The rules that are on; `config` may turn some off for some files."""

    names: frozenset[str]
    config: Config

    def is_on(self, rule: str, path: str) -> bool:
        """Tell whether a rule is on for a file."""
        if rule not in self.names:
            return False
        if not self.config.per_file_ignores:
            return True
        return rule not in resolve(matching_ignores(self.config, path))


def selection_of(config: Config) -> Selection:
    """Return the selection that a configuration describes.

    Raises UnknownRuleError for a selector that selects nothing.
    """
    chosen = config.select
    selected = frozenset(rule_names()) if chosen is None else resolve(chosen)
    selected |= resolve(config.extend_select)
    selected -= resolve(config.ignore)
    for accept in config.accept:
        matching(accept.rule)
    for rules in config.per_file_ignores.values():
        resolve(rules)
    return Selection(selected, config)


def resolve(selectors: Iterable[str]) -> frozenset[str]:
    """Return the names of the rules that selectors mean.

    Raises UnknownRuleError for one that means none.
    """
    found: set[str] = set()
    for selector in selectors:
        found |= _rules_of(selector)
    return frozenset(found)


def is_rule(word: str) -> bool:
    """Tell whether a word is the name of a rule, a code or the beginning of one."""
    try:
        return word.upper() != "ALL" and bool(_rules_of(word))
    except UnknownRuleError:
        return False


def is_pattern(words: str) -> bool:
    """Tell whether something that may be a pattern is one: `public.audit_*`."""
    return any(sign in words for sign in "*?[")


def matching(selector: str) -> frozenset[str]:
    """Return the names of the rules that a selector means, or whose name or code fits a pattern.

    Raises UnknownRuleError where there is none.
    """
    if not is_pattern(selector):
        return resolve((selector,))
    from fnmatch import fnmatchcase

    found = frozenset(
        name
        for name in rule_names()
        if fnmatchcase(name, selector) or fnmatchcase(card(name).code, selector.upper())
    )
    if not found:
        raise UnknownRuleError(f"There is no rule that fits `{selector}`")
    return found


def _rules_of(selector: str) -> set[str]:
    names = rule_names()
    if selector in names:
        return {selector}
    if selector.upper() == "ALL":
        return set(names)
    if selector.upper().startswith("RLS"):
        matching = {name for name in names if card(name).code.startswith(selector.upper())}
        if matching:
            return matching
    hint = suggestion(selector)
    raise UnknownRuleError(f"There is no rule `{selector}`" + (f"; {hint}" if hint else ""))


def suggestion(name: str) -> str:
    """Return a question about the rule that a misspelt name probably means, "" if none is near."""
    from difflib import get_close_matches

    close = get_close_matches(name, rule_names(), 1)
    return f"did you mean `{close[0]}`?" if close else ""
