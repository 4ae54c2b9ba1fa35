package com.example.shared;

import java.util.function.Function;
import org.hibernate.Session;
import org.hibernate.SessionFactory;

public class HibernateShared {
    // idiom: constant of another file
    public static final String SET_TENANT = "SELECT set_config('app.tenant_id', :tenant, false)";

    // idiom: wrapper of another file
    public static <T> T withTenant(SessionFactory sessionFactory, String tenant, Function<Session, T> work) {
        return sessionFactory.fromTransaction(session -> {
            session.createNativeQuery("SELECT set_config('app.tenant_id', :tenant, true)", String.class)
                    .setParameter("tenant", tenant)
                    .getSingleResult();
            return work.apply(session);
        });
    }
}
