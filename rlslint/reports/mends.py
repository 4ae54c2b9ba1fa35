"""What a migration can do about findings: the statements that their helps give.

A help is a mend where it is SQL that a migration can run. What a session should do in its place,
and a sentence, are for somebody to read.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from rlslint import NamedTuple, Pattern
from rlslint.files.continuation import Step, Undoable
from rlslint.reports import ReportedFinding
from rlslint.sql import quoted_identifier
from rlslint.sql.parser import BrokenStatement, Node, ParsedStatement, SyntaxProblem
from rlslint.sql.statements import read
from rlslint.text import Text
from rlslint.text.display import printable
from rlslint.text.secrets import masked

_OF_SESSIONS = frozenset(
    ("SelectStmt", "TransactionStmt", "VariableSetStmt", "CopyStmt", "DiscardStmt", "ExplainStmt")
)
_ORDER = (
    (
        "AlterRoleStmt",
        "AlterRoleSetStmt",
        "AlterDatabaseSetStmt",
        "CreateRoleStmt",
        "GrantRoleStmt",
    ),
    ("CreateFunctionStmt", "AlterFunctionStmt"),
    ("AlterTableStmt", "AlterOwnerStmt", "RenameStmt", "ViewStmt"),
    ("CreatePolicyStmt", "AlterPolicyStmt", "DropStmt"),
    ("GrantStmt", "AlterDefaultPrivilegesStmt", "AlterPublicationStmt"),
    ("IndexStmt", "ReindexStmt"),
)
"""Kinds of statements in the order in which they run."""

_PLAIN_NAME = Pattern(r"[a-z_][a-z0-9_]*")
_UNNAMED = Pattern(r"\ACREATE INDEX ON ")
_BEGINS = Pattern(r"[A-Z]{2,}\b")


class Mend(NamedTuple):
    """Statements that end findings, whose helps they all are.

    `writes` are the policies and functions that they make or change: of two mends that write one,
    the second has to be asked for again when the first has run. `is_index` tells of indexes alone,
    which are not built with the rest where that would lock a table.
    """

    statements: tuple[str, ...]
    kinds: tuple[str, ...]
    reverses: tuple[str, ...]
    findings: tuple[ReportedFinding, ...]
    writes: frozenset[tuple[str, ...]]

    @property
    def help(self) -> str:
        """The help that its findings have."""
        return self.findings[0].finding.help

    @property
    def as_given(self) -> Mend:
        """The mend with the statements of the help as they are, which name no index."""
        pieces = tuple(pieces_of(self.help))
        return self._replace(statements=pieces, reverses=("",) * len(pieces))

    @property
    def is_index(self) -> bool:
        return all(kind in _ORDER[-1] for kind in self.kinds)

    @property
    def place(self) -> int:
        """Where it stands among others: by what it does first."""
        ranks = (n for n, kinds in enumerate(_ORDER) if self.kinds[0] in kinds)
        return next(ranks, len(_ORDER) - 2)


class Sorted(NamedTuple):
    """The findings of a run: those that a migration mends, and those that are left to somebody."""

    mends: tuple[Mend, ...]
    left: tuple[ReportedFinding, ...]


def mends_of(findings: Iterable[ReportedFinding]) -> Sorted:
    """Sort findings by what can be done about them; equal helps are one mend."""
    helps: dict[str, list[ReportedFinding]] = {}
    left = []
    for one in findings:
        if is_mend(one):
            helps.setdefault(one.finding.help, []).append(one)
        else:
            left.append(one)
    made = [_mend(help, tuple(those)) for help, those in helps.items()]
    return Sorted(tuple(made), tuple(left))


def is_mend(reported: ReportedFinding) -> bool:
    """Tell whether the help of a finding is SQL that a migration can run.

    What replaces a statement that PostgreSQL refuses is not run behind it.
    """
    statement = reported.finding.statement
    if statement is not None and not statement.kind:
        return False
    return is_statement(reported.finding.help)


def is_statement(help: str) -> bool:
    """Tell whether a text is SQL that a migration can run."""
    found = _parsed(help)
    return bool(found) and not any(one.statement.kind in _OF_SESSIONS for one in found)


class _Every(frozenset[str]):
    """The kinds of all statements."""

    def __contains__(self, kind: object) -> bool:
        return True


def _parsed(help: str) -> list[ParsedStatement]:
    """Return the statements of a help, none where it is no SQL."""
    if not _BEGINS().match(help):
        return []
    try:
        found = list(read(Text("", help.encode()), _Every()))
    except SyntaxProblem:
        return []
    if any(one is None or isinstance(one, BrokenStatement) for one in found):
        return []
    return [one for one in found if isinstance(one, ParsedStatement)]


def pieces_of(help: str) -> list[str]:
    """Return the statements of a help as they are written, each with what stands behind it."""
    data = help.encode()
    starts = [one.statement.start for one in _parsed(help)]
    ends = [*starts[1:], len(data)]
    return [data[start:end].decode().strip() for start, end in zip(starts, ends, strict=True)]


def _mend(help: str, findings: tuple[ReportedFinding, ...]) -> Mend:
    found, pieces = _parsed(help), pieces_of(help)
    opened = {
        _named(one.node["relation"]) for one in found if one.statement.kind == "AlterTableStmt"
    }
    made = [_undoable(sql, one, opened) for sql, one in zip(pieces, found, strict=True)]
    return Mend(
        tuple(one.sql for one in made),
        tuple(one.statement.kind for one in found),
        tuple(one.reverse for one in made),
        findings,
        frozenset(written for one in found for written in _writes(one)),
    )


def _undoable(sql: str, parsed: ParsedStatement, opened: set[tuple[str, ...]]) -> Undoable:
    """Return a statement with what takes it back: what closes a way again opens none."""
    node = parsed.node
    match parsed.statement.kind:
        case "IndexStmt":
            name = _index_name(node)
            if not name:
                return Undoable(sql)
            own = quoted_identifier(name)
            schema = node["relation"].get("schemaname")
            whole = f"{quoted_identifier(schema)}.{own}" if schema else own
            return Undoable(_UNNAMED().sub(f"CREATE INDEX {own} ON ", sql), f"DROP INDEX {whole};")
        case "CreatePolicyStmt" if node.get("permissive") and _named(node["table"]) not in opened:
            return Undoable(sql, _dropping(node))
        case "AlterTableStmt" if sql.endswith(" SET NOT NULL;"):
            return Undoable(sql, sql.replace(" SET NOT NULL;", " DROP NOT NULL;"))
    return Undoable(sql)


def _clearing(sql: str) -> str:
    """Return what makes room for a statement that PostgreSQL refuses the second time."""
    match _parsed(sql):
        case [ParsedStatement() as parsed] if parsed.statement.kind == "CreatePolicyStmt":
            return _dropping(parsed.node, "IF EXISTS ")
    return ""


def _dropping(policy: Node, condition: str = "") -> str:
    table = ".".join(quoted_identifier(part) for part in _named(policy["table"]) if part)
    return f"DROP POLICY {condition}{quoted_identifier(policy['policy_name'])} ON {table};"


def _index_name(node: Node) -> str:
    """Return the name that PostgreSQL would give an index, "" where that is not plain."""
    table = node["relation"]["relname"]
    columns = [item["IndexElem"].get("name", "") for item in node["indexParams"]]
    name = "_".join((table, *columns, "idx"))
    is_plain = all(_PLAIN_NAME().fullmatch(part) for part in (table, *columns))
    return name if is_plain and len(name) < 64 and not node.get("idxname") else ""


def _named(relation: Node) -> tuple[str, ...]:
    return relation.get("schemaname", ""), relation["relname"]


def _writes(parsed: ParsedStatement) -> Iterator[tuple[str, ...]]:
    node = parsed.node
    match parsed.statement.kind:
        case "CreatePolicyStmt" | "AlterPolicyStmt":
            yield ("policy", *_named(node["table"]), node["policy_name"])
        case "CreateFunctionStmt":
            yield ("function", *(part["String"]["sval"] for part in node["funcname"]))
        case "DropStmt":
            for dropped in node["objects"]:
                parts = dropped.get("List", {}).get("items", ())
                names = [part["String"]["sval"] for part in parts if "String" in part]
                yield ("policy", *([""] if len(names) == 2 else []), *names)


def agreeing(mends: Iterable[Mend]) -> tuple[Mend, ...]:
    """Return those that can run together: each writes what none before it has written."""
    taken: set[tuple[str, ...]] = set()
    kept = []
    for mend in mends:
        if taken.isdisjoint(mend.writes):
            taken |= mend.writes
            kept.append(mend)
    return tuple(kept)


def steps_of(mends: Iterable[Mend]) -> tuple[Step, ...]:
    """Return what mends do, in the order of what they do first; no statement comes twice."""
    said: set[str] = set()
    steps = []
    for mend in sorted(mends, key=lambda mend: mend.place):
        statements = tuple(
            Undoable(sql, reverse, "" if reverse else _clearing(sql))
            for sql, reverse in zip(mend.statements, mend.reverses, strict=True)
            if sql not in said
        )
        said.update(mend.statements)
        steps.append(Step(tuple(_comment(one) for one in mend.findings), statements))
    return tuple(steps)


def _comment(reported: ReportedFinding) -> str:
    """Return a line that names a finding, whatever stands in its names."""
    finding = reported.finding
    line = printable(masked(f"{reported.name} ({finding.object}): {reported.message}"))
    # Flyway fills in such places in comments, too, and PHP ends there.
    return line.replace("${", "$ {").replace("?>", "? >")
