//! People get other names: what that means for all that names them.

use super::state::World;

impl World {
    /// Gives somebody another name. Jira refers to people by key, so all that is his stays his;
    /// here it is named anew.
    pub(crate) fn rename_person(&mut self, old: &str, new: &str) -> bool {
        if !self.people.rename(old, new) {
            return false;
        }
        let (old, new) = (old.to_lowercase(), new.to_lowercase());
        for name in self.names() {
            if *name == old {
                name.clone_from(&new);
            }
        }
        for issue in self.issues.values_mut() {
            for names in [&mut issue.watchers, &mut issue.voters] {
                if names.remove(&old) {
                    names.insert(new.clone());
                }
            }
        }
        true
    }

    /// Every place but sets where a username stands.
    fn names(&mut self) -> impl Iterator<Item = &mut String> {
        let (site, projects) = (&mut self.site, &mut self.projects);
        let sessions = site.sessions.values_mut().map(|session| &mut session.username);
        let tokens = site.native_tokens.values_mut().map(|token| &mut token.owner);
        let leads = projects.iter_mut().map(|project| &mut project.lead);
        let files = self.attachments.values_mut().map(|file| &mut file.author);
        let issues = self.issues.values_mut().flat_map(|issue| {
            let comments = issue
                .comments
                .iter_mut()
                .flat_map(|comment| [&mut comment.author, &mut comment.updated_by]);
            let worklogs = issue.worklogs.iter_mut().map(|log| &mut log.author);
            issue.assignee.iter_mut().chain(&mut issue.reporter).chain(comments).chain(worklogs)
        });
        sessions
            .chain(tokens)
            .chain(leads)
            .chain(files)
            .chain(issues)
            .chain(site.mistaken_for.iter_mut())
    }
}
