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
