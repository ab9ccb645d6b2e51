//! Does a crate depend on, promise or switch on what it must not?

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::Path,
    process::Command,
};

use serde_json::Value;

use super::habits::EMPTY_NAMES;

/// Told everything: they reach no runtime, no server, no client.
const PURE: [&str; 7] = [
    "domain",
    "openqasm",
    "quantum",
    "quantum-analysis",
    "quantum-kernels",
    "quantum-pictures",
    "quantum-program",
];
/// The engine and its parts.
const ENGINE: &str = "quantum";
const FRONT_END: &str = "openqasm";
const OUTSIDE: [&str; 12] = [
    "async-std",
    "aws-",
    "axum",
    "hyper",
    "lambda_",
    "mio",
    "reqwest",
    "rustls",
    "smol",
    "socket2",
    "tokio",
    "ureq",
];
/// A function asks another thing than an edge only by mistake.
const CLIENTS: [&str; 6] = ["aws-sdk-lambda", "hyper", "hyper-util", "isahc", "reqwest", "ureq"];
/// The crate that knows which guards stand, its switch, and who may use that.
const GUARDS: &str = "guards";
const SWITCHABLE: &str = "switchable";
const SIMULATION: &str = "infra/simulate";
const RANDOM: [&str; 4] = ["fastrand", "getrandom", "rand", "rand_core"];
const RANDOM_IDS: [&str; 7] = ["fast-rng", "rng", "v1", "v4", "v6", "v7", "rng-rand"];

/// The workspace as cargo sees it.
pub(super) struct Crates {
    root: String,
    /// Ours, by name.
    ours: BTreeMap<String, Crate>,
    /// What each crate of anyone depends on to be built into something, by the id that cargo gives it.
    reached: BTreeMap<String, Vec<String>>,
    names: BTreeMap<String, String>,
}

struct Crate {
    id: String,
    name: String,
    /// From the root: `functions/jobs`.
    folder: String,
    targets: Vec<Target>,
    /// What each switches on.
    features: BTreeMap<String, Vec<String>>,
    /// Those of tests too.
    dependencies: Vec<Dependency>,
    manifest: String,
}

struct Target {
    kind: String,
    name: String,
    tested: bool,
}

struct Dependency {
    name: String,
    for_tests: bool,
    features: Vec<String>,
    without_defaults: bool,
}

impl Crates {
    /// `locked` where nothing may be written beside the manifests.
    pub(super) fn of(root: &Path, locked: bool) -> Self {
        let mut arguments = vec!["metadata", "--format-version", "1", "--offline"];
        let host = cargo(root, &["--version", "--verbose"]);
        let host = host.lines().find_map(|line| line.strip_prefix("host: "));
        // What other platforms would need was perhaps never fetched.
        arguments.extend(["--filter-platform", host.expect("cargo says where it runs")]);
        arguments.extend(locked.then_some("--locked"));
        let told = cargo(root, &arguments);
        Self::new(&serde_json::from_str(&told).expect("cargo writes JSON"))
    }

    fn new(metadata: &Value) -> Self {
        let root = text(&metadata["workspace_root"]);
        let members: BTreeSet<String> = list(&metadata["workspace_members"]).map(text).collect();
        let names = list(&metadata["packages"]).map(|one| (text(&one["id"]), text(&one["name"])));
        let ours = list(&metadata["packages"]).filter(|one| members.contains(&text(&one["id"])));
        let ours = ours.map(|one| Crate::new(&root, one)).map(|one| (one.name.clone(), one));
        let nodes = list(&metadata["resolve"]["nodes"]).map(|node| {
            let built = list(&node["deps"]).filter(|dependency| {
                list(&dependency["dep_kinds"]).any(|kind| kind["kind"].is_null())
            });
            (text(&node["id"]), built.map(|dependency| text(&dependency["pkg"])).collect())
        });
        Self { ours: ours.collect(), reached: nodes.collect(), names: names.collect(), root }
    }

