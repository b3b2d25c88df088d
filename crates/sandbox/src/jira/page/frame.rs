//! What all pages have around what is theirs: the navigator and the menu of who is signed in.

use std::fmt::Write as _;

use axum::http::StatusCode;
use axum::response::Response;

use crate::jira::call::Call;
use crate::jira::state::World;
use crate::site::answer::{document, escape};
use crate::site::people::Person;

/// The tab of a profile that lists native tokens (fact A2).
pub(super) const TOKENS_TAB: &str =
    "com.atlassian.pats.pats-plugin:jira-user-personal-access-tokens";

/// A page's surroundings.
pub(super) struct Frame<'a> {
    call: &'a Call,
    who: Option<&'a Person>,
    is_administrator: bool,
}

impl<'a> Frame<'a> {
    /// For whoever calls.
    pub(super) fn of_caller(call: &'a Call, world: &'a World) -> Self {
        let who = call.caller.username.as_deref().and_then(|name| world.person(name));
        Self { call, who, is_administrator: call.is_administrator(world) }
    }

    /// For nobody: before a sign-in, and after a sign-out.
    pub(super) fn of_nobody(call: &'a Call) -> Self {
        Self { call, who: None, is_administrator: false }
    }

    /// Who is signed in.
    pub(super) fn who(&self) -> Option<&'a Person> {
        self.who
    }

    /// The page; `title` and `body` are trusted HTML.
    pub(super) fn page(&self, status: StatusCode, title: &str, body: &str) -> Response {
        let header = format!(
            "<header>\n{}{}</header>\n",
            self.navigator(),
            self.who.map_or_else(|| self.way_in(), |person| self.menu(person))
        );
        document("Jira", status, title, &header, body)
    }

    /// The pages of this Jira, then the links of the settings.
    fn navigator(&self) -> String {
        let context = escape(self.call.context_path());
        let mut own = vec![("Dashboard", "/secure/Dashboard.jspa")];
        if self.is_administrator {
            own.push(("System", "/secure/admin/ViewApplicationProperties.jspa"));
        }
        let mut list = String::new();
        for (label, path) in own {
            let _ = writeln!(list, "<li><a href=\"{context}{path}\">{label}</a></li>");
        }
        for (label, url) in &self.call.shared.own.navigator_links {
            let (label, url) = (escape(label), escape(url));
            let _ = writeln!(list, "<li><a href=\"{url}\">{label}</a></li>");
        }
        format!("<nav id=\"app-switcher\" aria-label=\"Applications\"><ul>\n{list}</ul></nav>\n")
    }

    /// `bdi`: a name that is written from right to left turns nothing around it.
    fn menu(&self, person: &Person) -> String {
        let context = escape(self.call.context_path());
        let profile = format!("{context}/secure/ViewProfile.jspa");
        let name = escape(&person.account.display_name);
        let mail = escape(&person.account.email);
        format!(
            "<nav aria-label=\"User\"><details id=\"header-details-user-fullname\">\n\
             <summary title=\"{mail}\"><bdi>{name}</bdi></summary>\n<ul>\n\
             <li><a id=\"view_profile\" href=\"{profile}\">Profile</a></li>\n\
             <li><a href=\"{profile}?selectedTab={TOKENS_TAB}\">Personal access tokens</a></li>\n\
             <li><a id=\"log_out\" href=\"{context}/secure/Logout.jspa\">Log out</a></li>\n\
             </ul>\n</details></nav>\n"
        )
    }

    fn way_in(&self) -> String {
        let context = escape(self.call.context_path());
        format!("<nav aria-label=\"User\"><a href=\"{context}/login.jsp\">Log in</a></nav>\n")
    }
}
