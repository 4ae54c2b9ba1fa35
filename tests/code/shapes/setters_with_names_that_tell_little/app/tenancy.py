from sqlalchemy import text

SET = "SELECT set_config('app.tenant_id', :t, :l)"  # found: set-config-session


def apply(session, tenant, local=False):
    session.execute(text(SET), {"t": tenant, "l": local})
