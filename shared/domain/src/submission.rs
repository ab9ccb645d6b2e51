//! Whether a job is accepted, and what is promised when it is.

use serde_json::{Map, Value};

use crate::{
    JobId, Kind, Moment, Refusal, UserId,
    access_key::AccessKey,
    field::Checks,
    hardware::{Hardware, Platform},
    job::{FIRST_LOOK, Job, JobStatus, RunMode, SimulationSize, SubStatus, checked_tags},
    price::Quote,
    schema,
    simulation_size::TooLarge,
    subscription::{Subscription, SubscriptionType, allows_device},
    version::AppVersion,
};

/// What a caller asks to be run.
#[derive(Clone, Debug, PartialEq)]
pub struct Request {
    pub shots: Option<u32>,
    pub input: Map<String, Value>,
    pub run_mode: RunMode,
    pub seed: Option<u64>,
    pub tags: Vec<String>,
    /// Of the request, as the header has it.
    pub traceparent: Option<String>,
}

/// What the request was found to be about.
#[derive(Clone, Copy, Debug)]
pub struct Ground<'a> {
    /// `None` where the app's owner runs it.
    pub subscription: Option<&'a Subscription>,
    pub key: Option<&'a AccessKey>,
    pub app_name: &'a str,
    pub version: &'a AppVersion,
    pub device: &'a Hardware,
}

/// Seeds JSON can carry exactly.
pub const MAX_SEED: u64 = (1 << 53) - 1;

/// Checks everything that can be known before anything is held, and draws the job up.
pub fn accept(
    id: JobId,
    user_id: UserId,
    ground: Ground<'_>,
    request: Request,
    random_seed: u64,
    now: Moment,
) -> Result<Job, Refusal> {
    let Ground { subscription, key, version, device, .. } = ground;
    let is_owner = version.developer_id == user_id;
    let subscription_type = match subscription {
        Some(subscription) => {
            subscription.is_usable(now)?;
            belongs_to(version, subscription)?;
            subscription.subscription_type
        }
        None if is_owner => SubscriptionType::Development,
        None => return Err(subscription_missing()),
    };
    allows_device(subscription_type, device)?;
    let package = version.runnable(is_owner && subscription.is_none())?;
    let tags = checked_tags(&request.tags)?;
    let shots = Hardware::checked_shots(
        request.shots.or(package.default_shots).ok_or_else(shots_missing)?,
    )?;
    let seed = checked_seed(request.seed)?.unwrap_or(random_seed & MAX_SEED);
    schema::check(&package.input_schema, &request.input)?;
    let tariff = device.can_run(&package.estimate, shots)?;
    let size = match device.platform {
        Platform::Hub => SimulationSize::of(&package.estimate, shots).map_err(too_large)?,
        Platform::Braket => SimulationSize::Small,
    };
    let program_key = match (device.platform, &package.braket_program_key) {
        (Platform::Braket, Some(in_braket_dialect)) => in_braket_dialect,
        _ => &package.program_key,
    };
    let quote = match subscription_type {
        SubscriptionType::Trial => Quote::free(device.platform, &package.estimate, shots),
        _ => {
            let fee = subscription.map_or(crate::Money::ZERO, Subscription::app_fee);
            Quote::new(fee, &tariff, device.platform, &package.estimate, shots)
        }
    };
    Ok(Job {
        id,
        user_id,
        app_id: version.app_id,
        app_name: ground.app_name.to_owned(),
        version_id: version.id,
        version_number: version.version_number.clone(),
        subscription_id: subscription.map(|subscription| subscription.id),
        subscription_type,
        key_id: key.map(|key| key.id),
        counted_as: key.and_then(|key| key.counted_as),
        platform: device.platform,
        device_id: device.id.clone(),
        device_arn: device.arn.clone(),
        run_mode: request.run_mode,
        shots,
        seed,
        input: request.input,
        tags,
        program_key: program_key.clone(),
        size,
        quote,
        status: JobStatus::Provisioning,
        sub_status: Some(SubStatus::HubQueue),
        fence: 0,
        lease_until: None,
        nudges: 0,
        due_at: Some(now.plus(FIRST_LOOK)),
        intent: None,
        task_arn: None,
        queue_position: None,
        cancel_requested_at: None,
        failure: None,
        actual_cost: None,
        traceparent: request.traceparent,
        created_at: now,
        updated_at: now,
        started_at: None,
        ended_at: None,
    })
}

fn belongs_to(version: &AppVersion, subscription: &Subscription) -> Result<(), Refusal> {
    if version.app_id == subscription.app_id { Ok(()) } else { Err(Refusal::not_found("version")) }
}

fn checked_seed(seed: Option<u64>) -> Result<Option<u64>, Refusal> {
    let mut checks = Checks::new();
    checks.require(
        seed.is_none_or(|seed| seed <= MAX_SEED),
        "/seed",
        format!("use 0 to {MAX_SEED}"),
    );
    checks.finish().map(|()| seed)
}

/// Said when a caller who signed in names neither a subscription nor a version of their own.
pub fn subscription_missing() -> Refusal {
    Refusal::new(
        Kind::Invalid,
        "subscription_missing",
        "Name the `subscription_id` to run under, or an `app_version_id` of an app of your own.",
    )
}

fn shots_missing() -> Refusal {
    let mut checks = Checks::new();
    checks.require(false, "/shots", "say how many shots; this version has no default");
    checks.finish().err().unwrap_or_else(subscription_missing)
}

