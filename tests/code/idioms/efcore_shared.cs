using System;
using System.Threading.Tasks;
using Microsoft.EntityFrameworkCore;

namespace Shop.Shared;

public class ShopContext : DbContext
{
    public ShopContext(DbContextOptions<ShopContext> options) : base(options)
    {
    }

    public DbSet<Document> Documents => Set<Document>();
}

public static class TenantSql
{
    // idiom: constant of another file
    public const string SetTenant = "SELECT set_config('app.tenant_id', {0}, false)";
}

public static class TenantExtensions
{
    // idiom: wrapper of another file
    public static async Task<T> InTenantAsync<T>(this ShopContext db, string tenant, Func<Task<T>> work)
    {
        await using var transaction = await db.Database.BeginTransactionAsync();
        await db.Database.ExecuteSqlAsync($"SELECT set_config('app.tenant_id', {tenant}, true)");
        var result = await work();
        await transaction.CommitAsync();
        return result;
    }

    // idiom: helper in the transaction of its caller
    public static Task SetTenantAsync(this DbContext db, string tenant) =>
        db.Database.ExecuteSqlAsync($"SELECT set_config('app.tenant_id', {tenant}, true)");
}

public interface ITenantBinder
{
    Task BindTenantAsync(string tenant);
}

public class TenantBinder(ShopContext db) : ITenantBinder
{
    // idiom: service behind an interface
    public async Task BindTenantAsync(string tenant)
    {
        await ApplyAsync(tenant);
    }

    private Task ApplyAsync(string tenant) =>
        db.Database.ExecuteSqlAsync($"SELECT set_config('app.tenant_id', {tenant}, true)");
}

public class TenantUnitOfWork
{
    private readonly ShopContext _db;

    public TenantUnitOfWork(ShopContext db) => _db = db;

    // idiom: wrapper of an injected service
    public async Task<T> ExecuteAsync<T>(string tenant, Func<ShopContext, Task<T>> work)
    {
        await using var transaction = await _db.Database.BeginTransactionAsync();
        try
        {
            await _db.Database.ExecuteSqlAsync($"SELECT set_config('app.tenant_id', {tenant}, true)");
            var result = await work(_db);
            await transaction.CommitAsync();
            return result;
        }
        catch
        {
            await transaction.RollbackAsync();
            throw;
        }
    }
}
