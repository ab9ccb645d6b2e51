//! How does the pool come to ask a user for a code of their authenticator app, and check it?

use aws_sdk_cognitoidentityprovider::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_cognitoidentityprovider::operation::RequestId;
use aws_sdk_cognitoidentityprovider::types::{ChallengeNameType, SoftwareTokenMfaSettingsType};
use environment::failure;

use crate::session::tokens;
use crate::{Error, Identity, Refusal, Secret, Tokens};

impl Identity {
    /// Makes a secret for an authenticator app of the user of this access token; in base 32. Nothing asks for its codes
    /// before one is verified.
    ///
    /// # Errors
    /// [`Refusal::SessionEnded`], or failed.
    pub async fn associate(&self, access: &Secret) -> Result<Secret, Error> {
        let sent = self.client.associate_software_token().access_token(access.reveal());
        let answer = sent.send().await;
        let answer =
            answer.map_err(|error| code_refused_or_failed("AssociateSoftwareToken", &error))?;
        let missing = || Error::Failed("AssociateSoftwareToken: no secret".to_owned());
        answer.secret_code.map(Secret::new).ok_or_else(missing)
    }

    /// Checks that the app of the user of this access token shows the right codes.
    ///
    /// # Errors
    /// [`Refusal::WrongCode`], [`Refusal::SessionEnded`], or failed.
    pub async fn verify(&self, access: &Secret, code: &str) -> Result<(), Error> {
        let sent = self.client.verify_software_token().access_token(access.reveal());
        let answer = sent.user_code(code).send().await;
        answer.map(drop).map_err(|error| code_refused_or_failed("VerifySoftwareToken", &error))
    }

    /// Has sign-ins by password ask for a code of the verified app, or ask no longer. Safe to repeat.
    ///
    /// # Errors
    /// Failed when there is no verified app or no such user, or Cognito could not be told.
    pub async fn set_mfa(&self, username: &str, asked: bool) -> Result<(), Error> {
        let settings =
            SoftwareTokenMfaSettingsType::builder().enabled(asked).preferred_mfa(asked).build();
        self.client
            .admin_set_user_mfa_preference()
            .user_pool_id(&self.pool_id)
            .username(username)
            .software_token_mfa_settings(settings)
            .send()
            .await
            .map(drop)
            .map_err(|error| Error::Failed(failure("AdminSetUserMFAPreference", &error)))
    }

    /// Goes on with a sign-in that asked for a code; `sign_in` is what the pool calls it.
    ///
    /// # Errors
    /// [`Refusal::WrongCode`], [`Refusal::SessionEnded`] when it waited too long, [`Refusal::TooManyAttempts`], or failed.
    pub async fn answer_code(
        &self,
        username: &str,
        sign_in: &Secret,
        code: &str,
    ) -> Result<Tokens, Error> {
        let answer = self
            .client
            .admin_respond_to_auth_challenge()
            .user_pool_id(&self.pool_id)
            .client_id(&self.client_id)
            .challenge_name(ChallengeNameType::SoftwareTokenMfa)
            .session(sign_in.reveal())
            .challenge_responses("USERNAME", username)
            .challenge_responses("SOFTWARE_TOKEN_MFA_CODE", code)
            .send()
            .await
            .map_err(|error| code_refused_or_failed("AdminRespondToAuthChallenge", &error))?;
        tokens("AdminRespondToAuthChallenge", answer.authentication_result, None)
    }
}

fn code_refused_or_failed<E, R>(operation: &str, error: &SdkError<E, R>) -> Error
where
    E: ProvideErrorMetadata + RequestId + std::error::Error + 'static,
    R: std::fmt::Debug,
{
    match error.code() {
        Some(
            "CodeMismatchException" | "EnableSoftwareTokenMFAException" | "ExpiredCodeException",
        ) => Refusal::WrongCode.into(),
        Some("NotAuthorizedException" | "UserNotFoundException") => Refusal::SessionEnded.into(),
        Some("TooManyRequestsException" | "LimitExceededException") => {
            Refusal::TooManyAttempts.into()
        }
        _ => Error::Failed(failure(operation, error)),
    }
}
