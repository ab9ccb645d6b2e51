//! How the hub speaks to Amazon Braket: devices, quantum tasks, their results and events.

mod arn;
mod capabilities;
mod client;
mod create;
mod device;
mod error;
mod event;
mod result;
mod task;

pub use capabilities::{Connectivity, CostHint};
pub use client::Braket;
pub use create::{CreateError, CreateTask, Created};
pub use device::{Device, DeviceKind, DeviceStatus, Survey};
pub use error::BraketError;
pub use event::{BadEvent, TaskEvent};
pub use result::{BadResult, GateModelResult, MAX_RESULT_BYTES};
pub use task::{CancelAnswer, Task, TaskState};
