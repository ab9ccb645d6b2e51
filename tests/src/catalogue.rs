//! Apps ready to be run, put straight into the stores: for tests whose subject begins after publishing.

use domain::{
    AppId, KeyId, ListingId, Money, SubscriptionId, UserId, VersionId,
    access_key::{AccessKey, KeyOf, KeyRequest, Plan, Scope, Secret, Settings},
    app::{self, AppType, QuantumApp},
    listing::{Listing, Terms},
    subscription::Subscription,
    version::{
        self, AppVersion, AskedResults, IrType, Package, ResourceEstimate, Sdk, SimulationEstimate,
        Upload, VersionStatus,
    },
};
use files::{PackageKey, Sha256Digest};
use serde_json::{Value, json};
use store::{
    access_keys::{Holder, create_key, key_room},
    create,
    subscriptions::{SubscribedClaim, Uses, key_uses, start},
    versions::LatestVersion,
};

use crate::{Stack, User};

/// Three qubits that are all 0 or all 1; theta says how often 1.
pub const GHZ: &str = "OPENQASM 3.0;
input float theta;
qubit[3] q;
bit[3] b;
ry(theta) q[0];
cnot q[0], q[1];
cnot q[1], q[2];
b = measure q;
";

/// A released, listed app.
#[derive(Clone, Copy, Debug)]
pub struct Published {
    pub app: AppId,
    pub version: VersionId,
}

impl Stack {
    /// Releases a program as an app that asks `rate` a job.
    pub async fn publish(&self, developer: &User, source: &str, rate: &str) -> Published {
        let (clock, now) = (self.clock(), self.clock().now());
        let developer_id: UserId = developer.id.parse().expect("a user");
        let details = app::Details {
            name: "GHZ".to_owned(),
            description: String::new(),
            app_type: AppType::Education,
            license_type: "MIT".to_owned(),
            license_url: None,
            documentation_url: None,
            repository_url: None,
            tags: Vec::new(),
        };
        let mut app = QuantumApp::new(clock.id(AppId::new), developer_id, None, details, now);
        let version = self.version(&app, source, "1.0.0").await;
        app.latest_version_id = Some(version.id);
        let terms = Terms {
            rate: rate.parse().expect("an amount"),
            monthly_rate: None,
            annual_rate: None,
            trial_enabled: true,
            support_email: None,
            support_url: None,
        };
        let listing = Listing::new(clock.id(ListingId::new), app.id, developer_id, terms, now);
        let latest = LatestVersion { version: version.clone() };
        let writes = [create(&app), create(&version), create(&latest), create(&listing)];
        self.table().write(writes).await.expect("published");
        Published { app: app.id, version: version.id }
    }

    async fn version(&self, app: &QuantumApp, source: &str, number: &str) -> AppVersion {
        let (clock, now) = (self.clock(), self.clock().now());
        let details = version::Details {
            version_number: number.to_owned(),
            sdk_used: Sdk::Openqasm,
            release_notes: String::new(),
        };
        let mut version =
            AppVersion::new(clock.id(VersionId::new), app.id, app.developer_id, details, now);
        let sha256 = Sha256Digest::of(source.as_bytes());
        let key = PackageKey { app_id: app.id.uuid(), version_id: version.id.uuid(), sha256 };
        let packages = &self.functions().packages;
        let program_key = packages.keep_program(&key, source.to_owned()).await.expect("kept");
        let package = package(&key, program_key, source);
        version
            .expect_upload(Upload { key: "u".into(), sha256: sha256.to_string(), bytes: 1 }, now)
            .expect("open");
        assert!(version.inspected("u", Ok(package), now));
        version.release(now).expect("inspected");
        assert_eq!(version.status, VersionStatus::Released);
        version
    }

    /// A subscription at the listing's rate, or a trial.
    pub async fn subscribe(
        &self,
        user: &User,
        published: Published,
        trial: bool,
    ) -> SubscriptionId {
        let (clock, now) = (self.clock(), self.clock().now());
        let user_id: UserId = user.id.parse().expect("a user");
        let listing = self
            .table()
            .get(&store::listings::listing(published.app))
            .await
            .expect("read")
            .expect("listed");
        let id = clock.id(SubscriptionId::new);
        let subscription = if trial { Subscription::trial } else { Subscription::pay_per_use };
        let subscription = subscription(id, user_id, &listing, "GHZ", now).expect("open");
        let mut writes = start(&subscription);
        writes.push(create(&SubscribedClaim::of(&subscription)));
        self.table().write(writes).await.expect("subscribed");
        id
    }

