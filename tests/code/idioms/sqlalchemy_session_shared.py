import os
from contextlib import contextmanager
from typing import Protocol

from sqlalchemy import create_engine, func, select, text
from sqlalchemy.orm import Session, sessionmaker

engine = create_engine(os.environ["DATABASE_URL"])
SessionLocal = sessionmaker(engine)

# idiom: constant of another file
SET_TENANT = text("SELECT set_config('app.tenant_id', :tenant, false)")


# idiom: wrapper of another file
@contextmanager
def tenant_session(tenant):
    with SessionLocal.begin() as session:
        session.execute(select(func.set_config("app.tenant_id", tenant, True)))
        yield session


# idiom: helper in the transaction of its caller
def apply_tenant(session: Session, tenant: str) -> None:
    session.execute(select(func.set_config("app.tenant_id", tenant, True)))


# idiom: wrapper of an injected service
class TenantSessions:
    def __init__(self, sessions: sessionmaker) -> None:
        self.sessions = sessions

    @contextmanager
    def of(self, tenant):
        with self.sessions.begin() as session:
            session.execute(select(func.set_config("app.tenant_id", tenant, True)))
            yield session


# idiom: service behind an interface
class TenantScopes(Protocol):
    def within(self, tenant, work): ...


class OneDatabaseScopes(TenantScopes):
    def __init__(self, sessions: sessionmaker) -> None:
        self.sessions = sessions

    def within(self, tenant, work):
        with self.sessions.begin() as session:
            session.execute(select(func.set_config("app.tenant_id", tenant, True)))
            return work(session)
