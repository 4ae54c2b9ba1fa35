"""Objects of the program that are held for a body: what they do first and last belongs together."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.code.test_composed_statements import HISTORY
from tests.linting import findings_of, lint

BORROWS = """
from psycopg_pool import ConnectionPool
pool = ConnectionPool("postgresql://app@db/shop")

class Tenant:
    def __init__(self, tenant):
        self.tenant = tenant
    def __enter__(self):
        self.connection = pool.getconn()
        self.connection.execute("SELECT set_config('app.tenant_id', %s, false)", (self.tenant,))
        return self.connection
    def __exit__(self, *error):
        LAST
        pool.putconn(self.connection)
"""
USES_IT = """
def handle(tenant):
    with Tenant(tenant) as connection:
        connection.execute("SELECT * FROM docs")
"""
IS_GIVEN = """
import psycopg
from psycopg_pool import ConnectionPool
pool = ConnectionPool("postgresql://app@db/shop")

class Tenant:
    def __init__(self, connection: psycopg.Connection, tenant):
        self.connection, self.tenant = connection, tenant
    async def __aenter__(self):
        self.connection.execute("SELECT set_config('app.tenant_id', %s, false)", (self.tenant,))
    async def __aexit__(self, *error):
        LAST

async def handle(tenant):
    with pool.connection() as connection:
        async with Tenant(connection, tenant):
            connection.execute("SELECT * FROM docs")
"""
JAVA = """
import java.sql.*; import javax.sql.DataSource;
class Tenant implements AutoCloseable {
  private final Connection connection;
  Tenant(Connection connection, String tenant) throws SQLException {
    this.connection = connection;
    try (var s = connection.prepareStatement("SELECT set_config('app.tenant_id', ?, false)")) {
      s.setString(1, tenant); s.execute();
    }
  }
  public void close() throws SQLException { LAST }
}
class Shop {
  private final DataSource source;
  void handle(String tenant) throws SQLException {
    try (Connection c = source.getConnection(); Tenant held = new Tenant(c, tenant)) {
      c.createStatement().executeQuery("SELECT * FROM docs");
    }
  }
}
"""
RESET = "self.connection.execute('RESET app.tenant_id')"
JAVA_RESET = 'connection.createStatement().execute("RESET app.tenant_id");'


@pytest.mark.parametrize(
    ("path", "code", "last", "leaks"),
    [
        ("app.py", BORROWS + USES_IT, "pass", True),
        ("app.py", BORROWS + USES_IT, RESET, False),
        ("app.py", BORROWS, "pass", True),
        ("app.py", BORROWS, RESET, False),
        ("app.py", IS_GIVEN, "pass", True),
        ("app.py", IS_GIVEN, RESET, False),
        ("Shop.java", JAVA, "", True),
        ("Shop.java", JAVA, JAVA_RESET, False),
    ],
)
def test_what_leaves_an_object_takes_back_what_entered_it(
    path: str, code: str, last: str, leaks: bool, tmp_path: Path
) -> None:
    result = lint(tmp_path, {"migrations/1.sql": HISTORY, path: code.replace("LAST", last)})
    assert len(findings_of(result, "set-config-session")) == leaks
    assert findings_of(result, "query-without-context") == []
