//! How a developer gets a form to upload a package with.

use api::{Answer, Caller, IdempotencyHeader, Path, Problem, Submission};
use axum::extract::State;
use domain::{
    AppId, Refusal, VersionId,
    version::{AppVersion, Upload},
};
use files::UploadKey;
use store::{Stored, idempotency::Answered, update, versions};

use crate::{App, ids, own_version, views};

/// Upload a package
///
/// Answers a form to post the zip with, as `multipart/form-data`: all `fields` first, then the field `file`. The
/// version is VALIDATING until the uploaded package was inspected; what was uploaded before no longer counts. A repeat
/// with the same `Idempotency-Key` answers a fresh form for the same upload.
#[utoipa::path(post, path = "/quantum-apps/{app_id}/versions/{version_id}/upload", operation_id = "uploadPackage",
    tag = "Quantum apps", security(("cognito" = ["provider"])),
    params(("app_id" = AppId, Path), ("version_id" = VersionId, Path), IdempotencyHeader),
    request_body = views::UploadRequest,
    extensions(("x-problems" = json!(["validation_failed", "version_immutable", "upload_superseded"]))),
    responses((status = 200, description = "The form.", body = views::UploadForm)))]
pub(crate) async fn upload_package(
    State(app): State<App>,
    caller: Caller,
    Path(path): Path<(String, String)>,
    submission: Submission<views::UploadRequest>,
) -> Result<Answer, Problem> {
    let ids = ids(&path)?;
    let (app, caller, submission) = (&app, &caller, &submission);
    let table = &app.context.table;
    let upload = submission.decided(table, || app.announce(caller, ids, submission)).await?;
    let key: UploadKey = upload.key.parse().map_err(Problem::failed)?;
    let sha256 = upload.sha256.parse().map_err(Problem::failed)?;
    let form = app.packages.presign_upload(&key, &sha256, table.clock().now().into()).await;
    Answer::ok(&views::UploadForm::from(form.map_err(Problem::failed)?))
}

impl App {
    /// What is remembered is the upload, not its form: a form is a secret and does not last.
    async fn announce(
        &self,
        caller: &Caller,
        (app_id, version_id): (AppId, VersionId),
        submission: &Submission<views::UploadRequest>,
    ) -> Result<Upload, Problem> {
        let table = &self.context.table;
        let (earlier, found) =
            table.read((submission.key(), versions::version(version_id))).await?;
        let mut version = own_version(found, app_id, caller)?;
        if let Some(earlier) = earlier {
            return announced_before(submission, &earlier, &version);
        }
        let upload_id = uuid::Builder::from_random_bytes(table.clock().random()).into_uuid();
        let key = UploadKey { app_id: app_id.uuid(), version_id: version_id.uuid(), upload_id };
        let views::UploadRequest { sha256, bytes } = &submission.body;
        let upload = Upload::announced(key.to_string(), sha256, *bytes)?;
        version.expect_upload(upload.clone(), table.clock().now())?;
        let remembered = Answer::ok(&upload)?;
        table.write([update(&version), submission.remember(table, &remembered)]).await?;
        Ok(upload)
    }
}

fn announced_before(
    submission: &Submission<views::UploadRequest>,
    earlier: &Stored<Answered>,
    version: &AppVersion,
) -> Result<Upload, Problem> {
    submission.replay(Some(earlier))?;
    let upload: Upload = serde_json::from_str(&earlier.body).map_err(Problem::failed)?;
    if version.upload.as_ref() == Some(&upload) {
        return Ok(upload);
    }
    Err(Refusal::conflict(
        "upload_superseded",
        "A later upload took the place of this one; take a new `Idempotency-Key` to upload another package.",
    )
    .into())
}
