//! How a session begins, goes on and ends, in the table and in the user pool alike?
//!
//! The table is the truth: a session it does not know opens nothing, whatever tokens say. The pool is told so that its
//! own operations refuse the tokens as well.

use domain::{
    Moment, UserId,
    account::refresh_refused,
    audit::{Action, Actor, Event},
    session::{MAX_SESSIONS, Origin, RefreshToken, Session, SessionId, Shown},
};
use futures_util::future::join_all;
use identity::{Identity, Secret, Tokens};
use secrets::{KeyedHash, Seal};
use store::{
    Attempted, Stored, Table, Write,
    accounts::subject,
    audit::Trails,
    create, delete,
    sessions::{PoolToken, pool_token, session, sessions_of},
    update,
};

/// Tries of a decision while others write.
const TRIES: u32 = 4;
/// Bytes of a refresh token's secret that are random; as many mark it as ours.
const HALF: usize = 16;

/// Why a session did not go on, or did not end.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error(transparent)]
    Store(#[from] store::Error),
    #[error(transparent)]
    Identity(identity::Error),
}

impl Attempted for Error {
    fn contended(&self) -> bool {
        matches!(self, Self::Store(error) if error.contended())
    }
}

/// The token is made up or old, or its session is over.
fn ended() -> Error {
    Error::Store(refresh_refused().into())
}

/// Built once, at init.
#[derive(Clone, Debug)]
pub struct Sessions {
    table: Table,
    identity: Identity,
    tokens: KeyedHash,
    seal: Seal,
}

/// A session with what its owner is told this once.
pub struct Begun {
    /// To be written together with what made the session begin.
    pub writes: Vec<Write>,
    pub refresh: RefreshToken,
    /// Until then it can be gone on with.
    pub ends_at: Moment,
}

/// Sessions that are about to end.
pub struct Ending {
    /// To be written together with why they end.
    pub writes: Vec<Write>,
    /// The pool's, to be revoked.
    tokens: Vec<Secret>,
}

/// What a session goes on with.
pub struct Renewed {
    pub tokens: Tokens,
    pub refresh: RefreshToken,
    /// Until then the session can be gone on with.
    pub ends_at: Moment,
}

impl Sessions {
    /// `tokens` hashes refresh tokens, `seal` closes those of the pool.
    pub fn new(table: Table, identity: Identity, tokens: KeyedHash, seal: Seal) -> Self {
        Self { table, identity, tokens, seal }
    }

    /// What makes a login a session; where the user has too many, those used longest ago end.
    pub async fn begin(
        &self,
        user: UserId,
        id: SessionId,
        tokens: &Tokens,
        origin: Origin,
    ) -> Result<Begun, Error> {
        let now = self.table.clock().now();
        let refresh = self.refresh_token(user, id.clone());
        let new = Session::new(id, user, self.hash(&refresh), origin, now);
        let mut live = self.live(user).await?;
        live.sort_unstable_by_key(|session| session.last_used_at);
        let over = (live.len() + 1).saturating_sub(MAX_SESSIONS);
        let ended: Vec<_> = live.drain(..over).collect();
        let mut writes = self.deletions(&ended).await?;
        writes.extend([create(&new), create(&self.closed(&new, &tokens.refresh))]);
        Ok(Begun { writes, refresh, ends_at: new.ends_at })
    }

    /// New tokens for a refresh token, which is used up by it.
    ///
    /// Whoever shows one that was used up before ends the session: there is a copy of it.
    pub async fn renew(&self, shown: &RefreshToken, origin: &Origin) -> Result<Renewed, Error> {
        if !self.is_ours(shown) {
            return Err(ended());
        }
        let tokens = self.tokens_of(shown).await?;
        let next = self.refresh_token(shown.user_id, shown.session_id.clone());
        let rotated = self.table.attempt(TRIES, || self.rotate(shown, &next, origin)).await?;
        match rotated {
            (Shown::Good, ends_at) => Ok(Renewed { tokens, refresh: next, ends_at }),
            (Shown::Stale, _) => {
                let event = Event::new(Action::RefreshTokenReused, Actor::Stranger, origin.address);
                self.end(shown.user_id, &shown.session_id, event).await?;
                Err(ended())
            }
        }
    }

    /// The pool's, for a session that is still there.
    async fn tokens_of(&self, shown: &RefreshToken) -> Result<Tokens, Error> {
        let (user, id) = (shown.user_id, &shown.session_id);
        let found = self.table.read((subject(user), session(user, id), pool_token(user, id)));
        let (Some(_), Some(_), Some(closed)) = found.await? else { return Err(ended()) };
        let refresh = self.opened(&closed).ok_or_else(ended)?;
        match self.identity.refresh(&refresh).await {
            Err(identity::Error::Refused(identity::Refusal::SessionEnded)) => Err(ended()),
            done => done.map_err(Error::Identity),
        }
    }

    async fn rotate(
        &self,
        shown: &RefreshToken,
        next: &RefreshToken,
        origin: &Origin,
    ) -> Result<(Shown, Moment), Error> {
        let found = self.table.get(&session(shown.user_id, &shown.session_id)).await?;
        let mut found = found.ok_or_else(ended)?;
        let now = self.table.clock().now();
        let verdict = found.rotate(&self.hash(shown), self.hash(next), origin.clone(), now);
        if verdict == Shown::Good {
            self.table.write([update(&found)]).await?;
        }
        Ok((verdict, found.ends_at))
    }

