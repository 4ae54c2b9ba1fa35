using Npgsql;

public class TenantMiddleware
{
    // The pool is told: No Reset On Close=true
    public async Task Keeps(HttpContext ctx, NpgsqlConnection conn)
    {
        try
        {
            await using var cmd = new NpgsqlCommand("SELECT set_config('app.tenant_id', @t, false)", conn); // found: set-config-session
            cmd.Parameters.AddWithValue("t", ctx.Request.Headers["X-Tenant"].ToString());
            await cmd.ExecuteNonQueryAsync();
        }
        catch (Exception e) // found: context-error-swallowed
        {
            _log.LogError(e, "tenant");
        }
        await _next(ctx);
    }
}
