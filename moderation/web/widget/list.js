// The comments on the page: keeps each once, and arranges them as conversations.

const DEEPEST = 3;

const createList = (onReply) => {
  const node = el("ol", { class: "comments" });
  const entries = new Map();

  const add = (comment, waiting) => {
    const known = entries.get(comment.id);
    if (known && !known.waiting) return;
    known?.item.remove();
    entries.set(comment.id, createEntry(comment, waiting, onReply));
  };

  const arrange = (sort) => {
    const all = [...entries.values()].sort((one, other) => one.time - other.time);
    const roots = all.filter(({ comment }) => !entries.has(comment.parent_id));
    const replies = all.filter(({ comment }) => entries.has(comment.parent_id));
    for (const entry of all) entry.answers = [];
    for (const reply of replies) entries.get(reply.comment.parent_id).answers.push(reply);
    // Threads follow the chosen order; the replies within one always read from first to last.
    if (sort === "newest") roots.reverse();
    for (const root of roots) place(root, node, 0);
  };

  const place = (entry, list, depth) => {
    list.append(entry.item);
    entry.context.textContent = contextOf(entry.comment.parent_id, depth);
    // A phone has room for three indents: deeper replies stay on the third and say whom they answer.
    const inner = depth < DEEPEST ? entry.replies : list;
    for (const answer of entry.answers) place(answer, inner, depth + 1);
  };

  const contextOf = (parentId, depth) => {
    const parent = entries.get(parentId);
    if (parentId && !parent) return WORDS.inReplyTo("a comment");
    return depth > DEEPEST ? WORDS.inReplyTo(parent.comment.author.name) : "";
  };

  const clear = () => {
    entries.clear();
    node.replaceChildren();
  };

  const published = () => [...entries.values()].filter(({ waiting }) => !waiting).length;

  return { node, entries, add, arrange, clear, published };
};

const createEntry = (comment, waiting, onReply) => {
  const { id, author, text, created_at, edited_at } = comment;
  const href = author.url && webAddress(author.url);
  const name = el("bdi", {}, author.name);
  const context = el("p", { class: "context" });
  const body = el("article", { tabindex: -1, class: "card" },
    el("header", {},
      avatar(author.name),
      el("strong", { id: `author-${id}`, class: "author" }, href ? outwardLink(href, name) : name),
      el("a", { href: `#comment-${id}`, class: "when" }, timeNode(created_at)),
      edited_at ? el("span", { class: "edited" }, "edited") : ""),
    context,
    el("div", { class: "text", dir: "auto" }, ...prose(text)));
  const entry = { comment, waiting, body, context, time: Date.parse(created_at) };
  const reply = button("Reply", "quiet reply", () => onReply(entry));
  // Every button is named Reply; the description tells whose comment it answers.
  reply.setAttribute("aria-describedby", `author-${id}`);
  body.append(waiting ? el("p", { class: "private" }, WORDS.private) : reply);
  entry.replies = el("ol", { class: "replies" });
  entry.item = el("li", { id: `comment-${id}`, class: waiting ? "waiting" : "item" }, body, entry.replies);
  return entry;
};

const avatar = (name) => {
  const letters = [...name.trim()];
  const node = el("span", { class: "avatar", "aria-hidden": true }, (letters[0] ?? "?").toUpperCase());
  node.style.setProperty("--hue", letters.reduce((sum, letter) => sum * 31 % 360 + letter.codePointAt(), 7));
  return node;
};
