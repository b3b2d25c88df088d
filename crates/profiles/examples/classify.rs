//! Prints how long it takes to say what a request is: `cargo run --release -p gatepass-profiles
//! --example classify`. Nanoseconds per call, the best and the median of 21 rounds, over a mix of
//! requests as clients make them, and over one path of every row of Jira's catalogue.

#![expect(clippy::print_stdout, reason = "printing is what it is for")]

use std::borrow::Cow;
use std::hint::black_box;
use std::time::Instant;

use gatepass_model::{CanonicalTarget, Method, Product, Segments};
use gatepass_profiles::{Profile, RowSegment, profile};

const ROUNDS: usize = 21;
const CALLS: usize = 200_000;

const MIX: [(Method, &str); 10] = [
    (Method::Get, "/rest/api/2/issue/ABC-1"),
    (Method::Get, "/rest/api/latest/issue/ABC-1/comment"),
    (Method::Post, "/rest/api/2/search"),
    (Method::Get, "/rest/api/2/serverInfo"),
    (Method::Get, "/rest/api/2/project/ABC/versions"),
    (Method::Post, "/rest/api/2/issue/ABC-1/transitions"),
    (Method::Get, "/rest/agile/1.0/board/17/sprint"),
    (Method::Get, "/secure/attachment/10001/file.txt"),
    (Method::Get, "/rest/some-addon/1.0/things/7"),
    (Method::Get, "/browse/ABC-1"),
];

type Request<'a> = (Method, Segments<'a>);

fn main() {
    let jira = profile(Product::Jira);
    let mix: Vec<Request<'_>> = MIX
        .iter()
        .filter_map(|&(method, path)| {
            let target = CanonicalTarget::parse(path.as_bytes()).ok()?;
            Some((method, target.segments().iter().cloned().collect()))
        })
        .collect();
    let rows: Vec<Request<'_>> = jira.rows().iter().filter_map(request_of_row).collect();
    for (name, requests) in [("mix", &mix), ("every row", &rows)] {
        report(&format!("fold, {name}"), requests, |request| {
            black_box(jira.fold(&request.1));
        });
        let folded: Vec<Request<'_>> =
            requests.iter().map(|(method, path)| (*method, jira.fold(path))).collect();
        report(&format!("operation, {name}"), &folded, |request| classify(jira, request));
    }
}

fn classify(jira: &Profile, request: &Request<'_>) {
    black_box(jira.operation(request.0, &request.1));
}

fn request_of_row(row: &gatepass_profiles::Row) -> Option<Request<'static>> {
    let method = Method::ALL.into_iter().find(|&method| row.methods.contains(method))?;
    let segments = row.segments.iter().map(|segment| match *segment {
        RowSegment::Literal(text) => Cow::Borrowed(text),
        RowSegment::Partial { prefix, suffix } => Cow::Owned(format!("{prefix}x{suffix}")),
        RowSegment::Any(_) => Cow::Borrowed("ABC-1"),
    });
    Some((method, segments.collect()))
}

fn report<'r, 'a>(name: &str, requests: &'r [Request<'a>], call: impl Fn(&'r Request<'a>)) {
    let mut rounds: Vec<f64> = (0..ROUNDS)
        .map(|_| {
            let start = Instant::now();
            requests.iter().cycle().take(CALLS).for_each(|request| call(black_box(request)));
            start.elapsed().as_secs_f64() * 1e9 / f64::from(u32::try_from(CALLS).unwrap_or(1))
        })
        .collect();
    rounds.sort_by(f64::total_cmp);
    let best = rounds.first().copied().unwrap_or_default();
    let median = rounds.get(ROUNDS / 2).copied().unwrap_or_default();
    println!("{name}: best {best:.0} ns, median {median:.0} ns");
}
