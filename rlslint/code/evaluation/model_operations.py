"""Operations of migrations on models: what each is given, and how SQL names its table."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from rlslint import NamedTuple
from rlslint.code.evaluation.built import Built
from rlslint.code.evaluation.builtins import Origin
from rlslint.code.evaluation.model_fields import NamedClass
from rlslint.code.evaluation.models import Model, Models
from rlslint.code.evaluation.strings import Written
from rlslint.code.evaluation.values import Entries, Value, constant
from rlslint.code.evaluation.wording import Phrase, listed, name, sentence, unknown, words
from rlslint.code.schemas.django import ABOUT_ROW_SECURITY, OPERATIONS, SAME_OPERATIONS


class Operation(NamedTuple):
    """An operation of a migration: what it is called, and what it is given by name."""

    kind: str
    given: Mapping[str, Value]
    place: Origin
    models: Models
    app: str
    named_class: NamedClass

    def text(self, *names: str) -> str:
        """Return the first argument of these that is a string, "" where there is none."""
        found = (constant(self.given.get(each)) for each in names)
        return next((each for each in found if isinstance(each, str)), "")

    @property
    def model(self) -> Model:
        names = ("name", "model_name") if self._names_model_first else ("model_name", "old_name")
        return self.models.find(self.app, self.text(*names))

    @property
    def _names_model_first(self) -> bool:
        return OPERATIONS.get(self.kind, ("",))[0] == "name"

    def option(self, key: str) -> Value | None:
        options = self.given.get("options")
        return options.values.get(key) if isinstance(options, Entries) else None


def operation_of(
    built: Built, kind: str, app: str, models: Models, named_class: NamedClass
) -> Operation:
    """Return an operation, its arguments by their names."""
    kind = SAME_OPERATIONS.get(kind, kind)
    given = dict(zip(OPERATIONS.get(kind, ("name",)), built.call.arguments, strict=False))
    return Operation(
        kind, {**given, **built.call.named}, built.call.place, models, app, named_class
    )


def is_about_row_security(kind: str) -> bool:
    """Tell whether an operation or a constraint of this name puts row security on a table."""
    return ABOUT_ROW_SECURITY().search(kind) is not None


def unknown_row_security(table: str, place: Origin) -> Iterator[Written]:
    """Yield what may come of an operation that nobody follows."""
    target, anything = table_phrase(table, place), unknown(place)
    yield sentence(place, "ALTER TABLE ", target, " ", anything)
    yield sentence(place, "CREATE POLICY ", anything, " ON ", target, " USING (", anything, ")")


def table_phrase(table: str, place: Origin) -> Phrase:
    """Return the name of a table, quoted as Django does: one that has quotes is left as it is."""
    is_quoted = table.startswith('"') and table.endswith('"')
    return words(table if is_quoted else f'"{table}"', place)


def alter(model: Model, place: Origin, *parts: str | Phrase) -> Written:
    """Return a statement that changes the table of a model."""
    return sentence(place, "ALTER TABLE ", table_phrase(model.table, place), " ", *parts)


def columns_phrase(columns: Iterable[str], place: Origin) -> Phrase:
    """Return the names of columns, with commas between them."""
    return listed([name(each, place) for each in columns], place)
