//! Whom the gateway's authorizer vouches for, and whether the token was made for this hub and these doors?
//!
//! The authorizer has checked the signature and the pool. What it leaves open, or a wrong template could leave open, is
//! checked again: that it is an access token, of our client, of our scope, and still alive.

use domain::{Moment, UserId, session::SessionId};
use http::Extensions;
use lambda_http::{RequestExt, request::RequestContext};
use serde_json::Value;
use time::{
    OffsetDateTime, PrimitiveDateTime, format_description::StaticFormatDescription,
    macros::format_description,
};

/// Only who logs in gets it; programs that other clients of the pool are for do not.
const SCOPE: &str = "aws.cognito.signin.user.admin";
/// As API Gateway writes times to functions: `Fri Nov 20 10:30:00 UTC 2026`.
const GATEWAY_TIME: StaticFormatDescription = format_description!(
    "[weekday repr:short] [month repr:short] [day] [hour]:[minute]:[second] UTC [year]"
);

/// What tokens are made for: the user pool and its client.
#[derive(Clone, Debug)]
pub struct Audience {
    issuer: String,
    client_id: String,
}

impl Audience {
    /// Of a pool by its id, which begins with its region.
    pub fn new(pool_id: &str, client_id: impl Into<String>) -> Self {
        let region = pool_id.split('_').next().unwrap_or_default();
        let issuer = format!("https://cognito-idp.{region}.amazonaws.com/{pool_id}");
        Self { issuer, client_id: client_id.into() }
    }
}

/// What an access token says of who sends it.
pub(crate) struct Vouched {
    pub user_id: UserId,
    pub session_id: SessionId,
}

/// Claims come from the gateway's authorizer alone, never from a header.
pub(crate) fn vouched(
    extensions: &Extensions,
    audience: &Audience,
    now: Moment,
) -> Option<Vouched> {
    let RequestContext::ApiGatewayV1(context) = extensions.request_context_ref()? else {
        return None;
    };
    let claims = context.authorizer.fields.get("claims")?;
    let claim = |name: &str| claims.get(name).and_then(Value::as_str);
    let made_for_us = claim("token_use") == Some("access")
        && claim("iss") == Some(&audience.issuer)
        && claim("client_id") == Some(&audience.client_id)
        && claim("scope")?.split(' ').any(|scope| scope == SCOPE);
    let alive = unix_seconds(claim("exp")?)? > now.unix_seconds();
    let (user_id, session_id) =
        (claim("username")?.parse().ok()?, claim("origin_jti")?.parse().ok()?);
    (made_for_us && alive).then_some(Vouched { user_id, session_id })
}

/// A time in seconds since 1970, or as the gateway writes it.
fn unix_seconds(text: &str) -> Option<i64> {
    if let Ok(seconds) = text.parse() {
        return Some(seconds);
    }
    let time = PrimitiveDateTime::parse(text, GATEWAY_TIME).ok()?;
    Some(OffsetDateTime::unix_timestamp(time.assume_utc()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_read_as_both_gateways_write_them() {
        for (text, expected) in [
            ("1795170600", Some(1_795_170_600)),
            ("Fri Nov 20 10:30:00 UTC 2026", Some(1_795_170_600)),
            ("Tue Dec 01 00:00:00 UTC 2026", Some(1_796_083_200)),
            ("never", None),
            ("", None),
            ("Fri Nov 20 10:30:00 CET 2026", None),
        ] {
            assert_eq!(unix_seconds(text), expected, "{text}");
        }
    }
}
