//! How does a user get tokens, and new ones when they run out?

use std::time::Duration;

use aws_sdk_cognitoidentityprovider::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_cognitoidentityprovider::operation::RequestId;
use aws_sdk_cognitoidentityprovider::types::{
    AuthFlowType, AuthenticationResultType, ChallengeNameType,
};
use environment::failure;

use crate::{Error, Identity, Password, Refusal, Secret};

// far above any token Cognito makes
const LONGEST_TOKEN: usize = 8 * 1024;

/// What a signed-in user holds.
#[derive(Clone, Debug)]
pub struct Tokens {
    /// For the `Authorization` header.
    pub access: Secret,
    /// Claims about the user, for a frontend.
    pub id: Secret,
    /// For [`Identity::refresh`].
    pub refresh: Secret,
    /// How long the access token lasts.
    pub expires_in: Duration,
    /// `Bearer`.
    pub token_type: String,
}

/// How far a password leads.
#[derive(Clone, Debug)]
pub enum SignIn {
    Done(Tokens),
    /// To a code of the user's authenticator app, within ten minutes; what the pool calls this sign-in.
    CodeAsked(Secret),
}

impl Identity {
    /// Signs in by password. `username` is Cognito's, which is our own id of the user.
    ///
    /// For a name our table does not know, call it all the same with any unused id: the answer, and the time it
    /// takes, then tell nothing.
    ///
    /// # Errors
    /// [`Refusal::WrongCredentials`] (whatever is wrong), [`Refusal::TooManyAttempts`], or failed.
    pub async fn login(&self, username: &str, password: &Password) -> Result<SignIn, Error> {
        let answer = self
            .client
            .admin_initiate_auth()
            .user_pool_id(&self.pool_id)
            .client_id(&self.client_id)
            .auth_flow(AuthFlowType::AdminUserPasswordAuth)
            .auth_parameters("USERNAME", username)
            .auth_parameters("PASSWORD", password.reveal())
            .send()
            .await
            .map_err(|error| login_refused_or_failed(&error))?;
        match answer.challenge_name {
            None => {
                tokens("AdminInitiateAuth", answer.authentication_result, None).map(SignIn::Done)
            }
            Some(ChallengeNameType::SoftwareTokenMfa) => {
                let missing = || Error::Failed("AdminInitiateAuth: no session".to_owned());
                answer.session.map(|name| SignIn::CodeAsked(Secret::new(name))).ok_or_else(missing)
            }
            // the password was never made permanent: a half-made user, as good as none
            Some(ChallengeNameType::NewPasswordRequired) => Err(Refusal::WrongCredentials.into()),
            Some(challenge) => Err(Error::Failed(format!(
                "AdminInitiateAuth: the pool asks for {challenge}, which is not served"
            ))),
        }
    }

    /// New access and id tokens; where the pool rotates refresh tokens also a new one, otherwise the same again.
    ///
    /// # Errors
    /// [`Refusal::SessionEnded`], [`Refusal::TooManyAttempts`], or failed.
    pub async fn refresh(&self, refresh: &Secret) -> Result<Tokens, Error> {
        if !looks_like_a_token(refresh.reveal()) {
            return Err(Refusal::SessionEnded.into());
        }
        let sent = self
            .client
            .get_tokens_from_refresh_token()
            .client_id(&self.client_id)
            .refresh_token(refresh.reveal());
        let answer = sent.send().await.map_err(|error| refresh_refused_or_failed(&error))?;
        tokens("GetTokensFromRefreshToken", answer.authentication_result, Some(refresh))
    }
}

impl Identity {
    /// Ends what began with one sign-in, by its refresh token: its access tokens are refused by the pool, too.
    ///
    /// # Errors
    /// Failed when Cognito could not be told.
    pub async fn revoke(&self, refresh: &Secret) -> Result<(), Error> {
        self.client
            .revoke_token()
            .client_id(&self.client_id)
            .token(refresh.reveal())
            .send()
            .await
            .map(drop)
            .map_err(|error| Error::Failed(failure("RevokeToken", &error)))
    }
}

impl Identity {
    /// Ends every sign-in of a user: what was granted before is refused by the pool. Safe to repeat.
    ///
    /// # Errors
    /// Failed when the user is unknown, or Cognito could not be told.
    pub async fn sign_out(&self, username: &str) -> Result<(), Error> {
        let sent = self.client.admin_user_global_sign_out().user_pool_id(&self.pool_id);
        let answer = sent.username(username).send().await;
        answer.map(drop).map_err(|error| Error::Failed(failure("AdminUserGlobalSignOut", &error)))
    }
}

/// Cognito answers other characters as if we had erred.
fn looks_like_a_token(text: &str) -> bool {
    let good = |byte: u8| byte.is_ascii_alphanumeric() || b"-_=.".contains(&byte);
    (1..=LONGEST_TOKEN).contains(&text.len()) && text.bytes().all(good)
}

fn login_refused_or_failed<E, R>(error: &SdkError<E, R>) -> Error
where
    E: ProvideErrorMetadata + RequestId + std::error::Error + 'static,
    R: std::fmt::Debug,
{
    match (error.code(), error.message()) {
        (Some("NotAuthorizedException"), Some(message))
            if message.contains("attempts exceeded") =>
        {
            Refusal::TooManyAttempts.into()
        }
        (
            Some(
                "NotAuthorizedException"
                | "UserNotFoundException"
                | "UserNotConfirmedException"
                | "PasswordResetRequiredException",
            ),
            _,
        ) => Refusal::WrongCredentials.into(),
        (Some("TooManyRequestsException" | "LimitExceededException"), _) => {
            Refusal::TooManyAttempts.into()
        }
        _ => Error::Failed(failure("AdminInitiateAuth", error)),
    }
}

fn refresh_refused_or_failed<E, R>(error: &SdkError<E, R>) -> Error
where
    E: ProvideErrorMetadata + RequestId + std::error::Error + 'static,
    R: std::fmt::Debug,
{
    match error.code() {
        Some("NotAuthorizedException" | "UserNotFoundException" | "RefreshTokenReuseException") => {
            Refusal::SessionEnded.into()
        }
        Some("TooManyRequestsException" | "LimitExceededException") => {
            Refusal::TooManyAttempts.into()
        }
        _ => Error::Failed(failure("GetTokensFromRefreshToken", error)),
    }
}

pub(crate) fn tokens(
    operation: &str,
    result: Option<AuthenticationResultType>,
    kept: Option<&Secret>,
) -> Result<Tokens, Error> {
    let missing = || Error::Failed(format!("{operation}: an answer without all tokens"));
    let result = result.ok_or_else(missing)?;
    let seconds = u64::try_from(result.expires_in).map_err(|_| missing())?;
    Ok(Tokens {
        access: result.access_token.map(Secret::new).ok_or_else(missing)?,
        id: result.id_token.map(Secret::new).ok_or_else(missing)?,
        refresh: result
            .refresh_token
            .map(Secret::new)
            .or_else(|| kept.cloned())
            .ok_or_else(missing)?,
        expires_in: Duration::from_secs(seconds),
        token_type: result.token_type.unwrap_or_else(|| "Bearer".to_owned()),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_could_be_a_token_is_asked_about() {
        assert!(looks_like_a_token("eyJjdHkiOiJKV1QifQ.a-b_c=.x"));
        for text in ["", "a b", "token\n", "tökén", &"x".repeat(LONGEST_TOKEN + 1)] {
            assert!(!looks_like_a_token(text), "{text:?}");
        }
    }
}