    fn shipped(&self) -> impl Iterator<Item = &Crate> {
        self.ours.values().filter(|one| one.is_function() || one.is_shared())
    }

    fn functions(&self) -> impl Iterator<Item = &Crate> {
        self.ours.values().filter(|one| one.is_function())
    }

    /// `domain` and the quantum engine reach nothing that waits, listens or asks.
    pub(super) fn pure(&self) -> Vec<String> {
        let mut faults = Vec::new();
        for name in PURE {
            let Some(one) = self.ours.get(name) else { continue };
            let mut ways = vec![vec![one.id.clone()]];
            let mut seen = BTreeSet::new();
            while let Some(way) = ways.pop() {
                let last = way.last().expect("a way begins somewhere");
                let names: Vec<&str> = way.iter().map(|id| self.names[id].as_str()).collect();
                let reached = names[names.len() - 1];
                if OUTSIDE.iter().any(|outside| reached.starts_with(outside)) {
                    faults.push(format!(
                        "{}: {} is no pure computing",
                        one.folder,
                        names.join(" → ")
                    ));
                    continue;
                }
                for next in self.reached.get(last).into_iter().flatten() {
                    if seen.insert(next.clone()) {
                        ways.push(way.iter().chain([next]).cloned().collect());
                    }
                }
            }
        }
        faults.sort();
        faults
    }

    /// An SDK is known to one crate of those that ship.
    pub(super) fn one_crate_an_sdk(&self) -> Vec<String> {
        let mut users: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
        for one in self.shipped() {
            for sdk in one.dependencies.iter().filter(|it| it.name.starts_with("aws-sdk-")) {
                users.entry(&sdk.name).or_default().push(&one.folder);
            }
        }
        let many = users.iter().filter(|(_, users)| users.len() > 1);
        many.map(|(sdk, users)| {
            format!("{}: each speaks {sdk}, which one edge may", users.join(", "))
        })
        .collect()
    }

    /// A function joins edges: it calls no function, no SDK and no server.
    pub(super) fn functions_alone(&self) -> Vec<String> {
        let mut faults = Vec::new();
        for one in self.shipped() {
            for dependency in &one.dependencies {
                let name = &dependency.name;
                let is_function = self.ours.get(name).is_some_and(Crate::is_function);
                let what = match () {
                    () if is_function => "a function: they share the table and queues",
                    () if one.is_function() && name.starts_with("aws-") => {
                        "an SDK: that is an edge's"
                    }
                    () if CLIENTS.contains(&name.as_str()) => {
                        "a client: that is an edge's, by its SDK"
                    }
                    () => continue,
                };
                faults.push(format!("{}: depends on {name}, {what}", one.folder));
            }
        }
        faults
    }

    /// What guards an operation cannot be switched off by a feature: nothing that ships asks for any of ours.
    pub(super) fn features(&self) -> Vec<String> {
        let mut faults = Vec::new();
        for one in self.shipped() {
            if one.is_function() && !one.features.is_empty() {
                let features: Vec<&str> = one.features.keys().map(String::as_str).collect();
                faults.push(format!(
                    "{}: has features of its own ({}), so that it is not one binary",
                    one.folder,
                    features.join(", ")
                ));
            }
            let ours = one.dependencies.iter().filter(|it| self.ours.contains_key(&it.name));
            for dependency in ours.filter(|dependency| !dependency.for_tests) {
                for feature in &dependency.features {
                    faults.push(format!(
                        "{}: switches on {feature} of {}",
                        one.folder, dependency.name
                    ));
                }
                if dependency.without_defaults {
                    faults.push(format!(
                        "{}: leaves out the defaults of {}",
                        one.folder, dependency.name
                    ));
                }
            }
        }
        faults
    }

