defmodule Shop.Shared.TenantSql do
  # idiom: constant of another file
  @set_tenant "SELECT set_config('app.tenant_id', $1, false)"

  def set_tenant, do: @set_tenant
end

defmodule Shop.Shared.TenantSession do
  # idiom: wrapper of another file
  def with_tenant(pool, tenant, work) do
    Postgrex.transaction(pool, fn conn ->
      Postgrex.query!(conn, "SELECT set_config('app.tenant_id', $1, true)", [tenant])
      work.(conn)
    end)
  end

  # idiom: helper in the transaction of its caller
  def set_tenant(conn, tenant) do
    Postgrex.query!(conn, "SELECT set_config('app.tenant_id', $1, true)", [tenant])
  end
end
