package com.example.shared

import java.sql.Connection
import javax.sql.DataSource

// idiom: constant of another file
const val SET_TENANT = "SELECT set_config('app.tenant_id', ?, false)"

// idiom: wrapper of another file
fun <T> DataSource.withTenant(tenant: String, block: (Connection) -> T): T =
    connection.use { connection ->
        connection.autoCommit = false
        try {
            connection.prepareStatement("SELECT set_config('app.tenant_id', ?, true)").use {
                it.setString(1, tenant)
                it.execute()
            }
            block(connection).also { connection.commit() }
        } catch (e: Throwable) {
            connection.rollback()
            throw e
        }
    }

// idiom: helper in the transaction of its caller
fun Connection.applyTenant(tenant: String) {
    prepareStatement("SELECT set_config('app.tenant_id', ?, true)").use {
        it.setString(1, tenant)
        it.execute()
    }
}

class TenantTransactions(private val dataSource: DataSource) {
    // idiom: wrapper of an injected service
    fun <T> run(tenant: String, work: (Connection) -> T): T =
        dataSource.connection.use { connection ->
            connection.autoCommit = false
            connection.applyTenant(tenant)
            work(connection).also { connection.commit() }
        }
}

// idiom: service behind an interface
interface TenantScopes {
    fun <T> within(tenant: String, work: (Connection) -> T): T
}

class OneDatabase(private val dataSource: DataSource) : TenantScopes {
    // idiom: service behind an interface
    override fun <T> within(tenant: String, work: (Connection) -> T): T =
        dataSource.connection.use { connection ->
            connection.autoCommit = false
            connection.applyTenant(tenant)
            work(connection).also { connection.commit() }
        }
}
