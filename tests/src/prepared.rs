//! A service of AWS at an address of the test's own, which says what the test has prepared: for answers that the
//! service's documentation knows and no stand-in can be brought to give.

use std::{
    collections::VecDeque,
    io,
    sync::{Arc, Mutex, PoisonError},
};

use aws_config::{SdkConfig, retry::RetryConfig};
use serde_json::{Value, json};
use tokio::{
    io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader},
    net::{TcpListener, TcpStream},
    task::JoinHandle,
};

use crate::services::config;

/// One answer of a service.
#[derive(Clone, Debug)]
pub struct Answer {
    status: u16,
    headers: Vec<(&'static str, String)>,
    body: Vec<u8>,
    length: Length,
}

/// What is said of the body's length before it comes.
#[derive(Clone, Copy, Debug)]
enum Length {
    Right,
    TooLong,
    Unsaid,
}

impl Answer {
    pub fn ok(body: &Value) -> Self {
        Self::text(200, body.to_string())
    }

    pub fn text(status: u16, body: impl Into<Vec<u8>>) -> Self {
        Self { status, headers: Vec::new(), body: body.into(), length: Length::Right }
    }

    /// As the JSON protocols tell an error: its code in a header and in the body.
    pub fn error(status: u16, code: &'static str, message: &str) -> Self {
        Self::text(status, json!({"__type": code, "message": message}).to_string())
            .with("x-amzn-errortype", code)
            .with("x-amzn-requestid", "request-1")
    }

    /// As S3 tells an error.
    pub fn xml_error(status: u16, code: &str, message: &str) -> Self {
        let body = format!("<Error><Code>{code}</Code><Message>{message}</Message></Error>");
        Self::text(status, body).with("x-amz-request-id", "request-1")
    }

    pub fn with(mut self, header: &'static str, value: &str) -> Self {
        self.headers.push((header, value.to_owned()));
        self
    }

    /// The connection ends before the whole body came.
    pub fn broken_off(self) -> Self {
        Self { length: Length::TooLong, ..self }
    }

    /// The body ends with the connection.
    pub fn of_unsaid_length(self) -> Self {
        Self { length: Length::Unsaid, ..self }
    }

    fn bytes(&self) -> Vec<u8> {
        let mut head = format!("HTTP/1.1 {} Prepared\r\nconnection: close\r\n", self.status);
        match self.length {
            Length::Right => head += &format!("content-length: {}\r\n", self.body.len()),
            Length::TooLong => head += &format!("content-length: {}\r\n", self.body.len() + 1),
            Length::Unsaid => {}
        }
        for (name, value) in &self.headers {
            head += &format!("{name}: {value}\r\n");
        }
        [head.as_bytes(), b"\r\n", &self.body].concat()
    }
}

/// Stops when dropped.
#[derive(Debug)]
pub struct Prepared {
    address: String,
    asked: Arc<Mutex<Vec<String>>>,
    server: JoinHandle<()>,
}

impl Drop for Prepared {
    fn drop(&mut self) {
        self.server.abort();
    }
}

impl Prepared {
    /// Gives the answers in turn, and the last one to every later request.
    pub async fn answering(answers: impl IntoIterator<Item = Answer>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let address = format!("http://{}", listener.local_addr().expect("bound"));
        let asked = Arc::<Mutex<Vec<String>>>::default();
        let heard = asked.clone();
        let mut answers: VecDeque<Answer> = answers.into_iter().collect();
        let server = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let answer = match answers.len() {
                    1 => answers[0].clone(),
                    _ => answers.pop_front().expect("an answer was prepared"),
                };
                serve(stream, &answer, &heard).await.expect("a whole request");
            }
        });
        Self { address, asked, server }
    }

    pub fn address(&self) -> &str {
        &self.address
    }

    /// For an SDK that asks once.
    pub fn config(&self) -> SdkConfig {
        once(&self.address)
    }

    /// The operations that were asked for, or method and path where the protocol names none.
    pub fn asked(&self) -> Vec<String> {
        self.asked.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

/// For an SDK that finds nobody at the other end.
pub fn nobody() -> SdkConfig {
    once("http://127.0.0.1:1")
}

fn once(address: &str) -> SdkConfig {
    config(address).into_builder().retry_config(RetryConfig::disabled()).build()
}

async fn serve(stream: TcpStream, answer: &Answer, heard: &Mutex<Vec<String>>) -> io::Result<()> {
    let mut stream = BufReader::new(stream);
    let mut line = String::new();
    stream.read_line(&mut line).await?;
    let mut request = line.rsplit_once(' ').map(|(asked, _)| asked.to_owned()).unwrap_or_default();
    let mut length = 0;
    loop {
        line.clear();
        if stream.read_line(&mut line).await? <= 2 {
            break;
        }
        let (name, value) = line.split_once(':').unwrap_or_default();
        match name.to_ascii_lowercase().as_str() {
            "content-length" => length = value.trim().parse().unwrap_or(0),
            "x-amz-target" => {
                request = value.rsplit('.').next().unwrap_or_default().trim().to_owned()
            }
            _ => {}
        }
    }
    let mut body = vec![0; length];
    stream.read_exact(&mut body).await?;
    heard.lock().unwrap_or_else(PoisonError::into_inner).push(request);
    stream.write_all(&answer.bytes()).await?;
    stream.shutdown().await
}
