defmodule Shop.Documents do
  import Ecto.Query

  alias Shop.Repo
  alias Shop.Shared.Tenancy
  alias Shop.Shared.TenantSql

  @settings ["app.tenant_id", "app.user_id"]

  # idiom: bare set
  def bare_set(tenant) do
    Repo.query!("SET app.tenant_id = '#{tenant}'")
  end

  # idiom: set_config for the session
  def session_config(tenant) do
    Repo.query!("SELECT set_config('app.tenant_id', $1, false)", [tenant])
  end

  # idiom: bound scope
  def bound_scope(tenant) do
    Ecto.Adapters.SQL.query!(Repo, "SELECT set_config($1, $2, $3)", ["app.tenant_id", tenant, false])
  end

  # idiom: local without a transaction
  def local_alone(tenant) do
    Repo.query!("SELECT set_config('app.tenant_id', $1, true)", [tenant])
    Repo.all(from(d in "docs", select: d.id))
  end

  # idiom: local in a transaction
  def local(tenant) do
    Repo.transaction(fn ->
      Repo.query!("SELECT set_config('app.tenant_id', $1, true)", [tenant])
      Repo.all(from(d in "docs", select: d.id))
    end)
  end

  # idiom: pasted
  def pasted(tenant) do
    Repo.transaction(fn -> Repo.query!("SET LOCAL app.tenant_id = '#{tenant}'") end)
  end

  # idiom: added
  def added(tenant) do
    Repo.transaction(fn ->
      Repo.query!("SET LOCAL app.tenant_id = '" <> tenant <> "'")
    end)
  end

  # idiom: a number
  def typed(tenant) do
    id = String.to_integer(tenant)

    Repo.transaction(fn ->
      Repo.query!("SET LOCAL app.tenant_id = '#{id}'")
    end)
  end

  # idiom: quoted
  def quoted(tenant) do
    escaped = String.replace(tenant, "'", "''")
    Repo.transaction(fn -> Repo.query!("SET LOCAL app.tenant_id = '#{escaped}'") end)
  end

  # idiom: a parameter in SET
  def bound_in_set(tenant) do
    Repo.transaction(fn ->
      Repo.query!("SET LOCAL app.tenant_id = $1", [tenant])
    end)
  end

  # idiom: reset at the end
  def reset_at_the_end(tenant) do
    Repo.checkout(fn ->
      try do
        Repo.query!("SELECT set_config('app.tenant_id', $1, false)", [tenant])
        Repo.all(from(d in "docs", select: d.id))
      after
        Repo.query!("RESET app.tenant_id")
      end
    end)
  end

  # idiom: constant of another file
  def constant_elsewhere(tenant) do
    Repo.query!(TenantSql.set_tenant(), [tenant])
  end

  # idiom: wrapper of another file
  def wrapped(tenant) do
    Tenancy.with_tenant(tenant, fn -> Repo.all(from(d in "docs", select: d.id)) end)
  end

  # idiom: loop over constants
  def looped(tenant) do
    Repo.checkout(fn ->
      Enum.each(@settings, fn name ->
        Repo.query!("SELECT set_config('#{name}', $1, false)", [tenant])
      end)
    end)
  end

  # idiom: transaction by callback
  def by_callback(tenant) do
    Ecto.Multi.new()
    |> Ecto.Multi.run(:tenant, fn repo, _changes ->
      repo.query("SELECT set_config('app.tenant_id', $1, true)", [tenant])
    end)
    |> Ecto.Multi.all(:docs, from(d in "docs", select: d.id))
    |> Repo.transaction()
  end

  # idiom: role without reset
  def act do
    Repo.query!("SET ROLE app_user")
  end

  # idiom: several lines
  def several_lines(tenant, user) do
    Repo.query!(
      """
      SELECT set_config('app.tenant_id', $1, false),
             set_config('app.user_id', $2, false)
      """,
      [tenant, user]
    )
  end

  # idiom: built step by step
  def built(tenant) do
    sql = Enum.join(["SET LOCAL app.tenant_id = '", tenant, "'"], "")
    Repo.transaction(fn -> Repo.query!(sql) end)
  end

  # idiom: helper in the transaction of its caller
  def helped(tenant) do
    Repo.transaction(fn ->
      Tenancy.set_tenant(tenant)
      Repo.update_all("docs", set: [owner: 1])
    end)
  end

  # idiom: joins a transaction if there is one
  def joined(tenant) do
    if Repo.in_transaction?() do
      Repo.query!("SELECT set_config('app.tenant_id', $1, true)", [tenant])
      Repo.all(from(d in "docs", select: d.id))
    else
      Tenancy.with_tenant(tenant, fn -> Repo.all(from(d in "docs", select: d.id)) end)
    end
  end

  # idiom: early return
  def early(tenant) do
    Repo.transaction(fn ->
      if is_nil(tenant), do: Repo.rollback(:no_tenant)

      case Repo.query("SELECT set_config('app.tenant_id', $1, true)", [tenant]) do
        {:ok, _result} -> Repo.all(from(d in "docs", select: d.id))
        {:error, reason} -> Repo.rollback(reason)
      end
    end)
  end
end

defmodule ShopWeb.Plugs.Tenant do
  import Plug.Conn

  def init(options), do: options

  # idiom: middleware
  def call(conn, _options) do
    tenant = get_session(conn, :tenant_id)
    Shop.Repo.query!("SELECT set_config('app.tenant_id', $1, false)", [tenant])
    assign(conn, :tenant_id, tenant)
  end
end
