"use strict";
const data = JSON.parse(document.getElementById("data").textContent);
const byId = (id) => document.getElementById(id);
const SIGNS = { every: "●", some: "◕", own: "◐", none: "·", unknown: "?" };
const WORDS = { every: "every row", some: "rows of several kinds", own: "own rows", none: "no row", unknown: "unknown" };
const STEP = 200;
let shown = STEP;
let last = null;

function make(name, attributes, ...inside) {
  const node = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) node.setAttribute(key, value);
  node.append(...inside);
  return node;
}

const text = (number) => data.texts[number];

// A cell is a list of answers: commands, rows and, where there was room, words, condition and steps.
function answersOf(row, at) {
  return data.cells[row.group.cells[at]].map(([commands, rows, words, condition, steps]) => ({
    commands: text(commands).split(", "), rows: text(rows), words: text(words), condition: text(condition),
    steps: data.steps[steps],
  }));
}

function findingsOf(project, table) {
  return (project.findings[table] || []).map(([severity, rule, message, place]) => ({
    severity: text(severity), rule: text(rule), message: text(message), place: text(place),
  }));
}

function matching() {
  const words = byId("search").value.trim().toLowerCase();
  const role = byId("role").value;
  const extent = byId("extent").value;
  const rows = [];
  for (const project of data.projects) {
    const columns = project.roles.map((_, at) => at)
      .filter((at) => role === "" || project.roles[at].name === role);
    for (const group of project.groups) {
      for (const table of group.tables) {
        const findings = findingsOf(project, table);
        if (byId("found").checked && findings.length === 0) continue;
        const named = [table, ...findings.map((one) => one.rule)].join(" ").toLowerCase();
        if (words && !named.includes(words) &&
            !columns.some((at) => project.roles[at].label.toLowerCase().includes(words))) continue;
        if (extent && !columns.some((at) =>
          data.cells[group.cells[at]].some((answer) => text(answer[1]) === extent))) continue;
        rows.push({ project, group, table, findings, columns });
      }
    }
  }
  return rows;
}

function cellButton(row, at) {
  const { project, table } = row;
  const cell = answersOf(row, at);
  const told = cell.map((answer) => `${answer.commands.join(", ")} ${WORDS[answer.rows]}`).join("; ");
  const label = `${project.roles[at].label}, ${table}: ${told}`;
  const button = make("button", { type: "button", "aria-label": label, title: label });
  for (const command of project.commands) {
    const answer = cell.find((one) => one.commands.includes(command));
    button.append(make("span", { class: answer.rows, "aria-hidden": "true" }, SIGNS[answer.rows]));
  }
  button.addEventListener("click", () => { last = button; show(row, at); });
  return button;
}

function draw() {
  const rows = matching();
  const head = byId("matrix").tHead;
  const body = byId("matrix").tBodies[0];
  head.replaceChildren();
  body.replaceChildren();
  let project = null;
  for (const row of rows.slice(0, shown)) {
    if (row.project !== project) {
      project = row.project;
      const names = row.columns.map((at) =>
        make("th", { scope: "col", title: project.roles[at].about }, project.roles[at].label));
      const line = make("tr", {}, make("th", { scope: "col" }, data.projects.length > 1 ? project.name : "Table"), ...names);
      (head.rows.length ? body : head).append(line);
    }
    const name = make("th", { scope: "row" }, row.table);
    if (row.findings.length) {
      const count = row.findings.length;
      name.append(" ", make("span", { class: "flag" }, `⚑ ${count} finding${count === 1 ? "" : "s"}`));
    }
    body.append(make("tr", {}, name, ...row.columns.map((at) => make("td", {}, cellButton(row, at)))));
  }
  byId("more").hidden = rows.length <= shown;
  const tables = rows.length === 1 ? "1 table" : `${rows.length} tables`;
  byId("count").textContent = rows.length > shown ? `${tables}, the first ${shown} shown` : tables;
}

function steps(list) {
  return make("ol", {}, ...list.map(([words, place, parts]) => {
    const item = make("li", {}, text(words));
    if (text(place)) item.append(" ", make("span", { class: "place" }, text(place)));
    if (parts.length) item.append(steps(parts));
    return item;
  }));
}

function show(row, at) {
  const { project, table, findings } = row;
  byId("detail-title").textContent = `${project.roles[at].label} and ${table}`;
  const body = byId("detail-body");
  body.replaceChildren(make("p", {}, project.roles[at].about));
  for (const answer of answersOf(row, at)) {
    const words = answer.words || `${WORDS[answer.rows]}; rlslint access explain tells which and why`;
    body.append(make("h3", {}, answer.commands.join(", ")), make("p", {}, words));
    if (answer.condition) body.append(make("p", { class: "sql" }, answer.condition));
    if (answer.steps) body.append(steps(answer.steps));
  }
  if (findings.length) {
    body.append(make("h3", {}, "Findings"), make("ul", {}, ...findings.map((one) =>
      make("li", {}, `${one.severity} ${one.rule}: ${one.message || "rlslint check tells it"} `,
        make("span", { class: "place" }, one.place || "")))));
  }
  byId("detail").hidden = false;
  byId("detail").focus();
  byId("detail").scrollIntoView({ block: "nearest" });
}

function back() {
  byId("detail").hidden = true;
  if (last && last.isConnected) last.focus();
}

const names = new Map(data.projects.flatMap((project) => project.roles.map((role) => [role.name, role.label])));
for (const [name, label] of names) byId("role").append(make("option", { value: name }, label));
for (const id of ["search", "role", "extent", "found"]) {
  byId(id).addEventListener("input", () => { shown = STEP; draw(); });
}
byId("filters").addEventListener("submit", (event) => event.preventDefault());
byId("more").addEventListener("click", () => { shown += STEP; draw(); });
byId("back").addEventListener("click", back);
document.addEventListener("keydown", (event) => { if (event.key === "Escape" && !byId("detail").hidden) back(); });
window.addEventListener("beforeprint", () => { shown = Infinity; draw(); });
draw();
