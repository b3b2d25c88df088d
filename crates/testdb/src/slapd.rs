//! An LDAP server for one test, which may change it and stop it: Debian's `slapd`, as a child.

use std::fmt::Write as _;
use std::fs::{self, File};
use std::io::Write as _;
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use anyhow::{Context, Result, bail};

use crate::folder;

/// Where Debian puts it; not in the path of people who are not root.
const PROGRAMS: &str = "/usr/sbin";
const ROOT_DN: &str = "cn=root,dc=example,dc=com";
const ROOT_PASSWORD: &str = "root";

/// What a server is like.
#[derive(Clone, Debug, Default)]
pub struct SlapdOptions {
    /// What is in it besides the base, its `ou=people` and `ou=groups`, and the account that asks.
    pub entries: Ldif,
    /// Its certificate and its key, as PEM; `None`: it has no TLS.
    pub tls: Option<(String, String)>,
    /// Most entries of an answer, and of a page of one, for the account that asks.
    pub size_limit: Option<u32>,
}

/// A server on two free ports of the loopback. It ends when this is dropped, and when the thread
/// that started it ends.
#[derive(Debug)]
pub struct TestSlapd {
    folder: PathBuf,
    has_tls: bool,
    ports: (u16, u16),
    process: Option<Child>,
}

impl TestSlapd {
    /// What everything is below.
    pub const BASE: &'static str = "dc=example,dc=com";
    /// Below which people are.
    pub const PEOPLE: &'static str = "ou=people,dc=example,dc=com";
    /// Below which groups are.
    pub const GROUPS: &'static str = "ou=groups,dc=example,dc=com";
    /// An account that may read everything, and nothing else.
    pub const BIND_DN: &'static str = "cn=gatepass,dc=example,dc=com";
    /// Its password.
    pub const PASSWORD: &'static str = "reads, and no more";

    /// Makes one and starts it.
    pub fn start(options: &SlapdOptions) -> Result<Self> {
        let folder = folder::find_or_make(&format!("gatepass-slapd-{}", folder::unique()?))?;
        let has_tls = options.tls.is_some();
        let mut server = Self { folder, has_tls, ports: (0, 0), process: None };
        server.configure(options)?;
        server.load(&options.entries)?;
        // Somebody else may take a free port before the server does.
        for _ in 0..5 {
            server.ports = free_ports()?;
            if server.start_again().is_ok() {
                return Ok(server);
            }
        }
        server.start_again()?;
        Ok(server)
    }

    /// Without TLS at first.
    pub fn url(&self) -> String {
        format!("ldap://127.0.0.1:{}", self.ports.0)
    }

    /// With TLS from the start.
    pub fn secure_url(&self) -> String {
        format!("ldaps://127.0.0.1:{}", self.ports.1)
    }

    /// Starts it after it was stopped, on the same ports, and waits until it answers.
    pub fn start_again(&mut self) -> Result<()> {
        let mut listen = self.url();
        if self.has_tls {
            let _ = write!(listen, " {}", self.secure_url());
        }
        let log = File::create(self.folder.join("log"))?;
        let mut command = Command::new("setpriv");
        command.args(["--pdeathsig=TERM", &format!("{PROGRAMS}/slapd"), "-d", "0", "-h", &listen]);
        command.arg("-f").arg(self.configuration()).current_dir("/");
        command.stdin(Stdio::null()).stdout(log.try_clone()?).stderr(log);
        let mut process = command.spawn().context("setpriv")?;
        while TcpStream::connect((Ipv4Addr::LOCALHOST, self.ports.0)).is_err() {
            if process.try_wait()?.is_some() {
                let log = fs::read_to_string(self.folder.join("log")).unwrap_or_default();
                bail!("slapd did not start: {log}");
            }
            std::thread::sleep(Duration::from_millis(10));
        }
        self.process = Some(process);
        Ok(())
    }