fn too_large(reason: TooLarge) -> Refusal {
    Refusal::new(
        Kind::Invalid,
        "simulation_too_large",
        format!("The hub-simulator cannot run this program: {reason}, or choose another device."),
    )
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::{
        AppId, ListingId, Money, SubscriptionId,
        hardware::{MAX_SHOTS, Technology, hub_simulator},
        job::tests::{at, estimate},
        listing::{Listing, Terms},
        version::{IrType, Package, Sdk, VersionStatus},
    };

    struct Scene {
        version: AppVersion,
        device: Hardware,
        subscription: Option<Subscription>,
        request: Request,
        caller: UserId,
    }

    fn scene() -> Scene {
        let now = at(0);
        let (developer, caller) = (UserId::new(now, [1; 10]), UserId::new(now, [2; 10]));
        let details = crate::version::Details {
            version_number: "1.0.0".into(),
            sdk_used: Sdk::Openqasm,
            release_notes: String::new(),
        };
        let mut version = AppVersion::new(
            crate::VersionId::new(now, [3; 10]),
            AppId::new(now, [4; 10]),
            developer,
            details,
            now,
        );
        version.status = VersionStatus::Released;
        version.package = Some(Package {
            key: "k".into(),
            sha256: "s".into(),
            bytes: 1,
            program_key: "p".into(),
            braket_program_key: Some("b".into()),
            program_file: "p.qasm".into(),
            ir_type: IrType::Openqasm3,
            input_schema: json!({"type": "object", "properties": {"theta": {"type": "number"}}, "required": ["theta"]}),
            output_schema: None,
            default_device_id: None,
            default_shots: Some(100),
            estimate: estimate(),
            inputs: Vec::new(),
        });
        let terms = Terms {
            rate: Money::from_micros(50_000),
            monthly_rate: None,
            annual_rate: None,
            trial_enabled: true,
            support_email: None,
            support_url: None,
        };
        let listing =
            Listing::new(ListingId::new(now, [5; 10]), version.app_id, developer, terms, now);
        let id = SubscriptionId::new(now, [6; 10]);
        let subscription =
            Subscription::pay_per_use(id, caller, &listing, "Bell", now).expect("open");
        let input = json!({"theta": 0.5}).as_object().expect("an object").clone();
        let request = Request {
            shots: None,
            input,
            run_mode: RunMode::Blocking,
            seed: None,
            tags: vec![],
            traceparent: None,
        };
        Scene {
            version,
            device: hub_simulator(now),
            subscription: Some(subscription),
            request,
            caller,
        }
    }

    fn check(change: impl FnOnce(&mut Scene), expected: Result<&str, &str>) {
        let mut scene = scene();
        change(&mut scene);
        let ground = Ground {
            subscription: scene.subscription.as_ref(),
            key: None,
            app_name: "Bell",
            version: &scene.version,
            device: &scene.device,
        };
        let job = accept(
            JobId::new(at(0), [9; 10]),
            scene.caller,
            ground,
            scene.request,
            u64::MAX,
            at(1),
        );
        let answer =
            job.as_ref().map(|job| job.quote.total().to_string()).map_err(|refusal| refusal.code);
        assert_eq!(answer.as_deref().map_err(|code| *code), expected);
        if let Ok(job) = job {
            assert!(
                job.seed <= MAX_SEED
                    && job.status == JobStatus::Provisioning
                    && job.due_at.is_some()
            );
        }
    }

    #[test]
    fn a_job_is_accepted_at_the_agreed_price_or_refused_with_a_reason() {
        check(|_| (), Ok("0.05"));
        check(|s| s.request.shots = Some(0), Err("device_cannot_run"));
        check(|s| s.request.shots = Some(MAX_SHOTS + 1), Err("validation_failed"));
        check(|s| s.request.seed = Some(u64::MAX), Err("validation_failed"));
        check(|s| s.request.tags = vec![String::new()], Err("validation_failed"));
        check(|s| drop(s.request.input.remove("theta")), Err("validation_failed"));
        check(|s| s.subscription = None, Err("subscription_missing"));
        check(|s| s.version.app_id = AppId::new(at(9), [9; 10]), Err("not_found"));
        check(|s| s.version.status = VersionStatus::Yanked, Err("version_yanked"));
        check(|s| s.version.status = VersionStatus::Draft, Err("not_found"));
        check(
            |s| s.device.status = crate::hardware::HardwareStatus::Offline,
            Err("device_unavailable"),
        );
        check(|s| s.device.min_shots = 1_000, Err("device_cannot_run"));
        check(
            |s| s.version.package.as_mut().expect("set").default_shots = None,
            Err("validation_failed"),
        );
        check(
            |s| {
                let package = s.version.package.as_mut().expect("set");
                package.estimate.simulation.updates = u64::MAX;
            },
            Err("simulation_too_large"),
        );
        check(
            |s| s.subscription.as_mut().expect("set").ends_at = Some(at(1)),
            Err("subscription_expired"),
        );
    }

    #[test]
    fn an_owner_tries_drafts_on_simulators_and_a_trial_is_free() {
        let own = |s: &mut Scene| {
            s.subscription = None;
            s.caller = s.version.developer_id;
            s.version.status = VersionStatus::Draft;
        };
        check(own, Ok("0.00"));
        check(
            |s| (own(s), s.device.technology_type = Technology::Photonic).1,
            Err("simulators_only"),
        );
        let trial = |s: &mut Scene| {
            s.subscription.as_mut().expect("set").subscription_type = SubscriptionType::Trial
        };
        check(trial, Ok("0.00"));
    }
}
