package com.example.shared;

import java.util.function.Function;
import org.jooq.DSLContext;
import org.jooq.impl.DSL;

public class JooqShared {
    // idiom: constant of another file
    public static final String SET_TENANT = "SELECT set_config('app.tenant_id', ?, false)";

    // idiom: wrapper of another file
    public static <T> T withTenant(DSLContext dsl, String tenant, Function<DSLContext, T> work) {
        return dsl.transactionResult(configuration -> {
            DSLContext ctx = DSL.using(configuration);
            ctx.execute("SELECT set_config('app.tenant_id', ?, true)", tenant);
            return work.apply(ctx);
        });
    }

    // idiom: helper in the transaction of its caller
    public static void applyTenant(DSLContext ctx, String tenant) {
        ctx.execute("SELECT set_config('app.tenant_id', ?, true)", tenant);
    }

    public static final class TenantTransactions {
        private final DSLContext dsl;

        public TenantTransactions(DSLContext dsl) {
            this.dsl = dsl;
        }

        // idiom: wrapper of an injected service
        public <T> T run(String tenant, Function<DSLContext, T> work) {
            return dsl.transactionResult(configuration -> {
                configuration.dsl().execute("SELECT set_config('app.tenant_id', ?, true)", tenant);
                return work.apply(configuration.dsl());
            });
        }
    }

    // idiom: service behind an interface
    public interface TenantScopes {
        <T> T within(String tenant, Function<DSLContext, T> work);
    }

    public static final class OneDatabase implements TenantScopes {
        private final DSLContext dsl;

        public OneDatabase(DSLContext dsl) {
            this.dsl = dsl;
        }

        // idiom: service behind an interface
        @Override
        public <T> T within(String tenant, Function<DSLContext, T> work) {
            return dsl.transactionResult(configuration -> {
                configuration.dsl().execute("SELECT set_config('app.tenant_id', ?, true)", tenant);
                return work.apply(configuration.dsl());
            });
        }
    }
}
