//! The edge of sign-in elsewhere: where does a browser go to sign in with Google, and who comes back from there?
//!
//! Google is reached through the user pool's own sign-in pages (OAuth 2.0 with PKCE, OpenID Connect): what comes back is
//! a code, and for the code the pool's own tokens.

mod http;
mod id_token;

use std::sync::{Arc, Mutex, PoisonError};

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use domain::{Moment, account::GoogleIdentity};
use form_urlencoded::Serializer;
use jsonwebtoken::jwk::JwkSet;
use serde::Deserialize;
use sha2::{Digest, Sha256};

use crate::http::{Answer, Web};

/// The name of the provider in the user pool.
pub const PROVIDER: &str = "Google";
/// The last one lets the tokens through this hub's doors.
const SCOPES: &str = "openid email profile aws.cognito.signin.user.admin";
/// Longer than any code.
const MAX_CODE: usize = 2048;

/// Why nobody is signed in.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The code, or what it was exchanged for, is not good: to be shown, never tried again as it is.
    #[error("the sign-in is refused: {0}")]
    Refused(&'static str),
    /// Ours: to be logged and tried again; holds no code, token or address.
    #[error("{0}")]
    Failed(String),
}

/// Where the pool's sign-in pages are, and how its tokens are checked.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Of the pages, without a slash at the end: `https://hub.auth.eu-central-1.amazoncognito.com`.
    pub pages: String,
    /// Of the pool's public keys.
    pub keys: String,
    /// Who has to have made an id token.
    pub issuer: String,
    pub client_id: String,
    /// Where the browser comes back to.
    pub callback: String,
}

impl Settings {
    /// As AWS has them; `keys` is where the public keys are, if elsewhere.
    pub fn of_pool(
        pool_id: &str,
        client_id: &str,
        pages: String,
        keys: Option<String>,
        callback: String,
    ) -> Self {
        let region = pool_id.split('_').next().unwrap_or_default();
        let issuer = format!("https://cognito-idp.{region}.amazonaws.com/{pool_id}");
        let keys = keys.unwrap_or_else(|| format!("{issuer}/.well-known/jwks.json"));
        Self { pages, keys, issuer, client_id: client_id.to_owned(), callback }
    }
}

/// What ties the answer to the question, and to the browser that asked it.
#[derive(Clone, Debug)]
pub struct Question {
    pub state: String,
    pub nonce: String,
    /// PKCE's secret, of 43 to 128 characters.
    pub verifier: String,
}

/// The pool's tokens, and who they say it is.
pub struct SignedIn {
    pub access: String,
    pub refresh: String,
    pub id: String,
    pub expires_in: u64,
    /// What the pool calls the user.
    pub username: String,
    pub google: GoogleIdentity,
}

/// Built once, at init.
#[derive(Clone, Debug)]
pub struct Federation {
    settings: Arc<Settings>,
    web: Web,
    keys: Arc<Mutex<Option<JwkSet>>>,
}

/// What the pool answers for a code.
#[derive(Deserialize)]
struct Granted {
    access_token: String,
    id_token: String,
    refresh_token: String,
    expires_in: u64,
}

impl Federation {
    pub fn new(settings: Settings) -> Self {
        Self { settings: Arc::new(settings), web: Web::new(), keys: Arc::default() }
    }

    /// Where a browser is sent to sign in.
    pub fn sign_in_address(&self, question: &Question) -> String {
        let settings = &self.settings;
        let challenge = URL_SAFE_NO_PAD.encode(Sha256::digest(question.verifier.as_bytes()));
        let query = Serializer::new(String::new())
            .append_pair("response_type", "code")
            .append_pair("identity_provider", PROVIDER)
            .append_pair("client_id", &settings.client_id)
            .append_pair("redirect_uri", &settings.callback)
            .append_pair("scope", SCOPES)
            .append_pair("state", &question.state)
            .append_pair("nonce", &question.nonce)
            .append_pair("code_challenge", &challenge)
            .append_pair("code_challenge_method", "S256")
            .finish();
        format!("{}/oauth2/authorize?{query}", settings.pages)
    }

    /// Exchanges a code, and checks what is granted for it: signature, issuer, audience, life, nonce, proved address.
    ///
    /// # Errors
    /// [`Error::Refused`] for whatever is not as it has to be, or failed.
    pub async fn sign_in(
        &self,
        code: &str,
        question: &Question,
        now: Moment,
    ) -> Result<SignedIn, Error> {
        if code.is_empty() || code.len() > MAX_CODE {
            return Err(Error::Refused("no code"));
        }
        let granted = self.exchange(code, &question.verifier).await?;
        let claims = self.checked(&granted.id_token, &question.nonce, now).await?;
        let username = claims.username.clone();
        let google = claims.google()?;
        let Granted { access_token: access, id_token: id, refresh_token: refresh, expires_in } =
            granted;
        Ok(SignedIn { access, refresh, id, expires_in, username, google })
    }

    async fn exchange(&self, code: &str, verifier: &str) -> Result<Granted, Error> {
        let settings = &self.settings;
        let form = Serializer::new(String::new())
            .append_pair("grant_type", "authorization_code")
            .append_pair("client_id", &settings.client_id)
            .append_pair("redirect_uri", &settings.callback)
            .append_pair("code", code)
            .append_pair("code_verifier", verifier)
            .finish();
        match self.web.post_form(&format!("{}/oauth2/token", settings.pages), form).await? {
            Answer { status: 200, body } => serde_json::from_slice(&body)
                .map_err(|_| Error::Failed("POST /oauth2/token: an unreadable answer".to_owned())),
            // The code is used, old or made up, or its verifier is another's.
            Answer { status: 400..=499, .. } => Err(Error::Refused("the code is not good")),
            Answer { status, .. } => Err(Error::Failed(format!("POST /oauth2/token: {status}"))),
        }
    }

    async fn checked(
        &self,
        token: &str,
        nonce: &str,
        now: Moment,
    ) -> Result<id_token::Claims, Error> {
        let expected = id_token::Expected {
            issuer: &self.settings.issuer,
            client_id: &self.settings.client_id,
            nonce,
            now,
        };
        let known = self.known_keys();
        if let Some(keys) = &known
            && let Some(claims) = id_token::claims(token, keys, &expected)?
        {
            return Ok(claims);
        }
        // A key nobody knows: the pool may have changed its keys, once.
        let keys = self.fetched_keys().await?;
        id_token::claims(token, &keys, &expected)?.ok_or(Error::Refused("an unknown key"))
    }

    fn known_keys(&self) -> Option<JwkSet> {
        self.keys.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    async fn fetched_keys(&self) -> Result<JwkSet, Error> {
        let unreadable = || Error::Failed("GET jwks.json: an unreadable answer".to_owned());
        let Answer { status, body } = self.web.get(&self.settings.keys).await?;
        if status != 200 {
            return Err(Error::Failed(format!("GET jwks.json: {status}")));
        }
        let keys: JwkSet = serde_json::from_slice(&body).map_err(|_| unreadable())?;
        *self.keys.lock().unwrap_or_else(PoisonError::into_inner) = Some(keys.clone());
        Ok(keys)
    }
}
