package com.example.shared

import org.jetbrains.exposed.sql.Database
import org.jetbrains.exposed.sql.TextColumnType
import org.jetbrains.exposed.sql.Transaction
import org.jetbrains.exposed.sql.transactions.transaction

// idiom: constant of another file
const val setTenant = "SELECT set_config('app.tenant_id', ?, false)"

// idiom: wrapper of another file
fun <T> withTenant(database: Database, tenant: String, block: Transaction.() -> T): T =
    transaction(database) {
        exec("SELECT set_config('app.tenant_id', ?, true)", listOf(TextColumnType() to tenant))
        block()
    }

// idiom: helper in the transaction of its caller
fun Transaction.applyTenant(tenant: String) {
    exec("SELECT set_config('app.tenant_id', ?, true)", listOf(TextColumnType() to tenant))
}

class TenantTransactions(private val database: Database) {
    // idiom: wrapper of an injected service
    fun <T> run(tenant: String, work: Transaction.() -> T): T = transaction(database) {
        exec("SELECT set_config('app.tenant_id', ?, true)", listOf(TextColumnType() to tenant))
        work()
    }
}

// idiom: service behind an interface
interface TenantScopes {
    fun <T> within(tenant: String, work: Transaction.() -> T): T
}

class OneDatabase(private val database: Database) : TenantScopes {
    // idiom: service behind an interface
    override fun <T> within(tenant: String, work: Transaction.() -> T): T = transaction(database) {
        exec("SELECT set_config('app.tenant_id', ?, true)", listOf(TextColumnType() to tenant))
        work()
    }
}
