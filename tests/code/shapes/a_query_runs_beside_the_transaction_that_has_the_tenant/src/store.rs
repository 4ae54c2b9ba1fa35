use sqlx::PgPool;

pub struct Store {
    pool: PgPool,
}

const ENTER: &str = "SELECT set_config('app.tenant_id', $1, true), set_config('app.user_id', $1, true), set_config('app.region', 'eu', true)";

impl Store {
    pub async fn beside(&self, tenant: &str) -> Result<(), sqlx::Error> {
        let mut tx = self.pool.begin().await?;
        sqlx::query(ENTER).bind(tenant).execute(&mut *tx).await?;
        sqlx::query("DELETE FROM docs WHERE id = 1").execute(&self.pool).await?; // found: query-without-context
        tx.commit().await
    }

    pub async fn inside(&self, tenant: &str) -> Result<(), sqlx::Error> {
        let mut tx = self.pool.begin().await?;
        sqlx::query(ENTER).bind(tenant).execute(&mut *tx).await?;
        sqlx::query("DELETE FROM docs WHERE id = 1").execute(&mut *tx).await?;
        tx.commit().await
    }
}
