package com.example.docs;

import com.example.shared.SpringShared;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.core.namedparam.NamedParameterJdbcTemplate;
import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Transactional;
import org.springframework.transaction.support.TransactionSynchronizationManager;
import org.springframework.transaction.support.TransactionTemplate;

@Service
public class DocsService {
    private final JdbcTemplate jdbcTemplate;
    private final NamedParameterJdbcTemplate named;
    private final SpringShared tenants;
    private final SpringShared.TenantScopes scopes;
    private final TransactionTemplate transactions;

    public DocsService(
            JdbcTemplate jdbcTemplate,
            NamedParameterJdbcTemplate named,
            SpringShared tenants,
            SpringShared.TenantScopes scopes,
            TransactionTemplate transactions) {
        this.scopes = scopes;
        this.transactions = transactions;
        this.jdbcTemplate = jdbcTemplate;
        this.named = named;
        this.tenants = tenants;
    }

    // idiom: bare set
    public List<String> bareSet(String tenant) {
        jdbcTemplate.execute("SET app.tenant_id = '" + tenant + "'");
        return jdbcTemplate.queryForList("SELECT id FROM docs", String.class);
    }

    // idiom: set_config for the session
    public List<String> sessionConfig(String tenant) {
        jdbcTemplate.queryForObject("SELECT set_config('app.tenant_id', ?, false)", String.class, tenant);
        return jdbcTemplate.queryForList("SELECT id FROM docs", String.class);
    }

    // idiom: bound scope
    public List<String> boundScope(String tenant) {
        jdbcTemplate.queryForObject(
                "SELECT set_config(?, ?, ?)", new Object[] {"app.tenant_id", tenant, false}, String.class);
        return jdbcTemplate.queryForList("SELECT id FROM docs", String.class);
    }

    // idiom: local without a transaction
    public List<String> localAlone(String tenant) {
        named.queryForObject(
                "SELECT set_config('app.tenant_id', :tenant, true)", Map.of("tenant", tenant), String.class);
        return jdbcTemplate.queryForList("SELECT id FROM docs", String.class);
    }

    // idiom: local in a transaction
    @Transactional
    public List<String> local(String tenant) {
        jdbcTemplate.queryForObject("SELECT set_config('app.tenant_id', ?, true)", String.class, tenant);
        return jdbcTemplate.queryForList("SELECT id FROM docs", String.class);
    }

    // idiom: pasted
    @Transactional
    public List<String> pasted(String tenant) {
        jdbcTemplate.execute(String.format("SET LOCAL app.tenant_id = '%s'", tenant));
        return jdbcTemplate.queryForList("SELECT id FROM docs", String.class);
    }

    // idiom: added
    @Transactional
    public List<String> added(String tenant) {
        jdbcTemplate.execute("SET LOCAL app.tenant_id = '" + tenant + "'");
        return jdbcTemplate.queryForList("SELECT id FROM docs", String.class);
    }

    // idiom: a number
    @Transactional
    public List<String> typed(UUID tenant) {
        jdbcTemplate.execute("SET LOCAL app.tenant_id = '" + tenant + "'");
        return jdbcTemplate.queryForList("SELECT id FROM docs", String.class);
    }

    // idiom: quoted
    @Transactional
    public List<String> quoted(String tenant) {
        jdbcTemplate.execute("SET LOCAL app.tenant_id = '" + tenant.replace("'", "''") + "'");
        return jdbcTemplate.queryForList("SELECT id FROM docs", String.class);
    }

    // idiom: a parameter in SET
    @Transactional
    public List<String> boundInSet(String tenant) {
        jdbcTemplate.update("SET LOCAL app.tenant_id = ?", tenant);
        return jdbcTemplate.queryForList("SELECT id FROM docs", String.class);
    }

    // idiom: constant of another file
    public List<String> constantElsewhere(String tenant) {
        jdbcTemplate.queryForObject(SpringShared.SET_TENANT, String.class, tenant);
        return jdbcTemplate.queryForList("SELECT id FROM docs", String.class);
    }

    // idiom: wrapper of another file
    public List<String> wrapped(String tenant) {
        return tenants.withTenant(tenant, () -> jdbcTemplate.queryForList("SELECT id FROM docs", String.class));
    }

    // idiom: loop over constants
    public void looped(String tenant) {
        for (String name : List.of("app.tenant_id", "app.user_id")) {
            jdbcTemplate.queryForObject("SELECT set_config(?, ?, false)", String.class, name, tenant);
        }
    }

    // idiom: role without reset
    public List<String> asRole() {
        jdbcTemplate.execute("SET ROLE app_user");
        return jdbcTemplate.queryForList("SELECT id FROM docs", String.class);
    }

    // idiom: several lines
    public void severalLines(String tenant) {
        jdbcTemplate.queryForObject(
                """
                SELECT
                  set_config('app.tenant_id', ?, false)
                """,
                String.class,
                tenant);
    }

    // idiom: helper in the transaction of its caller
    @Transactional
    public List<String> inOwnTransaction(String tenant) {
        tenants.applyTenant(tenant);
        return jdbcTemplate.queryForList("SELECT id FROM docs", String.class);
    }

    // idiom: transaction by callback
    public List<String> byCallback(String tenant) {
        return transactions.execute(status -> {
            jdbcTemplate.queryForObject("SELECT set_config('app.tenant_id', ?, true)", String.class, tenant);
            return jdbcTemplate.queryForList("SELECT id FROM docs", String.class);
        });
    }

    // idiom: wrapper of an injected service
    public List<String> injected(String tenant) {
        return tenants.withTenant(tenant, () -> jdbcTemplate.queryForList("SELECT id FROM docs", String.class));
    }

    // idiom: service behind an interface
    public List<String> behindInterface(String tenant) {
        return scopes.within(tenant, () -> jdbcTemplate.queryForList("SELECT id FROM docs", String.class));
    }

    // idiom: early return
    @Transactional
    public List<String> early(String tenant) {
        if (tenant.isEmpty()) {
            return List.of();
        }
        jdbcTemplate.queryForObject("SELECT set_config('app.tenant_id', ?, true)", String.class, tenant);
        return jdbcTemplate.queryForList("SELECT id FROM docs", String.class);
    }

    // idiom: joins a transaction if there is one
    public List<String> joined(String tenant) {
        if (TransactionSynchronizationManager.isActualTransactionActive()) {
            jdbcTemplate.queryForObject("SELECT set_config('app.tenant_id', ?, true)", String.class, tenant);
            return jdbcTemplate.queryForList("SELECT id FROM docs", String.class);
        }
        return byCallback(tenant);
    }

    // idiom: built step by step
    @Transactional
    public void built(String tenant) {
        StringBuilder text = new StringBuilder("SET LOCAL app.tenant_id = '");
        text.append(tenant).append("'");
        jdbcTemplate.execute(text.toString());
    }

    // idiom: formatted
    @Transactional
    public void formatted(String tenant) {
        jdbcTemplate.execute(String.format("SET LOCAL app.tenant_id = '%s'", tenant));
    }

    // idiom: middleware
    public boolean preHandle(HttpServletRequest request, HttpServletResponse response, Object handler) {
        jdbcTemplate.queryForObject(
                "SELECT set_config('app.tenant_id', ?, false)", String.class, request.getHeader("X-Tenant"));
        return true;
    }
}
