//! What does a function cost to start and to call?

use std::{fs, time::Duration};

use bytes::Bytes;

use crate::{
    Failure,
    aws::busy,
    functions::{AUTHORIZER, FUNCTIONS, Function, serving},
    hub::{Ask, Hub},
    load::event::{Door, answer, authorization},
    process::Memory,
    routes::{Route, ask, routes},
    runtime_api::{Environment, Launch},
    scene::Scene,
    stats::{median, percentile},
};

/// Starts of each function; the median counts.
const STARTS: usize = 15;
/// Starts over TLS, each with one call.
const TLS_STARTS: usize = 5;
/// Calls of one environment before those that count.
const WARM_UP: usize = 200;
const CALLS: usize = 2_000;

/// A function at rest and at work.
#[derive(Debug)]
pub struct Measured {
    pub name: &'static str,
    /// Clients of AWS services it holds.
    pub clients: usize,
    pub init_cpu: Duration,
    pub init: Duration,
    pub first: Duration,
    /// What it was asked.
    pub asked: String,
    pub warm: Warm,
    pub memory: Memory,
    pub bytes: u64,
    pub tls: Option<OverTls>,
}

/// Many calls of one environment.
#[derive(Clone, Copy, Debug)]
pub struct Warm {
    /// Without the time in which the stand-in had a call in hand.
    pub p50: Duration,
    pub p99: Duration,
    pub cpu: Duration,
    /// The stand-in's share of the median call.
    pub aws: Duration,
    /// The median call of the bare function, called in turns with it: both meet the same machine.
    pub bare: Duration,
}

/// The function the others are measured against, in an environment of its own.
pub struct Bare {
    launch: Launch,
    event: Bytes,
    environment: Environment,
}

/// Where AWS is reached over TLS: processor time of the start, and of the first call.
#[derive(Clone, Copy, Debug)]
pub struct OverTls {
    pub init_cpu: Duration,
    pub first_cpu: Duration,
    pub first: Duration,
}

impl Bare {
    pub async fn start(hub: &Hub) -> Result<Self, Failure> {
        let launch = hub.launch_bare()?;
        let event = Ask::new(&Door::Public, "GET", "/health").event()?;
        let environment = Environment::start(&launch).await?;
        Ok(Self { launch, event, environment })
    }

    /// What it costs itself.
    pub async fn measured(&self, hub: &Hub) -> Result<Measured, Failure> {
        let (init_cpu, init, first) = starts(&self.launch, &self.event).await?;
        let environment = Environment::start(&self.launch).await?;
        let warm = calls(hub, self, &environment, || Ok(self.event.clone())).await?;
        Ok(Measured {
            name: "bare",
            clients: 0,
            init_cpu,
            init,
            first,
            asked: "a greeting".to_owned(),
            warm,
            memory: environment.memory()?,
            bytes: fs::metadata(&self.launch.binary)?.len(),
            tls: None,
        })
    }

    async fn call(&self) -> Result<Duration, Failure> {
        Ok(self.environment.invoke(self.event.clone()).await?.elapsed)
    }
}

/// Those measured by default, or all of them.
pub async fn functions(
    hub: &Hub,
    bare: &Bare,
    scene: &Scene,
    all: bool,
) -> Result<Vec<Measured>, Failure> {
    let mut measured = Vec::new();
    for function in FUNCTIONS.iter().filter(|function| all || function.by_default) {
        measured.push(measure(hub, bare, scene, function).await?);
    }
    Ok(measured)
}

async fn measure(
    hub: &Hub,
    bare: &Bare,
    scene: &Scene,
    function: &'static Function,
) -> Result<Measured, Failure> {
    let launch = hub.launch(function)?;
    let (asked, event) = event(scene, function)?;
    let (init_cpu, init, first) = starts(&launch, &event).await?;
    let environment = Environment::start(&launch).await?;
    let warm = calls(hub, bare, &environment, || Ok(event.clone())).await?;
    let tls = match function.clients.is_empty() {
        true => None,
        false => {
            let reaching = match function.operation {
                Some(_) => event,
                None => sample(function)?.into(),
            };
            Some(over_tls(&hub.launch_over_tls(function)?, &reaching).await?)
        }
    };
    Ok(Measured {
        name: function.name,
        clients: function.clients.len(),
        init_cpu,
        init,
        first,
        asked,
        warm,
        memory: environment.memory()?,
        bytes: fs::metadata(&launch.binary)?.len(),
        tls,
    })
}

