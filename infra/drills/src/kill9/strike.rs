//! What is done to the stack while a round's jobs run.

use journey::Off;
use tokio::time::sleep;

use super::{Scene, plan::Strike};
use crate::{locked, stack::Stack};

/// Kills what runs of the targets, in their order, as many as it may; or stops and starts everything.
pub(super) async fn strike(scene: &Scene, stack: &mut Stack, strike: Strike) -> Result<(), Off> {
    match strike {
        Strike::Kill { after, targets, most } => {
            sleep(after).await;
            let mut killed = Vec::new();
            for target in targets {
                let processes = scene.outside.kill(target);
                if processes > 0 {
                    killed.push((target, processes));
                }
                if killed.len() == most {
                    break;
                }
            }
            locked(&scene.tally).killed(&killed);
        }
        Strike::Restart { after } => {
            sleep(after).await;
            stack.stop_and_start().await?;
            locked(&scene.tally).restarted();
        }
    }
    Ok(())
}
