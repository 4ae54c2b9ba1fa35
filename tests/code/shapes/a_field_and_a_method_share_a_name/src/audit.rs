use crate::Db;

pub async fn log(db: &Db, tenant: &str) -> sqlx::Result<()> {
    let mut conn = db.pool().acquire().await?;
    sqlx::query("SELECT set_config('app.tenant_id', $1, true)") // found: set-local-outside-transaction
        .bind(tenant)
        .execute(&mut *conn)
        .await?;
    Ok(())
}
