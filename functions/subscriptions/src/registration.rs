//! How a key comes to stand in the table and at the gateway, or in neither, whatever fails in between.
//!
//! The table comes first: a key that only it knows opens nothing, for nobody was told it. While the gateway's id
//! is not saved, the key is being made; after [`IN_FLIGHT`] whoever made it is gone, and a repeat of the request
//! withdraws what is left and begins again.

use std::time::Duration;

use api::{Answer, Caller, Problem, Submission};
use domain::{
    KeyId, Kind, Moment, Refusal, SubscriptionId,
    access_key::{AccessKey, KeyStatus, SubscriptionKey},
};
use gateway::GatewayKeyId;
use store::{
    Key, Stored, create, delete,
    idempotency::Answered,
    subscriptions::{
        KeyEntry, Uses, give_key_room, key_entry, key_uses, subscription, take_key_room,
    },
    unchanged, update,
};

use crate::{App, own, views};

/// Tries of a decision while others write.
pub(crate) const TRIES: u32 = 4;
/// Longer than a request lives.
const IN_FLIGHT: Duration = Duration::from_secs(60);
/// In seconds: keys of the account have to be deleted first.
const AN_HOUR: u32 = 3600;

pub(crate) enum Begun {
    /// The answer of an earlier, equal request.
    Before(Answer),
    /// An equal request is being worked on, since then.
    Elsewhere(Moment),
    Now(Box<NewKey>),
}

/// A key that stands in the table alone.
pub(crate) struct NewKey {
    secret: AccessKey,
    key: SubscriptionKey,
    pub(crate) entry: KeyEntry,
    max_uses: Option<u64>,
}

impl NewKey {
    /// The only answer that holds the secret.
    pub(crate) fn shown(&self) -> Result<Answer, Problem> {
        self.answer(Some(&self.secret))
    }

    fn answer(&self, secret: Option<&AccessKey>) -> Result<Answer, Problem> {
        let (key, of) = (&self.key, self.key.subscription_id);
        let view = views::CreatedKey::of(key, self.max_uses, secret);
        Answer::created(format!("/subscriptions/{of}/keys/{}", key.id), &view)
    }
}

impl App {
    /// Writes a new key and the answer for a repeat, or finds that answer.
    pub(crate) async fn begin(
        &self,
        caller: &Caller,
        subscription_id: SubscriptionId,
        submission: &Submission<views::KeyRequest>,
    ) -> Result<Begun, Problem> {
        let table = &self.context.table;
        let now = table.clock().now();
        let earlier = table.get(&submission.key()).await?;
        if let (Some(answer), Some(earlier)) = (submission.replay(earlier.as_ref())?, &earlier) {
            match self.unfinished(subscription_id, earlier).await? {
                None => return Ok(Begun::Before(answer)),
                Some(_) if now.since(earlier.at) < IN_FLIGHT => {
                    return Ok(Begun::Elsewhere(earlier.at));
                }
                Some(entry) => self.withdraw(&entry, &submission.key()).await?,
            }
        }
        let subscription = own(caller, table.get(&subscription(subscription_id)).await?)?;
        subscription.is_usable(now)?;
        let request = submission.body.request().checked(now)?;
        let max_uses = request.max_uses;
        let secret = AccessKey::new(caller.user_id, table.clock().random());
        let hash = self.context.api_keys.hex(secret.expose().as_bytes());
        let key_id = table.clock().id(KeyId::new);
        let key = SubscriptionKey::new(key_id, &secret, hash, &subscription, request, now);
        let new = NewKey { entry: KeyEntry::of(&key), key, secret, max_uses };
        let uses = max_uses.map(|most| Uses::new(&key_uses(caller.user_id, key_id), most));
        let mut writes = vec![create(&new.key), create(&new.entry), take_key_room(subscription_id)];
        writes.extend(uses.iter().map(create));
        writes.push(submission.remember(table, &new.answer(None)?));
        table.write(writes).await?;
        Ok(Begun::Now(Box::new(new)))
    }

    /// What the earlier request has made, where it has not come to its end.
    async fn unfinished(
        &self,
        subscription_id: SubscriptionId,
        earlier: &Answered,
    ) -> Result<Option<Stored<KeyEntry>>, Problem> {
        let table = &self.context.table;
        let Some(key_id) = made(earlier) else { return Ok(None) };
        let entry = table.get(&key_entry(subscription_id, key_id)).await?;
        let Some(entry) = entry.filter(|entry| entry.gateway_key_id.is_none()) else {
            return Ok(None);
        };
        let key = table.get(&entry.access_key()).await?;
        Ok(key.is_some_and(|key| is_active(&key)).then_some(entry))
    }

