import { createHash } from "node:crypto";
import { Html, html } from "./html.js";
import type { User } from "./users.js";

const STYLE = `
  :root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif; }
  body { max-width: 40rem; margin: 2rem auto; padding: 0 1rem; }
  header, li { display: flex; flex-wrap: wrap; gap: 0.25rem 1rem; align-items: center; justify-content: space-between; }
  h2 { margin: 2.5rem 0 0.5rem; font-size: 1.2rem; }
  ul { list-style: none; margin: 0 0 1rem; padding: 0; }
  li { padding: 0.75rem 0; border-bottom: 1px solid #8884; }
  li div { display: grid; }
  small { color: GrayText; }
  label { display: grid; max-width: 22rem; margin: 0.75rem 0; }
  input, button { font: inherit; padding: 0.4rem 0.8rem; border: 1px solid #8888; border-radius: 0.4rem; }
  button { cursor: pointer; }
  .this { padding: 0 0.6rem; border-radius: 1rem; background: #2a84; }
  .notice, .problem { padding: 0.6rem 1rem; border-radius: 0.4rem; background: #2a83; }
  .problem { background: #d333; }
`;

/** For the Content-Security-Policy: this style is the only one. */
export const STYLE_HASH = `sha256-${createHash("sha256").update(STYLE).digest("base64")}`;
const styleElement = new Html(`<style>${STYLE}</style>`); // in one piece: its hash minds each space

/** A whole page. Who is signed in can sign out on each one. */
export function page(title: string, user: User | undefined, content: Html): string {
  const signOut = html`<form method="post" action="/sign-out">
    Signed in as ${user?.id ?? ""} <button>Sign out</button>
  </form>`;
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width" />
        <title>${title}</title>
        ${styleElement}
      </head>
      <body>
        <header>
          <h1>${title}</h1>
          ${user ? signOut : ""}
        </header>
        ${content}
      </body>
    </html> `.text;
}

/** What happened, or what went wrong. */
export function message(kind: "notice" | "problem", text: string | undefined): Html {
  return text === undefined ? html`` : html`<p class="${kind}" role="status">${text}</p>`;
}

/** A field of a form; with `value`, what was entered before. */
export function field(
  label: string,
  name: string,
  type: "text" | "password",
  autocomplete: string,
  value = "",
) {
  return html`<label>
    ${label}
    <input name="${name}" type="${type}" autocomplete="${autocomplete}" value="${value}" required />
  </label>`;
}
