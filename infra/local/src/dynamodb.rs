//! Where do the table's items live?

use std::path::Path;
use std::time::Duration;

use dynoxide::Database;
use dynoxide::server::serve_with_shutdown;
use tokio::net::TcpListener;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

use crate::StartError;

const EXPIRY_SWEEP: Duration = Duration::from_secs(60);
const STOP: Duration = Duration::from_secs(5);

/// DynamoDB, embedded: one SQLite file that survives `kill -9`.
pub(crate) struct DynamoDb {
    stop: oneshot::Sender<()>,
    server: JoinHandle<()>,
    sweeper: JoinHandle<()>,
}

impl DynamoDb {
    pub(crate) async fn start(state: &Path, port: u16) -> Result<Self, StartError> {
        let file = state.join("table.sqlite");
        let database = Database::new(&file.to_string_lossy())
            .map_err(|error| StartError::Database(error.to_string()))?;
        let listener = TcpListener::bind(("127.0.0.1", port)).await?;
        let (stop, stopping) = oneshot::channel::<()>();
        let sweeper = tokio::spawn(sweep(database.clone()));
        let server = tokio::spawn(async move {
            let until = async {
                let _word = stopping.await;
            };
            if let Err(error) = serve_with_shutdown(listener, database, until).await {
                eprintln!("the table's server ended: {error}");
            }
        });
        Ok(Self { stop, server, sweeper })
    }

    pub(crate) async fn stop(self) {
        self.sweeper.abort();
        drop(self.stop);
        // a client may hold a connection open for ever; what was written is on disk already
        let _ended = tokio::time::timeout(STOP, self.server).await;
    }
}

/// Items past their `expires_at` disappear within about a minute.
async fn sweep(database: Database) {
    loop {
        tokio::time::sleep(EXPIRY_SWEEP).await;
        let database = database.clone();
        if let Ok(Err(error)) = tokio::task::spawn_blocking(move || database.sweep_ttl()).await {
            eprintln!("expired items could not be removed: {error}");
        }
    }
}
