//! Everything a stand-in Bitbucket knows.

use std::ops::{Deref, DerefMut};

use super::manners::{MANNERS, SEED};
use super::settings::BitbucketSettings;
use crate::site;
use crate::site::shared::Site;

/// What handlers share.
pub(crate) type Shared = site::shared::Shared<World>;

/// A call to Bitbucket.
pub(crate) type Call = site::call::Call<World>;

/// All that can change.
pub(crate) struct World {
    site: Site,
    pub(crate) projects: Vec<Project>,
}

pub(crate) struct Project {
    pub(crate) id: u64,
    pub(crate) key: String,
    pub(crate) name: String,
    pub(crate) repositories: Vec<Repository>,
}

pub(crate) struct Repository {
    pub(crate) id: u64,
    pub(crate) slug: String,
    pub(crate) name: String,
}

impl World {
    pub(crate) fn new(settings: &BitbucketSettings) -> Self {
        let mut site = Site::new(&MANNERS, SEED);
        site.after_signed_calls = settings.after_signed_call;
        site.populate(&settings.application_links, &settings.users);
        let project = Project {
            id: site.next_id(),
            key: "ABC".to_owned(),
            name: "Apple Basket Checkout".to_owned(),
            repositories: Vec::new(),
        };
        Self { site, projects: vec![project] }
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
