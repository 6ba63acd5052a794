// Elements are built, never parsed: a page that enforces Trusted Types has nothing to refuse.

const el = (tag, attributes = {}, ...children) => {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else if (value != null) node.setAttribute(name, value);
    // Whatever has a class is also a part that the page may style.
    if (name === "class") node.setAttribute("part", value);
  }
  node.append(...children);
  return node;
};

const button = (label, name, onclick) => el("button", { type: "button", class: name, onclick }, label);

const pointAt = (node) => {
  const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
  node.focus({ preventScroll: true });
  node.scrollIntoView({ block: "center", behavior: still ? "auto" : "smooth" });
  node.animate({ backgroundColor: ["#7a9fd455", "transparent"] }, 3000);
};
