# frozen_string_literal: true

require "sequel"
require_relative "shared/sequel_shared"

# idiom: connect hook that sets
DB = Sequel.connect(
  ENV.fetch("DATABASE_URL"),
  max_connections: 10,
  after_connect: proc { |conn| conn.exec("SET app.region = 'eu'") }
)

class DocumentStore
  def initialize(tenants)
    @tenants = tenants
  end

  # idiom: bare set
  def bare_set(tenant)
    DB.run("SET app.tenant_id = '#{tenant}'")
  end

  # idiom: set_config for the session
  def session_config(tenant)
    DB.fetch("SELECT set_config('app.tenant_id', ?, false)", tenant).first
  end

  # idiom: bound scope
  def bound_scope(tenant)
    DB.fetch("SELECT set_config(?, ?, ?)", "app.tenant_id", tenant, false).first
  end

  # idiom: local without a transaction
  def local_alone(tenant)
    DB["SELECT set_config('app.tenant_id', ?, true)", tenant].first
    DB[:docs].all
  end

  # idiom: local in a transaction
  def local(tenant)
    DB.transaction do
      DB["SELECT set_config('app.tenant_id', ?, true)", tenant].first
      DB[:docs].all
    end
  end

  # idiom: pasted
  def pasted(tenant)
    DB.transaction do
      DB.run("SET LOCAL app.tenant_id = '#{tenant}'")
    end
  end

  # idiom: added
  def added(tenant)
    DB.transaction do
      DB.run("SET LOCAL app.tenant_id = '" + tenant + "'")
    end
  end

  # idiom: a number
  def typed(tenant)
    DB.transaction { DB.run("SET LOCAL app.tenant_id = '#{Integer(tenant)}'") }
  end

  # idiom: quoted
  def quoted(tenant)
    DB.transaction { DB.run("SET LOCAL app.tenant_id = #{DB.literal(tenant)}") }
  end

  # idiom: a parameter in SET
  def bound_in_set(tenant)
    DB.transaction { DB.run(Sequel.lit("SET LOCAL app.tenant_id = ?", tenant)) }
  end

  # idiom: reset at the end
  def reset_at_the_end(tenant)
    DB.synchronize do
      DB["SELECT set_config('app.tenant_id', ?, false)", tenant].first
      DB[:docs].all
    ensure
      DB.run("RESET app.tenant_id")
    end
  end

  # idiom: constant of another file
  def constant_elsewhere(tenant)
    DB.fetch(TenantSql::SET_TENANT, tenant).first
  end

  # idiom: wrapper of another file
  def wrapped(tenant)
    TenantScope.with_tenant(DB, tenant) { DB[:docs].all }
  end

  # idiom: loop over constants
  def looped(tenant)
    %w[app.tenant_id app.user_id].each do |name|
      DB.fetch("SELECT set_config('#{name}', ?, false)", tenant).first
    end
  end

  # idiom: transaction by callback
  def by_callback(tenant)
    DB.transaction(isolation: :repeatable) do
      DB.fetch("SELECT set_config('app.tenant_id', ?, true)", tenant).all
      DB[:docs].count
    end
  end

  # idiom: wrapper of an injected service
  def injected(tenant)
    @tenants.run(tenant) { DB[:docs].all }
  end

  # idiom: role without reset
  def act
    DB.run("SET ROLE app_user")
  end

  # idiom: several lines
  def several_lines(tenant, user)
    DB.fetch(<<~SQL, tenant: tenant, user: user).first
      SELECT set_config('app.tenant_id', :tenant, false),
             set_config('app.user_id', :user, false)
    SQL
  end

  # idiom: built step by step
  def built(tenant)
    sql = +"SET LOCAL app.tenant_id = "
    sql << "'" << tenant << "'"
    DB.transaction { DB.run(sql) }
  end

  # idiom: formatted
  def formatted(tenant)
    DB.transaction { DB.run("SET LOCAL app.tenant_id = '%s'" % tenant) }
  end

  # idiom: helper in the transaction of its caller
  def helped(tenant)
    DB.transaction do
      TenantScope.set_tenant(DB, tenant)
      DB[:docs].update(owner: 1)
    end
  end

  # idiom: joins a transaction if there is one
  def joined(tenant)
    return TenantScope.with_tenant(DB, tenant) { DB[:docs].all } unless DB.in_transaction?

    DB.fetch("SELECT set_config('app.tenant_id', ?, true)", tenant).first
    DB[:docs].all
  end

  # idiom: early return
  def early(tenant)
    DB.transaction do
      raise Sequel::Rollback unless tenant

      DB.fetch("SELECT set_config('app.tenant_id', ?, true)", tenant).first
      DB[:docs].all
    end
  end
end

class TenantMiddleware
  def initialize(app)
    @app = app
  end

  # idiom: middleware
  def call(env)
    DB.synchronize do
      DB.fetch("SELECT set_config('app.tenant_id', ?, false)", env["HTTP_X_TENANT"]).first
      @app.call(env)
    end
  end
end
