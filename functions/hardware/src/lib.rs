//! Serves `/hardware`: on which devices jobs run, what each can do and what it costs.

pub mod views;

use api::{Answer, Context, InitError, Page, Params, Path, Problem};
use axum::extract::State;
use domain::{Refusal, hardware::checked_id, shape};
use store::hardware::{all, device};
use utoipa_axum::{router::OpenApiRouter, routes};

#[derive(Clone)]
pub struct App {
    context: Context,
}

impl App {
    pub fn new(context: Context) -> Self {
        Self { context }
    }

    pub async fn from_env() -> Result<Self, InitError> {
        Ok(Self::new(Context::from_env(&environment::aws()).await?))
    }
}

impl api::App for App {
    fn context(&self) -> Option<&Context> {
        Some(&self.context)
    }
}

pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(list_hardware)).routes(routes!(get_hardware))
}

/// List devices
///
/// By id: our own simulator and what Amazon Braket offers, as of the last refresh. An API key needs the scope
/// `hardware:read`.
#[utoipa::path(get, path = "/hardware", operation_id = "listHardware", tag = "Hardware",
    security(()), params(views::HardwareQuery),
    extensions(("x-both-doors" = json!(["hardware:read"]))),
    responses((status = 200, description = "A page of devices.", body = Page<views::Hardware>)))]
async fn list_hardware(
    State(app): State<App>,
    Params(asked): Params<views::HardwareQuery>,
) -> Result<Answer, Problem> {
    let query = app.context.page(all(), asked.limit, asked.cursor.as_deref())?;
    let page = app.context.table.matching(&query, |device| asked.fits(device)).await?;
    Answer::ok(&Page {
        items: page.items.iter().map(|device| views::Hardware::from(&**device)).collect(),
        next_cursor: app.context.cursor(&query, page.next),
    })
}

/// Read a device
///
/// What it can do, what it costs and how many tasks wait, as of the last refresh. An API key needs the scope
/// `hardware:read`.
#[utoipa::path(get, path = "/hardware/{device_id}", operation_id = "getHardware", tag = "Hardware",
    security(()),
    params(("device_id" = shape::DeviceId, Path, description = "As in the list.")),
    extensions(("x-both-doors" = json!(["hardware:read"]))),
    responses((status = 200, description = "The device.", body = views::Hardware)))]
async fn get_hardware(
    State(app): State<App>,
    Path(device_id): Path<String>,
) -> Result<Answer, Problem> {
    let found = app.context.table.get(&device(checked_id(&device_id)?)).await?;
    let found = found.ok_or_else(|| Refusal::not_found("device"))?;
    Answer::ok(&views::Hardware::from(&*found))
}
