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
}
