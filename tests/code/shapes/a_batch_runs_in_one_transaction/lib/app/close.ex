defmodule App.Close do
  alias Ecto.Multi

  def run(tenant) do
    Multi.new()
    |> Multi.run(:tenant, fn repo, _ -> repo.query("SELECT set_config('app.tenant_id', $1, true)", [tenant]) end)
    |> Multi.run(:close, fn repo, _ -> repo.query("UPDATE docs SET owner = 1") end)
    |> App.Repo.transaction()
  end
end
