//! The hub under measurement: its functions' binaries as processes, over stand-ins for AWS.

use std::{
    collections::{BTreeMap, HashMap},
    fs::{self, File},
    path::{Path, PathBuf},
    sync::Arc,
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use bytes::Bytes;
use dynoxide::Database;
use http::{HeaderMap, Request};
use http_body_util::BodyExt;
use local_cloud::{Cloud, Extent, Options};
use serde_json::{Value, json};
use tokio::sync::Mutex;

use crate::{
    Failure,
    aws::{Aws, Backend, Call, Tls},
    functions::{Function, serving},
    load::event::{Door, answer, event},
    runtime_api::{Answer, Environment, Launch},
};

/// More than any measured call takes.
const TIMEOUT: Duration = Duration::from_secs(60);
const MEMORY_MIB: u32 = 512;
/// Lambda's image holds its authorities in one file; other systems besides in hundreds, which would be read too.
const AUTHORITIES: [&str; 2] =
    ["/etc/pki/tls/certs/ca-bundle.crt", "/etc/ssl/certs/ca-certificates.crt"];
/// Here one user sends what many do elsewhere.
const UNLIMITED: [&str; 4] = [
    "REQUESTS_PER_SECOND",
    "REQUEST_BURST",
    "ADDRESS_REQUESTS_PER_SECOND",
    "ADDRESS_REQUEST_BURST",
];
const MOST: &str = "1000000";

/// Stops everything it started when dropped.
pub struct Hub {
    cloud: Cloud,
    aws: Aws,
    tls: Tls,
    aws_over_tls: Aws,
    binaries: PathBuf,
    folder: PathBuf,
    _lock: File,
    /// As CreateTable would be asked for the template's table.
    table: Value,
    http: reqwest::Client,
    environments: Mutex<HashMap<&'static str, Arc<Environment>>>,
}

/// A request through one of the doors.
#[derive(Clone, Debug)]
pub struct Ask {
    pub door: Door,
    pub method: &'static str,
    /// With the query string.
    pub path: String,
    pub headers: Vec<(&'static str, String)>,
    pub body: Option<Value>,
}

/// What it was answered, and what that took.
#[derive(Debug)]
pub struct Reply {
    pub asked: String,
    pub status: u16,
    pub headers: HeaderMap,
    pub body: Value,
    /// What the function asked of AWS meanwhile.
    pub calls: Vec<Call>,
}

impl Hub {
    /// Starts the stand-ins with an empty table. Binaries are looked for beside this program's own.
    pub async fn start() -> Result<Self, Failure> {
        let program = std::env::current_exe()?;
        let binaries = program.parent().ok_or("this program lies nowhere")?.to_owned();
        let mut options = Options::in_checkout(Extent::Services);
        let folder = std::env::var_os("STATE_DIR")
            .map_or_else(|| options.root.join("target/bench"), PathBuf::from);
        let lock = locked(&folder)?;
        options.state = folder.join("cloud");
        options.binaries.clone_from(&binaries);
        forget(&options.state)?;
        forget(&folder.join("logs"))?;
        let cloud = tokio::task::spawn_blocking(move || Cloud::start(options)).await??;
        let http = reqwest::Client::new();
        let name = output(&cloud, "TableName")?;
        let table = described(&http, &cloud.addresses().dynamodb, &name).await?;
        let backend = Backend {
            services: cloud.addresses().services.clone(),
            braket: cloud.addresses().braket.clone(),
        };
        let aws = Aws::start(empty(Database::memory()?, &table)?, backend).await?;
        let tls = Tls::new(&folder)?;
        let aws_over_tls = aws.over_tls(&tls).await?;
        Ok(Self {
            cloud,
            aws,
            tls,
            aws_over_tls,
            binaries,
            folder,
            _lock: lock,
            table,
            http,
            environments: Mutex::default(),
        })
    }

    #[must_use]
    pub const fn aws(&self) -> &Aws {
        &self.aws
    }

    #[must_use]
    pub const fn http(&self) -> &reqwest::Client {
        &self.http
    }

    /// Where everything but the table is answered.
    #[must_use]
    pub fn services(&self) -> &str {
        &self.cloud.addresses().services
    }

    /// Files of this program; they may be thrown away.
    #[must_use]
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// The table's name in any database.
    #[must_use]
    pub fn table_name(&self) -> &str {
        self.table["TableName"].as_str().unwrap_or_default()
    }

    /// Who makes the access tokens, and for which client.
    pub(crate) fn audience(&self) -> Result<(String, String), Failure> {
        let outputs = &self.cloud.stack().outputs;
        let told =
            |name: &str| outputs.get(name).ok_or_else(|| format!("the stack tells no {name}"));
        let (pool, client) = (told("UserPoolId")?, told("UserPoolClientId")?);
        let issuer = format!("https://cognito-idp.{}.amazonaws.com/{pool}", local_cloud::REGION);
        Ok((issuer, client.clone()))
    }

    /// Gives a database the template's table.
    pub fn with_table(&self, database: Database) -> Result<Database, Failure> {
        empty(database, &self.table)
    }

    #[must_use]
    pub fn binary(&self, name: &str) -> PathBuf {
        self.binaries.join(name)
    }

    /// How a function is started: the environment the template gives it, and where AWS is.
    pub fn launch(&self, function: &Function) -> Result<Launch, Failure> {
        let told = self.cloud.stack().environments.get(function.logical_id);
        let mut variables = told.cloned().ok_or_else(|| {
            format!("the template tells nothing of {}; see src/functions.rs", function.logical_id)
        })?;
        variables.extend(self.cloud.environment());
        variables.retain(|name, _| !name.starts_with("AWS_ENDPOINT_URL"));
        variables.insert("AWS_ENDPOINT_URL".to_owned(), self.aws.url());
        if let Some(authorities) = AUTHORITIES.iter().find(|file| Path::new(file).exists()) {
            variables.insert("SSL_CERT_FILE".to_owned(), (*authorities).to_owned());
        }
        for name in UNLIMITED {
            variables.entry(name.to_owned()).and_modify(|value| MOST.clone_into(value));
        }
        self.launch_of(function.name, variables)
    }

    /// The same, where AWS is reached over TLS.
    pub fn launch_over_tls(&self, function: &Function) -> Result<Launch, Failure> {
        let mut launch = self.launch(function)?;
        let authority = self.tls.authority().display().to_string();
        for (name, value) in
            [("AWS_ENDPOINT_URL", self.aws_over_tls.url()), ("SSL_CERT_FILE", authority)]
        {
            launch.variables.insert(name.to_owned(), value);
        }
        Ok(launch)
    }

    /// The function the others are measured against.
    pub fn launch_bare(&self) -> Result<Launch, Failure> {
        self.launch_of("bare", BTreeMap::new())
    }

    fn launch_of(
        &self,
        name: &str,
        variables: BTreeMap<String, String>,
    ) -> Result<Launch, Failure> {
        let logs = self.folder.join("logs");
        fs::create_dir_all(&logs)?;
        Ok(Launch {
            name: name.to_owned(),
            binary: self.binary(name),
            variables,
            memory_mib: MEMORY_MIB,
            timeout: TIMEOUT,
            log: logs.join(format!("{name}.log")),
        })
    }

    /// Sends a request to the function that serves it.
    pub async fn send(&self, ask: &Ask) -> Result<Reply, Failure> {
        let function =
            serving(&ask.path).ok_or_else(|| format!("no function serves {}", ask.path))?;
        let (received, calls) = self.invoke(function, ask.event()?).await?;
        let asked = format!("{} {}", ask.method, ask.path);
        let (parts, body) = answer(&received.payload)
            .ok_or_else(|| format!("{asked} was not answered as the gateway wants it"))?
            .into_parts();
        let body = body.collect().await?.to_bytes();
        let body = serde_json::from_slice(&body).unwrap_or(Value::Null);
        Ok(Reply { asked, status: parts.status.as_u16(), headers: parts.headers, body, calls })
    }

    /// Hands a function an event, in the one environment that scenes have of it.
    pub async fn invoke(
        &self,
        function: &'static Function,
        event: Bytes,
    ) -> Result<(Answer, Vec<Call>), Failure> {
        let environment = self.environment(function).await?;
        drop(self.aws.take_calls());
        let answer = environment.invoke(event).await?;
        Ok((answer, self.aws.take_calls()))
    }

    async fn environment(&self, function: &'static Function) -> Result<Arc<Environment>, Failure> {
        let mut environments = self.environments.lock().await;
        if let Some(environment) = environments.get(function.name) {
            return Ok(environment.clone());
        }
        let environment = Arc::new(Environment::start(&self.launch(function)?).await?);
        environments.insert(function.name, environment.clone());
        Ok(environment)
    }
}

impl Ask {
    #[must_use]
    pub fn new(door: &Door, method: &'static str, path: impl Into<String>) -> Self {
        Self { door: door.clone(), method, path: path.into(), headers: Vec::new(), body: None }
    }

    #[must_use]
    pub fn saying(mut self, body: Value) -> Self {
        self.body = Some(body);
        self
    }

    /// With a fresh Idempotency-Key.
    #[must_use]
    pub fn once(self) -> Self {
        let key = uuid::Uuid::new_v4().to_string();
        self.header("Idempotency-Key", key)
    }

    #[must_use]
    pub fn header(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }

    /// As the gateway hands it to a function.
    pub fn event(&self) -> Result<Bytes, Failure> {
        let mut request = Request::builder().method(self.method).uri(&self.path);
        for (name, value) in &self.headers {
            request = request.header(*name, value);
        }
        if let Door::Key(key) = &self.door {
            request = request.header("x-api-key", key);
        }
        let body = match &self.body {
            Some(body) => {
                request = request.header("content-type", "application/json");
                Bytes::from(body.to_string())
            }
            None => Bytes::new(),
        };
        let (parts, ()) = request.body(())?.into_parts();
        let path = self.path.split('?').next().unwrap_or_default();
        let now = SystemTime::now().duration_since(UNIX_EPOCH)?.as_millis();
        let event = event(&self.door, &parts, path, &body, u64::try_from(now)?);
        Ok(event.to_string().into())
    }
}

impl Reply {
    /// The reply, if its status is this one.
    pub fn expect(self, status: u16) -> Result<Self, Failure> {
        if self.status == status {
            return Ok(self);
        }
        Err(format!("{} was answered {}: {}", self.asked, self.status, self.body).into())
    }

    /// A text of the body.
    pub fn text(&self, pointer: &str) -> Result<String, Failure> {
        let found = self.body.pointer(pointer).and_then(Value::as_str);
        let found = found.ok_or_else(|| format!("{} answers no {pointer}", self.asked))?;
        Ok(found.to_owned())
    }
}

/// Two runs in one folder would take each other's files away.
fn locked(folder: &Path) -> Result<File, Failure> {
    fs::create_dir_all(folder)?;
    let lock = File::create(folder.join("lock"))?;
    let shown = folder.display();
    lock.try_lock().map_err(|_| {
        format!(
            "another benchmark runs in {shown}; wait for it, or give this one another STATE_DIR"
        )
    })?;
    Ok(lock)
}

fn forget(folder: &Path) -> Result<(), Failure> {
    if folder.exists() {
        fs::remove_dir_all(folder)?;
    }
    Ok(())
}

fn output(cloud: &Cloud, name: &str) -> Result<String, Failure> {
    let found = cloud.stack().outputs.get(name).cloned();
    found.ok_or_else(|| format!("the template has no output {name}").into())
}

/// The local cloud has made the table from the template; the same is made in other databases.
async fn described(http: &reqwest::Client, address: &str, name: &str) -> Result<Value, Failure> {
    let scope = format!("bench/20261120/{}/dynamodb/aws4_request", local_cloud::REGION);
    let signature = format!("AWS4-HMAC-SHA256 Credential={scope}, SignedHeaders=host, Signature=0");
    let answer = http
        .post(address)
        .header("x-amz-target", "DynamoDB_20120810.DescribeTable")
        .header("content-type", "application/x-amz-json-1.0")
        .header("x-amz-date", "20261120T000000Z")
        .header("authorization", signature)
        .body(json!({"TableName": name}).to_string())
        .send()
        .await?
        .error_for_status()?;
    let table = answer.json::<Value>().await?["Table"].take();
    let indexes: Vec<Value> = table["GlobalSecondaryIndexes"]
        .as_array()
        .into_iter()
        .flatten()
        .map(|index| kept(index, &["IndexName", "KeySchema", "Projection"]))
        .collect();
    let mut create = kept(&table, &["TableName", "AttributeDefinitions", "KeySchema"]);
    create["BillingMode"] = "PAY_PER_REQUEST".into();
    create["GlobalSecondaryIndexes"] = indexes.into();
    Ok(create)
}

fn kept(value: &Value, names: &[&str]) -> Value {
    names.iter().map(|name| ((*name).to_owned(), value[*name].clone())).collect()
}

fn empty(database: Database, table: &Value) -> Result<Database, Failure> {
    database.create_table(serde_json::from_value(table.clone())?)?;
    Ok(database)
}
