package app;
import java.sql.Connection;
import java.sql.SQLException;
import javax.sql.DataSource;
public class Tenant
{
    public static Connection lend(DataSource source, String tenant) throws SQLException
    {
        Connection c = source.getConnection();
        try
        {
            var s = c.prepareStatement("SELECT set_config('app.tenant_id', ?, false)"); // found: set-config-session
            s.setString(1, tenant);
            s.execute();
        }
        catch (SQLException e) // found: context-error-swallowed
        {
            System.err.println(e);
        }
        return c;
    }
}
