//! Who buys what, before the first job: one app, buyers with counted keys, one of them on trial.

use domain::listing::ListingStatus;
use domain::{
    AppId, KeyId, ListingId, Money, SubscriptionId, UserId, VersionId,
    access_key::{AccessKey, KeyOf, KeyRequest, Plan, Scope, Secret, Settings},
    account::{Role, Status, User},
    hardware::{Hardware, Platform, hub_simulator},
    listing::{Listing, Terms},
    price,
    subscription::Subscription,
    version::{
        AppVersion, AskedResults, Details, IrType, Package, ResourceEstimate, Sdk,
        SimulationEstimate, Upload,
    },
};
use serde_json::json;
use store::{
    create,
    subscriptions::{Uses, key_uses, start},
    versions::LatestVersion,
};

use crate::{
    hub::{Hub, PACKAGES},
    world::World,
};

const PROGRAM: &str = "OPENQASM 3.0;
input float theta;
qubit[3] q;
bit[3] b;
ry(theta) q[0];
cnot q[0], q[1];
cnot q[1], q[2];
b = measure q;
";
const PROGRAM_KEY: &str = "packages/program.qasm";
/// What a completed job costs on top of its device.
const RATE: Money = Money::from_micros(50_000);
/// The device that is Braket's.
pub(crate) const PROVIDER_DEVICE: &str = "amazon-sv1";

/// One who submits jobs.
#[derive(Clone, Debug)]
pub(crate) struct Buyer {
    pub key: String,
    pub key_id: KeyId,
    /// Jobs that the key is good for.
    pub uses: u64,
    pub on_trial: bool,
}

/// Sells one program to some buyers. `uses`: of each key.
pub(crate) async fn set(world: &World, hub: &Hub, uses: &[u64]) -> Vec<Buyer> {
    world.objects.put(PACKAGES, PROGRAM_KEY, PROGRAM.as_bytes().to_vec());
    let table = &hub.context.table;
    let (clock, now) = (table.clock(), table.clock().now());
    let developer = clock.id(UserId::new);
    let listing = Listing {
        id: clock.id(ListingId::new),
        app_id: clock.id(AppId::new),
        listed_by: developer,
        terms: Terms {
            rate: RATE,
            monthly_rate: None,
            annual_rate: None,
            trial_enabled: true,
            support_email: None,
            support_url: None,
        },
        status: ListingStatus::Active,
        created_at: now,
        updated_at: now,
    };
    let version = version(hub, listing.app_id, developer);
    let devices = [create(&hub_simulator(now)), create(&provider_device(hub))];
    let latest = create(&LatestVersion { version: version.clone() });
    table.write(devices.into_iter().chain([create(&version), latest])).await.expect("written");
    let mut buyers = Vec::with_capacity(uses.len());
    for (number, uses) in uses.iter().enumerate() {
        buyers.push(buyer(hub, &listing, number, *uses).await);
    }
    buyers
}

/// The first one is on trial.
async fn buyer(hub: &Hub, listing: &Listing, number: usize, uses: u64) -> Buyer {
    let table = &hub.context.table;
    let (clock, now) = (table.clock(), table.clock().now());
    let user = account(hub, &format!("buyer-{number}"));
    let on_trial = number == 0;
    let id = clock.id(SubscriptionId::new);
    let subscribed = if on_trial { Subscription::trial } else { Subscription::pay_per_use };
    let subscription = subscribed(id, user.id, listing, "GHZ", now).expect("open to everyone");
    let secret = Secret::new(user.id, clock.random());
    let request = KeyRequest {
        settings: Settings {
            name: "simulated".to_owned(),
            scopes: Scope::ALL.to_vec(),
            allowed_addresses: Vec::new(),
            expire_at: None,
        },
        plan: Plan::Premium,
        max_uses: Some(uses),
    };
    let hash = hub.context.api_keys.hex(secret.expose().as_bytes());
    let key_id = clock.id(KeyId::new);
    let stored = AccessKey::new(
        key_id,
        user.id,
        KeyOf::subscription(&subscription),
        (&secret, hash),
        request.checked(now).expect("a good request"),
        now,
    );
    let mut writes = start(&subscription);
    writes.extend([create(&user), create(&user.subject()), create(&stored)]);
    writes.push(create(&Uses::new(&key_uses(user.id, key_id), uses)));
    table.write(writes).await.expect("written");
    Buyer { key: secret.expose().to_owned(), key_id, uses, on_trial }
}

fn account(hub: &Hub, name: &str) -> User {
    let clock = hub.context.table.clock();
    let now = clock.now();
    User {
        id: clock.id(UserId::new),
        username: name.to_owned(),
        email: format!("{name}@example.com"),
        full_name: name.to_owned(),
        roles: vec![Role::Consumer],
        status: Status::Active,
        provider_terms: None,
        last_login_at: None,
        created_at: now,
        updated_at: now,
        pending_until: None,
        mfa_enabled: false,
        password_set_at: None,
    }
}

fn provider_device(hub: &Hub) -> Hardware {
    Hardware {
        id: PROVIDER_DEVICE.to_owned(),
        arn: Some("arn:aws:braket:::device/quantum-simulator/amazon/sv1".to_owned()),
        platform: Platform::Braket,
        operations: ["ry", "cnot"].map(str::to_owned).into(),
        tariff: price::tariff(PROVIDER_DEVICE),
        ..hub_simulator(hub.context.table.clock().now())
    }
}

fn version(hub: &Hub, app: AppId, developer: UserId) -> AppVersion {
    let clock = hub.context.table.clock();
    let now = clock.now();
    let details = Details {
        version_number: "1.0.0".to_owned(),
        sdk_used: Sdk::Openqasm,
        release_notes: String::new(),
    };
    let mut version = AppVersion::new(clock.id(VersionId::new), app, developer, details, now);
    let upload = Upload { key: "u".into(), sha256: "0".into(), bytes: 1 };
    version.expect_upload(upload, now).expect("a draft");
    version.inspected("u", Ok(package()), now);
    version.release(now).expect("inspected");
    version
}

fn package() -> Package {
    Package {
        key: "packages/program.zip".to_owned(),
        sha256: "0".to_owned(),
        bytes: 1,
        program_key: PROGRAM_KEY.to_owned(),
        braket_program_key: None,
        program_file: "program.qasm".to_owned(),
        ir_type: IrType::Openqasm3,
        input_schema: json!({"type": "object", "properties": {"theta": {"type": "number"}},
            "required": ["theta"], "additionalProperties": false}),
        output_schema: None,
        default_device_id: None,
        default_shots: Some(100),
        estimate: ResourceEstimate {
            qubits: 3,
            depth: 4,
            gates: 3,
            two_qubit_gates: 2,
            measured_qubits: 3,
            gate_names: ["ry", "cnot"].map(str::to_owned).into(),
            uses_mid_circuit_measurement: false,
            in_braket_dialect: true,
            results: AskedResults::None,
            simulation: SimulationEstimate::of_state_vector(3, 3),
        },
        inputs: Vec::new(),
    }
}
