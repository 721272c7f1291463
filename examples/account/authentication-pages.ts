import { field, message, page } from "./page.js";
import { html } from "./html.js";
import type { User } from "./users.js";

export function signInPage({ name = "", problem }: { name?: string; problem?: string } = {}): string {
  return page(
    "Sign in",
    undefined,
    html`${message("problem", problem)}
      <form method="post" action="/sign-in">
        ${field("Name", "name", "text", "username", name)}
        ${field("Password", "password", "password", "current-password")}
        <button>Sign in</button>
      </form>`,
  );
}

/** Asks who is signed in for the password once more. */
export function confirmPage(user: User, problem?: string): string {
  return page(
    "Is it you?",
    user,
    html`${message("problem", problem)}
      <p>It is a while since you entered your password. Enter it again to end a session.</p>
      <form method="post" action="/confirm">
        ${field("Password", "password", "password", "current-password")}
        <button>Confirm</button>
        <a href="/">Back</a>
      </form>`,
  );
}
