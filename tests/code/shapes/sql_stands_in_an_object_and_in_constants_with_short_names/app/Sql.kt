package app
class Sql {
    companion object {
        const val SET = "SELECT set_config('app.tenant_id', ?, false)" // found: set-config-session
    }
}
