//! The style sheet, the scripts and the picture that all pages share, compiled in.

use std::sync::LazyLock;

use crate::chrome::Chrome;

/// A file that pages refer to.
#[derive(Clone, Copy, Debug)]
pub struct Asset {
    /// The last segment of its address.
    pub name: &'static str,
    /// The value of `Content-Type`.
    pub media_type: &'static str,
    /// What is in it.
    pub bytes: &'static [u8],
}

macro_rules! assets {
    ($($name:literal $media_type:literal,)*) => {
        /// All of them.
        pub const ALL: &[Asset] = &[$(Asset {
            name: $name,
            media_type: $media_type,
            bytes: include_bytes!($name),
        },)*];
    };
}

assets! {
    "console.css" "text/css; charset=utf-8",
    "console.js" "text/javascript; charset=utf-8",
    "copy.js" "text/javascript; charset=utf-8",
    "dialog.js" "text/javascript; charset=utf-8",
    "filter.js" "text/javascript; charset=utf-8",
    "keys.js" "text/javascript; charset=utf-8",
    "rows.js" "text/javascript; charset=utf-8",
    "select.js" "text/javascript; charset=utf-8",
    "summary.js" "text/javascript; charset=utf-8",
    "icon.svg" "image/svg+xml",
}

/// How long they may be kept: their address changes with them.
pub const CACHE_CONTROL: &str = "public, max-age=31536000, immutable";

/// Names all of them together, and stands in their addresses: `/assets/{version}/console.css`.
/// One for all, so that a script finds the next one beside it. It is the `ETag` too.
pub fn version() -> &'static str {
    static VERSION: LazyLock<String> = LazyLock::new(|| {
        let all =
            ALL.iter().flat_map(|asset| asset.name.bytes().chain(asset.bytes.iter().copied()));
        // FNV-1a: it tells releases apart, and defends against nobody.
        let hash = all.fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
            (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
        });
        format!("{hash:016x}")
    });
    &VERSION
}

/// The one at `/assets/{version}/{name}`; `None` for another version, which this program has
/// not.
pub fn find(asked_version: &str, name: &str) -> Option<&'static Asset> {
    ALL.iter().find(|asset| asset.name == name).filter(|_| asked_version == version())
}

impl Chrome {
    /// The address of an asset.
    pub(crate) fn asset(&self, name: &str) -> String {
        format!("{}/assets/{}/{name}", self.base, version())
    }
}
