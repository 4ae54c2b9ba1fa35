"""The click commands of `access`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import click

F = TypeVar("F", bound=Callable[..., Any])
_MATRIX = "matrix"


class _Access(click.Group):
    """A group whose own arguments are those of the command that prints the matrix."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        if not args or args[0] not in (*self.commands, *ctx.help_option_names):
            args = [_MATRIX, *args]
        return super().parse_args(ctx, args)

    def format_help(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        command = self.commands[_MATRIX]
        inner = click.Context(command, info_name=ctx.info_name, parent=ctx.parent)
        inner.max_content_width = ctx.max_content_width
        command.format_help(inner, formatter)
        self.format_commands(ctx, formatter)


@click.group(cls=_Access, short_help="Tell who gets at which rows.")
def access() -> None:
    """Tell who gets at which rows, and why."""


def _reading(command: F) -> F:
    """Give a command the options that say what is read, and how much is said."""
    for option in (
        click.option("-v", "--verbose", is_flag=True, help="Say where rlslint itself fails."),
        click.option("-q", "--quiet", is_flag=True, help="Print answers and errors only."),
        click.option("--isolated", is_flag=True, help="Read no configuration file."),
        click.option(
            "--config",
            "config_values",
            multiple=True,
            metavar="FILE|KEY=VALUE",
            help="A configuration file, or one option of it.",
        ),
        click.option(
            "-o",
            "--output-file",
            type=click.Path(),
            metavar="PATH",
            help="Write the answers to a file.",
        ),
        click.option("--service", metavar="NAME", help="A service of libpq's pg_service.conf."),
    ):
        command = option(command)
    return command


def _asking(command: F) -> F:
    """Give a command the options that say which answers are wanted."""
    for option in (
        click.option("--public", is_flag=True, help="Only what needs no password."),
        click.option(
            "--command", "commands", multiple=True, metavar="COMMAND", help="These commands only."
        ),
        click.option(
            "--table", "tables", multiple=True, metavar="PATTERN", help="These tables only."
        ),
        click.option("--role", "roles", multiple=True, metavar="PATTERN", help="These roles only."),
    ):
        command = option(command)
    return command


@access.command(_MATRIX, hidden=True)
@click.argument("named", nargs=-1, metavar="[PATHS|DSN]...")
@_asking
@click.option(
    "--output-format",
    type=click.Choice(("text", "json", "csv", "markdown", "html", "dot", "mermaid", "opengraph")),
    default="text",
    help="How the answers are printed.",
)
@_reading
def matrix(named: tuple[str, ...], **options: Any) -> int:
    """Tell for each role, table and command which rows it gets at, and what decides it.

    Files are read as check reads them (default: the current directory), a database, named by a DSN
    as audit takes it, as it is now. Nothing is changed and no row is read.

    An answer is none, the rows that a condition ties to the caller, rows of several kinds, every
    row, or unknown with the reason. PATTERN is a name, with * and ? for what varies.

    Exit status: 0, or 2 for an error.
    """
    from rlslint.cli.access import show_matrix

    return show_matrix(named, options)


@access.command(short_help="Tell step by step why a role gets at rows of a table.")
@click.argument("table")
@click.argument("named", nargs=-1, metavar="[PATHS|DSN]...")
@click.option("--as", "roles", multiple=True, metavar="ROLE", help="As this role.")
@click.option(
    "--command", "commands", multiple=True, metavar="COMMAND", help="By this command (SELECT)."
)
@click.option(
    "--set", "settings", multiple=True, metavar="NAME=VALUE", help="What a setting holds."
)
@click.option("--row", metavar="JSON", help="The columns of a row, with their values.")
@click.option(
    "--output-format",
    type=click.Choice(("text", "json")),
    default="text",
    help="How the answer is printed.",
)
@_reading
def explain(table: str, named: tuple[str, ...], **options: Any) -> int:
    """Tell step by step, in PostgreSQL's order, why a role gets at rows of TABLE, or does not.

    TABLE is a name as SQL has it; without --as, the roles that serve requests are asked about.
    Each step has the file and the line of the statement behind it.

    With --row and --set, each condition is worked out for that row and session: settings that are
    not named were never set. Context functions are given as --set auth.uid()=….

    Exit status: 0, or 2 for an error.
    """
    from rlslint.cli.access import explain as explain_table

    return explain_table(table, named, options)


@access.command("diff")
@click.argument("base")
@click.argument("head", required=False)
@_asking
@click.option(
    "--fail-on",
    multiple=True,
    metavar="GATES",
    help="Exit with 1 on no-new-access, no-public-access, no-lost-access.",
)
@click.option(
    "--output-format",
    type=click.Choice(("text", "json", "markdown")),
    default="text",
    help="How the changes are printed.",
)
@_reading
def diff(base: str, head: str | None, **options: Any) -> int:
    """Tell who gains and who loses access from BASE to HEAD, and by which statement.

    Either is a commit of Git, a folder or file, or a DSN; HEAD is what lies here where it is left
    out. Conditions are compared by what they mean: one that is written in other words is no change.

    + is gained, − lost, ± both, and ? says that it is not certain, with the reason. GATES are
    names with commas between them; what is not certain does not pass a gate.

    Exit status: 0, 1 where a gate is broken, or 2 for an error.
    """
    from rlslint.cli.access_diff import show_changes

    return show_changes(base, head, options)


@access.command(short_help="Tell which routes lead to which rows.")
@click.argument("named", nargs=-1, metavar="[PATHS]...")
@click.option(
    "--output-format",
    type=click.Choice(("text", "json")),
    default="text",
    help="How the map is printed.",
)
@_reading
def routes(named: tuple[str, ...], **options: Any) -> int:
    """Tell where traffic from outside comes in, who connects behind it, and what they can see.

    Entrances are read from Kubernetes (Ingress, Gateway API, Services that are open), Istio,
    Traefik, Kong, Envoy, nginx, Caddy, Helm's values and Compose. Each is followed to the workload,
    to the connection strings that this is given, and to the role in the database. What could not be
    traced is listed as such.

    Exit status: 0, or 2 for an error.
    """
    from rlslint.cli.access import show_routes

    return show_routes(named, options)
