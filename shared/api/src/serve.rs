//! How a function's routes become what Lambda runs.

use std::sync::Arc;

use axum::{
    Router,
    extract::Request,
    middleware::{self, Next},
    response::Response,
};
use http::{HeaderValue, header};
use utoipa_axum::router::OpenApiRouter;

use crate::{
    Context, Problem,
    guard::{Guard, guard},
    observe::{names, observe},
    query::{nothing_else, plain},
    share::{Origins, protect, share},
};

/// What a function's handlers share, built once at init.
pub trait App: Clone + Send + Sync + 'static {
    /// `None` only where every operation is public.
    fn context(&self) -> Option<&Context>;
}

/// Runs the routes in Lambda until it ends the process.
pub async fn serve<A: App>(routes: OpenApiRouter<A>, app: A) -> Result<(), lambda_http::Error> {
    const { assert!(!guards::SWITCHABLE, "a function keeps its guards") };
    telemetry::start();
    let origins = Origins::parse(&environment::text("CORS_ORIGINS")?);
    lambda_http::run(service(routes, app).layer(middleware::from_fn_with_state(origins, share)))
        .await
}

/// The routes behind their guard.
pub fn service<A: App>(routes: OpenApiRouter<A>, app: A) -> Router {
    let (router, openapi) = routes.split_for_parts();
    let rules = Arc::new(Guard::new(&openapi, app.context().cloned()));
    let names = Arc::new(names(&openapi));
    let plain = Arc::new(plain(&openapi));
    router
        .with_state(app)
        .method_not_allowed_fallback(no_such_operation)
        .layer(middleware::from_fn_with_state(plain, nothing_else))
        .fallback(no_such_operation)
        .layer(middleware::from_fn_with_state(rules, guard))
        .layer(middleware::from_fn(finish))
        .layer(middleware::from_fn(protect))
        .layer(middleware::from_fn_with_state(names, observe))
}

async fn no_such_operation() -> Problem {
    Problem::no_such_operation()
}

/// Makes a `Location` of ours relative, which holds behind either door and any stage.
async fn finish(request: Request, next: Next) -> Response {
    let path = request.uri().path().to_owned();
    let mut response = next.run(request).await;
    if let Some(location) =
        response.headers().get(header::LOCATION).and_then(|value| value.to_str().ok())
        && location.starts_with('/')
        && let Ok(relative) = HeaderValue::try_from(relative(&path, location))
    {
        response.headers_mut().insert(header::LOCATION, relative);
    }
    response
}

/// `/jobs` and `/jobs/1` make `jobs/1`; `/projects/1/release` and `/quantum-apps/2` make `../../quantum-apps/2`.
fn relative(path: &str, location: &str) -> String {
    let depth = path.trim_matches('/').matches('/').count();
    format!("{}{}", "../".repeat(depth), location.trim_start_matches('/'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn locations_are_relative_to_the_request() {
        for (path, location, expected) in [
            ("/jobs", "/jobs/1", "jobs/1"),
            ("/projects/1/release", "/quantum-apps/2", "../../quantum-apps/2"),
            ("/jobs/", "/jobs/1", "jobs/1"),
        ] {
            assert_eq!(relative(path, location), expected);
        }
    }
}
