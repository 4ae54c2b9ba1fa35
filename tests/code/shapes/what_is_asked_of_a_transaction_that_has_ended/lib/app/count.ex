defmodule App.Count do
  alias App.Repo

  def run(tenant) do
    Repo.transaction(fn ->
      Repo.query!("SELECT set_config('app.tenant_id', $1, true)", [tenant])
      Repo.query!("UPDATE docs SET owner = 1")
    end)

    Repo.query!("SELECT count(*) FROM docs") # found: context-lost-after-commit
  end
end
