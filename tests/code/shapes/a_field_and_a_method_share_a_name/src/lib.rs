pub mod audit;

pub struct Db {
    pool: sqlx::PgPool,
}

impl Db {
    pub fn pool(&self) -> &sqlx::PgPool {
        &self.pool
    }
}
