import os
from contextlib import contextmanager

from psycopg import Connection
from psycopg_pool import ConnectionPool

pool = ConnectionPool(os.environ["DATABASE_URL"])

# idiom: constant of another file
SET_TENANT = "SELECT set_config('app.tenant_id', %s, false)"


# idiom: wrapper of another file
@contextmanager
def tenant_connection(tenant):
    with pool.connection() as connection:
        connection.execute("SELECT set_config('app.tenant_id', %s, true)", (tenant,))
        yield connection


# idiom: helper in the transaction of its caller
def apply_tenant(connection: Connection, tenant: str) -> None:
    connection.execute("SELECT set_config('app.tenant_id', %s, true)", (tenant,))
