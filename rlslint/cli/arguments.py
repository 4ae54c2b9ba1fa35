"""The options of the command line, declared once as data, and the quick reading of `check`.

click makes its commands of the same data: it reads what is unusual, and has the words for what is
wrong. Little is imported, for a run that is repeated starts with this module.
"""

from __future__ import annotations

import os

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Any

CHECK_NAMES = ("check", "lint")
GROUPS = ("Output", "Selection", "Files", "Mends", "Adoption", "Miscellaneous")
"""Under which headings --help shows options."""
_EXPANDED_BY_CLICK = "*?[~$%" if os.name == "nt" else ""


class Flag:
    """An option of the command line.

    `takes` says what follows it: nothing, a value, values (where it may be repeated), a path, or a
    file that is opened.
    `option` is the option of the configuration whose values it takes, `choices` are its values
    where there is none.
    """

    __slots__ = (
        "choices",
        "default",
        "group",
        "help",
        "metavar",
        "name",
        "option",
        "spellings",
        "takes",
    )

    def __init__(
        self,
        *spellings: str,
        help: str,
        takes: str = "nothing",
        name: str = "",
        metavar: str | None = None,
        option: str = "",
        choices: tuple[str, ...] = (),
        default: str | None = None,
        group: str = GROUPS[-1],
    ) -> None:
        self.spellings = spellings
        self.help = help
        self.takes = takes
        self.name = name or spellings[-1].removeprefix("--").replace("-", "_")
        self.metavar = metavar
        self.option = option
        self.choices = choices
        self.default = default
        self.group = group

    @property
    def initial(self) -> object:
        """What holds where the option is not on the command line."""
        return {"nothing": False, "values": ()}.get(self.takes, self.default)


_SELECTING = (
    Flag(
        "--select",
        takes="values",
        metavar="RULES",
        help="Turn on these rules only.",
        group="Selection",
    ),
    Flag(
        "--ignore", takes="values", metavar="RULES", help="Turn off these rules.", group="Selection"
    ),
    Flag(
        "--extend-select",
        takes="values",
        metavar="RULES",
        help="Turn on more rules.",
        group="Selection",
    ),
)
_EXCLUDING = (
    Flag(
        "--per-file-ignores",
        takes="values",
        metavar="PATTERN:RULES",
        help="Turn off rules for files.",
        group="Selection",
    ),
    Flag(
        "--exclude", takes="values", metavar="PATTERN", help="Leave out these files.", group="Files"
    ),
    Flag(
        "--extend-exclude",
        takes="values",
        metavar="PATTERN",
        help="Leave out more files.",
        group="Files",
    ),
    Flag("--force-exclude", help="Leave out excluded files even if named.", group="Files"),
)
_CONFIGURING = (
    Flag(
        "--config",
        takes="values",
        name="config_values",
        metavar="FILE|KEY=VALUE",
        help="A configuration file, or one option of it.",
    ),
    Flag("--isolated", help="Read no configuration file."),
)
_REPORTING = (
    Flag(
        "--output-format",
        takes="value",
        option="output-format",
        help="How findings are printed.",
        group="Output",
    ),
    Flag(
        "-o",
        "--output-file",
        takes="path",
        metavar="PATH",
        help="Write the findings to a file.",
        group="Output",
    ),
)
_WEIGHING = (
    Flag("--fail-on", takes="value", option="fail-on", help="Exit with 1 from this severity on."),
    Flag(
        "--min-severity",
        takes="value",
        option="min-severity",
        help="Print from this severity on.",
        group="Output",
    ),
    Flag(
        "--min-confidence",
        takes="value",
        option="min-confidence",
        help="Print from this confidence on.",
        group="Output",
    ),
    Flag("-e", "--exit-zero", help="Exit with 0 whatever is found."),
    Flag("--show-unchecked", help="List what could not be checked.", group="Output"),
    Flag("--statistics", help="Count the findings of each rule.", group="Output"),
)
_ADOPTING = (
    Flag(
        "--baseline",
        takes="path",
        metavar="FILE",
        help="Leave out the findings that this file has.",
        group="Adoption",
    ),
    Flag(
        "--write-baseline",
        help="Write that file, or take out of it what is mended.",
        group="Adoption",
    ),
    Flag("--prune-baseline", help="Take out of that file what is mended.", group="Adoption"),
    Flag("--add", help="With --write-baseline: add what is new as well.", group="Adoption"),
)
_SPEAKING = (
    Flag("--show-settings", help="Print the options in force."),
    Flag(
        "--color",
        takes="value",
        choices=("auto", "always", "never"),
        default="auto",
        help="When to use colour.",
        group="Output",
    ),
    Flag("-q", "--quiet", help="Print findings and errors only.", group="Output"),
    Flag(
        "-v",
        "--verbose",
        help="Say what is in force, and where rlslint itself fails.",
        group="Output",
    ),
)
CHECK = (
    *_SELECTING,
    *_EXCLUDING,
    *_CONFIGURING,
    *_REPORTING,
    Flag(
        "--fix",
        help="Mend what can be mended where it stands, in files that are not committed.",
        group="Mends",
    ),
    Flag(
        "--unsafe-fixes",
        help="Mend in all files, and by what may change more than the fault.",
        group="Mends",
    ),
    Flag("--diff", help="Show what --fix would change, and change nothing.", group="Mends"),
    Flag(
        "--stdin-filename",
        takes="value",
        help="The file that standard input stands for.",
        group="Files",
    ),
    *_WEIGHING,
    *_ADOPTING,
    Flag(
        "--since",
        takes="value",
        metavar="REF",
        help="Report only what is new beside this commit of Git.",
        group="Adoption",
    ),
    Flag(
        "--add-ignore",
        takes="value",
        metavar="REASON",
        help="Write an ignore comment with this reason above what is found.",
        group="Adoption",
    ),
    Flag("--show-files", help="List the files that would be read.", group="Files"),
    Flag("--watch", help="Check again whenever a file changes, until interrupted."),
    Flag("--no-cache", help="Check anew what is as it was, and keep nothing for the next time."),
    *_SPEAKING,
)
AUDIT = (
    Flag(
        "--service",
        takes="value",
        metavar="NAME",
        help="A service of libpq's pg_service.conf.",
        group="Files",
    ),
    Flag(
        "--dsn-file",
        takes="file",
        metavar="FILE",
        help="A file with a DSN on each line (- is standard input).",
        group="Files",
    ),
    Flag(
        "--schema",
        takes="values",
        metavar="NAME",
        help="Report on this schema only.",
        group="Selection",
    ),
    Flag(
        "--migrations",
        takes="path",
        metavar="PATH",
        help="The migrations that made the database.",
        group="Files",
    ),
    Flag("--drift", help="Report what differs from the migrations."),
    *_SELECTING,
    *_CONFIGURING,
    *_REPORTING,
    *_WEIGHING,
    *_ADOPTING,
    *_SPEAKING,
)
FIX = (
    Flag("--diff", help="Show what would be written, and write nothing.", group="Mends"),
    *_SELECTING,
    *_EXCLUDING,
    *_CONFIGURING,
    *(flag for flag in _WEIGHING if flag.name not in ("show_unchecked", "statistics")),
    *(flag for flag in _SPEAKING if flag.name == "quiet"),
)


