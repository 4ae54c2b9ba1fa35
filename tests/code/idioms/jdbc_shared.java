package com.example.shared;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import javax.sql.DataSource;

public final class JdbcShared {
    // idiom: constant of another file
    public static final String SET_TENANT = "SELECT set_config('app.tenant_id', ?, false)";

    @FunctionalInterface
    public interface Work<T> {
        T run(Connection connection) throws SQLException;
    }

    // idiom: wrapper of another file
    public static <T> T withTenant(DataSource dataSource, String tenant, Work<T> work) throws SQLException {
        try (Connection connection = dataSource.getConnection()) {
            connection.setAutoCommit(false);
            try (PreparedStatement statement =
                    connection.prepareStatement("SELECT set_config('app.tenant_id', ?, true)")) {
                statement.setString(1, tenant);
                statement.execute();
                T result = work.run(connection);
                connection.commit();
                return result;
            } catch (SQLException e) {
                connection.rollback();
                throw e;
            }
        }
    }

    // idiom: helper in the transaction of its caller
    public static void applyTenant(Connection connection, String tenant) throws SQLException {
        try (PreparedStatement statement =
                connection.prepareStatement("SELECT set_config('app.tenant_id', ?, true)")) {
            statement.setString(1, tenant);
            statement.execute();
        }
    }
}
