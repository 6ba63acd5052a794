// The calls to the service. No cookies travel, and a call that hangs counts as one that failed.

const SCRIPT = document.currentScript;
const SERVICE = new URL(SCRIPT.src).origin;
const PATIENCE_MS = 20000;

const call = (path, options) => fetch(`${SERVICE}/api/v1/${path}`, {
  credentials: "omit",
  signal: AbortSignal.timeout(PATIENCE_MS),
  ...options,
});

const fetchJson = async (path, query = {}) => {
  const response = await call(`${path}?${new URLSearchParams(query)}`);
  if (!response.ok) throw new Error(response.status);
  return response.json();
};

const postComment = async (body, key) => {
  const headers = { "Content-Type": "application/json", "Idempotency-Key": key };
  const response = await call("comments", { method: "POST", headers, body });
  const answer = await response.json().catch(() => ({}));
  return { status: response.status, answer, seconds: Math.ceil(response.headers.get("Retry-After")) || 10 };
};

// Pages on plain http have no randomUUID, but they do have random bytes.
const newKey = () => crypto.randomUUID?.() ?? crypto.getRandomValues(new Uint32Array(4)).join("-");
