//! What the answers come to. Pure.

use super::super::finding::State;
use super::heard::{Heard, words};
use super::question::{Kind, Question};

/// What there is to say of an open door.
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

/// Good is only what is known: nothing but the gate, a wall that no claim opens, or the gate before
/// all of REST.
pub(super) fn judge(said: &Said) -> Verdict {
    let unclear = |heard: &Heard| matches!(heard, Heard::Unclear(_));
    let failed = |(question, heard): &(Question, Heard)| Verdict {
        state: State::Failed,
        words: words(question, heard),
    };
    if let Some(one) = said.iter().find(|(_, heard)| unclear(heard)) {
        return failed(one);
    }
    if is_refused(said) {
        let words = "what answers there refuses everything with 403, as a valve does, also to who \
                     claims to be the gate; its port is open";
        return Verdict { state: State::Ok, words: words.to_owned() };
    }
    let claimed =
        said.iter().find(|(one, heard)| one.claims.is_some() && *heard != Heard::Forbidden);
    if let Some(one) = claimed {
        let because = "; the valve believes a header: give it usePeerAddress=\"true\"";
        let Verdict { state, words } = failed(one);
        return Verdict { state, words: format!("{words}{because}") };
    }
    let past_gate = |kind| {
        let mut some = said.iter().filter(move |(question, _)| question.kind == kind);
        some.find(|(_, heard)| *heard != Heard::Gate)
    };
    match (past_gate(Kind::Rest), past_gate(Kind::Page)) {
        _ if !is_rest_by_gate(said) => past_gate(Kind::Rest).or(past_gate(Kind::Page)).map_or_else(
            || Verdict { state: State::Failed, words: "nothing was asked".to_owned() },
            failed,
        ),
        (Some(one), _) => failed(one),
        (None, None) => {
            let words = "the gate answers everything that was asked; nothing passes it";
            Verdict { state: State::Ok, words: words.to_owned() }
        }
        (None, Some((question, heard))) => {
            let past = words(question, heard);
            let words = format!(
                "the gate answers for REST, in every spelling that was tried, but not for pages: \
                 {past}; that is right only where a proxy is meant to send pages past the gate"
            );
            Verdict { state: State::Warning, words }
        }
    }
}

#[cfg(test)]
mod tests {
    use gatepass_config::BaseUrl;

    use super::super::question::{claim, plain, spelled};
    use super::*;

    fn url() -> BaseUrl {
        "http://jira.internal:8080/jira".parse().unwrap()
    }

    fn all(questions: Vec<Question>, heard: &Heard) -> Vec<(Question, Heard)> {
        questions.into_iter().map(|question| (question, heard.clone())).collect()
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
        let claimed = claim(plain(&url()), "10.0.0.5".parse().unwrap());
        let closed = [forbidden.clone(), all(claimed.clone(), &Heard::Forbidden)].concat();
        assert_eq!(judge(&closed).state, State::Ok);
        let opened = [forbidden.clone(), all(claimed, &product())].concat();
        let verdict = judge(&opened);
        assert_eq!(verdict.state, State::Failed);
        assert!(verdict.words.contains("10.0.0.5") && verdict.words.contains("usePeerAddress"));
        // A single answer that is another is no wall.
        let mut mixed = forbidden;
        mixed[0].1 = Heard::Somebody { status: 302 };
        assert_eq!(judge(&mixed).state, State::Failed);
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
    fn what_is_not_clear_counts_as_reached() {
        assert_eq!(judge(&[]).state, State::Failed);
        let mut said = all(plain(&url()), &Heard::Gate);
        said.push((said[0].0.clone(), Heard::Unclear("no answer came in time".to_owned())));
        assert_eq!(judge(&said).state, State::Failed);
        said.truncate(1);
        assert_eq!(judge(&said).state, State::Failed, "REST was not asked for");
    }
}
