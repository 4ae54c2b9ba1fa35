class Tenant
  def rows(id)
    conn = ActiveRecord::Base.connection
    conn.exec_query("SELECT set_config('app.tenant_id', $1, false)", "t", [id]) rescue nil # found: set-config-session, context-error-swallowed
    conn.select_values("SELECT id FROM docs")
  end
end
