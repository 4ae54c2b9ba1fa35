defmodule App.Swallows do
  require Logger

  def looked_at(tenant) do
    case App.Repo.query("SELECT set_config('app.tenant_id', $1, false)", [tenant]) do # found: set-config-session
      {:ok, _} -> :ok
      {:error, error} -> Logger.warning(inspect(error)) # found: context-error-swallowed
    end

    App.Repo.query!("SELECT * FROM docs")
  end

  def matched(tenant) do
    {:ok, _} = App.Repo.query("SELECT set_config('app.tenant_id', $1, false)", [tenant]) # found: set-config-session
    App.Repo.query!("SELECT * FROM docs")
  end
end
