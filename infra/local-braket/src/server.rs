//! How the process comes up and goes down.

use std::{
    io,
    net::SocketAddr,
    sync::{Arc, mpsc},
    thread::JoinHandle,
    time::Duration,
};

use axum::{
    Router,
    extract::{DefaultBodyLimit, Request},
    middleware,
    routing::{get, post, put},
    serve::ListenerExt,
};
use tokio::{net::TcpListener, runtime::Runtime, sync::oneshot};

use crate::{
    Options, admin,
    cloud::Outside,
    create::create_quantum_task,
    delivery, devices,
    fault::Fault,
    ledger::Ledger,
    lifecycle,
    reads::{cancel_quantum_task, get_device, get_quantum_task},
    request::SignedFor,
    search::{search_devices, search_quantum_tasks},
    world::World,
};

/// A program of a megabyte, escaped twice over.
const MAX_BODY: usize = 5 * 1024 * 1024;
/// For requests being answered, and again for simulations, which look up between gates.
const STOP_WAIT: Duration = Duration::from_secs(3);

/// Why the local Braket could not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    #[error("cannot listen on {address}: {cause}")]
    Listen { address: SocketAddr, cause: io::Error },
    #[error("cannot use the data folder: {0}")]
    Data(io::Error),
    #[error("a device document cannot be read: {0}")]
    Device(serde_json::Error),
    #[error("cannot start: {0}")]
    Thread(io::Error),
}

/// A running local Braket, on threads of its own. Dropping it stops it; unfinished tasks go on at the next start.
#[derive(Debug)]
pub struct Server {
    address: SocketAddr,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Server {
    /// Returns when it listens.
    pub fn start(options: Options) -> Result<Self, StartError> {
        let (started, starting) = mpsc::channel();
        let (stop, stopped) = oneshot::channel();
        let thread = std::thread::Builder::new()
            .name("local-braket".to_owned())
            .spawn(move || match Runtime::new() {
                Ok(runtime) => {
                    runtime.block_on(serve(options, &started, stopped));
                    runtime.shutdown_timeout(STOP_WAIT);
                }
                Err(error) => drop(started.send(Err(StartError::Thread(error)))),
            })
            .map_err(StartError::Thread)?;
        let gone = || StartError::Thread(io::Error::other("its thread ended"));
        let address = starting.recv().map_err(|_| gone())??;
        Ok(Self { address, stop: Some(stop), thread: Some(thread) })
    }

    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Ends it and waits for that.
    pub fn stop(self) {
        drop(self);
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        drop(self.stop.take());
        if let Some(thread) = self.thread.take() {
            // a panic in there was printed already
            drop(thread.join());
        }
    }
}

async fn serve(
    options: Options,
    started: &mpsc::Sender<Result<SocketAddr, StartError>>,
    stopped: oneshot::Receiver<()>,
) {
    let (world, listener, address) = match prepare(&options).await {
        Ok(ready) => ready,
        Err(error) => return drop(started.send(Err(error))),
    };
    lifecycle::resume(&world);
    let telling = tokio::spawn(delivery::tell(Arc::clone(&world)));
    drop(started.send(Ok(address)));
    let listener = listener.tap_io(|stream| drop(stream.set_nodelay(true)));
    let stopping = Arc::clone(&world);
    let (ending, ended) = oneshot::channel::<()>();
    let served = axum::serve(listener, router(world)).with_graceful_shutdown(async move {
        drop(stopped.await);
        stopping.stop();
        drop(ending);
    });
    let overdue = async {
        drop(ended.await);
        tokio::time::sleep(STOP_WAIT).await;
    };
    tokio::select! {
        served = served => if let Err(error) = served {
            eprintln!("local-braket: {error}");
        },
        () = overdue => (),
    }
    telling.abort();
}

async fn prepare(options: &Options) -> Result<(Arc<World>, TcpListener, SocketAddr), StartError> {
    let fleet = devices::fleet(options.memory_limit_bytes).map_err(StartError::Device)?;
    let ledger = Ledger::open(options.data.join("tasks")).map_err(StartError::Data)?;
    let refused = |cause| StartError::Listen { address: options.listen, cause };
    let listener = TcpListener::bind(options.listen).await.map_err(refused)?;
    let address = listener.local_addr().map_err(refused)?;
    let outside = Outside::connect(&options.cloud).await;
    Ok((Arc::new(World::new(options, fleet, ledger, outside)), listener, address))
}

fn router(world: Arc<World>) -> Router {
    Router::new()
        .route("/quantum-task", post(create_quantum_task))
        .route("/quantum-task/{arn}", get(get_quantum_task))
        .route("/quantum-task/{arn}/cancel", put(cancel_quantum_task))
        .route("/quantum-tasks", post(search_quantum_tasks))
        .route("/devices", post(search_devices))
        .route("/device/{arn}", get(get_device))
        .fallback(unknown)
        .method_not_allowed_fallback(unknown)
        .layer(middleware::from_fn_with_state(Arc::clone(&world), admin::interfere))
        .merge(admin::routes())
        .layer(DefaultBodyLimit::max(MAX_BODY))
        .with_state(world)
}

async fn unknown(_: SignedFor, request: Request) -> Fault {
    let path: String = request.uri().path().chars().take(200).collect();
    Fault::new(404, "UnknownOperationException", format!("There is no {} {path}", request.method()))
}
