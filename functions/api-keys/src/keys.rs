//! What is done with keys, whether a user has them or one of their subscriptions.

use api::{Answer, Caller, IfMatch, ListQuery, Page, Problem, Submission};
use domain::{
    KeyId, Moment, Refusal,
    access_key::{AccessKey, KeyOf, KeyStatus, Secret, checked_grace},
    audit::Action,
    subscription::Subscription,
};
use store::{
    Key, Stored, Write,
    access_keys::{
        Holder, KeyEntry, create_key, give_key_room, key_entry, key_room, keys_of, replace_key,
    },
    create,
    rate_limit::{Bucket, buckets_of_key, usage},
    subscriptions::{Uses, key_uses, subscription},
    update,
};

use crate::{App, views};

/// Tries of a decision while others write.
const TRIES: u32 = 4;

type Wanted = (Key<AccessKey>, Option<Key<Uses>>, Vec<Key<Bucket>>);
type Buckets = Vec<Option<Stored<Bucket>>>;
type Found = (Option<Stored<AccessKey>>, Option<Stored<Uses>>, Buckets);

impl App {
    pub(crate) async fn list(
        &self,
        holder: Holder,
        asked: &ListQuery,
    ) -> Result<Page<views::ApiKey>, Problem> {
        let table = &self.context.table;
        let page = self.context.list(keys_of(holder), asked, |entry| self.wanted(entry)).await?;
        let found = table.read(page.items).await?;
        let now = table.clock().now();
        let items = found.into_iter().filter_map(|found| Some(shown(found, now)?.1)).collect();
        Ok(Page { items, next_cursor: page.next_cursor })
    }

    pub(crate) async fn create(
        &self,
        caller: &Caller,
        holder: Holder,
        submission: &Submission<views::ApiKeyRequest>,
    ) -> Result<Answer, Problem> {
        let table = &self.context.table;
        let create_once = || async move {
            let of = match holder {
                Holder::User(_) => None,
                Holder::Subscription(id) => Some(subscription(id)),
            };
            let wanted = (submission.key(), key_room(holder), of);
            let (earlier, room, of) = table.read(wanted).await?;
            if let Some(answer) = submission.replay(earlier.as_ref())? {
                return Ok(answer);
            }
            let now = table.clock().now();
            let of = opened(caller, holder, of, now)?;
            let request = submission.body.request().checked(now)?;
            let max_uses = request.max_uses;
            let (secret, hash) = self.new_secret(caller);
            let id = table.clock().id(KeyId::new);
            let key = AccessKey::new(id, caller.user_id, of, (&secret, hash), request, now);
            let uses = max_uses.map(|most| Uses::new(&key_uses(caller.user_id, id), most));
            let mut writes = create_key(&key, room.as_ref());
            writes.extend(uses.iter().map(create));
            writes.extend(self.entered(caller, Action::KeyCreated, &key).await?);
            writes.push(submission.remember(table, &created(holder, &key, max_uses, None)?));
            table.write(writes).await?;
            created(holder, &key, max_uses, Some(&secret))
        };
        submission.decided(table, create_once).await
    }

    pub(crate) async fn get(
        &self,
        caller: &Caller,
        holder: Holder,
        id: KeyId,
    ) -> Result<Answer, Problem> {
        let (key, view, _) = self.find(caller, holder, id).await?;
        Ok(Answer::ok(&view)?.etag(key.version()))
    }

    pub(crate) async fn change(
        &self,
        caller: &Caller,
        holder: Holder,
        id: KeyId,
        (if_match, change): (IfMatch, views::ApiKeyChange),
    ) -> Result<Answer, Problem> {
        let (mut key, view, _) = self.find(caller, holder, id).await?;
        if_match.check(key.version())?;
        let table = &self.context.table;
        let now = table.clock().now();
        key.change(change.settings().checked(now)?)?;
        let mut writes = vec![update(&key)];
        writes.extend(self.entered(caller, Action::KeyChanged, &key).await?);
        table.write(writes).await?;
        let view = views::ApiKey::of(&key, view.remaining_uses, view.last_used_at, now);
        Ok(Answer::ok(&view)?.etag(key.version() + 1))
    }

    /// At once, and for good; a repeat changes nothing.
    pub(crate) async fn revoke(
        &self,
        caller: &Caller,
        holder: Holder,
        id: KeyId,
    ) -> Result<Answer, Problem> {
        let table = &self.context.table;
        let revoke_once = || async move {
            let entry = own(caller, table.get(&key_entry(holder, id)).await?)?;
            let key = table.get(&entry.access_key()).await?;
            let mut key = key.ok_or_else(|| Refusal::not_found("key"))?;
            if key.revoke() {
                let mut writes = vec![update(&key)];
                writes.extend(key.takes_room().then(|| give_key_room(holder)));
                writes.extend(self.entered(caller, Action::KeyRevoked, &key).await?);
                table.write(writes).await?;
            }
            Ok::<_, Problem>(Answer::no_content())
        };
        table.attempt(TRIES, revoke_once).await
    }

