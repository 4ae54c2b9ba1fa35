defmodule App.Plug do
  alias App.Repo

  def call(conn, _) do
    Repo.query!("SELECT set_config('app.tenant_id', $1, false)", [conn.host]) # found: set-config-session
    conn
  end
end
