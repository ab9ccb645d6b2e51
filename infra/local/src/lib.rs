//! What is the local cloud made of, and how does a program start and stop one?
//!
//! Real function binaries behind real gateways, with no AWS account: ministack as a child process, DynamoDB embedded, the
//! local Braket as a process of its own, the template deployed, and one front address.

mod braket;
mod child;
mod compile;
mod deploy;
mod dynamodb;
mod front;
mod http;
mod mailbox;
mod ministack;
mod ports;
mod prerequisites;
mod progress;
mod python;
mod reference_page;
mod running;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::thread::JoinHandle;

use serde::Deserialize;
use tokio::sync::{mpsc, oneshot};

/// Root credentials of the stand-ins; they open nothing else.
pub const ACCESS_KEY: &str = "test";
/// Goes with [`ACCESS_KEY`].
pub const SECRET_KEY: &str = "test";
/// Where the stand-ins say they are.
pub const REGION: &str = "us-east-1";
/// Whose they say they are.
pub const ACCOUNT: &str = "000000000000";

/// How much of the cloud is started.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Extent {
    /// Table, buckets, queues, user pool, plans, mail and the local Braket, made from the template. Nothing consumes the
    /// queues and nothing is scheduled; no front. For tests that run functions in their own process.
    Services,
    /// All of that, the functions working as they do when deployed, and the front.
    Deployed,
}

/// What to start and where its data lives.
#[derive(Debug, Clone)]
pub struct Options {
    pub extent: Extent,
    /// The checkout: holds `template.yaml`, and `.local/venv` once it was made.
    pub root: PathBuf,
    /// Folder of this stack's data and logs. Two stacks need two.
    pub state: PathBuf,
    /// Folder of the binaries cargo built.
    pub binaries: PathBuf,
    /// Port of the front; any free one when `None`.
    pub front_port: Option<u16>,
    /// Runs `cargo build` first.
    pub build: bool,
    /// Template parameters other than those of [`Options::in_checkout`].
    pub parameters: BTreeMap<String, String>,
    /// Prints each step to standard error.
    pub progress: bool,
}

impl Options {
    /// Data in `.local/`, a free front port, no build, silent, and the parameters a developer's machine wants: short
    /// leases and looks, so that what was killed is picked up within a minute or two.
    #[must_use]
    pub fn in_checkout(extent: Extent) -> Self {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
        let root = root.canonicalize().unwrap_or(root);
        let target = std::env::var_os("CARGO_TARGET_DIR")
            .map_or_else(|| root.join("target"), |path| root.join(path));
        let parameters = [
            ("MailFrom", "hub@quantum-hub.example"),
            ("BraketEventSources", "aws.braket,local.braket"),
            ("LeaseSeconds", "30"),
            ("TaskLookSeconds", "5"),
            ("TaskSearchGraceSeconds", "20"),
        ];
        Self {
            extent,
            state: root.join(".local"),
            binaries: target.join("debug"),
            root,
            front_port: None,
            build: false,
            parameters: parameters.map(|(name, value)| (name.to_owned(), value.to_owned())).into(),
            progress: false,
        }
    }
}

/// Where everything answers. All on the loopback interface.
#[derive(Debug, Clone)]
pub struct Addresses {
    /// `http://127.0.0.1:8080`: `/v1`, `/client/v1`, `/`, `/mail`, `/mail.json`, `/openapi.json`, `/health`. Nothing
    /// listens here with [`Extent::Services`].
    pub front: String,
    /// `AWS_ENDPOINT_URL` of every service but the two below.
    pub services: String,
    /// `AWS_ENDPOINT_URL_DYNAMODB`.
    pub dynamodb: String,
    /// `AWS_ENDPOINT_URL_BRAKET`.
    pub braket: String,
    /// Every mail sent so far, as ministack lists them.
    pub mails: String,
}

/// What CloudFormation made of the template.
#[derive(Debug, Clone, Deserialize)]
pub struct Stack {
    /// False when the stack was already as the template says.
    pub changed: bool,
    /// Functions of the template that have no binary; calls to them fail.
    pub not_built: Vec<String>,
    /// Why there may be no devices yet.
    pub hardware_refused: Option<String>,
    pub outputs: BTreeMap<String, String>,
    /// Physical id by logical id.
    pub resources: BTreeMap<String, String>,
    /// Environment variables of each function, by its logical id.
    pub environments: BTreeMap<String, BTreeMap<String, String>>,
}

