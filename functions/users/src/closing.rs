//! How an account is closed, and everything that goes on in its name with it.
//!
//! The first write decides: from then on the guard lets nobody in, and no subscription is renewed. What is ended after
//! it could do nothing more, so that whoever dies in between leaves nothing that works; a repeat ends the rest, and no
//! closed account is restored before it has.

use api::{Answer, Caller, IfMatch, IfMatchHeader, Origin, Path, Problem};
use axum::extract::State;
use domain::{
    SubscriptionId, UserId,
    access_key::{AccessKey, KeyStatus},
    account::{Status, User},
    audit::{Action, Actor, Event},
    shape,
};
use store::{
    access_keys::{Holder, access_key, give_key_room, keys_of},
    renewals::renew,
    subscriptions::{of_user, subscription},
    update,
};

use crate::{App, TRIES, failed, whose::own_or_any};

/// Close an account
///
/// One's own, or as an administrator any. Nothing of it works from the next request on: its sessions and API keys end,
/// and its subscriptions, which are not charged again. Its apps, jobs and bills stay. Only an administrator opens it
/// again.
#[utoipa::path(delete, path = "/users/{user_id}", operation_id = "deleteUser", tag = "Users",
    security(("cognito" = [])), params(("user_id" = inline(shape::UserReference), Path), IfMatchHeader),
    extensions(("x-problems" = json!(["account_not_verified", "last_admin", "caller_changed", "conflict"]))),
    responses((status = 204, description = "It is closed.")))]
pub(crate) async fn delete_user(
    State(app): State<App>,
    caller: Caller,
    Path(user_id): Path<String>,
    if_match: IfMatch,
    Origin(origin): Origin,
) -> Result<Answer, Problem> {
    let id = own_or_any(&caller, &user_id)?;
    let event = Event::new(Action::Deactivated, Actor::User(caller.user_id), origin.address);
    if app.account(id).await?.status != Status::Deactivated {
        app.change(&caller, id, Some(&if_match), event.clone(), User::deactivate).await?;
    }
    app.end_all_of(id, &event).await?;
    Ok(Answer::no_content())
}

impl App {
    /// Ends the sessions, keys and subscriptions of a closed account, told as done by who closes it. Safe to repeat.
    pub(crate) async fn end_all_of(&self, user: UserId, closing: &Event) -> Result<(), Problem> {
        if !self.sessions.live(user).await.map_err(failed)?.is_empty() {
            let event = Event { action: Action::SessionsEnded, ..closing.clone() };
            self.sessions.end_all(user, None, event).await.map_err(failed)?;
        }
        self.end_keys(Holder::User(user)).await?;
        let table = &self.context.table;
        let mut query = of_user(user);
        loop {
            let page = table.query(&query).await?;
            for subscription in &page.items {
                self.end_keys(Holder::Subscription(subscription.id)).await?;
                self.end_subscription(subscription.id).await?;
            }
            let Some(next) = page.next else { return Ok(()) };
            query = query.after(Some(next));
        }
    }

    /// What has begun before the account was closed is charged, and nothing after it.
    async fn end_subscription(&self, id: SubscriptionId) -> Result<(), Problem> {
        let table = &self.context.table;
        renew(table, id).await?;
        table
            .attempt(TRIES, || async {
                let Some(mut found) = table.get(&subscription(id)).await? else { return Ok(()) };
                match found.end(table.clock().now()) {
                    true => Ok(table.write([update(&found)]).await?),
                    false => Ok(()),
                }
            })
            .await
    }

    /// All keys by which programs act for the user, or for one of their subscriptions.
    async fn end_keys(&self, of: Holder) -> Result<(), Problem> {
        let table = &self.context.table;
        let mut query = keys_of(of);
        loop {
            let page = table.query(&query).await?;
            let keys: Vec<_> = page.items.iter().map(|entry| entry.access_key()).collect();
            let found = table.read(keys).await?;
            let opens = found.iter().flatten().filter(|key| key.status == KeyStatus::Active);
            for key in opens {
                self.end_key(key).await?;
            }
            let Some(next) = page.next else { return Ok(()) };
            query = query.after(Some(next));
        }
    }

    async fn end_key(&self, key: &AccessKey) -> Result<(), Problem> {
        let (table, address) = (&self.context.table, access_key(key.user_id, &key.hash));
        table
            .attempt(TRIES, || async {
                let Some(mut key) = table.get(&address).await? else { return Ok(()) };
                if key.revoke() {
                    let mut writes = vec![update(&key)];
                    writes.extend(key.takes_room().then(|| give_key_room(Holder::of(&key))));
                    table.write(writes).await?;
                }
                Ok(())
            })
            .await
    }
}
