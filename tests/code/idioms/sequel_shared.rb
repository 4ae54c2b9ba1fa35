# frozen_string_literal: true

require "sequel"

module TenantSql
  # idiom: constant of another file
  SET_TENANT = "SELECT set_config('app.tenant_id', ?, false)"
end

module TenantScope
  # idiom: wrapper of another file
  def self.with_tenant(db, tenant)
    db.transaction do
      db.fetch("SELECT set_config('app.tenant_id', ?, true)", tenant).first
      yield
    end
  end

  # idiom: helper in the transaction of its caller
  def self.set_tenant(db, tenant)
    db.fetch("SELECT set_config('app.tenant_id', ?, true)", tenant).first
  end
end

class TenantTransactions
  def initialize(db)
    @db = db
  end

  # idiom: wrapper of an injected service
  def run(tenant)
    @db.transaction do
      @db["SELECT set_config('app.tenant_id', ?, true)", tenant].first
      yield
    end
  end
end
