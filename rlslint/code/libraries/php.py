"""PHP: PDO, the pgsql extension, Laravel, Doctrine."""

from __future__ import annotations

from rlslint.code.libraries import ConnectionFacts, Library, LibraryRole, Step
from rlslint.code.sites import Hook

_REQUEST = ConnectionFacts(is_shared=False)
_WORDS = {
    "ATTR_EMULATE_PREPARES => true": ConnectionFacts(binds_on_server=False, is_shared=False),
    "ATTR_EMULATE_PREPARES, true": ConnectionFacts(binds_on_server=False, is_shared=False),
    "ATTR_PERSISTENT => true": ConnectionFacts(is_shared=True),
    "ATTR_PERSISTENT, true": ConnectionFacts(is_shared=True),
}
_TRANSACTIONS = {
    "beginTransaction": Step.begin,
    "commit": Step.commit,
    "rollBack": Step.rollback,
}

LIBRARIES = (
    Library(
        "laravel",
        "https://laravel.com/docs/database",
        imports=("Illuminate", "DB::statement", "DB::select", "DB::transaction", "DB::unprepared"),
        facts=_REQUEST,
        types={
            "DatabaseManager": LibraryRole.ambient,
            "ConnectionInterface": LibraryRole.ambient,
            "PostgresConnection": LibraryRole.ambient,
            "Connection": LibraryRole.ambient,
        },
        names={"DB": LibraryRole.ambient},
        steps={
            **_TRANSACTIONS,
            "transaction": Step.transaction,
            "connection": Step.same,
            "getPdo": Step.same,
            "disconnect": Step.release,
            "purge": Step.release,
        },
        executes=frozenset(
            (
                "statement",
                "unprepared",
                "select",
                "selectOne",
                "selectFromWriteConnection",
                "selectResultSets",
                "scalar",
                "insert",
                "update",
                "delete",
                "affectingStatement",
                "cursor",
                "exec",
            )
        ),
        words={"laravel/octane": ConnectionFacts(is_shared=True), **_WORDS},
        outside={"ShouldQueue": frozenset(("handle",)), "Command": frozenset(("handle",))},
        parameter="?",
        tells_of_transaction=frozenset(("transactionLevel",)),
    ),
    Library(
        "doctrine",
        "https://www.doctrine-project.org/projects/doctrine-dbal/en/current/reference/data-retrieval-and-manipulation.html",
        imports=("Doctrine",),
        facts=_REQUEST,
        types={
            "Connection": LibraryRole.request,
            "EntityManagerInterface": LibraryRole.request,
            "EntityManager": LibraryRole.request,
        },
        opens={"DriverManager.getConnection": LibraryRole.request},
        steps={
            **_TRANSACTIONS,
            "transactional": Step.transaction,
            "wrapInTransaction": Step.transaction,
            "getConnection": Step.same,
            "getNativeConnection": Step.same,
            "prepare": Step.statement,
            "createNativeQuery": Step.statement,
            "close": Step.release,
        },
        executes=frozenset(
            (
                "executeStatement",
                "executeQuery",
                "executeUpdate",
                "fetchOne",
                "fetchNumeric",
                "fetchAssociative",
                "fetchAllNumeric",
                "fetchAllAssociative",
                "fetchFirstColumn",
                "iterateAssociative",
                "query",
                "exec",
                "addSql",
            )
        ),
        sends=frozenset(("executeStatement", "executeQuery", "execute", "getResult")),
        words=_WORDS,
        hooks={"postConnect": Hook.connect},
        parameter="?",
        tells_of_transaction=frozenset(("isTransactionActive",)),
    ),
    Library(
        "pdo",
        "https://www.php.net/manual/en/book.pdo.php",
        imports=("PDO", "new PDO", "PDO $", "PDO::ATTR"),
        facts=_REQUEST,
        types={"PDO": LibraryRole.request},
        opens={"PDO": LibraryRole.request},
        steps={**_TRANSACTIONS, "prepare": Step.statement},
        executes=frozenset(("exec", "query")),
        sends=frozenset(("execute",)),
        words=_WORDS,
        parameter="?",
        tells_of_transaction=frozenset(("inTransaction",)),
    ),
    Library(
        "pgsql",
        "https://www.php.net/manual/en/ref.pgsql.php",
        imports=("pg_connect", "pg_pconnect", "pg_query"),
        facts=_REQUEST,
        opens={"pg_connect": LibraryRole.request, "pg_pconnect": LibraryRole.maybe},
        executes=frozenset(
            (
                "pg_query",
                "pg_query_params",
                "pg_send_query",
                "pg_send_query_params",
                "pg_prepare",
            )
        ),
        words={"pg_pconnect": ConnectionFacts(is_shared=None)},
    ),
)
