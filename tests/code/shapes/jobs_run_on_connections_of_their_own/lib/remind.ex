defmodule App.Remind do
  use Oban.Worker
  alias App.Repo

  def perform(%Oban.Job{args: %{"tenant" => tenant}}) do
    Repo.query!("SELECT id FROM docs") # found: query-without-context

    Repo.transaction(fn ->
      Repo.query!("SELECT set_config('app.tenant_id', $1, true)", [tenant])
      Repo.query!("SELECT id FROM docs")
    end)
  end
end
