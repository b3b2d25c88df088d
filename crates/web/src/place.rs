//! Where instances and the console are, as a browser reaches them.

use gatepass_console::ProductLink;
use gatepass_console::part::Place;
use gatepass_model::{DirectoryName, Grant, Instance, InstanceName, PersonKey, Product};

use crate::service::Arrival;

/// What the console must be told once.
#[derive(Clone, Debug)]
pub struct ConsoleConfig {
    /// Below which path it stands: `/gatepass`.
    pub base: String,
    /// The host that is its own, with its port where it has one. Without one it stands on the hosts
    /// of all instances, and any script in a product's page could drive it.
    pub own_host: Option<String>,
    /// The instances.
    pub instances: Vec<ConsoleInstance>,
    /// The OpenID providers at which people sign in.
    pub providers: Vec<ConsoleProvider>,
}

/// A directory that is an OpenID provider, as the console needs it.
#[derive(Clone, Debug)]
pub struct ConsoleProvider {
    /// What the directory is called.
    pub directory: DirectoryName,
    /// What people call the provider.
    pub title: String,
}

/// An instance, as the console needs it.
#[derive(Clone, Debug)]
pub struct ConsoleInstance {
    /// What every room knows of it.
    pub instance: Instance,
    /// Whether a directory asks it who somebody is.
    pub signs_in: bool,
    /// Whether it makes native tokens by the session that somebody has there, also where it does not
    /// say who he is.
    pub makes_natives: bool,
    /// The address that people know it by, without a slash at its end, where it is configured.
    pub public_url: Option<String>,
    /// The hosts that it answers to; empty: every host.
    pub hosts: Vec<String>,
}

impl ConsoleConfig {
    /// Whether no product's page shares its origin.
    pub(crate) const fn has_own_host(&self) -> bool {
        self.own_host.is_some()
    }

    /// Where a browser that reached an instance at `arrival` reaches the console, without a slash
    /// at its end.
    pub(crate) fn url(&self, arrival: &Arrival) -> String {
        match &self.own_host {
            Some(host) => {
                format!("{}://{}{}", arrival.scheme, with_port_of(host, &arrival.host), self.base)
            }
            None => self.base.clone(),
        }
    }

    pub(crate) fn find(&self, name: &InstanceName) -> Option<&ConsoleInstance> {
        self.instances.iter().find(|one| one.instance.name == *name)
    }

    pub(crate) fn find_provider(&self, directory: &DirectoryName) -> Option<&ConsoleProvider> {
        self.providers.iter().find(|one| one.directory == *directory)
    }

    /// What people call an instance: by its product, and by its name where there are several.
    pub(crate) fn title(&self, instance: &Instance) -> String {
        let of_product = |product: Product| {
            self.instances.iter().filter(move |one| one.instance.product == product).count()
        };
        let title = instance.product.title();
        if of_product(instance.product) > 1 {
            format!("{title} {}", instance.name)
        } else {
            title.to_owned()
        }
    }

    pub(crate) fn place(&self, instance: &Instance) -> Place {
        Place {
            name: instance.name.clone(),
            product: instance.product,
            title: self.title(instance),
        }
    }

    /// As people call it, also where it is not configured any more.
    pub(crate) fn title_of(&self, name: &str) -> String {
        let found = self.instances.iter().find(|one| one.instance.name.as_str() == name);
        found.map_or_else(|| name.to_owned(), |one| self.title(&one.instance))
    }

    pub(crate) fn places(&self) -> Vec<Place> {
        self.instances.iter().map(|one| self.place(&one.instance)).collect()
    }

    /// The instances of this person's directory.
    pub(crate) fn places_of(&self, person: &PersonKey) -> Vec<Place> {
        let of_his = self.instances.iter().filter(|one| one.instance.directory == person.directory);
        of_his.map(|one| self.place(&one.instance)).collect()
    }

    /// The instances that a token of this person's comes to, as people call them.
    pub(crate) fn titles_of(&self, grant: &Grant, owner: &PersonKey) -> Vec<String> {
        self.reached(grant, owner).map(|one| self.title(&one.instance)).collect()
    }

