// @ts-check
// Keyboard and quick answers for the desk. Without this file every form still works by itself.

const queue = document.querySelector("[data-queue]");
const toast = /** @type {HTMLElement} */ (document.getElementById("toast"));
const help = /** @type {HTMLDialogElement} */ (document.getElementById("help"));
/** The last rejected comment, and where its card stood. @type {{id: string, before: Element | null} | null} */
let rejected = null;

const cards = () => /** @type {HTMLElement[]} */ ([...document.querySelectorAll("[data-card]")]);
const cardOf = (id) => cards().find((card) => card.dataset.card === id);

function current() {
  return /** @type {HTMLElement | null} */ (document.activeElement?.closest("[data-card]")) ?? null;
}

function step(by) {
  const all = cards();
  const at = all.indexOf(/** @type {HTMLElement} */ (current()));
  const next = all[at < 0 ? 0 : Math.min(all.length - 1, Math.max(0, at + by))];
  show(next);
}

function show(card) {
  card?.focus();
  card?.scrollIntoView({ block: "nearest" });
}

function press(action) {
  const card = current() ?? cards()[0];
  const button = card?.querySelector(`button[name=action][value=${action}]`);
  /** @type {HTMLButtonElement | null | undefined} */ (button)?.click();
}

function undo() {
  const shown = toast.querySelector("button[value=restore]");
  if (shown) /** @type {HTMLButtonElement} */ (shown).click();
  else if (rejected) act(rejected.id, new URLSearchParams({ action: "restore", seen: "rejected" }));
}

const SHORTCUTS = {
  j: () => step(1),
  k: () => step(-1),
  a: () => press("approve"),
  r: () => press("reject"),
  c: () => press("claim"),
  u: undo,
  "?": () => help.showModal(),
};

document.addEventListener("keydown", (event) => {
  const target = /** @type {Element} */ (event.target);
  if (target.closest("input, textarea, select, dialog") || event.ctrlKey || event.metaKey || event.altKey) return;
  const shortcut = SHORTCUTS[event.key];
  if (!shortcut || event.repeat) return;
  event.preventDefault();
  shortcut();
});

document.addEventListener("submit", (event) => {
  const form = /** @type {HTMLFormElement} */ (event.target);
  // Not form.action: the buttons are named "action" and stand before the property.
  const id = /^\/dashboard\/comments\/([^/]+)\/actions$/.exec(form.getAttribute("action") ?? "")?.[1];
  if (!id || !queue) return;
  event.preventDefault();
  const fields = new FormData(form, event.submitter);
  act(decodeURIComponent(id), new URLSearchParams(/** @type {any} */ (fields)));
});

/** Do it, then put the answer in place. A second press while the first is under way does nothing. */
async function act(id, fields) {
  const card = cardOf(id);
  if (card?.dataset.busy) return;
  if (card) card.dataset.busy = "1";
  card?.classList.add("leaving");
  try {
    const response = await fetch(`/dashboard/comments/${encodeURIComponent(id)}/actions`, {
      method: "POST",
      body: fields,
      headers: { Accept: "application/json" },
    });
    settle(id, fields.get("action"), response, await response.json());
  } catch {
    say({ message: "The server does not answer. Nothing was changed; please try again." }, true);
  } finally {
    if (card) delete card.dataset.busy;
    card?.classList.remove("leaving");
  }
}

function settle(id, action, response, answer) {
  if (response.status === 401) location.assign("/dashboard/sign-in");
  else if (!answer.card) say({ message: answer.detail ?? "That did not work." }, true);
  else if (!response.ok) refuse(id, answer);
  else if (action === "claim" || action === "release") replace(id, answer);
  else if (action === "restore") bringBack(id, answer);
  else remove(id, answer);
}

function refuse(id, answer) {
  show(put(id, answer.card));
  say(answer, true);
}

function replace(id, answer) {
  show(put(id, answer.card));
  say(answer);
}

function remove(id, answer) {
  const card = cardOf(id);
  const next = card?.nextElementSibling ?? card?.previousElementSibling ?? null;
  if (answer.action === "restore") rejected = { id, before: card?.nextElementSibling ?? null };
  if (!next) {
    const back = /** @type {HTMLElement} */ (queue).dataset.queue ?? "/dashboard";
    const done = answer.action === "restore" ? "reject" : "approve";
    location.assign(`${back}&${new URLSearchParams({ done, comment: id })}`);
    return;
  }
  card?.remove();
  count(card ? -1 : 0);
  show(/** @type {HTMLElement} */ (next));
  say(answer);
}

function bringBack(id, answer) {
  const before = rejected?.id === id && rejected.before?.isConnected ? rejected.before : null;
  rejected = null;
  if (!cardOf(id)) {
    /** @type {Element} */ (queue).insertBefore(made(answer.card), before);
    count(1);
  }
  show(put(id, answer.card));
  say(answer);
}

/** The card `id`, made anew of `html`, which our own server wrote and escaped. */
function put(id, html) {
  const fresh = made(html);
  cardOf(id)?.replaceWith(fresh);
  return fresh;
}

function made(html) {
  const template = document.createElement("template");
  template.innerHTML = html;
  return /** @type {HTMLElement} */ (template.content.firstElementChild);
}

function count(by) {
  const waiting = document.getElementById("waiting");
  if (waiting) waiting.textContent = String(Math.max(0, Number(waiting.textContent) + by));
}

function say(answer, isWrong = false) {
  const line = document.createElement("p");
  line.textContent = answer.message;
  toast.classList.toggle("wrong", isWrong);
  toast.replaceChildren(line, ...(answer.action ? [wayBack(answer)] : []));
}

function wayBack({ comment, seen, action, label }) {
  const form = document.createElement("form");
  form.method = "post";
  form.setAttribute("action", `/dashboard/comments/${encodeURIComponent(comment)}/actions`);
  const button = document.createElement("button");
  Object.assign(button, { name: "action", value: action, textContent: label });
  const status = document.createElement("input");
  Object.assign(status, { type: "hidden", name: "seen", value: seen });
  form.append(status, button);
  return form;
}

const offer = /** @type {HTMLButtonElement | null} */ (document.querySelector("[data-help]"));
if (offer) {
  offer.hidden = false;
  offer.addEventListener("click", () => help.showModal());
}
