//! How does the hub come to its users, apps and ended jobs before anything is measured?

use std::{collections::BTreeMap, sync::Arc, time::Duration};

use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_sdk_dynamodb::config::{Credentials, SharedCredentialsProvider};
use clock::Clock;
use domain::{
    AppId, JobId, KeyId, ListingId, Money, ProjectId, SubscriptionId, UserId, VersionId,
    access_key::{AccessKey, KeyOf, KeyRequest, Plan, Scope, Secret, Settings},
    account::{Role, Status, User},
    app::{self, AppType, QuantumApp},
    hardware::hub_simulator,
    job::RunMode,
    listing::{Listing, Terms},
    project::{self, Project},
    session::{Origin, Session},
    settlement::{Outcome, Output},
    submission::{Ground, Request, accept},
    subscription::Subscription,
    version::{
        self, AppVersion, AskedResults, IrType, Package, ResourceEstimate, Sdk, SimulationEstimate,
        Upload,
    },
};
use files::{PackageKey, Packages, Sha256Digest};
use secrets::{HashKey, KeyedHash};
use serde_json::json;
use store::{
    Table,
    access_keys::create_key,
    apps::{Catalogue, catalogue_entries},
    create, jobs,
    subscriptions::{SubscribedClaim, start},
    versions::LatestVersion,
};
use tokio::task::JoinSet;

use super::population::{Person, Population};
use crate::{Failure, scene::package::PROGRAM};

/// Of each user, who has but this one.
pub(super) const SESSION: &str = "7c3e9a51-2b48-4d06-9f17-e8a4b1c6d203";
const APPS: usize = 5;
const JOBS_EACH: usize = 3;
/// People that are seeded side by side.
const AT_ONCE: usize = 8;

/// Addresses and names of what is seeded.
pub(crate) struct Places {
    pub table: String,
    pub objects: String,
    pub table_name: String,
    pub packages: String,
}

/// Where things are put.
#[derive(Clone)]
pub(crate) struct Stores {
    table: Table,
    packages: Packages,
    /// As the functions derive it.
    api_keys: KeyedHash,
}

/// An app that is sold, and all that a job of it is about.
#[derive(Clone)]
struct Offer {
    app: QuantumApp,
    version: AppVersion,
    listing: Listing,
}

impl Stores {
    pub(crate) fn new(places: &Places, key: &HashKey) -> Self {
        Self {
            table: Table::new(&config(&places.table), &places.table_name, Clock::system()),
            packages: Packages::new(&config(&places.objects), &places.packages),
            api_keys: key.derive("api-key"),
        }
    }

    /// So many people, each with a subscription to one of a few apps.
    pub(crate) async fn seed(&self, people: usize) -> Result<Population, Failure> {
        let now = self.clock().now();
        self.table.write([create(&hub_simulator(now))]).await?;
        let developer = self.user("developer", &[Role::Consumer, Role::Provider]).await?;
        let mut offers = Vec::with_capacity(APPS);
        for number in 0..APPS {
            offers.push(self.offer(developer, number).await?);
        }
        let offers = Arc::new(offers);
        let (numbers, mut people) = (0..people, Vec::with_capacity(people));
        let mut seeding = JoinSet::new();
        for number in numbers {
            if seeding.len() >= AT_ONCE
                && let Some(person) = seeding.join_next().await
            {
                people.push(person??);
            }
            let (stores, offers) = (self.clone(), offers.clone());
            seeding.spawn(async move { stores.person(number, &offers[number % APPS]).await });
        }
        while let Some(person) = seeding.join_next().await {
            people.push(person??);
        }
        people.sort_unstable_by_key(|person| person.user);
        let apps = offers.iter().map(|offer| offer.app.id).collect();
        Ok(Population { people, apps, period: self.clock().now().period() })
    }

    fn clock(&self) -> &Clock {
        self.table.clock()
    }

    async fn user(&self, name: &str, roles: &[Role]) -> Result<UserId, Failure> {
        let now = self.clock().now();
        let user = User {
            id: self.clock().id(UserId::new),
            username: name.to_owned(),
            email: format!("{name}@example.com"),
            full_name: name.to_owned(),
            roles: roles.to_vec(),
            status: Status::Active,
            provider_terms: None,
            last_login_at: None,
            created_at: now,
            updated_at: now,
            pending_until: None,
            mfa_enabled: false,
            password_set_at: None,
        };
        let named = SESSION.parse()?;
        let session = Session::new(named, user.id, String::new(), Origin::default(), now);
        self.table.write([create(&user), create(&user.subject()), create(&session)]).await?;
        Ok(user.id)
    }

    async fn offer(&self, developer: UserId, number: usize) -> Result<Offer, Failure> {
        let (clock, now) = (self.clock(), self.clock().now());
        let details = app::Details {
            name: format!("GHZ {number}"),
            description: "Three qubits that are all 0 or all 1.".to_owned(),
            app_type: AppType::Education,
            license_type: "MIT".to_owned(),
            license_url: None,
            documentation_url: None,
            repository_url: None,
            tags: Vec::new(),
        };
        let mut app = QuantumApp::new(clock.id(AppId::new), developer, None, details, now);
        let version = self.version(&app).await?;
        app.offer_latest(&version, now);
        app.publish_to_registry(now)?;
        app.publish_to_marketplace(now)?;
        let terms = Terms {
            rate: Money::from_micros(50_000),
            monthly_rate: None,
            annual_rate: None,
            trial_enabled: true,
            support_email: None,
            support_url: None,
        };
        let listing = Listing::new(clock.id(ListingId::new), app.id, developer, terms, now);
        let latest = LatestVersion { version: version.clone() };
        let mut writes = vec![create(&app), create(&version), create(&latest), create(&listing)];
        for catalogue in [Catalogue::Registry, Catalogue::Marketplace] {
            writes.extend(catalogue_entries(catalogue, &app, now).iter().map(create));
        }
        self.table.write(writes).await?;
        Ok(Offer { app, version, listing })
    }