/// Why there is no local cloud; one sentence for the person who asked for it.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    #[error("PORT={0} is not a port number; use one from 1 to 65535")]
    Port(String),
    #[error("port {port} is taken ({purpose}); end what uses it, or {way_out}")]
    PortTaken { port: u16, purpose: &'static str, way_out: &'static str },
    #[error(
        "another local cloud uses {0}; stop it, or start this one with another STATE_DIR and PORT"
    )]
    StateInUse(PathBuf),
    #[error("{0}")]
    Missing(String),
    #[error("the build failed; what the compiler says is above")]
    Build,
    #[error("the Python packages could not be installed: {0}")]
    Packages(String),
    #[error("{what} did not start; its log is {log}", log = log.display())]
    Child { what: &'static str, log: PathBuf },
    #[error("the table's database cannot be opened: {0}")]
    Database(String),
    #[error("the deployment failed: {0}")]
    Deploy(String),
    #[error("{0}")]
    Ended(String),
    #[error(transparent)]
    Io(#[from] std::io::Error),
}

/// The Python that has the packages of the local cloud, SAM's translator among them; they are installed first where
/// they are not yet. `root` is the checkout.
///
/// # Errors
/// There is no Python, or a package cannot be installed.
pub async fn python(root: &Path) -> Result<PathBuf, StartError> {
    let venv = python::Venv::at(&root.join(".local/venv"));
    if !venv.is_ready() {
        venv.install(&prerequisites::find_python().await?).await?;
    }
    Ok(venv.python())
}

/// A running local cloud. It ends when stopped or dropped, and also when the process that holds it dies.
#[derive(Debug)]
pub struct Cloud {
    addresses: Addresses,
    stack: Stack,
    failure: mpsc::Receiver<String>,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Cloud {
    /// Brings everything up and returns when it answers. Blocks; works inside an async runtime and outside one, because the
    /// cloud lives in a runtime and thread of its own.
    ///
    /// # Errors
    /// Says in one sentence what is missing or what failed; nothing is left running.
    pub fn start(options: Options) -> Result<Self, StartError> {
        let (started, start) = std::sync::mpsc::channel();
        let (stop, stopping) = oneshot::channel();
        let (failing, failure) = mpsc::channel(1);
        let thread =
            std::thread::Builder::new().name("local-cloud".to_owned()).spawn(move || {
                let runtime = tokio::runtime::Builder::new_multi_thread()
                    .worker_threads(4)
                    .enable_all()
                    .build();
                let live = async {
                    match running::bring_up(&options, failing).await {
                        Ok((running, addresses, stack)) => {
                            if started.send(Ok((addresses, stack))).is_ok() {
                                // a dropped sender means the same as a sent word
                                let _word = stopping.await;
                            }
                            running.stop().await;
                        }
                        Err(error) => drop(started.send(Err(error))),
                    }
                };
                match runtime {
                    Ok(runtime) => runtime.block_on(live),
                    Err(error) => drop(started.send(Err(error.into()))),
                }
            })?;
        let (addresses, stack) = start.recv().map_err(|_| {
            StartError::Ended("the local cloud ended while it started".to_owned())
        })??;
        Ok(Self { addresses, stack, failure, stop: Some(stop), thread: Some(thread) })
    }

    #[must_use]
    pub const fn addresses(&self) -> &Addresses {
        &self.addresses
    }

    #[must_use]
    pub const fn stack(&self) -> &Stack {
        &self.stack
    }

    /// What a process needs in its environment to talk to this cloud through the AWS SDKs.
    #[must_use]
    pub fn environment(&self) -> BTreeMap<String, String> {
        [
            ("AWS_ENDPOINT_URL", self.addresses.services.as_str()),
            ("AWS_ENDPOINT_URL_DYNAMODB", &self.addresses.dynamodb),
            ("AWS_ENDPOINT_URL_BRAKET", &self.addresses.braket),
            ("AWS_ACCESS_KEY_ID", ACCESS_KEY),
            ("AWS_SECRET_ACCESS_KEY", SECRET_KEY),
            ("AWS_REGION", REGION),
        ]
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .into()
    }

    /// Returns, with the reason, when a part has died that cannot come back; else never.
    pub async fn ended(&mut self) -> String {
        match self.failure.recv().await {
            Some(reason) => reason,
            None => std::future::pending().await,
        }
    }

    /// Stops every process, lets each save its data, and returns when all is down.
    pub fn stop(self) {
        drop(self);
    }
}

impl Drop for Cloud {
    fn drop(&mut self) {
        drop(self.stop.take());
        if let Some(thread) = self.thread.take() {
            // a panic there was already printed, and everything it held is gone
            let _ended = thread.join();
        }
    }
}
