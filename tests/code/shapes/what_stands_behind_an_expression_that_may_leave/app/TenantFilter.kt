package app
import org.springframework.jdbc.core.JdbcTemplate
class TenantFilter(private val template: JdbcTemplate) {
    fun filter(request: Request, chain: Chain) {
        val tenant = request.header("X-Tenant") ?: return chain.go(request)
        template.update("SELECT set_config('app.tenant_id', ?, true)", tenant) // found: set-local-outside-transaction
        chain.go(request)
    }
}
