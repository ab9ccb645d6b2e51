//! How a user signs in with Google: sent there, come back, and handed their session.
//!
//! What ties the answer to the browser that asked is a cookie, sealed, which no other origin sees or sends.

mod account;

use std::time::Duration;

use api::{Answer, Caller, Json, Origin, Params, Problem};
use axum::{
    extract::State,
    response::{IntoResponse, Response},
};
use domain::{Kind, Moment, Refusal, account::link_unusable};
use federation::{Federation, Question};
use http::{HeaderMap, HeaderValue, StatusCode, header};
use serde::{Deserialize, Serialize};
use store::{
    accounts::user,
    create, delete,
    google::{Handover, handover},
};

use crate::{App, TRIES, page, views};

/// How long somebody may take at Google.
const PATIENCE: Duration = Duration::from_secs(600);
/// How long a page may take to fetch its session.
const FETCHED: Duration = Duration::from_secs(120);
/// Kept from scripts, from other sites' pages and from other hosts' doors.
const COOKIE: &str = "__Host-hub-google";

/// Go and sign in with Google
///
/// Open it in a browser. It leads to Google and from there to `GET /auth/google/callback`.
#[utoipa::path(get, path = "/auth/google", operation_id = "getGoogleSignIn", tag = "Auth",
    security(()), extensions(("x-problems" = json!(["google_off"]))),
    responses((status = 303, description = "On to Google.")))]
pub(crate) async fn get_google_sign_in(State(app): State<App>) -> Result<Response, Problem> {
    let google = app.google()?;
    let clock = app.context.table.clock();
    let asked = Asked {
        state: hex::encode(clock.random::<32>()),
        nonce: hex::encode(clock.random::<32>()),
        verifier: hex::encode(clock.random::<32>()),
        until: clock.now().plus(PATIENCE),
    };
    let text = serde_json::to_vec(&asked).map_err(Problem::failed)?;
    let cookie = app.context.challenges.close(&text, clock.random());
    let address = google.sign_in_address(&asked.question());
    redirect(&address, &kept(&cookie, PATIENCE.as_secs()))
}

/// Come back from Google
///
/// Where the hub has a frontend, a browser is sent on to it with `#handover=…`, for `POST /auth/google/session`, or with
/// `#link=…`, for `POST /auth/google/link`. Anyone else is answered with the session, or with what a link takes. A link is
/// needed where the address is that of an account which does not know this Google account yet.
#[utoipa::path(get, path = "/auth/google/callback", operation_id = "verifyGoogleSignIn", tag = "Auth",
    security(()), params(views::CallbackQuery),
    extensions(
        ("x-problems" = json!([
            "google_off", "google_refused", "google_again", "email_not_verified", "account_suspended",
            "account_deactivated", "conflict"
        ])),
        ("x-has-effect" = json!(true))
    ),
    responses(
        (status = 200, description = "A new session.", body = views::Session),
        (status = 202, description = "The account is to be linked first.", body = views::LinkAsked),
        (status = 303, description = "On to the frontend.")
    ))]
pub(crate) async fn verify_google_sign_in(
    State(app): State<App>,
    Origin(origin): Origin,
    Params(query): Params<views::CallbackQuery>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let google = app.google()?;
    let question = app.asked(&headers, query.state.as_deref())?;
    let code = query.code.ok_or_else(|| refused("Google granted nothing"))?;
    let now = app.context.table.clock().now();
    let signed_in = google.sign_in(&code, &question, now).await.map_err(not_signed_in)?;
    let answer = app.arrive(signed_in, origin).await?;
    app.lead_back(answer, page::wanted(&headers)).await
}

/// Fetch the session of a sign-in with Google
///
/// For the page that was opened with `#handover=…`: once, within two minutes.
#[utoipa::path(post, path = "/auth/google/session", operation_id = "createGoogleSession", tag = "Auth",
    security(()), request_body = views::HandoverRequest,
    extensions(("x-problems" = json!(["link_unusable", "conflict"]))),
    responses((status = 200, description = "The session.", body = views::Session)))]
pub(crate) async fn create_google_session(
    State(app): State<App>,
    Json(request): Json<views::HandoverRequest>,
) -> Result<Answer, Problem> {
    let (app, hash) = (&app, app.context.links.hex(request.handover.0.as_bytes()));
    let (table, address) = (&app.context.table, handover(&hash));
    let fetched = table.attempt(TRIES, || async {
        let found = table.get(&address).await?.ok_or_else(link_unusable)?;
        table.write([delete(&found)]).await?;
        Ok::<_, Problem>(found)
    });
    let text = app.context.challenges.open(&fetched.await?.sealed).ok_or_else(link_unusable)?;
    let session: serde_json::Value = serde_json::from_slice(&text).map_err(Problem::failed)?;
    Answer::ok(&session)
}

/// Link a Google account
///
/// From then on it signs in to the account that the request is sent with. Takes its password, too.
#[utoipa::path(post, path = "/auth/google/link", operation_id = "linkGoogle", tag = "Auth",
    security(("cognito" = [])), request_body = views::LinkRequest,
    extensions(("x-problems" = json!([
        "google_off", "link_unusable", "wrong_password", "too_many_attempts", "google_taken", "not_found",
        "conflict"
    ]))),
    responses((status = 204, description = "It is linked.")))]
