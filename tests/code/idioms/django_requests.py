from django.db import connection, transaction
from shared.django_requests_shared import (
    SET_TENANT,
    TenantScopes,
    TenantTransactions,
    apply_tenant,
    tenant_transaction,
)

DATABASES = {
    "default": {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": "shop",
        "CONN_MAX_AGE": 60,
        # idiom: setting in the options of the connection
        "OPTIONS": {"options": "-c app.tenant_id=7"},
    }
}


# idiom: bare set
def bare_set(tenant):
    with connection.cursor() as cursor:
        cursor.execute(f"SET app.tenant_id = '{tenant}'")


# idiom: set_config for the session
def session_config(tenant):
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('app.tenant_id', %s, false)", [tenant])


# idiom: bound scope
def bound_scope(tenant):
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config(%s, %s, %s)", ["app.tenant_id", tenant, False])


# idiom: local without a transaction
def local_alone(tenant):
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('app.tenant_id', %s, true)", [tenant])
        cursor.execute("SELECT * FROM docs")
        return cursor.fetchall()


# idiom: local in a transaction
def local(tenant):
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT set_config('app.tenant_id', %s, true)", [tenant])
        cursor.execute("SELECT * FROM docs")
        return cursor.fetchall()


# idiom: pasted
@transaction.atomic
def pasted(tenant):
    with connection.cursor() as cursor:
        cursor.execute(f"SET LOCAL app.tenant_id = '{tenant}'")


# idiom: added
@transaction.atomic
def added(tenant):
    connection.cursor().execute("SET LOCAL app.tenant_id = '" + tenant + "'")


# idiom: a number
@transaction.atomic
def typed(tenant):
    with connection.cursor() as cursor:
        cursor.execute(f"SET LOCAL app.tenant_id = '{int(tenant)}'")


# idiom: quoted
@transaction.atomic
def quoted(tenant):
    with connection.cursor() as cursor:
        cursor.execute(f"SET LOCAL app.tenant_id = {connection.ops.quote_name(tenant)}")


# idiom: a parameter in SET
@transaction.atomic
def bound_in_set(tenant):
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL app.tenant_id = %s", [tenant])


# idiom: reset at the end
def reset_at_the_end(tenant):
    with connection.cursor() as cursor:
        try:
            cursor.execute("SELECT set_config('app.tenant_id', %s, false)", [tenant])
            cursor.execute("SELECT * FROM docs")
            return cursor.fetchall()
        finally:
            cursor.execute("RESET app.tenant_id")


# idiom: constant of another file
def constant_elsewhere(tenant):
    with connection.cursor() as cursor:
        cursor.execute(SET_TENANT, [tenant])


# idiom: wrapper of another file
def wrapped(tenant):
    with tenant_transaction(tenant) as cursor:
        cursor.execute("SELECT * FROM docs")
        return cursor.fetchall()


# idiom: loop over constants
def looped(tenant):
    with connection.cursor() as cursor:
        for name in ("app.tenant_id", "app.user_id"):
            cursor.execute(f"SELECT set_config('{name}', %s, false)", [tenant])


class Documents:
    def __init__(self, tenants: TenantTransactions, scopes: TenantScopes) -> None:
        self.tenants = tenants
        self.scopes = scopes

    # idiom: wrapper of an injected service
    def injected(self, tenant):
        with self.tenants.of(tenant) as cursor:
            cursor.execute("SELECT * FROM docs")

    # idiom: service behind an interface
    def behind_interface(self, tenant):
        return self.scopes.within(tenant, lambda cursor: cursor.execute("SELECT * FROM docs"))


# idiom: helper in the transaction of its caller
@transaction.atomic
def in_own_transaction(tenant):
    apply_tenant(tenant)
    connection.cursor().execute("UPDATE docs SET owner = 1")


# idiom: joins a transaction if there is one
def joined(tenant):
    if not connection.in_atomic_block:
        raise RuntimeError("the tenant is set in a transaction")
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('app.tenant_id', %s, true)", [tenant])
        cursor.execute("SELECT * FROM docs")


# idiom: early return
@transaction.atomic
def early_return(tenant):
    with connection.cursor() as cursor:
        if not tenant:
            return []
        cursor.execute("SELECT set_config('app.tenant_id', %s, true)", [tenant])
        cursor.execute("SELECT * FROM docs")
        found = cursor.fetchall()
        if not found:
            return []
        cursor.execute("SELECT set_config('app.user_id', %s, true)", [found[0][2]])
        return found


# idiom: role without reset
def as_role():
    with connection.cursor() as cursor:
        cursor.execute("SET ROLE app_user")
        cursor.execute("SELECT * FROM docs")


# idiom: several lines
def several_lines(tenant):
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT
              set_config('app.tenant_id', %s, false),
              set_config('app.user_id', %s, false)
            """,
            [tenant, tenant],
        )


# idiom: built step by step
@transaction.atomic
def built(tenant):
    statement = "SET LOCAL "
    statement += "app.tenant_id = "
    statement += f"'{tenant}'"
    connection.cursor().execute(statement)


# idiom: formatted
@transaction.atomic
def formatted(tenant):
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL app.tenant_id = '%s'" % tenant)
        cursor.execute("SET LOCAL app.tenant_id = '{}'".format(tenant))


# idiom: middleware
class TenantMiddleware:
    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        with connection.cursor() as cursor:
            cursor.execute("SELECT set_config('app.tenant_id', %s, false)", [request.tenant])
        return self.get_response(request)
