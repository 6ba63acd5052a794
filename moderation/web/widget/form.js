// The form: one draft, whom it answers, and what to say to each answer of the service.

const createForm = (site, thread, onAccepted) => {
  const draft = memory("sessionStorage", `draft:${site}:${thread}`);
  const author = memory("localStorage", "author");
  const title = el("h3", { dir: "auto" }, WORDS.leave);
  const cancel = button("Cancel reply", "quiet cancel", () => { replyTo(null); fields.focus(); });
  const post = el("button", { class: "post" }, "Post Comment");
  const remember = button(WORDS.remember, "remember", () => { remember.ariaChecked = remember.ariaChecked !== "true"; });
  const fields = createFields(() => save());
  let parent = null;
  let sent = {};
  let busy = false;

  const node = el("form", { novalidate: "", onsubmit: (event) => { event.preventDefault(); submit(); } },
    el("div", { class: "title" }, title, cancel),
    ...fields.nodes, fields.alert,
    el("p", { id: "email-note", class: "note" }, WORDS.emailNote), remember, post);
  const home = el("div", {}, node);

  const submit = async () => {
    if (busy) return;
    const faults = fields.faults();
    fields.show(faults);
    if (faults.length) return;
    setBusy("Posting…");
    const body = bodyOf(fields.read());
    // The same content keeps its key through double clicks, retries and reloads, and so is posted once.
    if (sent.body !== body) sent = { body, key: newKey() };
    save();
    const result = await postComment(body, sent.key).catch(() => ({ status: 0 }));
    setBusy("");
    receive(result, JSON.parse(body));
  };

  const bodyOf = ({ comment, name, email, url }) => JSON.stringify({
    site,
    thread: { id: thread, url: pageAddress(), title: document.title },
    parent_id: parent?.comment.id ?? null,
    author: { name, email, url: url ? url.replace(/^(?![a-z][\w+.-]*:)/i, "https://") : null },
    text: comment,
  });

  const receive = ({ status, answer, seconds }, comment) => {
    const complain = (message) => fields.show([["form", message]]);
    // A rejected text stays, so that its author can mend it.
    if (answer?.status === "rejected") complain(WORDS.rejected);
    else if (answer?.id) accept(answer, comment);
    else if (answer?.errors?.length) fields.showServerErrors(answer.errors);
    else complain((status < 500 && answer?.detail) || WORDS.away);
    if (status === 429) countDown(seconds);
  };

  const accept = (answer, comment) => {
    const { name, email, url } = fields.read();
    author.value = remember.ariaChecked === "true" ? { name, email, url } : null;
    fields.fill({ comment: "" });
    sent = {};
    replyTo(null);
    onAccepted(answer, comment);
  };

  const countDown = (seconds) => {
    setBusy(seconds > 0 ? `Post Comment (${seconds})` : "");
    if (seconds > 0) setTimeout(countDown, 1000, seconds - 1);
  };

  // Not `disabled`, which would throw a keyboard user's focus away.
  const setBusy = (label) => {
    busy = Boolean(label);
    post.ariaDisabled = busy;
    post.textContent = label || "Post Comment";
  };

  const save = () => {
    draft.value = { ...fields.read(), parentId: parent?.comment.id, sent };
  };

  // Takes the form below a comment, or home again.
  const move = (entry) => {
    parent = entry;
    title.textContent = entry ? WORDS.replyTo(entry.comment.author.name) : WORDS.leave;
    cancel.hidden = !entry;
    if (entry) entry.body.after(node);
    else home.append(node);
  };

  const replyTo = (entry) => {
    move(entry);
    save();
    if (entry) fields.focus();
  };

  move(null);
  remember.role = "checkbox";
  remember.ariaChecked = Boolean(author.value);
  fields.fill(author.value);
  fields.fill(draft.value);
  sent = draft.value?.sent ?? sent;
  return { home, move, replyTo, draftParentId: () => draft.value?.parentId };
};

const pageAddress = () =>
  webAddress(document.querySelector("link[rel=canonical]")?.href) ?? location.href.split("#")[0];
