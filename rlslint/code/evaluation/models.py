"""The models of a project as its migrations have left them: Django's tables, columns, names.

Django calls constraints and indexes after what they are of, with a digest, so that later
migrations can find them.
"""

from __future__ import annotations

from collections.abc import Callable
from hashlib import md5

from rlslint import NamedTuple, Pattern
from rlslint.code.evaluation.builtins import Origin
from rlslint.code.evaluation.values import Object, Unknown, Value, constant
from rlslint.code.evaluation.wording import Phrase
from rlslint.code.schemas.django import FIELDS

_LONGEST_NAME = 63
_OF_PACKAGE = Pattern(r"(?:.*\.)?(\w*)\.models(?:\.\w+)*\.([A-Z]\w*)")
"""A model by its module: `django.contrib.auth.models.User`, or that of the app: `.models.Visit`."""
_OF_DJANGO = frozenset(("admin", "auth", "contenttypes", "sessions", "sites"))
"""Apps that come with Django; their keys are integers."""

Columns = tuple[str, ...]


class ModelReference(NamedTuple):
    """The column that a foreign key refers to; `is_held` where PostgreSQL sees to it."""

    table: str
    column: str
    is_held: bool


class Field(NamedTuple):
    """A field of a model that has a column; None for a type that is not known."""

    place: Origin
    column: str
    type: str | None
    is_identity: bool = False
    nullable: bool = False
    primary: bool = False
    unique: bool = False
    indexed: bool = False
    default: Phrase = ()
    reference: ModelReference | None = None


class Joint(NamedTuple):
    """The table between two models, with its columns; `table` is "" where Django names it."""

    table: str
    target: tuple[str, str]


UNKNOWN_MODEL = ("", "")
"""The app and the name of a model that nothing tells."""


class Model:
    """A model and its table.

    `own_table` is what the migrations call it, "" where Django names it. An `is_absent` one has no
    table that migrations change. `together` are the columns of constraints and indexes without a
    name, by the end of their names. `made` are the names of what was made for fields, by these and
    by what it is. `secured` are the constraints that make row security.
    """

    def __init__(self, app: str, name: str, own_table: str = "", is_absent: bool = False) -> None:
        self.app = app
        self.name = name.lower()
        self.own_table = own_table
        self.is_absent = is_absent
        self.fields: dict[str, Field] = {}
        self.joints: dict[str, Joint] = {}
        self.together: dict[str, set[tuple[str, ...]]] = {}
        self.made: dict[tuple[str, str], str] = {}
        self.secured: set[str] = set()

    def copied(self) -> Model:
        made = Model(self.app, self.name, self.own_table, self.is_absent)
        made.fields, made.joints, made.made = {**self.fields}, {**self.joints}, {**self.made}
        made.together = {suffix: {*sets} for suffix, sets in self.together.items()}
        made.secured = {*self.secured}
        return made

    @property
    def table(self) -> str:
        return self.own_table or shortened(f"{self.app}_{self.name}")

    @property
    def key(self) -> Field | None:
        """The primary key, None where nothing says what it is."""
        return next((each for each in self.fields.values() if each.primary), None)

    def column(self, field: str) -> str:
        """Return the column of a field, or what it is called itself where it is not known."""
        known = self.fields.get(field)
        return known.column if known is not None else field

    def joint_table(self, field: str) -> str:
        """Return the table of a field that relates many rows to many."""
        return self.joints[field].table or shortened(f"{self.table}_{field}")

    def joint_columns(self, field: str) -> tuple[str, str]:
        """Return the columns of such a table: that of this model, then that of the other one."""
        app, other = self.joints[field].target
        if (app, other) == (self.app, self.name):
            return f"from_{self.name}_id", f"to_{self.name}_id"
        return f"{self.name}_id", f"{other}_id"


