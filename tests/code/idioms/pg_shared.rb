# frozen_string_literal: true

require "pg"

module TenantSql
  # idiom: constant of another file
  SET_TENANT = "SELECT set_config('app.tenant_id', $1, false)"
end

module TenantScope
  module_function

  # idiom: wrapper of another file
  def with_tenant(pool, tenant)
    pool.with do |conn|
      conn.transaction do |tx|
        tx.exec_params("SELECT set_config('app.tenant_id', $1, true)", [tenant])
        yield tx
      end
    end
  end

  # idiom: helper in the transaction of its caller
  def set_tenant(conn, tenant)
    conn.exec_params("SELECT set_config('app.tenant_id', $1, true)", [tenant])
  end
end

class TenantTransactions
  def initialize(pool)
    @pool = pool
  end

  # idiom: wrapper of an injected service
  def run(tenant)
    @pool.with do |conn|
      conn.transaction do |tx|
        tx.exec_params("SELECT set_config('app.tenant_id', $1, true)", [tenant])
        yield tx
      end
    end
  end
end
