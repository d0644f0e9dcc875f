"use strict";
// Shows, searches and moves the pictures of the page. The pictures and their data are written by `meshwright graph`.
const { nodes, links, texts } = JSON.parse(document.getElementById("data").textContent);
const byId = (id) => document.getElementById(id);
const pictures = [...document.querySelectorAll("svg[data-view]")];
const details = byId("details");
const intro = [...details.childNodes];
const collapsed = pictures.length > 1;
let current = pictures[0];
let box = [];

const nameOf = (index) => texts[nodes[index][1]];
const namespaceOf = (index) => (nodes[index][2] < 0 ? "outside hosts" : texts[nodes[index][2]]);

function element(tag, text, className) {
  const made = document.createElement(tag);
  if (text !== undefined) made.textContent = text;
  if (className) made.className = className;
  return made;
}

function list(title, items) {
  if (items.length === 0) return [];
  const made = element("ul");
  for (const item of items) {
    const line = element("li");
    line.append(...item);
    made.append(line);
  }
  return [element("h3", title), made];
}

function fit() {
  box = current.dataset.box.split(" ").map(Number);
  move(0, 0, 1);
}

function move(right, down, zoom) {
  const [x, y, width, height] = box;
  const [wide, high] = [width / zoom, height / zoom];
  box = [x + (width - wide) / 2 + right * wide, y + (height - high) / 2 + down * high, wide, high];
  current.setAttribute("viewBox", box.join(" "));
}

function show(view) {
  const wanted = pictures.find((one) => one.dataset.view === view) ?? pictures[0];
  for (const one of pictures) one.toggleAttribute("hidden", one !== wanted);
  current = wanted;
  byId("back").hidden = wanted === pictures[0];
  fit();
}

/** The smallest scale at which names can be read. */
const readable = 0.7;

/**
 * Moves to the nodes that are not dimmed, unless their text is large enough to read already. If they are too far apart for
 * that, it moves to the selected node, so that its nearest neighbors can be read.
 */
function zoomToShown() {
  const area = current.getBoundingClientRect();
  const shown = [...current.querySelectorAll(".node:not(.dim)")].map((one) => one.getBBox());
  if (area.width / box[2] >= readable || shown.length === 0) return;
  const [left, top] = [Math.min(...shown.map(({ x }) => x)), Math.min(...shown.map(({ y }) => y))];
  const right = Math.max(...shown.map(({ x, width }) => x + width));
  const bottom = Math.max(...shown.map(({ y, height }) => y + height));
  box = [left - 20, top - 20, right - left + 40, bottom - top + 40];
  const own = current.querySelector(".node.selected")?.getBBox();
  if (own && Math.min(area.width / box[2], area.height / box[3]) < readable) {
    const [width, height] = [area.width / readable, area.height / readable];
    box = [own.x + (own.width - width) / 2, own.y + (own.height - height) / 2, width, height];
  }
  current.setAttribute("viewBox", box.join(" "));
}

function clear() {
  for (const one of document.querySelectorAll(".selected, .dim")) one.classList.remove("selected", "dim");
}

/** Dims what is neither a link in the set nor an end of one, nor the node itself. */
function highlight(shownLinks, ownNodes) {
  clear();
  const near = new Set(ownNodes);
  for (const index of shownLinks) near.add(links[index][0]).add(links[index][1]);
  const groups = new Set([...near].map(namespaceOf));
  for (const one of current.querySelectorAll(".link")) {
    const isShown = one.dataset.link.split(" ").some((index) => shownLinks.has(Number(index)));
    one.classList.toggle("dim", !isShown);
  }
  for (const one of current.querySelectorAll(".node")) {
    const isNear = "node" in one.dataset ? near.has(Number(one.dataset.node)) : groups.has(one.dataset.group);
    one.classList.toggle("dim", !isNear);
  }
}

function factsOf(calls) {
  return calls.flatMap(([path, ...facts]) => [
    element("div", facts.map((fact) => texts[fact]).join(" · ")),
    element("div", texts[path], "soft"),
  ]);
}

function linkItem(index, end, word) {
  const [, , kind, change, calls] = links[index];
  const button = element("button", `${word} ${nameOf(links[index][end])}`);
  button.type = "button";
  button.addEventListener("click", () => select(links[index][end]));
  const state = change < 0 ? texts[kind] : `${texts[kind]}, ${texts[change]}`;
  return [button, element("div", state, change < 0 ? "soft" : `text-${texts[change]}`), ...factsOf(calls)];
}

function linksOf(index, end) {
  return links.flatMap((link, at) => (link[end] === index ? [at] : []));
}

function select(index) {
  if (collapsed && !current.querySelector(`[data-node="${index}"]`)) show(namespaceOf(index));
  const [callers, callees] = [linksOf(index, 1), linksOf(index, 0)];
  highlight(new Set([...callers, ...callees]), [index]);
  const own = current.querySelector(`[data-node="${index}"]`);
  own.classList.add("selected");
  const [kind, , , facts, findings] = nodes[index];
  const found = findings.map(([code, severity, text]) => [
    element("span", `${texts[code]} ${texts[severity]}`, `text-${texts[severity]}`),
    element("div", texts[text]),
  ]);
  details.replaceChildren(
    element("h2", nameOf(index)),
    element("div", `${texts[kind]}, ${namespaceOf(index)}`, "soft"),
    ...list(
      "Settings",
      facts.map((fact) => [texts[fact]]),
    ),
    ...list("Findings", found),
    ...list(
      "Callers",
      callers.map((at) => linkItem(at, 0, "from")),
    ),
    ...list(
      "Calls",
      callees.map((at) => linkItem(at, 1, "to")),
    ),
  );
  own.focus({ preventScroll: true });
  zoomToShown();
}

