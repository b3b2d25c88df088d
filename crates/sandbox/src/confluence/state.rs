//! Everything a stand-in Confluence knows.

use std::ops::{Deref, DerefMut};

use super::manners::{MANNERS, SEED};
use super::settings::ConfluenceSettings;
use crate::site;
use crate::site::shared::Site;

/// What handlers share.
pub(crate) type Shared = site::shared::Shared<World>;

/// A call to Confluence.
pub(crate) type Call = site::call::Call<World>;

/// All that can change.
pub(crate) struct World {
    site: Site,
    pub(crate) spaces: Vec<Space>,
    pub(crate) pages: Vec<Page>,
}

pub(crate) struct Space {
    pub(crate) id: u64,
    pub(crate) key: String,
    pub(crate) name: String,
}

pub(crate) struct Page {
    pub(crate) id: u64,
    /// The key of its space.
    pub(crate) space: String,
    pub(crate) title: String,
}

impl World {
    pub(crate) fn new(settings: &ConfluenceSettings) -> Self {
        let mut site = Site::new(&MANNERS, SEED);
        site.after_signed_calls = settings.after_signed_call;
        site.populate(&settings.application_links, &settings.users);
        let space = |site: &mut Site, key: &str, name: &str| Space {
            id: site.next_id(),
            key: key.to_owned(),
            name: name.to_owned(),
        };
        let page = |site: &mut Site, space: &str, title: &str| Page {
            id: site.next_id(),
            space: space.to_owned(),
            title: title.to_owned(),
        };
        let spaces = vec![space(&mut site, "ABC", "Apple Basket Checkout")];
        let pages = vec![
            page(&mut site, "ABC", "Apple Basket Checkout Home"),
            page(&mut site, "ABC", "How to renew the certificate"),
        ];
        Self { site, spaces, pages }
    }
}

impl Deref for World {
    type Target = Site;

    fn deref(&self) -> &Site {
        &self.site
    }
}

impl DerefMut for World {
    fn deref_mut(&mut self) -> &mut Site {
        &mut self.site
    }
}
