//! What the answers come to. Pure.

use super::super::finding::State;
use super::door::Door;
use super::heard::{Heard, words};
use super::question::{Claim, Kind, Question};

/// What there is to say of a door.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Verdict {
    pub(super) state: State,
    pub(super) words: String,
}

type Said = [(Question, Heard)];

/// Whether nothing but 403 came, without a sign of a product.
pub(super) fn is_refused(said: &Said) -> bool {
    !said.is_empty() && said.iter().all(|(_, heard)| *heard == Heard::Forbidden)
}

/// Whether the gate answered all that is for programs.
pub(super) fn is_rest_by_gate(said: &Said) -> bool {
    let mut rest = said.iter().filter(|(question, _)| question.kind == Kind::Rest).peekable();
    rest.peek().is_some() && rest.all(|(_, heard)| *heard == Heard::Gate)
}

/// Of a door that nobody went through: only one that is shut is good.
pub(super) fn of_closed(door: &Door) -> Verdict {
    match door {
        Door::Shut(how) => Verdict { state: State::Ok, words: format!("nothing answers; {how}") },
        Door::NoWay => {
            let words = "no way leads there from here, so nothing was asked";
            Verdict { state: State::Failed, words: words.to_owned() }
        }
        Door::Unasked(why) => {
            Verdict { state: State::Failed, words: format!("it can't be asked: {why}") }
        }
        Door::Open { .. } => {
            Verdict { state: State::Failed, words: "connections are taken".to_owned() }
        }
    }
}

/// Good is only what is known: nothing but the gate, a wall that no claim opens, or the gate before
/// all of REST.
pub(super) fn judge(said: &Said) -> Verdict {
    if let Some(one) = said.iter().find(|(_, heard)| matches!(heard, Heard::Unclear(_))) {
        return reached(one);
    }
    if is_refused(said) {
        return of_wall(said);
    }
    let is_believed =
        |one: &&(Question, Heard)| one.0.claims.is_some() && one.1 != Heard::Forbidden;
    if let Some(one) = said.iter().find(is_believed) {
        let Verdict { state, words } = reached(one);
        let because = "the valve believes a header: give it usePeerAddress=\"true\"";
        return Verdict { state, words: format!("{words}; {because}") };
    }
    judge_by_gate(said)
}

/// A wall is good only as far as it was tried: the gate's address is one that only its owner knows.
fn of_wall(said: &Said) -> Verdict {
    let mut claimed: Vec<String> = Vec::new();
    for claim in said.iter().filter_map(|(question, _)| question.claims.as_ref()) {
        let text = claim.to_string();
        if !claimed.contains(&text) {
            claimed.push(text);
        }
    }
    let mut words = "what answers there refuses everything with 403, as a valve does".to_owned();
    if !claimed.is_empty() {
        words.push_str(", also to who claims in X-Forwarded-For to be ");
        words.push_str(&claimed.join(" or "));
    }
    words.push_str("; its port is open");
    let is_gate = |claim: &Claim| claim.is_gate;
    if said.iter().any(|(question, _)| question.claims.as_ref().is_some_and(is_gate)) {
        return Verdict { state: State::Ok, words };
    }
    words.push_str(
        ". Whether it lets in who claims to be the gate was not tried: name each of the gate's \
         addresses with --gate",
    );
    Verdict { state: State::Warning, words }
}

/// Who answers for programs, and who for pages.
fn judge_by_gate(said: &Said) -> Verdict {
    let past_gate = |kind| {
        let mut some = said.iter().filter(move |(question, _)| question.kind == kind);
        some.find(|(_, heard)| *heard != Heard::Gate)
    };
    let page = past_gate(Kind::Page);
    if !is_rest_by_gate(said) {
        let nothing = || Verdict { state: State::Failed, words: "nothing was asked".to_owned() };
        return past_gate(Kind::Rest).or(page).map_or_else(nothing, reached);
    }
    let Some((question, heard)) = page else {
        let words = "the gate answers everything that was asked; nothing passes it";
        return Verdict { state: State::Ok, words: words.to_owned() };
    };
    let past = words(question, heard);
    let words = format!(
        "the gate answers for REST, in every spelling that was tried, but not for pages: {past}; \
         that is right only where a proxy is meant to send pages past the gate"
    );
    Verdict { state: State::Warning, words }
}

fn reached((question, heard): &(Question, Heard)) -> Verdict {
    Verdict { state: State::Failed, words: words(question, heard) }
}

#[cfg(test)]
mod tests {
    use gatepass_config::BaseUrl;

