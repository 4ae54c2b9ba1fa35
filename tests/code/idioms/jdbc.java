package com.example.docs;

import com.example.shared.JdbcShared;
import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletRequest;
import jakarta.servlet.ServletResponse;
import org.postgresql.core.Utils;

public class DocsRepository {
    private final HikariDataSource dataSource;
    private final JdbcShared.TenantTransactions tenants;
    private final JdbcShared.TenantScopes scopes;

    public DocsRepository(
            HikariConfig config, JdbcShared.TenantTransactions tenants, JdbcShared.TenantScopes scopes) {
        this.dataSource = new HikariDataSource(config);
        this.tenants = tenants;
        this.scopes = scopes;
    }

    // idiom: bare set
    public void bareSet(String tenant) throws SQLException {
        try (Connection connection = dataSource.getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute(String.format("SET app.tenant_id = '%s'", tenant));
        }
    }

    // idiom: set_config for the session
    public void sessionConfig(String tenant) throws SQLException {
        try (Connection connection = dataSource.getConnection();
                PreparedStatement statement =
                        connection.prepareStatement("SELECT set_config('app.tenant_id', ?, false)")) {
            statement.setString(1, tenant);
            statement.execute();
        }
    }

    // idiom: bound scope
    public void boundScope(String tenant) throws SQLException {
        try (Connection connection = dataSource.getConnection();
                PreparedStatement statement = connection.prepareStatement("SELECT set_config(?, ?, ?)")) {
            statement.setString(1, "app.tenant_id");
            statement.setString(2, tenant);
            statement.setBoolean(3, false);
            statement.executeQuery();
        }
    }

    // idiom: local without a transaction
    public void localAlone(String tenant) throws SQLException {
        try (Connection connection = dataSource.getConnection()) {
            try (PreparedStatement statement =
                    connection.prepareStatement("SELECT set_config('app.tenant_id', ?, true)")) {
                statement.setString(1, tenant);
                statement.execute();
            }
            try (Statement statement = connection.createStatement()) {
                statement.executeUpdate("UPDATE docs SET owner = 1");
            }
        }
    }

    // idiom: local in a transaction
    public void local(String tenant) throws SQLException {
        try (Connection connection = dataSource.getConnection()) {
            connection.setAutoCommit(false);
            try (PreparedStatement statement =
                    connection.prepareStatement("SELECT set_config('app.tenant_id', ?, true)")) {
                statement.setString(1, tenant);
                statement.execute();
                connection.createStatement().executeUpdate("UPDATE docs SET owner = 1");
                connection.commit();
            } catch (SQLException e) {
                connection.rollback();
                throw e;
            } finally {
                connection.setAutoCommit(true);
            }
        }
    }

    // idiom: pasted
    public void pasted(String tenant) throws SQLException {
        try (Connection connection = dataSource.getConnection()) {
            connection.setAutoCommit(false);
            try (Statement statement = connection.createStatement()) {
                statement.execute("SET LOCAL app.tenant_id = '%s'".formatted(tenant));
                connection.commit();
            }
        }
    }

    // idiom: added
    public void added(String tenant) throws SQLException {
        try (Connection connection = dataSource.getConnection()) {
            connection.setAutoCommit(false);
            try (Statement statement = connection.createStatement()) {
                statement.execute("SET LOCAL app.tenant_id = '" + tenant + "'");
                connection.commit();
            }
        }
    }

    // idiom: a number
    public void typed(long tenant) throws SQLException {
        try (Connection connection = dataSource.getConnection()) {
            connection.setAutoCommit(false);
            try (Statement statement = connection.createStatement()) {
                statement.execute("SET LOCAL app.tenant_id = '" + tenant + "'");
                connection.commit();
            }
        }
    }

    // idiom: quoted
    public void quoted(String tenant) throws SQLException {
        try (Connection connection = dataSource.getConnection()) {
            connection.setAutoCommit(false);
            try (Statement statement = connection.createStatement()) {
                String value = Utils.escapeLiteral(null, tenant, true).toString();
                statement.execute("SET LOCAL app.tenant_id = '" + value + "'");
                connection.commit();
            }
        }
    }

    // idiom: a parameter in SET
    public void boundInSet(String tenant) throws SQLException {
        try (Connection connection = dataSource.getConnection()) {
            connection.setAutoCommit(false);
            try (PreparedStatement statement = connection.prepareStatement("SET LOCAL app.tenant_id = ?")) {
                statement.setString(1, tenant);
                statement.executeUpdate();
                connection.commit();
            }
        }
    }

    // idiom: reset at the end
    public void resetAtTheEnd(String tenant) throws SQLException {
        try (Connection connection = dataSource.getConnection();
                Statement statement = connection.createStatement()) {
            try (PreparedStatement setting =
                    connection.prepareStatement("SELECT set_config('app.tenant_id', ?, false)")) {
                setting.setString(1, tenant);
                setting.execute();
                statement.executeUpdate("UPDATE docs SET owner = 1");
            } finally {
                statement.execute("RESET app.tenant_id");
            }
        }
    }

