"""What programs in Java send through their libraries."""

from __future__ import annotations

import pytest

from tests.code.libraries.sent import Sent, bare, events, inside, sent

PROGRAMS = {
    "jdbc": """
import javax.sql.DataSource;
class Store {
  private DataSource source;
  void run(String id) throws SQLException {
    try (Connection c = source.getConnection(); Statement s = c.createStatement()) {
      s.execute("SET app.a = '" + id + "'");
    }
    try (Connection c = source.getConnection()) {
      c.setAutoCommit(false);
      try (PreparedStatement p = c.prepareStatement("SELECT set_config('app.b', ?, true)")) {
        p.setString(1, id);
        p.execute();
      }
      c.commit();
    }
  }
}
""",
    "spring-jdbc": """
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.transaction.annotation.Transactional;
class Store {
  private final JdbcTemplate jdbc;
  void a(String id) { jdbc.execute("SET app.a = '1'"); }
  @Transactional void b(String id) {
    jdbc.queryForObject("SELECT set_config('app.b', ?, true)", String.class, id);
  }
}
""",
    "jooq": """
import org.jooq.DSLContext;
import org.jooq.impl.DSL;
class Store {
  private final DSLContext db;
  void a(String id) { db.execute("SET app.a = '1'"); }
  void b(String id) {
    db.transaction(trx -> DSL.using(trx).fetch("SELECT set_config('app.b', ?, true)", id));
  }
}
""",
    "jdbi": """
import org.jdbi.v3.core.Jdbi;
class Store {
  private final Jdbi jdbi;
  void run(String id) {
    jdbi.useHandle(h -> h.execute("SET app.a = '1'"));
    jdbi.useTransaction(h ->
        h.createUpdate("SELECT set_config('app.b', :id, true)").bind("id", id).execute());
  }
}
""",
    "vertx": """
import io.vertx.sqlclient.Pool;
class Store {
  private final Pool pool;
  void run(String id) {
    pool.query("SET app.a = '1'").execute();
    pool.withTransaction(c ->
        c.preparedQuery("SELECT set_config('app.b', $1, true)").execute(Tuple.of(id)));
  }
}
""",
}


@pytest.mark.parametrize("library", PROGRAMS)
def test_statements_of_a_pool_and_of_a_transaction(library: str) -> None:
    assert sent(".java", PROGRAMS[library]) == {"a": bare(library), "b": inside(library)}


def test_a_transaction_template_surrounds_what_other_templates_send() -> None:
    source = """
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.transaction.support.TransactionTemplate;
class Store {
  private final JdbcTemplate jdbc;
  private final TransactionTemplate transactions;
  void run(String id) {
    transactions.execute(status -> { jdbc.execute("SET LOCAL app.a = '1'"); return null; });
    jdbc.execute("SET app.b = '1'");
  }
}
"""
    assert sent(".java", source) == {"a": inside("spring-jdbc"), "b": bare("spring-jdbc")}


def test_an_entity_manager_may_be_in_a_transaction_of_a_caller() -> None:
    source = """
import jakarta.persistence.EntityManager;
class Store {
  @PersistenceContext EntityManager manager;
  void run(String id) {
    manager.createNativeQuery("SELECT set_config('app.a', :t, true)")
        .setParameter("t", id).getSingleResult();
    manager.unwrap(Session.class).doWork(c -> {
      try (var s = c.createStatement()) { s.execute("SET LOCAL app.b = '1'"); }
    });
  }
}
"""
    unknown = Sent("hibernate", "unknown", None)
    assert sent(".java", source) == {"a": unknown, "b": unknown}


def test_a_connection_of_the_driver_manager_is_the_programs_own() -> None:
    source = """
import java.sql.DriverManager;
class Store {
  void run() { DriverManager.getConnection(url).createStatement().execute("SET app.a = '1'"); }
}
"""
    assert sent(".java", source) == {"a": Sent("jdbc", "autocommit", False)}


def test_an_object_made_for_the_purpose_is_called_back_in_a_transaction() -> None:
    source = """
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.transaction.support.TransactionTemplate;
class Store {
  private final JdbcTemplate jdbc;
  private final TransactionTemplate transactions;
  void run(String id) {
    transactions.execute(new TransactionCallback<Void>() {
      public Void doInTransaction(TransactionStatus status) {
        jdbc.execute("SET LOCAL app.a = '1'");
        return null;
      }
    });
  }
}
"""
    scopes = [e.site.scope.value for e in events(".java", source) if e.site is not None]
    assert scopes[0] == "transaction"


@pytest.mark.parametrize(
    ("before", "scope"),
    [("", "autocommit"), ("connection.setAutoCommit(false);", "transaction")],
)
def test_a_source_of_connections_sets_the_tenant_before_a_transaction_begins(
    before: str, scope: str
) -> None:
    source = f"""
import java.sql.Connection;
import java.sql.PreparedStatement;
import org.springframework.jdbc.datasource.DelegatingDataSource;
class TenantDataSource extends DelegatingDataSource {{
  TenantDataSource(DataSource target) {{ super(target); }}
  public Connection getConnection() throws SQLException {{
    Connection connection = super.getConnection();
    {before}
    String sql = "SELECT set_config('app.a', ?, true)";
    try (PreparedStatement s = connection.prepareStatement(sql)) {{
      s.setString(1, Tenant.current());
      s.execute();
    }}
    return connection;
  }}
}}
"""
    (site,) = (event.site for event in events(".java", source) if event.site is not None)
    assert site.scope.value == scope
