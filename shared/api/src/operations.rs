//! Which operations does a function's description hold?

use http::Method;
use utoipa::openapi::{OpenApi, path::Operation};

/// Each with the method and path it is routed by.
pub(crate) fn operations(
    openapi: &OpenApi,
) -> impl Iterator<Item = ((Method, String), &Operation)> {
    openapi.paths.paths.iter().flat_map(|(path, item)| {
        [
            (Method::GET, &item.get),
            (Method::POST, &item.post),
            (Method::PUT, &item.put),
            (Method::PATCH, &item.patch),
            (Method::DELETE, &item.delete),
        ]
        .into_iter()
        .filter_map(|(method, operation)| Some(((method, path.clone()), operation.as_ref()?)))
    })
}
