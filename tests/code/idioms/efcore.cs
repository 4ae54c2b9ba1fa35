using System;
using System.Data.Common;
using System.Linq;
using System.Text;
using System.Threading;
using System.Threading.Tasks;
using Microsoft.AspNetCore.Http;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Diagnostics;
using Shop.Shared;

namespace Shop.Api;

public class DocumentService
{
    private readonly ShopContext _db;
    private readonly ITenantBinder _binder;
    private readonly TenantUnitOfWork _unitOfWork;

    public DocumentService(ShopContext db, ITenantBinder binder, TenantUnitOfWork unitOfWork)
    {
        _db = db;
        _binder = binder;
        _unitOfWork = unitOfWork;
    }

    // idiom: bare set
    public async Task BareSet(string tenant)
    {
        await _db.Database.OpenConnectionAsync();
        await _db.Database.ExecuteSqlRawAsync($"SET app.tenant_id = '{tenant}'");
    }

    // idiom: set_config for the session
    public async Task SessionConfig(string tenant)
    {
        await _db.Database.OpenConnectionAsync();
        await _db.Database.ExecuteSqlRawAsync("SELECT set_config('app.tenant_id', {0}, false)", tenant);
    }

    // idiom: bound scope
    public async Task BoundScope(string tenant)
    {
        await _db.Database.OpenConnectionAsync();
        await _db.Database.ExecuteSqlRawAsync("SELECT set_config({0}, {1}, {2})", "app.tenant_id", tenant, false);
    }

    // idiom: local without a transaction
    public async Task<int> LocalAlone(string tenant)
    {
        await _db.Database.ExecuteSqlInterpolatedAsync($"SELECT set_config('app.tenant_id', {tenant}, true)");
        return await _db.Documents.CountAsync();
    }

    // idiom: local in a transaction
    public async Task<int> Local(string tenant)
    {
        await using var transaction = await _db.Database.BeginTransactionAsync();
        await _db.Database.ExecuteSqlInterpolatedAsync($"SELECT set_config('app.tenant_id', {tenant}, true)");
        var count = await _db.Documents.CountAsync();
        await transaction.CommitAsync();
        return count;
    }

    // idiom: pasted
    public async Task Pasted(string tenant)
    {
        await using var transaction = await _db.Database.BeginTransactionAsync();
        await _db.Database.ExecuteSqlRawAsync($"SET LOCAL app.tenant_id = '{tenant}'");
        await transaction.CommitAsync();
    }

    // idiom: added
    public async Task Added(string tenant)
    {
        await using var transaction = await _db.Database.BeginTransactionAsync();
        await _db.Database.ExecuteSqlRawAsync("SET LOCAL app.tenant_id = '" + tenant + "'");
        await transaction.CommitAsync();
    }

    // idiom: a number
    public async Task Typed(Guid tenant)
    {
        await using var transaction = await _db.Database.BeginTransactionAsync();
        await _db.Database.ExecuteSqlRawAsync($"SET LOCAL app.tenant_id = '{tenant}'");
        await transaction.CommitAsync();
    }

    // idiom: quoted
    public async Task Quoted(string tenant)
    {
        var escaped = tenant.Replace("'", "''");
        await using var transaction = await _db.Database.BeginTransactionAsync();
        await _db.Database.ExecuteSqlRawAsync($"SET LOCAL app.tenant_id = '{escaped}'");
        await transaction.CommitAsync();
    }

    // idiom: a parameter in SET
    public async Task BoundInSet(string tenant)
    {
        await using var transaction = await _db.Database.BeginTransactionAsync();
        await _db.Database.ExecuteSqlAsync($"SET LOCAL app.tenant_id = {tenant}");
        await transaction.CommitAsync();
    }

    // idiom: reset at the end
    public async Task<int> ResetAtTheEnd(string tenant)
    {
        await _db.Database.OpenConnectionAsync();
        try
        {
            await _db.Database.ExecuteSqlAsync($"SELECT set_config('app.tenant_id', {tenant}, false)");
            return await _db.Documents.CountAsync();
        }
        finally
        {
            await _db.Database.ExecuteSqlRawAsync("RESET app.tenant_id");
            await _db.Database.CloseConnectionAsync();
        }
    }

    // idiom: constant of another file
    public async Task ConstantElsewhere(string tenant)
    {
        await _db.Database.OpenConnectionAsync();
        await _db.Database.ExecuteSqlRawAsync(TenantSql.SetTenant, tenant);
    }

    // idiom: wrapper of another file
    public Task<int> Wrapped(string tenant) => TenantExtensions.InTenantAsync(_db, tenant, () => _db.Documents.CountAsync());

