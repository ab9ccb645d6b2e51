//! Serves `/registry`: where anyone finds and reads public apps, and users download them.

pub mod views;

use api::{Answer, Context, InitError, Page, Params, Path, Problem};
use axum::extract::State;
use domain::{AppId, Refusal, app::QuantumApp, field::id};
use files::{PackageKey, Packages};
use store::{
    Stored,
    apps::{self, Catalogue, CatalogueEntry},
    versions::{self, LatestVersion},
};
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
        .routes(routes!(list_registry_apps))
        .routes(routes!(get_registry_app))
        .routes(routes!(download_registry_app))
}

/// List the apps of the registry
///
/// Newest publication first.
#[utoipa::path(get, path = "/registry", operation_id = "listRegistryApps", tag = "Registry",
    security(()), params(views::RegistryQuery),
    responses((status = 200, description = "A page of apps.", body = Page<views::RegistryEntry>)))]
async fn list_registry_apps(
    State(app): State<App>,
    Params(asked): Params<views::RegistryQuery>,
) -> Result<Answer, Problem> {
    let query = apps::in_catalogue(Catalogue::Registry, asked.app_type);
    let query = app.context.page(query, asked.limit, asked.cursor.as_deref())?;
    let page = app.context.table.query(&query).await?;
    let address = |entry: &Stored<CatalogueEntry>| apps::app(entry.app_id);
    let found = app.context.table.read(page.items.iter().map(address).collect::<Vec<_>>()).await?;
    let shown = found.iter().flatten().filter(|app| app.is_in_registry());
    Answer::ok(&Page {
        items: shown.map(|app| views::RegistryEntry::from(&**app)).collect(),
        next_cursor: app.context.cursor(&query, page.next),
    })
}

/// Read an app of the registry
///
/// With its latest version. `readme_content` is Markdown as its author wrote it, not sanitised; show it as text, or
/// through a renderer that drops scripts.
#[utoipa::path(get, path = "/registry/{app_id}", operation_id = "getRegistryApp", tag = "Registry",
    security(()), params(("app_id" = AppId, Path)),
    responses((status = 200, description = "The app.", body = views::RegistryApp)))]
async fn get_registry_app(
    State(app): State<App>,
    Path(app_id): Path<String>,
) -> Result<Answer, Problem> {
    let id = id(&app_id)?;
    let wanted =
        (apps::app(id), versions::latest(id), apps::latest_readme(id), apps::downloads(id));
    let (found, latest, readme, downloads) = app.context.table.read(wanted).await?;
    let (quantum_app, latest) = in_registry(found, latest)?;
    let readme = readme.map(|readme| readme.into_inner().content).unwrap_or_default();
    let downloads = downloads.iter().flatten().map(|shard| shard.downloads).sum();
    let view = views::RegistryApp::new(&quantum_app, &latest.version, readme, downloads);
    Answer::ok(&view.ok_or_else(not_there)?)
}

/// Download an app
///
/// Answers a link to the package of the latest version that works for five minutes.
#[utoipa::path(post, path = "/registry/download/{app_id}", operation_id = "downloadRegistryApp", tag = "Registry",
    security(("cognito" = []), ("apiKey" = ["registry:read"])), params(("app_id" = AppId, Path)),
    responses((status = 200, description = "The link.", body = views::RegistryDownload)))]
async fn download_registry_app(
    State(app): State<App>,
    Path(app_id): Path<String>,
) -> Result<Answer, Problem> {
    let id = id(&app_id)?;
    let table = &app.context.table;
    let (found, latest) = table.read((apps::app(id), versions::latest(id))).await?;
    let (quantum_app, latest) = in_registry(found, latest)?;
    let package = latest.version.package.as_ref().ok_or_else(not_there)?;
    let key: PackageKey = package.key.parse().map_err(Problem::failed)?;
    let file_name = quantum_app.file_name(&latest.version.version_number);
    let link = app.packages.presign_download(&key, &file_name, table.clock().now().into()).await;
    let link = link.map_err(Problem::failed)?;
    let [random] = table.clock().random();
    table.write([apps::count_download(id, random)]).await?;
    Answer::ok(&views::RegistryDownload::new(&latest.version, package, file_name, link))
}

fn in_registry(
    app: Option<Stored<QuantumApp>>,
    latest: Option<Stored<LatestVersion>>,
) -> Result<(Stored<QuantumApp>, Stored<LatestVersion>), Refusal> {
    app.filter(|app| app.is_in_registry()).zip(latest).ok_or_else(not_there)
}

fn not_there() -> Refusal {
    Refusal::not_found("app in the registry")
}
