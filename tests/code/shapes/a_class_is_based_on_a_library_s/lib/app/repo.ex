defmodule App.Repo do
  use Ecto.Repo, otp_app: :app, adapter: Ecto.Adapters.Postgres

  def as_tenant(tenant, fun) do
    transaction(fn ->
      query!("SELECT set_config('app.tenant_id', $1, true)", [tenant])
      fun.()
    end)
  end
end
