//! What does each request, and each job, use of what AWS charges for?

use std::{collections::BTreeMap, fs, sync::Arc, time::Duration};

use bytes::Bytes;
use dynoxide::Database;
use http::Request;
use http_body_util::BodyExt;
use secrets::HashKey;
use serde_json::{Value, json};

use journey::random::Random;

use super::{
    deliveries::batch,
    doors::{Doors, route},
    memory::memory,
    mix::{Call, KINDS, Kind},
    pool::{Pool, Work},
    population::Population,
    rig::{pools, tokens, told},
    seed::{Places, Stores, config},
    stand_ins::Message,
};
use crate::{
    Failure,
    aws::{self, Handling},
    functions::{AUTHORIZER, function, serving},
    hub::Hub,
    price::{Assumed, Item, Usage, billed_millis},
};

const EXECUTOR: &str = "run-simulation";
const PEOPLE: usize = 10;
const WARM: usize = 3;
const TIMES: usize = 10;

/// The usage of each kind of request, in the order of [`KINDS`], and of executing one small simulation.
pub(crate) struct Metered {
    pub kinds: Vec<Usage>,
    pub execution: Usage,
}

/// A hub whose calls are counted; nothing else runs beside them.
struct Meter<'a> {
    hub: &'a Hub,
    pools: BTreeMap<&'static str, Arc<Pool>>,
    doors: Arc<Doors>,
    population: Population,
    assumed: Assumed,
}

/// Calls every kind of request some times, each alone.
pub(crate) async fn meter(hub: &Hub, assumed: Assumed) -> Result<Metered, Failure> {
    let meter = Meter::start(hub, assumed).await?;
    let mut random = Random::new(3);
    let mut kinds = Vec::with_capacity(KINDS.len());
    let mut created = Vec::new();
    for kind in KINDS {
        kinds.push(meter.kind(kind, &mut random, &mut created).await?);
    }
    let execution = meter.execution(&created).await?;
    hub.aws().handle(Handling::default());
    Ok(Metered { kinds, execution })
}

impl<'a> Meter<'a> {
    async fn start(hub: &'a Hub, assumed: Assumed) -> Result<Self, Failure> {
        hub.aws().use_table(hub.with_table(Database::memory()?)?);
        hub.aws().handle(Handling::default());
        let pools = pools(hub, &[], "price")?;
        let executor = pools.get(EXECUTOR).ok_or("there is no run-simulation")?.launch();
        let jobs = pools.get("jobs").ok_or("there is no jobs")?.launch();
        let places = Places {
            table: hub.aws().url(),
            objects: hub.aws().url(),
            table_name: hub.table_name().to_owned(),
            packages: told(executor, "PACKAGES_BUCKET")?,
        };
        let key = HashKey::load(&config(&hub.aws().url()), &told(jobs, "SECRET_ID")?).await?;
        let population = Stores::new(&places, &key).seed(PEOPLE).await?;
        let doors = Arc::new(Doors::new(pools.clone(), tokens(&population), hub.audience()?));
        let latency = Duration::from_millis(assumed.aws_call_millis);
        hub.aws().handle(Handling { latency, units: true });
        Ok(Self { hub, pools, doors, population, assumed })
    }

    async fn kind(
        &self,
        kind: &Kind,
        random: &mut Random,
        created: &mut Vec<String>,
    ) -> Result<Usage, Failure> {
        let mut usage = Usage::of(TIMES as u64);
        for round in 0..WARM + TIMES {
            let call = kind.call(&self.population, random).ok_or("nothing was seeded for it")?;
            let (client, path) = route(&call.path).ok_or("a path behind no door")?;
            let name = serving(path).map(|function| function.name).unwrap_or_default();
            let asked = if client { vec![AUTHORIZER, name] } else { vec![name] };
            let (body, used) = self.metered(&asked, self.send(kind, &call)).await?;
            if round < WARM {
                continue;
            }
            let answer: Value = serde_json::from_slice(&body).unwrap_or_default();
            created.extend(
                answer["id"]
                    .as_str()
                    .filter(|_| kind.name.starts_with("POST /jobs"))
                    .map(str::to_owned),
            );
            used.into_iter()
                .for_each(|(item, thousandths)| usage.count_thousandths(item, thousandths));
            usage.count(Item::ApiRequest, 1);
            usage.count(Item::LogByte, self.assumed.access_log_bytes);
            usage.count(Item::ByteOut, body.len() as u64 + self.assumed.response_header_bytes);
            usage.count_thousandths(Item::Trace, u128::from(self.assumed.traces_per_thousand));
        }
        Ok(usage)
    }

