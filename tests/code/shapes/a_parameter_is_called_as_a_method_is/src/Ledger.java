import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import javax.sql.DataSource;

public class Ledger {
  private final DataSource source;

  public Ledger(DataSource source) {
    this.source = source;
  }

  private void tenant(Connection connection, String tenant) throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement("SELECT set_config('app.tenant_id', ?, true)")) { // found: set-local-outside-transaction
      statement.setString(1, tenant);
      statement.execute();
    }
  }

  private void region(Connection connection, String region) throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement("SELECT set_config('app.region', ?, true)")) {
      statement.setString(1, region);
      statement.execute();
    }
  }

  public void alone(String tenant) throws SQLException {
    try (Connection connection = source.getConnection()) {
      tenant(connection, tenant);
    }
  }

  public void together(String region) throws SQLException {
    try (Connection connection = source.getConnection()) {
      connection.setAutoCommit(false);
      region(connection, region);
      connection.commit();
    }
  }
}