    /// The instances that a token of this person's comes to.
    pub(crate) fn reached<'a>(
        &'a self,
        grant: &'a Grant,
        owner: &'a PersonKey,
    ) -> impl Iterator<Item = &'a ConsoleInstance> {
        self.instances.iter().filter(move |one| {
            one.instance.directory == owner.directory
                && (grant.instances.is_empty() || grant.instances.contains(&one.instance.name))
        })
    }

    pub(crate) fn product_links(&self, arrival: &Arrival) -> Vec<ProductLink> {
        let link = |one: &ConsoleInstance| ProductLink {
            title: self.title(&one.instance),
            url: format!("{}/", one.url(arrival)),
        };
        self.instances.iter().map(link).collect()
    }
}

impl ConsoleInstance {
    /// Where a browser reaches it, without a slash at its end.
    pub(crate) fn url(&self, arrival: &Arrival) -> String {
        if let Some(url) = &self.public_url {
            return url.clone();
        }
        let (bare, _) = split_port(&arrival.host);
        let answers = |name: &String| {
            name.eq_ignore_ascii_case(&arrival.host) || name.eq_ignore_ascii_case(bare)
        };
        let host = match self.hosts.first() {
            None => arrival.host.clone(),
            Some(_) if self.hosts.iter().any(answers) => arrival.host.clone(),
            Some(first) => with_port_of(first, &arrival.host),
        };
        format!("{}://{host}{}", arrival.scheme, self.instance.context_path)
    }

    /// Its scheme, host and port.
    pub(crate) fn origin(&self, arrival: &Arrival) -> String {
        let url = self.url(arrival);
        let path = self.instance.context_path.len();
        url.get(..url.len() - path).unwrap_or(&url).to_owned()
    }
}

/// A host that names no port has the one of `other`: one gate listens for both.
fn with_port_of(host: &str, other: &str) -> String {
    match split_port(other).1 {
        Some(port) if split_port(host).1.is_none() => format!("{host}:{port}"),
        _ => host.to_owned(),
    }
}

fn split_port(host: &str) -> (&str, Option<&str>) {
    match host.rsplit_once(':') {
        Some((bare, port)) if !port.is_empty() && port.bytes().all(|b| b.is_ascii_digit()) => {
            (bare, Some(port))
        }
        _ => (host, None),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn instance(public: Option<&str>, hosts: &[&str]) -> ConsoleInstance {
        ConsoleInstance {
            instance: Instance {
                name: "jira".parse().unwrap(),
                product: Product::Jira,
                directory: "main".parse().unwrap(),
                context_path: "/jira".to_owned(),
                usernames: gatepass_model::Usernames::default(),
            },
            signs_in: true,
            makes_natives: true,
            public_url: public.map(str::to_owned),
            hosts: hosts.iter().map(|&host| host.to_owned()).collect(),
        }
    }

    #[test]
    fn the_console_is_reached_by_its_own_host_or_by_the_one_that_was_asked() {
        let url = |own: Option<&str>, host: &str| {
            let arrival = Arrival {
                scheme: "https",
                host: host.to_owned(),
                client: "127.0.0.1".parse().unwrap(),
                request_id: String::new(),
            };
            let own_host = own.map(str::to_owned);
            ConsoleConfig {
                base: "/gatepass".to_owned(),
                own_host,
                instances: Vec::new(),
                providers: Vec::new(),
            }
            .url(&arrival)
        };
        assert_eq!(url(None, "jira:8443"), "/gatepass");
        assert_eq!(url(Some("g"), "jira:8443"), "https://g:8443/gatepass");
        assert_eq!(url(Some("g:444"), "jira:8443"), "https://g:444/gatepass");
        assert_eq!(url(Some("g"), "jira"), "https://g/gatepass");
    }

    #[test]
    fn an_instance_is_reached_by_the_host_that_it_answers_to() {
        let arrival = Arrival {
            scheme: "http",
            host: "jira.example.com:8080".to_owned(),
            client: "127.0.0.1".parse().unwrap(),
            request_id: String::new(),
        };
        let url = |public, hosts: &[&str]| instance(public, hosts).url(&arrival);
        assert_eq!(url(None, &[]), "http://jira.example.com:8080/jira");
        assert_eq!(url(None, &["jira.example.com"]), "http://jira.example.com:8080/jira");
        assert_eq!(url(None, &["other"]), "http://other:8080/jira");
        assert_eq!(url(None, &["other:81"]), "http://other:81/jira");
        assert_eq!(url(Some("https://x/jira"), &["other"]), "https://x/jira");
        assert_eq!(instance(None, &[]).origin(&arrival), "http://jira.example.com:8080");
    }
}