function selectLinks(indices) {
  highlight(new Set(indices), []);
  const title =
    indices.length === 1
      ? `${nameOf(links[indices[0]][0])} → ${nameOf(links[indices[0]][1])}`
      : `${indices.length} links`;
  details.replaceChildren(
    element("h2", title),
    ...list(
      "Calls",
      indices.map((at) => [...linkItem(at, 0, "from").slice(0, 1), ...linkItem(at, 1, "to")]),
    ),
  );
}

function reset() {
  clear();
  byId("search").value = "";
  byId("namespace").value = "";
  byId("kind").value = "";
  details.replaceChildren(...intro);
}

function filter() {
  const [namespace, kind] = [byId("namespace").value, byId("kind").value];
  clear();
  if (collapsed && namespace) show(namespace);
  if (!namespace && !kind) return;
  const isShown = (index) =>
    (!namespace || namespaceOf(index) === namespace) && (!kind || texts[nodes[index][0]] === kind);
  for (const one of current.querySelectorAll(".node[data-node]")) {
    one.classList.toggle("dim", !isShown(Number(one.dataset.node)));
  }
  for (const one of current.querySelectorAll(".link")) {
    const ends = one.dataset.link.split(" ").flatMap((index) => links[Number(index)].slice(0, 2));
    one.classList.toggle("dim", !ends.some(isShown));
  }
}

function activate(target) {
  const node = target.closest(".node");
  if (node && "node" in node.dataset) return select(Number(node.dataset.node));
  if (node) return show(node.dataset.group);
  const link = target.closest(".link");
  if (link) selectLinks(link.dataset.link.split(" ").map(Number));
}

for (const one of pictures) one.dataset.box = one.getAttribute("viewBox");
if (links.some(([, , , change]) => change >= 0)) document.body.classList.add("compared");
byId("names").append(...nodes.map((_, index) => Object.assign(element("option"), { value: nameOf(index) })));

byId("search").addEventListener("change", () => {
  const wanted = byId("search").value.trim().toLowerCase();
  if (wanted === "") return reset();
  const names = nodes.map((_, index) => nameOf(index).toLowerCase());
  const index = names.includes(wanted)
    ? names.indexOf(wanted)
    : names.findIndex((name) => name.includes(wanted));
  if (index >= 0) select(index);
  else details.replaceChildren(element("p", `Nothing is named ${byId("search").value}.`));
});
byId("namespace").addEventListener("change", filter);
byId("kind").addEventListener("change", filter);
byId("in").addEventListener("click", () => move(0, 0, 1.25));
byId("out").addEventListener("click", () => move(0, 0, 0.8));
byId("fit").addEventListener("click", fit);
byId("back").addEventListener("click", () => {
  reset();
  show("all");
});
byId("theme").addEventListener("click", () => {
  const root = document.documentElement;
  root.dataset.theme = root.dataset.theme === "dark" ? "light" : "dark";
});
if (matchMedia("(prefers-color-scheme: dark)").matches) document.documentElement.dataset.theme = "dark";

const area = byId("pictures");
let drag;
area.addEventListener("pointerdown", (event) => {
  drag = { x: event.clientX, y: event.clientY, moved: false };
});
area.addEventListener("pointermove", (event) => {
  if (!drag || event.buttons === 0) return;
  const { width, height } = area.getBoundingClientRect();
  const scale = Math.max(box[2] / width, box[3] / height);
  const [right, down] = [(drag.x - event.clientX) * scale, (drag.y - event.clientY) * scale];
  if (Math.abs(right) + Math.abs(down) > 4 * scale) drag.moved = true;
  if (!drag.moved) return;
  move(right / box[2], down / box[3], 1);
  Object.assign(drag, { x: event.clientX, y: event.clientY });
});
area.addEventListener("click", (event) => {
  if (!drag?.moved) activate(event.target);
  drag = undefined;
});
area.addEventListener(
  "wheel",
  (event) => {
    event.preventDefault();
    move(0, 0, event.deltaY < 0 ? 1.12 : 1 / 1.12);
  },
  { passive: false },
);
document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.key === "Escape") return reset();
  if (/^(INPUT|SELECT)$/.test(event.target.tagName)) return;
  const isNode = event.target.closest?.(".node");
  if (isNode && (event.key === "Enter" || event.key === " ")) {
    event.preventDefault();
    return activate(event.target);
  }
  const keys = {
    "+": [0, 0, 1.25],
    "=": [0, 0, 1.25],
    "-": [0, 0, 0.8],
    ArrowLeft: [-0.1, 0, 1],
    ArrowRight: [0.1, 0, 1],
    ArrowUp: [0, -0.1, 1],
    ArrowDown: [0, 0.1, 1],
  };
  if (event.key === "/") {
    event.preventDefault();
    byId("search").focus();
  } else if (event.key === "0") fit();
  else if (event.key in keys) {
    event.preventDefault();
    move(...keys[event.key]);
  }
});
show("all");
