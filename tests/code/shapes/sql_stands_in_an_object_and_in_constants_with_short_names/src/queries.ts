export const queries = {
  tenant: {
    set: "SELECT set_config('app.tenant_id', $1, false)", // found: set-config-session
    local: "SELECT set_config('app.tenant_id', $1, true)",
  },
} as const;
