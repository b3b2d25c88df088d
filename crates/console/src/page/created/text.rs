//! The texts of the page.

use crate::text::texts;

texts! {
    words {
        created: "Token created", "Token erstellt";
        rotated: "Secret rotated", "Geheimnis erneuert";
        gone_title: "The secret was shown already", "Das Geheimnis wurde schon gezeigt";
        gone: "It is shown once, and Gatepass keeps only a fingerprint of it. If it was lost, rotate it: you get a new one, and the old one stops.", "Es wird einmal gezeigt; Gatepass behält nur einen Fingerabdruck. Wenn es verloren ist, erneuern Sie es: Sie erhalten ein neues, und das alte gilt nicht mehr.";
        rotate: "Rotate the secret", "Geheimnis erneuern";
        secret: "The secret", "Das Geheimnis";
        warning: "Copy it now: it won't be shown again. Whoever has it can do what the token may. Keep it where you keep passwords, and never in code.", "Kopieren Sie es jetzt: Es wird nicht noch einmal gezeigt. Wer es hat, kann alles, was das Token darf. Bewahren Sie es wie ein Passwort auf und nie im Code.";
        pending: "Somebody has to approve it before it works. Until then requests with it are refused.", "Jemand muss es freigeben, bevor es gilt. Bis dahin werden Anfragen damit abgewiesen.";
        former_stopped: "The secret before it has stopped working.", "Das bisherige Geheimnis gilt nicht mehr.";
        use_it: "Use it", "So benutzen Sie es";
        export: "First put the secret where scripts find it, but not into their code. In a shell: run this line, paste the secret, press Enter.", "Legen Sie das Geheimnis zuerst dort ab, wo Skripte es finden, aber nicht im Code. In einer Shell: diese Zeile ausführen, Geheimnis einfügen, Eingabetaste.";
        curl: "curl", "curl";
        python: "Python, with the package jira", "Python, mit dem Paket jira";
        python_atlassian: "Python, with the package atlassian-python-api", "Python, mit dem Paket atlassian-python-api";
        git: "git: the token is the password", "git: Das Token ist das Passwort";
        go: "To the token", "Zum Token";
        go_list: "To my API tokens", "Zu meinen API-Token";
        one_more: "One more step", "Noch ein Schritt";
        may: "What it may do", "Was es darf";
    }
    sentences {
        former_until(end: &str): format!("The secret before it works until {end}."), format!("Das bisherige Geheimnis gilt noch bis {end}.");
    }
}
