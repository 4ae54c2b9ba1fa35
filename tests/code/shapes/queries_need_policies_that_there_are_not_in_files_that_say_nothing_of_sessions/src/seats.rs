use crate::tenant::begin;
pub async fn put(pool: &sqlx::PgPool, tenant: i32, code: &str) -> sqlx::Result<()> {
    let mut tx = begin(pool, tenant).await?;
    sqlx::query("INSERT INTO seats (tenant_id, code) VALUES ($1, $2) ON CONFLICT (code) DO UPDATE SET taken = true") // found: upsert-missing-policies
        .bind(tenant).bind(code).execute(&mut *tx).await?;
    tx.commit().await
}
