module RowSecurity
  def self.apply(value, local:)
    sql = ActiveRecord::Base.sanitize_sql_array(["SELECT set_config('app.tenant_id', ?, ?)", value, local]) # found: set-config-session
    ActiveRecord::Base.connection.execute(sql)
  end
end
