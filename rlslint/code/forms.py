"""The programs of a run in their forms: each is parsed once, whoever asks."""

from __future__ import annotations

from rlslint.code import form
from rlslint.code.adapters import language_of
from rlslint.code.adapters.building import FileForm, parsed
from rlslint.code.constants import Constants, nodes_of
from rlslint.files.settings.development import is_development
from rlslint.files.settings.document import Document


class ProgramFile:
    """One program as it is searched: its nodes, its constants, and the way to its characters."""

    def __init__(self, shown: str, data: bytes, program: FileForm) -> None:
        self.shown = shown
        self.document = Document(shown, data, is_development(shown))
        self.problem = f"{shown}: {program.problem}" if program.problem else ""
        self.nodes: tuple[form.Node, ...] = tuple(nodes_of(program.body))
        self.constants = Constants(self.nodes)


class Forms:
    """What was parsed, by the paths of the files as they are shown."""

    def __init__(self) -> None:
        self._parsed: dict[str, FileForm] = {}

    def parsed(self, shown: str, data: bytes) -> FileForm:
        """Return a file in its form."""
        if shown not in self._parsed:
            suffix = shown[shown.rindex(".") :].lower()
            self._parsed[shown] = parsed(language_of(suffix), data)
        return self._parsed[shown]

    def file(self, shown: str, data: bytes) -> ProgramFile:
        """Return a file to search; its functions are built for it."""
        return ProgramFile(shown, data, self.parsed(shown, data))
