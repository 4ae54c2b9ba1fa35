import functools
import os

import psycopg
from psycopg import sql
from psycopg_pool import ConnectionPool
from shared.psycopg_shared import SET_TENANT, apply_tenant, tenant_connection

pool = ConnectionPool(os.environ["DATABASE_URL"])


# idiom: bare set
def bare_set(tenant):
    with pool.connection() as connection:
        connection.execute(f"SET app.tenant_id = '{tenant}'")


# idiom: set_config for the session
def session_config(tenant):
    with pool.connection() as connection:
        connection.execute("SELECT set_config('app.tenant_id', %s, false)", (tenant,))


# idiom: bound scope
def bound_scope(tenant):
    with pool.connection() as connection:
        connection.execute("SELECT set_config(%s, %s, %s)", ("app.tenant_id", tenant, False))


# idiom: local without a transaction
def local_alone(tenant):
    with pool.connection() as connection:
        connection.autocommit = True
        connection.execute("SELECT set_config('app.tenant_id', %s, true)", (tenant,))
        return connection.execute("SELECT * FROM docs").fetchall()


# idiom: local in a transaction
def local(tenant):
    with pool.connection() as connection, connection.transaction():
        connection.execute("SELECT set_config('app.tenant_id', %s, true)", (tenant,))
        return connection.execute("SELECT * FROM docs").fetchall()


# idiom: pasted
def pasted(tenant):
    with pool.connection() as connection, connection.cursor() as cursor:
        cursor.execute(f"SET LOCAL app.tenant_id = '{tenant}'")


# idiom: added
def added(tenant):
    with pool.connection() as connection:
        connection.execute("SET LOCAL app.tenant_id = '" + tenant + "'")


# idiom: a number
def typed(tenant):
    with pool.connection() as connection:
        connection.execute(f"SET LOCAL app.tenant_id = '{int(tenant)}'")


# idiom: quoted
def quoted(tenant):
    with pool.connection() as connection:
        statement = sql.SQL("SET LOCAL app.tenant_id = {}").format(sql.Literal(tenant))
        connection.execute(statement)


# idiom: a parameter in SET
def bound_in_set(tenant):
    with pool.connection() as connection:
        connection.execute("SET LOCAL app.tenant_id = %s", (tenant,))


# idiom: reset at the end
def reset_at_the_end(tenant):
    with pool.connection() as connection:
        try:
            connection.execute("SELECT set_config('app.tenant_id', %s, false)", (tenant,))
            return connection.execute("SELECT * FROM docs").fetchall()
        finally:
            connection.execute("RESET app.tenant_id")


# idiom: constant of another file
def constant_elsewhere(tenant):
    with pool.connection() as connection:
        connection.execute(SET_TENANT, (tenant,))


# idiom: wrapper of another file
def wrapped(tenant):
    with tenant_connection(tenant) as connection:
        return connection.execute("SELECT * FROM docs").fetchall()


# idiom: loop over constants
def looped(tenant):
    with pool.connection() as connection:
        for name in ("app.tenant_id", "app.user_id"):
            connection.execute(f"SELECT set_config('{name}', %s, false)", (tenant,))


# idiom: helper in the transaction of its caller
def in_own_transaction(tenant):
    with pool.connection() as connection:
        apply_tenant(connection, tenant)
        connection.execute("UPDATE docs SET owner = 1")


# idiom: early return
def early_return(tenant):
    with pool.connection() as connection:
        if not tenant:
            return []
        connection.execute("SELECT set_config('app.tenant_id', %s, true)", (tenant,))
        found = connection.execute("SELECT * FROM docs").fetchall()
        if not found:
            return []
        connection.execute("SELECT set_config('app.user_id', %s, true)", (found[0].owner,))
        return found


# idiom: role without reset
def as_role():
    with pool.connection() as connection:
        connection.execute("SET ROLE app_user")
        return connection.execute("SELECT * FROM docs").fetchall()


# idiom: several lines
def several_lines(tenant):
    with pool.connection() as connection:
        connection.execute(
            """
            SELECT
              set_config('app.tenant_id', %s, false),
              set_config('app.user_id', %s, false)
            """,
            (tenant, tenant),
        )


# idiom: built step by step
def built(tenant):
    statement = "SET LOCAL "
    statement += "app.tenant_id = "
    statement += f"'{tenant}'"
    with pool.connection() as connection:
        connection.execute(statement)


# idiom: formatted
def formatted(tenant):
    with pool.connection() as connection:
        connection.execute("SET LOCAL app.tenant_id = '%s'" % tenant)
        connection.execute("SET LOCAL app.tenant_id = '{}'".format(tenant))


# idiom: middleware
def with_tenant(view):
    @functools.wraps(view)
    def inner(request):
        with pool.connection() as connection:
            connection.execute("SELECT set_config('app.tenant_id', %s, false)", (request.tenant,))
            return view(request, connection)

    return inner


# idiom: connect hook that sets
def set_region(connection):
    connection.execute("SET app.region = 'eu'")


regional = ConnectionPool(os.environ["DATABASE_URL"], configure=set_region)


# idiom: acquire hook that sets
def set_user(connection):
    connection.execute("SELECT set_config('app.user_id', '0', false)")


checking = ConnectionPool(os.environ["DATABASE_URL"], check=set_user)


# idiom: release hook that resets
def clean(connection):
    connection.execute("SELECT set_config('app.region', '', false)")


cleaning = ConnectionPool(os.environ["DATABASE_URL"], reset=clean)


# idiom: setting in the options of the connection
def with_options(tenant):
    return psycopg.connect(os.environ["DATABASE_URL"], options=f"-c app.tenant_id={tenant}")
