//! Rows about what the request does.

use gatepass_model::operation::PasswordDoor;
use gatepass_model::{Access, Bounds, Effect, Family, Method, Product, Reason};

use super::End::{Permitted, Refused};
use super::{Row, bound, row};
use crate::world::SeenIdentity;

pub(super) fn rows() -> Vec<Row> {
    use Reason as R;
    vec![
        row("no token makes a credential", Refused(R::ResourceNotAllowed, "credentials"), |w| {
            w.effect = Some(Effect::Mint);
            w.grant().admin = true;
            w.grant().deny = vec!["/**".parse().unwrap()];
        }),
        row("no token opens a password door", Refused(R::ResourceNotAllowed, "sign in"), |w| {
            w.door = Some(PasswordDoor::Browser);
            w.same_origin = true;
        }),
        row("deny beats allow", Refused(R::PathNotAllowed, "/rest/api/*/issue/**"), |w| {
            w.grant().allow = vec!["/**".parse().unwrap()];
            w.grant().deny = vec!["/rest/api/*/issue/**".parse().unwrap()];
        }),
        row(
            "an allow list refuses the rest",
            Refused(R::PathNotAllowed, "No allow pattern"),
            |w| {
                w.grant().allow = vec!["/rest/api/*/project".parse().unwrap()];
                w.grant().access = Access::ReadOnly;
                w.effect = None;
            },
        ),
        row("pages are out of reach", Refused(R::PathNotAllowed, "page"), |w| {
            w.family = Family::Page;
            w.path = "/browse/EX-1".into();
        }),
        row("an allow pattern reaches pages", Permitted(SeenIdentity::Owner), |w| {
            w.family = Family::Page;
            w.path = "/browse/EX-1".into();
            w.grant().allow = vec!["GET /browse/*".parse().unwrap()];
        }),
        row("an allow pattern of another method does not", Refused(R::PathNotAllowed, "No"), |w| {
            w.method = Method::Post;
            w.grant().allow = vec!["GET /**".parse().unwrap()];
        }),
        row("patterns are folded by the product", Refused(R::PathNotAllowed, "denies"), |w| {
            w.product = Product::Confluence;
            w.path = "/REST/Api/content".into();
            w.grant().deny = vec!["/rest/API/content".parse().unwrap()];
        }),
        row(
            "a read-only token does not write",
            Refused(R::ReadOnly, "Ask the token's owner"),
            |w| {
                w.grant().access = Access::ReadOnly;
                w.effect = Some(Effect::Admin);
            },
        ),
        row("the unknown is no read", Refused(R::ReadOnly, "not known to be a read"), |w| {
            w.grant().access = Access::ReadOnly;
            w.effect = None;
        }),
        row("policy forces read-only at use", Refused(R::ReadOnly, "\"readers\""), |w| {
            w.effect = Some(Effect::Write);
            bound(w, "readers", Bounds { read_only: Some(true), ..Bounds::default() });
        }),
        row("a read passes read-only", Permitted(SeenIdentity::Owner), |w| {
            w.grant().access = Access::ReadOnly;
            w.method = Method::Post;
        }),
        row(
            "a read-write token passes where nothing is known",
            Permitted(SeenIdentity::Owner),
            |w| {
                w.effect = None;
            },
        ),
        row("administration needs a grant", Refused(R::AdminNotAllowed, "without"), |w| {
            w.effect = Some(Effect::Admin);
        }),
        row(
            "administration needs policy",
            Refused(R::AdminNotAllowed, "no policy rule lets"),
            |w| {
                w.effect = Some(Effect::Admin);
                w.grant().admin = true;
            },
        ),
        row("one no beats every yes", Refused(R::AdminNotAllowed, "\"careful\""), |w| {
            w.effect = Some(Effect::Admin);
            w.grant().admin = true;
            for (name, say) in [("bold", true), ("careful", false)] {
                bound(w, name, Bounds { admin_operations: Some(say), ..Bounds::default() });
            }
        }),
        row("administration by grant and policy", Permitted(SeenIdentity::Owner), |w| {
            w.effect = Some(Effect::Admin);
            w.grant().admin = true;
            bound(w, "bold", Bounds { admin_operations: Some(true), ..Bounds::default() });
        }),
    ]
}
