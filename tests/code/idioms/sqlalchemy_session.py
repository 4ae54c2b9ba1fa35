import functools
import os

from shared.sqlalchemy_session_shared import (
    SET_TENANT,
    TenantScopes,
    TenantSessions,
    apply_tenant,
    tenant_session,
)
from sqlalchemy import create_engine, event, func, select, text
from sqlalchemy.orm import Session, sessionmaker

engine = create_engine(os.environ["DATABASE_URL"].replace("postgres://", "postgresql+psycopg://"))
SessionLocal = sessionmaker(engine)


# idiom: bare set
def bare_set(tenant):
    with SessionLocal() as session:
        session.execute(text(f"SET app.tenant_id = '{tenant}'"))
        session.commit()


# idiom: set_config for the session
def session_config(tenant):
    with engine.connect() as connection:
        connection.execute(select(func.set_config("app.tenant_id", tenant, False)))
        connection.commit()


# idiom: bound scope
def bound_scope(tenant):
    with SessionLocal() as session:
        values = {"name": "app.tenant_id", "tenant": tenant, "local": False}
        session.execute(text("SELECT set_config(:name, :tenant, :local)"), values)
        session.commit()


# idiom: local without a transaction
def local_alone(tenant):
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(select(func.set_config("app.tenant_id", tenant, True)))
        return connection.execute(text("SELECT * FROM docs")).all()


# idiom: local in a transaction
def local(tenant):
    with SessionLocal.begin() as session:
        session.scalar(select(func.set_config("app.tenant_id", tenant, True)))
        return session.execute(text("SELECT * FROM docs")).all()


# idiom: pasted
def pasted(tenant):
    with SessionLocal() as session:
        session.execute(text(f"SET LOCAL app.tenant_id = '{tenant}'"))


# idiom: added
def added(tenant):
    with engine.begin() as connection:
        connection.exec_driver_sql("SET LOCAL app.tenant_id = '" + tenant + "'")


# idiom: a number
def typed(tenant):
    with SessionLocal() as session:
        session.execute(text(f"SET LOCAL app.tenant_id = '{int(tenant)}'"))


# idiom: quoted
def quoted(tenant):
    with SessionLocal() as session:
        literal = engine.dialect.identifier_preparer.quote(tenant)
        session.execute(text(f"SET LOCAL app.tenant_id = {literal}"))


# idiom: a parameter in SET
def bound_in_set(tenant):
    with SessionLocal() as session:
        session.execute(text("SET LOCAL app.tenant_id = :tenant"), {"tenant": tenant})


# idiom: reset at the end
def reset_at_the_end(tenant):
    with engine.connect() as connection:
        try:
            connection.execute(select(func.set_config("app.tenant_id", tenant, False)))
            return connection.execute(text("SELECT * FROM docs")).all()
        finally:
            connection.execute(text("RESET app.tenant_id"))
            connection.commit()


# idiom: constant of another file
def constant_elsewhere(tenant):
    with SessionLocal() as session:
        session.execute(SET_TENANT, {"tenant": tenant})
        session.commit()


# idiom: wrapper of another file
def wrapped(tenant):
    with tenant_session(tenant) as session:
        return session.execute(text("SELECT * FROM docs")).all()


# idiom: loop over constants
def looped(tenant):
    with SessionLocal() as session:
        for name in ("app.tenant_id", "app.user_id"):
            session.execute(select(func.set_config(name, tenant, False)))
        session.commit()


class Documents:
    def __init__(self, tenants: TenantSessions, scopes: TenantScopes) -> None:
        self.tenants = tenants
        self.scopes = scopes

    # idiom: wrapper of an injected service
    def injected(self, tenant):
        with self.tenants.of(tenant) as session:
            return session.execute(text("SELECT * FROM docs")).all()

    # idiom: service behind an interface
    def behind_interface(self, tenant):
        return self.scopes.within(tenant, lambda s: s.execute(text("SELECT * FROM docs")).all())


# idiom: helper in the transaction of its caller
def in_own_transaction(tenant):
    with SessionLocal() as session:
        apply_tenant(session, tenant)
        session.execute(text("UPDATE docs SET owner = 1"))
        session.commit()


# idiom: joins a transaction if there is one
def joined(session: Session, tenant):
    if not session.in_transaction():
        raise RuntimeError("the tenant is set in a transaction")
    session.execute(select(func.set_config("app.tenant_id", tenant, True)))
    return session.execute(text("SELECT * FROM docs")).all()


# idiom: early return
def early_return(tenant):
    with SessionLocal() as session:
        if not tenant:
            return []
        session.execute(select(func.set_config("app.tenant_id", tenant, True)))
        found = session.execute(text("SELECT * FROM docs")).all()
        if not found:
            return []
        session.execute(select(func.set_config("app.user_id", found[0].owner, True)))
        return found


# idiom: role without reset
def as_role():
    with SessionLocal() as session:
        session.execute(text("SET ROLE app_user"))
        session.commit()


# idiom: several lines
def several_lines(tenant):
    with SessionLocal() as session:
        session.execute(
            select(
                func.set_config("app.tenant_id", tenant, False),
                func.set_config("app.user_id", tenant, False),
            )
        )
        session.commit()


# idiom: built step by step
def built(tenant):
    statement = "SET LOCAL "
    statement += "app.tenant_id = "
    statement += f"'{tenant}'"
    with SessionLocal() as session:
        session.execute(text(statement))


# idiom: formatted
def formatted(tenant):
    with SessionLocal() as session:
        session.execute(text("SET LOCAL app.tenant_id = '%s'" % tenant))
        session.execute(text("SET LOCAL app.tenant_id = '{}'".format(tenant)))


# idiom: middleware
def with_tenant(view):
    @functools.wraps(view)
    def inner(request):
        with SessionLocal() as session:
            session.execute(select(func.set_config("app.tenant_id", request.tenant, False)))
            session.commit()
            return view(request, session)

    return inner


# idiom: connect hook that sets
@event.listens_for(engine, "connect")
def set_region(connection, record):
    connection.cursor().execute("SET app.region = 'eu'")


# idiom: acquire hook that sets
@event.listens_for(engine, "checkout")
def set_user(connection, record, proxy):
    connection.cursor().execute("SELECT set_config('app.user_id', '0', false)")


# idiom: release hook that resets
@event.listens_for(engine, "checkin")
def clean(connection, record):
    connection.cursor().execute("SELECT set_config('app.region', '', false)")


# idiom: setting in the options of the connection
def with_options(tenant):
    return create_engine(
        os.environ["DATABASE_URL"], connect_args={"options": f"-c app.tenant_id={tenant}"}
    )
