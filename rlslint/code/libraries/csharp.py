"""C#: Npgsql, Dapper, Entity Framework Core."""

from __future__ import annotations

from rlslint.code.libraries import ConnectionFacts, Library, LibraryRole, Step
from rlslint.code.sites import Hook

_RESETS = ConnectionFacts(pool_resets=True)
_KEEPS = {
    word: ConnectionFacts(pool_resets=False)
    for word in (
        "No Reset On Close=true",
        "No Reset On Close=True",
        "NoResetOnClose=true",
        "NoResetOnClose = true",
    )
}


def _both(*names: str) -> frozenset[str]:
    """Return names of methods, and those of their asynchronous forms."""
    return frozenset(each for name in names for each in (name, f"{name}Async"))


_ENDS = {
    **dict.fromkeys(_both("Commit"), Step.commit),
    **dict.fromkeys(_both("Rollback"), Step.rollback),
    **dict.fromkeys(_both("Close", "Dispose"), Step.release),
}
_SENDS = _both("ExecuteNonQuery", "ExecuteScalar", "ExecuteReader")
_MEMBERS = frozenset(("CommandText",))
_BEGINS = dict.fromkeys(_both("BeginTransaction"), Step.begin)

LIBRARIES = (
    Library(
        "npgsql",
        "https://www.npgsql.org/doc/connection-string-parameters.html",
        imports=("Npgsql", "System.Data"),
        facts=_RESETS,
        types={
            "NpgsqlDataSource": LibraryRole.pool,
            "NpgsqlDataSourceBuilder": LibraryRole.pool,
            "DbDataSource": LibraryRole.pool,
            "NpgsqlConnection": LibraryRole.connection,
            "DbConnection": LibraryRole.connection,
            "IDbConnection": LibraryRole.connection,
            "NpgsqlTransaction": LibraryRole.transaction,
            "DbTransaction": LibraryRole.transaction,
            "DbCommand": LibraryRole.maybe,
            "IDbCommand": LibraryRole.maybe,
            "NpgsqlCommand": LibraryRole.maybe,
            "IDbTransaction": LibraryRole.transaction,
        },
        opens={
            "NpgsqlDataSource.Create": LibraryRole.pool,
            "NpgsqlConnection": LibraryRole.connection,
            "NpgsqlCommand": LibraryRole.statement,
            "NpgsqlBatchCommand": LibraryRole.statement,
        },
        steps={
            **dict.fromkeys(_both("OpenConnection"), Step.connection),
            **_BEGINS,
            **_ENDS,
            **dict.fromkeys(_both("Open"), Step.same),
            "Build": Step.pool,
            "CreateConnection": Step.connection,
            "CreateBatch": Step.same,
            "CreateCommand": Step.statement,
            "ConfigureAwait": Step.same,
        },
        executes=_both(
            "BeginBinaryExport",
            "BeginBinaryImport",
            "BeginRawBinaryCopy",
            "BeginTextExport",
            "BeginTextImport",
        ),
        sends=_SENDS,
        members=_MEMBERS,
        words=_KEEPS,
        hooks={
            "UsePhysicalConnectionInitializer": Hook.connect,
            "PhysicalOpenCallback": Hook.connect,
            "PhysicalOpenAsyncCallback": Hook.connect,
        },
        parameter="@value",
    ),
    Library(
        "dapper",
        "https://github.com/DapperLib/Dapper",
        imports=("Dapper",),
        facts=_RESETS,
        executes=_both(
            "Execute",
            "ExecuteScalar",
            "ExecuteReader",
            "Query",
            "QueryFirst",
            "QueryFirstOrDefault",
            "QuerySingle",
            "QuerySingleOrDefault",
            "QueryMultiple",
        ),
        words=_KEEPS,
        parameter="@value",
    ),
    Library(
        "efcore",
        "https://learn.microsoft.com/ef/core/querying/sql-queries",
        imports=("Microsoft.EntityFrameworkCore",),
        facts=_RESETS,
        types={
            "DatabaseFacade": LibraryRole.ambient,
            "MigrationBuilder": LibraryRole.transaction,
            "DbConnection": LibraryRole.connection,
            "DbCommand": LibraryRole.maybe,
        },
        names={"Database": LibraryRole.ambient},
        steps={
            **_BEGINS,
            **_ENDS,
            **dict.fromkeys(_both("CommitTransaction"), Step.commit),
            **dict.fromkeys(_both("RollbackTransaction"), Step.rollback),
            **dict.fromkeys(_both("OpenConnection"), Step.same),
            **dict.fromkeys(_both("CloseConnection"), Step.release),
            "CreateCommand": Step.statement,
            "GetDbConnection": Step.same,
            "GetDbTransaction": Step.same,
            "ConfigureAwait": Step.same,
        },
        executes=_both("ExecuteSqlRaw", "ExecuteSqlInterpolated", "ExecuteSql", "ExecuteSqlCommand")
        | {
            "FromSqlRaw",
            "FromSqlInterpolated",
            "FromSql",
            "SqlQueryRaw",
            "SqlQuery",
            "Sql",
        },
        sends=_SENDS,
        members=_MEMBERS,
        interpolates_safely=_both("ExecuteSqlInterpolated", "ExecuteSql")
        | {"FromSqlInterpolated", "FromSql", "SqlQuery"},
        words=_KEEPS,
        hooks={
            **dict.fromkeys(_both("ConnectionOpened"), Hook.acquire),
            **dict.fromkeys(_both("ConnectionClosing"), Hook.release),
            **dict.fromkeys(_both("TransactionStarted"), Hook.begin),
        },
        parameter="{0}",
        tells_of_transaction=frozenset(("CurrentTransaction",)),
    ),
)
