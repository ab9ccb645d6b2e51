//! Where is the hub that is tested?

use std::path::PathBuf;

use journey::Hub;
use local_cloud::{Cloud, Extent, Options};
use reqwest::{Client, Method, RequestBuilder};
use tests::state;

/// Template parameters that bound how many requests callers may send.
const LIMITS: [&str; 4] =
    ["RequestsPerSecond", "RequestBurst", "AddressRequestsPerSecond", "AddressRequestBurst"];

/// A hub behind one address.
pub(super) struct Place {
    address: String,
    client: Client,
    local: Option<(Cloud, Options)>,
}

impl Place {
    /// That of `BASE_URL`, such as `http://127.0.0.1:8080`, or a fresh one on this machine.
    pub(super) fn from_env() -> Self {
        if let Ok(address) = std::env::var("BASE_URL") {
            let address = address.trim_end_matches('/').to_owned();
            return Self { address, client: Client::new(), local: None };
        }
        let mut options = Options::in_checkout(Extent::Deployed);
        options.state = state("deployed");
        Self::start(options)
    }

    /// One of its own on this machine, which lets through as many requests as come.
    pub(super) fn unlimited(name: &str) -> Self {
        let mut options = Options::in_checkout(Extent::Deployed);
        options.state = state(name);
        for limit in LIMITS {
            options.parameters.insert(limit.to_owned(), "1000000".to_owned());
        }
        Self::start(options)
    }

    fn start(options: Options) -> Self {
        let cloud = Cloud::start(options.clone()).expect("the local cloud starts");
        assert!(
            cloud.stack().not_built.is_empty(),
            "run cargo build --workspace --bins: {:?}",
            cloud.stack().not_built
        );
        assert_eq!(cloud.stack().hardware_refused, None);
        let address = cloud.addresses().front.clone();
        Self { address, client: Client::new(), local: Some((cloud, options)) }
    }

    /// The same data at the same address; a hub that is not ours to stop goes on as it is.
    pub(super) fn stopped_and_started(self) -> Self {
        let Some((cloud, mut options)) = self.local else { return self };
        let port = self.address.rsplit(':').next().and_then(|port| port.parse().ok());
        options.front_port = Some(port.expect("a port"));
        cloud.stop();
        let again = Self::start(options);
        assert_eq!(again.address, self.address);
        again
    }

    /// Only a hub on this machine has one.
    pub(super) fn cloud(&self) -> Option<&Cloud> {
        self.local.as_ref().map(|(cloud, _)| cloud)
    }

    /// Where the functions of a hub on this machine write their lines, a file each.
    pub(super) fn logs(&self) -> PathBuf {
        self.state().join("logs")
    }

    /// Where a hub on this machine keeps its data.
    pub(super) fn state(&self) -> PathBuf {
        let (_, options) = self.local.as_ref().expect("a hub on this machine");
        options.state.clone()
    }

    pub(super) fn address(&self) -> &str {
        &self.address
    }

    pub(super) fn hub(&self) -> Hub {
        Hub::at(&self.address)
    }

    pub(super) fn get(&self, path: &str) -> RequestBuilder {
        self.request(Method::GET, path)
    }

    pub(super) fn request(&self, method: Method, path: &str) -> RequestBuilder {
        self.client.request(method, format!("{}{path}", self.address))
    }
}
