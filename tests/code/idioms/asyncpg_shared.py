import os
from contextlib import asynccontextmanager

import asyncpg

pool = asyncpg.create_pool(os.environ["DATABASE_URL"])

# idiom: constant of another file
SET_TENANT = "SELECT set_config('app.tenant_id', $1, false)"


# idiom: wrapper of another file
@asynccontextmanager
async def tenant_connection(tenant):
    async with pool.acquire() as connection, connection.transaction():
        await connection.execute("SELECT set_config('app.tenant_id', $1, true)", tenant)
        yield connection


# idiom: helper in the transaction of its caller
async def apply_tenant(connection: asyncpg.Connection, tenant: str) -> None:
    await connection.execute("SELECT set_config('app.tenant_id', $1, true)", tenant)
