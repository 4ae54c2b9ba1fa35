"""The tokens of a PL/pgSQL body, which are those of SQL's own scanner."""

from __future__ import annotations

from rlslint.sql.parser import tokens


class NotPlpgsql(Exception):
    """The body is not what PL/pgSQL's grammar allows, as far as this parser knows it."""


_AS_WRITTEN = "\"'$"
"""What a word begins with that is not folded to lower case."""


class TokenStream:
    """Where the reading of a body stands; what it takes, it takes from there."""

    def __init__(self, body: str) -> None:
        self.data = body.encode()
        self.tokens = tokens(self.data)
        self.words = [
            word if word[0] in _AS_WRITTEN else word.lower() for word in self._written(body)
        ]
        self.at = 0

    def _written(self, body: str) -> list[str]:
        if len(self.data) == len(body):
            return [body[start:end] for start, end, _ in self.tokens]
        return [self.data[start:end].decode("utf-8", "replace") for start, end, _ in self.tokens]

    def now(self, ahead: int = 0) -> str:
        """Return the word that comes next, "" after the last one."""
        position = self.at + ahead
        return self.words[position] if position < len(self.words) else ""

    def take(self, *words: str) -> bool:
        """Take these words if they come next, and tell whether they did."""
        behind = self.at + len(words)
        if self.words[self.at : behind] != [*words]:
            return False
        self.at = behind
        return True

    def need(self, *words: str) -> None:
        """Take these words. Raises NotPlpgsql where others come next."""
        if not self.take(*words):
            raise NotPlpgsql(f"{' '.join(words)} is missing before {self.now() or 'the end'}")

    def sql(self, first: int, last: int) -> str:
        """Return the text of the tokens from `first` up to `last`, which is left out."""
        if first >= last:
            return ""
        start, end = self.tokens[first].start, self.tokens[last - 1].end
        return self.data[start:end].decode("utf-8", "replace")

    def until(self, *stops: str) -> str:
        """Take what comes before one of `stops` outside all parentheses; the stop stays."""
        first = self.at
        depth = 0
        while self.at < len(self.words):
            word = self.words[self.at]
            if depth == 0 and word in stops:
                return self.sql(first, self.at)
            depth += (word in ("(", "[")) - (word in (")", "]"))
            self.at += 1
        raise NotPlpgsql(f"{' or '.join(stops)} is missing")

    def rest_of_statement(self) -> str:
        """Take what comes before the semicolon, and the semicolon."""
        first = self.at
        self._pass_sql_body()
        self.until(";")
        text = self.sql(first, self.at)
        self.need(";")
        return text

    def _pass_sql_body(self) -> None:
        """Pass over the semicolons in CREATE FUNCTION … BEGIN ATOMIC … END (pl_gram.y)."""
        words = self.words[self.at : self.at + 4]
        kind = words[3:] if words[1:3] == ["or", "replace"] else words[1:2]
        if words[:1] != ["create"] or not {"function", "procedure"}.intersection(kind):
            return
        end = self.top_level(self.at, len(self.words), ";")
        begin = self.top_level(self.at, len(self.words), "begin")
        if end is None or begin is None or begin > end:
            return
        depth, self.at = 1, begin + 1
        while depth and self.now():
            depth += (self.now() in ("begin", "case")) - (self.now() == "end")
            self.at += 1

    def list_until(self, *stops: str) -> tuple[str, ...]:
        """Take SQL expressions separated by commas."""
        found = [self.until(",", *stops)]
        while self.take(","):
            found.append(self.until(",", *stops))
        return tuple(found)

    def label(self) -> str:
        """Take the label that may come next."""
        if not self.take("<<"):
            return ""
        label = plain_name(self.until(">>"))
        self.need(">>")
        return label

    def top_level(self, first: int, last: int, wanted: str) -> int | None:
        """Return where a word stands outside all parentheses, None where it does not."""
        depth = 0
        for position in range(first, last):
            word = self.words[position]
            if depth == 0 and word == wanted:
                return position
            depth += (word in ("(", "[")) - (word in (")", "]"))
        return None


def plain_name(word: str) -> str:
    """Return an identifier as the catalog holds it: folded to lower case, or unquoted."""
    word = word.strip()
    return word[1:-1].replace('""', '"') if word.startswith('"') else word.lower()
