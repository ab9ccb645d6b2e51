//! How changes of state are told: at least once, in order, for as long as it takes.

use std::{sync::Arc, time::Duration};

use tokio::time::sleep;
use uuid::Uuid;

use crate::{cloud::Event, record::Change, world::World};

/// EventBridge takes no more in one call.
const BATCH: usize = 10;
const FIRST_PAUSE: Duration = Duration::from_millis(200);
const LONGEST_PAUSE: Duration = Duration::from_secs(10);

/// Runs until the process ends; never holds a task up.
pub(crate) async fn tell(world: Arc<World>) {
    let mut pause = FIRST_PAUSE;
    loop {
        let batch = next(&world);
        if batch.is_empty() {
            world.untold.notified().await;
            continue;
        }
        let complete = send(&world, batch).await;
        pause = if complete { FIRST_PAUSE } else { (pause * 2).min(LONGEST_PAUSE) };
        if !complete {
            sleep(pause).await;
        }
    }
}

struct Pending {
    id: Uuid,
    change: Change,
    event: Event,
}

fn next(world: &World) -> Vec<Pending> {
    let tasks = world.ledger.select(|task| (!task.untold.is_empty()).then(|| task.clone()));
    let changes =
        tasks.iter().flat_map(|task| task.untold.iter().map(move |change| (task, change)));
    let mut pending: Vec<Pending> = changes
        .map(|(task, change)| Pending {
            id: task.id,
            change: change.clone(),
            event: Event { task_arn: task.arn(), at: change.at, detail: task.event_detail(change) },
        })
        .collect();
    pending.sort_by_key(|pending| pending.change.at);
    pending.truncate(BATCH);
    pending
}

/// Whether all were taken and struck off.
async fn send(world: &World, batch: Vec<Pending>) -> bool {
    let (told, events): (Vec<_>, Vec<_>) =
        batch.into_iter().map(|pending| ((pending.id, pending.change), pending.event)).unzip();
    let taken = match world.outside.send(&events).await {
        Ok(taken) => taken,
        Err(cause) => {
            eprintln!("local-braket: {} task events are not sent yet: {cause}", events.len());
            return false;
        }
    };
    let mut complete = taken.len() == told.len();
    for ((id, change), taken) in told.into_iter().zip(taken) {
        let strike = || world.ledger.update(id, |task| task.untold.retain(|each| *each != change));
        complete &= taken && strike().is_ok();
    }
    complete
}
