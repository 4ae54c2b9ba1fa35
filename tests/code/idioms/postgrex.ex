defmodule Shop.Store do
  alias Shop.Shared.TenantSql
  alias Shop.Shared.TenantSession

  @pool Shop.Pool

  # idiom: connect hook that sets
  def child_spec(options) do
    Postgrex.child_spec(
      Keyword.merge(options,
        name: @pool,
        after_connect: fn conn -> Postgrex.query!(conn, "SET app.region = 'eu'", []) end
      )
    )
  end

  # idiom: bare set
  def bare_set(tenant) do
    Postgrex.query!(@pool, "SET app.tenant_id = '#{tenant}'", [])
  end

  # idiom: set_config for the session
  def session_config(tenant) do
    Postgrex.query!(@pool, "SELECT set_config('app.tenant_id', $1, false)", [tenant])
  end

  # idiom: bound scope
  def bound_scope(tenant) do
    Postgrex.query!(@pool, "SELECT set_config($1, $2, $3)", ["app.tenant_id", tenant, false])
  end

  # idiom: local without a transaction
  def local_alone(tenant) do
    Postgrex.query!(@pool, "SELECT set_config('app.tenant_id', $1, true)", [tenant])
    Postgrex.query!(@pool, "SELECT * FROM docs", []).rows
  end

  # idiom: local in a transaction
  def local(tenant) do
    Postgrex.transaction(@pool, fn conn ->
      Postgrex.query!(conn, "SELECT set_config('app.tenant_id', $1, true)", [tenant])
      Postgrex.query!(conn, "SELECT * FROM docs", []).rows
    end)
  end

  # idiom: pasted
  def pasted(tenant) do
    Postgrex.transaction(@pool, fn conn ->
      Postgrex.query!(conn, "SET LOCAL app.tenant_id = '#{tenant}'", [])
    end)
  end

  # idiom: added
  def added(tenant) do
    Postgrex.transaction(@pool, fn conn ->
      Postgrex.query!(conn, "SET LOCAL app.tenant_id = '" <> tenant <> "'", [])
    end)
  end

  # idiom: a number
  def typed(tenant) do
    Postgrex.transaction(@pool, fn conn ->
      Postgrex.query!(conn, "SET LOCAL app.tenant_id = '#{String.to_integer(tenant)}'", [])
    end)
  end

  # idiom: quoted
  def quoted(tenant) do
    Postgrex.transaction(@pool, fn conn ->
      Postgrex.query!(conn, "SET LOCAL app.tenant_id = '#{String.replace(tenant, "'", "''")}'", [])
    end)
  end

  # idiom: a parameter in SET
  def bound_in_set(tenant) do
    Postgrex.transaction(@pool, fn conn ->
      Postgrex.query!(conn, "SET LOCAL app.tenant_id = $1", [tenant])
    end)
  end

  # idiom: constant of another file
  def constant_elsewhere(tenant) do
    Postgrex.query!(@pool, TenantSql.set_tenant(), [tenant])
  end

  # idiom: wrapper of another file
  def wrapped(tenant) do
    TenantSession.with_tenant(@pool, tenant, fn conn ->
      Postgrex.query!(conn, "SELECT * FROM docs", []).rows
    end)
  end

  # idiom: loop over constants
  def looped(tenant) do
    for name <- ["app.tenant_id", "app.user_id"] do
      Postgrex.query!(@pool, "SELECT set_config('#{name}', $1, false)", [tenant])
    end
  end

  # idiom: role without reset
  def act do
    Postgrex.query!(@pool, "SET ROLE app_user", [])
  end

  # idiom: several lines
  def several_lines(tenant, user) do
    Postgrex.query!(
      @pool,
      ~S"""
      SELECT set_config('app.tenant_id', $1, false),
             set_config('app.user_id', $2, false)
      """,
      [tenant, user]
    )
  end

  # idiom: built step by step
  def built(tenant) do
    sql = Enum.join(["SET LOCAL app.tenant_id = '", tenant, "'"])

    Postgrex.transaction(@pool, fn conn -> Postgrex.query!(conn, sql, []) end)
  end

  # idiom: helper in the transaction of its caller
  def helped(tenant) do
    Postgrex.transaction(@pool, fn conn ->
      TenantSession.set_tenant(conn, tenant)
      Postgrex.query!(conn, "UPDATE docs SET owner = 1", [])
    end)
  end

  # idiom: early return
  def early(tenant) do
    Postgrex.transaction(@pool, fn conn ->
      if is_nil(tenant), do: Postgrex.rollback(conn, :no_tenant)

      with {:ok, _} <- Postgrex.query(conn, "SELECT set_config('app.tenant_id', $1, true)", [tenant]),
           {:ok, found} <- Postgrex.query(conn, "SELECT * FROM docs", []) do
        found.rows
      else
        {:error, reason} -> Postgrex.rollback(conn, reason)
      end
    end)
  end
end

defmodule Shop.TenantPlug do
  def init(options), do: options

  # idiom: middleware
  def call(conn, _options) do
    Postgrex.query!(Shop.Pool, "SELECT set_config('app.tenant_id', $1, false)", [conn.assigns.tenant])
    conn
  end
end
