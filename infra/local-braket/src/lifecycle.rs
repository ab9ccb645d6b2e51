//! How a task goes its way from created to its end, again from where it stood after a kill.

use std::{
    io,
    sync::{Arc, atomic::Ordering},
    time::{Duration, Instant},
};

use domain::Moment;
use quantum::Circuit;
use tokio::{sync::SemaphorePermit, time::sleep};
use uuid::Uuid;

use crate::{
    cloud::PutError,
    documents, engine,
    record::{Record, State},
    request::Action,
    world::{Signals, World},
};

const FIRST_PAUSE: Duration = Duration::from_millis(200);
const LONGEST_PAUSE: Duration = Duration::from_secs(10);
/// A local S3 that is just coming up may not know its buckets yet: some ten seconds.
const MOST_REFUSALS: u32 = 6;

/// Takes every task up again that an earlier process left unfinished.
pub(crate) fn resume(world: &Arc<World>) {
    let unfinished = world
        .ledger
        .select(|task| (!task.state.is_terminal()).then_some((task.created_at, task.id)));
    let mut unfinished: Vec<(Moment, Uuid)> = unfinished;
    unfinished.sort_unstable();
    unfinished.into_iter().for_each(|(_, id)| follow(world, id));
}

/// Follows the task in the background to its end.
pub(crate) fn follow(world: &Arc<World>, id: Uuid) {
    let signals = world.begin(id);
    let world = Arc::clone(world);
    tokio::spawn(async move {
        let life = Life { world: Arc::clone(&world), id, signals };
        if let Err(error) = life.live().await {
            eprintln!("local-braket: task {id} stands still, its file cannot be written: {error}");
        }
        world.end(id);
    });
}

struct Life {
    world: Arc<World>,
    id: Uuid,
    signals: Arc<Signals>,
}

impl Life {
    async fn live(&self) -> io::Result<()> {
        self.world.untold.notify_one();
        let mut slot = None;
        while let Some(record) =
            self.world.ledger.get(self.id).filter(|_| !self.world.is_stopping())
        {
            let settings = self.world.settings();
            match record.state {
                State::Created => {
                    if self.wait(record.entered_at, settings.created_ms).await {
                        self.enter(State::Queued)?;
                    }
                }
                State::Queued => slot = self.queue(&record, settings.queued_ms).await?,
                State::Running => self.run(&record, slot.take()).await?,
                State::Cancelling => {
                    self.rest(record.entered_at, settings.cancelling_ms).await;
                    self.enter(State::Cancelled)?;
                }
                State::Completed | State::Failed | State::Cancelled => return Ok(()),
            }
        }
        Ok(())
    }

