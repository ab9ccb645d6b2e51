//! How does a user come to be in the pool, change, and leave it?

use aws_sdk_cognitoidentityprovider::error::{BuildError, ProvideErrorMetadata, SdkError};
use aws_sdk_cognitoidentityprovider::operation::{
    RequestId, admin_set_user_password::AdminSetUserPasswordError,
};
use aws_sdk_cognitoidentityprovider::types::{AttributeType, MessageActionType};
use environment::failure;

use crate::{Error, Identity, Password, Refusal};

impl Identity {
    /// Makes a user who can sign in at once (whether they may is our table's matter): `username` is our own id, the
    /// address starts unverified, so that it collides with nobody's. No mail is sent.
    ///
    /// A user whose password could not be made permanent is removed again.
    ///
    /// # Errors
    /// [`Refusal::UserExists`], [`Refusal::PasswordPolicy`], [`Refusal::TooManyAttempts`], or failed.
    pub async fn create_user(
        &self,
        username: &str,
        email: &str,
        password: &Password,
    ) -> Result<(), Error> {
        self.client
            .admin_create_user()
            .user_pool_id(&self.pool_id)
            .username(username)
            .user_attributes(attribute("email", email)?)
            .user_attributes(attribute("email_verified", "false")?)
            // checked against the policy before anything is made
            .temporary_password(password.reveal())
            .message_action(MessageActionType::Suppress)
            .send()
            .await
            .map_err(|error| refused_or_failed("AdminCreateUser", &error))?;
        let Err(error) = self.set_password(username, password).await else { return Ok(()) };
        if let Err(left) = self.delete_user(username).await {
            tracing::warn!(cause = %left, "a half-made user could not be removed");
        }
        Err(error)
    }

    /// Replaces the password, for good.
    ///
    /// # Errors
    /// [`Refusal::PasswordPolicy`], [`Refusal::TooManyAttempts`], or failed.
    pub async fn set_password(&self, username: &str, password: &Password) -> Result<(), Error> {
        let set = self.try_to_set(username, password).await;
        set.map_err(|error| refused_or_failed("AdminSetUserPassword", &error))
    }

    async fn try_to_set(
        &self,
        username: &str,
        password: &Password,
    ) -> Result<(), SdkError<AdminSetUserPasswordError>> {
        self.client
            .admin_set_user_password()
            .user_pool_id(&self.pool_id)
            .username(username)
            .password(password.reveal())
            .permanent(true)
            .send()
            .await
            .map(drop)
    }

    /// Replaces the password, for good, of a user whom the pool may have lost: whoever holds an access token can have it
    /// forget its owner. Then it gets to know them again, with the address that they have proved here.
    ///
    /// # Errors
    /// [`Refusal::PasswordPolicy`], [`Refusal::TooManyAttempts`], or failed.
    pub async fn renew_password(
        &self,
        username: &str,
        email: &str,
        password: &Password,
    ) -> Result<(), Error> {
        match self.try_to_set(username, password).await {
            Err(error) if error.code() == Some("UserNotFoundException") => {
                self.create_user(username, email, password).await?;
                self.confirm_email(username).await
            }
            set => set.map_err(|error| refused_or_failed("AdminSetUserPassword", &error)),
        }
    }

    /// Tells the pool that the address was proven; from now on it is the user's alias. Safe to repeat.
    ///
    /// # Errors
    /// [`Refusal::EmailTaken`] when another user proved it first, or failed.
    pub async fn confirm_email(&self, username: &str) -> Result<(), Error> {
        self.client
            .admin_update_user_attributes()
            .user_pool_id(&self.pool_id)
            .username(username)
            .user_attributes(attribute("email_verified", "true")?)
            .send()
            .await
            .map(drop)
            .map_err(|error| refused_or_failed("AdminUpdateUserAttributes", &error))
    }

    /// Gives the user another address, which was proven. Safe to repeat.
    ///
    /// # Errors
    /// [`Refusal::EmailTaken`] when another user proved it first, or failed.
    pub async fn set_email(&self, username: &str, email: &str) -> Result<(), Error> {
        self.client
            .admin_update_user_attributes()
            .user_pool_id(&self.pool_id)
            .username(username)
            .user_attributes(attribute("email", email)?)
            .user_attributes(attribute("email_verified", "true")?)
            .send()
            .await
            .map(drop)
            .map_err(|error| refused_or_failed("AdminUpdateUserAttributes", &error))
    }