    /// Ends it; its connections are cut.
    pub fn stop(&mut self) -> Result<()> {
        let Some(mut process) = self.process.take() else { return Ok(()) };
        let pid = process.id().to_string();
        Command::new("kill").args(["-s", "TERM", &pid]).status().context("kill")?;
        process.wait()?;
        Ok(())
    }

    /// Changes what is in it: LDIF with `changetype`, or new entries.
    pub fn change(&self, ldif: &str) -> Result<()> {
        let words = ["-x", "-a", "-H", &self.url(), "-D", ROOT_DN, "-w", ROOT_PASSWORD];
        run(Command::new("ldapmodify").args(words), ldif)
    }

    /// Takes an entry out.
    pub fn delete(&self, dn: &str) -> Result<()> {
        self.change(&format!("dn: {dn}\nchangetype: delete\n"))
    }

    /// Takes a member out of a group.
    pub fn take_out(&self, group: &str, member: &str) -> Result<()> {
        let group = format!("cn={group},{}", Self::GROUPS);
        self.change(&format!("dn: {group}\nchangetype: modify\ndelete: member\nmember: {member}\n"))
    }

    fn configuration(&self) -> PathBuf {
        self.folder.join("slapd.conf")
    }

    fn configure(&self, options: &SlapdOptions) -> Result<()> {
        let data = self.folder.join("data");
        fs::create_dir(&data)?;
        let schema = self.folder.join("active-directory.schema");
        fs::write(&schema, include_str!("active-directory.schema"))?;
        let mut text = String::new();
        for name in ["core", "cosine", "nis", "inetorgperson"] {
            let _ = writeln!(text, "include /etc/ldap/schema/{name}.schema");
        }
        let _ = writeln!(text, "include {}", schema.display());
        text.push_str("modulepath /usr/lib/ldap\nmoduleload back_mdb\n");
        if let Some((certificate, key)) = &options.tls {
            for (name, value, pem) in [
                ("TLSCertificateFile", "server.crt", certificate),
                ("TLSCertificateKeyFile", "server.key", key),
            ] {
                let path = self.folder.join(value);
                fs::write(&path, pem)?;
                let _ = writeln!(text, "{name} {}", path.display());
            }
        }
        let (base, bind) = (Self::BASE, Self::BIND_DN);
        let _ = write!(
            text,
            "database mdb\nsuffix \"{base}\"\nrootdn \"{ROOT_DN}\"\nrootpw {ROOT_PASSWORD}\n\
             directory {}\nmaxsize 268435456\ndbnosync\nindex objectClass,uid,member eq\n\
             access to attrs=userPassword by anonymous auth by * none\n\
             access to * by dn.exact=\"{bind}\" read by * none\n",
            data.display()
        );
        if let Some(most) = options.size_limit {
            let sizes =
                format!("size.soft={most} size.hard={most} size.pr={most} size.prtotal=unlimited");
            let _ = writeln!(text, "limits dn.exact=\"{bind}\" {sizes}");
        }
        fs::write(self.configuration(), text)?;
        Ok(())
    }

    fn load(&self, entries: &Ldif) -> Result<()> {
        let mut command = Command::new(format!("{PROGRAMS}/slapadd"));
        command.args(["-q", "-f"]).arg(self.configuration()).current_dir("/");
        run(&mut command, &format!("{}{}", Ldif::base().0, entries.0))
    }
}

impl Drop for TestSlapd {
    fn drop(&mut self) {
        let _ = self.stop();
        let _ = fs::remove_dir_all(&self.folder);
    }
}

/// Entries as text (RFC 2849).
#[derive(Clone, Debug, Default)]
pub struct Ldif(String);

impl Ldif {
    /// An entry with these attributes. Values are encoded, so that any text may stand in them.
    #[must_use]
    pub fn entry(mut self, dn: &str, attributes: &[(&str, &str)]) -> Self {
        let _ = writeln!(self.0, "dn:: {}", base64(dn.as_bytes()));
        for (name, value) in attributes {
            let _ = writeln!(self.0, "{name}:: {}", base64(value.as_bytes()));
        }
        self.0.push('\n');
        self
    }

