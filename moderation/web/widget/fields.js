// The four fields: their labels, what blank ones are told, and where the server's errors belong.

const FIELDS = [
  { name: "comment", label: "Comment", pointer: "/text", blank: WORDS.commentBlank },
  { name: "name", label: "Name", pointer: "/author/name", blank: WORDS.nameBlank },
  { name: "email", label: "Email", pointer: "/author/email", blank: WORDS.emailBlank },
  { name: "url", label: "Website", pointer: "/author/url" },
];

const createFields = (onInput) => {
  const inputs = {};
  const errors = { form: el("p", { class: "error of-form" }) };

  const nodes = FIELDS.map(({ name, label, blank }) => {
    const isText = name === "comment";
    const input = inputs[name] = el(isText ? "textarea" : "input", {
      id: name, name, placeholder: `${label}:${blank && !isText ? "*" : ""}`, dir: "auto", class: "input",
      type: isText ? null : name === "name" ? "text" : name, autocomplete: isText ? "off" : name,
      "aria-required": Boolean(blank), "aria-describedby": `${name}-error ${name}-note`,
      oninput: () => { setError(name, ""); onInput(); },
    });
    errors[name] = el("p", { id: `${name}-error`, class: `error of-${name}` });
    return el("div", { class: `field ${name}` }, input, el("label", { for: name }, label));
  });

  // One live region holds every message, and the form's grid sets each below its field:
  // screen readers hear all of them at once, and eyes find each where it belongs.
  const alert = el("div", { role: "alert", class: "errors" }, ...Object.values(errors));

  const setError = (name, message) => {
    errors[name].textContent = message;
    if (inputs[name]) inputs[name].ariaInvalid = Boolean(message);
  };

  const read = () => Object.fromEntries(FIELDS.map(({ name }) => [name, inputs[name].value.trim()]));

  const fill = (values) => {
    for (const { name } of FIELDS) inputs[name].value = values?.[name] ?? inputs[name].value;
  };

  // Only blanks and the email's shape, so that all errors show together; the server has the last word.
  const faults = () => {
    const values = read();
    const blank = FIELDS.filter((field) => field.blank && !values[field.name]);
    const wrong = values.email && !/^\S+@\S+\.\S+$/.test(values.email);
    return [...blank.map((field) => [field.name, field.blank]), ...(wrong ? [["email", WORDS.emailWrong]] : [])];
  };

  const show = (messages) => {
    for (const name in errors) setError(name, "");
    for (const [name, message] of messages) setError(name, message);
    FIELDS.map(({ name }) => inputs[name]).find((input) => errors[input.name].textContent)?.focus();
  };

  const showServerErrors = (list) => show(list.map(({ pointer, detail }) =>
    [FIELDS.find((field) => field.pointer === pointer)?.name ?? "form", detail]));

  return { nodes, alert, read, fill, faults, show, showServerErrors, focus: () => inputs.comment.focus() };
};
