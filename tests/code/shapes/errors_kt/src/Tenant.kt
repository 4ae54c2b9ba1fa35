package app
import javax.sql.DataSource
class Tenant(private val source: DataSource) {
    fun rows(tenant: String) = source.connection.use { c ->
        runCatching { c.prepareStatement("SELECT set_config('app.tenant_id', ?, false)").use { it.setString(1, tenant); it.execute() } } // found: set-config-session, context-error-swallowed
        c.createStatement().executeQuery("SELECT * FROM docs")
    }
}
