# frozen_string_literal: true

require_relative "shared/activerecord_shared"

class DocumentService
  SETTINGS = %w[app.tenant_id app.user_id].freeze

  def initialize(tenants: TenantTransactions.new)
    @tenants = tenants
  end

  # idiom: bare set
  def bare_set(tenant)
    ActiveRecord::Base.connection.execute("SET app.tenant_id = '#{tenant}'")
  end

  # idiom: set_config for the session
  def session_config(tenant)
    ActiveRecord::Base.connection.exec_query("SELECT set_config('app.tenant_id', $1, false)", "SQL", [tenant])
  end

  # idiom: bound scope
  def bound_scope(tenant)
    ApplicationRecord.connection.exec_query("SELECT set_config($1, $2, $3)", "Tenant", ["app.tenant_id", tenant, false])
  end

  # idiom: local without a transaction
  def local_alone(tenant)
    ApplicationRecord.connection.exec_query("SELECT set_config('app.tenant_id', $1, true)", "SQL", [tenant])
    Doc.count
  end

  # idiom: local in a transaction
  def local(tenant)
    ApplicationRecord.transaction do
      ApplicationRecord.connection.exec_query("SELECT set_config('app.tenant_id', $1, true)", "SQL", [tenant])
      Doc.count
    end
  end

  # idiom: pasted
  def pasted(tenant)
    ActiveRecord::Base.transaction do
      ActiveRecord::Base.connection.execute("SET LOCAL app.tenant_id = '#{tenant}'")
    end
  end

  # idiom: added
  def added(tenant)
    ActiveRecord::Base.transaction do
      ActiveRecord::Base.connection.execute("SET LOCAL app.tenant_id = '" + tenant + "'")
    end
  end

  # idiom: a number
  def typed(tenant)
    ActiveRecord::Base.transaction do
      ActiveRecord::Base.connection.execute("SET LOCAL app.tenant_id = '#{tenant.to_i}'")
    end
  end

  # idiom: quoted
  def quoted(tenant)
    connection = ActiveRecord::Base.connection
    connection.transaction do
      connection.execute("SET LOCAL app.tenant_id = #{connection.quote(tenant)}")
    end
  end

  # idiom: a parameter in SET
  def bound_in_set(tenant)
    Doc.transaction do
      Doc.connection.exec_query("SET LOCAL app.tenant_id = $1", "SQL", [tenant])
    end
  end

  # idiom: reset at the end
  def reset_at_the_end(tenant)
    connection = ActiveRecord::Base.connection
    connection.exec_query("SELECT set_config('app.tenant_id', $1, false)", "SQL", [tenant])
    Doc.count
  ensure
    connection.execute("RESET app.tenant_id")
  end

  # idiom: constant of another file
  def constant_elsewhere(tenant)
    ActiveRecord::Base.connection.exec_query(TenantSql::SET_TENANT, "SQL", [tenant])
  end

  # idiom: wrapper of another file
  def wrapped(tenant)
    TenantScope.with_tenant(tenant) { Doc.count }
  end

  # idiom: loop over constants
  def looped(tenant)
    SETTINGS.each do |name|
      ActiveRecord::Base.connection.exec_query("SELECT set_config('#{name}', $1, false)", "SQL", [tenant])
    end
  end

  # idiom: transaction by callback
  def by_callback(tenant)
    ActiveRecord::Base.connection_pool.with_connection do |connection|
      connection.transaction do
        connection.exec_query("SELECT set_config('app.tenant_id', $1, true)", "SQL", [tenant])
        Doc.count
      end
    end
  end

  # idiom: wrapper of an injected service
  def injected(tenant)
    @tenants.run(tenant) { Doc.count }
  end

  # idiom: role without reset
  def act
    ActiveRecord::Base.connection.execute("SET ROLE app_user")
  end

  # idiom: several lines
  def several_lines(tenant, user)
    ActiveRecord::Base.connection.exec_query(<<~SQL.squish, "Context", [tenant, user])
      SELECT set_config('app.tenant_id', $1, false),
             set_config('app.user_id', $2, false)
    SQL
  end

  # idiom: built step by step
  def built(tenant)
    sql = +"SET LOCAL app.tenant_id = '"
    sql << tenant
    sql << "'"
    ActiveRecord::Base.transaction { ActiveRecord::Base.connection.execute(sql) }
  end

  # idiom: formatted
  def formatted(tenant)
    ActiveRecord::Base.transaction do
      ActiveRecord::Base.connection.execute(format("SET LOCAL app.tenant_id = '%s'", tenant))
    end
  end

  # idiom: helper in the transaction of its caller
  def helped(tenant)
    Doc.transaction do
      TenantScope.set_tenant(tenant)
      Doc.update_all(owner: 1)
    end
  end

  # idiom: joins a transaction if there is one
  def joined(tenant)
    connection = ActiveRecord::Base.connection
    return TenantScope.with_tenant(tenant) { Doc.count } unless connection.transaction_open?

    connection.exec_query("SELECT set_config('app.tenant_id', $1, true)", "SQL", [tenant])
    Doc.count
  end

  # idiom: early return
  def early(tenant)
    ActiveRecord::Base.transaction do
      raise ActiveRecord::Rollback if tenant.blank?

      ActiveRecord::Base.connection.exec_query("SELECT set_config('app.tenant_id', $1, true)", "SQL", [tenant])
      Doc.count
    end
  end
end

class ApplicationController < ActionController::Base
  around_action :with_tenant

  private

  # idiom: middleware
  def with_tenant
    ActiveRecord::Base.connection.exec_query("SELECT set_config('app.tenant_id', $1, false)", "SQL", [current_user.tenant_id])
    yield
  end
end

# idiom: release hook that resets
class RegionConnections
  def self.tagged(region)
    ActiveRecord::Base.with_connection do |connection|
      connection.exec_query("SELECT set_config('app.region', $1, false)", "SQL", [region])
    end
  end
end

# idiom: release hook that resets
ActiveSupport.on_load(:active_record) do
  ActiveRecord::ConnectionAdapters::PostgreSQLAdapter.set_callback(:checkin, :before) do |connection|
    connection.execute("RESET app.region")
  end
end
