import { createHash } from "node:crypto";
import { Html, html } from "./html.js";
import type { User } from "./users.js";

const STYLE = `
  :root {
    color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif;
    --background: #fff; --text: #1a1a1a; --muted: #595959;
    --primary: #0b5394; --danger: #a61b1b; --good: #dcefdc; --bad: #f9dede;
  }
  @media (prefers-color-scheme: dark) {
    :root {
      --background: #161616; --text: #ececec; --muted: #b0b0b0;
      --primary: #8fc1f2; --danger: #ff9b9b; --good: #1f3a22; --bad: #4a2020;
    }
  }
  body { background: var(--background); color: var(--text); }
  body { max-width: 40rem; margin: 2rem auto; padding: 0 1rem; }
  header, li { display: flex; flex-wrap: wrap; gap: 0.25rem 1rem; align-items: center; justify-content: space-between; }
  h2 { margin: 2.5rem 0 0.5rem; font-size: 1.2rem; }
  ul { list-style: none; margin: 0 0 1rem; padding: 0; }
  li { padding: 0.75rem 0; border-bottom: 1px solid #8884; }
  li div { display: grid; }
  small { color: var(--muted); }
  label { display: grid; max-width: 22rem; margin: 0.75rem 0; }
  input, button { font: inherit; padding: 0.4rem 0.8rem; border: 1px solid var(--muted); border-radius: 0.4rem; }
  input, button { background: var(--background); color: var(--text); }
  button { cursor: pointer; }
  .primary { background: var(--primary); border-color: var(--primary); color: var(--background); }
  .danger { border-color: var(--danger); color: var(--danger); }
  .this, .notice { background: var(--good); }
  .problem { background: var(--bad); }
  .this { padding: 0 0.6rem; border-radius: 1rem; }
  .notice, .problem { padding: 0.6rem 1rem; border-radius: 0.4rem; }
`;

/** Hash of the style for the Content-Security-Policy, which allows no other. */
export const STYLE_HASH = `sha256-${createHash("sha256").update(STYLE).digest("base64")}`;
const styleElement = new Html(`<style>${STYLE}</style>`); // as it is: the hash covers each space

/** Returns a whole page. A signed-in user can sign out on each of them. */
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
        <main>${content}</main>
      </body>
    </html> `.text;
}

/** Returns a message about what happened or what went wrong. */
export function message(kind: "notice" | "problem", text: string | undefined): Html {
  return text === undefined ? html`` : html`<p class="${kind}" role="status">${text}</p>`;
}

/** Returns a field of a form. @param value text that was entered before. */
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
