use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::Response;
use sqlx::postgres::{PgPool, PgPoolOptions};
use sqlx::{Acquire, Executor, PgConnection};
use uuid::Uuid;

use crate::shared::sqlx_shared::{set_tenant, with_tenant, TenantTransactions, SET_TENANT};

pub struct DocumentStore {
    pool: PgPool,
    tenants: TenantTransactions,
}

impl DocumentStore {
    // idiom: bare set
    pub async fn bare_set(&self, tenant: &str) -> Result<(), sqlx::Error> {
        let mut conn = self.pool.acquire().await?;
        sqlx::query(&format!("SET app.tenant_id = '{tenant}'"))
            .execute(&mut *conn)
            .await?;
        Ok(())
    }

    // idiom: set_config for the session
    pub async fn session_config(&self, tenant: &str) -> Result<(), sqlx::Error> {
        let mut conn = self.pool.acquire().await?;
        sqlx::query("SELECT set_config('app.tenant_id', $1, false)")
            .bind(tenant)
            .execute(&mut *conn)
            .await?;
        Ok(())
    }

    // idiom: bound scope
    pub async fn bound_scope(&self, tenant: &str) -> Result<(), sqlx::Error> {
        let mut conn = self.pool.acquire().await?;
        sqlx::query("SELECT set_config($1, $2, $3)")
            .bind("app.tenant_id")
            .bind(tenant)
            .bind(false)
            .execute(&mut *conn)
            .await?;
        Ok(())
    }

    // idiom: local without a transaction
    pub async fn local_alone(&self, tenant: &str) -> Result<i64, sqlx::Error> {
        sqlx::query("SELECT set_config('app.tenant_id', $1, true)")
            .bind(tenant)
            .execute(&self.pool)
            .await?;
        sqlx::query_scalar("SELECT count(*) FROM docs").fetch_one(&self.pool).await
    }

    // idiom: local in a transaction
    pub async fn local(&self, tenant: &str) -> Result<i64, sqlx::Error> {
        let mut tx = self.pool.begin().await?;
        sqlx::query("SELECT set_config('app.tenant_id', $1, true)")
            .bind(tenant)
            .execute(&mut *tx)
            .await?;
        let count = sqlx::query_scalar("SELECT count(*) FROM docs").fetch_one(&mut *tx).await?;
        tx.commit().await?;
        Ok(count)
    }

    // idiom: pasted
    pub async fn pasted(&self, tenant: &str) -> Result<(), sqlx::Error> {
        let mut tx = self.pool.begin().await?;
        sqlx::query(&format!("SET LOCAL app.tenant_id = '{}'", tenant))
            .execute(&mut *tx)
            .await?;
        tx.commit().await
    }

    // idiom: added
    pub async fn added(&self, tenant: &str) -> Result<(), sqlx::Error> {
        let mut tx = self.pool.begin().await?;
        let statement = "SET LOCAL app.tenant_id = '".to_string() + tenant + "'";
        tx.execute(statement.as_str()).await?;
        tx.commit().await
    }

    // idiom: a number
    pub async fn typed(&self, tenant: Uuid) -> Result<(), sqlx::Error> {
        let mut tx = self.pool.begin().await?;
        sqlx::query(&format!("SET LOCAL app.tenant_id = '{tenant}'"))
            .execute(&mut *tx)
            .await?;
        tx.commit().await
    }

    // idiom: quoted
    pub async fn quoted(&self, tenant: &str) -> Result<(), sqlx::Error> {
        let escaped = tenant.replace('\'', "''");
        let mut tx = self.pool.begin().await?;
        sqlx::query(&format!("SET LOCAL app.tenant_id = '{escaped}'"))
            .execute(&mut *tx)
            .await?;
        tx.commit().await
    }

    // idiom: a parameter in SET
    pub async fn bound_in_set(&self, tenant: &str) -> Result<(), sqlx::Error> {
        let mut tx = self.pool.begin().await?;
        sqlx::query("SET LOCAL app.tenant_id = $1").bind(tenant).execute(&mut *tx).await?;
        tx.commit().await
    }

    // idiom: constant of another file
    pub async fn constant_elsewhere(&self, tenant: &str) -> Result<(), sqlx::Error> {
        let mut conn = self.pool.acquire().await?;
        sqlx::query(SET_TENANT).bind(tenant).execute(&mut *conn).await?;
        Ok(())
    }

    // idiom: wrapper of another file
    pub async fn wrapped(&self, tenant: &str) -> Result<i64, sqlx::Error> {
        with_tenant(&self.pool, tenant, |tx| {
            Box::pin(async move { sqlx::query_scalar("SELECT count(*) FROM docs").fetch_one(&mut **tx).await })
        })
        .await
    }

    // idiom: loop over constants
    pub async fn looped(&self, tenant: &str) -> Result<(), sqlx::Error> {
        let mut conn = self.pool.acquire().await?;
        for name in ["app.tenant_id", "app.user_id"] {
            sqlx::query(&format!("SELECT set_config('{name}', $1, false)"))
                .bind(tenant)
                .execute(&mut *conn)
                .await?;
        }
        Ok(())
    }

