package com.example.docs

import com.example.shared.setTenant
import com.example.shared.withTenant
import org.jetbrains.exposed.sql.Database
import org.jetbrains.exposed.sql.TextColumnType
import org.jetbrains.exposed.sql.selectAll
import org.jetbrains.exposed.sql.transactions.TransactionManager
import org.jetbrains.exposed.sql.transactions.experimental.newSuspendedTransaction
import org.jetbrains.exposed.sql.transactions.transaction

class DocsService(private val database: Database) {

    // idiom: bare set
    fun bareSet(tenant: String) = transaction(database) {
        exec("SET app.tenant_id = '$tenant'")
        Docs.selectAll().toList()
    }

    // idiom: set_config for the session
    fun sessionConfig(tenant: String) = transaction(database) {
        exec("SELECT set_config('app.tenant_id', ?, false)", listOf(TextColumnType() to tenant))
        Docs.selectAll().toList()
    }

    // idiom: local in a transaction
    suspend fun local(tenant: String) = newSuspendedTransaction(db = database) {
        exec("SELECT set_config('app.tenant_id', ?, true)", listOf(TextColumnType() to tenant))
        Docs.selectAll().toList()
    }

    // idiom: pasted
    fun pasted(tenant: String) = transaction(database) {
        exec("SET LOCAL app.tenant_id = '$tenant'")
        Docs.selectAll().toList()
    }

    // idiom: added
    fun added(tenant: String) = transaction(database) {
        TransactionManager.current().exec("SET LOCAL app.tenant_id = '" + tenant + "'")
        Docs.selectAll().toList()
    }

    // idiom: a number
    fun typed(tenant: Int) = transaction(database) {
        exec("SET LOCAL app.tenant_id = '$tenant'")
        Docs.selectAll().toList()
    }

    // idiom: quoted
    fun quoted(tenant: String) = transaction(database) {
        exec("SET LOCAL app.tenant_id = '${tenant.replace("'", "''")}'")
        Docs.selectAll().toList()
    }

    // idiom: a parameter in SET
    fun boundInSet(tenant: String) = transaction(database) {
        exec("SET LOCAL app.tenant_id = ?", listOf(TextColumnType() to tenant))
        Docs.selectAll().toList()
    }

    // idiom: reset at the end
    fun resetAtTheEnd(tenant: String) = transaction(database) {
        try {
            exec("SELECT set_config('app.tenant_id', ?, false)", listOf(TextColumnType() to tenant))
            Docs.selectAll().toList()
        } finally {
            exec("RESET app.tenant_id")
        }
    }

    // idiom: constant of another file
    fun constantElsewhere(tenant: String) = transaction(database) {
        exec(setTenant, listOf(TextColumnType() to tenant))
        Docs.selectAll().toList()
    }

    // idiom: wrapper of another file
    fun wrapped(tenant: String) = withTenant(database, tenant) {
        Docs.selectAll().toList()
    }

    // idiom: loop over constants
    fun looped(tenant: String) = transaction(database) {
        for (name in listOf("app.tenant_id", "app.user_id")) {
            exec("SELECT set_config('$name', ?, false)", listOf(TextColumnType() to tenant))
        }
    }
}