class Models:
    """The models of one history, changed by one migration after the other.

    `setting` gives what a setting of the project is, "" where it is not known; `label` the name
    under which the folder of an app goes.
    """

    def __init__(self, setting: Callable[[str], str], label: Callable[[str], str]) -> None:
        self._setting = setting
        self._models: dict[tuple[str, str], Model] = {}
        self.label = label

    @property
    def auto_field(self) -> str:
        """The field that is the key of a model which has none."""
        given = self._setting("DEFAULT_AUTO_FIELD").rpartition(".")[2]
        return given if given in FIELDS else "BigAutoField"

    def find(self, app: str, name: str) -> Model:
        """Return a model, by Django's rules where no migration read so far made it."""
        return self._models.get((app, name.lower())) or Model(app, name)

    def has(self, app: str, name: str) -> bool:
        """Tell whether a migration made a model."""
        return (app, name.lower()) in self._models

    def keep(self, model: Model) -> None:
        self._models[model.app, model.name] = model

    def drop(self, model: Model) -> None:
        self._models.pop((model.app, model.name), None)

    def copied(self) -> Models:
        """Return the models as they are, to be changed apart from these."""
        made = Models(self._setting, self.label)
        made._models = {key: model.copied() for key, model in self._models.items()}
        return made

    def referring(self, model: Model) -> list[tuple[Model, str]]:
        """Return the fields of all models that relate many rows to many of this one."""
        target = model.app, model.name
        return [
            (each, field)
            for each in self._models.values()
            for field, joint in each.joints.items()
            if joint.target == target or each is model
        ]

    def renamed(self, model: Model, name: str) -> None:
        """Give a model another name, under which the others refer to it."""
        before, after = (model.app, model.name), (model.app, name.lower())
        self._models.pop(before, None)
        model.name = name.lower()
        self._models[after] = model
        for each in self._models.values():
            for field, joint in each.joints.items():
                if joint.target == before:
                    each.joints[field] = joint._replace(target=after)

    def label_of(self, value: Value | None, app: str, own: str) -> tuple[str, str] | None:
        """Return which model a relation of a model names, None where that is not known."""
        match value:
            case Object(name=name, source=source):
                return self.label(source.path), name.lower()
            case Unknown(path=path) if path.rpartition(".")[2] == "AUTH_USER_MODEL":
                text: object = self._setting("AUTH_USER_MODEL") or "auth.User"
            case Unknown(is_foreign=True, path=path) if found := _OF_PACKAGE().fullmatch(path):
                return found[1] or app, found[2].lower()
            case _:
                text = constant(value)
        if not isinstance(text, str):
            return None
        label, _, name = text.rpartition(".")
        return label or app, (own if text == "self" else name).lower()

    def key_of(self, model: Model) -> tuple[str, str]:
        """Return the name and the type of a model's primary key."""
        key = model.key
        if key is not None:
            return key.column, key.type or "text"
        kind = "AutoField" if model.app in _OF_DJANGO else self.auto_field
        return "id", FIELDS[kind]


def _digest(*parts: str, length: int) -> str:
    found = md5(usedforsecurity=False)
    for part in parts:
        found.update(part.encode())
    return found.hexdigest()[:length]


def _plain(table: str) -> str:
    """Return the name of a table without that of its schema."""
    return table.rpartition('"."')[2].strip('"')


def shortened(name: str) -> str:
    """Return a name as Django cuts it where it is too long for PostgreSQL."""
    if len(name) <= _LONGEST_NAME:
        return name
    return name[: _LONGEST_NAME - 4] + _digest(name, length=4)


def constraint_name(table: str, columns: Columns, suffix: str = "") -> str:
    """Return what Django calls a constraint or an index that has no name of its own."""
    table = _plain(table)
    end = _digest(table, *columns, length=8) + suffix
    inner = "_".join(columns)
    whole = f"{table}_{inner}_{end}"
    if len(whole) <= _LONGEST_NAME:
        return whole
    end = end[: _LONGEST_NAME // 3] if len(end) > _LONGEST_NAME / 3 else end
    most = (_LONGEST_NAME - len(end)) // 2 - 1
    return f"{table[:most]}_{inner[:most]}_{end}"


def foreign_key_name(table: str, column: str, reference: ModelReference) -> str:
    """Return what Django calls a foreign key."""
    suffix = f"_fk_{_plain(reference.table)}_{reference.column}"
    return constraint_name(table, (column,), suffix)
