use diesel::pg::PgConnection;
use diesel::prelude::*;
use diesel::r2d2::{ConnectionManager, CustomizeConnection, Pool};
use diesel::sql_query;
use diesel::sql_types::{Bool, Text};

use crate::shared::diesel_shared::{set_tenant, with_tenant, TenantTransactions, SET_TENANT};

pub type DbPool = Pool<ConnectionManager<PgConnection>>;

pub struct DocumentStore {
    pool: DbPool,
    tenants: TenantTransactions,
}

impl DocumentStore {
    // idiom: bare set
    pub fn bare_set(&self, tenant: &str) -> Result<(), StoreError> {
        let mut conn = self.pool.get()?;
        sql_query(format!("SET app.tenant_id = '{tenant}'")).execute(&mut conn)?;
        Ok(())
    }

    // idiom: set_config for the session
    pub fn session_config(&self, tenant: &str) -> Result<(), StoreError> {
        let mut conn = self.pool.get()?;
        sql_query("SELECT set_config('app.tenant_id', $1, false)")
            .bind::<Text, _>(tenant)
            .execute(&mut conn)?;
        Ok(())
    }

    // idiom: bound scope
    pub fn bound_scope(&self, tenant: &str) -> Result<(), StoreError> {
        let mut conn = self.pool.get()?;
        diesel::sql_query("SELECT set_config($1, $2, $3)")
            .bind::<Text, _>("app.tenant_id")
            .bind::<Text, _>(tenant)
            .bind::<Bool, _>(false)
            .execute(&mut conn)?;
        Ok(())
    }

    // idiom: local without a transaction
    pub fn local_alone(&self, tenant: &str) -> Result<i64, StoreError> {
        let conn = &mut self.pool.get()?;
        sql_query("SELECT set_config('app.tenant_id', $1, true)")
            .bind::<Text, _>(tenant)
            .execute(conn)?;
        Ok(docs::table.count().get_result(conn)?)
    }

    // idiom: local in a transaction
    pub fn local(&self, tenant: &str) -> Result<i64, StoreError> {
        let mut conn = self.pool.get()?;
        conn.transaction(|conn| {
            sql_query("SELECT set_config('app.tenant_id', $1, true)")
                .bind::<Text, _>(tenant)
                .execute(conn)?;
            Ok(docs::table.count().get_result(conn)?)
        })
    }

    // idiom: pasted
    pub fn pasted(&self, tenant: &str) -> Result<(), StoreError> {
        let mut conn = self.pool.get()?;
        conn.transaction::<_, StoreError, _>(|conn| {
            conn.batch_execute(&format!("SET LOCAL app.tenant_id = '{}'", tenant))?;
            Ok(())
        })
    }

    // idiom: added
    pub fn added(&self, tenant: &str) -> Result<(), StoreError> {
        let mut conn = self.pool.get()?;
        conn.transaction(|conn| {
            let sql = String::from("SET LOCAL app.tenant_id = '") + tenant + "'";
            sql_query(sql).execute(conn)?;
            Ok(())
        })
    }

    // idiom: a number
    pub fn typed(&self, tenant: i32) -> Result<(), StoreError> {
        let mut conn = self.pool.get()?;
        conn.transaction(|conn| {
            sql_query(format!("SET LOCAL app.tenant_id = '{tenant}'")).execute(conn)?;
            Ok(())
        })
    }

    // idiom: quoted
    pub fn quoted(&self, tenant: &str) -> Result<(), StoreError> {
        let quoted = tenant.replace("'", "''");
        let mut conn = self.pool.get()?;
        conn.transaction(|conn| {
            sql_query(format!("SET LOCAL app.tenant_id = '{quoted}'")).execute(conn)?;
            Ok(())
        })
    }

    // idiom: a parameter in SET
    pub fn bound_in_set(&self, tenant: &str) -> Result<(), StoreError> {
        let mut conn = self.pool.get()?;
        conn.transaction(|conn| {
            sql_query("SET LOCAL app.tenant_id = $1")
                .bind::<Text, _>(tenant)
                .execute(conn)?;
            Ok(())
        })
    }

    // idiom: constant of another file
    pub fn constant_elsewhere(&self, tenant: &str) -> Result<(), StoreError> {
        let mut conn = self.pool.get()?;
        sql_query(SET_TENANT).bind::<Text, _>(tenant).execute(&mut conn)?;
        Ok(())
    }

