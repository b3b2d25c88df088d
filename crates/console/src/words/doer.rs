//! People, and whoever else does something.

use super::html::Html;
use super::isolated;
use crate::chrome::Chrome;
use crate::part::{Doer, Who};
use crate::text::texts;

texts! {
    words {
        gatepass: "Gatepass", "Gatepass";
    }
    sentences {
        command_line(user: &str): format!("{user} on the command line"), format!("{user} an der Kommandozeile");
        system(part: &str): format!("Gatepass ({part})"), format!("Gatepass ({part})");
    }
}

/// Somebody by what people call him, with his username and directory in the title.
pub(crate) fn who(who: &Who) -> Html {
    Html::new()
        .markup("<bdi title=\"")
        .text(&who.key.to_string())
        .markup("\">")
        .text(&who.display_name)
        .markup("</bdi>")
}

impl Chrome {
    /// Whoever did something.
    pub(crate) fn doer(&self, doer: &Doer) -> Html {
        let text = TEXT.of(self.language);
        let said = match doer {
            Doer::Person(who) => return self::who(who),
            Doer::CommandLine(user) => text.command_line(&isolated(user)),
            Doer::System(part) if part.is_empty() => text.gatepass.to_owned(),
            Doer::System(part) => text.system(part),
        };
        Html::new().markup("<span>").text(&said).markup("</span>")
    }
}
