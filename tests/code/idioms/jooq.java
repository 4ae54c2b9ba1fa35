package com.example.docs;

import static org.jooq.impl.DSL.inline;

import com.example.shared.JooqShared;
import java.util.List;
import org.jooq.DSLContext;
import org.jooq.Record;
import org.jooq.Result;

public class DocsRepository {
    private final DSLContext dsl;
    private final JooqShared.TenantTransactions tenants;
    private final JooqShared.TenantScopes scopes;

    public DocsRepository(
            DSLContext dsl, JooqShared.TenantTransactions tenants, JooqShared.TenantScopes scopes) {
        this.dsl = dsl;
        this.tenants = tenants;
        this.scopes = scopes;
    }

    // idiom: bare set
    public Result<Record> bareSet(String tenant) {
        dsl.execute("SET app.tenant_id = '" + tenant + "'");
        return dsl.fetch("SELECT * FROM docs");
    }

    // idiom: set_config for the session
    public Result<Record> sessionConfig(String tenant) {
        dsl.execute("SELECT set_config('app.tenant_id', ?, false)", tenant);
        return dsl.fetch("SELECT * FROM docs");
    }

    // idiom: bound scope
    public Result<Record> boundScope(String tenant) {
        dsl.fetchOne("SELECT set_config(?, ?, ?)", "app.tenant_id", tenant, false);
        return dsl.fetch("SELECT * FROM docs");
    }

    // idiom: local without a transaction
    public Result<Record> localAlone(String tenant) {
        dsl.query("SELECT set_config('app.tenant_id', ?, true)", tenant).execute();
        return dsl.fetch("SELECT * FROM docs");
    }

    // idiom: local in a transaction
    public Result<Record> local(String tenant) {
        return dsl.transactionResult(configuration -> {
            configuration.dsl().execute("SELECT set_config('app.tenant_id', ?, true)", tenant);
            return configuration.dsl().fetch("SELECT * FROM docs");
        });
    }

    // idiom: pasted
    public void pasted(String tenant) {
        dsl.transaction(trx -> {
            trx.dsl().execute(String.format("SET LOCAL app.tenant_id = '%s'", tenant));
        });
    }

    // idiom: added
    public void added(String tenant) {
        dsl.transaction((org.jooq.Configuration trx) -> {
            trx.dsl().execute("SET LOCAL app.tenant_id = '" + tenant + "'");
        });
    }

    // idiom: a number
    public void typed(String tenant) {
        int id = Integer.parseInt(tenant);
        dsl.transaction(trx -> {
            trx.dsl().execute("SET LOCAL app.tenant_id = '" + id + "'");
        });
    }

    // idiom: quoted
    public void quoted(String tenant) {
        dsl.transaction(trx -> {
            trx.dsl().execute("SET LOCAL app.tenant_id = {0}", inline(tenant));
        });
    }

    // idiom: a parameter in SET
    public void boundInSet(String tenant) {
        dsl.transaction(trx -> {
            trx.dsl().execute("SET LOCAL app.tenant_id = ?", tenant);
        });
    }

    // idiom: reset at the end
    public void resetAtTheEnd(String tenant) {
        dsl.connection(connection -> {
            try (var statement = connection.prepareStatement("SELECT set_config('app.tenant_id', ?, false)")) {
                statement.setString(1, tenant);
                statement.execute();
                connection.createStatement().executeUpdate("UPDATE docs SET owner = 1");
            } finally {
                connection.createStatement().execute("RESET app.tenant_id");
            }
        });
    }

    // idiom: constant of another file
    public Result<Record> constantElsewhere(String tenant) {
        dsl.execute(JooqShared.SET_TENANT, tenant);
        return dsl.fetch("SELECT * FROM docs");
    }

    // idiom: wrapper of another file
    public Result<Record> wrapped(String tenant) {
        return JooqShared.withTenant(dsl, tenant, ctx -> ctx.fetch("SELECT * FROM docs"));
    }

    // idiom: loop over constants
    public void looped(String tenant) {
        for (String name : List.of("app.tenant_id", "app.user_id")) {
            dsl.execute("SELECT set_config(?, ?, false)", name, tenant);
        }
    }

    // idiom: transaction by callback
    public Result<Record> byCallback(String tenant) {
        return dsl.transactionResult(configuration -> {
            DSLContext ctx = configuration.dsl();
            ctx.execute("SELECT set_config('app.tenant_id', ?, true)", tenant);
            return ctx.fetch("SELECT * FROM docs");
        });
    }

    // idiom: wrapper of an injected service
    public Result<Record> injected(String tenant) {
        return tenants.run(tenant, ctx -> ctx.fetch("SELECT * FROM docs"));
    }

    // idiom: service behind an interface
    public Result<Record> behindInterface(String tenant) {
        return scopes.within(tenant, ctx -> ctx.fetch("SELECT * FROM docs"));
    }

    // idiom: helper in the transaction of its caller
    public Result<Record> inOwnTransaction(String tenant) {
        return dsl.transactionResult(configuration -> {
            JooqShared.applyTenant(configuration.dsl(), tenant);
            return configuration.dsl().fetch("SELECT * FROM docs");
        });
    }

    // idiom: early return
    public int early(String tenant) {
        return dsl.transactionResult(configuration -> {
            if (tenant.isEmpty()) {
                return 0;
            }
            configuration.dsl().execute("SELECT set_config('app.tenant_id', ?, true)", tenant);
            return configuration.dsl().execute("UPDATE docs SET owner = 1");
        });
    }

    // idiom: role without reset
    public Result<Record> act() {
        dsl.execute("SET ROLE app_user");
        return dsl.fetch("SELECT * FROM docs");
    }

    // idiom: several lines
    public void severalLines(String tenant, String user) {
        dsl.execute(
                """
                SELECT
                  set_config('app.tenant_id', ?, false),
                  set_config('app.user_id', ?, false)
                """,
                tenant,
                user);
    }

    // idiom: built step by step
    public void built(String tenant) {
        StringBuilder text = new StringBuilder();
        text.append("SET LOCAL app.tenant_id = '");
        text.append(tenant);
        text.append("'");
        dsl.transaction(trx -> trx.dsl().execute(text.toString()));
    }

    // idiom: formatted
    public void formatted(String tenant) {
        dsl.transaction(trx -> trx.dsl().execute(String.format("SET LOCAL app.tenant_id = '%s'", tenant)));
    }

    // idiom: middleware
    public boolean preHandle(HttpServletRequest request) {
        dsl.execute("SELECT set_config('app.tenant_id', ?, false)", request.getHeader("X-Tenant"));
        return true;
    }
}
