//! The certificate that callers are shown: read, judged, and read again when it changes.

use std::fs;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use gatepass_config::TlsConfig;
use gatepass_gate::{CertificatePair, ServerCertificate};
use gatepass_model::{Lifetime, Timestamp};
use tokio::sync::Notify;
use x509_parser::prelude::{FromDer as _, GeneralName, X509Certificate};

use super::keys::stamp;
use crate::failure::Failure;

/// How often the files are looked at.
const EVERY: Duration = Duration::from_millis(500);

/// How long before its end a certificate is spoken of.
pub(crate) const NOTICE: Lifetime = Lifetime::from_days(14);

/// What a certificate says of itself.
#[derive(Clone, Debug)]
pub(crate) struct Facts {
    pub(crate) subject: String,
    /// Host names and addresses that it is for.
    pub(crate) names: Vec<String>,
    pub(crate) begins: Timestamp,
    pub(crate) ends: Timestamp,
}

/// How the certificate of a running gate is.
#[derive(Debug)]
pub(crate) struct CertificateState {
    ends: Timestamp,
    /// Why a newer pair of files is not in force.
    problem: Option<String>,
}

/// A certificate that is followed.
pub(crate) struct Certificate {
    files: TlsConfig,
    in_force: ServerCertificate,
    state: SharedState,
    reload: Arc<Notify>,
}

/// The state, for those who tell of it.
pub(crate) type SharedState = Arc<Mutex<CertificateState>>;

impl CertificateState {
    /// When it ends, in seconds since 1970.
    pub(crate) const fn ends(&self) -> Timestamp {
        self.ends
    }

    /// Whether newer files can't be used.
    pub(crate) const fn has_problem(&self) -> bool {
        self.problem.is_some()
    }

    /// What is not as it should be, in words.
    pub(crate) fn reasons(&self, now: Timestamp) -> Vec<String> {
        let mut reasons = Vec::new();
        if let Some(problem) = &self.problem {
            reasons.push(format!("an older certificate is in force: {problem}"));
        }
        if self.ends <= now {
            reasons.push(format!("the certificate ended on {}", self.ends));
        } else if self.ends <= now.plus(NOTICE) {
            reasons.push(format!("the certificate ends on {}", self.ends));
        }
        reasons
    }
}

/// Locks a state; nobody panics while he holds it.
pub(crate) fn look(state: &Mutex<CertificateState>) -> std::sync::MutexGuard<'_, CertificateState> {
    state.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Certificate {
    /// Reads the files, so that a mistake in them is told before anything has begun.
    pub(crate) fn open(files: &TlsConfig) -> Result<Self, Failure> {
        let (pair, facts) = read(files)?;
        let state = CertificateState { ends: facts.ends, problem: None };
        Ok(Self {
            files: files.clone(),
            in_force: ServerCertificate::new(pair),
            state: Arc::new(Mutex::new(state)),
            reload: Arc::new(Notify::new()),
        })
    }

    /// What the gate shows.
    pub(crate) fn in_force(&self) -> ServerCertificate {
        self.in_force.clone()
    }

    pub(crate) fn state(&self) -> SharedState {
        Arc::clone(&self.state)
    }

    /// Has the files read at once when it is notified.
    pub(crate) fn reload(&self) -> Arc<Notify> {
        Arc::clone(&self.reload)
    }

    /// Follows the files for ever. Two files are not changed at once, so they are read when they
    /// have been the same for a while.
    pub(crate) async fn run(self) {
        let stamps = || (stamp(&self.files.certificate), stamp(&self.files.key));
        let (mut in_force, mut seen) = (stamps(), stamps());
        let mut looks = tokio::time::interval(EVERY);
        loop {
            let is_asked = tokio::select! {
                _ = looks.tick() => false,
                () = self.reload.notified() => true,
            };
            let now = stamps();
            let is_new = now != in_force && now == seen;
            seen = now;
            if is_new || is_asked {
                in_force = now;
                self.take();
            }
        }
    }

    fn take(&self) {
        let read = read(&self.files);
        let mut state = look(&self.state);
        match read {
            Ok((pair, facts)) => {
                self.in_force.replace(pair);
                *state = CertificateState { ends: facts.ends, problem: None };
                tracing::info!(subject = facts.subject, ends = %facts.ends, "the certificate was read anew");
            }
            Err(failure) => {
                tracing::error!(
                    error = failure.message,
                    "the certificate of before stays in force"
                );
                state.problem = Some(failure.message);
            }
        }
    }
}

/// Reads both files; a failure names the key of the one that is wrong.
pub(crate) fn read(files: &TlsConfig) -> Result<(CertificatePair, Facts), Failure> {
    let content = |path: &Path, key: &str| {
        fs::read(path).map_err(|error| Failure::file(path, &error).of_key(key))
    };
    let certificate = content(&files.certificate, "server.tls.certificate")?;
    let key = zeroize::Zeroizing::new(content(&files.key, "server.tls.key")?);
    let pair = CertificatePair::from_pem(&certificate, &key).map_err(|error| {
        let (name, path) = if error.is_of_key() {
            ("server.tls.key", &files.key)
        } else {
            ("server.tls.certificate", &files.certificate)
        };
        let words = format!("{}: {error}", path.display());
        Failure::new("certificate_unusable", words).of_key(name)
    })?;
    let facts = facts(pair.certificate()).ok_or_else(|| {
        let words = format!("{}: it is no certificate", files.certificate.display());
        Failure::new("certificate_unusable", words).of_key("server.tls.certificate")
    })?;
    Ok((pair, facts))
}

fn facts(der: &[u8]) -> Option<Facts> {
    let (_, certificate) = X509Certificate::from_der(der).ok()?;
    let alternative = certificate.subject_alternative_name().ok().flatten();
    let names =
        alternative.map(|found| found.value.general_names.iter().filter_map(name).collect());
    let at = |seconds: i64| Timestamp::from_millis(seconds.saturating_mul(1000));
    Some(Facts {
        subject: certificate.subject().to_string(),
        names: names.unwrap_or_default(),
        begins: at(certificate.validity().not_before.timestamp()),
        ends: at(certificate.validity().not_after.timestamp()),
    })
}

fn name(name: &GeneralName<'_>) -> Option<String> {
    match name {
        GeneralName::DNSName(name) => Some((*name).to_owned()),
        GeneralName::IPAddress(bytes) => {
            let four = <[u8; 4]>::try_from(*bytes).map(std::net::IpAddr::from).ok();
            let six = || <[u8; 16]>::try_from(*bytes).map(std::net::IpAddr::from).ok();
            four.or_else(six).map(|address| address.to_string())
        }
        _ => None,
    }
}
