using System;
using System.Text;
using System.Threading;
using System.Threading.Tasks;
using Microsoft.AspNetCore.Http;
using Npgsql;
using Shop.Shared;

namespace Shop.Api;

public sealed class DocumentStore
{
    private readonly NpgsqlDataSource _dataSource;
    private readonly TenantTransactions _tenants;

    public DocumentStore(NpgsqlDataSource dataSource, TenantTransactions tenants)
    {
        _dataSource = dataSource;
        _tenants = tenants;
    }

    // idiom: bare set
    public async Task BareSetAsync(string tenant, CancellationToken ct)
    {
        await using var connection = await _dataSource.OpenConnectionAsync(ct);
        await using var command = new NpgsqlCommand($"SET app.tenant_id = '{tenant}'", connection);
        await command.ExecuteNonQueryAsync(ct);
    }

    // idiom: set_config for the session
    public async Task SessionConfigAsync(string tenant, CancellationToken ct)
    {
        await using var connection = await _dataSource.OpenConnectionAsync(ct);
        await using var command = connection.CreateCommand();
        command.CommandText = "SELECT set_config('app.tenant_id', @tenant, false)";
        command.Parameters.AddWithValue("tenant", tenant);
        await command.ExecuteNonQueryAsync(ct);
    }

    // idiom: bound scope
    public async Task BoundScopeAsync(string tenant, CancellationToken ct)
    {
        await using var connection = await _dataSource.OpenConnectionAsync(ct);
        await using var command = new NpgsqlCommand("SELECT set_config($1, $2, $3)", connection)
        {
            Parameters =
            {
                new() { Value = "app.tenant_id" },
                new() { Value = tenant },
                new() { Value = false },
            },
        };
        await command.ExecuteNonQueryAsync(ct);
    }

    // idiom: local without a transaction
    public async Task<object?> LocalAloneAsync(string tenant, CancellationToken ct)
    {
        await using var connection = await _dataSource.OpenConnectionAsync(ct);
        await using (var command = new NpgsqlCommand("SELECT set_config('app.tenant_id', $1, true)", connection))
        {
            command.Parameters.Add(new NpgsqlParameter { Value = tenant });
            await command.ExecuteNonQueryAsync(ct);
        }
        await using var count = new NpgsqlCommand("SELECT count(*) FROM docs", connection);
        return await count.ExecuteScalarAsync(ct);
    }

    // idiom: local in a transaction
    public async Task<object?> LocalAsync(string tenant, CancellationToken ct)
    {
        await using var connection = await _dataSource.OpenConnectionAsync(ct);
        await using var transaction = await connection.BeginTransactionAsync(ct);
        await using (var command = new NpgsqlCommand("SELECT set_config('app.tenant_id', $1, true)", connection, transaction))
        {
            command.Parameters.Add(new NpgsqlParameter { Value = tenant });
            await command.ExecuteNonQueryAsync(ct);
        }
        await using var count = new NpgsqlCommand("SELECT count(*) FROM docs", connection, transaction);
        var found = await count.ExecuteScalarAsync(ct);
        await transaction.CommitAsync(ct);
        return found;
    }

    // idiom: pasted
    public async Task PastedAsync(string tenant, CancellationToken ct)
    {
        await using var connection = await _dataSource.OpenConnectionAsync(ct);
        await using var transaction = await connection.BeginTransactionAsync(ct);
        await using var command = connection.CreateCommand();
        command.CommandText = $"SET LOCAL app.tenant_id = '{tenant}'";
        await command.ExecuteNonQueryAsync(ct);
        await transaction.CommitAsync(ct);
    }

    // idiom: added
    public async Task AddedAsync(string tenant, CancellationToken ct)
    {
        await using var connection = await _dataSource.OpenConnectionAsync(ct);
        await using var transaction = await connection.BeginTransactionAsync(ct);
        await using var command = new NpgsqlCommand("SET LOCAL app.tenant_id = '" + tenant + "'", connection);
        await command.ExecuteNonQueryAsync(ct);
        await transaction.CommitAsync(ct);
    }

