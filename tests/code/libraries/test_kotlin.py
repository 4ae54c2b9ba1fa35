"""What programs in Kotlin send through their libraries."""

from __future__ import annotations

from tests.code.libraries.sent import bare, inside, sent


def test_connections_of_jdbc_are_borrowed_by_a_property_and_used_in_a_lambda() -> None:
    source = """
import javax.sql.DataSource
class Store(private val source: DataSource) {
  fun a(id: String) {
    source.connection.use { c -> c.createStatement().use { it.execute("SET app.a = '$id'") } }
  }
}
"""
    assert sent(".kt", source) == {"a": bare("jdbc")}


def test_exposed_sends_within_the_transaction_that_surrounds() -> None:
    source = """
import org.jetbrains.exposed.sql.transactions.transaction
fun a(id: String) { transaction { exec("SET LOCAL app.a = '$id'") } }
fun b(id: String) { transaction(database) { exec("SET LOCAL app.b = '$id'") } }
"""
    assert sent(".kt", source) == {"a": inside("exposed"), "b": inside("exposed")}


def test_ktorm_and_jdbi_begin_transactions_for_a_lambda() -> None:
    source = """
import org.jdbi.v3.core.Jdbi
import org.ktorm.database.Database
class Store(private val jdbi: Jdbi, private val database: Database) {
  fun run(id: String) {
    jdbi.inTransaction<Int, E> { h ->
      h.createUpdate("SELECT set_config('app.a', :t, true)").bind("t", id).execute()
    }
    database.useConnection { c -> c.createStatement().execute("SET app.b = '1'") }
  }
}
"""
    assert sent(".kt", source) == {"a": inside("jdbi"), "b": bare("ktorm")}


def test_a_statement_is_used_in_a_lambda() -> None:
    source = """
import javax.sql.DataSource
class Store(private val source: DataSource) {
  fun run(id: String) {
    source.connection.use { c ->
      c.prepareStatement("SELECT set_config('app.a', ?, false)").use { s ->
        s.setString(1, id)
        s.execute()
      }
    }
  }
}
"""
    assert sent(".kt", source) == {"a": bare("jdbc")}
