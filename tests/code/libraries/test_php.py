"""What the libraries of PHP are known to do."""

from __future__ import annotations

from tests.code.libraries.following import sent


def test_pdo_opens_a_connection_that_ends_with_the_request() -> None:
    source = """<?php
        $own = new PDO("pgsql:host=x");
        $own->exec("SET app.tenant = 'a'");
        class Store {
          public function __construct(private PDO $pdo) {}
          public function run($id) {
            $this->pdo->beginTransaction();
            $s = $this->pdo->prepare("SELECT set_config('app.tenant', ?, true)");
            $s->execute([$id]);
            $this->pdo->commit();
          }
        }"""
    assert sent(".php", source) == [
        "pdo autocommit (own): SET app.tenant = 'a'",
        "pdo transaction (own): SELECT set_config('app.tenant', ?, true)",
    ]


def test_persistent_connections_are_shared() -> None:
    source = """<?php
        $own = new PDO("pgsql:host=x", "a", "b", [PDO::ATTR_PERSISTENT => true]);
        $own->exec("SET app.tenant = 'a'");
        """
    assert sent(".php", source) == ["pdo autocommit (shared): SET app.tenant = 'a'"]


def test_the_functions_of_the_extension_take_the_connection() -> None:
    source = """<?php
        $c = pg_connect("host=x");
        pg_query($c, "SET app.tenant = 'a'");
        """
    assert sent(".php", source) == ["pgsql autocommit (own): SET app.tenant = 'a'"]


def test_laravel_finds_the_connection() -> None:
    source = """<?php
        use Illuminate\\Support\\Facades\\DB;
        function bare($id) { DB::statement("SET app.tenant = '{$id}'"); }
        function inTransaction($id) {
          DB::transaction(function () use ($id) {
            DB::select("SELECT set_config('app.tenant', ?, true)", [$id]);
          });
        }
        function other() { DB::connection('b')->statement("SET LOCAL app.tenant = 'a'"); }
        """
    assert sent(".php", source) == [
        "laravel autocommit (own): SET app.tenant = '?'",
        "laravel transaction (own): SELECT set_config('app.tenant', ?, true)",
        "laravel autocommit (own): SET LOCAL app.tenant = 'a'",
    ]


def test_doctrine_runs_functions_in_transactions() -> None:
    source = """<?php
        use Doctrine\\DBAL\\DriverManager;
        $c = DriverManager::getConnection($params);
        $c->transactional(function ($t) { $t->executeStatement("SET LOCAL app.tenant = 'a'"); });
        $c->executeStatement("SET app.tenant = 'b'");
        """
    assert sent(".php", source) == [
        "doctrine transaction (own): SET LOCAL app.tenant = 'a'",
        "doctrine autocommit (own): SET app.tenant = 'b'",
    ]
