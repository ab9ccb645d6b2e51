//! How does the hub answer a given rate of requests?

use std::{collections::BTreeMap, sync::Arc, time::Duration};

use tokio::{
    task::JoinSet,
    time::{Instant, sleep_until},
};

use journey::random::Random;

use super::{
    connections::{Answered, Connections, Lost},
    mix::{self, Call, KINDS, Share},
    population::Population,
    schedule::Schedule,
};

/// What was measured of one schedule.
pub(crate) struct Run {
    pub schedule: Schedule,
    /// In the order of [`KINDS`].
    pub kinds: Vec<Answers>,
    /// How late requests were begun: the generator's own lag, which latencies include.
    pub lag: Vec<Duration>,
    /// From the first due time to the last answer.
    pub elapsed: Duration,
    /// Each accepted job's id, with the call that created it.
    pub created: Vec<(String, Call)>,
    /// What the first request without a good answer got.
    pub first_bad: Option<String>,
}

/// The answers to one kind of request.
#[derive(Clone, Debug, Default)]
pub(crate) struct Answers {
    pub latencies: Vec<Duration>,
    /// Requests by status; those without an answer under zero.
    pub statuses: BTreeMap<u16, u64>,
}

struct Sample {
    kind: usize,
    call: Call,
    lag: Duration,
    latency: Duration,
    answered: Result<Answered, Lost>,
}

/// Sends what is due when it is due. A latency counts from then on, so that a hub that is slow to answer one request
/// is not spared the next.
pub(crate) async fn run(
    schedule: Schedule,
    connections: &Arc<Connections>,
    population: &Population,
    random: &mut Random,
) -> Run {
    let begin = Instant::now() + Duration::from_millis(50);
    let mut samples = JoinSet::new();
    for number in 0..schedule.count() {
        let kind = mix::draw(random);
        let Some(call) = KINDS[kind].call(population, random) else { continue };
        let due = begin + schedule.due(number);
        sleep_until(due).await;
        samples.spawn(sample(connections.clone(), kind, call, due));
    }
    let mut run = Run::new(schedule);
    while let Some(sample) = samples.join_next().await {
        if let Ok(sample) = sample {
            run.add(sample);
        }
    }
    run.elapsed = begin.elapsed();
    run
}

async fn sample(connections: Arc<Connections>, kind: usize, call: Call, due: Instant) -> Sample {
    let lag = due.elapsed();
    let answered = connections.send(&call).await;
    Sample { kind, call, lag, latency: due.elapsed(), answered }
}

impl Run {
    fn new(schedule: Schedule) -> Self {
        Self {
            schedule,
            kinds: vec![Answers::default(); KINDS.len()],
            lag: Vec::new(),
            elapsed: Duration::ZERO,
            created: Vec::new(),
            first_bad: None,
        }
    }

    fn add(&mut self, sample: Sample) {
        let answers = &mut self.kinds[sample.kind];
        answers.latencies.push(sample.latency);
        self.lag.push(sample.lag);
        let status = sample.answered.as_ref().map_or(0, |(status, _)| *status);
        *answers.statuses.entry(status).or_default() += 1;
        match sample.answered {
            Ok((202, body)) if KINDS[sample.kind].share == Share::JobCreate => {
                let id = serde_json::from_slice::<serde_json::Value>(&body).unwrap_or_default();
                self.created.extend(id["id"].as_str().map(|id| (id.to_owned(), sample.call)));
            }
            Ok((status, body)) if !good(status) => {
                let said = String::from_utf8_lossy(&body).chars().take(300).collect::<String>();
                let said = format!("{} {}: {status} {said}", sample.call.method, sample.call.path);
                self.first_bad.get_or_insert(said);
            }
            Err(lost) => {
                let said = format!("{} {}: {lost}", sample.call.method, sample.call.path);
                self.first_bad.get_or_insert(said);
            }
            Ok(_) => {}
        }
    }

    pub(crate) fn latencies(&self) -> Vec<Duration> {
        self.kinds.iter().flat_map(|answers| answers.latencies.iter().copied()).collect()
    }

    /// 5xx, and requests that were not answered at all.
    pub(crate) fn failures(&self) -> u64 {
        self.kinds.iter().map(|answers| answers.count(|status| status == 0 || status >= 500)).sum()
    }

    pub(crate) fn refusals(&self) -> u64 {
        let refused = |status| !good(status) && (1..500).contains(&status);
        self.kinds.iter().map(|answers| answers.count(refused)).sum()
    }

    /// Answers a second.
    pub(crate) fn throughput(&self) -> f64 {
        self.lag.len() as f64 / self.elapsed.as_secs_f64()
    }
}

impl Answers {
    pub(crate) fn count(&self, of: impl Fn(u16) -> bool) -> u64 {
        self.statuses.iter().filter(|(status, _)| of(**status)).map(|(_, count)| count).sum()
    }
}

const fn good(status: u16) -> bool {
    matches!(status, 200..300)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answered(run: &mut Run, kind: usize, status: Result<u16, Lost>) {
        let call = KINDS[kind].call(&Population::example(), &mut Random::new(1)).expect("seeded");
        let body = r#"{"id":"job-1"}"#.into();
        let answered = status.map(|status| (status, body));
        run.add(Sample {
            kind,
            call,
            lag: Duration::ZERO,
            latency: Duration::from_millis(1),
            answered,
        });
    }

    #[test]
    fn only_server_errors_and_silence_are_failures() {
        let mut run = Run::new(Schedule { rate: 1, lasting: Duration::from_secs(1) });
        for status in [200, 202, 404, 429, 500, 503] {
            answered(&mut run, 0, Ok(status));
        }
        answered(&mut run, 1, Err(Lost::TimedOut));
        assert_eq!((run.failures(), run.refusals(), run.latencies().len()), (3, 2, 7));
        assert!(
            run.first_bad.as_deref().is_some_and(|said| said.contains("404")),
            "{:?}",
            run.first_bad
        );
    }

    #[test]
    fn accepted_jobs_are_remembered() {
        let mut run = Run::new(Schedule { rate: 1, lasting: Duration::from_secs(1) });
        let creates = KINDS.iter().position(|kind| kind.share == Share::JobCreate).expect("one");
        answered(&mut run, creates, Ok(202));
        answered(&mut run, creates, Ok(429));
        answered(&mut run, 0, Ok(200));
        assert_eq!(run.created.iter().map(|(id, _)| id.as_str()).collect::<Vec<_>>(), ["job-1"]);
    }
}
