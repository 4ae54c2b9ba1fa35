use sqlx::{pool::PoolConnection, PgPool, Postgres};
pub async fn looked_at(pool: &PgPool, tenant: &str) -> sqlx::Result<PoolConnection<Postgres>> {
    let mut conn = pool.acquire().await?;
    match sqlx::query("SELECT set_config('app.tenant_id', $1, false)").bind(tenant).execute(&mut *conn).await { // found: set-config-session
        Ok(_) => {}
        Err(error) => tracing::warn!("{error}"), // found: context-error-swallowed
    }
    Ok(conn)
}
pub async fn dropped(pool: &PgPool, tenant: &str) -> sqlx::Result<PoolConnection<Postgres>> {
    let mut conn = pool.acquire().await?;
    let _ = sqlx::query("SELECT set_config('app.tenant_id', $1, false)").bind(tenant).execute(&mut *conn).await; // found: set-config-session, context-error-swallowed
    Ok(conn)
}
pub async fn returned(pool: &PgPool, tenant: &str) -> sqlx::Result<PoolConnection<Postgres>> {
    let mut conn = pool.acquire().await?;
    sqlx::query("SELECT set_config('app.tenant_id', $1, false)").bind(tenant).execute(&mut *conn).await?; // found: set-config-session
    Ok(conn)
}
