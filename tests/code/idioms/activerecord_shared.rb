# frozen_string_literal: true

module TenantSql
  # idiom: constant of another file
  SET_TENANT = "SELECT set_config('app.tenant_id', $1, false)"
end

module TenantScope
  # idiom: wrapper of another file
  def self.with_tenant(tenant)
    ActiveRecord::Base.transaction do
      ActiveRecord::Base.connection.exec_query("SELECT set_config('app.tenant_id', $1, true)", "SQL", [tenant])
      yield
    end
  end

  # idiom: helper in the transaction of its caller
  def self.set_tenant(tenant)
    ActiveRecord::Base.connection.exec_query("SELECT set_config('app.tenant_id', $1, true)", "SQL", [tenant])
  end
end

class TenantTransactions
  # idiom: wrapper of an injected service
  def run(tenant, &block)
    ApplicationRecord.transaction do
      ApplicationRecord.connection.execute("SELECT set_config('app.tenant_id', #{ApplicationRecord.connection.quote(tenant)}, true)")
      block.call
    end
  end
end
