//! The one set of stand-ins that all tests of a run share: S3, SQS, Cognito, mail, Braket.

use std::sync::LazyLock;

use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_sdk_dynamodb::config::{Credentials, SharedCredentialsProvider};
use local_cloud::{Cloud, Extent, Options};

use crate::state;

/// Why it did not start is told to each test that asks, not to the first alone.
static CLOUD: LazyLock<Result<Cloud, String>> = LazyLock::new(|| {
    let mut options = Options::in_checkout(Extent::Services);
    options.state = state("services");
    Cloud::start(options).map_err(|error| error.to_string())
});

/// Starts them with the first test that asks; they end with the process.
pub fn services() -> &'static Cloud {
    match &*CLOUD {
        Ok(cloud) => cloud,
        Err(error) => {
            panic!("the local cloud does not start: {error} (its logs are under .local/tests)")
        }
    }
}

/// The ids of the user pool and of its client.
pub fn pool() -> (String, String) {
    let outputs = &services().stack().outputs;
    (outputs["UserPoolId"].clone(), outputs["UserPoolClientId"].clone())
}

/// An SDK configuration for one endpoint.
pub fn config(endpoint: &str) -> SdkConfig {
    let credentials =
        Credentials::new(local_cloud::ACCESS_KEY, local_cloud::SECRET_KEY, None, None, "tests");
    SdkConfig::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::new(local_cloud::REGION))
        .credentials_provider(SharedCredentialsProvider::new(credentials))
        .endpoint_url(endpoint)
        .build()
}
