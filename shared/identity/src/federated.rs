//! How does a user of ours also sign in elsewhere?

use aws_sdk_cognitoidentityprovider::error::ProvideErrorMetadata;
use aws_sdk_cognitoidentityprovider::types::ProviderUserIdentifierType;
use environment::failure;

use crate::{Error, Identity};

/// How Cognito says that nobody signs in that way.
const NOT_LINKED: [&str; 2] = ["ResourceNotFoundException", "UserNotFoundException"];
/// What Cognito calls the subject of a provider.
const SUBJECT: &str = "Cognito_Subject";

impl Identity {
    /// From now on whoever is `subject` at `provider` signs in as `username`. Safe to repeat.
    ///
    /// The profile that Cognito made by itself, when they came for the first time, goes: it stands in the way.
    ///
    /// # Errors
    /// Failed when Cognito could not be told.
    pub async fn link(&self, username: &str, provider: &str, subject: &str) -> Result<(), Error> {
        self.delete_user(&format!("{provider}_{subject}")).await?;
        self.unlink(provider, subject).await?;
        let ours = ProviderUserIdentifierType::builder()
            .provider_name("Cognito")
            .provider_attribute_value(username)
            .build();
        let theirs = ProviderUserIdentifierType::builder()
            .provider_name(provider)
            .provider_attribute_name(SUBJECT)
            .provider_attribute_value(subject)
            .build();
        self.client
            .admin_link_provider_for_user()
            .user_pool_id(&self.pool_id)
            .destination_user(ours)
            .source_user(theirs)
            .send()
            .await
            .map(drop)
            .map_err(|error| Error::Failed(failure("AdminLinkProviderForUser", &error)))
    }

    /// Whoever is `subject` at `provider` signs in as nobody of ours. Safe to repeat.
    ///
    /// # Errors
    /// Failed when Cognito could not be told.
    pub async fn unlink(&self, provider: &str, subject: &str) -> Result<(), Error> {
        let theirs = ProviderUserIdentifierType::builder()
            .provider_name(provider)
            .provider_attribute_name(SUBJECT)
            .provider_attribute_value(subject)
            .build();
        let unlinked = self
            .client
            .admin_disable_provider_for_user()
            .user_pool_id(&self.pool_id)
            .user(theirs)
            .send()
            .await;
        match unlinked {
            Err(error) if NOT_LINKED.map(Some).contains(&error.code()) => Ok(()),
            done => done
                .map(drop)
                .map_err(|error| Error::Failed(failure("AdminDisableProviderForUser", &error))),
        }
    }
}
