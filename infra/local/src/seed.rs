//! Which demo data does a new hub hold, and how is it remembered that it does?

use std::fs::{self, OpenOptions};
use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

use journey::Hub;
use journey::demo::{self, Demo};

const FILE: &str = "demo.json";

/// The demo of this state folder: that of an earlier start where it still stands, else a new one. Everything goes through
/// HTTP, as a user would do it.
pub(crate) async fn demo(front: &str, state: &Path) -> Result<Demo, String> {
    let hub = Hub::at(front);
    if let Some(demo) = remembered(state)
        && demo::stands(&hub, &demo).await
    {
        return Ok(demo);
    }
    eprintln!("\nmaking demo data, once: two users, three apps, a subscription, two jobs");
    let demo = demo::seed(&hub).await.map_err(|off| off.to_string())?;
    remember(state, &demo).map_err(|error| error.to_string())?;
    Ok(demo)
}

fn remembered(state: &Path) -> Option<Demo> {
    serde_json::from_slice(&fs::read(state.join(FILE)).ok()?).ok()
}

/// Readable by its owner alone: it holds passwords and a key.
fn remember(state: &Path, demo: &Demo) -> std::io::Result<()> {
    let new = state.join("demo.json.new");
    let mut file =
        OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&new)?;
    file.write_all(&serde_json::to_vec_pretty(demo)?)?;
    fs::rename(new, state.join(FILE))
}
