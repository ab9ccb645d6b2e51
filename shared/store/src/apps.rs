//! Where apps lie, how a developer's are listed, and what the registry shows.

use domain::{
    AppId, Moment, UserId,
    app::{AppType, QuantumApp},
};
use serde::{Deserialize, Serialize};

use crate::{Indexes, Item, Key, Query, Write, add, query::Index};

pub fn app(id: AppId) -> Key<QuantumApp> {
    Key::new(format!("app#{id}"), "app")
}

/// Newest first.
pub fn of_developer(developer: UserId) -> Query<QuantumApp> {
    Query::new(Index::Gsi1, format!("user#{developer}#apps")).newest_first()
}

impl Item for QuantumApp {
    const TYPE: &'static str = "QuantumApp";

    fn key(&self) -> Key<Self> {
        app(self.id)
    }

    fn indexes(&self) -> Indexes {
        let place = (format!("user#{}#apps", self.developer_id), self.id.to_string());
        Indexes { gsi1: Some(place), ..Indexes::default() }
    }
}

/// The public places apps are listed in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Catalogue {
    Registry,
    Marketplace,
}

impl Catalogue {
    fn name(self) -> &'static str {
        match self {
            Self::Registry => "registry",
            Self::Marketplace => "marketplace",
        }
    }
}

/// One mention of an app in a public list; the app itself is read where the list is shown.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct CatalogueEntry {
    pub catalogue: Catalogue,
    /// `None`: the list of all.
    pub app_type: Option<AppType>,
    pub app_id: AppId,
    pub published_at: Moment,
}

/// The mentions that make an app appear: in the list of all and in that of its type.
pub fn catalogue_entries(
    catalogue: Catalogue,
    app: &QuantumApp,
    published_at: Moment,
) -> [CatalogueEntry; 2] {
    [None, Some(app.details.app_type)].map(|app_type| CatalogueEntry {
        catalogue,
        app_type,
        app_id: app.id,
        published_at,
    })
}

/// Newest first.
pub fn in_catalogue(catalogue: Catalogue, app_type: Option<AppType>) -> Query<CatalogueEntry> {
    Query::new(Index::Table, catalogue_partition(catalogue, app_type)).newest_first()
}

fn catalogue_partition(catalogue: Catalogue, app_type: Option<AppType>) -> String {
    format!("{}#{}", catalogue.name(), app_type.map_or("ALL", AppType::name))
}

impl Item for CatalogueEntry {
    const TYPE: &'static str = "CatalogueEntry";

    fn key(&self) -> Key<Self> {
        Key::new(
            catalogue_partition(self.catalogue, self.app_type),
            format!("{}#{}", self.published_at, self.app_id),
        )
    }
}

/// The README of the version an app runs by default: a text of its own, for lists and jobs do without it.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct LatestReadme {
    pub app_id: AppId,
    /// Markdown, as its author wrote it.
    pub content: String,
}

pub fn latest_readme(app: AppId) -> Key<LatestReadme> {
    Key::new(format!("app#{app}"), "readme")
}

impl Item for LatestReadme {
    const TYPE: &'static str = "LatestReadme";

    fn key(&self) -> Key<Self> {
        latest_readme(self.app_id)
    }
}

/// Downloads are counted in several places, so that many at once do not collide.
const DOWNLOAD_SHARDS: u8 = 8;

/// One of the parts that add up to how often an app was downloaded from the registry.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Downloads {
    #[serde(rename = "pk")]
    partition: String,
    #[serde(rename = "sk")]
    sort: String,
    pub downloads: u64,
}

impl Item for Downloads {
    const TYPE: &'static str = "Downloads";

    fn key(&self) -> Key<Self> {
        Key::new(&self.partition, &self.sort)
    }
}

/// All parts; the missing ones count zero.
pub fn downloads(app: AppId) -> Vec<Key<Downloads>> {
    (0..DOWNLOAD_SHARDS).map(|shard| download_shard(app, shard)).collect()
}

/// Counts one download, in a part chosen by `random`.
pub fn count_download(app: AppId, random: u8) -> Write {
    add(&download_shard(app, random % DOWNLOAD_SHARDS), &[("downloads", 1)])
}

fn download_shard(app: AppId, shard: u8) -> Key<Downloads> {
    Key::new(format!("app#{app}"), format!("downloads#{shard}"))
}
