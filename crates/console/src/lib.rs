//! The pages of the web console, as far as they are pure: what is shown, and how.
//!
//! Knows: the view of each page, its template, its texts in English and German, samples of it,
//! and the style sheet and scripts that all pages share. Deliberately does not know: routes,
//! sessions, the parsing of forms, where a view's values come from. A view holds values and never
//! HTML; a page is a function of its view and of the [`Chrome`] that every page gets.
//!
//! Start at [`page::Page`] for what a page is, at `page/<name>/mod.rs` for what one of them shows
//! and which fields its forms have.

#![expect(
    clippy::trivially_copy_pass_by_ref,
    reason = "templates pass on what they name by reference"
)]

pub mod address;
pub mod asset;
pub mod chrome;
pub mod fault;
mod form;
mod layout;
pub mod notice;
pub mod page;
pub mod part;
pub mod sample;
mod text;
mod words;

pub use chrome::{Chrome, Language, NavEntry, ProductLink, SignedIn, Theme};
pub use fault::{Fault, FieldFault, PolicyFault, PolicyKey};
pub use notice::{Notice, NoticeKind};
pub use page::{CachePolicy, Page, RenderError};
