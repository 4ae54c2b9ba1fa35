defmodule Shop.Shared.TenantSql do
  # idiom: constant of another file
  @set_tenant "SELECT set_config('app.tenant_id', $1, false)"

  def set_tenant, do: @set_tenant
end

defmodule Shop.Shared.Tenancy do
  alias Shop.Repo

  # idiom: wrapper of another file
  def with_tenant(tenant, work) when is_function(work, 0) do
    Repo.transaction(fn ->
      Repo.query!("SELECT set_config('app.tenant_id', $1, true)", [tenant])
      work.()
    end)
  end

  # idiom: helper in the transaction of its caller
  def set_tenant(tenant) do
    Repo.query!("SELECT set_config('app.tenant_id', $1, true)", [tenant])
  end
end
