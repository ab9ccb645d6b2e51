//! Who sends a request, from the gateway's verified claims or from an API key.

use std::net::IpAddr;

use axum::extract::{FromRequestParts, Request};
use domain::{
    Moment, Refusal, UserId,
    access_key::{AccessKey, Scope, Secret},
    account::{Role, Subject},
    audit::{Action, Actor, Event},
    rate_limit::Requester,
    session::{self, Session, SessionId},
};
use http::{Extensions, request::Parts};
use lambda_http::{RequestExt, request::RequestContext};
use store::{Stored, Write, accounts::subject, exists, sessions::session, unchanged};

use crate::{Context, Problem, claims::vouched};

/// A known user, as the table has them now.
#[derive(Clone, Debug)]
pub struct Caller {
    pub user_id: UserId,
    pub roles: Vec<Role>,
    pub access: Access,
    pub origin: session::Origin,
    subject: Stored<Subject>,
}

/// A use of a session, a minute or more after the last one that was noted.
pub(crate) struct Used {
    session: Stored<Session>,
    origin: session::Origin,
    at: Moment,
}

/// The door a caller came through.
#[derive(Clone, Debug)]
pub enum Access {
    SignedIn(Box<Stored<Session>>),
    Key(Box<Stored<AccessKey>>),
}

impl Caller {
    pub fn key(&self) -> Option<&AccessKey> {
        match &self.access {
            Access::SignedIn(_) => None,
            Access::Key(key) => Some(key),
        }
    }

    /// What the caller's login began; `None` of a key.
    pub fn session(&self) -> Option<&Stored<Session>> {
        match &self.access {
            Access::SignedIn(session) => Some(session),
            Access::Key(_) => None,
        }
    }

    /// With a key that is bound to addresses: from those alone.
    pub(crate) fn may_come_from(self, source: Option<IpAddr>) -> Result<Self, Problem> {
        if let Some(key) = self.key() {
            key.may_come_from(source)?;
        }
        Ok(self)
    }

    /// Lets a write through only while nothing was withdrawn from the caller since the guard looked.
    pub fn still_stands(&self) -> Vec<Write> {
        vec![unchanged(&self.subject).or(caller_changed()), self.still_has_access()]
    }

    /// The same for a write that changes how the caller stands: `subject` is what it builds on.
    pub fn still_stands_as(&self, subject: &Stored<Subject>) -> Result<Write, Refusal> {
        if subject.version() != self.subject.version() {
            return Err(caller_changed());
        }
        Ok(self.still_has_access())
    }

    fn still_has_access(&self) -> Write {
        let access = match &self.access {
            Access::SignedIn(session) => exists(session),
            Access::Key(key) => unchanged(key),
        };
        access.or(caller_changed())
    }

    /// Something they do, to be entered on an audit trail.
    pub fn does(&self, action: Action) -> Event {
        Event::new(action, Actor::User(self.user_id), self.origin.address)
    }

    /// What is to be noted of this request; most come within a minute of one that was noted.
    pub(crate) fn unnoted(&self, at: Moment) -> Option<Used> {
        let session = self.session().filter(|session| session.is_to_be_noted(at))?.clone();
        Some(Used { session, origin: self.origin.clone(), at })
    }

    /// Distinguishes this caller's requests from those of every other, key by key.
    pub(crate) fn name(&self) -> String {
        match &self.access {
            Access::SignedIn(_) => self.user_id.to_string(),
            Access::Key(key) => format!("{}/{}", self.user_id, key.id),
        }
    }
}

fn caller_changed() -> Refusal {
    Refusal::conflict(
        "caller_changed",
        "Your account or key was changed just now; send the request again.",
    )
}

impl<S: Send + Sync> FromRequestParts<S> for Caller {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        parts.extensions.get::<Self>().cloned().ok_or_else(Problem::unauthenticated)
    }
}

/// What the request shows for itself; nothing is looked up yet.
pub(crate) enum Credentials {
    SignedIn(UserId, SessionId),
    Key { owner: UserId, hash: String },
}

impl Credentials {
    pub(crate) fn of(request: &Request, context: &Context) -> Option<Self> {
        let now = context.table.clock().now();
        if let Some(vouched) = vouched(request.extensions(), &context.audience, now) {
            return Some(Self::SignedIn(vouched.user_id, vouched.session_id));
        }
        let key = Secret::parse(request.headers().get("x-api-key")?.to_str().ok()?)?;
        let hash = context.api_keys.hex(key.expose().as_bytes());
        Some(Self::Key { owner: key.owner()?, hash })
    }

    /// Whom they would be counted as.
    pub(crate) fn requester(&self) -> Requester {
        match self {
            Self::SignedIn(user_id, _) => Requester::User(*user_id),
            Self::Key { hash, .. } => Requester::Key(hash.clone()),
        }
    }
}

/// Whether the request came through the door of programs, by the gateway's word: our authorizer has let it pass.
pub(crate) fn was_authorized(extensions: &Extensions) -> bool {
    let Some(RequestContext::ApiGatewayV1(context)) = extensions.request_context_ref() else {
        return false;
    };
    let told = &context.authorizer.fields;
    told.contains_key("principalId") && !told.contains_key("claims")
}

impl Context {
    /// One read tells who it is and how they stand now.
    pub(crate) async fn identify(&self, credentials: Credentials) -> Result<Caller, Problem> {
        let (subject, access) = match credentials {
            Credentials::SignedIn(user_id, id) => self.by_session(user_id, &id).await?,
            Credentials::Key { owner, hash } => self.by_key(owner, &hash).await?,
        };
        let subject = subject.ok_or_else(Problem::unauthenticated)?;
        subject.status.in_good_standing()?;
        let (user_id, roles) = (subject.user_id, subject.roles.clone());
        Ok(Caller { user_id, roles, access, origin: session::Origin::default(), subject })
    }

    /// Whose session has ended is nobody, whatever their token says.
    async fn by_session(
        &self,
        user_id: UserId,
        id: &SessionId,
    ) -> Result<(Option<Stored<Subject>>, Access), Problem> {
        let found = self.table.read((subject(user_id), session(user_id, id))).await?;
        let (subject, Some(session)) = found else { return Err(Problem::unauthenticated()) };
        Ok((subject, Access::SignedIn(Box::new(session))))
    }

    /// Notes when and from where a session was used. The request is served though it cannot be noted.
    pub(crate) async fn note_use(&self, used: Option<Used>) {
        let Some(Used { session, origin, at }) = used else { return };
        if let Err(cause) = self.table.note_use(&session, &origin, at).await {
            tracing::warn!(%cause, "the use of a session was not noted");
        }
    }

    async fn by_key(
        &self,
        owner: UserId,
        hash: &str,
    ) -> Result<(Option<Stored<Subject>>, Access), Problem> {
        let found =
            self.table.read((subject(owner), store::access_keys::access_key(owner, hash))).await?;
        let (subject, Some(key)) = found else { return Err(Problem::unauthenticated()) };
        key.may_be_used(self.table.clock().now())?;
        Ok((subject, Access::Key(Box::new(key))))
    }
}

/// A scope by its name, as security requirements list it.
pub(crate) fn scope(name: &str) -> Option<Scope> {
    Scope::ALL.into_iter().find(|scope| scope.name() == name)
}