    /// The job path's guards are switchable for `infra/simulate` when it is asked to, and for nobody else.
    pub(super) fn guards(&self) -> Vec<String> {
        let mut faults = Vec::new();
        for one in self.ours.values() {
            let of_guards = one.dependencies.iter().filter(|dependency| dependency.name == GUARDS);
            if of_guards.flat_map(|dependency| &dependency.features).any(|it| it == SWITCHABLE) {
                faults.push(format!("{}: makes the guards switchable for all", one.folder));
            }
            let switch = format!("{GUARDS}/{SWITCHABLE}");
            for (name, on) in one.features.iter().filter(|(_, on)| on.contains(&switch)) {
                let asked_for = one.folder == SIMULATION && name != "default";
                if !asked_for || one.features.get("default").is_some_and(|all| all.contains(name)) {
                    faults.push(format!(
                        "{}: its feature {name} takes guards away ({})",
                        one.folder,
                        on.join(", ")
                    ));
                }
            }
        }
        faults
    }

    /// Random bytes come from `clock`; ids of random kinds cannot even be asked for.
    pub(super) fn randomness(&self) -> Vec<String> {
        let mut faults = Vec::new();
        for one in self.shipped().filter(|one| one.name != "clock") {
            for dependency in one.dependencies.iter().filter(|dependency| !dependency.for_tests) {
                let (name, features) = (&dependency.name, &dependency.features);
                if RANDOM.contains(&name.as_str()) {
                    faults.push(format!("{}: depends on {name}: ask shared/clock", one.folder));
                }
                let random = features.iter().filter(|one| RANDOM_IDS.contains(&one.as_str()));
                for feature in random.filter(|_| name == "uuid") {
                    faults.push(format!(
                        "{}: lets uuid make ids ({feature}): ask shared/clock",
                        one.folder
                    ));
                }
            }
        }
        faults
    }

    /// What a shared crate links is in every function: the simulator is in those that ask for it.
    pub(super) fn quantum(&self) -> Vec<String> {
        let is_of_the_engine = |name: &str| name.starts_with(ENGINE) || name == FRONT_END;
        let asks = |one: &&Crate| {
            let mut links = one.dependencies.iter().filter(|it| !it.for_tests);
            links.any(|it| is_of_the_engine(&it.name))
        };
        let others = |one: &&Crate| one.is_shared() && !is_of_the_engine(&one.name);
        let asking = self.ours.values().filter(others).filter(asks);
        asking
            .map(|one| format!("{}: links the simulator into whoever uses it", one.folder))
            .collect()
    }

    /// Function crates have no tests of their own, and nothing is built for them.
    pub(super) fn untested_functions(&self) -> Vec<String> {
        let mut faults = Vec::new();
        for one in self.functions() {
            for target in one.targets.iter().filter(|target| target.tested) {
                faults.push(format!(
                    "{}: builds tests of its {}: test = false",
                    one.folder, target.kind
                ));
            }
        }
        faults
    }

    /// Folder = crate = binary, and no name that says nothing.
    pub(super) fn names(&self) -> Vec<String> {
        let mut faults = Vec::new();
        for one in self.ours.values() {
            let last = one.folder.rsplit('/').next().unwrap_or_default();
            if (one.is_function() || one.is_shared()) && last != one.name {
                faults.push(format!("{}: its crate is called {}", one.folder, one.name));
            }
            if EMPTY_NAMES.contains(&one.name.as_str()) {
                faults
                    .push(format!("{}: has a name that says nothing of what it holds", one.folder));
            }
            let binaries: Vec<&str> =
                one.of_kind("bin").map(|target| target.name.as_str()).collect();
            if binaries.contains(&"bootstrap") {
                faults.push(format!(
                    "{}: names a binary bootstrap, as every function's is in the end",
                    one.folder
                ));
            } else if one.is_function() && binaries != [one.name.as_str()] {
                faults.push(format!(
                    "{}: its binary is called {}",
                    one.folder,
                    binaries.join(", ")
                ));
            } else if one.is_shared() && !binaries.is_empty() && one.name != ENGINE {
                faults.push(format!(
                    "{}: is shared and a program ({})",
                    one.folder,
                    binaries.join(", ")
                ));
            }
        }
        faults
    }

