// Strangers' text and times as nodes. Text stays text: only http and https addresses become links.

const webAddress = (address) => {
  try {
    const url = new URL(address);
    return /^https?:$/.test(url.protocol) ? url.href : null;
  } catch {
    return null;
  }
};

const outwardLink = (href, text) =>
  el("a", { href, rel: "nofollow ugc noopener", target: "_blank" }, text);

const prose = (text) =>
  text.split(/(\bhttps?:\/\/[^\s<>"]+)/i).flatMap((piece, index) => {
    if (index % 2 === 0) return piece;
    // The full stop or the bracket that ends a sentence is not part of its last address.
    const address = piece.replace(/[.,;:!?'\])]+$/, (end) => (end[0] === ")" && piece.includes("(") ? ")" : ""));
    const href = webAddress(address);
    return href ? [outwardLink(href, address), piece.slice(address.length)] : piece;
  });

const UNITS = [["day", 1440], ["hour", 60], ["minute", 1]];

const timeAgo = (date) => {
  const minutes = (Date.now() - date) / 60000;
  if (minutes < 1) return "just now";
  if (minutes > 43200) return date.toLocaleDateString("en", { dateStyle: "long" });
  const [unit, length] = UNITS.find(([, length]) => minutes >= length);
  return new Intl.RelativeTimeFormat("en", { numeric: "auto" }).format(-Math.floor(minutes / length), unit);
};

const timeNode = (datetime) => {
  const date = new Date(datetime);
  const title = date.toLocaleString("en", { dateStyle: "full", timeStyle: "short" });
  return el("time", { datetime, title }, timeAgo(date));
};
