"""Ruby: ActiveRecord, Sequel, pg."""

from __future__ import annotations

from rlslint.code.libraries import ConnectionFacts, Library, LibraryRole, Step
from rlslint.code.sites import Hook

LIBRARIES = (
    Library(
        "sequel",
        "https://sequel.jeremyevans.net/rdoc/files/doc/prepared_statements_rdoc.html",
        imports=("sequel", "Sequel"),
        facts=ConnectionFacts(binds_on_server=False),
        opens={"Sequel.connect": LibraryRole.ambient, "Sequel.postgres": LibraryRole.ambient},
        names={"DB": LibraryRole.ambient},
        steps={
            "transaction": Step.transaction,
            "synchronize": Step.same,
            "disconnect": Step.release,
        },
        executes=frozenset(
            (
                "run",
                "execute",
                "execute_ddl",
                "execute_dui",
                "execute_insert",
                "fetch",
                "[]",
                "with_sql",
                "with_sql_all",
                "with_sql_first",
            )
        ),
        raw=frozenset(("lit",)),
        receiver=LibraryRole.ambient,
        hooks={"after_connect": Hook.connect},
        parameter="?",
        tells_of_transaction=frozenset(("in_transaction?",)),
    ),
    Library(
        "pg",
        "https://deveiate.org/code/pg/PG/Connection.html",
        imports=("pg", "PG.connect", "PG::Connection"),
        opens={
            "PG.connect": LibraryRole.direct,
            "PG::Connection.new": LibraryRole.direct,
            "PG::Connection.open": LibraryRole.direct,
            "ConnectionPool.new": LibraryRole.pool,
        },
        steps={
            "with": Step.connection,
            "transaction": Step.transaction,
            "close": Step.release,
            "finish": Step.release,
        },
        executes=frozenset(
            (
                "exec",
                "exec_params",
                "async_exec",
                "async_exec_params",
                "sync_exec",
                "sync_exec_params",
                "query",
                "async_query",
                "send_query",
                "send_query_params",
                "prepare",
            )
        ),
    ),
    Library(
        "activerecord",
        "https://api.rubyonrails.org/classes/ActiveRecord/ConnectionAdapters/DatabaseStatements.html",
        opens={"transaction": LibraryRole.block},
        names={
            "ActiveRecord.Base": LibraryRole.ambient,
            "ApplicationRecord": LibraryRole.ambient,
            "connection": LibraryRole.ambient,
        },
        steps={
            "connection": Step.same,
            "lease_connection": Step.same,
            "retrieve_connection": Step.same,
            "with_connection": Step.same,
            "connection_pool": Step.same,
            "raw_connection": Step.same,
            "transaction": Step.transaction,
            "begin_db_transaction": Step.begin,
            "commit_db_transaction": Step.commit,
            "rollback_db_transaction": Step.rollback,
            "release_connection": Step.release,
        },
        executes=frozenset(
            (
                "execute",
                "exec_query",
                "exec_update",
                "exec_insert",
                "exec_delete",
                "exec",
                "exec_params",
                "select_value",
                "select_values",
                "select_all",
                "select_rows",
                "select_one",
                "insert",
                "update",
                "delete",
                "find_by_sql",
                "count_by_sql",
            )
        ),
        receiver=LibraryRole.ambient,
        hooks={
            "configure_connection": Hook.connect,
            "checkout": Hook.acquire,
            "checkin": Hook.release,
        },
        outside=dict.fromkeys(("Job", "Worker", "ApplicationJob"), frozenset(("perform",))),
        tells_of_transaction=frozenset(
            (
                "transaction_open?",
                "open_transactions",
            )
        ),
    ),
)
