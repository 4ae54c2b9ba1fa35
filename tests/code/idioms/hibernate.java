package com.example.docs;

import com.example.shared.HibernateShared;
import java.util.List;
import org.hibernate.Session;
import org.hibernate.SessionFactory;
import org.hibernate.Transaction;

public class DocsDao {
    private final SessionFactory sessionFactory;
    private final HibernateShared.TenantTransactions tenants;
    private final HibernateShared.TenantScopes scopes;

    public DocsDao(
            SessionFactory sessionFactory,
            HibernateShared.TenantTransactions tenants,
            HibernateShared.TenantScopes scopes) {
        this.sessionFactory = sessionFactory;
        this.tenants = tenants;
        this.scopes = scopes;
    }

    // idiom: bare set
    public void bareSet(String tenant) {
        try (Session session = sessionFactory.openSession()) {
            session.doWork(connection -> {
                try (var statement = connection.createStatement()) {
                    statement.execute("SET app.tenant_id = '" + tenant + "'");
                }
            });
        }
    }

    // idiom: set_config for the session
    public void sessionConfig(String tenant) {
        try (Session session = sessionFactory.openSession()) {
            session.createNativeQuery("SELECT set_config('app.tenant_id', :tenant, false)", String.class)
                    .setParameter("tenant", tenant)
                    .getSingleResult();
        }
    }

    // idiom: bound scope
    public void boundScope(String tenant) {
        try (Session session = sessionFactory.openSession()) {
            session.createNativeQuery("SELECT set_config(?, ?, ?)", String.class)
                    .setParameter(1, "app.tenant_id")
                    .setParameter(2, tenant)
                    .setParameter(3, false)
                    .getSingleResult();
        }
    }

    // idiom: local without a transaction
    public List<Doc> localAlone(String tenant) {
        try (Session session = sessionFactory.openSession()) {
            session.createNativeQuery("SELECT set_config('app.tenant_id', :tenant, true)", String.class)
                    .setParameter("tenant", tenant)
                    .getSingleResult();
            return session.createQuery("from Doc", Doc.class).list();
        }
    }

    // idiom: local in a transaction
    public List<Doc> local(String tenant) {
        try (Session session = sessionFactory.openSession()) {
            Transaction transaction = session.beginTransaction();
            session.createNativeQuery("SELECT set_config('app.tenant_id', :tenant, true)", String.class)
                    .setParameter("tenant", tenant)
                    .getSingleResult();
            List<Doc> docs = session.createQuery("from Doc", Doc.class).list();
            transaction.commit();
            return docs;
        }
    }

    // idiom: pasted
    public void pasted(String tenant) {
        sessionFactory.inTransaction(session ->
                session.createNativeMutationQuery(String.format("SET LOCAL app.tenant_id = '%s'", tenant))
                        .executeUpdate());
    }

    // idiom: added
    public void added(String tenant) {
        sessionFactory.inTransaction(session -> {
            session.createNativeMutationQuery("SET LOCAL app.tenant_id = '" + tenant + "'").executeUpdate();
        });
    }

    // idiom: a number
    public void typed(Long tenant) {
        sessionFactory.inTransaction(session -> {
            session.createNativeMutationQuery("SET LOCAL app.tenant_id = '" + tenant + "'").executeUpdate();
        });
    }

    // idiom: quoted
    public void quoted(String tenant) {
        sessionFactory.inTransaction(session -> {
            String value = tenant.replace("'", "''");
            session.createNativeMutationQuery("SET LOCAL app.tenant_id = '" + value + "'").executeUpdate();
        });
    }

    // idiom: a parameter in SET
    public void boundInSet(String tenant) {
        sessionFactory.inTransaction(session -> {
            session.createNativeMutationQuery("SET LOCAL app.tenant_id = :tenant")
                    .setParameter("tenant", tenant)
                    .executeUpdate();
        });
    }

    // idiom: reset at the end
    public void resetAtTheEnd(String tenant) {
        try (Session session = sessionFactory.openSession()) {
            session.doWork(connection -> {
                try (var statement = connection.prepareStatement("SELECT set_config('app.tenant_id', ?, false)")) {
                    statement.setString(1, tenant);
                    statement.execute();
                    connection.createStatement().executeUpdate("UPDATE docs SET owner = 1");
                } finally {
                    connection.createStatement().execute("RESET app.tenant_id");
                }
            });
        }
    }

