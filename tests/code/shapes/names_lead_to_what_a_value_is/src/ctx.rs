use sqlx::{pool::PoolConnection, Postgres};

const KEYS: [&str; 2] = ["app.tenant_id", "app.user_id"];

pub async fn apply(conn: &mut PoolConnection<Postgres>, values: &[String]) -> Result<(), sqlx::Error> {
    for (key, value) in KEYS.iter().zip(values) {
        sqlx::query("SELECT set_config($1, $2, false)").bind(key).bind(value).execute(&mut **conn).await?; // found: set-config-session
    }
    Ok(())
}
