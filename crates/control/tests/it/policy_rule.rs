//! Whatever a rule says, it is kept as it was put.

use gatepass_control::{PolicyEdit, PolicyFile, Run};
use gatepass_model::Rule;
use proptest::prelude::*;

use crate::desk::Desk;
use crate::policy_file::{lines_of_text, rule};

async fn is_kept_as_it_was_put(rule: &Rule) {
    let desk = Desk::new().await;
    desk.issue_to("bob", "one").await;
    let (control, root) = (&desk.control, Desk::root());
    let start = control.policy(&root).await.unwrap();
    let edit = |run, seen| PolicyEdit { run, seen, reason: None };
    let dry = control.put_rule(&root, None, rule, edit(Run::Dry, start.revision)).await.unwrap();
    assert_eq!(control.policy(&root).await.unwrap(), start);
    let real = control.put_rule(&root, None, rule, edit(Run::Real, start.revision)).await.unwrap();
    assert_eq!((&dry.diff, &dry.non_compliance), (&real.diff, &real.non_compliance));
    let put = control.policy(&root).await.unwrap();
    assert_eq!(put.document.rules.last(), Some(rule));
    assert_eq!(put.document.rules.len(), start.document.rules.len() + 1);

    let text = control.export_policy(&root).await.unwrap();
    let file = PolicyFile { name: "policy.toml", text: &text };
    assert!(control.apply_policy(&root, file, Run::Dry).await.unwrap().diff.is_empty());
    let again = edit(Run::Real, put.revision);
    let same = control.put_rule(&root, Some(&rule.name), rule, again).await.unwrap();
    assert!(!same.is_changed && same.diff.is_empty());
    control.delete_rule(&root, &rule.name, again).await.unwrap();
    assert_eq!(control.policy(&root).await.unwrap().document, start.document);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(12))]

    #[test]
    fn a_rule_is_kept_as_it_was_put(rule in rule(), name in lines_of_text()) {
        let rule = Rule { name, ..rule };
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(is_kept_as_it_was_put(&rule));
    }
}
