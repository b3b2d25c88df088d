//! What a request is.

use std::fmt;

/// The methods that the gate forwards. Anything else is `method_not_allowed`: WebDAV's methods,
/// TRACE and CONNECT have no place before these products.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Method {
    /// RFC 9110 9.3.1
    Get,
    /// RFC 9110 9.3.2
    Head,
    /// RFC 9110 9.3.3
    Post,
    /// RFC 9110 9.3.4
    Put,
    /// RFC 5789
    Patch,
    /// RFC 9110 9.3.5
    Delete,
    /// RFC 9110 9.3.7
    Options,
}

impl Method {
    /// All of them.
    pub const ALL: [Self; 7] =
        [Self::Get, Self::Head, Self::Post, Self::Put, Self::Patch, Self::Delete, Self::Options];

    /// The exact bytes; methods are case-sensitive (RFC 9110 9.1).
    pub fn find(name: &[u8]) -> Option<Self> {
        Self::ALL.into_iter().find(|method| method.as_str().as_bytes() == name)
    }

    /// As on the wire.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Get => "GET",
            Self::Head => "HEAD",
            Self::Post => "POST",
            Self::Put => "PUT",
            Self::Patch => "PATCH",
            Self::Delete => "DELETE",
            Self::Options => "OPTIONS",
        }
    }
}

impl fmt::Display for Method {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(self.as_str())
    }
}

/// Some methods. A set with GET holds HEAD too: whoever allows or denies the one means both.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct MethodSet(u8);

impl MethodSet {
    /// Every method.
    pub const ANY: Self = Self(0b0111_1111);
    /// None yet.
    pub const NONE: Self = Self(0);

    /// With `method` in it.
    pub const fn with(self, method: Method) -> Self {
        let head = if matches!(method, Method::Get) { 1 << Method::Head as u8 } else { 0 };
        Self(self.0 | (1 << method as u8) | head)
    }

    /// Whether `method` is in it.
    pub const fn contains(self, method: Method) -> bool {
        self.0 & (1 << method as u8) != 0
    }
}

/// What kind of thing a request asks for, by its path.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Family {
    /// `/rest/…`
    Rest,
    /// git over HTTP, and git-lfs.
    Git,
    /// A file that REST answers link to: attachments, thumbnails, avatars, downloads.
    File,
    /// A door by which a browser signs in, or out.
    Login,
    /// Something that people look at, `*.jspa` and `*.action` among it.
    Page,
    /// Web resources: scripts, styles, images that pages load.
    Static,
    /// RSS, Atom and XML views, which take passwords.
    Feed,
    /// `/plugins/servlet/…`: whatever an add-on makes of it.
    Servlet,
    /// SOAP, XML-RPC and JSON-RPC.
    Rpc,
    /// WebDAV.
    Webdav,
}

impl Family {
    /// As logs and `explain` print it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Rest => "rest",
            Self::Git => "git",
            Self::File => "file",
            Self::Login => "login",
            Self::Page => "page",
            Self::Static => "static",
            Self::Feed => "feed",
            Self::Servlet => "servlet",
            Self::Rpc => "rpc",
            Self::Webdav => "webdav",
        }
    }

    /// Whether a token reaches it without an allow rule by path in its grant: REST, git, and
    /// the files that REST answers link to.
    pub const fn is_within_reach_of_tokens(self) -> bool {
        matches!(self, Self::Rest | Self::Git | Self::File)
    }

    /// Whether it is an interface for programs, to which the modes for sessions and anonymous
    /// calls apply. Pages, files and what pages load always flow.
    pub const fn is_programmatic(self) -> bool {
        matches!(self, Self::Rest | Self::Git | Self::Rpc | Self::Webdav)
    }
}

/// What an operation does to the product. Ordered by how much it takes to be allowed it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Effect {
    /// Changes nothing that anybody else would see.
    Read,
    /// Changes something.
    Write,
    /// Administers the product, or reads what only its administrators may.
    Admin,
    /// Makes a credential at the product, or a door to it: native tokens, application links,
    /// plug-in upload. Out of reach of every token.
    Mint,
}

impl Effect {
    /// As the catalogue writes it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Read => "read",
            Self::Write => "write",
            Self::Admin => "admin",
            Self::Mint => "mint",
        }
    }
}

/// How a local password can come in by the path alone (the facts' section C).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum PasswordDoor {
    /// A browser's sign-in uses it: passes when the request is same-origin.
    Browser,
    /// Only programs use it.
    Program,
}

/// What the catalogue knows of a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Operation<'a> {
    /// What kind of thing is asked for.
    pub family: Family,
    /// What it is about: `issue`, `project`, `user`; empty when the catalogue has no row.
    pub resource: &'a str,
    /// What is done with it: `search`, `create`; empty when the catalogue has no row.
    pub action: &'a str,
    /// What it does; `None` when the catalogue has no row, which counts as the worst.
    pub effect: Option<Effect>,
    /// The project, space or repository owner that the path names, where it names one.
    pub project: Option<&'a str>,
    /// Whether it costs the product much: a search, an export, something in bulk.
    pub heavy: bool,
    /// Set when a password comes in by this path.
    pub door: Option<PasswordDoor>,
}
