// The sentence beside the form for a new token, while somebody types. The patterns come with the
// page; the server fills in the same ones.

const LISTED = 5;

function fill(pattern, values) {
  return pattern.replace(/\{(\w+)\}/g, (_, name) => values[name] ?? "");
}

function joined(items, word, said) {
  if (items.length < 2) return items.join("");
  const more = items.length > LISTED;
  const listed = more ? items.slice(0, LISTED) : items.slice(0, -1);
  const last = more ? fill(said.more, { count: items.length - LISTED }) : items.at(-1);
  return `${listed.join(", ")} ${word} ${last}`;
}

function lines(field) {
  return (field?.value ?? "").split("\n").map((line) => line.trim()).filter(Boolean);
}

function end(form, said) {
  const chosen = form.querySelector("input[name=expires]:checked");
  if (!chosen || chosen.value === "never") return said.endless;
  let date = chosen.dataset.end;
  if (chosen.value === "date") {
    const typed = form.elements.expires_date?.valueAsDate;
    if (!typed) return "";
    const months = { day: "numeric", month: "long", year: "numeric", timeZone: "UTC" };
    const locale = said.language === "de" ? "de-DE" : "en-GB";
    date = new Intl.DateTimeFormat(locale, months).format(typed);
  }
  return fill(said.until, { end: date });
}

function load(form, said) {
  const typed = (name) => form.elements[name]?.value.trim() ?? "";
  const parts = [];
  const [rate, burst] = [typed("rate"), typed("burst")];
  if (rate) parts.push(burst ? fill(said.burst, { rate, burst }) : rate);
  const rest = [
    ["concurrency", said.concurrency, "count"],
    ["bytes_per_day", said.bytes, "bytes"],
    ["heavy_rate", said.heavyRate, "rate"],
    ["heavy_concurrency", said.heavyConcurrency, "count"],
  ];
  for (const [name, pattern, key] of rest) {
    if (typed(name)) parts.push(fill(pattern, { [key]: typed(name) }));
  }
  return parts.length ? fill(said.atMost, { limits: parts.join(", ") }) : "";
}

function paths(form, said) {
  const patterns = joined(lines(form.elements.allow), said.and, said);
  const denied = joined(lines(form.elements.deny), said.and, said);
  if (patterns && denied) return fill(said.onlyBut, { patterns, denied });
  if (patterns) return fill(said.only, { patterns });
  return denied ? fill(said.not, { patterns: denied }) : "";
}

function headers(form, said) {
  const names = lines(form.elements.headers).map((line) => line.split(":")[0].toLowerCase());
  const pattern = names.length > 1 ? said.headers : said.header;
  return names.length ? fill(pattern, { names: joined(names, said.and, said) }) : "";
}

function sentence(form, said) {
  const writes = form.querySelector("input[name=access]:checked")?.value === "read-write";
  const ticked = [...form.querySelectorAll("input[name=instance]:checked")];
  const titles = ticked.map((box) => box.dataset.title);
  const places = titles.length ? joined(titles, said.and, said) : said.places;
  const owner = form.elements.owner?.value.trim() || said.owner;
  const networks = joined(lines(form.elements.networks), said.or, said);
  const first = fill(writes ? said.writes : said.reads, { places, owner })
    + (networks ? fill(said.networks, { networks }) : "")
    + end(form, said) + ".";
  const administers = form.elements.admin?.checked;
  const ability = !writes ? said.changesNothing : administers ? said.admin : said.noAdmin;
  const all = [first, paths(form, said), headers(form, said), load(form, said), ability];
  return all.filter(Boolean).join(" ");
}

for (const form of document.querySelectorAll("form[data-summary]")) {
  const output = form.querySelector("output");
  const update = () => { output.textContent = sentence(form, output.dataset); };
  for (const button of form.querySelectorAll("[data-unless-script]")) button.hidden = true;
  form.addEventListener("input", update);
  // A date that is typed is a date that is meant.
  form.elements.expires_date?.addEventListener("input", () => {
    const choice = form.querySelector("input[name=expires][value=date]");
    if (choice) choice.checked = true;
    update();
  });
  update();
}
