//! What a test may do to a stand-in while it runs, written once for all of them.
//!
//! A macro and not a type that they deref to: so each has these methods itself, and a test can name
//! one as `Jira::set_down`.

/// Gives a product's type, which has a `running`, the methods that all have.
macro_rules! stand_in {
    ($product:ty) => {
        impl $product {
            /// Where it listens.
            pub fn address(&self) -> std::net::SocketAddr {
                self.running.address
            }

            /// Its own base URL, context path included, without a final slash.
            pub fn base_url(&self) -> String {
                let running = &self.running;
                format!("http://{}{}", running.address, running.shared.setup.context_path)
            }

            /// The calls that it took, oldest first: the last 10,000.
            pub fn requests(&self) -> Vec<$crate::SeenRequest> {
                self.running.shared.world().seen.iter().cloned().collect()
            }

            /// Forgets the calls that it took.
            pub fn forget_requests(&self) {
                self.running.shared.world().seen.clear();
            }

            /// Ends it.
            pub fn stop(self) {
                drop(self);
            }

            /// Somebody new; false when the name is taken, in whatever case.
            pub fn add_user(&self, account: $crate::Account) -> bool {
                self.running.shared.world().add_person(account)
            }

            /// Removes somebody, with his sessions and native tokens; says whether there was such
            /// a person. What he wrote stays, by a name that nobody has.
            pub fn remove_user(&self, username: &str) -> bool {
                self.running.shared.world().remove_person(username)
            }

            /// Activates or deactivates somebody; says whether there is such a person.
            pub fn set_user_active(&self, username: &str, active: bool) -> bool {
                let mut world = self.running.shared.world();
                world.people.change(username, |person| person.account.active = active)
            }

            /// Puts somebody into these groups and out of all others; says whether there is such
            /// a person. A group stays when its last member leaves it.
            pub fn set_groups(&self, username: &str, groups: &[&str]) -> bool {
                let groups: Vec<String> = groups.iter().map(|name| (*name).to_owned()).collect();
                let mut world = self.running.shared.world();
                world.people.change(username, |person| person.account.groups = groups)
            }

            /// Gives somebody another password; says whether there is such a person.
            pub fn set_password(&self, username: &str, password: &str) -> bool {
                let mut world = self.running.shared.world();
                world.people.change(username, |person| {
                    password.clone_into(&mut person.account.password);
                })
            }

            /// Forgets somebody's wrong passwords, as if he had solved the CAPTCHA.
            pub fn lift_captcha(&self, username: &str) -> bool {
                self.running.shared.world().people.forget_failures(username)
            }

            /// Makes a native token that does not expire and may all that its owner may, as far as
            /// the product lets a token do it, and gives its secret. No limit is looked at.
            pub fn issue_native_token(&self, username: &str, name: &str) -> String {
                let shared = &self.running.shared;
                let now = shared.now();
                shared.world().mint_native_token(&username.to_lowercase(), name, None, now).1
            }

            /// A person's native tokens, oldest first.
            pub fn native_tokens(&self, username: &str) -> Vec<$crate::NativeTokenInfo> {
                let own = self.running.shared.world().native_tokens_of(&username.to_lowercase());
                let info = |token: $crate::site::native_token::NativeToken| {
                    let (id, name, expires) = (token.id, token.name, token.expires);
                    $crate::NativeTokenInfo { id, name, expires }
                };
                own.into_iter().map(info).collect()
            }

            /// Revokes a native token by id; says whether there was one.
            pub fn revoke_native_token(&self, id: u64) -> bool {
                self.running.shared.world().native_tokens.remove(&id).is_some()
            }

            /// Enters an application link, in the place of the one with its key; false where its
            /// public key is none.
            pub fn put_application_link(&self, link: $crate::ConsumerSeed) -> bool {
                self.running.shared.world().consumers.put(link)
            }

            /// Deletes an application link by its key; says whether there was one.
            pub fn remove_application_link(&self, key: &str) -> bool {
                self.running.shared.world().consumers.remove(key)
            }

            /// Opens a session as the sign-in page does, and gives the value of its cookie:
            /// `JSESSIONID`, at Bitbucket `BITBUCKETSESSIONID`.
            pub fn open_session(&self, username: &str) -> String {
                self.running.shared.world().open_session(&username.to_lowercase())
            }

            /// The sessions that are open.
            pub fn session_count(&self) -> usize {
                self.running.shared.world().sessions.len()
            }

            /// Ends all sessions.
            pub fn end_sessions(&self) {
                self.running.shared.world().sessions.clear();
            }

            /// Whether somebody who did not sign in may use it, as far as the product lets him.
            pub fn set_anonymous_may_use(&self, may: bool) {
                self.running.shared.world().anonymous_may_use = may;
            }

            /// From now on takes every call that signs in for this person's, or no longer: the
            /// fault that a gate must notice by `X-AUSERNAME`.
            pub fn mistake_everybody_for(&self, username: Option<&str>) {
                self.running.shared.world().mistaken_for = username.map(str::to_lowercase);
            }

            /// From now on every answer waits for so long. What was asked is done and remembered
            /// before.
            pub fn set_delay(&self, delay: std::time::Duration) {
                self.running.shared.world().trouble.delay = delay;
            }

            /// From now on answers 503 with a page to everything, or no longer. Nobody is
            /// identified while it is down.
            pub fn set_down(&self, is_down: bool) {
                self.running.shared.world().trouble.is_down = is_down;
            }

            /// From now on answers 200 with a page to whoever asks for JSON, or no longer. The
            /// headers are as ever, `X-AUSERNAME` among them; nothing is done.
            pub fn set_nonsense(&self, is_nonsense: bool) {
                self.running.shared.world().trouble.talks_nonsense = is_nonsense;
            }
        }
    };
}
