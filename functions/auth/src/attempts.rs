//! How tries at a secret are counted before they are made, and its owner is told of too many?

use std::net::IpAddr;

use api::Problem;
use domain::{
    Moment, UserId,
    attempts::{Counted, LOCKED, Taken, too_many_attempts},
    audit::{Action, Actor, Event},
};
use mail::Message;
use store::{
    Key, Stored, Write,
    accounts::user,
    attempts::{AttemptsAt, from_address},
    delete, replace, update,
};

use crate::{App, TRIES};

/// A try that was counted as wrong, at whom it may mean and from an address.
pub(crate) struct Attempt {
    at: Vec<Key<AttemptsAt>>,
    from: Option<(IpAddr, Key<AttemptsAt>)>,
    taken: Taken,
    /// Before anybody looked at the secret.
    pub(crate) since: Moment,
}

impl App {
    /// Counts a try as wrong until it proves right; who tried too often has to wait, whether or not the account exists.
    pub(crate) async fn take_attempt(
        &self,
        at: Vec<Key<AttemptsAt>>,
        address: Option<IpAddr>,
    ) -> Result<Attempt, Problem> {
        let table = &self.context.table;
        let hash = |address: IpAddr| self.context.attempts.hex(address.to_string().as_bytes());
        let from = address.map(|address| (address, from_address(&hash(address))));
        let taken = table.attempt(TRIES, || async {
            let place = from.as_ref().map(|(_, key)| key.clone());
            let (accounts, address) = table.read((at.clone(), place.clone())).await?;
            let (mut locks, mut writes) = (false, Vec::new());
            for (found, key) in accounts.into_iter().zip(&at) {
                let (taken, counted) = self.counted(found, key, Counted::Account)?;
                locks |= taken.locks;
                writes.push(counted);
            }
            if let Some(place) = &place {
                writes.push(self.counted(address, place, Counted::Address)?.1);
            }
            table.write(writes).await?;
            Ok::<_, store::Error>(Taken { locks })
        });
        match taken.await {
            Ok(taken) => Ok(Attempt { at, from, taken, since: table.clock().now() }),
            // So many at once that not one of a few tries got in between.
            Err(store::Error::Contended) => Err(too_many_attempts(A_MOMENT).into()),
            Err(error) => Err(error.into()),
        }
    }

    fn counted(
        &self,
        found: Option<Stored<AttemptsAt>>,
        key: &Key<AttemptsAt>,
        of: Counted,
    ) -> Result<(Taken, Write), store::Error> {
        let mut next =
            found.as_ref().map_or_else(|| AttemptsAt::none(key), |found| (**found).clone());
        let taken = next.attempts.take(of, self.context.table.clock().now())?;
        Ok((taken, replace(found, next)))
    }

    /// What goes into the write of whatever the right try was for: the account's wrong ones are forgotten, and this
    /// one is not counted against its address.
    pub(crate) async fn forgiven(&self, attempt: &Attempt) -> Result<Vec<Write>, store::Error> {
        let (accounts, address) = self.counts(attempt).await?;
        let mut writes: Vec<_> = accounts.iter().map(delete).collect();
        writes.extend(address.map(taken_back));
        Ok(writes)
    }

    /// Counts a right try no longer, and leaves the wrong ones: for where more than this one secret is asked.
    pub(crate) async fn take_back(&self, attempt: &Attempt) -> Result<(), store::Error> {
        let table = &self.context.table;
        table
            .attempt(TRIES, || async {
                let (accounts, address) = self.counts(attempt).await?;
                table.write(accounts.into_iter().chain(address).map(taken_back)).await
            })
            .await
    }

    async fn counts(
        &self,
        attempt: &Attempt,
    ) -> Result<(Vec<Stored<AttemptsAt>>, Option<Stored<AttemptsAt>>), store::Error> {
        let place = attempt.from.as_ref().map(|(_, key)| key.clone());
        let (accounts, address) = self.context.table.read((attempt.at.clone(), place)).await?;
        Ok((accounts.into_iter().flatten().collect(), address))
    }

    /// Tells the owner, and the account's trail, where this wrong try has closed the account for a while. The caller is
    /// answered as before whatever becomes of it.
    pub(crate) async fn tell_of_lock(&self, attempt: &Attempt, owner: UserId) {
        if attempt.taken.locks
            && let Err(cause) = self.told_of_lock(attempt, owner).await
        {
            tracing::error!(%cause, user_id = %owner, "a lock was not told of");
        }
    }

    /// What came of a try; where it was wrong and locks the account, the owner is told.
    pub(crate) async fn judged<T>(
        &self,
        attempt: &Attempt,
        owner: UserId,
        came: Result<T, Problem>,
    ) -> Result<T, Problem> {
        if came.is_err() {
            self.tell_of_lock(attempt, owner).await;
        }
        came
    }

    async fn told_of_lock(&self, attempt: &Attempt, owner: UserId) -> Result<(), store::Error> {
        let table = &self.context.table;
        let Some(user) = table.get(&user(owner)).await? else { return Ok(()) };
        let from = attempt.from.as_ref().map(|(address, _)| *address);
        let event = Event::new(Action::AttemptsLocked, Actor::Stranger, from);
        table
            .attempt(TRIES, || async {
                let trail = table.trail(owner).await?;
                table.write(table.enter(trail, [event.clone()])).await
            })
            .await?;
        let minutes = LOCKED.as_secs() / 60;
        self.tell(&user, |to, name| Message::locked(to, name, minutes)).await;
        Ok(())
    }
}

fn taken_back(mut counted: Stored<AttemptsAt>) -> Write {
    counted.attempts.take_back();
    update(&counted)
}

const A_MOMENT: std::time::Duration = std::time::Duration::from_secs(1);
