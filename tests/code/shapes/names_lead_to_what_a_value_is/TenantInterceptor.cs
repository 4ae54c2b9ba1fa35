using Microsoft.EntityFrameworkCore.Diagnostics;
using Npgsql;

public class TenantInterceptor : DbConnectionInterceptor
{
    private readonly Func<Guid?> _tenant;
    private readonly Func<string> _region;

    public override async Task ConnectionOpenedAsync(DbConnection connection, ConnectionEndEventData data, CancellationToken ct = default)
    {
        var tenant = _tenant();
        if (tenant.HasValue && connection is NpgsqlConnection npgsql)
        {
            await using var first = npgsql.CreateCommand();
            first.CommandText = $"SET app.tenant_id = '{tenant.Value}'"; // found: set-string-interpolation
            await first.ExecuteNonQueryAsync(ct);
            await using var second = npgsql.CreateCommand();
            second.CommandText = $"SET app.region = '{_region()}'"; // found: set-string-interpolation
            await second.ExecuteNonQueryAsync(ct);
        }
    }
}
