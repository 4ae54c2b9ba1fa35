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

    // idiom: helper in the transaction of its caller
    public static void applyTenant(Session session, String tenant) {
        session.createNativeQuery("SELECT set_config('app.tenant_id', :tenant, true)", String.class)
                .setParameter("tenant", tenant)
                .getSingleResult();
    }

    public static final class TenantTransactions {
        private final SessionFactory sessionFactory;

        public TenantTransactions(SessionFactory sessionFactory) {
            this.sessionFactory = sessionFactory;
        }

        // idiom: wrapper of an injected service
        public <T> T run(String tenant, Function<Session, T> work) {
            return sessionFactory.fromTransaction(session -> {
                applyTenant(session, tenant);
                return work.apply(session);
            });
        }
    }

    // idiom: service behind an interface
    public interface TenantScopes {
        <T> T within(String tenant, Function<Session, T> work);
    }

    public static final class OneDatabase implements TenantScopes {
        private final SessionFactory sessionFactory;

        public OneDatabase(SessionFactory sessionFactory) {
            this.sessionFactory = sessionFactory;
        }

        // idiom: service behind an interface
        @Override
        public <T> T within(String tenant, Function<Session, T> work) {
            return sessionFactory.fromTransaction(session -> {
                applyTenant(session, tenant);
                return work.apply(session);
            });
        }
    }
}
