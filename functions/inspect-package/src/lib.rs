//! Inspects each uploaded package: what passes is kept for jobs and downloads, what does not is told its developer.

mod inspection;
mod program;

use clock::Clock;
use domain::{
    Moment, VersionId,
    package::{Finding, Package},
    version::{AppVersion, Upload, VersionStatus},
};
use files::{Error, Notification, Object, Packages, Refusal, UploadKey};
use store::{
    Table, replace, update,
    versions::{self, Readme},
};
use telemetry::{Fact, count};
use worker::{Consumer, Failed};

use crate::inspection::{Passed, inspect, other_content};

/// Tries of a verdict's write while others write.
const TRIES: u32 = 4;

#[derive(Clone)]
pub struct App {
    table: Table,
    packages: Packages,
}

impl App {
    pub fn new(table: Table, packages: Packages) -> Self {
        Self { table, packages }
    }

    pub async fn from_env() -> Result<Self, environment::Error> {
        let config = environment::aws();
        Ok(Self::new(
            Table::new(&config, environment::text("TABLE_NAME")?, Clock::system()),
            Packages::new(&config, environment::text("PACKAGES_BUCKET")?),
        ))
    }
}

impl Consumer for App {
    fn table(&self) -> &Table {
        &self.table
    }
}

/// Gives each upload its verdict, once: what is superseded or judged already is only cleared away.
pub async fn handle(app: App, notification: Notification) -> Result<(), Failed> {
    let uploads = notification.uploads::<UploadKey>();
    let uploads = uploads.ok_or_else(|| Failed::new("no notification of S3"))?;
    for key in uploads {
        // the version's own key says whether it is awaited; an id of another kind is nobody's
        if let Ok(id) = key.version_id.to_string().parse() {
            judge(&app, &key, id).await?;
        }
        app.packages.delete_upload(&key).await.map_err(Failed::because)?;
    }
    Ok(())
}

async fn judge(app: &App, key: &UploadKey, id: VersionId) -> Result<(), Failed> {
    let found = app.table.get(&versions::version(id)).await.map_err(Failed::because)?;
    let Some((version, upload)) = found.and_then(|version| awaited(version.into_inner(), key))
    else {
        tracing::info!(upload = %key, "not awaited");
        return Ok(());
    };
    let verdict = match app.packages.read_upload(key).await {
        Ok(object) => examine(app, key, object, &version, &upload).await?,
        // another delivery of the notification has judged and cleared it away
        Err(Error::Refused(Refusal::NotFound)) => return Ok(()),
        Err(Error::Refused(Refusal::OtherContent)) => Err(vec![other_content()]),
        Err(Error::Refused(refusal @ Refusal::TooLarge { .. })) => {
            Err(vec![Finding::new("package_too_large", refusal.to_string())])
        }
        Err(failed) => return Err(Failed::because(failed)),
    };
    record(app, key, id, verdict).await
}

fn awaited(version: AppVersion, key: &UploadKey) -> Option<(AppVersion, Upload)> {
    let upload = version.upload.clone().filter(|upload| upload.key == key.to_string())?;
    (version.status == VersionStatus::Validating).then_some((version, upload))
}

type Verdict = Result<(Package, String), Vec<Finding>>;

/// What passes is kept before the verdict is written: a released version has its package.
async fn examine(
    app: &App,
    key: &UploadKey,
    object: Object,
    version: &AppVersion,
    upload: &Upload,
) -> Result<Verdict, Failed> {
    let passed = match inspect(&object, upload, &version.version_number) {
        Ok(passed) => passed,
        Err(findings) => return Ok(Err(findings)),
    };
    let (sha256, bytes) = (object.sha256.to_string(), object.bytes.len() as u64);
    let kept = app.packages.keep(key, object).await.map_err(Failed::because)?;
    let Passed { source, readme, manifest, input_schema, output_schema, learned } = passed;
    let program_key = app.packages.keep_program(&kept, source).await.map_err(Failed::because)?;
    let braket_program_key = match learned.in_braket_dialect {
        Some(source) => {
            let stored = app.packages.keep_braket_program(&kept, source).await;
            Some(stored.map_err(Failed::because)?)
        }
        None => None,
    };
    let package = Package {
        key: kept.to_string(),
        sha256,
        bytes,
        program_key,
        braket_program_key,
        program_file: manifest.program,
        ir_type: learned.ir_type,
        inputs: learned.inputs,
        input_schema,
        output_schema,
        default_device_id: manifest.defaults.device,
        default_shots: manifest.defaults.shots,
        estimate: learned.estimate,
    };
    Ok(Ok((package, readme)))
}

async fn record(app: &App, key: &UploadKey, id: VersionId, verdict: Verdict) -> Result<(), Failed> {
    let (key, verdict, now) = (&key.to_string(), &verdict, app.table.clock().now());
    let recorded = app.table.attempt(TRIES, || write(&app.table, id, key, verdict, now)).await;
    if recorded.map_err(Failed::because)? {
        count(Fact::PackageRefused, u64::from(verdict.is_err()));
        tracing::info!(version_id = %id, passed = verdict.is_ok(), "inspected");
    }
    Ok(())
}

/// Answers `false` where a later upload took the place of this one meanwhile, or a twin of the message was faster.
async fn write(
    table: &Table,
    id: VersionId,
    key: &str,
    verdict: &Verdict,
    now: Moment,
) -> Result<bool, store::Error> {
    let (version, readme) = table.read((versions::version(id), versions::readme(id))).await?;
    let Some(mut version) = version else { return Ok(false) };
    let (package, content) = match verdict.clone() {
        Ok((package, content)) => (Ok(package), Some(content)),
        Err(findings) => (Err(findings), None),
    };
    if !version.inspected(key, package, now) {
        return Ok(false);
    }
    let readme = content.map(|content| replace(readme, Readme { version_id: id, content }));
    table.write([update(&version)].into_iter().chain(readme)).await?;
    Ok(true)
}