pub(crate) async fn link_google(
    State(app): State<App>,
    caller: Caller,
    Origin(origin): Origin,
    Json(request): Json<views::LinkRequest>,
) -> Result<Answer, Problem> {
    app.google()?;
    let link = app.link_asked(&request.link.0).ok_or_else(link_unusable)?;
    let owner = app.context.table.get(&user(caller.user_id)).await?;
    let owner = owner.ok_or_else(|| Refusal::not_found("user"))?;
    let proved = app.prove(&owner, request.password, &origin).await?;
    app.forget(proved).await;
    app.link_account(caller.user_id, &link, &origin).await?;
    Ok(Answer::no_content())
}

/// What the cookie keeps.
#[derive(Serialize, Deserialize)]
struct Asked {
    state: String,
    nonce: String,
    verifier: String,
    until: Moment,
}

impl Asked {
    fn question(&self) -> Question {
        let Self { state, nonce, verifier, .. } = self;
        Question { state: state.clone(), nonce: nonce.clone(), verifier: verifier.clone() }
    }
}

impl App {
    fn google(&self) -> Result<&Federation, Refusal> {
        self.federation.as_deref().ok_or_else(|| {
            let what = "This hub has no sign-in with Google; log in with a password.";
            Refusal::new(Kind::NotFound, "google_off", what)
        })
    }

    /// What this browser asked, if `state` is the answer's.
    fn asked(&self, headers: &HeaderMap, state: Option<&str>) -> Result<Question, Refusal> {
        let elsewhere = || refused("this browser did not begin it, or too long ago");
        let cookie = cookie(headers).ok_or_else(elsewhere)?;
        let text = self.context.challenges.open(cookie).ok_or_else(elsewhere)?;
        let asked: Asked = serde_json::from_slice(&text).map_err(|_| elsewhere())?;
        let in_time = self.context.table.clock().now() < asked.until;
        let answered = state == Some(&asked.state);
        (in_time && answered).then(|| asked.question()).ok_or_else(elsewhere)
    }

    /// To the frontend, if there is one and a browser asks; what it is to fetch waits for it.
    async fn lead_back(&self, answer: Came, browser: bool) -> Result<Response, Problem> {
        let frontend = self.frontend_url.as_deref().filter(|_| browser);
        let mut response = match (frontend, answer) {
            (Some(frontend), Came::In(session)) => {
                let token = self.keep(&session).await?;
                redirect(&format!("{frontend}#handover={token}"), "")?
            }
            (Some(frontend), Came::ToLink(link)) => {
                redirect(&format!("{frontend}#link={}", link.link), "")?
            }
            (None, Came::In(session)) => Answer::ok(&session)?.into_response(),
            (None, Came::ToLink(link)) => Answer::accepted(None, None, &link)?.into_response(),
        };
        let gone = HeaderValue::try_from(kept("", 0)).map_err(Problem::failed)?;
        response.headers_mut().insert(header::SET_COOKIE, gone);
        Ok(response)
    }

    async fn keep(&self, session: &views::Session) -> Result<String, Problem> {
        let clock = self.context.table.clock();
        let token = hex::encode(clock.random::<32>());
        let text = serde_json::to_vec(session).map_err(Problem::failed)?;
        let kept = Handover {
            hash: self.context.links.hex(token.as_bytes()),
            sealed: self.context.challenges.close(&text, clock.random()),
            until: clock.now().plus(FETCHED),
        };
        self.context.table.write([create(&kept)]).await?;
        Ok(token)
    }
}

/// Who came back from Google.
pub(crate) enum Came {
    In(Box<views::Session>),
    ToLink(views::LinkAsked),
}

fn redirect(address: &str, cookie: &str) -> Result<Response, Problem> {
    let value = |text: &str| HeaderValue::try_from(text).map_err(Problem::failed);
    let mut response = StatusCode::SEE_OTHER.into_response();
    response.headers_mut().insert(header::LOCATION, value(address)?);
    if !cookie.is_empty() {
        response.headers_mut().insert(header::SET_COOKIE, value(cookie)?);
    }
    Ok(response)
}

fn kept(value: &str, seconds: u64) -> String {
    format!("{COOKIE}={value}; Path=/; Max-Age={seconds}; HttpOnly; Secure; SameSite=Lax")
}

fn cookie(headers: &HeaderMap) -> Option<&str> {
    let all = headers.get_all(header::COOKIE).iter().filter_map(|value| value.to_str().ok());
    all.flat_map(|value| value.split(';'))
        .find_map(|pair| pair.trim().strip_prefix(COOKIE)?.strip_prefix('='))
}

fn refused(why: &str) -> Refusal {
    let what = format!("Begin the sign-in again with GET /auth/google: {why}.");
    Refusal::new(Kind::Unauthenticated, "google_refused", what)
}

fn not_signed_in(error: federation::Error) -> Problem {
    match error {
        federation::Error::Refused(why) => refused(why).into(),
        failed @ federation::Error::Failed(_) => Problem::failed(failed),
    }
}