    // idiom: constant of another file
    public void constantElsewhere(String tenant) {
        try (Session session = sessionFactory.openSession()) {
            session.createNativeQuery(HibernateShared.SET_TENANT, String.class)
                    .setParameter("tenant", tenant)
                    .getSingleResult();
        }
    }

    // idiom: wrapper of another file
    public List<Doc> wrapped(String tenant) {
        return HibernateShared.withTenant(
                sessionFactory, tenant, session -> session.createQuery("from Doc", Doc.class).list());
    }

    // idiom: loop over constants
    public void looped(String tenant) {
        try (Session session = sessionFactory.openSession()) {
            for (String name : List.of("app.tenant_id", "app.user_id")) {
                session.createNativeQuery("SELECT set_config('" + name + "', :tenant, false)", String.class)
                        .setParameter("tenant", tenant)
                        .getSingleResult();
            }
        }
    }

    // idiom: transaction by callback
    public int byCallback(String tenant) {
        return sessionFactory.fromTransaction(session -> {
            session.createNativeQuery("SELECT set_config('app.tenant_id', :tenant, true)", String.class)
                    .setParameter("tenant", tenant)
                    .getSingleResult();
            return session.createNativeMutationQuery("UPDATE docs SET owner = 1").executeUpdate();
        });
    }

    // idiom: wrapper of an injected service
    public int injected(String tenant) {
        return tenants.run(
                tenant,
                session -> session.createNativeMutationQuery("UPDATE docs SET owner = 1").executeUpdate());
    }

    // idiom: service behind an interface
    public int behindInterface(String tenant) {
        return scopes.within(
                tenant,
                session -> session.createNativeMutationQuery("UPDATE docs SET owner = 1").executeUpdate());
    }

    // idiom: helper in the transaction of its caller
    public int inOwnTransaction(String tenant) {
        return sessionFactory.fromTransaction(session -> {
            HibernateShared.applyTenant(session, tenant);
            return session.createNativeMutationQuery("UPDATE docs SET owner = 1").executeUpdate();
        });
    }

    // idiom: joins a transaction if there is one
    public int joined(Session session, String tenant) {
        if (!session.isJoinedToTransaction()) {
            throw new IllegalStateException("the tenant is set in a transaction");
        }
        session.createNativeQuery("SELECT set_config('app.tenant_id', :tenant, true)", String.class)
                .setParameter("tenant", tenant)
                .getSingleResult();
        return session.createNativeMutationQuery("UPDATE docs SET owner = 1").executeUpdate();
    }

    // idiom: early return
    public int early(String tenant) {
        return sessionFactory.fromTransaction(session -> {
            if (tenant.isEmpty()) {
                return 0;
            }
            session.createNativeQuery("SELECT set_config('app.tenant_id', :tenant, true)", String.class)
                    .setParameter("tenant", tenant)
                    .getSingleResult();
            return session.createNativeMutationQuery("UPDATE docs SET owner = 1").executeUpdate();
        });
    }

    // idiom: role without reset
    public void act() {
        try (Session session = sessionFactory.openSession()) {
            session.createNativeMutationQuery("SET ROLE app_user").executeUpdate();
        }
    }

    // idiom: several lines
    public void severalLines(String tenant, String user) {
        try (Session session = sessionFactory.openSession()) {
            session.createNativeQuery(
                            """
                            SELECT
                              set_config('app.tenant_id', :tenant, false),
                              set_config('app.user_id', :user, false)
                            """,
                            Object[].class)
                    .setParameter("tenant", tenant)
                    .setParameter("user", user)
                    .getSingleResult();
        }
    }

    // idiom: built step by step
    public void built(String tenant) {
        String text = "SET LOCAL app.tenant_id = '";
        text += tenant;
        text += "'";
        String whole = text;
        sessionFactory.inTransaction(session -> session.createNativeMutationQuery(whole).executeUpdate());
    }

    // idiom: formatted
    public void formatted(String tenant) {
        String text = String.format("SET LOCAL app.tenant_id = '%s'", tenant);
        sessionFactory.inTransaction(session -> session.createNativeMutationQuery(text).executeUpdate());
    }

    // idiom: middleware
    public boolean preHandle(HttpServletRequest request) {
        Session session = sessionFactory.openSession();
        session.createNativeQuery("SELECT set_config('app.tenant_id', :tenant, false)", String.class)
                .setParameter("tenant", request.getHeader("X-Tenant"))
                .getSingleResult();
        request.setAttribute("session", session);
        return true;
    }
}
