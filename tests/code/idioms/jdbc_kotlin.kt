package com.example.docs

import com.example.shared.SET_TENANT
import com.example.shared.TenantScopes
import com.example.shared.TenantTransactions
import com.example.shared.applyTenant
import com.example.shared.withTenant
import java.util.UUID
import javax.sql.DataSource

class DocsRepository(
    private val dataSource: DataSource,
    private val tenants: TenantTransactions,
    private val scopes: TenantScopes,
) {

    // idiom: bare set
    fun bareSet(tenant: String) {
        dataSource.connection.use { connection ->
            connection.createStatement().use { it.execute("SET app.tenant_id = '$tenant'") }
        }
    }

    // idiom: set_config for the session
    fun sessionConfig(tenant: String) {
        dataSource.connection.use { connection ->
            connection.prepareStatement("SELECT set_config('app.tenant_id', ?, false)").use { statement ->
                statement.setString(1, tenant)
                statement.execute()
            }
        }
    }

    // idiom: bound scope
    fun boundScope(tenant: String) {
        dataSource.connection.use { connection ->
            connection.prepareStatement("SELECT set_config(?, ?, ?)").apply {
                setString(1, "app.tenant_id")
                setString(2, tenant)
                setBoolean(3, false)
            }.use { it.execute() }
        }
    }

    // idiom: local without a transaction
    fun localAlone(tenant: String) {
        dataSource.connection.use { connection ->
            connection.prepareStatement("SELECT set_config('app.tenant_id', ?, true)").use {
                it.setString(1, tenant)
                it.execute()
            }
            connection.createStatement().use { it.executeUpdate("UPDATE docs SET owner = 1") }
        }
    }

    // idiom: local in a transaction
    fun local(tenant: String) {
        dataSource.connection.use { connection ->
            connection.autoCommit = false
            try {
                connection.prepareStatement("SELECT set_config('app.tenant_id', ?, true)").use {
                    it.setString(1, tenant)
                    it.execute()
                }
                connection.createStatement().use { it.executeUpdate("UPDATE docs SET owner = 1") }
                connection.commit()
            } catch (e: Exception) {
                connection.rollback()
                throw e
            } finally {
                connection.autoCommit = true
            }
        }
    }

    // idiom: pasted
    fun pasted(tenant: String) {
        dataSource.connection.use { connection ->
            connection.autoCommit = false
            connection.createStatement().use { it.execute("SET LOCAL app.tenant_id = '${tenant.trim()}'") }
            connection.commit()
        }
    }

    // idiom: added
    fun added(tenant: String) {
        dataSource.connection.use { connection ->
            connection.autoCommit = false
            connection.createStatement().use { it.execute("SET LOCAL app.tenant_id = '" + tenant + "'") }
            connection.commit()
        }
    }

    // idiom: a number
    fun typed(tenant: UUID) {
        dataSource.connection.use { connection ->
            connection.autoCommit = false
            connection.createStatement().use { it.execute("SET LOCAL app.tenant_id = '$tenant'") }
            connection.commit()
        }
    }

    // idiom: quoted
    fun quoted(tenant: String) {
        dataSource.connection.use { connection ->
            connection.autoCommit = false
            connection.createStatement().use {
                it.execute("SET LOCAL app.tenant_id = '${tenant.replace("'", "''")}'")
            }
            connection.commit()
        }
    }

    // idiom: a parameter in SET
    fun boundInSet(tenant: String) {
        dataSource.connection.use { connection ->
            connection.autoCommit = false
            connection.prepareStatement("SET LOCAL app.tenant_id = ?").use {
                it.setString(1, tenant)
                it.executeUpdate()
            }
            connection.commit()
        }
    }

    // idiom: reset at the end
    fun resetAtTheEnd(tenant: String) {
        dataSource.connection.use { connection ->
            try {
                connection.prepareStatement("SELECT set_config('app.tenant_id', ?, false)").use {
                    it.setString(1, tenant)
                    it.execute()
                }
                connection.createStatement().use { it.executeUpdate("UPDATE docs SET owner = 1") }
            } finally {
                connection.createStatement().use { it.execute("RESET app.tenant_id") }
            }
        }
    }

    // idiom: constant of another file
    fun constantElsewhere(tenant: String) {
        dataSource.connection.use { connection ->
            connection.prepareStatement(SET_TENANT).use {
                it.setString(1, tenant)
                it.execute()
            }
        }
    }

    // idiom: wrapper of another file
    fun wrapped(tenant: String) = dataSource.withTenant(tenant) { connection ->
        connection.createStatement().use { it.executeUpdate("UPDATE docs SET owner = 1") }
    }

    // idiom: loop over constants
    fun looped(tenant: String) {
        dataSource.connection.use { connection ->
            listOf("app.tenant_id", "app.user_id").forEach { name ->
                connection.prepareStatement("SELECT set_config('$name', ?, false)").use {
                    it.setString(1, tenant)
                    it.execute()
                }
            }
        }
    }

    // idiom: wrapper of an injected service
    fun injected(tenant: String) = tenants.run(tenant) { connection ->
        connection.createStatement().use { it.executeUpdate("UPDATE docs SET owner = 1") }
    }

    // idiom: service behind an interface
    fun behindInterface(tenant: String) = scopes.within(tenant) { connection ->
        connection.createStatement().use { it.executeUpdate("UPDATE docs SET owner = 1") }
    }

    // idiom: helper in the transaction of its caller
    fun inOwnTransaction(tenant: String) {
        dataSource.connection.use { connection ->
            connection.autoCommit = false
            connection.applyTenant(tenant)
            connection.createStatement().use { it.executeUpdate("UPDATE docs SET owner = 1") }
            connection.commit()
        }
    }

    // idiom: joins a transaction if there is one
    fun joined(connection: Connection, tenant: String) {
        check(!connection.autoCommit) { "the tenant is set in a transaction" }
        connection.prepareStatement("SELECT set_config('app.tenant_id', ?, true)").use {
            it.setString(1, tenant)
            it.execute()
        }
        connection.createStatement().use { it.executeUpdate("UPDATE docs SET owner = 1") }
    }

    // idiom: early return
    fun early(tenant: String) {
        dataSource.connection.use { connection ->
            connection.autoCommit = false
            if (tenant.isEmpty()) return
            connection.applyTenant(tenant)
            connection.createStatement().use { it.executeUpdate("UPDATE docs SET owner = 1") }
            connection.commit()
        }
    }

    // idiom: role without reset
    fun act() {
        dataSource.connection.use { connection ->
            connection.createStatement().use { it.execute("SET ROLE app_user") }
        }
    }

    // idiom: several lines
    fun severalLines(tenant: String, user: String) {
        dataSource.connection.use { connection ->
            connection.prepareStatement(
                """
                SELECT
                  set_config('app.tenant_id', ?, false),
                  set_config('app.user_id', ?, false)
                """.trimIndent(),
            ).use {
                it.setString(1, tenant)
                it.setString(2, user)
                it.execute()
            }
        }
    }

    // idiom: built step by step
    fun built(tenant: String) {
        val text = StringBuilder("SET LOCAL app.tenant_id = '")
        text.append(tenant)
        text.append("'")
        dataSource.connection.use { connection ->
            connection.autoCommit = false
            connection.createStatement().use { it.execute(text.toString()) }
            connection.commit()
        }
    }

    // idiom: formatted
    fun formatted(tenant: String) {
        dataSource.connection.use { connection ->
            connection.autoCommit = false
            connection.createStatement().use { it.execute("SET LOCAL app.tenant_id = '%s'".format(tenant)) }
            connection.commit()
        }
    }

    // idiom: middleware
    fun intercept(call: ApplicationCall) {
        val connection = dataSource.connection
        connection.prepareStatement("SELECT set_config('app.tenant_id', ?, false)").use {
            it.setString(1, call.request.headers["X-Tenant"])
            it.execute()
        }
        call.attributes.put(CONNECTION, connection)
    }

    // idiom: setting in the options of the connection
    fun poolOfTenant(): HikariDataSource {
        val config = HikariConfig()
        config.jdbcUrl = "jdbc:postgresql://db/shop?options=-c%20app.tenant_id%3D7"
        return HikariDataSource(config)
    }

    // idiom: connect hook that sets
    fun pool(): HikariDataSource {
        val config = HikariConfig()
        config.connectionInitSql = "SET app.region = 'eu'"
        return HikariDataSource(config)
    }
}