    /// Tells the gateway and saves what it calls the key; a key revoked meanwhile is taken back there.
    pub(crate) async fn register(&self, new: &NewKey, plan_id: &str) -> Result<(), Problem> {
        let name = new.key.id.to_string();
        let tags = [("subscription_id", new.key.subscription_id.to_string())];
        let tags = tags.each_ref().map(|(name, value)| (*name, value.as_str()));
        let secret = new.secret.expose();
        let id = self.gateway.create_key(&name, secret, plan_id, &tags).await.map_err(refused)?;
        let table = &self.context.table;
        let saved = table.attempt(TRIES, || self.save(&new.entry, &id)).await;
        if saved.is_err()
            && let Err(left) = self.gateway.delete_key(&id).await
        {
            tracing::warn!(key_id = %id, cause = %left, "a key nobody knows could not be removed");
        }
        saved
    }

    async fn save(&self, entry: &KeyEntry, id: &GatewayKeyId) -> Result<(), Problem> {
        let table = &self.context.table;
        let address = key_entry(entry.subscription_id, entry.key_id);
        let (found, key) = table.read((address, entry.access_key())).await?;
        let (Some(mut found), Some(key)) = (found, key.filter(|key| is_active(key))) else {
            return Err(Refusal::conflict(
                "key_deleted",
                "This API key was deleted while it was being made; create another one.",
            )
            .into());
        };
        found.gateway_key_id = Some(id.as_str().to_owned());
        Ok(table.write([update(&found), unchanged(&key)]).await?)
    }

    /// Leaves nothing of a key the gateway does not know, nor of the request for it; what another repeat of the
    /// request has made meanwhile stays.
    pub(crate) async fn withdraw(
        &self,
        entry: &KeyEntry,
        remembered: &Key<Answered>,
    ) -> Result<(), Problem> {
        let table = &self.context.table;
        table
            .attempt(TRIES, || async {
                let address = key_entry(entry.subscription_id, entry.key_id);
                let found =
                    table.read((address, entry.access_key(), entry.uses(), remembered.clone()));
                let (entry, key, uses, remembered) = found.await?;
                let Some(entry) = entry else { return Ok(()) };
                let remembered = remembered.filter(|answered| made(answered) == Some(entry.key_id));
                let mut writes: Vec<_> = remembered.iter().map(delete).collect();
                // A revoked key has given its room back and stays listed.
                if let Some(key) = key.filter(|key| is_active(key)) {
                    writes.extend([delete(&entry), delete(&key)]);
                    writes.push(give_key_room(entry.subscription_id));
                    writes.extend(uses.iter().map(delete));
                }
                Ok(table.write(writes).await?)
            })
            .await
    }

    /// Here first, at once; then at the gateway, as often as it takes.
    pub(crate) async fn revoke(&self, mut entry: Stored<KeyEntry>) -> Result<(), Problem> {
        let table = &self.context.table;
        if let Some(mut key) = table.get(&entry.access_key()).await?
            && key.revoke()
        {
            table.write([update(&key), give_key_room(entry.subscription_id)]).await?;
        }
        if let Some(id) = entry.gateway_key_id.take() {
            self.gateway.delete_key(&GatewayKeyId::new(id)).await.map_err(Problem::failed)?;
            table.write([update(&entry)]).await?;
        }
        Ok(())
    }
}

fn is_active(key: &SubscriptionKey) -> bool {
    key.status == KeyStatus::Active
}

/// The key that was answered.
fn made(answered: &Answered) -> Option<KeyId> {
    answered.location.as_deref()?.rsplit('/').next()?.parse().ok()
}

pub(crate) fn in_flight(since: Moment) -> Refusal {
    let until = since.plus(IN_FLIGHT);
    Refusal::conflict(
        "request_in_flight",
        format!("This request is still being worked on; repeat it after {until}."),
    )
}

/// A taken value is ours to replace: the next try makes another one.
fn refused(error: gateway::Error) -> Problem {
    match error {
        gateway::Error::Refused(full @ gateway::Refusal::TooManyKeys) => Problem::refused(
            Kind::TooManyRequests { retry_after: AN_HOUR },
            "no_more_keys",
            full.to_string(),
        ),
        error => Problem::failed(error),
    }
}
