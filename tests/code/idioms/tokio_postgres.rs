use actix_web::{web, HttpRequest, HttpResponse};
use deadpool_postgres::{Pool, PoolError};
use postgres_protocol::escape::escape_literal;

use crate::shared::tokio_postgres_shared::{set_tenant, TenantTransactions, SET_TENANT};
use crate::shared::tokio_postgres_shared;

pub struct DocumentStore {
    pool: Pool,
    tenants: TenantTransactions,
}

impl DocumentStore {
    // idiom: bare set
    pub async fn bare_set(&self, tenant: &str) -> Result<(), PoolError> {
        let client = self.pool.get().await?;
        client.batch_execute(&format!("SET app.tenant_id = '{tenant}'")).await?;
        Ok(())
    }

    // idiom: set_config for the session
    pub async fn session_config(&self, tenant: &str) -> Result<(), PoolError> {
        let client = self.pool.get().await?;
        client
            .execute("SELECT set_config('app.tenant_id', $1, false)", &[&tenant])
            .await?;
        Ok(())
    }

    // idiom: bound scope
    pub async fn bound_scope(&self, tenant: &str) -> Result<(), PoolError> {
        let client = self.pool.get().await?;
        let statement = client.prepare_cached("SELECT set_config($1, $2, $3)").await?;
        client.execute(&statement, &[&"app.tenant_id", &tenant, &false]).await?;
        Ok(())
    }

    // idiom: local without a transaction
    pub async fn local_alone(&self, tenant: &str) -> Result<i64, PoolError> {
        let client = self.pool.get().await?;
        client
            .execute("SELECT set_config('app.tenant_id', $1, true)", &[&tenant])
            .await?;
        let row = client.query_one("SELECT count(*) FROM docs", &[]).await?;
        Ok(row.get(0))
    }

    // idiom: local in a transaction
    pub async fn local(&self, tenant: &str) -> Result<i64, PoolError> {
        let mut client = self.pool.get().await?;
        let transaction = client.transaction().await?;
        transaction
            .execute("SELECT set_config('app.tenant_id', $1, true)", &[&tenant])
            .await?;
        let row = transaction.query_one("SELECT count(*) FROM docs", &[]).await?;
        transaction.commit().await?;
        Ok(row.get(0))
    }

    // idiom: pasted
    pub async fn pasted(&self, tenant: &str) -> Result<(), PoolError> {
        let mut client = self.pool.get().await?;
        let transaction = client.transaction().await?;
        transaction
            .batch_execute(&format!("SET LOCAL app.tenant_id = '{}'", tenant))
            .await?;
        transaction.commit().await?;
        Ok(())
    }

    // idiom: added
    pub async fn added(&self, tenant: &str) -> Result<(), PoolError> {
        let mut client = self.pool.get().await?;
        let transaction = client.transaction().await?;
        let sql = "SET LOCAL app.tenant_id = '".to_owned() + tenant + "'";
        transaction.batch_execute(&sql).await?;
        transaction.commit().await?;
        Ok(())
    }

    // idiom: a number
    pub async fn typed(&self, tenant: i64) -> Result<(), PoolError> {
        let mut client = self.pool.get().await?;
        let transaction = client.transaction().await?;
        transaction
            .batch_execute(&format!("SET LOCAL app.tenant_id = '{tenant}'"))
            .await?;
        transaction.commit().await?;
        Ok(())
    }

    // idiom: quoted
    pub async fn quoted(&self, tenant: &str) -> Result<(), PoolError> {
        let mut client = self.pool.get().await?;
        let transaction = client.transaction().await?;
        transaction
            .batch_execute(&format!("SET LOCAL app.tenant_id = {}", escape_literal(tenant)))
            .await?;
        transaction.commit().await?;
        Ok(())
    }

    // idiom: a parameter in SET
    pub async fn bound_in_set(&self, tenant: &str) -> Result<(), PoolError> {
        let mut client = self.pool.get().await?;
        let transaction = client.transaction().await?;
        transaction.execute("SET LOCAL app.tenant_id = $1", &[&tenant]).await?;
        transaction.commit().await?;
        Ok(())
    }

