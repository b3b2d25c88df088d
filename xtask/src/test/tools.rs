//! What the tests need of the machine, and how it comes there.
//!
//! Written for Debian with Rust. A C compiler and its headers cannot be missing here: this program
//! was linked with them. `.ci/run` sees to those.

use anyhow::{Result, bail};

use crate::command;
use crate::repo::Repo;

/// A Debian package, or a component of the Rust toolchain.
struct Tool {
    name: &'static str,
    /// A command that succeeds when it is there.
    probe: &'static [&'static str],
    /// What it is needed for.
    reason: &'static str,
}

const PACKAGES: &[Tool] = &[
    Tool {
        name: "apache2-bin",
        probe: &["/usr/sbin/apache2", "-v"],
        reason: "a proxy before the gate in end-to-end tests; without the service of apache2",
    },
    Tool {
        name: "chromium",
        probe: &["chromium", "--version"],
        reason: "the console in a real browser",
    },
    Tool { name: "curl", probe: &["curl", "--version"], reason: "the calls that the demo prints" },
    Tool {
        name: "default-jdk-headless",
        probe: &["javac", "-version"],
        reason: "the echo servlet of the differential",
    },
    Tool { name: "g++", probe: &["c++", "--version"], reason: "libFuzzer's runtime" },
    Tool { name: "gcc", probe: &["cc", "--version"], reason: "SQLite, and linking" },
    Tool { name: "git", probe: &["git", "--version"], reason: "the advisory database" },
    Tool {
        name: "iproute2",
        probe: &["ip", "-V"],
        reason: "networks of their own for the tests of the fence",
    },
    Tool {
        name: "ldap-utils",
        probe: &["ldapmodify", "-VV"],
        reason: "what changes people and groups while a gate asks about them",
    },
    Tool {
        name: "libfaketime",
        probe: &["sh", "-c", "ls /usr/lib/*/faketime/libfaketimeMT.so.1"],
        reason: "the test that sets a running gate's clock back",
    },
    Tool {
        name: "libc6-dev",
        probe: &["test", "-e", "/usr/include/stdio.h"],
        reason: "SQLite's headers",
    },
    Tool {
        name: "nghttp2-client",
        probe: &["h2load", "--version"],
        reason: "HTTP/2 under load, by somebody else's client",
    },
    Tool {
        name: "nginx",
        probe: &["/usr/sbin/nginx", "-v"],
        reason: "a product behind TLS, and a proxy before the gate, in end-to-end tests",
    },
    Tool {
        name: "nftables",
        probe: &["/usr/sbin/nft", "--version"],
        reason: "the fence that the documentation tells of, in networks of the tests' own",
    },
    Tool {
        name: "openssl",
        probe: &["openssl", "version"],
        reason: "certificates of another make in end-to-end tests",
    },
    Tool {
        name: "postgresql",
        probe: &["sh", "-c", "ls /usr/lib/postgresql/*/bin/postgres"],
        reason: "the second database of the store",
    },
    Tool {
        name: "libtomcat10-java",
        probe: &["test", "-e", "/usr/share/java/tomcat10-catalina.jar"],
        reason: "what reads what the gate lets pass, and the product within the fence",
    },
    Tool {
        name: "libtomcat9-java",
        probe: &["test", "-e", "/usr/share/java/tomcat9-catalina.jar"],
        reason: "the same, as older products have it",
    },
    Tool {
        name: "nodejs",
        probe: &["node", "--version"],
        reason: "what looks at the console's pages",
    },
    Tool {
        name: "npm",
        probe: &["npm", "--version"],
        reason: "playwright and axe, for the same; an OpenID provider",
    },
    Tool {
        name: "python3-venv",
        probe: &["python3", "-c", "import ensurepip, venv"],
        reason: "end-to-end tests with Python clients; brings python3 and its pip",
    },
    Tool {
        name: "redis-server",
        probe: &["redis-server", "--version"],
        reason: "limits over several nodes, tested against a real server",
    },
    Tool {
        name: "slapd",
        probe: &["test", "-x", "/usr/sbin/slapd"],
        reason: "a real LDAP server for the directories of the kind ldap",
    },
    Tool {
        name: "strace",
        probe: &["strace", "--version"],
        reason: "the proof that a change is on disk before it is acknowledged",
    },
    Tool { name: "wrk", probe: &["sh", "-c", "command -v wrk"], reason: "restarts under load" },
];

const COMPONENTS: [Tool; 2] = [
    Tool { name: "clippy", probe: &["cargo", "clippy", "--version"], reason: "lints" },
    Tool { name: "rustfmt", probe: &["cargo", "fmt", "--version"], reason: "formatting" },
];

/// Installs what is missing and returns the summary's words.
pub(super) fn install(repo: &Repo) -> Result<String> {
    let packages = missing(repo, PACKAGES);
    if !packages.is_empty() {
        let by = privilege(repo, &packages)?;
        let apt = |arguments: &str| {
            let words = by.iter().copied().chain(["env", "DEBIAN_FRONTEND=noninteractive"]);
            let words = words.chain(["apt-get"]).chain(arguments.split(' '));
            words.map(str::to_owned).collect::<Vec<_>>()
        };
        run(repo, &apt("update -q"))?;
        let install = apt("install -q -y --no-install-recommends");
        run(repo, &[install, packages.clone()].concat())?;
    }
    let components = missing(repo, &COMPONENTS);
    if !components.is_empty() {
        let add = ["rustup", "component", "add"].map(str::to_owned);
        run(repo, &[add.to_vec(), components.clone()].concat())?;
    }
    let installed = [packages, components].concat();
    let still_missing = [missing(repo, PACKAGES), missing(repo, &COMPONENTS)].concat();
    match (installed.is_empty(), still_missing.is_empty()) {
        (_, false) => bail!("installed, but still not there: {}", still_missing.join(" ")),
        (true, true) => Ok("all there".to_owned()),
        (false, true) => Ok(format!("installed {}", installed.join(" "))),
    }
}

fn missing(repo: &Repo, tools: &[Tool]) -> Vec<String> {
    let mut missing = Vec::new();
    for tool in tools {
        let Some((program, arguments)) = tool.probe.split_first() else { continue };
        if !command::succeeds(repo.command(program).args(arguments)) {
            println!("missing: {} ({})", tool.name, tool.reason);
            missing.push(tool.name.to_owned());
        }
    }
    missing
}

/// What to put before `apt-get`.
fn privilege(repo: &Repo, packages: &[String]) -> Result<&'static [&'static str]> {
    if !command::succeeds(repo.command("apt-get").arg("--version")) {
        bail!("not Debian: install what these packages have: {}", packages.join(" "));
    }
    if command::output(repo.command("id").arg("-u"))?.trim_ascii() == b"0" {
        return Ok(&[]);
    }
    if command::succeeds(repo.command("sudo").args(["-n", "true"])) {
        return Ok(&["sudo", "-n"]);
    }
    bail!("neither root nor sudo: apt-get install {}", packages.join(" "));
}

fn run(repo: &Repo, words: &[String]) -> Result<()> {
    match words.split_first() {
        Some((program, arguments)) => command::run(repo.command(program).args(arguments)),
        None => Ok(()),
    }
}
