//! Stands in for wasmCloud's provider of PostgreSQL databases, which is no crate: the same interface and configuration,
//! as far as triggers and manifests of PELATO use them.

use std::collections::HashMap;
use std::sync::Arc;

use anyhow::Context as _;
use bindings::exports::wasmcloud::postgres::query;
use bindings::wasmcloud::postgres::types::{PgValue, QueryError, ResultRowEntry};
use tokio::sync::RwLock;
use tokio_postgres::{Client, Config, NoTls};
use wasmcloud_provider_sdk::{
    Context, LinkConfig, Provider, get_connection, run_provider, serve_provider_exports,
};

mod bindings {
    wit_bindgen_wrpc::generate!({
        world: "postgres",
        path: "wit",
        with: {
            "wasmcloud:postgres/types@0.1.1-draft": generate,
            "wasmcloud:postgres/query@0.1.1-draft": generate,
        },
    });
}

/// The connections, by component.
#[derive(Clone, Default)]
struct Databases {
    clients: Arc<RwLock<HashMap<String, Arc<Client>>>>,
}

impl Provider for Databases {
    async fn receive_link_config_as_target(&self, link: LinkConfig<'_>) -> anyhow::Result<()> {
        let text = |key: &str| link.config.get(key).with_context(|| format!("no {key}"));
        let mut config = Config::new();
        config.host(text("POSTGRES_HOST")?).port(text("POSTGRES_PORT")?.parse()?);
        config
            .dbname(text("POSTGRES_DATABASE")?)
            .user(text("POSTGRES_USERNAME")?)
            .password(text("POSTGRES_PASSWORD")?);
        let (client, connection) = config.connect(NoTls).await?;
        tokio::spawn(connection);
        self.clients.write().await.insert(link.source_id.to_owned(), Arc::new(client));
        Ok(())
    }
}

impl query::Handler<Option<Context>> for Databases {
    async fn query(
        &self,
        context: Option<Context>,
        query: String,
        params: Vec<PgValue>,
    ) -> anyhow::Result<Result<Vec<Vec<ResultRowEntry>>, QueryError>> {
        let component = context.and_then(|context| context.component).unwrap_or_default();
        let client = self.clients.read().await.get(&component).cloned();
        let Some(client) = client else { return Ok(Err(QueryError::Unexpected("no link".to_owned()))) };
        let [PgValue::Text(text)] = &params[..] else {
            return Ok(Err(QueryError::InvalidParams(format!("one text is wanted: {params:?}"))));
        };
        let done = client.execute(&query, &[text]).await;
        Ok(done.map(|_| Vec::new()).map_err(|cause| QueryError::Unexpected(format!("{cause:?}"))))
    }

    async fn query_batch(&self, _: Option<Context>, _: String) -> anyhow::Result<Result<(), QueryError>> {
        Ok(Err(QueryError::InvalidQuery("no trigger does that".to_owned())))
    }
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let databases = Databases::default();
    let shutdown = run_provider(databases.clone(), "stand-in-sqldb-postgres").await?;
    let connection = get_connection();
    let client = connection.get_wrpc_client(connection.provider_key()).await?;
    serve_provider_exports(&client, databases, shutdown, bindings::serve).await
}
