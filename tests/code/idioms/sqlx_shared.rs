use std::future::Future;
use std::pin::Pin;

use sqlx::{PgConnection, PgPool, Postgres, Transaction};

// idiom: constant of another file
pub const SET_TENANT: &str = "SELECT set_config('app.tenant_id', $1, false)";

type Work<'a, T> = Pin<Box<dyn Future<Output = Result<T, sqlx::Error>> + Send + 'a>>;

// idiom: wrapper of another file
pub async fn with_tenant<T, F>(pool: &PgPool, tenant: &str, work: F) -> Result<T, sqlx::Error>
where
    F: for<'c> FnOnce(&'c mut Transaction<'_, Postgres>) -> Work<'c, T>,
{
    let mut tx = pool.begin().await?;
    sqlx::query("SELECT set_config('app.tenant_id', $1, true)")
        .bind(tenant)
        .execute(&mut *tx)
        .await?;
    let result = work(&mut tx).await?;
    tx.commit().await?;
    Ok(result)
}

// idiom: helper in the transaction of its caller
pub async fn set_tenant(conn: &mut PgConnection, tenant: &str) -> Result<(), sqlx::Error> {
    sqlx::query("SELECT set_config('app.tenant_id', $1, true)")
        .bind(tenant)
        .execute(conn)
        .await?;
    Ok(())
}

pub struct TenantTransactions {
    pool: PgPool,
}

impl TenantTransactions {
    // idiom: wrapper of an injected service
    pub async fn begin(&self, tenant: &str) -> Result<Transaction<'_, Postgres>, sqlx::Error> {
        let mut tx = self.pool.begin().await?;
        sqlx::query("SELECT set_config('app.tenant_id', $1, true)")
            .bind(tenant)
            .execute(&mut *tx)
            .await?;
        Ok(tx)
    }
}
