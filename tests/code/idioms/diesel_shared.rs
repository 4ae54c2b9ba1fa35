use diesel::pg::PgConnection;
use diesel::prelude::*;
use diesel::r2d2::{ConnectionManager, Pool};
use diesel::sql_query;
use diesel::sql_types::Text;

// idiom: constant of another file
pub const SET_TENANT: &str = "SELECT set_config('app.tenant_id', $1, false)";

// idiom: wrapper of another file
pub fn with_tenant<T, F>(conn: &mut PgConnection, tenant: &str, work: F) -> QueryResult<T>
where
    F: FnOnce(&mut PgConnection) -> QueryResult<T>,
{
    conn.transaction(|conn| {
        sql_query("SELECT set_config('app.tenant_id', $1, true)")
            .bind::<Text, _>(tenant)
            .execute(conn)?;
        work(conn)
    })
}

// idiom: helper in the transaction of its caller
pub fn set_tenant(conn: &mut PgConnection, tenant: &str) -> QueryResult<usize> {
    sql_query("SELECT set_config('app.tenant_id', $1, true)")
        .bind::<Text, _>(tenant)
        .execute(conn)
}

pub struct TenantTransactions {
    pool: Pool<ConnectionManager<PgConnection>>,
}

impl TenantTransactions {
    // idiom: wrapper of an injected service
    pub fn run<T>(&self, tenant: &str, work: impl FnOnce(&mut PgConnection) -> QueryResult<T>) -> QueryResult<T> {
        let mut conn = self.pool.get().expect("a connection");
        conn.transaction(|conn| {
            sql_query("SELECT set_config('app.tenant_id', $1, true)")
                .bind::<Text, _>(tenant)
                .execute(conn)?;
            work(conn)
        })
    }
}
