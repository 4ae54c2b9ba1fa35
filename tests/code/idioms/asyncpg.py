import functools
import os

import asyncpg
from asyncpg.utils import _quote_literal

from shared.asyncpg_shared import SET_TENANT, apply_tenant, tenant_connection

pool = asyncpg.create_pool(os.environ["DATABASE_URL"])


# idiom: bare set
async def bare_set(tenant):
    async with pool.acquire() as connection:
        await connection.execute(f"SET app.tenant_id = '{tenant}'")


# idiom: set_config for the session
async def session_config(tenant):
    async with pool.acquire() as connection:
        await connection.execute("SELECT set_config('app.tenant_id', $1, false)", tenant)


# idiom: bound scope
async def bound_scope(tenant):
    async with pool.acquire() as connection:
        await connection.execute("SELECT set_config($1, $2, $3)", "app.tenant_id", tenant, False)


# idiom: local without a transaction
async def local_alone(tenant):
    async with pool.acquire() as connection:
        await connection.execute("SELECT set_config('app.tenant_id', $1, true)", tenant)
        return await connection.fetch("SELECT * FROM docs")


# idiom: local in a transaction
async def local(tenant):
    async with pool.acquire() as connection, connection.transaction():
        await connection.execute("SELECT set_config('app.tenant_id', $1, true)", tenant)
        return await connection.fetch("SELECT * FROM docs")


# idiom: pasted
async def pasted(tenant):
    async with pool.acquire() as connection, connection.transaction():
        await connection.execute(f"SET LOCAL app.tenant_id = '{tenant}'")


# idiom: added
async def added(tenant):
    async with pool.acquire() as connection, connection.transaction():
        await connection.execute("SET LOCAL app.tenant_id = '" + tenant + "'")


# idiom: a number
async def typed(tenant):
    async with pool.acquire() as connection, connection.transaction():
        await connection.execute(f"SET LOCAL app.tenant_id = '{int(tenant)}'")


# idiom: quoted
async def quoted(tenant):
    async with pool.acquire() as connection, connection.transaction():
        await connection.execute(f"SET LOCAL app.tenant_id = {_quote_literal(tenant)}")


# idiom: a parameter in SET
async def bound_in_set(tenant):
    async with pool.acquire() as connection, connection.transaction():
        await connection.execute("SET LOCAL app.tenant_id = $1", tenant)


# idiom: reset at the end
async def reset_at_the_end(tenant):
    async with pool.acquire() as connection:
        try:
            await connection.execute("SELECT set_config('app.tenant_id', $1, false)", tenant)
            return await connection.fetch("SELECT * FROM docs")
        finally:
            await connection.execute("RESET app.tenant_id")


# idiom: constant of another file
async def constant_elsewhere(tenant):
    async with pool.acquire() as connection:
        await connection.execute(SET_TENANT, tenant)


# idiom: wrapper of another file
async def wrapped(tenant):
    async with tenant_connection(tenant) as connection:
        return await connection.fetch("SELECT * FROM docs")


# idiom: loop over constants
async def looped(tenant):
    async with pool.acquire() as connection:
        for name in ("app.tenant_id", "app.user_id"):
            await connection.execute(f"SELECT set_config('{name}', $1, false)", tenant)


# idiom: helper in the transaction of its caller
async def in_own_transaction(tenant):
    async with pool.acquire() as connection, connection.transaction():
        await apply_tenant(connection, tenant)
        await connection.execute("UPDATE docs SET owner = 1")


# idiom: early return
async def early_return(tenant):
    async with pool.acquire() as connection, connection.transaction():
        if not tenant:
            return []
        await connection.execute("SELECT set_config('app.tenant_id', $1, true)", tenant)
        found = await connection.fetch("SELECT * FROM docs")
        if not found:
            return []
        await connection.execute("SELECT set_config('app.user_id', $1, true)", found[0].owner)
        return found


# idiom: role without reset
async def as_role():
    async with pool.acquire() as connection:
        await connection.execute("SET ROLE app_user")
        return await connection.fetch("SELECT * FROM docs")


# idiom: several lines
async def several_lines(tenant):
    async with pool.acquire() as connection:
        await connection.execute(
            """
            SELECT
              set_config('app.tenant_id', $1, false),
              set_config('app.user_id', $2, false)
            """,
            tenant,
            tenant,
        )


# idiom: built step by step
async def built(tenant):
    statement = "SET LOCAL "
    statement += "app.tenant_id = "
    statement += f"'{tenant}'"
    async with pool.acquire() as connection, connection.transaction():
        await connection.execute(statement)


# idiom: formatted
async def formatted(tenant):
    async with pool.acquire() as connection, connection.transaction():
        await connection.execute("SET LOCAL app.tenant_id = '%s'" % tenant)
        await connection.execute("SET LOCAL app.tenant_id = '{}'".format(tenant))


# idiom: middleware
def with_tenant(view):
    @functools.wraps(view)
    async def inner(request):
        async with pool.acquire() as connection:
            await connection.execute("SELECT set_config('app.tenant_id', $1, false)", request.tenant)
            return await view(request, connection)

    return inner


# idiom: connect hook that sets
async def set_region(connection):
    await connection.execute("SET app.region = 'eu'")


regional = asyncpg.create_pool(os.environ["DATABASE_URL"], init=set_region)


# idiom: acquire hook that sets
async def set_user(connection):
    await connection.execute("SELECT set_config('app.user_id', '0', false)")


checking = asyncpg.create_pool(os.environ["DATABASE_URL"], setup=set_user)


# idiom: release hook that resets
async def clean(connection):
    await connection.execute("SELECT set_config('app.region', '', false)")


cleaning = asyncpg.create_pool(os.environ["DATABASE_URL"], reset=clean)


# idiom: setting in the options of the connection
async def with_options(tenant):
    return await asyncpg.connect(
        os.environ["DATABASE_URL"], server_settings={"app.tenant_id": tenant}
    )
