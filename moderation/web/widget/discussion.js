// One thread on the page: heading, form, a line that says what goes on, and the list.

const PAGE_SIZE = 50;

const createDiscussion = (site, thread, life) => {
  const waiting = memory("sessionStorage", `waiting:${site}:${thread}`);
  const list = createList((entry) => form.replyTo(entry));
  const form = createForm(site, thread, (answer, comment) => accepted(answer, comment));
  const heading = el("h2", { class: "heading" });
  const status = el("p", { role: "status" });
  const empty = el("p", { class: "empty" }, WORDS.empty);
  const retry = button("Retry", "more", () => (cursor ? showMore() : load()));
  const more = button("Show more", "more", () => showMore());
  const sort = el("select", { id: "sort", class: "select", onchange: () => load() },
    el("option", { value: "newest" }, "Newest first"), el("option", { value: "oldest" }, "Oldest first"));
  const sorting = el("div", { class: "sort" }, el("label", { for: "sort" }, "Sort"), sort);
  const node = el("section", {}, heading, form.home,
    el("div", { class: "bar" }, status, retry, sorting), empty, list.node, more);
  let cursor = null;
  let total = 0;
  let latest = 0;

  const load = async () => {
    form.move(null);
    list.clear();
    cursor = null;
    draw();
    if (!(await fetchPage())) return;
    showWaiting();
    const parent = list.entries.get(form.draftParentId());
    if (parent) form.move(parent);
    followHash();
  };

  const showMore = async () => {
    const [added] = await fetchPage() ?? [];
    // A keyboard reader goes on with the first new comment, not at the end of the page.
    if (added) list.entries.get(added.id).body.focus();
  };

  const fetchPage = async () => {
    const mine = ++latest;
    say(WORDS.loading);
    retry.hidden = more.hidden = empty.hidden = true;
    const page = await readPage().catch(() => null);
    // An answer that comes after the reader has asked for something else is let go.
    if (mine !== latest || life.aborted) return null;
    retry.hidden = Boolean(page);
    say(page ? "" : WORDS.loadFailed, "failed");
    if (!page) return null;
    for (const comment of page.data) list.add(comment);
    cursor = page.next_cursor;
    total = page.total ?? list.published();
    draw();
    return page.data;
  };

  const readPage = async () => {
    const query = { site, thread, sort: sort.value, limit: PAGE_SIZE, ...(cursor && { cursor }) };
    const page = await fetchJson("comments", query);
    if (!page.has_more) return { ...page, next_cursor: null };
    // Only a discussion of several pages needs to ask how long it is.
    const counts = await fetchJson("counts", { site, thread }).catch(() => null);
    return { ...page, total: counts?.counts[thread] };
  };

  const draw = () => {
    list.arrange(sort.value);
    heading.textContent = WORDS.count(total);
    empty.hidden = list.entries.size > 0;
    sorting.hidden = list.entries.size < 2;
    more.hidden = !cursor;
  };

  const accepted = ({ id, status: outcome, created_at = new Date().toISOString(), comment }, { author: { name, url }, parent_id, text }) => {
    const isPublic = outcome === "published";
    const preview = { id, parent_id, author: { name, url }, text, created_at };
    if (isPublic) total += 1;
    else waiting.value = [...(waiting.value ?? []), preview];
    list.add(comment ?? preview, !isPublic);
    draw();
    say(isPublic ? WORDS.published : WORDS.awaiting, isPublic ? "good" : "held");
    pointAt(list.entries.get(id).body);
  };

  // The author's own comments stay before their eyes until everyone can see them.
  const showWaiting = () => {
    const still = (waiting.value ?? []).filter(({ id }) => !list.entries.has(id));
    waiting.value = still;
    for (const comment of still) list.add(comment, true);
    draw();
    if (still.length) say(WORDS.awaiting, "held");
  };

  // The browser looks for #comment-… in the page and cannot see into a shadow root.
  const followHash = async () => {
    const id = /^#comment-([\w-]+)$/.exec(location.hash)?.[1];
    if (!id) return;
    const comment = list.entries.has(id) ? null : await fetchJson(`comments/${id}`).catch(() => null);
    if (comment?.thread === thread) {
      list.add(comment);
      draw();
    }
    const entry = list.entries.get(id);
    if (entry) pointAt(entry.body);
  };

  const say = (text, kind = "") => {
    status.textContent = text;
    status.className = kind;
  };

  addEventListener("hashchange", followHash, { signal: life });
  load();
  return node;
};