    async fn send(&self, kind: &Kind, call: &Call) -> Result<Bytes, Failure> {
        let mut request = Request::builder().method(call.method).uri(&call.path);
        for (name, value) in &call.headers {
            request = request.header(*name, value);
        }
        let answer = self.doors.clone().answer(request.body(Bytes::from(call.body.clone()))?).await;
        let status = answer.status();
        let body = answer.into_body().collect().await?.to_bytes();
        if status.is_success() {
            return Ok(body);
        }
        Err(format!("{} was answered {status}: {}", kind.name, String::from_utf8_lossy(&body))
            .into())
    }

    async fn execution(&self, created: &[String]) -> Result<Usage, Failure> {
        let executor = self.pools.get(EXECUTOR).ok_or("there is no run-simulation")?;
        let (warming, counted) = created.split_at(WARM.min(created.len()));
        let mut usage = Usage::of(counted.len() as u64);
        for (job, counts) in
            warming.iter().map(|job| (job, false)).chain(counted.iter().map(|job| (job, true)))
        {
            let message = Message {
                queue: "simulation-small".to_owned(),
                id: job.clone(),
                body: json!({"job_id": job}).to_string(),
                attributes: Value::Null,
                receives: 1,
            };
            let work = async { Ok(executor.invoke(batch(&message).to_string().into()).await?) };
            let (_, used) = self.metered(&[EXECUTOR], work).await?;
            if counts {
                used.into_iter()
                    .for_each(|(item, thousandths)| usage.count_thousandths(item, thousandths));
                let others = self.assumed.sqs_requests_per_message.saturating_sub(1);
                usage.count(Item::SqsRequest, others);
            }
        }
        Ok(usage)
    }

    /// What functions used while `work` had them do something, in thousandths.
    async fn metered(
        &self,
        names: &[&'static str],
        work: impl Future<Output = Result<Bytes, Failure>>,
    ) -> Result<(Bytes, Vec<(Item, u128)>), Failure> {
        let mut before = Vec::with_capacity(names.len());
        for name in names {
            let pool = self.pools.get(name).ok_or_else(|| format!("no function {name}"))?;
            before.push((*name, pool, pool.work(), logged(pool)));
        }
        drop(self.hub.aws().take_calls());
        let done = work.await?;
        let mut used: Vec<_> = self.hub.aws().take_calls().iter().flat_map(asked).collect();
        for (name, pool, work, log) in before {
            used.extend(self.invocation(name, pool.work().since(work))?);
            let log = logged(pool).saturating_sub(log);
            used.push((Item::LogByte, u128::from(log) * 1000));
        }
        Ok((done, used))
    }

    fn invocation(&self, name: &str, work: Work) -> Result<Vec<(Item, u128)>, Failure> {
        let logical_id = function(name).map(|function| function.logical_id).unwrap_or_default();
        let template = include_str!("../../../../template.yaml");
        let memory = memory(template, logical_id).ok_or_else(|| format!("{name} has no memory"))?;
        let nanos = |time: Duration| u64::try_from(time.as_nanos()).unwrap_or(u64::MAX);
        let millis = billed_millis(nanos(work.busy), nanos(work.cpu), memory, &self.assumed);
        let item = if name == EXECUTOR { Item::LambdaX86 } else { Item::LambdaArm64 };
        Ok(vec![
            (Item::LambdaRequest, u128::from(work.invocations) * 1000),
            (item, u128::from(millis) * u128::from(memory) * 1000),
        ])
    }
}

/// Bytes of a function's log.
fn logged(pool: &Pool) -> u64 {
    fs::metadata(&pool.launch().log).map_or(0, |log| log.len())
}

/// What a call to AWS is charged as, in thousandths.
fn asked(call: &aws::Call) -> Vec<(Item, u128)> {
    let thousandths = |units: f64| (units * 1000.0).round() as u128;
    match call.service.as_str() {
        "dynamodb" => vec![
            (Item::ReadUnit, thousandths(call.units.read)),
            (Item::WriteUnit, thousandths(call.units.write)),
        ],
        "sqs" => vec![(Item::SqsRequest, 1000)],
        "s3" if call.operation.starts_with("PUT") => vec![(Item::S3Put, 1000)],
        "s3" => vec![(Item::S3Get, 1000)],
        _ => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use std::time::Instant;

    use super::*;
    use crate::aws::Units;

    #[test]
    fn a_call_is_charged_by_its_service() {
        let call = |service: &str, operation: &str| aws::Call {
            service: service.to_owned(),
            operation: operation.to_owned(),
            start: Instant::now(),
            end: Instant::now(),
            units: Units { read: 0.5, write: 2.0 },
        };
        let dynamodb = asked(&call("dynamodb", "GetItem"));
        assert_eq!(dynamodb, [(Item::ReadUnit, 500), (Item::WriteUnit, 2000)]);
        assert_eq!(asked(&call("s3", "PUT /bucket")), [(Item::S3Put, 1000)]);
        assert_eq!(asked(&call("s3", "GET /bucket")), [(Item::S3Get, 1000)]);
        assert!(asked(&call("secretsmanager", "GetSecretValue")).is_empty());
    }
}
