//! The rows of the table of hostile requests that HTTP/2 can carry, with the same verdicts.

use std::collections::BTreeMap;

use gatepass_sandbox::RecordedRequest;
use gatepass_testkit::TestGate;
use gatepass_testkit::hostile::{Row, World};
use gatepass_testkit::raw::{Answer, Ended, Exchange};
use http::uri::PathAndQuery;
use http::{HeaderName, HeaderValue, Method, Request, Uri};

use super::Tls;
use super::client::{Client, Whole};
use super::wire::{self, Fate, Field, Wire, field};
use crate::hostile::{rows, world_with};

/// Rows of the table that say nothing of bytes.
const ROWS: usize = 107;
/// Rows of these that no good client could send: they come as frames, and are refused.
const FRAMES: [&str; 7] = ["PE07", "PE28", "M05", "I17", "X08", "H03", "H04"];

/// A row as HTTP/2 has it.
struct Asked {
    fields: Vec<Field>,
    body: Vec<u8>,
}

impl Asked {
    fn of(row: &Row, world: &World) -> Self {
        let sent = row.sent(&world.secrets).unwrap();
        let (head, body) = sent.bytes.split_at(sent.head_length());
        let head = head.strip_suffix(b"\r\n\r\n").unwrap();
        let mut lines =
            head.split(|&byte| byte == b'\n').map(|line| line.strip_suffix(b"\r").unwrap_or(line));
        lines.next();
        let mut fields = vec![
            field(":method", sent.method()),
            field(":scheme", "https"),
            field(":authority", format!("{}.example", row.product)),
            field(":path", sent.target()),
        ];
        for line in lines {
            let end = line.iter().position(|&byte| byte == b':').unwrap();
            let name = line[..end].to_ascii_lowercase();
            let value = line[end + 1..].trim_ascii();
            if name == b"host" {
                wire::set(&mut fields, ":authority", value);
            } else {
                fields.push(field(name, value));
            }
        }
        Self { fields, body: body.to_vec() }
    }

    fn get(&self, name: &str) -> &[u8] {
        let found = self.fields.iter().find(|(own, _)| own == name.as_bytes());
        found.map_or(&[], |(_, value)| value)
    }

    /// As a client in good faith sends it, if it can.
    fn request(&self) -> Option<Request<()>> {
        let path = PathAndQuery::try_from(self.get(":path")).ok()?;
        if path.as_str().as_bytes() != self.get(":path") || !path.as_str().starts_with('/') {
            return None;
        }
        let uri = Uri::builder().scheme("https").authority(self.get(":authority"));
        let mut request = Request::new(());
        *request.uri_mut() = uri.path_and_query(path).build().ok()?;
        *request.method_mut() = Method::from_bytes(self.get(":method")).ok()?;
        for (name, value) in self.fields.iter().skip(4) {
            if name == b"connection" {
                return None;
            }
            let name = HeaderName::from_bytes(name).ok()?;
            request.headers_mut().append(name, HeaderValue::from_bytes(value).ok()?);
        }
        Some(request)
    }
}

fn answer_of(whole: Whole) -> Answer {
    let text = |value: &HeaderValue| String::from_utf8_lossy(value.as_bytes()).into_owned();
    let headers = whole.headers.iter().map(|(name, value)| (name.to_string(), text(value)));
    Answer {
        status: whole.status,
        headers: headers.collect(),
        body: whole.body,
        interim: Vec::new(),
    }
}

struct Hall {
    gate: TestGate,
    world: World,
    tls: Tls,
}

impl Hall {
    async fn new() -> Self {
        let tls = Tls::new();
        let certificate = tls.certificate.clone();
        let (gate, world) = world_with(|options| options.entry.tls = Some(certificate)).await;
        Self { gate, world, tls }
    }

    /// What reached the products, looked at once a last request has come there.
    async fn arrived(&self) -> BTreeMap<String, Vec<RecordedRequest>> {
        const FENCE: &str = "/rest/api/2/issue/FENCE-1";
        let client = Client::new(self.tls.connect(self.gate.address()).await).await;
        let mut arrived = BTreeMap::new();
        for (name, product) in &self.world.products {
            let fence = Request::get(format!("https://{name}.example{FENCE}"));
            let token = format!("Bearer {}", self.world.secrets.read_write);
            let fence = fence.header("authorization", token).body(()).unwrap();
            assert_eq!(client.ask(fence, b"").await.unwrap().status, 200);
            let mut requests = product.requests();
            requests.retain(|request| request.target() != FENCE);
            arrived.insert(name.clone(), requests);
        }
        arrived
    }

    /// Sends a row; what is wrong with what came of it, and whether it was sent as frames.
    async fn run(&self, row: &Row) -> (Vec<String>, bool) {
        self.world.products.values().for_each(|product| product.forget_requests());
        let asked = Asked::of(row, &self.world);
        let stream = self.tls.connect(self.gate.address()).await;
        let Some(request) = asked.request() else {
            return (self.run_frames(&asked, Wire::greet(stream).await).await, true);
        };
        let client = Client::new(stream).await;
        let mut exchange = Exchange { closed: Some(Ended::Finished), ..Exchange::default() };
        match client.ask(request, &asked.body).await {
            Ok(whole) => exchange.answers.push(answer_of(whole)),
            Err(error) => exchange.broken = Some(error.to_string()),
        }
        let arrived = self.arrived().await;
        (self.world.judge(row, exchange, arrived).unwrap(), false)
    }

    async fn run_frames(&self, asked: &Asked, mut wire: Wire) -> Vec<String> {
        wire.send(wire::request(1, &asked.fields)).await;
        let fate = wire.fate(1).await;
        let mut wrong = Vec::new();
        if !matches!(fate, Fate::Reset(_) | Fate::GoneAway(_) | Fate::Answered(400..=499)) {
            wrong.push(format!("{fate:?}"));
        }
        if self.arrived().await.values().any(|requests| !requests.is_empty()) {
            wrong.push("it reached a product".to_owned());
        }
        wrong
    }
}

#[tokio::test]
async fn every_hostile_request_comes_to_the_same_as_over_http_1_1() {
    let hall = Hall::new().await;
    let rows: Vec<Row> = rows().into_iter().filter(Row::is_plain).collect();
    let (mut failed, mut as_frames) = (Vec::new(), Vec::new());
    for row in &rows {
        let (wrong, is_frames) = hall.run(row).await;
        if is_frames {
            as_frames.push(row.id.as_str());
        }
        if !wrong.is_empty() {
            let Row { id, class, expected, why, .. } = row;
            let lines = wrong.join("\n    ");
            failed.push(format!("{id} ({class}: {why})\n    expected: {expected}\n    {lines}"));
        }
    }
    assert!(failed.is_empty(), "{} failed:\n{}", failed.len(), failed.join("\n"));
    assert_eq!((rows.len(), as_frames), (ROWS, FRAMES.to_vec()));
}