    /// A key of the subscription with all scopes, and `max_uses` where given.
    pub async fn key(
        &self,
        user: &User,
        subscription: SubscriptionId,
        max_uses: Option<u64>,
    ) -> String {
        let clock = self.clock();
        let user_id: UserId = user.id.parse().expect("a user");
        let of = self
            .table()
            .get(&store::subscriptions::subscription(subscription))
            .await
            .expect("read")
            .expect("subscribed");
        let secret = Secret::new(user_id, clock.random());
        let hash = self.context().api_keys.hex(secret.expose().as_bytes());
        let settings = Settings {
            name: "test".into(),
            scopes: Scope::ALL.to_vec(),
            allowed_addresses: Vec::new(),
            expire_at: None,
        };
        let request = KeyRequest { settings, plan: Plan::Free, max_uses };
        let request = request.checked(clock.now()).expect("a good request");
        let (id, of) = (clock.id(KeyId::new), KeyOf::subscription(&of));
        let key = AccessKey::new(id, user_id, of, (&secret, hash), request, clock.now());
        let room = self.table().get(&key_room(Holder::of(&key))).await.expect("read");
        let mut writes = create_key(&key, room.as_ref());
        writes.extend(max_uses.map(|uses| create(&Uses::new(&key_uses(user_id, id), uses))));
        self.table().write(writes).await.expect("a key");
        secret.expose().to_owned()
    }

    /// Devices as a refresh would have found them: our simulator and Braket's.
    pub async fn devices(&self) {
        let ours = domain::hardware::hub_simulator(self.clock().now());
        let mut sv1 = ours.clone();
        sv1.id = "amazon-sv1".to_owned();
        sv1.arn = Some("arn:aws:braket:::device/quantum-simulator/amazon/sv1".to_owned());
        sv1.platform = domain::hardware::Platform::Braket;
        sv1.operations = ["h", "x", "ry", "rz", "cnot"].map(str::to_owned).into();
        sv1.tariff = domain::price::tariff("amazon-sv1");
        self.table().write([create(&ours), create(&sv1)]).await.expect("devices");
    }
}

fn package(key: &PackageKey, program_key: String, source: &str) -> Package {
    let program = quantum::parse(source).expect("a program");
    let analysis = quantum::analysis::analyze(program.program());
    let number = |count: usize| u32::try_from(count).expect("small");
    let properties: serde_json::Map<String, Value> = program
        .inputs()
        .iter()
        .map(|input| (input.name.clone(), json!({"type": "number"})))
        .collect();
    let required: Vec<&str> = program.inputs().iter().map(|input| input.name.as_str()).collect();
    Package {
        key: key.to_string(),
        sha256: key.sha256.to_string(),
        bytes: 1,
        program_key,
        braket_program_key: None,
        program_file: "program.qasm".to_owned(),
        ir_type: IrType::Openqasm3,
        input_schema: json!({
            "type": "object", "properties": properties, "required": required, "additionalProperties": false
        }),
        output_schema: None,
        default_device_id: Some("hub-simulator".to_owned()),
        default_shots: Some(100),
        estimate: ResourceEstimate {
            qubits: number(analysis.qubits),
            depth: analysis.depth as u64,
            gates: analysis.gates as u64,
            two_qubit_gates: analysis.two_qubit_gates as u64,
            measured_qubits: number(analysis.measured_qubits),
            gate_names: analysis.gate_counts.keys().cloned().collect(),
            uses_mid_circuit_measurement: analysis.uses_mid_circuit_measurement,
            in_braket_dialect: true,
            results: match quantum::needed_shots(program.program()) {
                Some(_) => AskedResults::Any,
                None => AskedResults::None,
            },
            simulation: SimulationEstimate::of_state_vector(
                number(analysis.qubits),
                analysis.gates as u64,
            ),
        },
        inputs: Vec::new(),
    }
}

/// What an amount of the API says.
pub fn money(value: &Value) -> Money {
    assert_eq!(value["currency"], "USD");
    value["amount"].as_str().and_then(|amount| amount.parse().ok()).expect("an amount")
}