    pub(crate) async fn rotate(
        &self,
        caller: &Caller,
        holder: Holder,
        id: KeyId,
        submission: &Submission<views::RotationRequest>,
    ) -> Result<Answer, Problem> {
        let table = &self.context.table;
        let rotate_once = || async move {
            let wanted = (submission.key(), key_entry(holder, id));
            let (earlier, entry) = table.read(wanted).await?;
            if let Some(answer) = submission.replay(earlier.as_ref())? {
                return Ok(answer);
            }
            let entry = own(caller, entry)?;
            let (key, uses) = table.read((entry.access_key(), entry.uses())).await?;
            let mut key = key.ok_or_else(|| Refusal::not_found("key"))?;
            let grace = checked_grace(submission.body.grace_seconds)?;
            let now = table.clock().now();
            let (secret, hash) = self.new_secret(caller);
            let next = key.rotate(table.clock().id(KeyId::new), (&secret, hash), grace, now)?;
            let uses = uses.as_deref().map(Uses::left);
            let mut writes = replace_key(&next);
            writes.push(update(&key));
            // Two live at the most.
            if let Some(mut oldest) = self.in_grace(holder, &key, now).await? {
                oldest.end_grace(now);
                writes.push(update(&oldest));
            }
            writes.extend(self.entered(caller, Action::KeyRotated, &key).await?);
            writes.push(submission.remember(table, &created(holder, &next, uses, None)?));
            table.write(writes).await?;
            created(holder, &next, uses, Some(&secret))
        };
        submission.decided(table, rotate_once).await
    }

    pub(crate) async fn usage(
        &self,
        caller: &Caller,
        holder: Holder,
        id: KeyId,
    ) -> Result<Answer, Problem> {
        let (key, _, buckets) = self.find(caller, holder, id).await?;
        let quota = self.context.allowance(key.plan).quota.unwrap_or_default();
        let usage = usage(&buckets, self.context.table.clock().now());
        Answer::ok(&views::ApiKeyUsage::of(&key, quota, &usage))
    }

    /// The key and all that is shown of it.
    async fn find(
        &self,
        caller: &Caller,
        holder: Holder,
        id: KeyId,
    ) -> Result<(Stored<AccessKey>, views::ApiKey, Buckets), Problem> {
        let table = &self.context.table;
        let entry = own(caller, table.get(&key_entry(holder, id)).await?)?;
        let found = table.read(self.wanted(&entry)).await?;
        Ok(shown(found, table.clock().now()).ok_or_else(|| Refusal::not_found("key"))?)
    }

    fn wanted(&self, entry: &KeyEntry) -> Wanted {
        let limit = self.context.allowance(entry.plan).limit;
        (entry.access_key(), entry.uses(), buckets_of_key(&entry.hash, limit))
    }

    /// The key that this one replaced, while both live.
    async fn in_grace(
        &self,
        holder: Holder,
        key: &AccessKey,
        now: Moment,
    ) -> Result<Option<Stored<AccessKey>>, Problem> {
        let (table, Some(id)) = (&self.context.table, key.rotated_from) else { return Ok(None) };
        let Some(entry) = table.get(&key_entry(holder, id)).await? else { return Ok(None) };
        let replaced = table.get(&entry.access_key()).await?;
        Ok(replaced.filter(|key| key.status_at(now) == KeyStatus::Active))
    }

    /// What enters on the owner's trail what was done to a key.
    async fn entered(
        &self,
        caller: &Caller,
        action: Action,
        key: &AccessKey,
    ) -> Result<Vec<Write>, store::Error> {
        let table = &self.context.table;
        let trail = table.trail(caller.user_id).await?;
        Ok(table.enter(trail, [caller.does(action).about(&key.name)]))
    }

    /// With the hash it is found by.
    fn new_secret(&self, caller: &Caller) -> (Secret, String) {
        let secret = Secret::new(caller.user_id, self.context.table.clock().random());
        let hash = self.context.api_keys.hex(secret.expose().as_bytes());
        (secret, hash)
    }
}

/// What a new key is for; another's subscription is as absent as one that never was.
fn opened(
    caller: &Caller,
    holder: Holder,
    found: Option<Stored<Subscription>>,
    now: Moment,
) -> Result<KeyOf, Refusal> {
    if let Holder::User(_) = holder {
        return Ok(KeyOf::User);
    }
    let own = found.filter(|subscription| subscription.user_id == caller.user_id);
    let subscription = own.ok_or_else(|| Refusal::not_found("subscription"))?;
    subscription.is_usable(now)?;
    Ok(KeyOf::subscription(&subscription))
}

fn own(caller: &Caller, found: Option<Stored<KeyEntry>>) -> Result<Stored<KeyEntry>, Refusal> {
    let own = found.filter(|entry| entry.user_id == caller.user_id);
    own.ok_or_else(|| Refusal::not_found("key"))
}

fn shown(
    (key, uses, buckets): Found,
    now: Moment,
) -> Option<(Stored<AccessKey>, views::ApiKey, Buckets)> {
    let key = key?;
    let last_used_at = usage(&buckets, now).last_used_at;
    let view = views::ApiKey::of(&key, uses.as_deref().map(Uses::left), last_used_at, now);
    Some((key, view, buckets))
}

/// With `secret` only what is told and never kept.
fn created(
    holder: Holder,
    key: &AccessKey,
    uses: Option<u64>,
    secret: Option<&Secret>,
) -> Result<Answer, Problem> {
    let location = match holder {
        Holder::User(_) => format!("/api-keys/{}", key.id),
        Holder::Subscription(id) => format!("/subscriptions/{id}/keys/{}", key.id),
    };
    Ok(Answer::created(location, &views::CreatedApiKey::of(key, uses, secret))?.etag(1))
}
