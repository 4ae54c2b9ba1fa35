package com.example.docs

import com.example.shared.TenantScopes
import com.example.shared.TenantTransactions
import com.example.shared.applyTenant
import com.example.shared.setTenant
import com.example.shared.withTenant
import org.jetbrains.exposed.sql.Database
import org.jetbrains.exposed.sql.TextColumnType
import org.jetbrains.exposed.sql.selectAll
import org.jetbrains.exposed.sql.transactions.TransactionManager
import org.jetbrains.exposed.sql.transactions.experimental.newSuspendedTransaction
import org.jetbrains.exposed.sql.transactions.transaction

class DocsService(
    private val database: Database,
    private val tenants: TenantTransactions,
    private val scopes: TenantScopes,
) {

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

    // idiom: transaction by callback
    fun byCallback(tenant: String) = transaction(database) {
        exec("SELECT set_config('app.tenant_id', ?, true)", listOf(TextColumnType() to tenant))
        Docs.selectAll().toList()
    }

    // idiom: wrapper of an injected service
    fun injected(tenant: String) = tenants.run(tenant) { Docs.selectAll().toList() }

    // idiom: service behind an interface
    fun behindInterface(tenant: String) = scopes.within(tenant) { Docs.selectAll().toList() }

    // idiom: helper in the transaction of its caller
    fun inOwnTransaction(tenant: String) = transaction(database) {
        applyTenant(tenant)
        Docs.selectAll().toList()
    }

    // idiom: joins a transaction if there is one
    fun joined(tenant: String) {
        val current = TransactionManager.currentOrNull() ?: error("the tenant is set in a transaction")
        current.exec("SELECT set_config('app.tenant_id', ?, true)", listOf(TextColumnType() to tenant))
        current.exec("UPDATE docs SET owner = 1")
    }

    // idiom: early return
    fun early(tenant: String) = transaction(database) {
        if (tenant.isEmpty()) return@transaction emptyList()
        exec("SELECT set_config('app.tenant_id', ?, true)", listOf(TextColumnType() to tenant))
        Docs.selectAll().toList()
    }

    // idiom: role without reset
    fun act() = transaction(database) {
        exec("SET ROLE app_user")
        Docs.selectAll().toList()
    }

    // idiom: several lines
    fun severalLines(tenant: String, user: String) = transaction(database) {
        exec(
            """
            SELECT
              set_config('app.tenant_id', ?, false),
              set_config('app.user_id', ?, false)
            """.trimIndent(),
            listOf(TextColumnType() to tenant, TextColumnType() to user),
        )
    }

    // idiom: built step by step
    fun built(tenant: String) = transaction(database) {
        val text = buildString {
            append("SET LOCAL app.tenant_id = '")
            append(tenant)
            append("'")
        }
        exec(text)
    }

    // idiom: formatted
    fun formatted(tenant: String) = transaction(database) {
        exec("SET LOCAL app.tenant_id = '%s'".format(tenant))
    }

    // idiom: middleware
    suspend fun intercept(call: ApplicationCall) = newSuspendedTransaction(db = database) {
        exec(
            "SELECT set_config('app.tenant_id', ?, false)",
            listOf(TextColumnType() to call.request.headers["X-Tenant"]!!),
        )
    }
}