    /// The sessions of a user, in no order that means anything.
    pub async fn live(&self, user: UserId) -> Result<Vec<Stored<Session>>, Error> {
        Ok(self.table.query(&sessions_of(user)).await?.items)
    }

    /// Ends one session; `false` where there is none of that id.
    pub async fn end(&self, user: UserId, id: &SessionId, event: Event) -> Result<bool, Error> {
        let ended = self.table.attempt(TRIES, || async {
            let trails = self.table.trails(user, event.by).await?;
            let Some(found) = self.table.get(&session(user, id)).await? else { return Ok(None) };
            Ok::<_, Error>(Some(self.end_these(trails, vec![found], event.clone()).await?))
        });
        let Some(secrets) = ended.await? else { return Ok(false) };
        self.tell_pool(secrets).await;
        Ok(true)
    }

    /// Ends all sessions of a user, but for `kept`; answers how many ended.
    pub async fn end_all(
        &self,
        user: UserId,
        kept: Option<&SessionId>,
        event: Event,
    ) -> Result<usize, Error> {
        let ended = self.table.attempt(TRIES, || async {
            // First of all: a session that begins from here on is entered, and this write meets that.
            let trails = self.table.trails(user, event.by).await?;
            let mut live = self.live(user).await?;
            live.retain(|session| Some(&session.id) != kept);
            let ended = live.len();
            Ok::<_, Error>((ended, self.end_these(trails, live, event.clone()).await?))
        });
        let (ended, secrets) = ended.await?;
        self.tell_pool(secrets).await;
        Ok(ended)
    }

    /// What ends all sessions of a user, but for `kept`, in a write of the caller's. Once it is written, [`Self::ended`] tells
    /// the pool.
    pub async fn ending(&self, user: UserId, kept: Option<&SessionId>) -> Result<Ending, Error> {
        let mut live = self.live(user).await?;
        live.retain(|session| Some(&session.id) != kept);
        let closed = self.pool_tokens(&live).await?;
        let writes = live.iter().map(delete).chain(closed.iter().map(delete)).collect();
        Ok(Ending { writes, tokens: closed.iter().filter_map(|one| self.opened(one)).collect() })
    }

    /// Tells the pool of sessions that have ended.
    pub async fn ended(&self, ending: Ending) {
        self.tell_pool(ending.tokens).await;
    }

    async fn pool_tokens(&self, of: &[Stored<Session>]) -> Result<Vec<Stored<PoolToken>>, Error> {
        let keys = of.iter().map(|session| pool_token(session.user_id, &session.id));
        let found = self.table.read(keys.collect::<Vec<_>>()).await?;
        Ok(found.into_iter().flatten().collect())
    }

    /// Answers the pool's tokens, which are to be revoked.
    async fn end_these(
        &self,
        trails: Trails,
        ended: Vec<Stored<Session>>,
        event: Event,
    ) -> Result<Vec<Secret>, Error> {
        let closed = self.pool_tokens(&ended).await?;
        let mut writes: Vec<_> = ended.iter().map(delete).collect();
        writes.extend(closed.iter().map(delete));
        writes.extend(self.table.enter_on_each(trails, event));
        self.table.write(writes).await?;
        Ok(closed.iter().filter_map(|closed| self.opened(closed)).collect())
    }

    async fn deletions(&self, ended: &[Stored<Session>]) -> Result<Vec<Write>, Error> {
        let closed = self.pool_tokens(ended).await?;
        Ok(ended.iter().map(delete).chain(closed.iter().map(delete)).collect())
    }

    /// Here they have ended already; what the pool was not told lasts there until its access token does.
    async fn tell_pool(&self, tokens: Vec<Secret>) {
        let revoked = tokens.iter().map(|token| self.identity.revoke(token));
        for cause in join_all(revoked).await.into_iter().filter_map(Result::err) {
            tracing::warn!(%cause, "the pool was not told that a session has ended");
        }
    }

    fn refresh_token(&self, user: UserId, id: SessionId) -> RefreshToken {
        self.marked(user, id, self.table.clock().random())
    }

    /// With a mark of ours behind what is random, so that one we gave out is known from one that somebody made up.
    fn marked(&self, user: UserId, id: SessionId, random: [u8; HALF]) -> RefreshToken {
        let marked = format!("{user}.{id}.{}", hex::encode(random));
        let mark = self.tokens.hash(marked.as_bytes());
        let mut secret = [0; 2 * HALF];
        secret[..HALF].copy_from_slice(&random);
        secret[HALF..].copy_from_slice(&mark[..HALF]);
        RefreshToken::new(user, id, secret)
    }

    fn is_ours(&self, shown: &RefreshToken) -> bool {
        let mut random = [0; HALF];
        let read = hex::decode_to_slice(shown.first_half(), &mut random);
        let ours = self.marked(shown.user_id, shown.session_id.clone(), random);
        // Hashes of both: how long their comparison takes tells nothing of the mark.
        read.is_ok() && self.hash(&ours) == self.hash(shown)
    }

    fn hash(&self, token: &RefreshToken) -> String {
        self.tokens.hex(token.expose().as_bytes())
    }

    fn closed(&self, of: &Session, token: &Secret) -> PoolToken {
        let nonce = self.table.clock().random();
        PoolToken {
            user_id: of.user_id,
            session_id: of.id.clone(),
            sealed: self.seal.close(token.reveal().as_bytes(), nonce),
            ends_at: of.ends_at,
        }
    }

    fn opened(&self, closed: &PoolToken) -> Option<Secret> {
        let text = String::from_utf8(self.seal.open(&closed.sealed)?).ok()?;
        Some(Secret::new(text))
    }
}
