//! What stands where AWS would, and what is it asked for?
//!
//! The table is an embedded DynamoDB in this process; everything else is handed on to the local cloud. Each call is
//! recorded and, where asked, held back for a fixed time.

mod record;
mod server;
mod table;
mod tls;

use std::{
    fmt, io,
    net::SocketAddr,
    sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock},
    time::Duration,
};

use dynoxide::Database;
use tokio::{net::TcpListener, task::JoinHandle};

pub use record::{Call, Units, busy, depth};
pub use tls::Tls;

/// Where calls go that the table does not answer.
#[derive(Clone, Debug)]
pub struct Backend {
    pub services: String,
    pub braket: String,
}

/// What is done with each call besides answering it.
#[derive(Clone, Copy, Debug, Default)]
pub struct Handling {
    /// Held back for this long.
    pub latency: Duration,
    /// Asks the table what each call cost.
    pub units: bool,
}

/// The stand-in, listening on the loopback interface until dropped.
#[derive(Debug)]
pub struct Aws {
    address: SocketAddr,
    scheme: &'static str,
    desk: Arc<Desk>,
    server: JoinHandle<()>,
}

/// What connections share.
struct Desk {
    backend: Backend,
    database: RwLock<Database>,
    handling: RwLock<Handling>,
    calls: Mutex<Vec<Call>>,
}

impl Aws {
    /// # Errors
    /// Where nothing can listen.
    pub async fn start(database: Database, backend: Backend) -> io::Result<Self> {
        let desk = Arc::new(Desk {
            backend,
            database: RwLock::new(database),
            handling: RwLock::default(),
            calls: Mutex::default(),
        });
        let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
        let address = listener.local_addr()?;
        let server = tokio::spawn(server::serve(listener, Arc::clone(&desk)));
        Ok(Self { address, scheme: "http", desk, server })
    }

    /// The same stand-in once more, over TLS.
    ///
    /// # Errors
    /// Where nothing can listen.
    pub async fn over_tls(&self, tls: &Tls) -> io::Result<Self> {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
        let address = listener.local_addr()?;
        let desk = Arc::clone(&self.desk);
        let server = tokio::spawn(server::serve_tls(tls.listener(listener), Arc::clone(&desk)));
        Ok(Self { address, scheme: "https", desk, server })
    }

    /// `AWS_ENDPOINT_URL` of every service.
    #[must_use]
    pub fn url(&self) -> String {
        format!("{}://{}", self.scheme, self.address)
    }

    /// From now on calls reach this table.
    pub fn use_table(&self, database: Database) {
        *self.desk.database.write().unwrap_or_else(PoisonError::into_inner) = database;
    }

    pub fn handle(&self, handling: Handling) {
        *self.desk.handling.write().unwrap_or_else(PoisonError::into_inner) = handling;
    }

    /// The calls since this was asked last.
    #[must_use]
    pub fn take_calls(&self) -> Vec<Call> {
        std::mem::take(&mut *self.desk.calls())
    }
}

impl Drop for Aws {
    fn drop(&mut self) {
        self.server.abort();
    }
}

impl fmt::Debug for Desk {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Desk").field("backend", &self.backend).finish_non_exhaustive()
    }
}

impl Desk {
    fn calls(&self) -> MutexGuard<'_, Vec<Call>> {
        self.calls.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn database(&self) -> Database {
        self.database.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn handling(&self) -> Handling {
        *self.handling.read().unwrap_or_else(PoisonError::into_inner)
    }
}
