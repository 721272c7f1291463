import { createHash } from "node:crypto";
import { COOKIE_NAME } from "./cookie.js";

const style = `
  :root {
    color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif;
    --background: #fff; --panel: #f5f6f8; --text: #1a1a1a; --muted: #545b64; --primary: #0b5394;
  }
  @media (prefers-color-scheme: dark) {
    :root { --background: #161616; --panel: #222427; --text: #ececec; --muted: #b0b5bb; --primary: #8fc1f2; }
  }
  body { max-width: 44rem; margin: 2rem auto; padding: 0 1rem; background: var(--background); color: var(--text); }
  h1 { line-height: 1.2; }
  a { color: var(--primary); }
  form { display: flex; flex-wrap: wrap; gap: 0.5rem; align-items: end; margin: 1.5rem 0; }
  label { display: grid; font-size: 0.85rem; }
  input, button { font: inherit; padding: 0.4rem 0.8rem; border: 1px solid var(--muted); border-radius: 0.4rem; }
  input, button { background: var(--background); color: var(--text); }
  button { cursor: pointer; }
  button:not([type]) { background: var(--primary); border-color: var(--primary); color: var(--background); }
  h2 { font-size: 1rem; margin: 1.5rem 0 0.4rem; }
  pre { margin: 0; padding: 0.8rem; border-radius: 0.4rem; background: var(--panel); white-space: pre-wrap; overflow-wrap: anywhere; }
`;

// All that comes from the server is shown as text, never as HTML.
const script = `
  const element = (id) => document.getElementById(id);
  const fetchJson = async (path) => {
    const response = await fetch(path);
    return { response, body: await response.json() };
  };
  const show = async (path) => {
    try {
      const { response, body } = await fetchJson(path);
      const { pathname } = new URL(response.url);
      const steps = ["GET " + path, ...(response.redirected ? ["GET " + pathname] : []), String(response.status)];
      element("answer").textContent = steps.join(" \\u2192 ") + "\\n" + JSON.stringify(body, null, 2);
      const { cookie } = (await fetchJson("/cookie")).body;
      element("cookie").textContent = cookie ?? "none";
    } catch (error) {
      element("answer").textContent = "The server did not answer: " + error.message;
    }
  };
  element("login").addEventListener("submit", (event) => {
    event.preventDefault();
    show("/api/auth/login/" + encodeURIComponent(element("name").value));
  });
  element("info").addEventListener("click", () => show("/api/auth/info"));
  element("logout").addEventListener("click", () => show("/api/auth/logout"));
  show("/api/auth/info");
`;

const RACES = `
<p><a href="/races">See what happens when requests run at the same time</a></p>`;

/** Returns the page: log in, look at the session, log out. It contains nothing of any request. */
export const page = (hasRaces = false) => `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>A session, seen from both sides</title>
<link rel="icon" href="data:,">
<style>${style}</style>
<main>
<h1>A session, seen from both sides</h1>
<p>The server keeps the session. The browser keeps a cookie with the session's id and a signature, and nothing else.</p>${hasRaces ? RACES : ""}
<form id="login">
  <label for="name">Name <input id="name" value="ada" maxlength="64" required></label>
  <button>Log in</button>
  <button type="button" id="info">Info</button>
  <button type="button" id="logout">Log out</button>
</form>
<h2>What the server answered</h2>
<pre id="answer" aria-live="polite"></pre>
<h2>The cookie it received, its signature cut short</h2>
<pre id="cookie" aria-live="polite"></pre>
</main>
<script>${script}</script>
</html>
`;

const sha256 = (text: string) => `'sha256-${createHash("sha256").update(text).digest("base64")}'`;

/** Nothing runs or loads but the page's own script and style. */
export const contentSecurityPolicy = [
  "default-src 'none'",
  "connect-src 'self'",
  `script-src ${sha256(script)}`,
  `style-src ${sha256(style)}`,
  "img-src data:",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join("; ");

/**
 * The session cookie as the browser sent it, for the page to show: its script can't read an `httpOnly`
 * cookie. The signature is cut short, since the whole cookie is as good as a login.
 */
export function receivedCookie(header = ""): string | null {
  const cookie = header.split("; ").find((each) => each.startsWith(`${COOKIE_NAME}=`));
  return cookie?.replace(/\.(.{6}).*$/, ".$1…") ?? null;
}
