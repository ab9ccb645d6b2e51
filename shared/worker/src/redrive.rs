//! How messages that were given up are sent to their queues again.

use std::collections::{BTreeMap, HashMap};

use aws_sdk_sqs::{primitives::Blob, types::MessageAttributeValue};
use base64::{Engine, engine::general_purpose::STANDARD};
use domain::{
    DeadLetterId,
    dead_letter::{Attribute, DeadLetter, MAX_MESSAGE_BYTES, Source},
    job::{SimulationSize, Step},
};
use environment::SdkConfig;

use crate::{
    JobQueues, QueueError,
    queues::{Attributes, BATCH, send_messages},
};

/// Every queue that gives messages up.
#[derive(Clone, Debug)]
pub struct SourceQueues {
    jobs: JobQueues,
    inspection: String,
    avatar: String,
}

impl SourceQueues {
    /// Reads `INSPECTION_QUEUE_URL`, `AVATAR_QUEUE_URL` and what [`JobQueues::from_env`] reads.
    pub fn from_env(config: &SdkConfig) -> Result<Self, environment::Error> {
        let inspection = environment::text("INSPECTION_QUEUE_URL")?;
        let avatar = environment::text("AVATAR_QUEUE_URL")?;
        Ok(Self { jobs: JobQueues::from_env(config)?, inspection, avatar })
    }

    /// `url` of each queue by its name, as in [`JobQueues::new`], `inspection` and `avatar`.
    pub fn new(config: &SdkConfig, url: impl Fn(&str) -> String) -> Self {
        let (inspection, avatar) = (url("inspection"), url("avatar"));
        Self { jobs: JobQueues::new(config, url), inspection, avatar }
    }

    /// Sends each to where it came from, body and attributes as they were; answers which were taken.
    pub async fn send_again(
        &self,
        letters: &[&DeadLetter],
    ) -> Result<Vec<DeadLetterId>, QueueError> {
        let mut by_queue: BTreeMap<&str, Vec<&DeadLetter>> = BTreeMap::new();
        for letter in letters {
            let Some(url) = self.url_of(letter.source) else { continue };
            by_queue.entry(url).or_default().push(letter);
        }
        let mut taken = Vec::with_capacity(letters.len());
        for (url, of_queue) in by_queue {
            for batch in batches(&of_queue) {
                let messages = batch
                    .iter()
                    .map(|letter| Ok((letter.body.clone(), attributes(&letter.attributes)?)))
                    .collect::<Result<_, QueueError>>()?;
                let places = send_messages(&self.jobs.client, url, messages).await?;
                taken.extend(places.into_iter().filter_map(|at| Some(batch.get(at)?.id)));
            }
        }
        Ok(taken)
    }

    /// A schedule has no queue.
    fn url_of(&self, source: Source) -> Option<&str> {
        let step = match source {
            Source::Inspection => return Some(&self.inspection),
            Source::Avatar => return Some(&self.avatar),
            Source::SimulationSmall => Step::Simulate(SimulationSize::Small),
            Source::SimulationMedium => Step::Simulate(SimulationSize::Medium),
            Source::SimulationLarge => Step::Simulate(SimulationSize::Large),
            Source::QuantumTask => Step::Submit,
            Source::Settlement => Step::Look,
            Source::Schedule => return None,
        };
        Some(self.jobs.url(step))
    }
}

/// As many to a call as it takes, in number and in bytes.
fn batches<'s, 'l>(letters: &'s [&'l DeadLetter]) -> Vec<&'s [&'l DeadLetter]> {
    let mut batches = Vec::new();
    let mut rest = letters;
    while !rest.is_empty() {
        let mut bytes = 0;
        let fits = |letter: &&&DeadLetter| {
            bytes += letter.bytes();
            bytes <= MAX_MESSAGE_BYTES
        };
        // One that is too large for any call is refused by the queue, alone.
        let many = rest.iter().take(BATCH).take_while(fits).count().max(1);
        let (batch, more) = rest.split_at(many);
        batches.push(batch);
        rest = more;
    }
    batches
}

fn attributes(kept: &BTreeMap<String, Attribute>) -> Result<Attributes, QueueError> {
    let mut attributes = HashMap::new();
    for (name, attribute) in kept {
        let value = MessageAttributeValue::builder().data_type(&attribute.data_type);
        let value = if attribute.data_type.starts_with("Binary") {
            let bytes = STANDARD.decode(&attribute.value);
            value.binary_value(Blob::new(bytes.map_err(|error| QueueError(error.to_string()))?))
        } else {
            value.string_value(&attribute.value)
        };
        let value = value.build().map_err(|error| QueueError(error.to_string()))?;
        attributes.insert(name.clone(), value);
    }
    Ok((!attributes.is_empty()).then_some(attributes))
}