    // idiom: constant of another file
    pub async fn constant_elsewhere(&self, tenant: &str) -> Result<(), PoolError> {
        let client = self.pool.get().await?;
        client.execute(SET_TENANT, &[&tenant]).await?;
        Ok(())
    }

    // idiom: wrapper of another file
    pub async fn wrapped(&self, tenant: &str) -> Result<i64, PoolError> {
        let mut client = self.pool.get().await?;
        let transaction = tokio_postgres_shared::begin(&mut client, tenant).await?;
        let row = transaction.query_one("SELECT count(*) FROM docs", &[]).await?;
        transaction.commit().await?;
        Ok(row.get(0))
    }

    // idiom: loop over constants
    pub async fn looped(&self, tenant: &str) -> Result<(), PoolError> {
        let client = self.pool.get().await?;
        for name in &["app.tenant_id", "app.user_id"] {
            let sql = format!("SELECT set_config('{}', $1, false)", name);
            client.execute(sql.as_str(), &[&tenant]).await?;
        }
        Ok(())
    }

    // idiom: wrapper of an injected service
    pub async fn injected(&self, tenant: &str) -> Result<i64, PoolError> {
        let mut client = self.pool.get().await?;
        let transaction = self.tenants.begin(&mut client, tenant).await?;
        let row = transaction.query_one("SELECT count(*) FROM docs", &[]).await?;
        transaction.commit().await?;
        Ok(row.get(0))
    }

    // idiom: role without reset
    pub async fn act(&self) -> Result<(), PoolError> {
        let client = self.pool.get().await?;
        client.batch_execute("SET ROLE app_user").await?;
        Ok(())
    }

    // idiom: several lines
    pub async fn several_lines(&self, tenant: &str, user: &str) -> Result<(), PoolError> {
        let client = self.pool.get().await?;
        client
            .execute(
                "SELECT set_config('app.tenant_id', $1, false), \
                        set_config('app.user_id', $2, false)",
                &[&tenant, &user],
            )
            .await?;
        Ok(())
    }

    // idiom: built step by step
    pub async fn built(&self, tenant: &str) -> Result<(), PoolError> {
        let mut sql = String::new();
        sql.push_str("SET LOCAL app.tenant_id = '");
        sql.push_str(tenant);
        sql.push_str("'");
        let mut client = self.pool.get().await?;
        let transaction = client.transaction().await?;
        transaction.batch_execute(&sql).await?;
        transaction.commit().await?;
        Ok(())
    }

    // idiom: formatted
    pub async fn formatted(&self, tenant: &str) -> Result<(), PoolError> {
        let mut client = self.pool.get().await?;
        let transaction = client.transaction().await?;
        transaction
            .batch_execute(format!("SET LOCAL app.tenant_id = '{0}'; SET LOCAL app.user_id = '1'", tenant).as_str())
            .await?;
        transaction.commit().await?;
        Ok(())
    }

    // idiom: helper in the transaction of its caller
    pub async fn helped(&self, tenant: &str) -> Result<(), PoolError> {
        let mut client = self.pool.get().await?;
        let transaction = client.transaction().await?;
        set_tenant(&transaction, tenant).await?;
        transaction.execute("UPDATE docs SET owner = 1", &[]).await?;
        transaction.commit().await?;
        Ok(())
    }

    // idiom: early return
    pub async fn early(&self, tenant: Option<&str>) -> Result<i64, PoolError> {
        let mut client = self.pool.get().await?;
        let transaction = client.transaction().await?;
        let tenant = match tenant {
            Some(tenant) => tenant,
            None => {
                transaction.rollback().await?;
                return Ok(0);
            }
        };
        transaction
            .execute("SELECT set_config('app.tenant_id', $1, true)", &[&tenant])
            .await?;
        let row = transaction.query_one("SELECT count(*) FROM docs", &[]).await?;
        transaction.commit().await?;
        Ok(row.get(0))
    }
}

// idiom: middleware
pub async fn documents(pool: web::Data<Pool>, request: HttpRequest) -> Result<HttpResponse, PoolError> {
    let tenant = request.headers().get("x-tenant").and_then(|value| value.to_str().ok()).unwrap_or("");
    let client = pool.get().await?;
    client
        .query("SELECT set_config('app.tenant_id', $1, false)", &[&tenant])
        .await?;
    Ok(HttpResponse::Ok().finish())
}