    // idiom: transaction by callback
    pub async fn by_callback(&self, tenant: String) -> Result<i64, sqlx::Error> {
        let mut conn = self.pool.acquire().await?;
        conn.transaction(|tx| {
            Box::pin(async move {
                sqlx::query("SELECT set_config('app.tenant_id', $1, true)")
                    .bind(tenant)
                    .execute(&mut **tx)
                    .await?;
                sqlx::query_scalar("SELECT count(*) FROM docs").fetch_one(&mut **tx).await
            })
        })
        .await
    }

    // idiom: wrapper of an injected service
    pub async fn injected(&self, tenant: &str) -> Result<i64, sqlx::Error> {
        let mut tx = self.tenants.begin(tenant).await?;
        let count = sqlx::query_scalar("SELECT count(*) FROM docs").fetch_one(&mut *tx).await?;
        tx.commit().await?;
        Ok(count)
    }

    // idiom: role without reset
    pub async fn act(&self) -> Result<(), sqlx::Error> {
        let mut conn = self.pool.acquire().await?;
        conn.execute("SET ROLE app_user").await?;
        Ok(())
    }

    // idiom: several lines
    pub async fn several_lines(&self, tenant: &str, user: &str) -> Result<(), sqlx::Error> {
        let mut conn = self.pool.acquire().await?;
        sqlx::query(
            r#"
            SELECT set_config('app.tenant_id', $1, false),
                   set_config('app.user_id', $2, false)
            "#,
        )
        .bind(tenant)
        .bind(user)
        .execute(&mut *conn)
        .await?;
        Ok(())
    }

    // idiom: built step by step
    pub async fn built(&self, tenant: &str) -> Result<(), sqlx::Error> {
        let mut sql = String::from("SET LOCAL app.tenant_id = '");
        sql.push_str(tenant);
        sql.push('\'');
        let mut tx = self.pool.begin().await?;
        sqlx::query(&sql).execute(&mut *tx).await?;
        tx.commit().await
    }

    // idiom: formatted
    pub async fn formatted(&self, tenant: &str) -> Result<(), sqlx::Error> {
        let mut tx = self.pool.begin().await?;
        let sql = format!("SET LOCAL {name} = '{value}'", name = "app.tenant_id", value = tenant);
        sqlx::query(&sql).execute(&mut *tx).await?;
        tx.commit().await
    }

    // idiom: helper in the transaction of its caller
    pub async fn helped(&self, tenant: &str) -> Result<(), sqlx::Error> {
        let mut tx = self.pool.begin().await?;
        set_tenant(&mut tx, tenant).await?;
        sqlx::query("UPDATE docs SET owner = 1").execute(&mut *tx).await?;
        tx.commit().await
    }

    // idiom: early return
    pub async fn early(&self, tenant: Option<&str>) -> Result<i64, sqlx::Error> {
        let mut tx = self.pool.begin().await?;
        let Some(tenant) = tenant else {
            tx.rollback().await?;
            return Ok(0);
        };
        sqlx::query("SELECT set_config('app.tenant_id', $1, true)")
            .bind(tenant)
            .execute(&mut *tx)
            .await?;
        let count = sqlx::query_scalar("SELECT count(*) FROM docs").fetch_one(&mut *tx).await?;
        tx.commit().await?;
        Ok(count)
    }

    // idiom: release hook that resets
    pub async fn tag_region(&self, region: &str) -> Result<(), sqlx::Error> {
        let mut conn = self.pool.acquire().await?;
        sqlx::query("SELECT set_config('app.region', $1, false)")
            .bind(region)
            .execute(&mut *conn)
            .await?;
        Ok(())
    }
}

// idiom: middleware
pub async fn tenant_middleware(State(pool): State<PgPool>, request: Request, next: Next) -> Response {
    if let Some(tenant) = request.headers().get("x-tenant").and_then(|value| value.to_str().ok()) {
        let _ = sqlx::query("SELECT set_config('app.tenant_id', $1, false)")
            .bind(tenant)
            .execute(&pool)
            .await;
    }
    next.run(request).await
}

pub async fn pool(url: &str) -> Result<PgPool, sqlx::Error> {
    PgPoolOptions::new()
        .max_connections(5)
        // idiom: connect hook that sets
        .after_connect(|conn, _meta| {
            Box::pin(async move {
                conn.execute("SET app.language = 'en'").await?;
                Ok(())
            })
        })
        // idiom: release hook that resets
        .after_release(|conn, _meta| {
            Box::pin(async move {
                sqlx::query("RESET app.region").execute(&mut *conn).await?;
                Ok(true)
            })
        })
        .connect(url)
        .await
}

// idiom: setting in the options of the connection
pub async fn pool_of_tenant() -> Result<PgPool, sqlx::Error> {
    PgPool::connect("postgres://app@db/shop?options=-c%20app.tenant_id%3D7").await
}
