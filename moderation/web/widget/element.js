// <moderation-comments site thread theme>

class ModerationComments extends HTMLElement {
  static observedAttributes = ["site", "thread"];
  #root = this.attachShadow({ mode: "open" });
  #life = new AbortController();
  #asked;

  constructor() {
    super();
    // A constructed sheet needs no permission from the page's style-src.
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(STYLE);
    this.#root.adoptedStyleSheets = [sheet];
  }

  connectedCallback() {
    // Several changes in a row are one.
    this.#asked ??= queueMicrotask(() => this.#restart()) ?? true;
  }

  disconnectedCallback() {
    this.connectedCallback();
  }

  attributeChangedCallback() {
    this.connectedCallback();
  }

  #restart() {
    this.#asked = null;
    this.#life.abort();
    this.#life = new AbortController();
    const site = this.getAttribute("site");
    const thread = this.getAttribute("thread") ?? location.pathname;
    const isShown = site && this.isConnected;
    this.#root.replaceChildren(...(isShown ? [createDiscussion(site, thread, this.#life.signal)] : []));
  }
}
