using System;
using System.Data;
using System.Text;
using System.Threading.Tasks;
using Dapper;
using Microsoft.AspNetCore.Http;
using Npgsql;
using Shop.Shared;

namespace Shop.Api;

public class DocumentRepository
{
    private readonly NpgsqlDataSource _dataSource;
    private readonly TenantUnitOfWork _unitOfWork;

    public DocumentRepository(NpgsqlDataSource dataSource, TenantUnitOfWork unitOfWork)
    {
        _dataSource = dataSource;
        _unitOfWork = unitOfWork;
    }

    // idiom: bare set
    public async Task BareSet(string tenant)
    {
        await using var connection = await _dataSource.OpenConnectionAsync();
        await connection.ExecuteAsync($"SET app.tenant_id = '{tenant}'");
    }

    // idiom: set_config for the session
    public async Task SessionConfig(string tenant)
    {
        await using var connection = await _dataSource.OpenConnectionAsync();
        await connection.ExecuteAsync("SELECT set_config('app.tenant_id', @Tenant, false)", new { Tenant = tenant });
    }

    // idiom: bound scope
    public async Task BoundScope(string tenant)
    {
        await using var connection = await _dataSource.OpenConnectionAsync();
        await connection.ExecuteAsync(
            "SELECT set_config(@Name, @Value, @Local)",
            new { Name = "app.tenant_id", Value = tenant, Local = false });
    }

    // idiom: local without a transaction
    public async Task<int> LocalAlone(string tenant)
    {
        await using var connection = await _dataSource.OpenConnectionAsync();
        await connection.ExecuteAsync("SELECT set_config('app.tenant_id', @tenant, true)", new { tenant });
        return await connection.ExecuteScalarAsync<int>("SELECT count(*) FROM docs");
    }

    // idiom: local in a transaction
    public async Task<int> Local(string tenant)
    {
        await using var connection = await _dataSource.OpenConnectionAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        await connection.ExecuteAsync("SELECT set_config('app.tenant_id', @tenant, true)", new { tenant }, transaction);
        var count = await connection.ExecuteScalarAsync<int>("SELECT count(*) FROM docs", transaction: transaction);
        await transaction.CommitAsync();
        return count;
    }

    // idiom: pasted
    public async Task Pasted(string tenant)
    {
        await using var connection = await _dataSource.OpenConnectionAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        await connection.ExecuteAsync($"SET LOCAL app.tenant_id = '{tenant}'", transaction: transaction);
        await transaction.CommitAsync();
    }

    // idiom: added
    public async Task Added(string tenant)
    {
        await using var connection = await _dataSource.OpenConnectionAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        await connection.ExecuteAsync("SET LOCAL app.tenant_id = '" + tenant + "'", transaction: transaction);
        await transaction.CommitAsync();
    }

    // idiom: a number
    public async Task Typed(string tenant)
    {
        if (!int.TryParse(tenant, out var id)) throw new ArgumentException("no number", nameof(tenant));
        await using var connection = await _dataSource.OpenConnectionAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        await connection.ExecuteAsync($"SET LOCAL app.tenant_id = '{id}'", transaction: transaction);
        await transaction.CommitAsync();
    }

    // idiom: quoted
    public async Task Quoted(string tenant)
    {
        var escaped = tenant.Replace("'", "''");
        await using var connection = await _dataSource.OpenConnectionAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        await connection.ExecuteAsync($"SET LOCAL app.tenant_id = '{escaped}'", transaction: transaction);
        await transaction.CommitAsync();
    }

    // idiom: a parameter in SET
    public async Task BoundInSet(string tenant)
    {
        await using var connection = await _dataSource.OpenConnectionAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        await connection.ExecuteAsync("SET LOCAL app.tenant_id = @tenant", new { tenant }, transaction);
        await transaction.CommitAsync();
    }

