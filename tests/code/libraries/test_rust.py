"""What the libraries of Rust are known to do."""

from __future__ import annotations

from rlslint.code.sites import Hook
from tests.code.libraries.following import followed, sent


def test_sqlx_sends_where_its_queries_are_executed() -> None:
    source = """
        use sqlx::{PgPool, Postgres, Transaction};
        struct Store { pool: PgPool }
        impl Store {
          async fn bare(&self, id: &str) {
            sqlx::query(&format!("SET app.tenant = '{}'", id)).execute(&self.pool).await?;
          }
          async fn in_transaction(&self, id: Uuid) {
            let mut tx = self.pool.begin().await?;
            sqlx::query("SELECT set_config('app.tenant', $1, true)")
              .bind(id.to_string()).execute(&mut *tx).await?;
            tx.commit().await?;
          }
          async fn without(&self) {
            let mut c = self.pool.acquire().await?;
            sqlx::query!("SET LOCAL app.tenant = 'a'").execute(&mut *c).await?;
          }
          async fn given(tx: &mut Transaction<'_, Postgres>, id: &str) {
            tx.execute(format!("SET LOCAL app.tenant = '{id}'").as_str()).await?;
          }
        }"""
    assert sent(".rs", source) == [
        "sqlx autocommit (shared): SET app.tenant = '?'",
        "sqlx transaction (shared): SELECT set_config('app.tenant', ?, true)",
        "sqlx autocommit (shared): SET LOCAL app.tenant = 'a'",
        "sqlx transaction (shared): SET LOCAL app.tenant = '?'",
    ]


def test_hooks_of_sqlx() -> None:
    source = """
        use sqlx::postgres::PgPoolOptions;
        async fn open() {
          PgPoolOptions::new().after_release(|c, _| Box::pin(async move {
            c.execute("RESET app.tenant").await?;
            Ok(true)
          })).connect("x").await?;
        }"""
    assert {event.hook for event in followed(".rs", source).events} == {Hook.release}


def test_tokio_postgres_begins_transactions_on_connections() -> None:
    source = """
        use deadpool_postgres::Pool;
        async fn bare(pool: &Pool) {
          let c = pool.get().await?;
          c.batch_execute("SET app.tenant = 'a'").await?;
        }
        async fn in_transaction(pool: &Pool, id: &str) {
          let mut c = pool.get().await?;
          let tx = c.transaction().await?;
          tx.execute("SELECT set_config('app.tenant', $1, true)", &[&id]).await?;
          tx.commit().await?;
          c.batch_execute("SET LOCAL app.tenant = 'b'").await?;
        }"""
    assert sent(".rs", source) == [
        "tokio-postgres autocommit (shared): SET app.tenant = 'a'",
        "tokio-postgres transaction (shared): SELECT set_config('app.tenant', ?, true)",
        "tokio-postgres autocommit (shared): SET LOCAL app.tenant = 'b'",
    ]


def test_deadpool_can_be_told_to_reset_connections() -> None:
    source = """
        use deadpool_postgres::{Pool, RecyclingMethod};
        const HOW: RecyclingMethod = RecyclingMethod::Clean;
        async fn bare(pool: &Pool) {
          pool.get().await?.batch_execute("SET app.tenant = 'a'").await?;
        }"""
    assert sent(".rs", source) == [
        "tokio-postgres autocommit (shared, reset): SET app.tenant = 'a'"
    ]


def test_diesel_runs_functions_in_transactions() -> None:
    source = """
        use diesel::prelude::*;
        fn bare() {
          let mut c = PgConnection::establish("x")?;
          c.batch_execute("SET app.tenant = 'a'")?;
          c.transaction(|t| {
            diesel::sql_query("SELECT set_config('app.tenant', $1, true)").bind(id).execute(t)
          })?;
        }"""
    assert sent(".rs", source) == [
        "diesel autocommit (own): SET app.tenant = 'a'",
        "diesel transaction (own): SELECT set_config('app.tenant', ?, true)",
    ]


def test_sea_orm_sends_statements_that_were_made_before() -> None:
    source = """
        use sea_orm::{ConnectionTrait, DatabaseConnection, Statement};
        async fn run(db: &DatabaseConnection) {
          db.execute_unprepared("SET app.tenant = 'a'").await?;
          let tx = db.begin().await?;
          tx.execute(Statement::from_string(Postgres, "SET LOCAL app.tenant = 'b'")).await?;
          tx.commit().await?;
        }"""
    assert sent(".rs", source) == [
        "sea-orm autocommit (shared): SET app.tenant = 'a'",
        "sea-orm transaction (shared): SET LOCAL app.tenant = 'b'",
    ]
