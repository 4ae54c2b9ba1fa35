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
