package com.example.shared;

import java.util.function.Supplier;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.stereotype.Component;
import org.springframework.transaction.support.TransactionTemplate;

@Component
public class SpringShared {
    // idiom: constant of another file
    public static final String SET_TENANT = "SELECT set_config('app.tenant_id', ?, false)";

    private final JdbcTemplate jdbcTemplate;
    private final TransactionTemplate transactions;

    public SpringShared(JdbcTemplate jdbcTemplate, TransactionTemplate transactions) {
        this.jdbcTemplate = jdbcTemplate;
        this.transactions = transactions;
    }

    // idiom: wrapper of another file
    public <T> T withTenant(String tenant, Supplier<T> work) {
        return transactions.execute(status -> {
            jdbcTemplate.queryForObject("SELECT set_config('app.tenant_id', ?, true)", String.class, tenant);
            return work.get();
        });
    }

    // idiom: helper in the transaction of its caller
    public void applyTenant(String tenant) {
        jdbcTemplate.queryForObject("SELECT set_config('app.tenant_id', ?, true)", String.class, tenant);
    }

    // idiom: service behind an interface
    public interface TenantScopes {
        <T> T within(String tenant, Supplier<T> work);
    }

    @Component
    public static class OneDatabase implements TenantScopes {
        private final JdbcTemplate jdbcTemplate;
        private final TransactionTemplate transactions;

        public OneDatabase(JdbcTemplate jdbcTemplate, TransactionTemplate transactions) {
            this.jdbcTemplate = jdbcTemplate;
            this.transactions = transactions;
        }

        // idiom: service behind an interface
        @Override
        public <T> T within(String tenant, Supplier<T> work) {
            return transactions.execute(status -> {
                jdbcTemplate.queryForObject("SELECT set_config('app.tenant_id', ?, true)", String.class, tenant);
                return work.get();
            });
        }
    }
}
