//! How one round goes: jobs sent, some twice at once, some cancelled; the strike; some sent again; all ended; all checked.

use std::time::Duration;

use clock::Clock;
use journey::Off;
use tokio::{
    sync::oneshot,
    task::JoinSet,
    time::{Instant, sleep},
};

use super::{
    Scene,
    plan::{Ask, Plan},
};
use crate::{
    locked,
    placing::{cancel, place},
    rules,
};

/// A job that needs longer is lost: looks that find nothing come after 10, 20, 40, 80, 160 seconds.
const PATIENCE: Duration = Duration::from_secs(420);
const LOOK: Duration = Duration::from_millis(200);
/// Reading may meet a strike of a later round.
const CHECK_TRIES: u32 = 100;

pub(super) async fn run(scene: Scene, plan: Plan, strike: oneshot::Receiver<()>) {
    let since = Clock::system().now().to_string();
    let mut asking = JoinSet::new();
    for ask in &plan.asks {
        scene.book.order(ask.order.clone());
        asking.spawn(asked(scene.clone(), ask.clone()));
    }
    // its sender is gone where the drill itself has ended
    let _struck = strike.await;
    for ask in plan.asks.iter().filter(|ask| ask.again) {
        let (scene, ask) = (scene.clone(), ask.clone());
        asking.spawn(async move { sent(&scene, &ask).await });
    }
    while asking.join_next().await.is_some() {}
    all_ended(&scene, plan.round).await;
    if let Err(off) = checked(&scene, plan.round, &since).await {
        scene.book.breaks("a round can be checked", &format!("round {}: {off}", plan.round));
    }
}

async fn asked(scene: Scene, ask: Ask) {
    let mut times = JoinSet::new();
    for _ in 0..ask.at_once {
        let (scene, ask) = (scene.clone(), ask.clone());
        times.spawn(async move { sent(&scene, &ask).await });
    }
    if ask.cancel.is_some() {
        times.join_next().await;
        cancelled(&scene, &ask).await;
    }
    while times.join_next().await.is_some() {}
}

async fn sent(scene: &Scene, ask: &Ask) {
    if let Some(purse) = scene.purse(ask.order.purse) {
        locked(&scene.tally).sent += 1;
        place(&scene.book, &scene.customer, &purse, &ask.order).await;
    }
}

async fn cancelled(scene: &Scene, ask: &Ask) {
    let Some((after, times)) = ask.cancel else { return };
    sleep(after).await;
    let mut asking = JoinSet::new();
    for _ in 0..times {
        let (scene, request) = (scene.clone(), ask.order.request.clone());
        locked(&scene.tally).cancels += 1;
        asking.spawn(async move {
            let person = scene.customer.signed_in().await;
            // no answer: whether the job was cancelled shows in its end
            let _asked = cancel(&scene.book, &person.door(), &request).await;
        });
    }
    while asking.join_next().await.is_some() {}
}

async fn all_ended(scene: &Scene, round: usize) {
    let deadline = Instant::now() + PATIENCE;
    let open = || scene.book.of_round(round).into_iter().filter(|entry| entry.is_open());
    while open().next().is_some() {
        if Instant::now() >= deadline {
            for lost in open() {
                scene.book.breaks("each accepted job ends", &lost.history());
            }
            return;
        }
        sleep(LOOK).await;
    }
}

async fn checked(scene: &Scene, round: usize, since: &str) -> Result<(), Off> {
    let mut last = Ok(());
    for _ in 0..CHECK_TRIES {
        last = rules::of_round(&scene.book, &scene.customer, &scene.outside, round, since).await;
        if last.is_ok() {
            break;
        }
        sleep(LOOK * 5).await;
    }
    last
}
