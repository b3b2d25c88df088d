//! Let a username go, which another subject of an `OpenID` provider has.

use gatepass_model::audit::AuditSubject;
use gatepass_model::{Actor, KnownPerson, Person, PersonKey, ProductRank};

use crate::authorise::Ability;
use crate::control::{Control, audit_entry};
use crate::error::{ControlError, Problem};

impl Control {
    /// Lets the name go to whoever signs in with it next. What its owner had ends first: his tokens
    /// are revoked, his native tokens forgotten, his sessions ended. Only for the command line, for
    /// somebody must have made sure that the name has another owner.
    ///
    /// `Invalid` where the directory is no provider, `NotFound` where nobody of that name has signed
    /// in, `Conflict` where he signs in at this moment: what he had has ended, and the name is his
    /// still.
    pub async fn release_name(&self, actor: &Actor, key: &PersonKey) -> Result<(), ControlError> {
        self.authorise(actor, Ability::ManageKeys).await?;
        let directory = self.asked_directory(&key.directory);
        if directory.is_none_or(|one| one.provider().is_none()) {
            let words =
                format!("{} is no OpenID provider; it says itself whose a name is", key.directory);
            return Err(ControlError::Invalid(vec![Problem::new("directory", words)]));
        }
        let Some(before) = self.store.find_person(key).await? else {
            return Err(ControlError::NotFound(format!("person {key}")));
        };
        let now = self.clock.now();
        self.end_everything_of(key, now).await?;
        // First: no name goes without a line that says so.
        let subject = AuditSubject::Person(key.clone());
        let words = "the name may belong to another subject now";
        let audit = audit_entry(actor, now, "person.released", subject, words);
        self.store.append_audit(&audit).await?;
        let person = Person { active: false, groups: Vec::new(), ..before.person.clone() };
        let problem = Some("an administrator has let the name go".to_owned());
        // What the one of before may do at the product says nothing of the next.
        let (native_key, rank) = (None, ProductRank::Unknown);
        let known = KnownPerson { person, native_key, rank, problem, ..before.clone() };
        self.store.replace_person(&known, Some(&before)).await?;
        Ok(())
    }
}
