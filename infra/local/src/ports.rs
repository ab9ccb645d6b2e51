//! On which ports does everything listen, this time and the next?
//!
//! Queue addresses are kept in ministack's data and in the functions' environment, so a stack keeps its ports for life.

use std::fs;
use std::net::TcpListener;
use std::path::Path;

use serde::{Deserialize, Serialize};

use crate::{Addresses, Extent, Options, StartError};

const DEFAULT_FRONT: u16 = 8080;
const PREFERRED: Kept = Kept { services: 4566, dynamodb: 4567, braket: 4568 };

pub(crate) struct Ports {
    pub(crate) front: u16,
    pub(crate) services: u16,
    pub(crate) dynamodb: u16,
    pub(crate) braket: u16,
}

#[derive(Serialize, Deserialize)]
struct Kept {
    services: u16,
    dynamodb: u16,
    braket: u16,
}

impl Ports {
    /// Takes the stack's own ports, or free ones the first time, and refuses when one is in use.
    pub(crate) fn of(options: &Options) -> Result<Self, StartError> {
        let front = front_port(options)?;
        let file = options.state.join("ports.json");
        let kept = match fs::read(&file)
            .ok()
            .and_then(|text| serde_json::from_slice::<Kept>(&text).ok())
        {
            Some(kept) => kept.all_free()?,
            None => Kept::choose(front, &file)?,
        };
        Ok(Self { front, services: kept.services, dynamodb: kept.dynamodb, braket: kept.braket })
    }

    pub(crate) fn services_url(&self) -> String {
        url(self.services)
    }

    pub(crate) fn addresses(&self) -> Addresses {
        Addresses {
            front: url(self.front),
            services: url(self.services),
            dynamodb: url(self.dynamodb),
            braket: url(self.braket),
            mails: format!("{}{}", url(self.services), crate::mailbox::MESSAGES),
        }
    }
}

impl Kept {
    fn choose(front: u16, file: &Path) -> Result<Self, StartError> {
        let preferred = if front == DEFAULT_FRONT { PREFERRED.all_free().ok() } else { None };
        let chosen = match preferred {
            Some(preferred) => preferred,
            None => Self::any_free()?,
        };
        fs::write(file, serde_json::to_vec(&chosen).map_err(std::io::Error::from)?)?;
        Ok(chosen)
    }

    /// All three held at once, so that they differ.
    fn any_free() -> Result<Self, StartError> {
        let held = [listen(0)?, listen(0)?, listen(0)?];
        let [services, dynamodb, braket] = held.each_ref().map(TcpListener::local_addr);
        Ok(Self { services: services?.port(), dynamodb: dynamodb?.port(), braket: braket?.port() })
    }

    fn all_free(self) -> Result<Self, StartError> {
        let way_out = "start with another STATE_DIR, which takes other ports";
        for (port, purpose) in [
            (self.services, "AWS services"),
            (self.dynamodb, "the table"),
            (self.braket, "the local Braket"),
        ] {
            listen(port).map_err(|_| StartError::PortTaken { port, purpose, way_out })?;
        }
        Ok(self)
    }
}

fn front_port(options: &Options) -> Result<u16, StartError> {
    let Some(port) = options.front_port else { return Ok(listen(0)?.local_addr()?.port()) };
    if options.extent == Extent::Deployed {
        let way_out = "choose another with PORT=";
        listen(port).map_err(|_| StartError::PortTaken { port, purpose: "the front", way_out })?;
    }
    Ok(port)
}

fn listen(port: u16) -> std::io::Result<TcpListener> {
    TcpListener::bind(("127.0.0.1", port))
}

fn url(port: u16) -> String {
    format!("http://127.0.0.1:{port}")
}
