"""Random sentences of a grammar, the same for the same seed."""

from __future__ import annotations

import random
import re

Grammar = dict[str, tuple[str, ...]]
"""By symbol, its alternatives: text with other symbols in braces. "4* …" counts four times."""

_SYMBOL = re.compile(r"\{(\w+)\}")
_WEIGHT = re.compile(r"(\d+)\* ")


class Sentences:
    """Makes sentences of a grammar."""

    def __init__(self, grammar: Grammar, seed: int) -> None:
        self._random = random.Random(seed)
        self._alternatives = {
            symbol: tuple(_weighted(alternatives)) for symbol, alternatives in grammar.items()
        }

    def sentence(self, symbol: str) -> str:
        """Return one of the sentences that a symbol stands for."""
        chosen = self._random.choice(self._alternatives[symbol])
        return _SYMBOL.sub(lambda inner: self.sentence(inner[1]), chosen)


def _weighted(alternatives: tuple[str, ...]) -> list[str]:
    found: list[str] = []
    for alternative in alternatives:
        weight = _WEIGHT.match(alternative)
        text = alternative[weight.end() :] if weight else alternative
        found += [text] * (int(weight[1]) if weight else 1)
    return found
