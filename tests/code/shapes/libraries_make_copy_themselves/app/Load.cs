using Npgsql;
public class Load(NpgsqlDataSource source)
{
    public async Task RunAsync()
    {
        await using var conn = await source.OpenConnectionAsync();
        await using var tx = await conn.BeginTransactionAsync();
        await using var set = new NpgsqlCommand("SELECT set_config('app.tenant_id', '1', true)", conn, tx);
        await set.ExecuteNonQueryAsync();
        await using var writer = await conn.BeginBinaryImportAsync("COPY docs (id) FROM STDIN (FORMAT BINARY)"); // found: copy-from-rls
        await writer.CompleteAsync();
        await tx.CommitAsync();
    }
}
