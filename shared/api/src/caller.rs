//! Who sends a request, from the gateway's verified claims or from an API key.

use std::net::IpAddr;

use axum::extract::{FromRequestParts, Request};
use domain::{
    Kind, Refusal, UserId,
    access_key::{AccessKey, Scope, Secret},
    account::{Role, Status, Subject},
    rate_limit::Requester,
};
use http::{Extensions, request::Parts};
use lambda_http::{RequestExt, request::RequestContext};
use secrets::KeyedHash;
use store::{Stored, Write, accounts::subject, unchanged};

use crate::{Context, Problem};

/// A known user, as the table has them now.
#[derive(Clone, Debug)]
pub struct Caller {
    pub user_id: UserId,
    pub roles: Vec<Role>,
    pub access: Access,
    subject: Stored<Subject>,
}

/// The door a caller came through.
#[derive(Clone, Debug)]
pub enum Access {
    SignedIn,
    Key(Box<Stored<AccessKey>>),
}

impl Caller {
    pub fn key(&self) -> Option<&AccessKey> {
        match &self.access {
            Access::SignedIn => None,
            Access::Key(key) => Some(key),
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
        let changed = || {
            Refusal::conflict(
                "caller_changed",
                "Your account or key was changed just now; send the request again.",
            )
        };
        let mut checks = vec![unchanged(&self.subject).or(changed())];
        if let Access::Key(key) = &self.access {
            checks.push(unchanged(key).or(changed()));
        }
        checks
    }

    /// Distinguishes this caller's requests from those of every other, key by key.
    pub(crate) fn name(&self) -> String {
        match &self.access {
            Access::SignedIn => self.user_id.to_string(),
            Access::Key(key) => format!("{}/{}", self.user_id, key.id),
        }
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Caller {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        parts.extensions.get::<Self>().cloned().ok_or_else(Problem::unauthenticated)
    }
}

/// What the request shows for itself; nothing is looked up yet.
pub(crate) enum Credentials {
    SignedIn(UserId),
    Key { owner: UserId, hash: String },
}

impl Credentials {
    /// Claims come from the gateway's authorizer alone, never from a header.
    pub(crate) fn of(request: &Request, api_keys: &KeyedHash) -> Option<Self> {
        if let Some(user_id) = signed_in(request.extensions()) {
            return Some(Self::SignedIn(user_id));
        }
        let key = Secret::parse(request.headers().get("x-api-key")?.to_str().ok()?)?;
        let hash = api_keys.hex(key.expose().as_bytes());
        Some(Self::Key { owner: key.owner()?, hash })
    }

    /// Whom they would be counted as.
    pub(crate) fn requester(&self) -> Requester {
        match self {
            Self::SignedIn(user_id) => Requester::User(*user_id),
            Self::Key { hash, .. } => Requester::Key(hash.clone()),
        }
    }
}

fn signed_in(extensions: &Extensions) -> Option<UserId> {
    let RequestContext::ApiGatewayV1(context) = extensions.request_context_ref()? else {
        return None;
    };
    let claims = context.authorizer.fields.get("claims")?;
    let claim = |name: &str| claims.get(name).and_then(|value| value.as_str());
    if claim("token_use") != Some("access") {
        return None;
    }
    claim("username")?.parse().ok()
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
            Credentials::SignedIn(user_id) => {
                (self.table.get(&subject(user_id)).await?, Access::SignedIn)
            }
            Credentials::Key { owner, hash } => self.by_key(owner, &hash).await?,
        };
        let subject = subject.ok_or_else(Problem::unauthenticated)?;
        in_good_standing(&subject)?;
        Ok(Caller { user_id: subject.user_id, roles: subject.roles.clone(), access, subject })
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

fn in_good_standing(subject: &Subject) -> Result<(), Problem> {
    match subject.status {
        Status::Active => Ok(()),
        Status::Pending => Err(Problem::refused(
            Kind::Forbidden,
            "email_not_verified",
            "Open the link we mailed you first, or ask for a new one with POST /auth/verify/resend.",
        )),
        Status::Suspended => Err(Problem::refused(
            Kind::Forbidden,
            "account_suspended",
            "This account is suspended; write to support to have it restored.",
        )),
    }
}

/// A scope by its name, as security requirements list it.
pub(crate) fn scope(name: &str) -> Option<Scope> {
    Scope::ALL.into_iter().find(|scope| scope.name() == name)
}
