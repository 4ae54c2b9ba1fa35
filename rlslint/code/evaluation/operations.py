"""Migrations that list what they do: SQL, functions, and what they do to models, in order.

What an operation of the project's own runs is followed where it can be; one that is about row
security, and that nobody can follow, makes unknown what it may touch.
"""

from __future__ import annotations

from collections.abc import Sequence

from rlslint.code.evaluation.built import Built, Scripts
from rlslint.code.evaluation.builtins import Origin
from rlslint.code.evaluation.expressions import member
from rlslint.code.evaluation.migrations import as_sent
from rlslint.code.evaluation.model_fields import classes_of
from rlslint.code.evaluation.model_operations import (
    Operation,
    is_about_row_security,
    operation_of,
    unknown_row_security,
)
from rlslint.code.evaluation.model_tables import statements_on_models
from rlslint.code.evaluation.models import Models
from rlslint.code.evaluation.strings import Fragment, Written, untold
from rlslint.code.evaluation.values import (
    Closure,
    Handle,
    Items,
    Object,
    Plain,
    Unknown,
    Value,
)
from rlslint.code.evaluation.walking import Walker
from rlslint.code.libraries import LibraryRole
from rlslint.code.schemas.django import EXTENSIONS, OPERATIONS, SAME_OPERATIONS

_LIBRARY = "django"
_TABLES = ("table", "table_name", "db_table")


