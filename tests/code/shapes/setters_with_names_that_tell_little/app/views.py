from app.tenancy import apply
from sqlalchemy import create_engine

engine = create_engine("postgresql+psycopg2://app_user@db/app")


def kept(tenant):
    with engine.begin() as conn:
        apply(conn, tenant)


def local(tenant):
    with engine.begin() as conn:
        apply(conn, tenant, local=True)
