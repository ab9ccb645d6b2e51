//! How a job is accepted: everything it is about read together, decided, and written once with its hold.

use api::{Answer, Caller, Problem, Submission};
use domain::{
    AppId, Kind, Refusal, SubscriptionId,
    access_key::KeyOf,
    hardware::{Hardware, is_slug},
    job::{Job, RunMode},
    submission::{Ground, Request, accept, subscription_missing},
    subscription::Subscription,
    version::AppVersion,
};
use store::{
    Stored, Table, apps, hardware, idempotency::Answered, jobs, subscriptions, unchanged, versions,
};

use crate::{
    App,
    views::{self, CreateJobRequest},
};

/// The answer, and the job where it was accepted just now.
pub(crate) async fn once(
    app: &App,
    caller: &Caller,
    submission: &Submission<CreateJobRequest>,
) -> Result<(Answer, Option<Job>), Problem> {
    let table = &app.context.table;
    submission
        .decided(table, || async {
            let scene = match (bound_to(caller), submission.body.subscription_id) {
                (Some((subscription, app)), _) => {
                    scene_of_subscription(table, subscription, Some(app), submission).await?
                }
                (None, Some(subscription)) => {
                    scene_of_subscription(table, subscription, None, submission).await?
                }
                (None, None) => scene_of_owner(table, submission).await?,
            };
            if let Some(answer) = submission.replay(scene.earlier.as_ref())? {
                return Ok((answer, None));
            }
            let job = decide(table, caller, &scene, submission)?;
            let answer = Answer::accepted(
                Some(format!("/jobs/{}", job.id)),
                Some(1),
                &views::Job::from(&job),
            )?;
            let mut writes = jobs::submit(&job);
            writes.extend(scene.subscription.iter().map(unchanged));
            writes.extend(caller.still_stands());
            writes.push(submission.remember(table, &answer));
            table.write(writes).await?;
            Ok((answer, Some(job)))
        })
        .await
}

/// The subscription and app of the caller's key, where it is bound to them.
fn bound_to(caller: &Caller) -> Option<(SubscriptionId, AppId)> {
    match caller.key()?.of {
        KeyOf::User => None,
        KeyOf::Subscription { subscription_id, app_id } => Some((subscription_id, app_id)),
    }
}

/// All that a submission is about, as it was found.
struct Scene {
    earlier: Option<Stored<Answered>>,
    subscription: Option<Stored<Subscription>>,
    app_name: Option<String>,
    version: Option<AppVersion>,
    device: Option<Stored<Hardware>>,
}

fn decide(
    table: &Table,
    caller: &Caller,
    scene: &Scene,
    submission: &Submission<CreateJobRequest>,
) -> Result<Job, Problem> {
    let request = &submission.body;
    let bound = bound_to(caller).map(|(subscription, _)| subscription);
    if bound.is_some() && request.subscription_id.is_some_and(|named| Some(named) != bound) {
        return Err(Refusal::not_found("subscription").into());
    }
    let subscription = scene.subscription.as_deref();
    let named = request.subscription_id.or(bound).is_some();
    if subscription.map_or(named, |subscription| subscription.user_id != caller.user_id) {
        return Err(Refusal::not_found("subscription").into());
    }
    let version =
        scene.version.as_ref().filter(|version| named || version.developer_id == caller.user_id);
    let ground = Ground {
        subscription,
        key: caller.key(),
        app_name: scene.app_name.as_deref().unwrap_or_default(),
        version: version.ok_or_else(|| Refusal::not_found("version"))?,
        device: scene.device.as_deref().ok_or_else(|| Refusal::not_found("device"))?,
    };
    let clock = table.clock();
    let asked = Request {
        shots: request.shots,
        input: request.input.clone(),
        run_mode: request.run_mode.unwrap_or(RunMode::Blocking),
        seed: request.seed,
        tags: request.tags.clone(),
        traceparent: telemetry::traceparent(),
    };
    let random_seed = u64::from_be_bytes(clock.random());
    Ok(accept(
        clock.id(domain::JobId::new),
        caller.user_id,
        ground,
        asked,
        random_seed,
        clock.now(),
    )?)
}

/// Two reads at the most: with a key, which knows its app, mostly one.
async fn scene_of_subscription(
    table: &Table,
    subscription: SubscriptionId,
    app: Option<AppId>,
    submission: &Submission<CreateJobRequest>,
) -> Result<Scene, Problem> {
    let request = &submission.body;
    let named = request.app_version_id.map(versions::version);
    let latest = app.filter(|_| named.is_none()).map(versions::latest);
    let device = request.device_id.as_deref().map(device_key).transpose()?;
    let wanted =
        (submission.key(), subscriptions::subscription(subscription), named, latest, device);
    let (earlier, subscription, named, latest, device) = table.read(wanted).await?;
    let mut version =
        named.map(Stored::into_inner).or(latest.map(|latest| latest.into_inner().version));
    if let (None, None, Some(subscription)) = (&version, request.app_version_id, &subscription) {
        version = table
            .get(&versions::latest(subscription.app_id))
            .await?
            .map(|latest| latest.into_inner().version);
    }
    let device = device_or_default(table, device, request, version.as_ref()).await?;
    let app_name = subscription.as_ref().map(|subscription| subscription.app_name.clone());
    Ok(Scene { earlier, subscription, app_name, version, device })
}

async fn scene_of_owner(
    table: &Table,
    submission: &Submission<CreateJobRequest>,
) -> Result<Scene, Problem> {
    let request = &submission.body;
    let version = versions::version(request.app_version_id.ok_or_else(subscription_missing)?);
    let device = request.device_id.as_deref().map(device_key).transpose()?;
    let (earlier, version, device) = table.read((submission.key(), version, device)).await?;
    let version = version.map(Stored::into_inner);
    let app = match &version {
        Some(version) => table.get(&apps::app(version.app_id)).await?,
        None => None,
    };
    let device = device_or_default(table, device, request, version.as_ref()).await?;
    let app_name = app.map(|app| app.details.name.clone());
    Ok(Scene { earlier, subscription: None, app_name, version, device })
}

async fn device_or_default(
    table: &Table,
    device: Option<Stored<Hardware>>,
    request: &CreateJobRequest,
    version: Option<&AppVersion>,
) -> Result<Option<Stored<Hardware>>, Problem> {
    if device.is_some() || request.device_id.is_some() {
        return Ok(device);
    }
    let default =
        version.and_then(|version| version.package.as_ref()?.default_device_id.as_deref());
    match default {
        Some(id) => Ok(table.get(&device_key(id)?).await?),
        None if version.is_some() => Err(Problem::refused(
            Kind::Invalid,
            "device_missing",
            "Name a `device_id` that GET /hardware lists; this version has no default.",
        )),
        None => Ok(None),
    }
}

fn device_key(id: &str) -> Result<store::Key<Hardware>, Problem> {
    if is_slug(id) {
        return Ok(hardware::device(id));
    }
    Err(Problem::refused(
        Kind::Malformed,
        "bad_id",
        "Use a device id as GET /hardware lists it, such as hub-simulator.",
    ))
}
