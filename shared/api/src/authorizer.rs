//! How a function tells the programs' door whom to let through, in the gateway's own words.

use std::{collections::HashMap, fmt::Display, future::Future, pin::Pin};

use lambda_http::{LambdaEvent, lambda_runtime, service_fn};
use serde::{Deserialize, Serialize};
use telemetry::{Ended, Trace, Work, within};

/// What looking at a key is called in the log.
const AUTHORIZATION: &str = "authorization";
const API_KEY: &str = "x-api-key";

/// A request to the programs' door, as the gateway shows it to its authorizer.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct KeyedRequest {
    method_arn: String,
    #[serde(default)]
    headers: Option<HashMap<String, String>>,
}

impl KeyedRequest {
    /// What was sent as `x-api-key`, in whatever case.
    pub fn api_key(&self) -> Option<&str> {
        let mut headers = self.headers.iter().flatten();
        headers.find(|(name, _)| name.eq_ignore_ascii_case(API_KEY)).map(|(_, key)| key.as_str())
    }

    /// Opens the whole stage to `principal`, metered on the gateway's key of that value.
    pub fn allow(&self, principal: impl Display, gateway_key: String) -> Verdict {
        self.verdict(&principal, "Allow", Some(gateway_key))
    }

    pub fn deny(&self) -> Verdict {
        self.verdict(&"nobody", "Deny", None)
    }

    fn verdict(
        &self,
        principal: &dyn Display,
        effect: &'static str,
        usage_identifier_key: Option<String>,
    ) -> Verdict {
        // arn:aws:execute-api:{region}:{account}:{api}/{stage}/{method}/{path}
        let stage: Vec<&str> = self.method_arn.split('/').take(2).collect();
        let statement = Statement {
            action: "execute-api:Invoke",
            effect,
            resource: format!("{}/*", stage.join("/")),
        };
        Verdict {
            principal_id: principal.to_string(),
            policy_document: Policy { version: "2012-10-17", statement: [statement] },
            usage_identifier_key,
        }
    }
}

/// What the gateway is answered.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Verdict {
    principal_id: String,
    policy_document: Policy,
    #[serde(skip_serializing_if = "Option::is_none")]
    usage_identifier_key: Option<String>,
}

impl Verdict {
    pub fn is_allowed(&self) -> bool {
        self.usage_identifier_key.is_some()
    }

    /// As the gateway will answer, or go on.
    fn ended(&self) -> Ended {
        Ended::Answered(if self.is_allowed() { 200 } else { 401 })
    }
}

#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
struct Policy {
    version: &'static str,
    statement: [Statement; 1],
}

#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
struct Statement {
    action: &'static str,
    effect: &'static str,
    resource: String,
}

/// Runs in Lambda until it ends the process: each request is shown to `handle`. Where that fails nobody is let through,
/// and the gateway answers 500.
pub async fn authorize<A, F, Fut, E>(app: A, handle: F) -> Result<(), lambda_runtime::Error>
where
    A: Clone + Send + Sync + 'static,
    F: Fn(A, KeyedRequest) -> Fut + Copy + Send + Sync + 'static,
    Fut: Future<Output = Result<Verdict, E>> + Send + 'static,
    E: std::error::Error + Send + Sync + 'static,
{
    const { assert!(!guards::SWITCHABLE, "a function keeps its guards") };
    telemetry::start();
    let app = &app;
    lambda_runtime::run(service_fn(move |event: LambdaEvent<KeyedRequest>| async move {
        let work = Work::begin(AUTHORIZATION, &event.context.request_id, Trace::begin());
        let judged = within(work.clone(), async {
            // Boxed: as part of the whole its type is deeper than the compiler looks.
            let handled: Pin<Box<dyn Future<Output = _> + Send>> =
                Box::pin(handle(app.clone(), event.payload));
            let judged = handled.await;
            if let Err(failed) = &judged {
                tracing::error!(cause = %failed, "a key could not be looked at");
            }
            work.end(judged.as_ref().map_or(Ended::Failed, Verdict::ended));
            judged
        });
        judged.await.map_err(lambda_runtime::Error::from)
    }))
    .await
}
