use sqlx::PgPool;
const SET_TENANT: &str = include_str!("set_tenant.sql");
pub async fn tenant(pool: &PgPool, tenant: &str) -> sqlx::Result<()> {
    let mut conn = pool.acquire().await?;
    sqlx::query(SET_TENANT).bind(tenant).execute(&mut *conn).await?;
    Ok(())
}
