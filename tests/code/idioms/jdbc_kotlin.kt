package com.example.docs

import com.example.shared.SET_TENANT
import com.example.shared.withTenant
import java.util.UUID
import javax.sql.DataSource

class DocsRepository(private val dataSource: DataSource) {

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
}
