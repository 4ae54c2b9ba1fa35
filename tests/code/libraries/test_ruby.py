"""What the libraries of Ruby are known to do."""

from __future__ import annotations

from tests.code.libraries.following import sent


def test_activerecord_finds_the_connection_and_shares_it() -> None:
    source = """
        class Tenant < ApplicationRecord
          def self.bare(id) = connection.execute("SET app.tenant = '#{id}'")
          def self.in_transaction
            transaction { connection.execute("SET LOCAL app.tenant = 'a'") }
          end
          def borrowed
            ActiveRecord::Base.with_connection do |c|
              c.exec_query("SELECT set_config('app.tenant', $1, true)", "SQL", [id])
            end
          end
          def around
            ActiveRecord::Base.transaction do
              ActiveRecord::Base.connection.execute("SET LOCAL app.tenant = 'b'")
            end
          end
        end"""
    assert sent(".rb", source) == [
        "activerecord autocommit (shared): SET app.tenant = '?'",
        "activerecord transaction (shared): SET LOCAL app.tenant = 'a'",
        "activerecord autocommit (shared): SELECT set_config('app.tenant', ?, true)",
        "activerecord transaction (shared): SET LOCAL app.tenant = 'b'",
    ]


def test_sequel_sends_to_a_connection_of_its_pool() -> None:
    source = """
        require "sequel"
        DB = Sequel.connect(ENV["URL"])
        def bare(id) = DB.run("SET app.tenant = '#{id}'")
        def in_transaction = DB.transaction { DB.run("SET LOCAL app.tenant = 'a'") }
        """
    assert sent(".rb", source) == [
        "sequel autocommit (shared): SET app.tenant = '?'",
        "sequel transaction (shared): SET LOCAL app.tenant = 'a'",
    ]


def test_pg_opens_connections_of_its_own_unless_a_pool_keeps_them() -> None:
    source = """
        require "pg"
        own = PG.connect(host: "x")
        own.exec("SET app.tenant = 'a'")
        POOL = ConnectionPool.new(size: 5) { PG.connect }
        def bare(id)
          POOL.with { |c| c.exec_params("SELECT set_config('app.tenant', $1, false)", [id]) }
        end
        def in_transaction
          POOL.with { |c| c.transaction { |t| t.exec("SET LOCAL app.tenant = 'b'") } }
        end
        """
    assert sent(".rb", source) == [
        "pg autocommit (own): SET app.tenant = 'a'",
        "pg autocommit (shared): SELECT set_config('app.tenant', ?, false)",
        "pg transaction (shared): SET LOCAL app.tenant = 'b'",
    ]
