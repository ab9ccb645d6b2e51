//! In which order is everything started and stopped?

use std::fs::File;
use std::sync::Arc;

use tokio::sync::mpsc;

use crate::braket::LocalBraket;
use crate::dynamodb::DynamoDb;
use crate::front::Front;
use crate::mailbox::Mailbox;
use crate::ministack::Ministack;
use crate::ports::Ports;
use crate::progress::Progress;
use crate::python::Venv;
use crate::{Addresses, Extent, Options, Stack, StartError};
use crate::{child, compile, deploy, prerequisites};

/// What runs so far.
#[derive(Default)]
pub(crate) struct Running {
    front: Option<Front>,
    mailbox: Option<Arc<Mailbox>>,
    braket: Option<LocalBraket>,
    ministack: Option<Ministack>,
    dynamodb: Option<DynamoDb>,
    state_lock: Option<File>,
}

/// Starts everything, or nothing; `failing` hears of what dies later and cannot come back.
pub(crate) async fn bring_up(
    options: &Options,
    failing: mpsc::Sender<String>,
) -> Result<(Running, Addresses, Stack), StartError> {
    let mut running = Running::default();
    match running.start(options, failing).await {
        Ok((addresses, stack)) => Ok((running, addresses, stack)),
        Err(error) => {
            running.stop().await;
            Err(error)
        }
    }
}

impl Running {
    async fn start(
        &mut self,
        options: &Options,
        failing: mpsc::Sender<String>,
    ) -> Result<(Addresses, Stack), StartError> {
        let progress = Progress::start(options.progress);
        progress.step("checking what is needed");
        self.state_lock = Some(prerequisites::lock_state(&options.state)?);
        let ports = Ports::of(options)?;
        let venv = prepare(options, &progress).await?;

        progress.step("starting the table");
        self.dynamodb = Some(DynamoDb::start(&options.state, ports.dynamodb).await?);
        progress.step("starting ministack: gateways, functions, users, buckets, queues, mail");
        child::keep_last_logs(&options.state)?;
        self.ministack = Some(Ministack::start(&venv, options, &ports, failing).await?);
        progress.step("starting the local Braket");
        self.braket = Some(LocalBraket::start(&venv, options, &ports).await?);

        progress.step("deploying template.yaml");
        let stack = deploy::deploy(&venv, options, &ports).await?;
        tell(&stack, options.extent, &progress);

        let mailbox = Arc::new(Mailbox::open(&options.state, &ports.services_url()));
        self.mailbox = Some(Arc::clone(&mailbox));
        if options.extent == Extent::Deployed {
            self.front = Some(Front::start(options, &ports, &stack, mailbox).await?);
        }
        progress.step("ready");
        Ok((ports.addresses(), stack))
    }

    /// Callers first, then what they call; each saves what it holds.
    pub(crate) async fn stop(self) {
        if let Some(front) = self.front {
            front.stop().await;
        }
        if let Some(mailbox) = self.mailbox {
            mailbox.save().await;
        }
        if let Some(braket) = self.braket {
            braket.stop().await;
        }
        if let Some(ministack) = self.ministack {
            ministack.stop().await;
        }
        if let Some(dynamodb) = self.dynamodb {
            dynamodb.stop().await;
        }
        drop(self.state_lock);
    }
}

fn tell(stack: &Stack, extent: Extent, progress: &Progress) {
    if !stack.changed {
        progress.step("nothing had changed since the last deployment");
    }
    if extent == Extent::Deployed && !stack.not_built.is_empty() {
        progress.step(&format!(
            "WITHOUT a binary, so calls to them fail: {}",
            stack.not_built.join(", ")
        ));
    }
    if let Some(refused) = &stack.hardware_refused {
        progress
            .step(&format!("no devices yet, they are read again every five minutes: {refused}"));
    }
}

/// What takes long the first time and next to nothing later.
async fn prepare(options: &Options, progress: &Progress) -> Result<Venv, StartError> {
    let interpreter = prerequisites::find_python().await?;
    let venv = Venv::at(&options.root.join(".local/venv"));
    if !venv.is_ready() {
        progress.step("installing Python packages (once, under a minute)");
        venv.install(&interpreter).await?;
    }
    if options.build {
        progress.step("building the functions (minutes the first time)");
        compile::build_workspace(&options.root).await?;
    }
    Ok(venv)
}
