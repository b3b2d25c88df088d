//! Every section and key: the one table from which files are read, defaults taken, bounds
//! checked, nearest names found, and the reference page written.

use crate::size;

/// What a value must be.
#[derive(Clone, Copy, Debug)]
pub enum Kind {
    /// A text, of the form named.
    Text(&'static str),
    /// A file; relative ones count from the configuration file's folder.
    File,
    /// A text such as `30s` or `15m`, within bounds.
    Duration(&'static str, &'static str),
    /// A whole number, within bounds.
    Integer(u64, u64),
    /// Bytes, as a number or a text such as `2MiB`, within bounds.
    Size(u64, u64),
    /// One of these words.
    OneOf(&'static [Word]),
    /// A list of these words.
    SomeOf(&'static [Word]),
    /// A list of texts, of the form named.
    List(&'static str),
    /// `true` or `false`.
    Flag,
}

/// A word that a key may take.
#[derive(Clone, Copy, Debug)]
pub struct Word {
    /// As written.
    pub text: &'static str,
    /// Whether this version can do it; if not, it is refused by name.
    pub available: bool,
}

/// What holds when a key is left out.
#[derive(Clone, Copy, Debug)]
pub enum Preset {
    /// It must not be left out.
    Required,
    /// Nothing; its description says what that means.
    Unset,
    /// This value, in TOML.
    Value(&'static str),
}

/// A key of the configuration.
#[derive(Clone, Copy, Debug)]
pub struct Key {
    /// Its sections and its name: `server.timeouts.head`.
    pub path: &'static str,
    /// What its value must be.
    pub kind: Kind,
    /// What holds when it is left out.
    pub preset: Preset,
    /// Whether this version can do it; if not, it is refused by name.
    pub available: bool,
    /// What it means, in a sentence or two.
    pub about: &'static str,
}

/// A table of the configuration.
#[derive(Clone, Copy, Debug)]
pub struct Section {
    /// Its path: `server.timeouts`.
    pub path: &'static str,
    /// Whether it is written `[[…]]`, once for each named thing.
    pub repeated: bool,
    /// Whether this version can do it; if not, it is refused by name.
    pub available: bool,
    /// What it is about, in a sentence or two.
    pub about: &'static str,
}

impl Key {
    /// Its name without its sections.
    pub fn name(&self) -> &'static str {
        split_last(self.path).1
    }

    /// Whether it is what a table of several is known by, which stands in the file only.
    pub fn names_its_table(&self) -> bool {
        self.name() == "name"
            && find_section(self.section()).is_some_and(|section| section.repeated)
    }

    /// The path of its section.
    pub fn section(&self) -> &'static str {
        split_last(self.path).0
    }
}

impl Kind {
    /// In words, with bounds.
    pub fn describe(&self) -> String {
        match self {
            Self::Text(form) => (*form).to_owned(),
            Self::File => "a file".to_owned(),
            Self::Duration(least, most) => format!("a duration, {least} to {most}"),
            Self::Integer(least, most) => format!("a whole number, {least} to {most}"),
            Self::Size(least, most) => {
                format!("a size in bytes, {} to {}", size::show(*least), size::show(*most))
            }
            Self::OneOf(words) => format!("one of {}", list(words)),
            Self::SomeOf(words) => format!("a list of {}", list(words)),
            Self::List(form) => format!("a list of {form}"),
            Self::Flag => "true or false".to_owned(),
        }
    }
}

/// The words that this version can do, for people.
fn list(words: &[Word]) -> String {
    let shown: Vec<String> = words
        .iter()
        .filter(|word| word.available)
        .map(|word| format!("\"{}\"", word.text))
        .collect();
    shown.join(", ")
}

pub(crate) fn split_last(path: &'static str) -> (&'static str, &'static str) {
    path.rsplit_once('.').unwrap_or(("", path))
}

const fn now(text: &'static str) -> Word {
    Word { text, available: true }
}

const fn section(path: &'static str, about: &'static str) -> Section {
    Section { path, repeated: false, available: true, about }
}

/// Every section, in the order of the reference page.
pub const SECTIONS: &[Section] = &[
    section("server", "Where the gate listens, and what it believes of those before it."),
    section("server.timeouts", "How long the gate waits for those who call it."),
    section("server.limits", "How much the gate takes from those who call it."),
    section(
        "server.tls",
        "TLS towards callers on TCP, with both keys; without this table it is plain HTTP. A \
         certificate that changes is shown within seconds, and cuts no connection.",
    ),
    section("store", "Where tokens and policy are kept."),
    section("secrets", "The keys that protect what is kept."),
    section(
        "limits",
        "How the limits of grants and policy are shared among several nodes. What they are stands in \
         grants and policy.",
    ),
    Section { repeated: true, ..section("directories", "Where people come from. At least one.") },
    Section {
        repeated: true,
        ..section(
            "instances",
            "The installations behind the gate. At least one. A request belongs to the instance \
             whose hosts name its `Host`; of several, to the one with the longest context path \
             that its path lies below. An unknown host is answered with 421.",
        )
    },
    section("instances.timeouts", "How long the gate waits for the product."),
    section("instances.limits", "How much the gate asks of the product."),
    section(
        "instances.service_account",
        "The account that stands in for everybody, when `identity` has `service-account`. Either \
         `token_file`, or `user` and `password_file`.",
    ),
    section(
        "instances.impersonation",
        "The application link by which native tokens are made for people who are not there, when \
         `identity` has `impersonation`. For Jira.",
    ),
    section(
        "instances.trusted_header",
        "The header by which an authenticator in the product takes a call for somebody, when `identity` \
         has `trusted-header`. No product has such a one built in. Nobody but the gate may reach the \
         product then, for whoever does is whom he says.",
    ),
    section(
        "instances.tls",
        "TLS towards the product, when `base_url` is https. Its certificate is always checked, \
         against the authorities that the system trusts and those of `ca`.",
    ),
    section("log", "What the program says about itself, on standard error."),
];

macro_rules! keys {
    ($($name:ident $path:literal $kind:expr, $preset:expr, $about:literal;)*) => {
        $(pub(crate) const $name: Key =
            Key { path: $path, kind: $kind, preset: $preset, available: true, about: $about };)*

        /// Every key, in the order of the reference page.
        pub const KEYS: &[Key] = &[$($name),*];
    };
}

use Kind::{Duration, File, Flag, Integer, List, OneOf, Size, SomeOf, Text};
use Preset::{Required, Unset, Value};

keys! {
    LISTEN "server.listen" List("addresses with their port, or `unix:` and a path"),
        Value("[\"127.0.0.1:8080\"]"),
        "Where callers reach the gate. Sockets that systemd hands over take the place of all of \
         them.";
    SOCKET_MODE "server.socket_mode" Text("a mode in octal"), Value("\"0660\""),
        "Who may connect to unix sockets: the mode of their files.";
    THREADS "server.threads" Integer(0, 1024), Value("0"),
        "Threads that carry requests; `0`: one per core.";
    TRUSTED_PROXIES "server.trusted_proxies" List("networks, or `unix`"), Value("[]"),
        "The proxies before the gate. `X-Forwarded-For` is believed when it comes from them, and \
         from nobody else. `unix`: whoever comes by a unix socket.";
    PROXY_PROTOCOL "server.proxy_protocol" List("networks, or `unix`"), Value("[]"),
        "Proxies that say by the PROXY protocol, version 2, whose connection it is. They must, or \
         the connection ends; from nobody else it is taken. `unix`: whoever comes by a unix socket.";
    HANDOVER_SOCKET "server.handover_socket" Text("a path, or empty"),
        Value("\"gatepass.handover\""),
        "Where a gate that starts with `--takeover` asks the one that runs for its sockets: a unix \
         socket for this user only. Empty: nowhere.";
    CONSOLE_PATH "server.console_path" Text("a path"), Value("\"/gatepass\""),
        "Below which path console, API and health stand.";
    CONSOLE_HOST "server.console_host" Text("a host name, or empty"), Value("\"\""),
        "The host name of the console: its own, which keeps the products' scripts away from it. \
         Empty: below every instance's host.";
    OPERATIONS_LISTEN "server.operations_listen" Text("an address with its port, or empty"),
        Value("\"127.0.0.1:9180\""),
        "Where metrics and the reasons of readiness are served. Empty: nowhere.";
    HEAD_TIMEOUT "server.timeouts.head" Duration("1s", "5m"), Value("\"15s\""),
        "For a whole request head, from its first byte, or from the connection's start.";
    IDLE_TIMEOUT "server.timeouts.idle" Duration("1s", "1h"), Value("\"75s\""),
        "Between two requests of a connection.";
    BODY_TIMEOUT "server.timeouts.body" Duration("1s", "1h"), Value("\"60s\""),
        "For the next bytes of a request's body.";
    WRITE_TIMEOUT "server.timeouts.write" Duration("1s", "1h"), Value("\"60s\""),
        "For a caller to take the next bytes of an answer.";
    UPGRADED_TIMEOUT "server.timeouts.upgraded" Duration("1s", "1d"), Value("\"1h\""),
        "For the next bytes, of either side, of a connection that left HTTP, such as a WebSocket; \
         then it is closed.";
    DRAIN_TIMEOUT "server.timeouts.drain" Duration("0s", "10m"), Value("\"30s\""),
        "For running requests to end when the program is told to stop.";
    HEAD_BYTES "server.limits.head_bytes" Size(1 << 10, 1 << 20), Value("16384"),
        "Longest request head; a longer one is answered with 431.";
    HEADERS "server.limits.headers" Integer(10, 1000), Value("100"),
        "Most header lines; more are answered with 431.";
    TARGET_BYTES "server.limits.target_bytes" Size(256, 1 << 16), Value("8192"),
        "Longest request target; a longer one is answered with 414. Below `head_bytes`.";
    FORM_BYTES "server.limits.form_bytes" Size(1 << 10, 1 << 24), Value("\"2MiB\""),
        "Longest form that is read for a decision; a longer one is answered with 413. The products \
         themselves read 2 MiB of a form.";
    BODY_RATE "server.limits.body_rate" Size(0, 1 << 20), Value("100"),
        "Least bytes a second of a request's body, over about 30 s; a slower one is answered with \
         408. Time that the product takes does not count. `0`: any rate.";
    CONNECTIONS "server.limits.connections" Integer(10, 1_000_000), Value("20000"),
        "Most connections of callers at once, over all threads.";
    TLS_CERTIFICATE "server.tls.certificate" File, Unset,
        "The certificate and, after it, those of its issuers, in PEM.";
    TLS_KEY "server.tls.key" File, Unset,
        "The certificate's private key, in PEM, not encrypted. Nobody else should be able to read it.";
    STORE_URL "store.url" Text("`sqlite:` and a file, or a `postgres://` URL"),
        Value("\"sqlite:gatepass.db\""),
        "Where the store stands. `sqlite:`: in a file, for one gate; a relative one counts from \
         the configuration file's folder. `postgres://gatepass@db.example.com/gatepass`: in \
         PostgreSQL, for several gates. Name and password are percent-encoded.";
    STORE_PASSWORD_FILE "store.password_file" File, Unset,
        "A file that holds the password for PostgreSQL, when `store.url` has none.";
    STORE_NOTIFY "store.notify" Flag, Value("true"),
        "Whether gates tell each other of changes by PostgreSQL's `NOTIFY`. `false` behind a pool \
         that gives each transaction another connection, such as PgBouncer's transaction mode: \
         changes of other gates are then seen within a second or two.";
    STALE_LIMIT "store.stale_limit" Duration("1m", "1d"), Value("\"15m\""),
        "How long known tokens go on to work while the store can't be read.";
    KEY_FILE "secrets.key_file" File, Value("\"gatepass.key\""),
        "The ring of keys. Made by the first command on an empty store; without it the store is \
         worth nothing, so keep a copy apart from the store's. In the clear, unless a master key \
         seals it: name one place for that, or none.";
    MASTER_KEY_FILE "secrets.master_key_file" File, Unset,
        "A file with the master key: 64 hex digits, or 32 bytes in base64, as `openssl rand -hex 32` \
         makes them. Only its owner may write it, and others than its group not read it.";
    MASTER_KEY_ENV "secrets.master_key_env" Text("the name of an environment variable"), Unset,
        "An environment variable with the master key. Of those that begin with `GATEPASS_` only \
         `GATEPASS_MASTER_KEY` is free for it.";
    MASTER_KEY_COMMAND "secrets.master_key_command" List("texts: a program by its whole path, and its arguments"),
        Unset,
        "A program that prints the master key within 10 s. It is run without a shell and without the \
         variables that begin with `GATEPASS_`, by each command and at each start.";
    LIMITS_REDIS "limits.redis" Text("`redis://host:6379` or `redis+unix:///path`"), Unset,
        "A Valkey or Redis from which nodes take allowances, so that limits count over all of them. \
         Left out: each node counts for itself. While it does not answer, each node has its part of \
         every limit.";
    DIRECTORY_NAME "directories.name" Text("a to z, 0 to 9 and -"), Required,
        "What the directory is called. Together with a username it says who somebody is, so it \
         must not change.";
    DIRECTORY_KIND "directories.kind" OneOf(&[now("product"), now("file"), now("ldap"), now("oidc")]),
        Required, "What kind of directory it is: `product`, an instance says who somebody is, and people \
         sign in to the console with it; `ldap`, an LDAP server or Active Directory says it; `oidc`, an \
         OpenID provider says it of whoever signs in to the console there; `file`, a file names them.";
    DIRECTORY_INSTANCE "directories.instance" Text("the name of an instance"), Unset,
        "The instance that says who somebody is, for the kind `product`. For the kind `ldap`: the \
         instance by whose session people sign in to the console, and which, if it is a Jira, tells what \
         they may do there; left out, people sign in with every Jira of this directory. Whoever can \
         make an account there can be anybody. For the kind `oidc`: the Jira that tells \
         what people may do there; left out, the only Jira of this directory.";
    DIRECTORY_LOOKUP "directories.lookup_token_file" File, Unset,
        "A file that holds a native token of an administrator of that instance. With it everybody \
         can be asked about; without it, only people whose own native token the gate has, and \
         people who sign in. For the kind `product`.";
    DIRECTORY_REFRESH "directories.refresh" Duration("10s", "1d"), Value("\"5m\""),
        "How long after a person was last asked about he is asked about again, for the kinds \
         `product` and `ldap`. Only owners of tokens and people who are signed in are.";
    DIRECTORY_RATE "directories.requests_per_second" Integer(1, 100), Unset,
        "Most people who are asked about in the background, each second, by all gates together, for \
         the kinds `product` and `ldap`. Left out: 2 for `product`, 20 for `ldap`.";
    DIRECTORY_STALE "directories.stale_limit" Duration("1m", "90d"), Unset,
        "How long tokens of a person go on to work whom nobody has confirmed, for the kinds `product`, \
         `ldap` and `oidc`. Then they get 503 `not_ready`. Left out: `1d`. For `oidc` it counts from the \
         last sign-in to the console, by which alone anything new is learnt; left out: `30d`.";
    LDAP_URL "directories.url" List("addresses such as `ldaps://ldap.example.com`"), Unset,
        "The LDAP servers, for the kind `ldap`, as are all keys down to `member_attribute`; `ca` is for \
         the kind `oidc` too. All of them must have the same people; one is asked, and another one when \
         it fails.";
    LDAP_START_TLS "directories.start_tls" Flag, Unset,
        "Whether TLS begins with the operation StartTLS, for `ldap://`. Left out: `false`. Without TLS \
         only a server on this machine is asked.";
    LDAP_CA "directories.ca" File, Unset,
        "A PEM file of certificates of authorities that are trusted for these servers, or for the OpenID \
         provider, besides the system's.";
    LDAP_BIND_DN "directories.bind_dn" Text("a distinguished name"), Unset,
        "The account that asks. It needs to read people and groups, and nothing else.";
    LDAP_BIND_PASSWORD "directories.bind_password_file" File, Unset,
        "A file that holds the password of that account.";
    LDAP_FLAVOUR "directories.flavour" OneOf(&[now("ldap"), now("active-directory")]), Unset,
        "Which names attributes have where nothing else is said. Left out: `ldap`. In \
         `active-directory` an account that `userAccountControl` says is disabled is deactivated.";
    LDAP_BASE_DN "directories.base_dn" Text("a distinguished name"), Unset,
        "The entry below which all people are. Who is not found below it is gone.";
    LDAP_USER_FILTER "directories.user_filter" Text("a filter in parentheses"), Unset,
        "Which entries are people. Left out: `(objectClass=person)`, or \
         `(&(objectCategory=person)(objectClass=user))` in Active Directory.";
    LDAP_USERNAME "directories.username_attribute" Text("the name of an attribute"), Unset,
        "The username, as the products have it. Left out: `uid`, or `sAMAccountName`.";
    LDAP_DISPLAY_NAME "directories.display_name_attribute" Text("the name of an attribute"), Unset,
        "What people call somebody. Left out: `cn`, or `displayName`.";
    LDAP_EMAIL "directories.email_attribute" Text("the name of an attribute"), Unset,
        "The e-mail address. Left out: `mail`.";
    LDAP_ID "directories.id_attribute" Text("the name of an attribute, or empty"), Unset,
        "What stays the same when somebody is renamed, and is never given to another person: by it a \
         username is noticed that belongs to somebody else now. Left out: `entryUUID`, or \
         `objectGUID`. Empty: there is none.";
    LDAP_INACTIVE_FILTER "directories.inactive_filter" Text("a filter in parentheses"), Unset,
        "Which people are deactivated, such as `(nsAccountLock=TRUE)`. Left out: nobody, but for what \
         Active Directory says by itself.";
    LDAP_GROUP_BASE_DN "directories.group_base_dn" Text("a distinguished name"), Unset,
        "The entry below which all groups are. Left out: `base_dn`.";
    LDAP_GROUP_FILTER "directories.group_filter" Text("a filter in parentheses"), Unset,
        "Which entries are groups. Left out: `(objectClass=groupOfNames)`, `groupOfUniqueNames` where \
         `member_attribute` is `uniqueMember`, `posixGroup` where it is `memberUid`, `group` in Active \
         Directory.";
    LDAP_GROUP_NAME "directories.group_name_attribute" Text("the name of an attribute"), Unset,
        "What a group is called in policy. Left out: `cn`. Groups of one name count as one.";
    LDAP_MEMBER "directories.member_attribute" Text("the name of an attribute"), Unset,
        "Whom a group has: the distinguished names of people and of other groups, whose members it has \
         too; or, as `memberUid`, usernames. Left out: `member`.";
    DIRECTORY_PATH "directories.path" File, Unset,
        "The file of people, for the kind `file`. It is read again when it changes.";
    OIDC_ISSUER "directories.issuer" Text("an https URL"), Unset,
        "The OpenID provider, exactly as it calls itself, for the kind `oidc`, as are all keys below. \
         `/.well-known/openid-configuration` is asked for below it. By http only on this machine.";
    OIDC_CLIENT_ID "directories.client_id" Text("a text"), Unset,
        "What the provider knows the console by.";
    OIDC_CLIENT_SECRET "directories.client_secret_file" File, Unset,
        "A file that holds the secret by which the console proves itself to the provider. Left out: it \
         is a public client, which has PKCE only.";
    OIDC_TITLE "directories.title" Text("a text"), Unset,
        "What people call the provider; it stands on the page where they sign in. Left out: the name of \
         the directory.";
    OIDC_SCOPES "directories.scopes" List("scopes"), Unset,
        "What the provider is asked for. `openid` is always asked for. Left out: \
         `[\"openid\", \"profile\", \"email\"]`.";
    OIDC_USERNAME "directories.username_claim" Text("the name of a claim"), Unset,
        "The username, as the products have it. It should be one that people can't choose. Left out: \
         `preferred_username`.";
    OIDC_DISPLAY_NAME "directories.display_name_claim" Text("the name of a claim"), Unset,
        "What people call somebody. Left out: `name`.";
    OIDC_EMAIL "directories.email_claim" Text("the name of a claim"), Unset,
        "The e-mail address. Left out: `email`.";
    OIDC_GROUPS "directories.groups_claim" Text("the name of a claim"), Unset,
        "The names of somebody's groups: a list of texts, or one text. Left out: `groups`.";
    OIDC_GROUPS_REQUIRED "directories.groups_required" Flag, Unset,
        "Whether nobody is signed in of whom no groups are told, not even that there are none. Left out: \
         `true`, for people can have a provider leave the claim out, by changing the address that they are \
         sent to it with, and so leave a group to which policy denies something. `false`: who has no such \
         claim is in no group.";
    INSTANCE_NAME "instances.name" Text("a to z, 0 to 9 and -"), Required,
        "What the instance is called in grants, policy and logs.";
    PRODUCT "instances.product" OneOf(&[now("jira"), now("confluence"), now("bitbucket")]), Required,
        "What stands there.";
    BASE_URL "instances.base_url" Text("an http or https URL"), Required,
        "Where the gate reaches the product. Its path is the context path, for callers too.";
    HOSTS "instances.hosts" List("host names, with or without a port"), Value("[]"),
        "The hosts that callers know it by; one without a port means every port. Empty: every host.";
    PUBLIC_URL "instances.public_url" Text("an http or https URL, or empty"), Value("\"\""),
        "The address that people know it by, its path included. Empty: made of the first of `hosts`, \
         and of scheme and port as the console is reached by.";
    HOST "instances.host" OneOf(&[now("preserve"), now("upstream")]), Value("\"preserve\""),
        "The `Host` that the product sees: `preserve`, as the caller sent it, or `upstream`, as \
         `base_url` has it.";
    INSTANCE_DIRECTORY "instances.directory" Text("the name of a directory"), Unset,
        "Where its people come from. May be left out where there is one directory only.";
    USERNAME_SUFFIX "instances.username_suffix" Text("the end of usernames, such as `@example.com`"),
        Unset,
        "What usernames of the directory end in, and those of this product do not: \
         `alice@example.com` is `alice` here. Who has another end is not known here. Left out: \
         people are called what the directory calls them.";
    USERNAMES "instances.usernames" List("pairs such as `alice.doe = adoe`"), Value("[]"),
        "People whom this product calls otherwise than that: the directory's name, then the \
         product's. No two people can have one name, and nobody two.";
    IDENTITY "instances.identity" SomeOf(&[now("native-token"), now("impersonation"),
        now("trusted-header"), now("service-account")]), Value("[\"native-token\"]"),
        "How the gate becomes a token's owner, tried in this order: `native-token`, his own, which \
         he or an administrator gives or his session makes; `impersonation`, the same, made by an \
         application link; `trusted-header`, a header that an authenticator in the product trusts; \
         `service-account`, one account for everybody.";
    TARGETS "instances.targets" OneOf(&[now("observe"), now("enforce")]), Value("\"observe\""),
        "How strictly the URLs of pages are read: `observe` lets odd ones pass and counts them, \
         `enforce` refuses them. REST, git and sign-in are always strict.";
    READS "instances.reads" List("patterns"), Value("[]"),
        "GETs of add-ons that are known to be reads. What the catalogue does not know is refused \
         to read-only tokens.";
    CONNECT_TIMEOUT "instances.timeouts.connect" Duration("1s", "2m"), Value("\"5s\""),
        "For a connection to the product.";
    FIRST_BYTE_TIMEOUT "instances.timeouts.first_byte" Duration("1s", "1h"), Value("\"5m\""),
        "From the end of a request to the first byte of its answer; then 504.";
    INSTANCE_CONNECTIONS "instances.limits.connections" Integer(1, 65_535), Value("256"),
        "Most connections to the product, for each thread.";
    ACCOUNT_TOKEN_FILE "instances.service_account.token_file" File, Unset,
        "A file that holds the account's native token.";
    ACCOUNT_USER "instances.service_account.user" Text("a username"), Unset,
        "The account's username. With `token_file` it may be left out; where it is given, answers \
         for anybody else are refused.";
    ACCOUNT_PASSWORD_FILE "instances.service_account.password_file" File, Unset,
        "A file that holds the account's password.";
    TRUSTED_NAME "instances.trusted_header.name" Text("a header that begins with `X-` or `Remote-`"), Unset,
        "What it is called. Its value is the owner's username, in UTF-8. What callers send of it, in \
         any spelling, goes no further.";
    TRUSTED_ASSERTION "instances.trusted_header.assertion"
        Text("a header that begins with `X-` or `Remote-`"), Unset,
        "A second header, with a JWT that says the same and is signed (EdDSA), for an authenticator that \
         checks it with the keys at `/.well-known/jwks.json` below `console_path`. Left out: none.";
    TRUSTED_ISSUER "instances.trusted_header.issuer" Text("a text"), Unset,
        "The `iss` of assertions. Left out: `gatepass`.";
    TRUSTED_AUDIENCE "instances.trusted_header.audience" Text("a text"), Unset,
        "The `aud` of assertions. Left out: the name of the instance.";
    LINK_CONSUMER "instances.impersonation.consumer_key" Text("a text"), Unset,
        "The consumer key that was entered in the product. Left out: `gatepass`.";
    LINK_KEY_FILE "instances.impersonation.key_file" File, Unset,
        "A PEM file with the private key that `gatepass impersonation keygen` has made.";
    LINK_SIGNED_URL "instances.impersonation.signed_url" Text("an http or https URL"), Unset,
        "The product's base URL as its own Tomcat sees it, by `scheme`, `proxyName` and `proxyPort` \
         of its connector: that is signed. Left out: `base_url`.";
    LINK_CREDENTIAL "instances.impersonation.credential"
        OneOf(&[now("native-token"), now("session")]), Unset,
        "What is made by it. Left out: `native-token`. `session`: for a Jira before 8.14, a Confluence before \
         7.9 or a Bitbucket before 5.5, which know no native tokens. Sessions are kept in memory, one for \
         each owner, and opened by the first request.";
    TLS_CA "instances.tls.ca" File, Unset,
        "A PEM file of certificates of authorities that are trusted for this product, besides the \
         system's.";
    TLS_SERVER_NAME "instances.tls.server_name" Text("a host name"), Unset,
        "The name that the product's certificate must have, and that it is asked for by, where it \
         is not the host of `base_url`.";
    TLS_CLIENT_CERTIFICATE "instances.tls.client_certificate" File, Unset,
        "A PEM file with the certificate by which the gate proves itself to the product, followed \
         by its chain. With `client_key`.";
    TLS_CLIENT_KEY "instances.tls.client_key" File, Unset,
        "A PEM file with the key of `client_certificate`.";
    LOG_FORMAT "log.format" OneOf(&[now("auto"), now("text"), now("json")]), Value("\"auto\""),
        "`auto`: text on a terminal, JSON otherwise.";
    LOG_LEVEL "log.level" OneOf(&[now("error"), now("warn"), now("info"), now("debug"), now("trace")]),
        Value("\"info\""), "The least grave that is said.";
}

/// The section at `path`.
pub(crate) fn find_section(path: &str) -> Option<&'static Section> {
    SECTIONS.iter().find(|section| section.path == path)
}

/// The key at `path`.
pub(crate) fn find_key(path: &str) -> Option<&'static Key> {
    KEYS.iter().find(|key| key.path == path)
}

/// The known path that `path` was most likely meant to be: siblings come first, then whatever
/// has the same name elsewhere, then the most similar of all.
pub(crate) fn nearest(path: &str) -> &'static str {
    let (section, name) = path.rsplit_once('.').unwrap_or(("", path));
    let known = KEYS.iter().filter(|key| key.available).map(|key| key.path);
    let known =
        known.chain(SECTIONS.iter().filter(|found| found.available).map(|found| found.path));
    let score = |candidate: &'static str| {
        let (its_section, its_name) = split_last(candidate);
        let by_name = strsim::normalized_damerau_levenshtein(name, its_name);
        let by_section = strsim::normalized_damerau_levenshtein(section, its_section);
        // Whole as well: a variable may have one underscore where two belong.
        let (whole, its_whole) = (path.replace('.', "_"), candidate.replace('.', "_"));
        let by_whole = strsim::normalized_damerau_levenshtein(&whole, &its_whole);
        (by_name + by_section / 4.0).max(by_whole * 1.25)
    };
    known.max_by(|a, b| score(a).total_cmp(&score(b))).unwrap_or("server")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_key_is_the_one_that_was_meant() {
        for (written, meant) in [
            ("server.lisen", "server.listen"),
            ("server.consolepath", "server.console_path"),
            ("listen", "server.listen"),
            ("sever", "server"),
            ("server.timeout", "server.timeouts"),
            ("server.timeouts.heads", "server.timeouts.head"),
            ("server.head_bytes", "server.limits.head_bytes"),
            ("instances.baseurl", "instances.base_url"),
            ("directories.paths", "directories.path"),
            ("logs.level", "log.level"),
        ] {
            assert_eq!(nearest(written), meant, "{written}");
        }
    }

    #[test]
    fn every_key_stands_once_and_in_a_section_that_exists() {
        for (at, key) in KEYS.iter().enumerate() {
            assert!(find_section(key.section()).is_some(), "{}", key.path);
            assert!(KEYS[at + 1..].iter().all(|other| other.path != key.path), "{}", key.path);
        }
    }
}
