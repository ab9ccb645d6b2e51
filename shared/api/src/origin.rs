//! Where a request comes from: the address by the gateway's word, the user agent by its own.

use std::{convert::Infallible, net::IpAddr};

use axum::extract::FromRequestParts;
use domain::session;
use http::{Extensions, HeaderMap, header, request::Parts};
use lambda_http::{RequestExt, request::RequestContext};

/// What is known of who sends a request, whether or not they are signed in.
#[derive(Clone, Debug)]
pub struct Origin(pub session::Origin);

impl<S: Send + Sync> FromRequestParts<S> for Origin {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        Ok(Self(origin(&parts.headers, &parts.extensions)))
    }
}

pub(crate) fn origin(headers: &HeaderMap, extensions: &Extensions) -> session::Origin {
    let agent = headers.get(header::USER_AGENT).and_then(|value| value.to_str().ok());
    session::Origin::new(source(extensions), agent)
}

/// Never by a header's word.
pub(crate) fn source(extensions: &Extensions) -> Option<IpAddr> {
    let RequestContext::ApiGatewayV1(context) = extensions.request_context_ref()? else {
        return None;
    };
    let address: IpAddr = context.identity.source_ip.as_deref()?.parse().ok()?;
    Some(address.to_canonical())
}
