//! The stories. [`stories!`] lists them; one that it forgets is unused code, which CI refuses.
//! `cargo xtask test` compares the lists of the tests that came of it for each database.

pub(crate) mod audit;
pub(crate) mod chain;
pub(crate) mod concurrency;
pub(crate) mod corruption;
pub(crate) mod credential;
pub(crate) mod feed;
pub(crate) mod found;
pub(crate) mod key;
pub(crate) mod load;
pub(crate) mod node;
pub(crate) mod person;
pub(crate) mod policy;
pub(crate) mod search;
pub(crate) mod session;
pub(crate) mod token;

/// Makes a test of each story: `stories!(backend)`, where `backend` makes an empty database.
macro_rules! stories {
    ($backend:path) => {
        $crate::contract::stories! { @each $backend;
            audit::the_newest_line_comes_first_and_pages_meet;
            audit::a_line_is_numbered_without_gaps_whatever_fails;
            audit::lines_are_found_by_actor_action_and_time;
            audit::a_text_is_found_where_it_stands;
            chain::every_change_is_chained_to_the_one_before;
            chain::without_a_seal_nothing_is_changed;
            chain::a_seal_counts_from_when_it_was_given;
            chain::writers_at_once_make_one_chain;
            chain::the_first_line_is_written_once;
            chain::lines_are_read_whatever_was_done_to_them;
            concurrency::writers_at_once_get_revisions_without_gaps;
            concurrency::of_two_changes_to_one_token_one_is_a_conflict;
            concurrency::six_stores_opened_at_once_migrate_once;
            corruption::a_row_that_cannot_be_read_is_corrupt_and_named;
            corruption::one_bad_row_does_not_stop_a_gate_from_loading;
            corruption::a_broken_change_log_makes_a_gate_read_all;
            corruption::a_policy_that_is_gone_is_not_made_anew;
            credential::a_credential_is_put_replaced_and_removed;
            credential::credentials_are_listed_by_owner_then_instance;
            credential::a_seal_is_replaced_only_while_it_is_the_one_that_was_read;
            feed::every_change_is_told_once_and_in_order;
            feed::the_last_ten_thousand_changes_are_kept;
            feed::a_reader_ahead_of_the_store_reads_all;
            feed::a_watch_sees_what_others_do;
            feed::a_waiting_watch_hears_of_a_change_in_time;
            feed::a_watch_without_announcements_hears_of_it_too;
            feed::a_watch_that_waits_for_nothing_lets_time_pass;
            found::a_search_finds_counts_and_sorts_as_by_hand;
            found::a_search_that_finds_very_many_does_so_too;
            found::handles_are_of_all_that_is_found_whatever_its_state;
            found::candidates_are_all_tokens_with_what_they_are_counted_by;
            found::tokens_are_found_by_their_handles;
            found::integrations_are_named_once_and_in_order;
            found::living_tokens_are_counted_by_owner;
            key::the_newest_key_of_each_kind_is_named_whatever_came_since;
            key::the_newest_key_of_the_record_is_known_by_its_last_line;
            load::all_is_read_as_one_moment_saw_it;
            load::tokens_that_ended_long_ago_are_left_out;
            load::more_tokens_than_fit_in_a_chunk_all_come;
            node::nodes_live_as_long_as_they_are_heard_of;
            node::a_node_says_which_keys_it_has;
            person::a_person_is_read_back_as_he_was_written;
            person::people_written_together_are_one_change;
            person::somebody_is_replaced_only_as_he_was_read;
            person::only_people_in_use_are_refreshed_the_oldest_first;
            person::people_are_listed_by_name_and_found_by_text;
            person::several_people_are_found_at_once;
            policy::a_new_store_has_the_default_policy;
            policy::a_policy_is_replaced_only_by_who_saw_the_last;
            search::tokens_are_found_by_owner_state_and_integration;
            search::a_text_means_itself_and_no_letter_case;
            search::pages_stay_as_they_are_when_tokens_come_and_go;
            session::a_session_is_found_by_what_the_browser_presents;
            session::a_session_is_ended_by_its_person_only;
            session::sessions_that_have_ended_are_forgotten;
            session::a_ticket_is_taken_once_and_not_after_its_end;
            session::of_several_who_take_a_ticket_one_gets_it;
            session::a_lease_is_one_nodes_until_it_ends;
            token::a_token_is_read_back_as_it_was_written;
            token::names_of_every_kind_are_kept_byte_for_byte;
            token::what_a_database_cannot_keep_is_refused_before;
            token::a_token_that_exists_is_not_made_again;
            token::a_change_replaces_every_field;
            token::macs_are_replaced_only_in_rows_as_they_were_read;
            token::a_change_to_what_is_not_there_is_not_found;
            token::living_tokens_are_counted;
            token::what_was_acknowledged_is_there_after_reopening;
        }
    };
    (@each $backend:path; $($module:ident::$story:ident;)*) => {
        $(
            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $story() {
                let backend = $backend();
                $crate::contract::$module::$story(&backend).await;
            }
        )*
    };
}
pub(crate) use stories;
