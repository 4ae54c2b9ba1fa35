use sqlx::{pool::PoolConnection, postgres::PgQueryResult, PgPool, Postgres};
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
pub async fn kept(pool: &PgPool, tenant: &str) -> sqlx::Result<PgQueryResult> {
    let mut conn = pool.acquire().await?;
    let result = sqlx::query("SELECT set_config('app.tenant_id', $1, false)").bind(tenant).execute(&mut *conn).await; // found: set-config-session
    match &result {
        Ok(_) => tracing::info!("set"),
        Err(error) => tracing::warn!("{error}"),
    }
    result
}
pub async fn given_again(pool: &PgPool, tenant: &str) -> sqlx::Result<PoolConnection<Postgres>> {
    let mut conn = pool.acquire().await?;
    match sqlx::query("SELECT set_config('app.tenant_id', $1, false)").bind(tenant).execute(&mut *conn).await { // found: set-config-session
        Ok(_) => Ok(conn),
        Err(error) => {
            tracing::warn!("{error}");
            Err(error)
        }
    }
}