def read_check(arguments: Sequence[str]) -> tuple[tuple[str, ...], dict[str, Any]] | None:
    """Return the paths and the options of a plain `check`, as click reads them.

    None where click has to read it: another command, --help, a mistake, several letters in one
    word. The configuration tells whether a value is one that its option takes.
    """
    if not arguments or arguments[0] not in CHECK_NAMES or "_RLSLINT_COMPLETE" in os.environ:
        return None
    flags = {spelling: flag for flag in CHECK for spelling in flag.spellings}
    options: dict[str, Any] = {flag.name: flag.initial for flag in CHECK}
    paths: list[str] = []
    waiting = list(reversed(arguments[1:]))
    while waiting:
        word = waiting.pop()
        if any(letter in word for letter in _EXPANDED_BY_CLICK):
            return None
        if word == "--":
            paths += reversed(waiting)
            break
        if word == "-" or not word.startswith("-"):
            paths.append(word)
            continue
        spelling, equals, value = word.partition("=")
        flag = flags.get(spelling)
        if flag is None or (equals and (flag.takes == "nothing" or not word.startswith("--"))):
            return None
        if flag.takes == "nothing":
            options[flag.name] = True
            continue
        if not equals:
            if not waiting or waiting[-1].startswith("-"):
                return None
            value = waiting.pop()
        if flag.choices and value not in flag.choices:
            return None
        options[flag.name] = (*options[flag.name], value) if flag.takes == "values" else value
    if contradiction(tuple(paths), options):
        return None
    return paths_or_default(tuple(paths), options), options


def contradiction(paths: tuple[str, ...], options: Mapping[str, Any]) -> str:
    """Return what is wrong with options that are right each by itself, "" where nothing is."""
    if options["quiet"] and options["verbose"]:
        return "--quiet and --verbose exclude each other."
    if options.get("watch") and ("-" in paths or options["stdin_filename"]):
        return "--watch looks at files, and standard input is none."
    if (options.get("fix") or options.get("diff")) and "-" in paths:
        return "--fix and --diff are for files, and - is none."
    if (options.get("fix") or options.get("diff")) and options.get("write_baseline"):
        return "--write-baseline comes after --fix, not with it."
    if (options.get("fix") or options.get("diff")) and options.get("watch"):
        return "--watch and --fix exclude each other."
    if options.get("stdin_filename") and paths and "-" not in paths:
        return "--stdin-filename says what - stands for, but PATHS have no -."
    if options.get("write_baseline") and options["prune_baseline"]:
        return "--write-baseline and --prune-baseline exclude each other."
    if options.get("add") and not options["write_baseline"]:
        return "--add says what --write-baseline writes."
    writes = options.get("write_baseline") or options.get("prune_baseline")
    if writes and (options.get("since") is not None or "-" in paths):
        return "A baseline is written of all that is found, so not with --since, nor with -."
    if options.get("add_ignore") is not None and (writes or "-" in paths):
        return "--add-ignore writes comments into files: not with a new baseline, nor with -."
    if options.get("add_ignore") is not None and (options.get("fix") or options.get("diff")):
        return "--add-ignore comes after --fix, not with it."
    if options.get("watch") and (writes or options.get("add_ignore") is not None):
        return "--watch changes no file: not with a new baseline, nor with --add-ignore."
    return ""


def paths_or_default(paths: tuple[str, ...], options: Mapping[str, Any]) -> tuple[str, ...]:
    return paths or ("-" if options["stdin_filename"] else ".",)


def choices_of(flag: Flag) -> tuple[str, ...]:
    """Return the values that an option takes, none where it takes any."""
    if not flag.option:
        return flag.choices
    from rlslint.config.options import OPTIONS

    return tuple(OPTIONS[flag.option].kind.schema["enum"])
