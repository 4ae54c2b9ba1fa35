"""The command line: click commands, nothing else."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

import click

from rlslint import __version__
from rlslint.cli.access_commands import access
from rlslint.cli.arguments import (
    AUDIT,
    CHECK,
    FIX,
    Flag,
    choices_of,
    contradiction,
    paths_or_default,
)
from rlslint.cli.options_help import Grouped

F = TypeVar("F", bound=Callable[..., Any])

SHELLS = ("bash", "zsh", "fish")
CONTEXT = {"help_option_names": ["-h", "--help"], "max_content_width": 100}


class Commands(click.Group):
    """The commands, with the names that users of other linters may type."""

    aliases = {"lint": "check", "explain": "rule"}  # noqa: RUF012

    def get_command(self, context: click.Context, name: str) -> click.Command | None:
        return super().get_command(context, self.aliases.get(name, name))


class _Known(click.Choice[str]):
    """The values that an option of the configuration takes, which tells itself if one is wrong."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        del param, ctx
        return value


@click.group(cls=Commands, context_settings=CONTEXT)
@click.version_option(__version__, "-V", "--version", message="rlslint %(version)s")
def rlslint() -> None:
    """Find PostgreSQL row-level-security mistakes before one tenant reads another's rows."""


def _with(flags: Sequence[Flag]) -> Callable[[F], F]:
    """Give a command options, in this order."""

    def decorate(command: F) -> F:
        for flag in reversed(flags):
            command = click.option(
                *flag.spellings,
                flag.name,
                help=flag.help,
                metavar=flag.metavar,
                default=flag.initial,
                is_flag=flag.takes == "nothing",
                multiple=flag.takes == "values",
                type=_type(flag),
            )(command)
        return command

    return decorate


def _type(flag: Flag) -> click.ParamType[Any] | None:
    match flag.takes:
        case "path":
            return click.Path()
        case "file":
            return click.File(encoding="utf-8-sig")
        case "value" if flag.option:
            return _Known(choices_of(flag))
        case "value" if flag.choices:
            return click.Choice(flag.choices)
    return None


@rlslint.command(cls=Grouped, short_help="Lint files and directories.")
@click.argument("paths", nargs=-1, type=click.Path(path_type=str))
@_with(CHECK)
def check(paths: tuple[str, ...], **options: Any) -> int:
    """Lint the files and directories PATHS (default: the current directory; - is standard input).

    Migrations are always replayed whole; PATHS choose which findings are reported.

    What was found is kept in the user's cache directory, and printed again where rlslint, the
    options and all files are as they were. `rlslint clean` removes it.

    Exit status: 0 for nothing found, 1 for findings, 2 for an error.
    """
    from rlslint.cli.checking import check

    _refuse(contradiction(paths, options))
    return check(paths_or_default(paths, options), options)


@rlslint.command(cls=Grouped, short_help="Write a migration that mends what check finds.")
@click.argument("paths", nargs=-1, type=click.Path(path_type=str))
@_with(FIX)
def fix(paths: tuple[str, ...], **options: Any) -> int:
    """Write the next migration of PATHS (default: the current directory), which mends findings.

    It has the SQL that check gives as help, in the layout of the migrations at hand: the next
    number or time, the names of their style, the way up and the way down as their tool wants them.
    A sentence is left to you. Migrations that are there stay as they are. A baseline hides nothing.

    Before anything is written, the project is checked with the new migration in it; a mend that
    does not end its finding is left out, and named. Where there is no history of migrations, or no
    way to continue it, the SQL is printed.

    Exit status: 0 where nothing is left to mend, 1 where something is, 2 for an error.
    """
    from rlslint.cli.fixing import fix

    return fix(paths or (".",), options)