    /// A person of this username, whose entry is called by it.
    #[must_use]
    pub fn person(self, uid: &str) -> Self {
        let dn = Self::dn_of(uid);
        let mail = format!("{uid}@example.com");
        let called = format!("{uid} Example");
        let mut attributes = vec![
            ("objectClass", "inetOrgPerson"),
            ("uid", uid),
            ("cn", &called),
            ("sn", "Example"),
        ];
        // An address holds letters of ASCII only (RFC 4524 2.16).
        if mail.is_ascii() {
            attributes.push(("mail", &mail));
        }
        self.entry(&dn, &attributes)
    }

    /// A group with these members, each a distinguished name.
    #[must_use]
    pub fn group(self, cn: &str, members: &[&str]) -> Self {
        let dn = Self::dn_of_group(cn);
        let mut attributes = vec![("objectClass", "groupOfNames"), ("cn", cn)];
        attributes.extend(members.iter().map(|&member| ("member", member)));
        self.entry(&dn, &attributes)
    }

    /// What a person's entry is called.
    pub fn dn_of(uid: &str) -> String {
        format!("uid={},{}", in_name(uid), TestSlapd::PEOPLE)
    }

    /// What a group's entry is called.
    pub fn dn_of_group(cn: &str) -> String {
        format!("cn={},{}", in_name(cn), TestSlapd::GROUPS)
    }

    fn base() -> Self {
        Self::default()
            .entry(
                TestSlapd::BASE,
                &[("objectClass", "dcObject"), ("objectClass", "organization"), ("o", "Example")],
            )
            .entry(TestSlapd::PEOPLE, &[("objectClass", "organizationalUnit")])
            .entry(TestSlapd::GROUPS, &[("objectClass", "organizationalUnit")])
            .entry(
                TestSlapd::BIND_DN,
                &[
                    ("objectClass", "applicationProcess"),
                    ("objectClass", "simpleSecurityObject"),
                    ("cn", "gatepass"),
                    ("userPassword", TestSlapd::PASSWORD),
                ],
            )
    }
}

/// A value in a distinguished name (RFC 4514 2.4): every byte that could mean something as two
/// digits.
fn in_name(value: &str) -> String {
    value.bytes().fold(String::new(), |mut text, byte| {
        if byte.is_ascii_alphanumeric() {
            text.push(char::from(byte));
        } else {
            let _ = write!(text, "\\{byte:02x}");
        }
        text
    })
}

fn base64(bytes: &[u8]) -> String {
    const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for portion in bytes.chunks(3) {
        let bits = (0..3).fold(0_u32, |bits, at| {
            (bits << 8) | u32::from(portion.get(at).copied().unwrap_or_default())
        });
        for at in 0..4 {
            let letter = LETTERS.get((bits >> (18 - 6 * at)) as usize & 63).copied();
            let is_there = at <= portion.len();
            text.push(if is_there { letter.map_or('=', char::from) } else { '=' });
        }
    }
    text
}

fn free_ports() -> Result<(u16, u16)> {
    let listeners = [
        TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?,
        TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?,
    ];
    let [plain, secure] = listeners.map(|one| one.local_addr().map(|address| address.port()));
    Ok((plain?, secure?))
}

fn run(command: &mut Command, input: &str) -> Result<()> {
    let program = command.get_program().to_string_lossy().into_owned();
    command.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::piped());
    let wanted = "apt-get install slapd ldap-utils";
    let mut process = command.spawn().with_context(|| format!("{program}: {wanted}"))?;
    if let Some(mut stdin) = process.stdin.take() {
        stdin.write_all(input.as_bytes())?;
    }
    let output = process.wait_with_output()?;
    if !output.status.success() {
        bail!("{program}: {}", String::from_utf8_lossy(&output.stderr));
    }
    Ok(())
}
