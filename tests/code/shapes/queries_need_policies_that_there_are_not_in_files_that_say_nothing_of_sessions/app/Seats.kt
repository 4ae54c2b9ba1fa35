package app
import java.sql.Connection
class Seats {
    fun lock(c: Connection) = c.prepareStatement("SELECT id FROM seats FOR UPDATE").use { it.executeQuery() } // found: select-for-update-without-update-policy
}
