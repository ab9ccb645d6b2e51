//! How are many connections kept open, and which one carries the next request?

use std::{
    net::SocketAddr,
    sync::atomic::{AtomicU64, Ordering},
    time::Duration,
};

use bytes::Bytes;
use http::{Request, header};
use http_body_util::{BodyExt, Full};
use hyper::client::conn::http1::{self, SendRequest};
use hyper_util::rt::TokioIo;
use tokio::{
    net::TcpStream,
    sync::{Mutex, mpsc},
};

use super::mix::Call;

/// The gateway gives up after 29 seconds, and so does every client soon after.
const PATIENCE: Duration = Duration::from_secs(30);

type Connection = SendRequest<Full<Bytes>>;

/// Open connections; the one that has rested longest is next, so that all of them are used.
pub(crate) struct Connections {
    address: SocketAddr,
    rested: Mutex<mpsc::UnboundedReceiver<Connection>>,
    back: mpsc::UnboundedSender<Connection>,
    reopened: AtomicU64,
}

/// Status and body.
pub(crate) type Answered = (u16, Bytes);

/// Why a request has no answer.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Lost {
    #[error("no connection: {0}")]
    Connect(#[from] std::io::Error),
    #[error("the connection broke: {0}")]
    Broken(#[from] hyper::Error),
    #[error("the request cannot be written: {0}")]
    Request(#[from] http::Error),
    #[error("no answer within {} seconds", PATIENCE.as_secs())]
    TimedOut,
}

impl Connections {
    pub(crate) async fn open(address: SocketAddr, count: usize) -> Result<Self, Lost> {
        let (back, rested) = mpsc::unbounded_channel();
        let connections =
            Self { address, rested: Mutex::new(rested), back, reopened: AtomicU64::new(0) };
        for _ in 0..count {
            connections.give_back(connect(address).await?);
        }
        Ok(connections)
    }

    /// Connections that had to be opened anew.
    pub(crate) fn reopened(&self) -> u64 {
        self.reopened.load(Ordering::Relaxed)
    }

    /// Waits for a connection where all are in use.
    pub(crate) async fn send(&self, call: &Call) -> Result<Answered, Lost> {
        let mut connection = self.take().await?;
        let answered =
            tokio::time::timeout(PATIENCE, ask(&mut connection, self.address, call)).await;
        match answered.map_err(|_| Lost::TimedOut).flatten() {
            Ok(answered) => {
                self.give_back(connection);
                Ok(answered)
            }
            Err(lost) => {
                self.reopened.fetch_add(1, Ordering::Relaxed);
                self.give_back(connect(self.address).await?);
                Err(lost)
            }
        }
    }

    async fn take(&self) -> Result<Connection, Lost> {
        match self.rested.lock().await.recv().await {
            Some(connection) if !connection.is_closed() => Ok(connection),
            _ => {
                self.reopened.fetch_add(1, Ordering::Relaxed);
                Ok(connect(self.address).await?)
            }
        }
    }

    fn give_back(&self, connection: Connection) {
        // both ends of the channel live as long as this does
        let _kept = self.back.send(connection);
    }
}

async fn connect(address: SocketAddr) -> Result<Connection, Lost> {
    let stream = TcpStream::connect(address).await?;
    stream.set_nodelay(true)?;
    let (connection, driver) = http1::handshake(TokioIo::new(stream)).await?;
    tokio::spawn(driver);
    Ok(connection)
}

async fn ask(
    connection: &mut Connection,
    address: SocketAddr,
    call: &Call,
) -> Result<Answered, Lost> {
    let mut request = Request::builder()
        .method(call.method)
        .uri(&call.path)
        .header(header::HOST, address.to_string())
        .header(header::ACCEPT, "application/json");
    for (name, value) in &call.headers {
        request = request.header(*name, value);
    }
    let request = request.body(Full::new(Bytes::from(call.body.clone())))?;
    connection.ready().await?;
    let answer = connection.send_request(request).await?;
    let status = answer.status().as_u16();
    Ok((status, answer.into_body().collect().await?.to_bytes()))
}
