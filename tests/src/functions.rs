//! Every function of the hub, built as its `from_env` would, over the stores of one test.

use std::{collections::BTreeMap, time::Duration};

use api::Context;
use aws_config::SdkConfig;
use axum::Router;
use braket::Braket;
use federation::Federation;
use files::{Avatars, Packages, Results};
use identity::Identity;
use worker::{JobQueues, SourceQueues};

use crate::{
    queues::Queues,
    services::{config, services},
};

/// For how long an executor has a job; tests move the clock instead of waiting.
pub const LEASE: Duration = Duration::from_secs(30);
pub const SEARCH_GRACE: Duration = Duration::from_secs(120);

/// What answers callers, by the first segment of its paths, and what works through queues. Keys are served together, as
/// `api-keys`.
pub(crate) struct Functions {
    pub routes: BTreeMap<&'static str, Router>,
    pub authorize_key: authorize_key::App,
    pub inspect_package: inspect_package::App,
    pub process_avatar: process_avatar::App,
    pub refresh_hardware: refresh_hardware::App,
    pub run_simulation: run_simulation::App,
    pub submit_quantum_task: submit_quantum_task::App,
    pub settle_job: settle_job::App,
    pub reconcile_jobs: reconcile_jobs::App,
    pub record_dead_letter: record_dead_letter::App,
    pub close_bills: close_bills::App,
    pub renew_subscriptions: renew_subscriptions::App,
    pub avatars: Avatars,
    pub packages: Packages,
    pub results: Results,
}

impl Functions {
    /// `braket` is an endpoint; simulations prolong their leases of `lease` as long as they run.
    pub(crate) fn new(context: &Context, queues: &Queues, braket: &str, lease: Duration) -> Self {
        let cloud = services();
        let aws = config(&cloud.addresses().services);
        let braket = Braket::new(&config(braket));
        let bucket = |name: &str| cloud.stack().outputs[name].clone();
        let packages = Packages::new(&aws, bucket("PackagesBucketName"));
        let results = Results::new(&aws, bucket("ResultsBucketName"));
        let avatars = avatars();
        let job_queues = JobQueues::new(&aws, |name| queues.url(name));
        let sources = SourceQueues::new(&aws, |name| queues.url(name));
        let table = context.table.clone();
        let apps = quantum_apps::App::new(context.clone(), packages.clone());
        let registry = registry::App::new(context.clone(), packages.clone());
        let keys = api::service(api_keys::routes(), api_keys::App::new(context.clone()));
        let jobs = jobs::App::new(context.clone(), job_queues.clone(), results.clone());
        Self {
            routes: BTreeMap::from([
                ("api-keys", keys.clone()),
                ("auth", auth(context, &aws)),
                ("users", users(context, &aws)),
                ("bills", api::service(billing::routes(), billing::App::new(context.clone()))),
                ("dead-letters", operations(context, sources)),
                ("hardware", api::service(hardware::routes(), hardware::App::new(context.clone()))),
                ("health", api::service(reference::routes(), reference::App)),
                ("jobs", api::service(jobs::routes(), jobs)),
                (
                    "marketplace",
                    api::service(marketplace::routes(), marketplace::App::new(context.clone())),
                ),
                ("openapi.json", api::service(reference::routes(), reference::App)),
                ("projects", api::service(projects::routes(), projects::App::new(context.clone()))),
                ("quantum-apps", api::service(quantum_apps::routes(), apps)),
                ("registry", api::service(registry::routes(), registry)),
                (
                    "subscriptions",
                    api::service(subscriptions::routes(), subscriptions::App::new(context.clone())),
                ),
                ("usage", keys),
            ]),
            authorize_key: authorize_key::App::new(
                table.clone(),
                context.api_keys.clone(),
                "hub-gateway-key".to_owned(),
            ),
            inspect_package: inspect_package::App::new(table.clone(), packages.clone()),
            process_avatar: process_avatar::App::new(table.clone(), avatars.clone()),
            refresh_hardware: refresh_hardware::App::new(table.clone(), braket.clone()),
            run_simulation: run_simulation::App::new(
                table.clone(),
                packages.clone(),
                results.clone(),
                lease,
            ),
            submit_quantum_task: submit_quantum_task::App::new(
                table.clone(),
                packages.clone(),
                braket.clone(),
                results.bucket().to_owned(),
                LEASE,
                SEARCH_GRACE,
            ),
            settle_job: settle_job::App::new(
                table.clone(),
                braket,
                results.clone(),
                Duration::from_secs(5),
            ),
            close_bills: close_bills::App::new(table.clone()),
            renew_subscriptions: renew_subscriptions::App::new(table.clone()),
            reconcile_jobs: reconcile_jobs::App::new(table.clone(), job_queues, LEASE),
            record_dead_letter: record_dead_letter::App::new(table),
            avatars,
            packages,
            results,
        }
    }
}

/// With a user pool of the caller's choice, as far as `pool` leads to one.
pub(crate) fn auth(context: &Context, pool: &SdkConfig) -> Router {
    api::service(auth::routes(), auth_app(context, pool))
}

/// With a sign-in with Google, which ends at `frontend` in a browser.
pub(crate) fn auth_with_google(
    context: &Context,
    pool: &SdkConfig,
    google: Federation,
    frontend: Option<&str>,
) -> Router {
    api::service(auth::routes(), auth_app(context, pool).with_google(google, frontend))
}

fn auth_app(context: &Context, pool: &SdkConfig) -> auth::App {
    let cloud = services();
    auth::App::new(
        context.clone(),
        identity(pool),
        mail::Mail::new(&config(&cloud.addresses().services), "hub@quantum-hub.example"),
        "http://hub.example/v1",
    )
}

/// With a user pool of the caller's choice.
pub(crate) fn users(context: &Context, pool: &SdkConfig) -> Router {
    api::service(users::routes(), users::App::new(context.clone(), identity(pool), avatars()))
}

fn avatars() -> Avatars {
    let cloud = services();
    let bucket = cloud.stack().outputs["AvatarsBucketName"].clone();
    Avatars::new(&config(&cloud.addresses().services), bucket)
}

/// The user pool, as far as `endpoint` leads to it.
pub fn user_pool_at(endpoint: &str) -> Identity {
    identity(&config(endpoint))
}

fn identity(pool: &SdkConfig) -> Identity {
    let made = |name: &str| services().stack().resources[name].clone();
    Identity::new(pool, made("UserPool"), made("UserPoolClient"))
}

/// With queues of the caller's choice.
pub(crate) fn operations(context: &Context, queues: SourceQueues) -> Router {
    api::service(operations::routes(), operations::App::new(context.clone(), queues))
}
