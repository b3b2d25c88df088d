//! Writes every sample of every page into a folder, to look at with a browser:
//! `cargo run -p gatepass-console --example samples -- FOLDER`.
//!
//! `FOLDER/index.json` lists them; the assets stand where the pages look for them, so the folder
//! is to be served as the root of a site.

use std::error::Error;
use std::path::Path;
use std::{env, fs};

use gatepass_console::{Language, Theme, asset, sample};

fn main() -> Result<(), Box<dyn Error>> {
    let folder = env::args().nth(1).ok_or("name the folder to write to")?;
    let folder = Path::new(&folder);
    let assets = folder.join("gatepass/assets").join(asset::version());
    fs::create_dir_all(&assets)?;
    for one in asset::ALL {
        fs::write(assets.join(one.name), one.bytes)?;
    }
    let mut names = Vec::new();
    for one in sample::all() {
        for language in Language::ALL {
            for theme in [Theme::Light, Theme::Dark] {
                let name = format!(
                    "{}-{}.{}.{}.html",
                    one.page,
                    one.name,
                    language.as_str(),
                    theme.as_str()
                );
                fs::write(folder.join(&name), one.render(&one.chrome(language, theme))?)?;
                names.push(format!("\"{name}\""));
            }
        }
    }
    fs::write(folder.join("index.json"), format!("[{}]\n", names.join(",\n")))?;
    Ok(())
}