    // idiom: constant of another file
    public void constantElsewhere(String tenant) throws SQLException {
        try (Connection connection = dataSource.getConnection();
                PreparedStatement statement = connection.prepareStatement(JdbcShared.SET_TENANT)) {
            statement.setString(1, tenant);
            statement.execute();
        }
    }

    // idiom: wrapper of another file
    public int wrapped(String tenant) throws SQLException {
        return JdbcShared.withTenant(dataSource, tenant, connection -> {
            try (Statement statement = connection.createStatement()) {
                return statement.executeUpdate("UPDATE docs SET owner = 1");
            }
        });
    }

    // idiom: loop over constants
    public void looped(String tenant) throws SQLException {
        try (Connection connection = dataSource.getConnection()) {
            for (String name : List.of("app.tenant_id", "app.user_id")) {
                try (PreparedStatement statement = connection.prepareStatement("SELECT set_config(?, ?, false)")) {
                    statement.setString(1, name);
                    statement.setString(2, tenant);
                    statement.execute();
                }
            }
        }
    }

    // idiom: role without reset
    public void asRole() throws SQLException {
        try (Connection connection = dataSource.getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute("SET ROLE app_user");
            statement.executeUpdate("UPDATE docs SET owner = 1");
        }
    }

    // idiom: several lines
    public void severalLines(String tenant) throws SQLException {
        String sql =
                """
                SELECT
                  set_config('app.tenant_id', ?, false)
                """;
        try (Connection connection = dataSource.getConnection();
                PreparedStatement statement = connection.prepareStatement(sql)) {
            statement.setString(1, tenant);
            statement.execute();
        }
    }

    // idiom: helper in the transaction of its caller
    public void inOwnTransaction(String tenant) throws SQLException {
        try (Connection connection = dataSource.getConnection()) {
            connection.setAutoCommit(false);
            JdbcShared.applyTenant(connection, tenant);
            connection.createStatement().executeUpdate("UPDATE docs SET owner = 1");
            connection.commit();
        }
    }

    // idiom: wrapper of an injected service
    public int injected(String tenant) throws SQLException {
        return tenants.run(tenant, c -> c.createStatement().executeUpdate("UPDATE docs SET owner = 1"));
    }

    // idiom: service behind an interface
    public int behindInterface(String tenant) throws SQLException {
        return scopes.within(tenant, c -> c.createStatement().executeUpdate("UPDATE docs SET owner = 1"));
    }

    // idiom: joins a transaction if there is one
    public int joined(Connection connection, String tenant) throws SQLException {
        if (connection.getAutoCommit()) {
            throw new IllegalStateException("the tenant is set in a transaction");
        }
        try (PreparedStatement set = connection.prepareStatement("SELECT set_config('app.tenant_id', ?, true)")) {
            set.setString(1, tenant);
            set.execute();
        }
        return connection.createStatement().executeUpdate("UPDATE docs SET owner = 1");
    }

    // idiom: early return
    public int early(String tenant) throws SQLException {
        try (Connection connection = dataSource.getConnection()) {
            connection.setAutoCommit(false);
            if (tenant.isEmpty()) {
                return 0;
            }
            JdbcShared.applyTenant(connection, tenant);
            int changed = connection.createStatement().executeUpdate("UPDATE docs SET owner = 1");
            connection.commit();
            return changed;
        }
    }

    // idiom: built step by step
    public void built(String tenant) throws SQLException {
        StringBuilder text = new StringBuilder("SET LOCAL app.tenant_id = '");
        text.append(tenant);
        text.append("'");
        try (Connection connection = dataSource.getConnection()) {
            connection.setAutoCommit(false);
            connection.createStatement().execute(text.toString());
            connection.commit();
        }
    }

    // idiom: formatted
    public void formatted(String tenant) throws SQLException {
        try (Connection connection = dataSource.getConnection()) {
            connection.setAutoCommit(false);
            connection.createStatement().execute("SET LOCAL app.tenant_id = '%s'".formatted(tenant));
            connection.commit();
        }
    }

    // idiom: middleware
    public void doFilter(ServletRequest request, ServletResponse response, FilterChain chain)
            throws SQLException {
        try (Connection connection = dataSource.getConnection();
                PreparedStatement statement =
                        connection.prepareStatement("SELECT set_config('app.tenant_id', ?, false)")) {
            statement.setString(1, request.getParameter("tenant"));
            statement.execute();
            request.setAttribute("connection", connection);
            chain.doFilter(request, response);
        }
    }

    // idiom: connect hook that sets
    public static HikariDataSource pool(HikariConfig config) {
        config.setConnectionInitSql("SET app.region = 'eu'");
        return new HikariDataSource(config);
    }

    // idiom: setting in the options of the connection
    public static HikariDataSource poolOfTenant(HikariConfig config) {
        config.setJdbcUrl("jdbc:postgresql://db/shop?options=-c%20app.tenant_id%3D7");
        return new HikariDataSource(config);
    }
}
