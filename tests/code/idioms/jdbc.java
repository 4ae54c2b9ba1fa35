package com.example.docs;

import com.example.shared.JdbcShared;
import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import org.postgresql.core.Utils;

public class DocsRepository {
    private final HikariDataSource dataSource;

    public DocsRepository(HikariConfig config) {
        this.dataSource = new HikariDataSource(config);
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
}
