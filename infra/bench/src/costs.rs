//! In which order are the costs measured, and over what?

use std::{path::Path, time::Duration};

use dynoxide::Database;

use crate::{
    Failure,
    aws::Handling,
    hub::Hub,
    measure::{self, Bare},
    report::Figures,
    routes::{self, Cost, Route},
    rows,
    scene::{PROGRAM, Scene},
};

const SMALL: usize = 1_000;
/// Of each call of a route at work.
const LATENCY: Duration = Duration::from_millis(2);
/// Long enough that calls side by side overlap on a busy machine too.
const OVERLAP: Duration = Duration::from_millis(20);

/// Measures all of it; `large` is how many rows the large table has, `step` hears what goes on.
pub async fn figures(
    hub: &Hub,
    all: bool,
    large: usize,
    step: &impl Fn(&str),
) -> Result<Figures, Failure> {
    let routes = routes::routes()?;
    step(&format!("calling every operation on {SMALL} rows"));
    let (_, on_small) = on_rows(hub, SMALL, &routes, step).await?;
    step(&format!("calling every operation on {large} rows"));
    let (scene, on_large) = on_rows(hub, large, &routes, step).await?;
    let authorized = routes::authorization(hub, &scene).await?;
    let authorizing = authorized.iter().map(|call| call.units).sum();
    step("measuring the functions");
    hub.aws().handle(Handling::default());
    let beside = Bare::start(hub).await?;
    let bare = beside.measured(hub).await?;
    let functions = measure::functions(hub, &beside, &scene, all).await?;
    step("measuring routes at work");
    hub.aws().handle(Handling { latency: LATENCY, units: false });
    let mut working = Vec::new();
    for route in routes.iter().filter(|route| is_at_work(route)) {
        let name = format!("{} {}", route.method, route.path);
        working.push((name, measure::route(hub, &beside, &scene, route).await?));
    }
    let routes = on_small.into_iter().zip(on_large).map(|(small, large)| [small, large]).collect();
    Ok(Figures { bare, functions, working, rows: [SMALL, large], routes, authorizing })
}

/// What each route costs on a table of so many rows, with the scene that was called.
async fn on_rows(
    hub: &Hub,
    rows: usize,
    routes: &[Route],
    step: &impl Fn(&str),
) -> Result<(Scene, Vec<Cost>), Failure> {
    let file = hub.folder().join(format!("rows-{rows}.sqlite"));
    remove(&file)?;
    let database = hub.with_table(Database::new(&file.to_string_lossy())?)?;
    hub.aws().use_table(database.clone());
    hub.aws().handle(Handling::default());
    let mut scene = Scene::begin(hub).await?;
    let written = rows::fill(&database, hub.table_name(), &scene, rows)?;
    step(&format!("{written} rows are written"));
    scene.newcomers(hub).await?;
    hub.aws().handle(Handling { latency: OVERLAP, units: true });
    let costs = routes::costs(hub, &scene, routes).await?;
    Ok((scene, costs))
}

/// A database of an earlier run, which knows other users.
fn remove(file: &Path) -> Result<(), Failure> {
    for suffix in ["", "-wal", "-shm"] {
        let old = format!("{}{suffix}", file.display());
        if std::fs::exists(&old)? {
            std::fs::remove_file(old)?;
        }
    }
    Ok(())
}

/// Those whose own time is looked at.
fn is_at_work(route: &Route) -> bool {
    ["getJob", "createJob"].contains(&route.operation.as_str()) && route.caller == Some(PROGRAM)
}
