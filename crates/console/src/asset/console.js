// What pages do beyond plain HTML. Everything works without it; this only makes it quicker.
import "./copy.js";
import "./dialog.js";
import "./filter.js";
import "./keys.js";
import "./rows.js";
import "./select.js";
import "./summary.js";
