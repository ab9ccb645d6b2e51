//! How do doors, functions, table and stand-ins become one hub in this process?

use std::{
    collections::{BTreeMap, HashMap},
    io,
    net::SocketAddr,
    sync::Arc,
};

use dynoxide::Database;
use secrets::HashKey;
use tokio::{net::TcpListener, runtime::Runtime};

use super::{
    deliveries::Deliveries,
    doors::Doors,
    http::serve,
    parts::Part,
    pool::Pool,
    population::Population,
    seed::{Places, Stores},
    stand_ins::StandIns,
};
use crate::{
    Failure,
    functions::{AUTHORIZER, FUNCTIONS, Function, function},
    hub::Hub,
    runtime_api::Launch,
};

/// What keys the hashes of this run; nothing outlives it.
const KEYING: &str = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";
/// Queues by the end of their name, and who works on them here.
const WORKED: [(&str, &str); 3] = [
    ("simulation-small", "run-simulation"),
    ("simulation-medium", "run-simulation"),
    ("simulation-large", "run-simulation"),
];

/// A hub behind one address, all of it in this process but the functions.
pub(crate) struct Rig {
    /// Where both doors are.
    pub address: SocketAddr,
    pub doors: Arc<Doors>,
    /// By the name of their function.
    pub pools: BTreeMap<&'static str, Arc<Pool>>,
    pub stand_ins: Arc<StandIns>,
    pub deliveries: Arc<Deliveries>,
    pub population: Arc<Population>,
    runtimes: BTreeMap<Part, Runtime>,
}

impl Rig {
    /// Starts and seeds it; functions start with their first invocations, told what the template tells them.
    pub(crate) async fn start(hub: &Hub, people: usize) -> Result<Self, Failure> {
        let mut runtimes = BTreeMap::new();
        for part in Part::ALL {
            runtimes.insert(part, part.runtime()?);
        }
        // in memory: what is measured is the hub, not this disk
        let database = hub.with_table(Database::memory()?)?;
        let (table_listener, table) = listen(&runtimes[&Part::Table]).await?;
        runtimes[&Part::Table].spawn(dynoxide::server::serve_on(table_listener, database));
        let (stand_ins, messages) = StandIns::new(KEYING);
        let stand_ins = Arc::new(stand_ins);
        let (listener, others) = listen(&runtimes[&Part::StandIns]).await?;
        let objects = stand_ins.clone();
        runtimes[&Part::StandIns].spawn(serve(listener, move |asked| {
            let objects = objects.clone();
            async move { objects.answer(&asked) }
        }));
        let endpoints = [("AWS_ENDPOINT_URL_DYNAMODB", table), ("AWS_ENDPOINT_URL", others)]
            .map(|(name, address)| (name, format!("http://{address}")));
        let pools = pools(hub, &endpoints, "load")?;
        let population = Arc::new(stores(hub, &pools, &endpoints)?.seed(people).await?);
        let doors = Arc::new(Doors::new(pools.clone(), tokens(&population), hub.audience()?));
        let gateway = &runtimes[&Part::Gateway];
        let (listener, address) = listen(gateway).await?;
        let served = doors.clone();
        gateway.spawn(serve(listener, move |asked| served.clone().answer(asked)));
        let deliveries = Arc::new(Deliveries::default());
        gateway.spawn(deliveries.clone().run(messages, workers(&pools)));
        Ok(Self { address, doors, pools, stand_ins, deliveries, population, runtimes })
    }

    /// Where requests are sent from.
    pub(crate) fn generator(&self) -> &Runtime {
        &self.runtimes[&Part::Generator]
    }
}

impl Drop for Rig {
    fn drop(&mut self) {
        // who drops this may be working in a runtime, where waiting for others is not allowed
        std::mem::take(&mut self.runtimes).into_values().for_each(Runtime::shutdown_background);
    }
}

/// The listener belongs to the runtime that will serve on it.
async fn listen(runtime: &Runtime) -> io::Result<(TcpListener, SocketAddr)> {
    let listener =
        runtime.spawn(TcpListener::bind(("127.0.0.1", 0))).await.map_err(io::Error::other)??;
    let address = listener.local_addr()?;
    Ok((listener, address))
}

/// The functions that take part, each told what the template tells it, but for where AWS is.
pub(crate) fn pools(
    hub: &Hub,
    endpoints: &[(&str, String)],
    purpose: &str,
) -> Result<BTreeMap<&'static str, Arc<Pool>>, Failure> {
    let worked = |function: &&Function| WORKED.iter().any(|(_, name)| *name == function.name);
    let needed = |function: &&Function| {
        !function.serves.is_empty() || function.name == AUTHORIZER || worked(function)
    };
    let mut pools = BTreeMap::new();
    for function in FUNCTIONS.iter().filter(needed) {
        let mut launch = hub.launch(function)?;
        if !launch.binary.exists() {
            return Err(format!("build {} first: make bench does", launch.binary.display()).into());
        }
        for (name, value) in endpoints {
            launch.variables.insert((*name).to_owned(), value.clone());
        }
        launch.log = launch.log.with_file_name(format!("{purpose}-{}.log", function.name));
        pools.insert(function.name, Arc::new(Pool::new(launch)));
    }
    Ok(pools)
}

fn stores(
    hub: &Hub,
    pools: &BTreeMap<&'static str, Arc<Pool>>,
    [(_, table), (_, others)]: &[(&str, String); 2],
) -> Result<Stores, Failure> {
    let executor = pools.get("run-simulation").ok_or("there is no run-simulation")?;
    let places = Places {
        table: table.clone(),
        objects: others.clone(),
        table_name: hub.table_name().to_owned(),
        packages: told(executor.launch(), "PACKAGES_BUCKET")?,
    };
    Ok(Stores::new(&places, &HashKey::new(KEYING.as_bytes()).ok_or("the key is too short")?))
}

/// A variable the template gives a function.
pub(crate) fn told(launch: &Launch, name: &str) -> Result<String, Failure> {
    let found = launch.variables.get(name).cloned();
    found.ok_or_else(|| format!("{} is not told {name}", launch.name).into())
}

fn workers(pools: &BTreeMap<&'static str, Arc<Pool>>) -> HashMap<&'static str, Arc<Pool>> {
    let known = WORKED.iter().filter_map(|(queue, name)| Some((*queue, function(name)?)));
    known.filter_map(|(queue, worker)| Some((queue, pools.get(worker.name)?.clone()))).collect()
}

/// Whose token is which.
pub(crate) fn tokens(population: &Population) -> HashMap<String, String> {
    let people = population.people.iter();
    people.map(|person| (person.token.clone(), person.user.to_string())).collect()
}
