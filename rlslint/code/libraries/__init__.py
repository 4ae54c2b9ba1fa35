"""The libraries through which programs reach PostgreSQL, as data: one table each.

What is told is what a program that uses the library is certain of: who sees the connection
afterwards, what surrounds a statement, and who puts values into the SQL.
"""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from enum import Enum
from functools import cache

from rlslint import NamedTuple
from rlslint.code.sites import Hook


class LibraryRole(Enum):
    """What a value of a library is.

    `pool`: each statement sent through it may use another connection. `connection`: one that was
    borrowed and goes back. `direct`: one that this program opened for itself and that ends with
    its user. `request`: one that whoever is in charge chose, for a request perhaps: a class is made
    with the one at rest, a function may be handed one that is in a transaction. `transaction`: a
    connection inside a transaction. `batch`: takes functions that run later, all of them in one
    transaction. `ambient`: the library finds the connection that the surrounding code uses.
    `block`: what begins a transaction on the ambient connection for a body or a callback.
    `statement`: SQL with its values, sent later. `maybe`: a connection of which nothing is known.
    """

    pool = "pool"
    connection = "connection"
    direct = "direct"
    request = "request"
    transaction = "transaction"
    batch = "batch"
    ambient = "ambient"
    block = "block"
    statement = "statement"
    maybe = "maybe"


class Step(Enum):
    """What a method gives, seen from the value that it is called on.

    `same`: the same connection (a cursor, a builder). `connection`: one that is borrowed for the
    caller, or for the callback. `pool`: a pool. `transaction`: a transaction on a connection, as
    what a body runs in, what a callback gets, or the value itself. `begin`: the connection is in
    a transaction from here on. `commit` and `rollback`: no longer. `release`: it goes back or is
    closed. `statement`: SQL that is sent later.
    """

    same = "same"
    connection = "connection"
    pool = "pool"
    transaction = "transaction"
    begin = "begin"
    commit = "commit"
    rollback = "rollback"
    release = "release"
    statement = "statement"


class ConnectionFacts(NamedTuple):
    """What holds of a library's connections; None where it depends on what no file tells.

    `binds_on_server`: values travel apart from the SQL, so that PostgreSQL's grammar sees `$1`;
    False where the library writes quoted literals. `begins_itself`: the first statement opens a
    transaction that lasts until COMMIT. `pool_resets`: a connection that comes back loses its
    settings. `is_shared`: a connection that the library keeps serves others afterwards; False
    where it ends with the request (PHP without persistent connections). `outlives`: so does one
    that the program opens by itself; None where a pooler may stand behind it. `finds_transactions`:
    what a pool is told runs in the transaction that the surrounding code began.
    """

    binds_on_server: bool | None = True
    begins_itself: bool | None = False
    pool_resets: bool | None = False
    is_shared: bool | None = True
    outlives: bool | None = False
    finds_transactions: bool = False


class Library(NamedTuple):
    """One library.

    `source` is where its documentation says so. `imports` are parts of the names of modules, one of
    which a file imports that uses the library; empty where every file of the language may. `types`
    are the last words of its types, alone or with the package (`sql.DB`). `opens` are functions and
    constructors, by their last words (`pgxpool.New`), and what they make. `names` are values that
    exist without being made. `steps` are methods. `executes` are methods that send the first of
    their arguments that is SQL; `sends` are methods that send a statement that was made before;
    `members` are fields to which SQL is assigned, `initial` fields and methods by which a pool is
    told what each new connection sends first, `redirects` methods that tell on which connection is
    sent what they are called on, `copies` methods that send COPY for the table that they are told,
    `rewrites` methods of the program that give the library the SQL that it then sends.
    `annotations` declare the SQL that a function sends, some of them
    only where an argument of this name is true; with `fills_braces`, `#{…}` stands in it for a
    value and `${…}` for what becomes part of it. `interpolates_safely` are those of `executes`
    that pass the holes of a template as values; `tags` tells that a handle is itself the tag of
    such templates, `raw` are functions whose value becomes part of the SQL even there. `modules`
    have functions that take the connection for their first argument, or the name of a pool.
    `receiver` is what code inside of the library's own classes runs on (migrations). `words` are
    texts that, standing anywhere in the program's sources and settings, change `facts`. `hooks` are
    names of methods, arguments or events by which the pool calls functions. `parameter` is how a
    value is marked in its SQL; `passing` are names by which values are passed, where these decide
    the facts.
    `tells_of_transaction` are members that tell whether somebody else has begun one.
    `functions` have a member for each function of the database, `queries` make a statement of calls
    of these, `literals` are functions that stand for the value that they are given.
    `events` are hooks that are known by the name of an argument or an event only; `calls` are
    methods that call a function of the database by its name, `reveals` those that nothing but a
    connection has. `keeps` are options, with the value,
    that one sets for a pooler behind the program, `unresets` those that replace what the pool
    undoes, `unpooled` names of what an option holds where there is no pool. `outside` are functions
    that run outside of the transaction of a request, by a base of their class or a parameter of
    what makes it. `says` are members, by the last two parts of their path, with what they are where
    the database is PostgreSQL. `stands_for_others` tells that it is a way of many libraries, and
    taken where nothing tells which one a program uses. `waits` tells that SQL is sent when somebody
    asks for what it gives, who may put it into a transaction first.
    """

    name: str
    source: str
    imports: tuple[str, ...] = ()
    facts: ConnectionFacts = ConnectionFacts()
    types: Mapping[str, LibraryRole] = {}
    opens: Mapping[str, LibraryRole] = {}
    names: Mapping[str, LibraryRole] = {}
    steps: Mapping[str, Step] = {}
    executes: frozenset[str] = frozenset()
    sends: frozenset[str] = frozenset()
    members: frozenset[str] = frozenset()
    initial: frozenset[str] = frozenset()
    redirects: frozenset[str] = frozenset()
    copies: frozenset[str] = frozenset()
    rewrites: frozenset[str] = frozenset()
    annotations: Mapping[str, str] = {}
    fills_braces: bool = False
    interpolates_safely: frozenset[str] = frozenset()
    tells_of_transaction: frozenset[str] = frozenset()
    tags: bool = False
    raw: frozenset[str] = frozenset()
    modules: frozenset[str] = frozenset()
    receiver: LibraryRole | None = None
    words: Mapping[str, ConnectionFacts] = {}
    hooks: Mapping[str, Hook] = {}
    parameter: str = "$1"
    passing: Mapping[str, ConnectionFacts] = {}
    events: Mapping[str, Hook] = {}
    calls: frozenset[str] = frozenset()
    reveals: frozenset[str] = frozenset()
    keeps: Mapping[str, int | None] = {}
    unresets: frozenset[str] = frozenset()
    unpooled: frozenset[str] = frozenset()
    outside: Mapping[str, frozenset[str]] = {}
    functions: frozenset[str] = frozenset()
    queries: frozenset[str] = frozenset()
    literals: frozenset[str] = frozenset()
    says: Mapping[str, str] = {}
    stands_for_others: bool = False
    waits: bool = False


MANIFESTS = frozenset(("composer.json", "Gemfile", "package.json", "pom.xml", "build.gradle"))
"""Files that say which libraries a program has."""


@cache
def libraries_of(language: str) -> tuple[Library, ...]:
    """Return the libraries of a language, those that are looked for first in front."""
    found: tuple[Library, ...] = importlib.import_module(f"{__name__}.{language}").LIBRARIES
    return found