    // idiom: a number
    public async Task TypedAsync(Guid tenant, CancellationToken ct)
    {
        await using var connection = await _dataSource.OpenConnectionAsync(ct);
        await using var transaction = await connection.BeginTransactionAsync(ct);
        await using var command = new NpgsqlCommand($"SET LOCAL app.tenant_id = '{tenant:D}'", connection);
        await command.ExecuteNonQueryAsync(ct);
        await transaction.CommitAsync(ct);
    }

    // idiom: quoted
    public async Task QuotedAsync(string tenant, CancellationToken ct)
    {
        await using var connection = await _dataSource.OpenConnectionAsync(ct);
        await using var transaction = await connection.BeginTransactionAsync(ct);
        await using var command = new NpgsqlCommand($"SET LOCAL app.tenant_id = '{tenant.Replace("'", "''")}'", connection);
        await command.ExecuteNonQueryAsync(ct);
        await transaction.CommitAsync(ct);
    }

    // idiom: a parameter in SET
    public async Task BoundInSetAsync(string tenant, CancellationToken ct)
    {
        await using var connection = await _dataSource.OpenConnectionAsync(ct);
        await using var transaction = await connection.BeginTransactionAsync(ct);
        await using var command = new NpgsqlCommand("SET LOCAL app.tenant_id = @tenant", connection);
        command.Parameters.AddWithValue("tenant", tenant);
        await command.ExecuteNonQueryAsync(ct);
        await transaction.CommitAsync(ct);
    }

    // idiom: reset at the end
    public async Task ResetAtTheEndAsync(string tenant, CancellationToken ct)
    {
        await using var connection = await _dataSource.OpenConnectionAsync(ct);
        try
        {
            await using var command = new NpgsqlCommand("SELECT set_config('app.tenant_id', $1, false)", connection);
            command.Parameters.Add(new NpgsqlParameter { Value = tenant });
            await command.ExecuteNonQueryAsync(ct);
        }
        finally
        {
            await using var reset = new NpgsqlCommand("RESET app.tenant_id", connection);
            await reset.ExecuteNonQueryAsync(CancellationToken.None);
        }
    }

    // idiom: constant of another file
    public async Task ConstantElsewhereAsync(string tenant, CancellationToken ct)
    {
        await using var connection = await _dataSource.OpenConnectionAsync(ct);
        await using var command = new NpgsqlCommand(TenantSql.SetTenant, connection);
        command.Parameters.Add(new NpgsqlParameter { Value = tenant });
        await command.ExecuteNonQueryAsync(ct);
    }

    // idiom: wrapper of another file
    public Task<object?> WrappedAsync(string tenant, CancellationToken ct)
    {
        return TenantScope.RunAsync(_dataSource, tenant, async connection =>
        {
            await using var count = new NpgsqlCommand("SELECT count(*) FROM docs", connection);
            return await count.ExecuteScalarAsync(ct);
        }, ct);
    }

    // idiom: loop over constants
    public async Task LoopedAsync(string tenant, CancellationToken ct)
    {
        await using var connection = await _dataSource.OpenConnectionAsync(ct);
        foreach (var name in new[] { "app.tenant_id", "app.user_id" })
        {
            await using var command = new NpgsqlCommand($"SELECT set_config('{name}', $1, false)", connection);
            command.Parameters.Add(new NpgsqlParameter { Value = tenant });
            await command.ExecuteNonQueryAsync(ct);
        }
    }

    // idiom: wrapper of an injected service
    public Task<object?> InjectedAsync(string tenant, CancellationToken ct)
    {
        return _tenants.RunAsync(tenant, async (connection, transaction) =>
        {
            await using var count = new NpgsqlCommand("SELECT count(*) FROM docs", connection, transaction);
            return await count.ExecuteScalarAsync(ct);
        }, ct);
    }

    // idiom: role without reset
    public async Task ActAsync(CancellationToken ct)
    {
        await using var connection = await _dataSource.OpenConnectionAsync(ct);
        await using var command = connection.CreateCommand();
        command.CommandText = "SET ROLE app_user";
        await command.ExecuteNonQueryAsync(ct);
    }

    // idiom: several lines
    public async Task SeveralLinesAsync(string tenant, int user, CancellationToken ct)
    {
        await using var connection = await _dataSource.OpenConnectionAsync(ct);
        await using var command = new NpgsqlCommand(
            """
            SELECT
                set_config('app.tenant_id', @tenant, false),
                set_config('app.user_id', @user, false)
            """,
            connection);
        command.Parameters.AddWithValue("tenant", tenant);
        command.Parameters.AddWithValue("user", user.ToString());
        await command.ExecuteNonQueryAsync(ct);
    }

    // idiom: built step by step
    public async Task BuiltAsync(string tenant, CancellationToken ct)
    {
        await using var connection = await _dataSource.OpenConnectionAsync(ct);
        await using var transaction = await connection.BeginTransactionAsync(ct);
        var sql = new StringBuilder();
        sql.Append("SET LOCAL app.tenant_id = '");
        sql.Append(tenant);
        sql.Append("';");
        await using var command = new NpgsqlCommand(sql.ToString(), connection, transaction);
        await command.ExecuteNonQueryAsync(ct);
        await transaction.CommitAsync(ct);
    }

    // idiom: formatted
    public async Task FormattedAsync(string tenant, CancellationToken ct)
    {
        await using var connection = await _dataSource.OpenConnectionAsync(ct);
        await using var transaction = await connection.BeginTransactionAsync(ct);
        var sql = string.Format("SET LOCAL app.tenant_id = '{0}'", tenant);
        await using var command = new NpgsqlCommand(sql, connection, transaction);
        await command.ExecuteNonQueryAsync(ct);
        await transaction.CommitAsync(ct);
    }

    // idiom: helper in the transaction of its caller
    public async Task HelpedAsync(string tenant, CancellationToken ct)
    {
        await using var connection = await _dataSource.OpenConnectionAsync(ct);
        await using var transaction = await connection.BeginTransactionAsync(ct);
        await connection.SetTenantAsync(tenant, ct);
        await using var command = new NpgsqlCommand("UPDATE docs SET owner = 1", connection, transaction);
        await command.ExecuteNonQueryAsync(ct);
        await transaction.CommitAsync(ct);
    }

    // idiom: early return
    public async Task<object?> EarlyAsync(string? tenant, CancellationToken ct)
    {
        await using var connection = await _dataSource.OpenConnectionAsync(ct);
        await using var transaction = await connection.BeginTransactionAsync(ct);
        if (string.IsNullOrEmpty(tenant))
        {
            await transaction.RollbackAsync(ct);
            return null;
        }
        await using (var command = new NpgsqlCommand("SELECT set_config('app.tenant_id', $1, true)", connection, transaction))
        {
            command.Parameters.Add(new NpgsqlParameter { Value = tenant });
            await command.ExecuteNonQueryAsync(ct);
        }
        await using var count = new NpgsqlCommand("SELECT count(*) FROM docs", connection, transaction);
        var found = await count.ExecuteScalarAsync(ct);
        await transaction.CommitAsync(ct);
        return found;
    }
}

public sealed class TenantMiddleware(RequestDelegate next)
{
    // idiom: middleware
    public async Task InvokeAsync(HttpContext context, NpgsqlConnection connection)
    {
        var tenant = context.User.FindFirst("tenant")?.Value ?? "";
        await using var command = connection.CreateCommand();
        command.CommandText = "SELECT set_config('app.tenant_id', @tenant, false)";
        command.Parameters.AddWithValue("tenant", tenant);
        await command.ExecuteNonQueryAsync(context.RequestAborted);
        await next(context);
    }
}

public static class DataSources
{
    // idiom: connect hook that sets
    public static NpgsqlDataSource Create(string connectionString)
    {
        var builder = new NpgsqlDataSourceBuilder(connectionString);
        builder.UsePhysicalConnectionInitializer(
            connection =>
            {
                using var command = new NpgsqlCommand("SET app.region = 'eu'", connection);
                command.ExecuteNonQuery();
            },
            async connection =>
            {
                await using var command = new NpgsqlCommand("SET app.region = 'eu'", connection);
                await command.ExecuteNonQueryAsync();
            });
        return builder.Build();
    }

    // idiom: setting in the options of the connection
    public static NpgsqlDataSource CreateForTenant() =>
        NpgsqlDataSource.Create("Host=db;Username=app;Database=shop;Options=-c app.tenant_id=7");
}