    /// Copies a role into the pool: `group` must be one of the template's. Safe to repeat.
    ///
    /// # Errors
    /// Failed when the user or the group is unknown, or Cognito could not be told.
    pub async fn add_to_group(&self, username: &str, group: &str) -> Result<(), Error> {
        self.client
            .admin_add_user_to_group()
            .user_pool_id(&self.pool_id)
            .username(username)
            .group_name(group)
            .send()
            .await
            .map(drop)
            .map_err(|error| refused_or_failed("AdminAddUserToGroup", &error))
    }

    /// Takes a role out of the copy in the pool. Safe to repeat.
    ///
    /// # Errors
    /// Failed when the user or the group is unknown, or Cognito could not be told.
    pub async fn remove_from_group(&self, username: &str, group: &str) -> Result<(), Error> {
        self.client
            .admin_remove_user_from_group()
            .user_pool_id(&self.pool_id)
            .username(username)
            .group_name(group)
            .send()
            .await
            .map(drop)
            .map_err(|error| refused_or_failed("AdminRemoveUserFromGroup", &error))
    }

    /// Removes the user and ends their sessions. A user who is gone already is removed.
    ///
    /// # Errors
    /// Failed when Cognito could not be told.
    pub async fn delete_user(&self, username: &str) -> Result<(), Error> {
        match self
            .client
            .admin_delete_user()
            .user_pool_id(&self.pool_id)
            .username(username)
            .send()
            .await
        {
            Err(error) if error.code() == Some("UserNotFoundException") => Ok(()),
            answer => {
                answer.map(drop).map_err(|error| refused_or_failed("AdminDeleteUser", &error))
            }
        }
    }
}

fn refused_or_failed<E, R>(operation: &str, error: &SdkError<E, R>) -> Error
where
    E: ProvideErrorMetadata + RequestId + std::error::Error + 'static,
    R: std::fmt::Debug,
{
    match error.code() {
        Some("UsernameExistsException") => Refusal::UserExists.into(),
        Some("AliasExistsException") => Refusal::EmailTaken.into(),
        Some("InvalidPasswordException" | "PasswordHistoryPolicyViolationException") => {
            policy(error.message()).into()
        }
        Some("TooManyRequestsException" | "LimitExceededException") => {
            Refusal::TooManyAttempts.into()
        }
        _ => Error::Failed(failure(operation, error)),
    }
}

/// Cognito says which rule was broken, after a colon: "Password did not conform with policy: Password not long enough".
fn policy(message: Option<&str>) -> Refusal {
    let rule = message
        .and_then(|message| message.split_once(": "))
        .map(|(_, rule)| rule.trim_end_matches('.'));
    let rule = rule.filter(|rule| rule.starts_with("Password") && rule.len() <= 120);
    Refusal::PasswordPolicy(match rule {
        Some(rule) => format!("Choose a stronger password: {}.", rule.replace("Password", "password")),
        None => "Choose a stronger password: longer, with lower and upper case letters, digits and symbols.".to_owned(),
    })
}

fn attribute(name: &str, value: &str) -> Result<AttributeType, Error> {
    AttributeType::builder()
        .name(name)
        .value(value)
        .build()
        .map_err(|error: BuildError| Error::Failed(error.to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_broken_rule_of_the_policy_is_told() {
        for (message, expected) in [
            (
                Some("Password did not conform with policy: Password not long enough"),
                "Choose a stronger password: password not long enough.",
            ),
            (
                Some("Password did not conform with policy: Password must have symbol characters."),
                "Choose a stronger password: password must have symbol characters.",
            ),
        ] {
            assert_eq!(policy(message), Refusal::PasswordPolicy(expected.to_owned()));
        }
    }

    #[test]
    fn an_unknown_policy_message_is_not_passed_on() {
        for message in [
            None,
            Some(""),
            Some("Value 'hunter2' at 'password' failed: must match"),
            Some("hunter2"),
        ] {
            let Refusal::PasswordPolicy(sentence) = policy(message) else {
                panic!("a policy refusal")
            };
            assert!(!sentence.contains("hunter2"), "{sentence}");
        }
    }
}