    async fn version(&self, app: &QuantumApp) -> Result<AppVersion, Failure> {
        let (clock, now) = (self.clock(), self.clock().now());
        let details = version::Details {
            version_number: "1.0.0".to_owned(),
            sdk_used: Sdk::Openqasm,
            release_notes: String::new(),
        };
        let id = clock.id(VersionId::new);
        let mut version = AppVersion::new(id, app.id, app.developer_id, details, now);
        let sha256 = Sha256Digest::of(PROGRAM.as_bytes());
        let key = PackageKey { app_id: app.id.uuid(), version_id: id.uuid(), sha256 };
        let program_key = self.packages.keep_program(&key, PROGRAM.to_owned()).await?;
        version
            .expect_upload(Upload { key: "u".into(), sha256: sha256.to_string(), bytes: 1 }, now)?;
        version.inspected("u", Ok(package(&key, program_key)), now);
        version.release(now)?;
        Ok(version)
    }

    async fn person(&self, number: usize, offer: &Offer) -> Result<Person, Failure> {
        let clock = self.clock();
        let user = self.user(&format!("user-{number}"), &[Role::Consumer]).await?;
        let id = clock.id(SubscriptionId::new);
        let name = &offer.app.details.name;
        let subscription = Subscription::pay_per_use(id, user, &offer.listing, name, clock.now())?;
        let details = project::Details {
            name: "Bell pairs".to_owned(),
            description: String::new(),
            repository_url: None,
        };
        let project = Project::new(clock.id(ProjectId::new), user, details, clock.now());
        let (exposed, key) = self.key(user, &subscription)?;
        let mut writes = start(&subscription);
        writes.extend([create(&SubscribedClaim::of(&subscription)), create(&project)]);
        writes.extend(create_key(&key, None));
        self.table.write(writes).await?;
        let mut jobs = Vec::with_capacity(JOBS_EACH);
        for _ in 0..JOBS_EACH {
            jobs.push(self.job(user, &subscription, &key, offer).await?);
        }
        let token = clock.random::<16>().iter().map(|byte| format!("{byte:02x}")).collect();
        Ok(Person { user, token, key: exposed, subscription: id, project: project.id, jobs })
    }

    fn key(&self, user: UserId, of: &Subscription) -> Result<(String, AccessKey), Failure> {
        let clock = self.clock();
        let secret = Secret::new(user, clock.random());
        let hash = self.api_keys.hex(secret.expose().as_bytes());
        let request = KeyRequest {
            settings: Settings {
                name: "load".to_owned(),
                scopes: Scope::ALL.to_vec(),
                allowed_addresses: Vec::new(),
                expire_at: None,
            },
            plan: Plan::Premium,
            max_uses: None,
        };
        let (id, of, now) = (clock.id(KeyId::new), KeyOf::subscription(of), clock.now());
        let request = request.checked(now)?;
        let key = AccessKey::new(id, user, of, (&secret, hash), request, now);
        Ok((secret.expose().to_owned(), key))
    }

    /// One that ran, with its charge, as the executor leaves it.
    async fn job(
        &self,
        user: UserId,
        subscription: &Subscription,
        key: &AccessKey,
        offer: &Offer,
    ) -> Result<JobId, Failure> {
        let now = self.clock().now();
        let device = hub_simulator(now);
        let ground = Ground {
            subscription: Some(subscription),
            key: Some(key),
            app_name: &offer.app.details.name,
            version: &offer.version,
            device: &device,
        };
        let asked = Request {
            shots: Some(100),
            input: json!({"theta": 1.25}).as_object().cloned().unwrap_or_default(),
            run_mode: RunMode::NonBlocking,
            seed: Some(7),
            traceparent: None,
            tags: Vec::new(),
        };
        let job = accept(self.clock().id(JobId::new), user, ground, asked, 7, now)?;
        self.table.write(jobs::submit(&job)).await?;
        jobs::claim(&self.table, job.id, Duration::from_secs(60)).await?;
        let outcome = Outcome::Completed(Output {
            counts: BTreeMap::from([("000".to_owned(), 66), ("111".to_owned(), 34)]),
            measured_qubits: vec![0, 1, 2],
            execution_millis: 2,
            result_types: Vec::new(),
            stored_at: None,
        });
        jobs::settle(&self.table, job.id, jobs::By::Provider, &outcome).await?;
        Ok(job.id)
    }
}

/// An SDK configuration for one endpoint.
pub(crate) fn config(endpoint: &str) -> SdkConfig {
    let credentials =
        Credentials::new(local_cloud::ACCESS_KEY, local_cloud::SECRET_KEY, None, None, "bench");
    SdkConfig::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::new(local_cloud::REGION))
        .credentials_provider(SharedCredentialsProvider::new(credentials))
        .endpoint_url(endpoint)
        .build()
}

fn package(key: &PackageKey, program_key: String) -> Package {
    Package {
        key: key.to_string(),
        sha256: key.sha256.to_string(),
        bytes: 1,
        program_key,
        braket_program_key: None,
        program_file: "program.qasm".to_owned(),
        ir_type: IrType::Openqasm3,
        input_schema: json!({"type": "object", "properties": {"theta": {"type": "number"}},
            "required": ["theta"], "additionalProperties": false}),
        output_schema: None,
        default_device_id: Some("hub-simulator".to_owned()),
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
