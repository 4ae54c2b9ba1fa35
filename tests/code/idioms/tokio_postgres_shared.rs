use deadpool_postgres::{Client, GenericClient, Transaction};
use tokio_postgres::Error;

// idiom: constant of another file
pub const SET_TENANT: &str = "SELECT set_config('app.tenant_id', $1, false)";

// idiom: wrapper of another file
pub async fn begin<'a>(client: &'a mut Client, tenant: &str) -> Result<Transaction<'a>, Error> {
    let transaction = client.transaction().await?;
    transaction
        .execute("SELECT set_config('app.tenant_id', $1, true)", &[&tenant])
        .await?;
    Ok(transaction)
}

// idiom: helper in the transaction of its caller
pub async fn set_tenant<C: GenericClient>(client: &C, tenant: &str) -> Result<(), Error> {
    client
        .execute("SELECT set_config('app.tenant_id', $1, true)", &[&tenant])
        .await?;
    Ok(())
}

#[derive(Clone)]
pub struct TenantTransactions;

impl TenantTransactions {
    // idiom: wrapper of an injected service
    pub async fn begin<'a>(&self, client: &'a mut Client, tenant: &str) -> Result<Transaction<'a>, Error> {
        let transaction = client.build_transaction().read_only(false).start().await?;
        transaction
            .execute("SELECT set_config('app.tenant_id', $1, true)", &[&tenant])
            .await?;
        Ok(transaction)
    }
}
