//! What do many get who submit at once?

use std::{
    sync::{Arc, Mutex},
    time::Duration,
};

use crate::{
    client::{Answer, Request, job, submit_once},
    executor::lock,
    fate::{named, place_of},
    run::{Ended, Setting, inhabited},
};

const COMES: u64 = 61;
/// Within which all of them come.
const MOMENT_MICROS: u64 = 20_000;

/// Who they are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Crowd {
    /// One request, sent again and again with its one Idempotency-Key.
    OneRequest,
    /// A request each, all with one API key, which is good for so many uses.
    OneKey { uses: u64 },
    /// The same on one trial, whose key is good for more uses than it has.
    OneTrial,
}

/// The answers of so many who come at once to the world of a setting, and how that world ended.
pub fn crowd(setting: &Setting, crowd: Crowd, size: u32) -> (Vec<Answer>, Ended) {
    let answers = Arc::new(Mutex::new(Vec::new()));
    let plenty = u64::from(size) * 2;
    let uses = match crowd {
        Crowd::OneKey { uses } => [plenty, uses],
        Crowd::OneRequest | Crowd::OneTrial => [plenty, plenty],
    };
    let ended = inhabited(setting, &uses, |world, buyers| {
        let buyer = if crowd == Crowd::OneTrial { &buyers[0] } else { &buyers[1] };
        for sender in 0..size {
            let number = if crowd == Crowd::OneRequest { 0 } else { sender };
            let request = Request { number, buyer: buyer.clone(), body: job("hub-simulator") };
            let place = place_of(&[named("crowd"), u64::from(sender)]);
            let comes = world.fate().number(place, COMES, 0, MOMENT_MICROS);
            let (told, world_, busy) = (answers.clone(), world.clone(), world.occupy());
            world.executor().spawn(None, async move {
                world_.executor().sleep(Duration::from_micros(comes)).await;
                if let Some(answer) = submit_once(&world_, &request, place).await {
                    lock(&told).push(answer);
                }
                drop(busy);
            });
        }
    });
    let answers = std::mem::take(&mut *lock(&answers));
    (answers, ended)
}