    use super::super::question::{claim, claims, plain, spelled};
    use super::*;

    fn url() -> BaseUrl {
        "http://jira.internal:8080/jira".parse().unwrap()
    }

    fn all(questions: Vec<Question>, heard: &Heard) -> Vec<(Question, Heard)> {
        questions.into_iter().map(|question| (question, heard.clone())).collect()
    }

    /// What is asked in the name of the product's machine and of the gate.
    fn as_each(gates: &[&str]) -> Vec<Question> {
        let gates: Vec<_> = gates.iter().map(|gate| gate.parse().unwrap()).collect();
        claims(&gates).iter().flat_map(|one| claim(plain(&url()), one)).collect()
    }

    fn product() -> Heard {
        Heard::Product { status: 200, mark: "X-AREQUESTID" }
    }

    #[test]
    fn a_product_is_reached_whatever_its_status() {
        for heard in [product(), Heard::Somebody { status: 404 }, Heard::Somebody { status: 503 }] {
            let verdict = judge(&all(plain(&url()), &heard));
            assert_eq!(verdict.state, State::Failed, "{heard:?}");
            assert!(verdict.words.contains("/jira/rest/api/2/serverInfo"), "{}", verdict.words);
        }
    }

    #[test]
    fn a_wall_is_one_only_when_no_claim_opens_it() {
        let forbidden = all(plain(&url()), &Heard::Forbidden);
        let claimed = as_each(&["10.0.0.5"]);
        let closed = [forbidden.clone(), all(claimed, &Heard::Forbidden)].concat();
        let verdict = judge(&closed);
        assert_eq!(verdict.state, State::Ok);
        assert!(verdict.words.contains("to be 127.0.0.1 or 10.0.0.5;"), "{}", verdict.words);
        let mut opened = closed;
        for (question, heard) in &mut opened {
            if question.claims.as_ref().is_some_and(|claim| claim.is_gate) {
                *heard = product();
            }
        }
        let verdict = judge(&opened);
        assert_eq!(verdict.state, State::Failed);
        assert!(verdict.words.contains("10.0.0.5") && verdict.words.contains("usePeerAddress"));
        // A single answer that is another is no wall.
        let mut mixed = forbidden;
        mixed[0].1 = Heard::Somebody { status: 302 };
        assert_eq!(judge(&mixed).state, State::Failed);
    }

    #[test]
    fn a_wall_that_nobody_claimed_the_gates_address_at_is_not_known_to_be_one() {
        let forbidden = all(plain(&url()), &Heard::Forbidden);
        let own_machine = all(as_each(&[]), &Heard::Forbidden);
        for said in [forbidden.clone(), [forbidden, own_machine].concat()] {
            let verdict = judge(&said);
            assert_eq!(verdict.state, State::Warning);
            assert!(verdict.words.contains("--gate"), "{}", verdict.words);
            assert!(verdict.words.contains("was not tried"), "{}", verdict.words);
        }
    }

    #[test]
    fn only_the_gate_everywhere_is_the_gate() {
        let mut said = all(plain(&url()), &Heard::Gate);
        said.extend(all(spelled(&url()), &Heard::Gate));
        assert_eq!(judge(&said).state, State::Ok);
        said[0].1 = product();
        let pages = judge(&said);
        assert_eq!(pages.state, State::Warning, "{}", pages.words);
        for at in 2..said.len() {
            let mut one_past = said.clone();
            one_past[at].1 = Heard::Somebody { status: 404 };
            let verdict = judge(&one_past);
            assert_eq!(verdict.state, State::Failed);
            assert!(verdict.words.contains(&one_past[at].0.path), "{}", verdict.words);
        }
    }

    #[test]
    fn of_doors_that_nobody_went_through_only_a_shut_one_is_good() {
        assert_eq!(of_closed(&Door::Shut("the connection is refused")).state, State::Ok);
        let open = Door::Open { is_own_machine: false };
        for door in [Door::NoWay, Door::Unasked("no".to_owned()), open] {
            assert_eq!(of_closed(&door).state, State::Failed, "{door:?}");
        }
    }

    #[test]
    fn what_is_not_clear_counts_as_reached() {
        assert_eq!(judge(&[]).state, State::Failed);
        let mut said = all(plain(&url()), &Heard::Gate);
        said.push((said[0].0.clone(), Heard::Unclear("no answer came in time".to_owned())));
        assert_eq!(judge(&said).state, State::Failed);
        said.truncate(1);
        assert_eq!(judge(&said).state, State::Failed, "REST was not asked for");
    }
}
