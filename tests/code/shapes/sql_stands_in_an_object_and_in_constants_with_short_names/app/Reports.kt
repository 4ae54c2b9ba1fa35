package app
import javax.sql.DataSource
class Reports(private val pool: DataSource) {
    fun run(tenant: String) {
        pool.connection.use { c ->
            c.prepareStatement(Sql.SET).apply { setString(1, tenant) }.use { it.execute() }
        }
    }
}