@rlslint.command(cls=Grouped, short_help="Audit live databases.")
@click.argument("databases", nargs=-1, metavar="[DSN]...")
@_with(AUDIT)
def audit(databases: tuple[str, ...], **options: Any) -> int:
    """Ask live databases what check asks migrations, and what only a server knows.

    A DSN is a URL (postgresql://role@host/database) or libpq's keywords and values (host=db1
    dbname=shop). Without one, libpq's environment (PGHOST, PGDATABASE, PGSERVICE …) says where to
    connect. Give the password in PGPASSWORD or in the file .pgpass: others can see a command line.

    Any role that can connect will do. Nothing is changed and no row is read: the audit is one
    read-only transaction on the system catalogs.

    Exit status: 0 for nothing found, 1 for findings, 2 for an error.
    """
    from rlslint.cli.running import audit_databases, connection_strings

    _refuse(contradiction((), options))
    if options["drift"] and not options["migrations"]:
        raise click.UsageError("--drift compares with migrations: --migrations says which.")
    return audit_databases(
        connection_strings(databases, options["service"], options["dsn_file"]), options
    )


rlslint.add_command(access)


def _refuse(complaint: str) -> None:
    if complaint:
        raise click.UsageError(complaint)


@rlslint.command(short_help="Print the card of a rule.")
@click.argument("name", required=False)
@click.option("--all", "every", is_flag=True, help="Print the cards of all rules.")
@click.option(
    "--output-format",
    type=click.Choice(("text", "json")),
    default="text",
    help="Print them to be read, or as data.",
)
def rule(name: str | None, every: bool, output_format: str) -> int:
    """Print the card of the rule NAME (or code, or prefix of codes), or a list of all rules."""
    from rlslint.cli.reference import print_rules

    if name is not None and every:
        raise click.UsageError("NAME and --all exclude each other.")
    return print_rules(name, every, output_format)


@rlslint.command(short_help="Print the options of the configuration.")
@click.argument("key", required=False)
@click.option("--json-schema", is_flag=True, help="Print the JSON schema of the configuration.")
def config(key: str | None, json_schema: bool) -> int:
    """Print the option KEY of the configuration, or all, with type, default and meaning."""
    from rlslint.cli.reference import print_options

    if key is not None and json_schema:
        raise click.UsageError("KEY and --json-schema exclude each other.")
    return print_options(key, json_schema)


@rlslint.command(short_help="Serve an editor: the language server.")
@click.option("--stdio", is_flag=True, help="What is done anyhow; many editors add it.")
def server(stdio: bool) -> int:
    """Speak the language server protocol with an editor, on standard input and output.

    The editor starts it, and shows what check finds while one types: in SQL and in application
    code, with what is not saved yet in place of the files. The folder editors/ says how to set it
    up. It needs pygls: pip install 'rlslint[lsp]'.
    """
    del stdio  # What some clients add to every command, and all there is.
    from rlslint.cli.language_server import serve

    return serve()


@rlslint.command(short_help="Print a shell's completion script.")
@click.argument("shell", type=click.Choice(SHELLS))
def completion(shell: str) -> int:
    """Print the completion script of SHELL."""
    from click.shell_completion import get_completion_class

    from rlslint.cli.streams import print_lines

    made = get_completion_class(shell)
    if made is not None:
        print_lines((made(rlslint, {}, "rlslint", "_RLSLINT_COMPLETE").source(),))
    return 0


@rlslint.command(short_help="Remove what earlier runs have kept.")
def clean() -> int:
    """Remove what earlier runs of check have kept in the user's cache directory."""
    from rlslint.cli.checking import Unusable
    from rlslint.cli.checking import clean as remove_runs
    from rlslint.cli.streams import say

    try:
        folder, number, size = remove_runs()
    except Unusable as reason:
        say(f"Nothing was removed: {reason}.")
        return 2
    runs = "1 run" if number == 1 else f"{number} runs"
    say(
        f"Removed {runs} ({size // 1024} KiB) from {folder}."
        if number
        else f"Nothing is kept in {folder}."
    )
    return 0


def run() -> int:
    """Read the command line with click, do what it says, and return the exit status."""
    try:
        status = rlslint.main(prog_name="rlslint", standalone_mode=False)
    except click.ClickException as error:
        from io import StringIO

        from rlslint.cli.streams import say

        shown = StringIO()
        error.show(file=shown)
        say(*shown.getvalue().splitlines())
        return 2
    except click.Abort:
        raise KeyboardInterrupt from None
    return status if isinstance(status, int) else 0
