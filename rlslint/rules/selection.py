"""Which rules are on: names, codes and prefixes of codes, as ruff selects."""

from __future__ import annotations

from collections.abc import Iterable

from rlslint import NamedTuple
from rlslint.config.options import Config, matching_ignores
from rlslint.rules.cards import card, rule_names


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
        resolve((accept.rule,))
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
