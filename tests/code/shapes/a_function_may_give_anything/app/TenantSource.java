package app;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.UUID;
import javax.sql.DataSource;

public class TenantSource {
    private final DataSource target;
    private final UUID tenant;

    public TenantSource(DataSource target, UUID tenant) {
        this.target = target;
        this.tenant = tenant;
    }

    protected Object key() {
        return tenant;
    }

    public void apply(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute("SET LOCAL app.tenant_id = '" + key().toString() + "'"); // found: set-string-interpolation
        }
    }
}
