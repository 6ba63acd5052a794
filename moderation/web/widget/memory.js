// What the reader's own browser keeps. One that forbids storage throws: the widget then works without.

const memory = (area, name) => ({
  get value() {
    try {
      return JSON.parse(window[area].getItem(`moderation:${name}`));
    } catch {
      return null;
    }
  },
  set value(value) {
    try {
      window[area].setItem(`moderation:${name}`, JSON.stringify(value));
    } catch { /* as above */ }
  },
});
