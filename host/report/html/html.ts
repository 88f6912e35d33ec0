// HTML text that is escaped by default: whatever is put into a template comes out as text, unless it is Html itself.

export class Html {
  readonly text: string;
  constructor(text: string) {
    this.text = text;
  }
}

export type Content = Html | string | number | undefined | false | readonly Content[];

const ENTITIES: Record<string, string> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;" };

/** Control characters, which HTML forbids, become the sign for what cannot be shown. */
export function escapeHtml(text: string): string {
  return text.replaceAll(/[^\P{Cc}\n\t]/gu, "\uFFFD").replaceAll(/[&<>"']/g, (character) => ENTITIES[character]);
}

/** html`<p class="${name}">${text}</p>`: attributes must stand in quotation marks. */
export function html(strings: TemplateStringsArray, ...contents: Content[]): Html {
  return new Html(strings.map((string, i) => string + (i < contents.length ? textOf(contents[i]) : "")).join(""));
}

function textOf(content: Content): string {
  if (content === undefined || content === false) return "";
  if (content instanceof Html) return content.text;
  if (typeof content === "object") return content.map(textOf).join("");
  return escapeHtml(String(content));
}
