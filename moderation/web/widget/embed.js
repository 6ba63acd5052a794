// Puts the element where the script stands, or serves the ones the page has set itself.

const TAG = "moderation-comments";

const begin = () => {
  const own = [...document.querySelectorAll(`${TAG}:not([data-inserted])`)];
  // A second script on the page finds the first one's element: that one is taken, it needs its own.
  const elements = own.length ? own : [insertAfterScript()];
  for (const element of elements) {
    for (const name of ["site", "thread", "theme"]) {
      const value = SCRIPT.dataset[name];
      if (value && !element.hasAttribute(name)) element.setAttribute(name, value);
    }
  }
  if (!customElements.get(TAG)) customElements.define(TAG, ModerationComments);
};

const insertAfterScript = () => {
  const element = el(TAG, { "data-inserted": true });
  if (document.head.contains(SCRIPT)) document.body.append(element);
  else SCRIPT.after(element);
  return element;
};

// An async script may run before the parser has reached the page's own element.
if (document.readyState === "loading") addEventListener("DOMContentLoaded", begin);
else begin();