    // idiom: loop over constants
    public async Task Looped(string tenant)
    {
        await _db.Database.OpenConnectionAsync();
        foreach (var name in new[] { "app.tenant_id", "app.user_id" })
        {
            await _db.Database.ExecuteSqlRawAsync($"SELECT set_config('{name}', {{0}}, false)", tenant);
        }
    }

    // idiom: transaction by callback
    public Task<int> Retried(string tenant)
    {
        var strategy = _db.Database.CreateExecutionStrategy();
        return strategy.ExecuteAsync(async () =>
        {
            await using var transaction = await _db.Database.BeginTransactionAsync();
            await _db.Database.ExecuteSqlAsync($"SELECT set_config('app.tenant_id', {tenant}, true)");
            var count = await _db.Documents.CountAsync();
            await transaction.CommitAsync();
            return count;
        });
    }

    // idiom: wrapper of an injected service
    public Task<int> Injected(string tenant) => _unitOfWork.ExecuteAsync(tenant, db => db.Documents.CountAsync());

    // idiom: role without reset
    public async Task Act()
    {
        await _db.Database.OpenConnectionAsync();
        await _db.Database.ExecuteSqlRawAsync("SET ROLE app_user");
    }

    // idiom: several lines
    public async Task SeveralLines(string tenant, string user)
    {
        await _db.Database.OpenConnectionAsync();
        await _db.Database.ExecuteSqlAsync($"""
            SELECT set_config('app.tenant_id', {tenant}, false),
                   set_config('app.user_id', {user}, false)
            """);
    }

    // idiom: built step by step
    public async Task Built(string tenant)
    {
        var sql = new StringBuilder();
        sql.Append("SET LOCAL app.tenant_id = '").Append(tenant).Append("'");
        await using var transaction = await _db.Database.BeginTransactionAsync();
        await _db.Database.ExecuteSqlRawAsync(sql.ToString());
        await transaction.CommitAsync();
    }

    // idiom: formatted
    public async Task Formatted(string tenant)
    {
        await using var transaction = await _db.Database.BeginTransactionAsync();
        await _db.Database.ExecuteSqlRawAsync(string.Format("SET LOCAL app.tenant_id = '{0}'", tenant));
        await transaction.CommitAsync();
    }

    // idiom: helper in the transaction of its caller
    public async Task Helped(string tenant)
    {
        await using var transaction = await _db.Database.BeginTransactionAsync();
        await _db.SetTenantAsync(tenant);
        await _db.SaveChangesAsync();
        await transaction.CommitAsync();
    }

    // idiom: joins a transaction if there is one
    public async Task<int> Joined(string tenant)
    {
        if (_db.Database.CurrentTransaction is null)
        {
            return await TenantExtensions.InTenantAsync(_db, tenant, () => _db.Documents.CountAsync());
        }
        await _db.Database.ExecuteSqlAsync($"SELECT set_config('app.tenant_id', {tenant}, true)");
        return await _db.Documents.CountAsync();
    }

    // idiom: service behind an interface
    public async Task Bound(string tenant)
    {
        await using var transaction = await _db.Database.BeginTransactionAsync();
        await _binder.BindTenantAsync(tenant);
        await _db.SaveChangesAsync();
        await transaction.CommitAsync();
    }

    // idiom: early return
    public async Task<int?> Early(string? tenant)
    {
        await using var transaction = await _db.Database.BeginTransactionAsync();
        if (string.IsNullOrEmpty(tenant))
        {
            await transaction.RollbackAsync();
            return null;
        }
        await _db.Database.ExecuteSqlAsync($"SELECT set_config('app.tenant_id', {tenant}, true)");
        var count = await _db.Documents.CountAsync();
        await transaction.CommitAsync();
        return count;
    }
}

public class TenantMiddleware
{
    private readonly RequestDelegate _next;

    public TenantMiddleware(RequestDelegate next) => _next = next;

    // idiom: middleware
    public async Task InvokeAsync(HttpContext context, ShopContext db)
    {
        var tenant = context.User.FindFirst("tenant")?.Value ?? "";
        await db.Database.OpenConnectionAsync();
        await db.Database.ExecuteSqlAsync($"SELECT set_config('app.tenant_id', {tenant}, false)");
        await _next(context);
    }
}

public class RegionInterceptor : DbConnectionInterceptor
{
    private readonly ITenantContext _tenant;

    public RegionInterceptor(ITenantContext tenant) => _tenant = tenant;

    // idiom: acquire hook that sets
    public override async Task ConnectionOpenedAsync(
        DbConnection connection, ConnectionEndEventData eventData, CancellationToken cancellationToken = default)
    {
        await using var command = connection.CreateCommand();
        command.CommandText = "SELECT set_config('app.region', @region, false)";
        var parameter = command.CreateParameter();
        parameter.ParameterName = "region";
        parameter.Value = _tenant.Region;
        command.Parameters.Add(parameter);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }
}
