//! What a stand-in tells of the calls that it took, and of native tokens.

/// How a call was taken for the person that it was taken for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Identified {
    /// By nothing: it was nobody's.
    Anonymous,
    /// By name and password in the `Authorization` header.
    Basic,
    /// By the cookie `JSESSIONID`, at Bitbucket `BITBUCKETSESSIONID`.
    Session,
    /// By a native token as Bearer; at Bitbucket also by one as the password of Basic.
    NativeToken,
    /// By `os_username` and `os_password` in the query or a form.
    OsUsername,
    /// By the signature of an application link.
    ApplicationLink,
    /// By a header that an authenticator trusts.
    TrustedHeader,
}

/// A call that a stand-in took.
#[derive(Clone, Debug)]
pub struct SeenRequest {
    /// Its method.
    pub method: String,
    /// Path and query as they came.
    pub target: String,
    /// Whom it was taken for; `None` for nobody.
    pub user: Option<String>,
    /// How he was identified.
    pub identified: Identified,
    /// Its `User-Agent`.
    pub user_agent: Option<String>,
    /// All headers, in lower case, in order; bytes outside UTF-8 are replaced.
    pub headers: Vec<(String, String)>,
}

/// A native token, without its secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NativeTokenInfo {
    /// Twelve digits, which also stand in the secret. Bitbucket writes them as a string.
    pub id: u64,
    /// As its owner called it.
    pub name: String,
    /// When it ends, in unix milliseconds; `None` for never.
    pub expires: Option<i64>,
}
