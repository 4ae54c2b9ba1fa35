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

    public static final class TenantTransactions {
        private final DataSource dataSource;

        public TenantTransactions(DataSource dataSource) {
            this.dataSource = dataSource;
        }

        // idiom: wrapper of an injected service
        public <T> T run(String tenant, Work<T> work) throws SQLException {
            try (Connection connection = dataSource.getConnection()) {
                connection.setAutoCommit(false);
                applyTenant(connection, tenant);
                T result = work.run(connection);
                connection.commit();
                return result;
            }
        }
    }

    // idiom: service behind an interface
    public interface TenantScopes {
        <T> T within(String tenant, Work<T> work) throws SQLException;
    }

    public static final class OneDatabase implements TenantScopes {
        private final DataSource dataSource;

        public OneDatabase(DataSource dataSource) {
            this.dataSource = dataSource;
        }

        // idiom: service behind an interface
        @Override
        public <T> T within(String tenant, Work<T> work) throws SQLException {
            try (Connection connection = dataSource.getConnection()) {
                connection.setAutoCommit(false);
                applyTenant(connection, tenant);
                T result = work.run(connection);
                connection.commit();
                return result;
            }
        }
    }
}
