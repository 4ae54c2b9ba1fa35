from contextlib import contextmanager
from typing import Protocol

from django.db import connection, transaction

# idiom: constant of another file
SET_TENANT = "SELECT set_config('app.tenant_id', %s, false)"


# idiom: wrapper of another file
@contextmanager
def tenant_transaction(tenant):
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT set_config('app.tenant_id', %s, true)", [tenant])
        yield cursor


# idiom: helper in the transaction of its caller
def apply_tenant(tenant: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('app.tenant_id', %s, true)", [tenant])


# idiom: wrapper of an injected service
class TenantTransactions:
    @contextmanager
    def of(self, tenant):
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SELECT set_config('app.tenant_id', %s, true)", [tenant])
            yield cursor


# idiom: service behind an interface
class TenantScopes(Protocol):
    def within(self, tenant, work): ...


class OneDatabaseScopes(TenantScopes):
    def within(self, tenant, work):
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SELECT set_config('app.tenant_id', %s, true)", [tenant])
            return work(cursor)
