//! Serves `/quantum-apps`: apps, their versions and packages, and where they are published.

mod apps;
mod publishing;
mod uploads;
mod versions;
pub mod views;

use api::{Caller, Context, InitError, Problem};
use domain::{AppId, Refusal, VersionId, app::QuantumApp, field::id, version::AppVersion};
use files::Packages;
use store::Stored;
use utoipa_axum::{router::OpenApiRouter, routes};

#[derive(Clone)]
pub struct App {
    context: Context,
    packages: Packages,
}

impl App {
    pub fn new(context: Context, packages: Packages) -> Self {
        Self { context, packages }
    }

    pub async fn from_env() -> Result<Self, InitError> {
        let config = environment::aws();
        let packages = Packages::new(&config, environment::text("PACKAGES_BUCKET")?);
        Ok(Self::new(Context::from_env(&config).await?, packages))
    }
}

impl api::App for App {
    fn context(&self) -> Option<&Context> {
        Some(&self.context)
    }
}

pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(apps::list_quantum_apps, apps::create_quantum_app))
        .routes(routes!(apps::get_quantum_app))
        .routes(routes!(publishing::publish_to_registry))
        .routes(routes!(publishing::publish_to_marketplace))
        .routes(routes!(versions::list_app_versions, versions::create_app_version))
        .routes(routes!(versions::get_app_version))
        .routes(routes!(uploads::upload_package))
        .routes(routes!(versions::release_app_version))
}

/// Another's app is as absent as one that never was.
fn own(found: Option<Stored<QuantumApp>>, caller: &Caller) -> Result<Stored<QuantumApp>, Problem> {
    found
        .filter(|app| app.developer_id == caller.user_id)
        .ok_or_else(|| Refusal::not_found("app").into())
}

/// So is a version of another app than the path names.
fn own_version(
    found: Option<Stored<AppVersion>>,
    app: AppId,
    caller: &Caller,
) -> Result<Stored<AppVersion>, Problem> {
    found
        .filter(|version| version.app_id == app && version.developer_id == caller.user_id)
        .ok_or_else(|| Refusal::not_found("version").into())
}

fn ids((app, version): &(String, String)) -> Result<(AppId, VersionId), Refusal> {
    Ok((id(app)?, id(version)?))
}
