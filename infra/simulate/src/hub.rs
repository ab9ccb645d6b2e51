//! The functions of the job path as they are deployed, over simulated services.

use std::{sync::Arc, time::Duration};

use api::{Audience, Context};
use aws_config::{
    BehaviorVersion, Region, SdkConfig, identity::IdentityCache, retry::RetryConfig,
    timeout::TimeoutConfig,
};
use aws_credential_types::{Credentials, provider::SharedCredentialsProvider};
use aws_smithy_async::{rt::sleep::SharedAsyncSleep, time::SharedTimeSource};
use axum::Router;
use braket::Braket;
use clock::Clock;
use domain::rate_limit::{Limit, Limits};
use files::{Packages, Results};
use secrets::HashKey;
use serde_json::Value;
use store::Table;
use worker::{BatchAnswer, JobQueues, process};

use crate::{network::Network, table, world::World};

// As the template has them by default.
pub(crate) const LEASE: Duration = Duration::from_secs(90);
const SEARCH_GRACE: Duration = Duration::from_secs(300);
const LOOK_EVERY: Duration = Duration::from_secs(60);
pub(crate) const REQUEST_LIMIT: Duration = Duration::from_secs(29);
pub(crate) const SWEEP_LIMIT: Duration = Duration::from_secs(55);
pub(crate) const SWEEP_EVERY: Duration = Duration::from_secs(60);

pub(crate) const PACKAGES: &str = "packages";
const RESULTS: &str = "amazon-braket-results";
const ADDRESS: &str = "http://aws.local";

/// Where a message of the job path goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Step {
    Simulation,
    QuantumTask,
    Settlement,
}

impl Step {
    pub(crate) const ALL: [Self; 3] = [Self::Simulation, Self::QuantumTask, Self::Settlement];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Simulation => "small",
            Self::QuantumTask => "quantum-task",
            Self::Settlement => "settlement",
        }
    }

    pub(crate) fn of_url(url: &str) -> Self {
        let name = url.rsplit('/').next().unwrap_or_default();
        let step = Self::ALL.into_iter().find(|step| step.name() == name);
        step.expect("programs here are small")
    }

    pub(crate) fn function(self) -> &'static str {
        match self {
            Self::Simulation => "run-simulation",
            Self::QuantumTask => "submit-quantum-task",
            Self::Settlement => "settle-job",
        }
    }

    /// Messages of one event.
    pub(crate) fn batch(self) -> usize {
        if self == Self::Simulation { 1 } else { 10 }
    }

    pub(crate) fn limit(self) -> Duration {
        Duration::from_secs(60)
    }

    pub(crate) fn visibility(self) -> Duration {
        self.limit() * 6
    }
}

pub(crate) struct Hub {
    pub context: Context,
    pub jobs: Router,
    simulation: run_simulation::App,
    quantum_task: submit_quantum_task::App,
    settlement: settle_job::App,
    sweeper: reconcile_jobs::App,
}

/// Nobody signs in here: keys are the only way in.
fn nobodys() -> Audience {
    Audience::new("us-east-1_simulated", "simulated")
}

impl Hub {
    pub(crate) fn new(world: &Arc<World>, key: &HashKey) -> Self {
        let aws = config(world);
        let clock = Clock::of(Arc::new(world.machine.clone()));
        let table = Table::new(&aws, table::NAME, clock);
        let unlimited = Limit::new(1_000_000, 1_000_000).expect("within bounds");
        let context = Context::new(table.clone(), key, nobodys(), Limits::all(unlimited));
        let queues = JobQueues::new(&aws, |name| format!("{ADDRESS}/queues/{name}"));
        let (packages, results) = (Packages::new(&aws, PACKAGES), Results::new(&aws, RESULTS));
        let braket = Braket::new(&aws);
        let jobs = jobs::App::new(context.clone(), queues.clone(), results.clone());
        Self {
            jobs: api::service(jobs::routes(), jobs),
            simulation: run_simulation::App::new(
                table.clone(),
                packages.clone(),
                results.clone(),
                LEASE,
            ),
            quantum_task: submit_quantum_task::App::new(
                table.clone(),
                packages,
                braket.clone(),
                RESULTS.to_owned(),
                LEASE,
                SEARCH_GRACE,
            ),
            settlement: settle_job::App::new(table.clone(), braket, results, LOOK_EVERY),
            sweeper: reconcile_jobs::App::new(table, queues, LEASE),
            context,
        }
    }

    /// Hands a batch to its function; answers the messages that it left.
    pub(crate) async fn work(&self, step: Step, event: Value) -> Vec<String> {
        let batch = serde_json::from_value(event).expect("an SQS event");
        left(&match step {
            Step::Simulation => process(&self.simulation, batch, run_simulation::handle).await,
            Step::QuantumTask => {
                process(&self.quantum_task, batch, submit_quantum_task::handle).await
            }
            Step::Settlement => process(&self.settlement, batch, settle_job::handle).await,
        })
    }

    pub(crate) async fn sweep(&self) {
        // A sweep that fails is followed by another one.
        drop(reconcile_jobs::handle(self.sweeper.clone()).await);
    }
}

fn left(answer: &BatchAnswer) -> Vec<String> {
    let answer = serde_json::to_value(answer).expect("JSON");
    let failures = answer["batchItemFailures"].as_array().into_iter().flatten();
    failures.filter_map(|one| Some(one["itemIdentifier"].as_str()?.to_owned())).collect()
}

/// As `environment::aws` makes it, with this world for a network, a clock and a bed.
fn config(world: &Arc<World>) -> SdkConfig {
    let credentials = Credentials::new("simulated", "simulated", None, None, "simulated");
    // Its own, because the SDK keeps one budget of retries a region and process.
    let region = Region::new(format!("world-{}", world.fate().seed()));
    SdkConfig::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(region)
        .credentials_provider(SharedCredentialsProvider::new(credentials))
        .identity_cache(IdentityCache::no_cache())
        .http_client(Network(world.clone()))
        .retry_config(RetryConfig::standard())
        .timeout_config(TimeoutConfig::builder().build())
        .sleep_impl(SharedAsyncSleep::new(world.machine.clone()))
        .time_source(SharedTimeSource::new(world.machine.clone()))
        .endpoint_url(ADDRESS)
        .build()
}