    /// Lints are said once, and so are versions.
    pub(super) fn manifests(&self) -> Vec<String> {
        let mut faults = Vec::new();
        for one in self.ours.values() {
            let manifest = &one.manifest;
            let lines =
                || manifest.lines().map(|line| line.split('#').next().unwrap_or_default().trim());
            let linted =
                lines().zip(lines().skip(1)).any(|pair| pair == ("[lints]", "workspace = true"));
            if !linted {
                faults.push(format!("{}: does without the lints of the workspace", one.folder));
            }
            let mut section = "";
            for line in lines().filter(|line| !line.is_empty()) {
                if line.starts_with('[') {
                    section = line;
                    continue;
                }
                let depends = section.trim_end_matches(']').ends_with("dependencies");
                if depends && !line.contains("workspace = true") {
                    faults.push(format!("{}: says itself which {line}", one.folder));
                }
            }
        }
        faults
    }

    /// Crates that nothing of the rules above was read of.
    pub(super) fn strays(&self) -> Vec<String> {
        let known = |one: &&Crate| {
            let top = one.folder.split('/').next().unwrap_or_default();
            ["functions", "infra", "shared", "tests"].contains(&top)
        };
        let strays = self.ours.values().filter(|one| !known(one));
        let strays = strays
            .map(|one| format!("{}: is neither function, shared, infra nor tests", one.folder));
        let folders = ["functions", "shared"].map(|top| Path::new(&self.root).join(top));
        let folders = folders.iter().filter_map(|top| fs::read_dir(top).ok()).flatten();
        let lost = folders.filter_map(|folder| {
            let folder = folder.ok()?.path();
            let path = folder.strip_prefix(&self.root).ok()?.to_str()?.to_owned();
            let known = self.ours.values().any(|one| one.folder == path);
            (folder.is_dir() && !known).then(|| format!("{path}: is no crate of the workspace"))
        });
        strays.chain(lost).collect()
    }
}

impl Crate {
    fn new(root: &str, package: &Value) -> Self {
        let manifest_path = text(&package["manifest_path"]);
        let folder = manifest_path.trim_end_matches("/Cargo.toml").trim_start_matches(root);
        let targets = list(&package["targets"]).map(|target| Target {
            kind: text(&target["kind"][0]),
            name: text(&target["name"]),
            tested: target["test"] == true,
        });
        let dependencies = list(&package["dependencies"]).map(|dependency| Dependency {
            name: text(&dependency["name"]),
            for_tests: dependency["kind"] == "dev",
            features: list(&dependency["features"]).map(text).collect(),
            without_defaults: dependency["uses_default_features"] == false,
        });
        let features = package["features"].as_object().into_iter().flatten();
        Self {
            id: text(&package["id"]),
            name: text(&package["name"]),
            folder: folder.trim_start_matches('/').to_owned(),
            targets: targets.collect(),
            features: features
                .map(|(name, on)| (name.clone(), list(on).map(text).collect()))
                .collect(),
            dependencies: dependencies.collect(),
            manifest: fs::read_to_string(&manifest_path).expect("a manifest that cargo read"),
        }
    }

    fn is_function(&self) -> bool {
        self.folder.starts_with("functions/")
    }

    fn is_shared(&self) -> bool {
        self.folder.starts_with("shared/")
    }

    fn of_kind(&self, kind: &str) -> impl Iterator<Item = &Target> {
        self.targets.iter().filter(move |target| target.kind == kind)
    }
}

fn cargo(root: &Path, arguments: &[&str]) -> String {
    let told = Command::new(env!("CARGO")).args(arguments).current_dir(root).output();
    let told = told.expect("cargo can be run");
    let why = String::from_utf8_lossy(&told.stderr);
    assert!(told.status.success(), "cargo {}: {why}", arguments.join(" "));
    String::from_utf8(told.stdout).expect("cargo writes UTF-8")
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

fn list(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_array().into_iter().flatten()
}