    // idiom: reset at the end
    public async Task<int> ResetAtTheEnd(string tenant)
    {
        await using var connection = await _dataSource.OpenConnectionAsync();
        try
        {
            await connection.ExecuteAsync("SELECT set_config('app.tenant_id', @tenant, false)", new { tenant });
            return await connection.ExecuteScalarAsync<int>("SELECT count(*) FROM docs");
        }
        finally
        {
            await connection.ExecuteAsync("RESET app.tenant_id");
        }
    }

    // idiom: constant of another file
    public async Task ConstantElsewhere(string tenant)
    {
        await using var connection = await _dataSource.OpenConnectionAsync();
        await connection.ExecuteAsync(TenantSql.SetTenant, new { tenant });
    }

    // idiom: wrapper of another file
    public Task<int> Wrapped(string tenant) =>
        TenantSession.Run(_dataSource, tenant, (connection, transaction) =>
            connection.ExecuteScalarAsync<int>("SELECT count(*) FROM docs", transaction: transaction));

    // idiom: loop over constants
    public async Task Looped(string tenant)
    {
        await using var connection = await _dataSource.OpenConnectionAsync();
        foreach (var name in new[] { "app.tenant_id", "app.user_id" })
        {
            await connection.ExecuteAsync($"SELECT set_config('{name}', @tenant, false)", new { tenant });
        }
    }

    // idiom: wrapper of an injected service
    public Task<int> Injected(string tenant) =>
        _unitOfWork.ExecuteAsync(tenant, (connection, transaction) =>
            connection.ExecuteScalarAsync<int>("SELECT count(*) FROM docs", transaction: transaction));

    // idiom: role without reset
    public async Task Act()
    {
        await using var connection = await _dataSource.OpenConnectionAsync();
        await connection.ExecuteAsync("SET ROLE app_user");
    }

    // idiom: several lines
    public async Task SeveralLines(string tenant, string user)
    {
        const string sql = @"
            SELECT set_config('app.tenant_id', @tenant, false),
                   set_config('app.user_id', @user, false);";
        await using var connection = await _dataSource.OpenConnectionAsync();
        await connection.ExecuteAsync(sql, new { tenant, user });
    }

    // idiom: built step by step
    public async Task Built(string tenant)
    {
        var sql = new StringBuilder("SET LOCAL app.tenant_id = ")
            .Append('\'')
            .Append(tenant)
            .Append('\'');
        await using var connection = await _dataSource.OpenConnectionAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        await connection.ExecuteAsync(sql.ToString(), transaction: transaction);
        await transaction.CommitAsync();
    }

    // idiom: formatted
    public async Task Formatted(string tenant)
    {
        await using var connection = await _dataSource.OpenConnectionAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        await connection.ExecuteAsync(string.Format("SET LOCAL app.tenant_id = '{0}'", tenant), transaction: transaction);
        await transaction.CommitAsync();
    }

    // idiom: helper in the transaction of its caller
    public async Task Helped(string tenant)
    {
        await using var connection = await _dataSource.OpenConnectionAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        await connection.UseTenantAsync(tenant, transaction);
        await connection.ExecuteAsync("UPDATE docs SET owner = 1", transaction: transaction);
        await transaction.CommitAsync();
    }

    // idiom: early return
    public async Task<int?> Early(string tenant)
    {
        await using var connection = await _dataSource.OpenConnectionAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        if (string.IsNullOrEmpty(tenant))
        {
            await transaction.RollbackAsync();
            return null;
        }
        await connection.ExecuteAsync("SELECT set_config('app.tenant_id', @tenant, true)", new { tenant }, transaction);
        var count = await connection.ExecuteScalarAsync<int>("SELECT count(*) FROM docs", transaction: transaction);
        await transaction.CommitAsync();
        return count;
    }
}

public class TenantMiddleware
{
    private readonly RequestDelegate _next;

    public TenantMiddleware(RequestDelegate next) => _next = next;

    // idiom: middleware
    public async Task InvokeAsync(HttpContext context, IDbConnection connection)
    {
        var tenant = context.User.FindFirst("tenant")?.Value;
        await connection.ExecuteAsync("SELECT set_config('app.tenant_id', @tenant, false)", new { tenant });
        await _next(context);
    }
}