    // idiom: wrapper of another file
    pub fn wrapped(&self, tenant: &str) -> Result<i64, StoreError> {
        let mut conn = self.pool.get()?;
        with_tenant(&mut conn, tenant, |conn| docs::table.count().get_result(conn))
    }

    // idiom: loop over constants
    pub fn looped(&self, tenant: &str) -> Result<(), StoreError> {
        let mut conn = self.pool.get()?;
        for name in ["app.tenant_id", "app.user_id"] {
            sql_query(format!("SELECT set_config('{name}', $1, false)"))
                .bind::<Text, _>(tenant)
                .execute(&mut conn)?;
        }
        Ok(())
    }

    // idiom: transaction by callback
    pub fn by_callback(&self, tenant: &str) -> Result<i64, StoreError> {
        let mut conn = self.pool.get()?;
        conn.build_transaction().read_only().run(|conn| {
            sql_query("SELECT set_config('app.tenant_id', $1, true)")
                .bind::<Text, _>(tenant)
                .execute(conn)?;
            Ok(docs::table.count().get_result(conn)?)
        })
    }

    // idiom: wrapper of an injected service
    pub fn injected(&self, tenant: &str) -> Result<i64, StoreError> {
        self.tenants.run(tenant, |conn| docs::table.count().get_result(conn))
    }

    // idiom: role without reset
    pub fn act(&self) -> Result<(), StoreError> {
        let mut conn = self.pool.get()?;
        sql_query("SET ROLE app_user").execute(&mut conn)?;
        Ok(())
    }

    // idiom: several lines
    pub fn several_lines(&self, tenant: &str, user: &str) -> Result<(), StoreError> {
        let mut conn = self.pool.get()?;
        sql_query(
            "SELECT set_config('app.tenant_id', $1, false),
                    set_config('app.user_id', $2, false)",
        )
        .bind::<Text, _>(tenant)
        .bind::<Text, _>(user)
        .execute(&mut conn)?;
        Ok(())
    }

    // idiom: built step by step
    pub fn built(&self, tenant: &str) -> Result<(), StoreError> {
        let sql = ["SET LOCAL app.tenant_id = '", tenant, "'"].concat();
        let mut conn = self.pool.get()?;
        conn.transaction(|conn| {
            conn.batch_execute(&sql)?;
            Ok(())
        })
    }

    // idiom: formatted
    pub fn formatted(&self, tenant: &str) -> Result<(), StoreError> {
        let mut conn = self.pool.get()?;
        conn.transaction(|conn| {
            let sql = format!("SET LOCAL app.tenant_id = '{value}'", value = tenant);
            sql_query(&sql).execute(conn)?;
            Ok(())
        })
    }

    // idiom: helper in the transaction of its caller
    pub fn helped(&self, tenant: &str) -> Result<(), StoreError> {
        let mut conn = self.pool.get()?;
        conn.transaction(|conn| {
            set_tenant(conn, tenant)?;
            diesel::update(docs::table).set(docs::owner.eq(1)).execute(conn)?;
            Ok(())
        })
    }

    // idiom: early return
    pub fn early(&self, tenant: Option<&str>) -> Result<i64, StoreError> {
        let mut conn = self.pool.get()?;
        conn.transaction(|conn| {
            let Some(tenant) = tenant else {
                return Err(StoreError::NoTenant);
            };
            sql_query("SELECT set_config('app.tenant_id', $1, true)")
                .bind::<Text, _>(tenant)
                .execute(conn)?;
            Ok(docs::table.count().get_result(conn)?)
        })
    }
}

#[derive(Debug)]
struct Region;

impl CustomizeConnection<PgConnection, diesel::r2d2::Error> for Region {
    // idiom: connect hook that sets
    fn on_acquire(&self, conn: &mut PgConnection) -> Result<(), diesel::r2d2::Error> {
        conn.batch_execute("SET app.region = 'eu'").map_err(diesel::r2d2::Error::QueryError)
    }
}

pub struct TenantGuard {
    pool: DbPool,
}

impl TenantGuard {
    // idiom: middleware
    pub fn enter(&self, request: &Request) -> Result<(), StoreError> {
        let mut conn = self.pool.get()?;
        sql_query("SELECT set_config('app.tenant_id', $1, false)")
            .bind::<Text, _>(request.tenant())
            .execute(&mut conn)?;
        request.extensions_mut().insert(conn);
        Ok(())
    }
}
