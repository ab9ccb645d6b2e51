//! Is anything asked for in a query string that the operation knows nothing of?

use std::{collections::HashSet, sync::Arc};

use axum::{
    extract::{MatchedPath, Request, State},
    middleware::Next,
    response::{IntoResponse, Response},
};
use http::Method;
use utoipa::openapi::{
    OpenApi, RefOr,
    path::{Operation, ParameterIn},
};

use crate::{operations::operations, page::bad_query};

/// On an operation whose address people follow from elsewhere, with whatever was added to it on the way.
const ANY_QUERY: &str = "x-any-query";

/// The operations without a query of their own, by method and path.
pub(crate) type Plain = HashSet<(Method, String)>;

pub(crate) fn plain(openapi: &OpenApi) -> Plain {
    operations(openapi)
        .filter(|(_, operation)| !takes_any(operation) && !declares(operation))
        .map(|(route, _)| route)
        .collect()
}

pub(crate) fn takes_any(operation: &Operation) -> bool {
    operation.extensions.as_ref().is_some_and(|declared| declared.contains_key(ANY_QUERY))
}

fn declares(operation: &Operation) -> bool {
    operation.parameters.iter().flatten().any(|parameter| match parameter {
        RefOr::T(parameter) => parameter.parameter_in == ParameterIn::Query,
        RefOr::Ref(_) => true,
    })
}

/// Refuses a query where none is known, as the operations that have one refuse what they do not know.
pub(crate) async fn nothing_else(
    State(plain): State<Arc<Plain>>,
    request: Request,
    next: Next,
) -> Response {
    let asked = request.uri().query().is_some_and(|query| !query.is_empty());
    let path = request.extensions().get::<MatchedPath>().map(|path| path.as_str().to_owned());
    if asked && path.is_some_and(|path| plain.contains(&(request.method().clone(), path))) {
        return bad_query("this operation takes none; leave it out").into_response();
    }
    next.run(request).await
}