    /// Becomes RUNNING with a place among the workers, which is returned.
    async fn queue(
        &self,
        record: &Record,
        queued_ms: u64,
    ) -> io::Result<Option<SemaphorePermit<'_>>> {
        if !self.wait(record.entered_at, queued_ms).await {
            return Ok(None);
        }
        if let Err(reason) = self.compile(record).await {
            return self.fail(&reason).map(|()| None);
        }
        tokio::select! {
            slot = self.world.workers.acquire() => self.enter(State::Running).map(|()| slot.ok()),
            () = self.signals.changed.notified() => Ok(None),
        }
    }

    async fn run(&self, record: &Record, slot: Option<SemaphorePermit<'_>>) -> io::Result<()> {
        // after a restart the task is RUNNING without a place
        let slot = match slot {
            Some(slot) => Some(slot),
            None => self.world.workers.acquire().await.ok(),
        };
        let circuit = match self.compile(record).await {
            Ok(circuit) => circuit,
            Err(reason) => return self.fail(&reason),
        };
        let begun = Instant::now();
        let outcome = match self.simulate(circuit, record).await {
            Ok(Some(outcome)) => outcome,
            Ok(None) => return Ok(()),
            Err(reason) => return self.fail(&reason),
        };
        let took_ms = begun.elapsed().as_millis().try_into().unwrap_or(u64::MAX);
        drop(slot);
        self.wait(record.entered_at, self.world.settings().running_ms).await;
        if self.gives_way() {
            return Ok(());
        }
        let Some(device) = self.world.device(&record.request.device_arn) else {
            return self.fail("The device is no longer there.");
        };
        let ended_at = self.world.clock.now();
        match documents::results(record, device, &outcome, ended_at, took_ms) {
            Ok(document) => self.store(record, document).await,
            Err(error) => self.fail(&format!("The result could not be written: {error}")),
        }
    }

    /// Stores the result, as long as it takes, and only then completes.
    async fn store(&self, record: &Record, document: Vec<u8>) -> io::Result<()> {
        let (bucket, directory) = (&record.request.output_s3_bucket, record.output_directory());
        let mut pause = FIRST_PAUSE;
        let mut refusals = 0;
        while !self.gives_way() {
            match self.world.outside.put_result(bucket, &directory, document.clone()).await {
                Ok(()) => return self.enter(State::Completed),
                Err(PutError::Refused(reason)) => {
                    refusals += 1;
                    if refusals > MOST_REFUSALS {
                        return self.fail(&reason);
                    }
                }
                Err(PutError::Failed(cause)) => {
                    eprintln!(
                        "local-braket: the result of task {} is not stored yet: {cause}",
                        self.id
                    );
                }
            }
            sleep(pause).await;
            pause = (pause * 2).min(LONGEST_PAUSE);
        }
        Ok(())
    }

    async fn compile(&self, record: &Record) -> Result<Circuit, String> {
        let (world, request) = (Arc::clone(&self.world), record.request.clone());
        let compiled = tokio::task::spawn_blocking(move || {
            let device =
                world.device(&request.device_arn).ok_or("The device is no longer there.")?;
            let action = Action::read(&request.action).map_err(|fault| fault.message)?;
            engine::compile(&action, device, request.shots)
        });
        compiled.await.unwrap_or_else(|_| Err("The program could not be compiled.".to_owned()))
    }

    async fn simulate(
        &self,
        circuit: Circuit,
        record: &Record,
    ) -> Result<Option<quantum::Outcome>, String> {
        let (world, signals) = (Arc::clone(&self.world), Arc::clone(&self.signals));
        let settings = self.world.settings();
        // from the task's id, so that a run that was killed gives the same counts when it is run again
        let seed = settings.seed.unwrap_or(self.id.as_u64_pair().0 ^ self.id.as_u64_pair().1);
        let shots = record.request.shots;
        let simulated = tokio::task::spawn_blocking(move || {
            let cancelled =
                || !settings.complete_cancelled_runs && signals.cancelled.load(Ordering::Relaxed);
            let interrupted = || world.is_stopping() || cancelled();
            engine::run(&circuit, shots, seed, world.memory_limit_bytes, &interrupted)
        });
        simulated.await.unwrap_or_else(|_| Err("The simulation broke down.".to_owned()))
    }

    /// Whether the task should no longer complete: the process ends, or the task was cancelled in time.
    fn gives_way(&self) -> bool {
        let cancelled = self.signals.cancelled.load(Ordering::Relaxed);
        self.world.is_stopping() || (cancelled && !self.world.settings().complete_cancelled_runs)
    }

    fn enter(&self, state: State) -> io::Result<()> {
        let now = self.world.clock.now();
        self.world.ledger.update(self.id, |task| {
            task.enter(state, now);
        })?;
        self.world.untold.notify_one();
        Ok(())
    }

    fn fail(&self, reason: &str) -> io::Result<()> {
        let now = self.world.clock.now();
        self.world.ledger.update(self.id, |task| task.fail(reason, now))?;
        self.world.untold.notify_one();
        Ok(())
    }

    /// Waits until the time after `since` is over; `false` when a cancellation came first.
    async fn wait(&self, since: Moment, millis: u64) -> bool {
        tokio::select! {
            () = self.rest(since, millis) => true,
            () = self.signals.changed.notified() => false,
        }
    }

    async fn rest(&self, since: Moment, millis: u64) {
        let over = since.plus(Duration::from_millis(millis));
        sleep(over.since(self.world.clock.now())).await;
    }
}
