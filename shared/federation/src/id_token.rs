//! Is an id token genuine, for us, alive, of this sign-in, and whose is it?

use domain::{Moment, account::GoogleIdentity};
use jsonwebtoken::{Algorithm, DecodingKey, Validation, decode, decode_header, jwk::JwkSet};
use serde::Deserialize;

use crate::{Error, PROVIDER};

/// By how much clocks may differ, in seconds.
const LEEWAY: i64 = 60;

pub(crate) struct Expected<'a> {
    pub issuer: &'a str,
    pub client_id: &'a str,
    pub nonce: &'a str,
    pub now: Moment,
}

/// What is used of a token.
#[derive(Deserialize)]
pub(crate) struct Claims {
    #[serde(rename = "cognito:username")]
    pub username: String,
    token_use: String,
    nonce: Option<String>,
    exp: i64,
    iat: i64,
    email: Option<String>,
    /// Of the provider's word, which is a text where the pool maps it, and a truth value elsewhere.
    email_verified: Option<Truth>,
    name: Option<String>,
    #[serde(default)]
    identities: Vec<Identity>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Truth {
    Value(bool),
    Text(String),
}

#[derive(Deserialize)]
struct Identity {
    #[serde(rename = "providerName")]
    provider: String,
    #[serde(rename = "userId")]
    subject: String,
}

/// `None` where the key is not among these.
pub(crate) fn claims(
    token: &str,
    keys: &JwkSet,
    expected: &Expected<'_>,
) -> Result<Option<Claims>, Error> {
    let header = decode_header(token).map_err(|_| Error::Refused("no JWT"))?;
    let Some(key) = header.kid.as_deref().and_then(|kid| keys.find(kid)) else { return Ok(None) };
    let key = DecodingKey::from_jwk(key).map_err(|_| Error::Refused("an unusable key"))?;
    let mut validation = Validation::new(Algorithm::RS256);
    validation.set_audience(&[expected.client_id]);
    validation.set_issuer(&[expected.issuer]);
    validation.set_required_spec_claims(&["exp", "aud", "iss"]);
    // By our own clock, below.
    validation.validate_exp = false;
    let decoded = decode::<Claims>(token, &key, &validation)
        .map_err(|_| Error::Refused("a signature, issuer or audience of another"))?;
    let claims = decoded.claims;
    let now = expected.now.unix_seconds();
    if claims.exp + LEEWAY <= now || claims.iat - LEEWAY > now {
        return Err(Error::Refused("it is not its time"));
    }
    if claims.token_use != "id" {
        return Err(Error::Refused("no id token"));
    }
    if claims.nonce.as_deref() != Some(expected.nonce) {
        return Err(Error::Refused("another sign-in's nonce"));
    }
    Ok(Some(claims))
}

impl Claims {
    pub(crate) fn google(self) -> Result<GoogleIdentity, Error> {
        let verified = match self.email_verified {
            Some(Truth::Value(verified)) => verified,
            Some(Truth::Text(text)) => text == "true",
            None => false,
        };
        if !verified {
            return Err(Error::Refused("the address is not proved"));
        }
        let of_google = |identity: &Identity| identity.provider == PROVIDER;
        let subject = self.identities.into_iter().find(of_google).map(|identity| identity.subject);
        let subject = subject.ok_or(Error::Refused("not by Google"))?;
        let email = self.email.ok_or(Error::Refused("no address"))?;
        GoogleIdentity::new(&subject, &email, self.name.as_deref())
            .ok_or(Error::Refused("an unusable subject or address"))
    }
}
