package app;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
public class RlsPreparer implements Preparer {
    private static final String SQL = "select set_config('app.tenant_id', ?, false)"; // found: set-config-session
    @Override
    public Connection prepare(Connection c, String tenant) throws SQLException {
        try (PreparedStatement s = c.prepareStatement(SQL)) {
            s.setString(1, tenant);
            s.execute();
        }
        return c;
    }
}
