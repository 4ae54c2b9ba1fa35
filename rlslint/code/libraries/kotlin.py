"""Kotlin: Exposed and Ktorm, and all that programs in Java use."""

from __future__ import annotations

from rlslint.code.libraries import Library, LibraryRole, Step
from rlslint.code.libraries.java import LIBRARIES as LIBRARIES_OF_JAVA

_TRANSACTIONS = (
    "transaction",
    "newSuspendedTransaction",
    "suspendTransaction",
    "inTopLevelTransaction",
    "inTopLevelSuspendTransaction",
    "suspendedTransactionAsync",
)

LIBRARIES = (
    Library(
        "exposed",
        "https://www.jetbrains.com/help/exposed/transactions.html",
        imports=("org.jetbrains.exposed",),
        types={"Transaction": LibraryRole.transaction, "JdbcTransaction": LibraryRole.transaction},
        opens={
            **dict.fromkeys(_TRANSACTIONS, LibraryRole.block),
            "TransactionManager.current": LibraryRole.ambient,
            "TransactionManager.currentOrNull": LibraryRole.transaction,
        },
        steps={
            "connection": Step.same,
            "prepareStatement": Step.statement,
            "createStatement": Step.same,
            "commit": Step.commit,
            "rollback": Step.rollback,
        },
        executes=frozenset(("exec", "execInBatch", "executeInBatch", "execute", "executeUpdate")),
        sends=frozenset(("executeUpdate", "executeQuery", "execute")),
        receiver=LibraryRole.ambient,
        parameter="?",
    ),
    Library(
        "ktorm",
        "https://www.ktorm.org/en/transaction-management.html",
        imports=("org.ktorm",),
        types={"Database": LibraryRole.ambient},
        opens=dict.fromkeys(
            ("Database.connect", "Database.connectWithSpringSupport"), LibraryRole.ambient
        ),
        steps={
            "useConnection": Step.connection,
            "useTransaction": Step.transaction,
            "prepareStatement": Step.statement,
            "createStatement": Step.same,
        },
        executes=frozenset(("execute", "executeUpdate", "executeQuery")),
        sends=frozenset(("execute", "executeUpdate", "executeQuery")),
        parameter="?",
    ),
    *LIBRARIES_OF_JAVA,
)
