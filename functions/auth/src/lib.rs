//! Serves `/auth`: how accounts begin, and how their owners log in.

mod attempts;
mod challenge;
mod email;
mod google;
mod links;
mod login;
mod mfa;
mod page;
mod password;
mod registration;
mod reset;
mod second;
mod session;
mod verification;
pub mod views;

use std::sync::Arc;

use api::{Context, InitError, Problem};
use domain::{Kind, Refusal, Violation, account};
use federation::Federation;
use identity::Identity;
use mail::{Address, Mail};
use sessions::Sessions;
use utoipa_axum::{router::OpenApiRouter, routes};

/// Tries of a decision while others write.
const TRIES: u32 = 4;
/// In seconds: Cognito does not say how long it holds someone off.
const A_FEW_MINUTES: u32 = 180;

#[derive(Clone)]
pub struct App {
    context: Context,
    identity: Identity,
    sessions: Sessions,
    mail: Mail,
    public_url: Arc<str>,
    /// Where there is a sign-in with Google.
    federation: Option<Arc<Federation>>,
    /// Where browsers go once they are signed in.
    frontend_url: Option<Arc<str>>,
}

impl App {
    /// `public_url` is where users reach the API, stage included: mailed links begin with it.
    pub fn new(context: Context, identity: Identity, mail: Mail, public_url: &str) -> Self {
        let (table, tokens) = (context.table.clone(), context.tokens.clone());
        let sessions = Sessions::new(table, identity.clone(), tokens, context.seal.clone());
        let public_url = public_url.trim_end_matches('/').into();
        let (federation, frontend_url) = (None, None);
        Self { context, identity, sessions, mail, public_url, federation, frontend_url }
    }

    /// With a sign-in with Google, which ends at `frontend_url` in a browser.
    pub fn with_google(self, federation: Federation, frontend_url: Option<&str>) -> Self {
        let frontend_url = frontend_url.map(Arc::from);
        Self { federation: Some(Arc::new(federation)), frontend_url, ..self }
    }

    /// Reads `USER_POOL_ID`, `USER_POOL_CLIENT_ID`, `MAIL_FROM`, `PUBLIC_URL`, what [`Context`] reads and, where there is a
    /// sign-in with Google, `SIGN_IN_URL`, `SIGN_IN_KEYS_URL` and `FRONTEND_URL`.
    pub async fn from_env() -> Result<Self, InitError> {
        let config = environment::aws();
        let pool = environment::text("USER_POOL_ID")?;
        let client = environment::text("USER_POOL_CLIENT_ID")?;
        let mail = Mail::new(&config, environment::text("MAIL_FROM")?);
        let public_url = environment::text("PUBLIC_URL")?;
        let app = Self::new(
            Context::from_env(&config).await?,
            Identity::new(&config, pool.clone(), client.clone()),
            mail,
            &public_url,
        );
        let Ok(pages) = environment::text("SIGN_IN_URL") else { return Ok(app) };
        let federation = Federation::new(federation::Settings::of_pool(
            &pool,
            &client,
            pages,
            environment::text("SIGN_IN_KEYS_URL").ok(),
            format!("{public_url}/auth/google/callback"),
        ));
        Ok(app.with_google(federation, environment::text("FRONTEND_URL").ok().as_deref()))
    }
}

impl api::App for App {
    fn context(&self) -> Option<&Context> {
        Some(&self.context)
    }
}

pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(registration::register_account))
        .routes(routes!(verification::verify_email))
        .routes(routes!(verification::resend_verification))
        .routes(routes!(reset::start_password_reset))
        .routes(routes!(reset::get_password_reset, reset::reset_password))
        .routes(routes!(password::change_password))
        .routes(routes!(email::change_email))
        .routes(routes!(email::confirm_email))
        .routes(routes!(mfa::start_mfa))
        .routes(routes!(mfa::confirm_mfa))
        .routes(routes!(challenge::create_mfa_session))
        .routes(routes!(mfa::replace_recovery_codes))
        .routes(routes!(mfa::disable_mfa))
        .routes(routes!(login::create_session))
        .routes(routes!(session::refresh_session))
        .routes(routes!(session::end_session))
        .routes(routes!(session::get_me))
        .routes(routes!(google::get_google_sign_in))
        .routes(routes!(google::verify_google_sign_in))
        .routes(routes!(google::create_google_session))
        .routes(routes!(google::link_google))
}

/// What Cognito refuses of a request that is not about a password just typed or a token just sent.
fn problem(error: identity::Error) -> Problem {
    problem_at("/password", error)
}

/// The same, of the member `pointer` of a request.
fn problem_at(pointer: &str, error: identity::Error) -> Problem {
    match error {
        identity::Error::Refused(identity::Refusal::PasswordPolicy(detail)) => {
            let violation = Violation { pointer: pointer.to_owned(), detail };
            Refusal::invalid(vec![violation]).into()
        }
        identity::Error::Refused(identity::Refusal::WrongCredentials) => {
            account::wrong_credentials().into()
        }
        identity::Error::Refused(identity::Refusal::WrongCode) => account::mfa::wrong_code().into(),
        identity::Error::Refused(identity::Refusal::SessionEnded) => {
            account::refresh_refused().into()
        }
        identity::Error::Refused(identity::Refusal::TooManyAttempts) => Problem::refused(
            Kind::TooManyRequests { retry_after: A_FEW_MINUTES },
            "too_many_attempts",
            "Too many attempts; wait a few minutes and try again.",
        ),
        failed => Problem::failed(failed),
    }
}

/// `email` was checked before, by the same rules.
fn address(email: &str) -> Result<Address, Problem> {
    Address::parse(email).map_err(Problem::failed)
}
