# frozen_string_literal: true

require "connection_pool"
require "pg"
require_relative "shared/pg_shared"

POOL = ConnectionPool.new(size: 5) { PG.connect(ENV.fetch("DATABASE_URL")) }

class DocumentStore
  def initialize(pool, tenants)
    @pool = pool
    @tenants = tenants
  end

  # idiom: bare set
  def bare_set(tenant)
    POOL.with do |conn|
      conn.exec("SET app.tenant_id = '#{tenant}'")
    end
  end

  # idiom: set_config for the session
  def session_config(tenant)
    POOL.with do |conn|
      conn.exec_params("SELECT set_config('app.tenant_id', $1, false)", [tenant])
    end
  end

  # idiom: bound scope
  def bound_scope(tenant)
    POOL.with { |conn| conn.exec_params("SELECT set_config($1, $2, $3)", ["app.tenant_id", tenant, false]) }
  end

  # idiom: local without a transaction
  def local_alone(tenant)
    POOL.with do |conn|
      conn.exec_params("SELECT set_config('app.tenant_id', $1, true)", [tenant])
      conn.exec("SELECT * FROM docs").to_a
    end
  end

  # idiom: local in a transaction
  def local(tenant)
    POOL.with do |conn|
      conn.exec("BEGIN")
      conn.exec_params("SELECT set_config('app.tenant_id', $1, true)", [tenant])
      rows = conn.exec("SELECT * FROM docs").to_a
      conn.exec("COMMIT")
      rows
    rescue PG::Error
      conn.exec("ROLLBACK")
      raise
    end
  end

  # idiom: pasted
  def pasted(tenant)
    POOL.with do |conn|
      conn.transaction { |tx| tx.exec("SET LOCAL app.tenant_id = '#{tenant}'") }
    end
  end

  # idiom: added
  def added(tenant)
    POOL.with do |conn|
      conn.transaction { |tx| tx.exec("SET LOCAL app.tenant_id = '" + tenant + "'") }
    end
  end

  # idiom: a number
  def typed(tenant)
    POOL.with do |conn|
      conn.transaction { |tx| tx.exec("SET LOCAL app.tenant_id = '#{Integer(tenant)}'") }
    end
  end

  # idiom: quoted
  def quoted(tenant)
    POOL.with do |conn|
      conn.transaction { |tx| tx.exec("SET LOCAL app.tenant_id = #{tx.escape_literal(tenant)}") }
    end
  end

  # idiom: a parameter in SET
  def bound_in_set(tenant)
    POOL.with do |conn|
      conn.transaction { |tx| tx.exec_params("SET LOCAL app.tenant_id = $1", [tenant]) }
    end
  end

  # idiom: reset at the end
  def reset_at_the_end(tenant)
    POOL.with do |conn|
      conn.exec_params("SELECT set_config('app.tenant_id', $1, false)", [tenant])
      conn.exec("SELECT * FROM docs").to_a
    ensure
      conn.exec("RESET app.tenant_id")
    end
  end

  # idiom: constant of another file
  def constant_elsewhere(tenant)
    POOL.with { |conn| conn.exec_params(TenantSql::SET_TENANT, [tenant]) }
  end

  # idiom: wrapper of another file
  def wrapped(tenant)
    TenantScope.with_tenant(POOL, tenant) { |tx| tx.exec("SELECT * FROM docs").to_a }
  end

  # idiom: loop over constants
  def looped(tenant)
    POOL.with do |conn|
      %w[app.tenant_id app.user_id].each do |name|
        conn.exec_params("SELECT set_config('#{name}', $1, false)", [tenant])
      end
    end
  end

  # idiom: transaction by callback
  def by_callback(tenant)
    POOL.with do |conn|
      conn.transaction do
        conn.exec_params("SELECT set_config('app.tenant_id', $1, true)", [tenant])
        conn.exec("SELECT * FROM docs").to_a
      end
    end
  end

  # idiom: wrapper of an injected service
  def injected(tenant)
    @tenants.run(tenant) { |tx| tx.exec("SELECT * FROM docs").to_a }
  end

  # idiom: role without reset
  def act
    POOL.with { |conn| conn.exec("SET ROLE app_user") }
  end

  # idiom: several lines
  def several_lines(tenant, user)
    POOL.with do |conn|
      conn.exec_params(<<~SQL, [tenant, user])
        SELECT set_config('app.tenant_id', $1, false),
               set_config('app.user_id', $2, false)
      SQL
    end
  end

  # idiom: built step by step
  def built(tenant)
    sql = String.new("SET LOCAL app.tenant_id = '")
    sql << tenant << "'"
    POOL.with do |conn|
      conn.transaction { |tx| tx.exec(sql) }
    end
  end

  # idiom: formatted
  def formatted(tenant)
    POOL.with do |conn|
      conn.transaction { |tx| tx.exec(format("SET LOCAL app.tenant_id = '%<tenant>s'", tenant: tenant)) }
    end
  end

  # idiom: helper in the transaction of its caller
  def helped(tenant)
    POOL.with do |conn|
      conn.transaction do |tx|
        TenantScope.set_tenant(tx, tenant)
        tx.exec("UPDATE docs SET owner = 1")
      end
    end
  end

  # idiom: early return
  def early(tenant)
    POOL.with do |conn|
      conn.exec("BEGIN")
      if tenant.nil?
        conn.exec("ROLLBACK")
        next
      end
      conn.exec_params("SELECT set_config('app.tenant_id', $1, true)", [tenant])
      conn.exec("UPDATE docs SET owner = 1")
      conn.exec("COMMIT")
    end
  end
end

class TenantMiddleware
  def initialize(app)
    @app = app
  end

  # idiom: middleware
  def call(env)
    POOL.with do |conn|
      conn.exec_params("SELECT set_config('app.tenant_id', $1, false)", [env["HTTP_X_TENANT"]])
      env["app.connection"] = conn
      @app.call(env)
    end
  end
end

# idiom: setting in the options of the connection
def connect(tenant)
  PG.connect(host: "db", dbname: "shop", options: "-c app.tenant_id=#{tenant}")
end
