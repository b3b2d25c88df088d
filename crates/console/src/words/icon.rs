//! One set of small pictures, 16 by 16, drawn with strokes of the text's colour.

use super::html::Html;

/// A small picture. It never stands without a word.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Icon {
    Back,
    Bad,
    Check,
    Clock,
    Copy,
    Cross,
    Down,
    Eye,
    Gate,
    Key,
    Pause,
    Person,
    Play,
    Plus,
    Search,
    Shield,
    Turn,
    Up,
    Warn,
}

impl Icon {
    const fn drawn(self) -> &'static str {
        match self {
            Self::Back => "M13 8H4M7.5 4.5 4 8l3.5 3.5",
            Self::Bad => {
                "M8 1.8a6.2 6.2 0 1 0 0 12.4A6.2 6.2 0 0 0 8 1.8ZM5.8 5.8l4.4 4.4M10.2 5.8l-4.4 4.4"
            }
            Self::Check => "M8 1.8a6.2 6.2 0 1 0 0 12.4A6.2 6.2 0 0 0 8 1.8ZM5.2 8.2l2 2 3.6-4",
            Self::Clock => "M8 1.8a6.2 6.2 0 1 0 0 12.4A6.2 6.2 0 0 0 8 1.8ZM8 4.8V8l2.2 1.6",
            Self::Copy => "M5.5 5.5v-3h8v8h-3M2.5 5.5h8v8h-8z",
            Self::Cross => "M4 4l8 8M12 4l-8 8",
            Self::Down => "M4 6.5 8 10.5l4-4",
            Self::Eye => {
                "M1.5 8S4 3.8 8 3.8 14.5 8 14.5 8 12 12.2 8 12.2 1.5 8 1.5 8ZM8 6.2a1.8 1.8 0 1 0 0 3.6 1.8 1.8 0 0 0 0-3.6Z"
            }
            Self::Gate => {
                "M2.5 13.5V6.8a5.5 5.5 0 0 1 11 0v6.7M2.5 13.5h11M8 1.5v12M5.2 3.2v10.3M10.8 3.2v10.3"
            }
            Self::Key => {
                "M5.2 7.2a3.2 3.2 0 1 0 3 4.3L9 10.8h1.5V9.2H12V7.6h1.5l.8-.8V4.2l-1-1H11L6.4 7.5a3.2 3.2 0 0 0-1.2-.3ZM4.6 11.4h.1"
            }
            Self::Pause => {
                "M8 1.8a6.2 6.2 0 1 0 0 12.4A6.2 6.2 0 0 0 8 1.8ZM6.4 5.8v4.4M9.6 5.8v4.4"
            }
            Self::Person => {
                "M8 2.2a2.8 2.8 0 1 0 0 5.6 2.8 2.8 0 0 0 0-5.6ZM2.8 13.8c.4-2.6 2.5-4 5.2-4s4.8 1.4 5.2 4"
            }
            Self::Play => "M8 1.8a6.2 6.2 0 1 0 0 12.4A6.2 6.2 0 0 0 8 1.8ZM6.6 5.5v5l4-2.5z",
            Self::Plus => "M8 3v10M3 8h10",
            Self::Search => "M7 2.5a4.5 4.5 0 1 0 0 9 4.5 4.5 0 0 0 0-9ZM10.3 10.3l3.4 3.4",
            Self::Shield => "M8 1.6 13.2 3.6v4c0 3.2-2.2 5.6-5.2 6.8-3-1.2-5.2-3.6-5.2-6.8v-4z",
            Self::Turn => "M13.2 8a5.2 5.2 0 1 1-1.6-3.8M13.4 1.8v3h-3",
            Self::Up => "M4 9.5 8 5.5l4 4",
            Self::Warn => "M8 2.2 14.4 13.4H1.6ZM8 6.4v3.4M8 11.6v.1",
        }
    }

    /// As SVG, hidden from readers of the page: the word beside it says it.
    pub(crate) fn svg(self) -> Html {
        Html::new()
            .markup(
                "<svg class=\"icon\" width=\"16\" height=\"16\" viewBox=\"0 0 16 16\" \
                 aria-hidden=\"true\" focusable=\"false\"><path d=\"",
            )
            .markup(self.drawn())
            .markup("\"/></svg>")
    }
}
