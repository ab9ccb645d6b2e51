//! Which client a call goes through: one for each region, built when first needed.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use aws_config::{Region, SdkConfig, timeout::TimeoutConfig};
use aws_sdk_braket::{
    Client,
    config::{
        Builder, ConfigBag, Intercept, RuntimeComponents,
        interceptors::BeforeTransmitInterceptorContextMut,
    },
    error::BoxError,
};

use crate::{BraketError, arn};

/// The regions in which Braket has devices.
pub(crate) const REGIONS: [&str; 5] =
    ["us-east-1", "us-west-1", "us-west-2", "eu-west-2", "eu-north-1"];

const CONNECT_TIMEOUT: Duration = Duration::from_secs(3);
const ATTEMPT_TIMEOUT: Duration = Duration::from_secs(8);
const OPERATION_TIMEOUT: Duration = Duration::from_secs(20);

/// Braket, whichever region a device or task is in. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Braket {
    shared: SdkConfig,
    clients: Arc<Mutex<BTreeMap<String, Client>>>,
}

impl Braket {
    /// Credentials, endpoint (`AWS_ENDPOINT_URL_BRAKET`) and HTTP client come from `config`, the region from each ARN.
    pub fn new(config: &SdkConfig) -> Self {
        Self { shared: config.clone(), clients: Arc::default() }
    }

    pub(crate) fn client_for(&self, arn: &str) -> Result<Client, BraketError> {
        match arn::region(arn) {
            Some("") => Ok(self.client_in(self.home())),
            Some(region) => Ok(self.client_in(region)),
            None => Err(BraketError::NotFound { arn: arn.to_owned() }),
        }
    }

    pub(crate) fn client_in(&self, region: &str) -> Client {
        let mut clients = self.clients.lock().unwrap_or_else(PoisonError::into_inner);
        clients.entry(region.to_owned()).or_insert_with(|| self.build(region)).clone()
    }

    /// Where devices without a region are used: our own region, if Braket is there.
    pub(crate) fn home(&self) -> &'static str {
        let ours = self.shared.region().map_or("", Region::as_ref);
        REGIONS.into_iter().find(|region| *region == ours).unwrap_or(REGIONS[0])
    }

    fn build(&self, region: &str) -> Client {
        let timeouts = TimeoutConfig::builder()
            .connect_timeout(CONNECT_TIMEOUT)
            .operation_attempt_timeout(ATTEMPT_TIMEOUT)
            .operation_timeout(OPERATION_TIMEOUT)
            .build();
        let config = Builder::from(&self.shared)
            .region(Region::new(region.to_owned()))
            .timeout_config(timeouts)
            .interceptor(KnowsOpenQasm)
            .build();
        Client::from_conf(config)
    }
}

/// Braket leaves OpenQASM out of GetDevice unless the caller says that it knows the schemas since 1.8.
#[derive(Debug)]
struct KnowsOpenQasm;

const USER_AGENT: &str = "user-agent";
const SCHEMAS: &str = "BraketSchemas/1.8.0";

impl Intercept for KnowsOpenQasm {
    fn name(&self) -> &'static str {
        "KnowsOpenQasm"
    }

    fn modify_before_transmit(
        &self,
        context: &mut BeforeTransmitInterceptorContextMut<'_>,
        _: &RuntimeComponents,
        _: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let headers = context.request_mut().headers_mut();
        let agent = format!("{} {SCHEMAS}", headers.get(USER_AGENT).unwrap_or_default());
        headers.insert(USER_AGENT, agent.trim().to_owned());
        Ok(())
    }
}