/// A route of a function at work, over stand-ins whose time is taken off.
pub async fn route(hub: &Hub, bare: &Bare, scene: &Scene, route: &Route) -> Result<Warm, Failure> {
    let function = serving(&route.path).ok_or("no function serves it")?;
    let environment = Environment::start(&hub.launch(function)?).await?;
    let granted = environment.invoke(ask(scene, route)?.event()?).await?;
    let status = answer(&granted.payload).map(|answer| answer.status().is_success());
    if status != Some(true) {
        return Err(format!("{} is not granted when it is measured", route.operation).into());
    }
    calls(hub, bare, &environment, || ask(scene, route)?.event()).await
}

/// What a function is asked over and over. An empty batch is nothing to do, a schedule always has something.
fn event(scene: &Scene, function: &Function) -> Result<(String, Bytes), Failure> {
    let Some(operation) = function.operation else {
        return Ok(match function.name {
            "close-bills" | "reconcile-jobs" | "refresh-hardware" | "renew-subscriptions" => {
                ("the schedule's event".to_owned(), sample(function)?.into())
            }
            AUTHORIZER => {
                // what has no key of ours is refused without a look
                let event = authorization("qhk_mistyped", "GET", "/jobs");
                ("a mistyped key".to_owned(), event.to_string().into())
            }
            _ => ("an empty batch".to_owned(), Bytes::from_static(b"{\"Records\":[]}")),
        });
    };
    let routes = routes()?;
    let route = routes.iter().find(|route| route.operation == operation);
    let route = route.ok_or_else(|| format!("there is no operation {operation}"))?;
    Ok((format!("{} {}", route.method, route.path), ask(scene, route)?.event()?))
}

/// Of a job or an upload that nobody knows.
fn sample(function: &Function) -> Result<&'static str, Failure> {
    Ok(match function.name {
        AUTHORIZER => include_str!("../../../events/authorize-key.json"),
        "inspect-package" => include_str!("../../../events/inspect-package.json"),
        "process-avatar" => include_str!("../../../events/process-avatar.json"),
        "close-bills" => include_str!("../../../events/close-bills.json"),
        "renew-subscriptions" => include_str!("../../../events/renew-subscriptions.json"),
        "reconcile-jobs" => include_str!("../../../events/reconcile-jobs.json"),
        "record-dead-letter" => include_str!("../../../events/record-dead-letter.job.json"),
        "refresh-hardware" => include_str!("../../../events/refresh-hardware.json"),
        "run-simulation" => include_str!("../../../events/run-simulation.json"),
        "settle-job" => include_str!("../../../events/settle-job.look-again.json"),
        "submit-quantum-task" => include_str!("../../../events/submit-quantum-task.json"),
        other => return Err(format!("there is no sample event of {other}").into()),
    })
}

/// Medians of the processor time and time of a start, and of the time of the first call.
async fn starts(launch: &Launch, event: &Bytes) -> Result<(Duration, Duration, Duration), Failure> {
    let (mut cpu, mut elapsed, mut first) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..STARTS {
        let environment = Environment::start(launch).await?;
        cpu.push(environment.init().cpu);
        elapsed.push(environment.init().elapsed);
        first.push(environment.invoke(event.clone()).await?.elapsed);
    }
    Ok((median(&cpu), median(&elapsed), median(&first)))
}

async fn calls(
    hub: &Hub,
    bare: &Bare,
    environment: &Environment,
    event: impl Fn() -> Result<Bytes, Failure>,
) -> Result<Warm, Failure> {
    for _ in 0..WARM_UP {
        environment.invoke(event()?).await?;
    }
    let (mut own, mut stand_in) = (Vec::with_capacity(CALLS), Vec::with_capacity(CALLS));
    let mut beside = Vec::with_capacity(CALLS);
    let before = environment.cpu()?;
    for _ in 0..CALLS {
        beside.push(bare.call().await?);
        let event = event()?;
        drop(hub.aws().take_calls());
        let answer = environment.invoke(event).await?;
        let waited = busy(&hub.aws().take_calls());
        own.push(answer.elapsed.saturating_sub(waited));
        stand_in.push(waited);
    }
    let cpu = (environment.cpu()? - before) / u32::try_from(CALLS)?;
    Ok(Warm {
        p50: median(&own),
        p99: percentile(&own, 99),
        cpu,
        aws: median(&stand_in),
        bare: median(&beside),
    })
}

async fn over_tls(launch: &Launch, event: &Bytes) -> Result<OverTls, Failure> {
    let (mut init, mut first_cpu, mut first) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..TLS_STARTS {
        let environment = Environment::start(launch).await?;
        init.push(environment.init().cpu);
        let answer = environment.invoke(event.clone()).await?;
        first_cpu.push(environment.cpu()?.saturating_sub(environment.init().cpu));
        first.push(answer.elapsed);
    }
    Ok(OverTls { init_cpu: median(&init), first_cpu: median(&first_cpu), first: median(&first) })
}
