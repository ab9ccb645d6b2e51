//! What befalls the calls to a test's table: conflicts of transactions as DynamoDB has them, and by a seed more
//! conflicts, throttles and lost answers.

use std::{
    collections::HashSet,
    ops::AddAssign,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use axum::response::Response;
use http::{HeaderMap, StatusCode};
use serde_json::{Value, json};

use crate::held::answer;

/// Of a hundred calls that may meet it, how many do.
#[derive(Clone, Copy, Debug, Default)]
pub struct Trouble {
    pub seed: u64,
    /// Writes that are told of a transaction on one of their items.
    pub conflicts: u64,
    /// Calls that are more than the table takes.
    pub throttles: u64,
    /// Writes that are done and answered with a failure.
    pub lost_answers: u64,
}

/// How many calls met what.
#[derive(Clone, Copy, Debug, Default)]
pub struct Met {
    /// Transactions on an item that another one was at work on.
    pub overlaps: usize,
    /// Transactions that were told of another one.
    pub conflicts: usize,
    /// The same of writes of one item.
    pub conflicts_of_one: usize,
    pub throttles: usize,
    pub lost_answers: usize,
}

impl AddAssign for Met {
    fn add_assign(&mut self, more: Self) {
        self.overlaps += more.overlaps;
        self.conflicts += more.conflicts;
        self.conflicts_of_one += more.conflicts_of_one;
        self.throttles += more.throttles;
        self.lost_answers += more.lost_answers;
    }
}

/// One table's trouble, as it goes on.
#[derive(Debug)]
pub(crate) struct Troubled {
    trouble: Trouble,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    drawn: u64,
    met: Met,
    /// Addresses that transactions are at work on.
    at_work: HashSet<String>,
}

/// What becomes of a call.
pub(crate) enum Fate {
    Done(Work),
    /// Done, and nobody hears of it.
    Lost(Work),
    /// Answered in the table's place.
    Refused(Response),
}

/// Keeps other transactions off its items.
pub(crate) struct Work {
    troubled: Arc<Troubled>,
    addresses: Vec<String>,
}

impl Drop for Work {
    fn drop(&mut self) {
        let mut state = self.troubled.state();
        for address in &self.addresses {
            state.at_work.remove(address);
        }
    }
}

impl Troubled {
    pub(crate) fn new(trouble: Trouble) -> Arc<Self> {
        Arc::new(Self { trouble, state: Mutex::default() })
    }

    pub(crate) fn met(&self) -> Met {
        self.state().met
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What becomes of a call of `operation`. What the SDK is there to repeat does not befall its last try.
    pub(crate) fn fate(
        self: &Arc<Self>,
        operation: &str,
        headers: &HeaderMap,
        body: &[u8],
    ) -> Fate {
        let trouble = self.trouble;
        let mut state = self.state();
        let repeats = !is_last_try(headers);
        let is_transaction = operation == "TransactWriteItems";
        let is_put = operation == "PutItem";
        let mut addresses = Vec::new();
        if is_transaction || is_put {
            addresses = written(body);
            let taken = addresses.iter().position(|one| state.at_work.contains(one));
            let conflict = taken.is_some() || state.draw(trouble, trouble.conflicts);
            if conflict && is_put {
                state.met.conflicts_of_one += 1;
                return Fate::Refused(error("TransactionConflictException"));
            }
            if conflict {
                let drawn = usize::try_from(state.drawn).unwrap_or_default() % addresses.len();
                let met = &mut state.met;
                *(if taken.is_some() { &mut met.overlaps } else { &mut met.conflicts }) += 1;
                let at = taken.unwrap_or(drawn);
                return Fate::Refused(cancelled(addresses.len(), at, "TransactionConflict"));
            }
        }
        if (is_transaction || repeats) && state.draw(trouble, trouble.throttles) {
            state.met.throttles += 1;
            let codes = ["ProvisionedThroughputExceededException", "ThrottlingException"];
            return Fate::Refused(match is_transaction {
                true => cancelled(addresses.len(), 0, "ThrottlingError"),
                false => error(codes[state.met.throttles % codes.len()]),
            });
        }
        let is_write = is_transaction || is_put || operation == "UpdateItem";
        let is_lost = is_write && repeats && state.draw(trouble, trouble.lost_answers);
        // Only transactions keep others away.
        addresses.retain(|_| is_transaction);
        state.at_work.extend(addresses.iter().cloned());
        let work = Work { troubled: self.clone(), addresses };
        if is_lost {
            state.met.lost_answers += 1;
            return Fate::Lost(work);
        }
        Fate::Done(work)
    }
}

impl State {
    /// Whether the next drawing of a hundred hits; splitmix64.
    fn draw(&mut self, trouble: Trouble, of_hundred: u64) -> bool {
        self.drawn += 1;
        let mut mixed = trouble.seed.wrapping_add(self.drawn.wrapping_mul(0x9e37_79b9_7f4a_7c15));
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (mixed ^ (mixed >> 31)) % 100 < of_hundred
    }
}

/// By what the SDK says of its tries: `attempt=2; max=3`.
fn is_last_try(headers: &HeaderMap) -> bool {
    let told = headers.get("amz-sdk-request").and_then(|value| value.to_str().ok());
    let number = |name: &str| {
        let parts = told?.split(';').map(str::trim);
        parts.filter_map(|part| part.strip_prefix(name)).find_map(|part| part.parse::<u32>().ok())
    };
    number("attempt=").is_none_or(|attempt| number("max=") == Some(attempt))
}

/// The items of a write, in its order.
fn written(body: &[u8]) -> Vec<String> {
    let body: Value = serde_json::from_slice(body).expect("JSON");
    let Some(actions) = body["TransactItems"].as_array() else {
        return address(&body["Item"]).into_iter().collect();
    };
    let of = |action: &Value| {
        let action = action.as_object()?.values().find(|action| action.is_object())?;
        address(&action["Key"]).or_else(|| address(&action["Item"]))
    };
    actions.iter().map(|action| of(action).expect("the action names an item")).collect()
}

fn address(attributes: &Value) -> Option<String> {
    Some(format!("{} / {}", attributes["pk"]["S"].as_str()?, attributes["sk"]["S"].as_str()?))
}

fn cancelled(actions: usize, at: usize, code: &str) -> Response {
    let reasons: Vec<Value> =
        (0..actions).map(|one| json!({"Code": if one == at { code } else { "None" }})).collect();
    let code = "com.amazonaws.dynamodb.v20120810#TransactionCanceledException";
    let body = json!({
        "__type": code, "Message": "Transaction cancelled.", "CancellationReasons": reasons
    });
    answer(StatusCode::BAD_REQUEST, &body)
}

fn error(code: &str) -> Response {
    let code = format!("com.amazonaws.dynamodb.v20120810#{code}");
    answer(StatusCode::BAD_REQUEST, &json!({"__type": code, "message": "Again, please."}))
}