class Operations:
    """Runs the operations of one migration; what they run is kept in its scripts.

    `models` are those that the migrations before it have left, `app` is where it belongs.
    """

    def __init__(self, walker: Walker, scripts: Scripts, app: str, models: Models) -> None:
        self._walker = walker
        self._scripts = scripts
        self._app = app
        self._models = models

    def run(self, listed: Value | None, place: Origin) -> None:
        """Run operations; `place` is where they are listed."""
        match listed:
            case Items(values):
                for each in values:
                    self._run(each, place)
            case None | Plain(None):
                pass
            case _:
                self._untold(place)

    def _run(self, value: Value, place: Origin) -> None:
        match value:
            case Built(on=Object() as made):
                self._of_project(value, made)
            case Built():
                self._of_library(value)
            case Items():
                self.run(value, place)
            case Plain(None):
                pass
            case _:
                self._untold(place)

    def _of_library(self, built: Built) -> None:
        (kind,) = self._classes(built)
        if kind in OPERATIONS or kind in SAME_OPERATIONS or kind in EXTENSIONS:
            self._known(kind, built)
        elif is_about_row_security(kind):
            self._in_doubt(built, kind)
        elif not kind[:1].isupper():
            self._untold(built.call.place)

    def _classes(self, built: Built) -> list[str]:
        return list(classes_of(built, self._walker.program.named_class))

    def _operation(self, kind: str, built: Built) -> Operation:
        named_class = self._walker.program.named_class
        return operation_of(built, kind, self._app, self._models, named_class)

    def _known(self, kind: str, built: Built) -> None:
        operation = self._operation(kind, built)
        given, place = operation.given, operation.place
        match operation.kind:
            case "RunSQL":
                self._run_sql(given.get("sql"), place)
                self._lead_back(given.get("reverse_sql"))
                self._change_state(given.get("state_operations"))
            case "RunPython":
                self._run_python(given.get("code"), place)
                self._lead_back(given.get("reverse_code"))
            case "SeparateDatabaseAndState":
                kept, self._models = self._models, self._models.copied()
                self.run(given.get("database_operations"), place)
                self._models = kept
                self._change_state(given.get("state_operations"))
            case _:
                doubted = len(self._scripts.found)
                self._scripts.found += statements_on_models(operation)
                self._keep_doubts(doubted)

    def _keep_doubts(self, first: int) -> None:
        """Keep where statements stand of which nothing is known."""
        for each in self._scripts.found[first:]:
            if isinstance(each, Written):
                gaps = [part for part in each.fragments if part.gap is not None]
                self._scripts.untold += [Origin(part.source, part.start, part.end) for part in gaps]

    def _change_state(self, listed: Value | None) -> None:
        """Learn of the models that operations on the state alone make."""
        for each in listed.values if isinstance(listed, Items) else ():
            if isinstance(each, Built):
                for kind in self._classes(each)[-1:]:
                    statements_on_models(self._operation(kind, each))

    def _untold(self, place: Origin) -> None:
        source, start, end = place
        shown = source.slice(start, end).partition("\n")[0]
        self._scripts.found.append(untold(source, start, end, shown))
        self._scripts.untold.append(place)

    def _in_doubt(self, built: Built, kind: str) -> None:
        """Run what nobody can follow: the row security of the table that it names is unknown."""
        operation = self._operation(kind, built)
        table, model = operation.text(*_TABLES), operation.text("model_name", "model", "name")
        place = built.call.place
        if table or model:
            table = table or self._models.find(self._app, model.rpartition(".")[2]).table
            self._scripts.found += unknown_row_security(table, place)
            self._scripts.untold.append(place)
        else:
            self._untold(place)

    # SQL

    def _run_sql(self, sql: Value | None, place: Origin) -> None:
        match sql:
            case Written(constant=str() as text) if not text.strip():
                pass
            case Written():
                self._scripts.found.append(sql)
            case Items(values, places):
                for number, statement in enumerate(values):
                    self._run_statement(statement, Origin(*places[number]) if places else place)
            case None | Plain(None):
                pass
            case Unknown(path=path) if path.endswith(".noop"):
                pass
            case _:
                self._untold(place)

    def _run_statement(self, statement: Value, place: Origin) -> None:
        match statement:
            case Items((Written() as sql, parameters)):
                values = () if parameters == Plain(None) else (parameters,)
                editor = self._editor()
                self._scripts.found.append(as_sent(sql, editor.library, values) if values else sql)
            case _:
                self._run_sql(statement, place)

    # Functions

    def _run_python(self, code: Value | None, place: Origin) -> None:
        given: Sequence[Value] = (Unknown("apps"), self._editor())
        match code:
            case Closure():
                self._walker.follow(code, given)
            case Built(call=call) if call.name == "partial" and call.closure is not None:
                first = call.arguments[1:]
                self._walker.follow(call.closure, (*first, *given), None, call.named)
            case Unknown(path=path) if is_about_row_security(path):
                self._untold(place)
            case _:
                pass

    def _editor(self) -> Handle:
        connections = self._walker.connections
        library = next(each for each in connections.known if each.name == _LIBRARY)
        made = connections.made(LibraryRole.maybe, library, self._walker.course, is_given=True)
        if made.session is not None:
            made.session.name = "schema_editor"
        return made

    def _lead_back(self, code: Value | None) -> None:
        """Keep what only leads back, so that nobody takes it for something that is left unread."""
        match code:
            case Closure(function=function, source=source):
                kept, back = self._scripts, Scripts(self._scripts.framework)
                course = self._walker.course
                self._scripts = course.scripts = back
                self._run_python(code, Origin(source, function.start, function.end))
                self._scripts = course.scripts = kept
                if source is self._walker.source:
                    kept.skipped.append(Origin(source, function.start, function.end))
                written = [each for each in back.found if isinstance(each, Written)]
            case Written():
                written = [code]
            case Items(values):
                for each in values:
                    self._lead_back(each)
                return
            case _:
                return
        self._scripts.skipped += [
            Origin(part.source, part.start, part.end)
            for each in written
            for part in each.fragments
            if part.source is self._walker.source
        ]

    # Operations of the project

    def _of_project(self, built: Built, made: Object) -> None:
        """Run an operation of a class of the project, or as its base of Django's does."""
        names = self._classes(built)
        scripts, found = self._scripts, len(self._scripts.found)
        before = dict(made.scope.variables)
        scripts.constructed = []
        is_followed = self._construct(built, made)
        known = next((each for each in names if each in OPERATIONS or each in SAME_OPERATIONS), "")
        forwards = member(self._walker, made, "database_forwards", 0)
        if isinstance(forwards, Closure):
            states = Unknown("from_state"), Unknown("to_state")
            label = Written((Fragment(self._app, *built.call.place),))
            self._walker.follow(forwards, (label, self._editor(), *states))
        elif known:
            given = scripts.constructed[-1:] or ([] if is_followed else [built])
            for each in given:
                self._known(known, each)
            if not given:
                self._untold(built.call.place)
        made.scope.variables = before
        doubtful = [each for each in scripts.perhaps if each.start >= found]
        is_told = len(scripts.found) > found and not doubtful
        if not is_told and any(map(is_about_row_security, names)):
            del scripts.found[found:]
            scripts.perhaps = [each for each in scripts.perhaps if each not in doubtful]
            self._in_doubt(built, names[0])

    def _construct(self, built: Built, made: Object) -> bool:
        """Follow what makes an operation, for what it keeps of what it is given."""
        constructor = member(self._walker, made, "__init__", 0)
        if not isinstance(constructor, Closure):
            return False
        self._walker.follow(constructor, built.call.arguments, None, built.call.named)
        return True
