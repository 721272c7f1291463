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
        <button class="primary">Sign in</button>
      </form>`,
  );
}

/** Asks a signed-in user for the password again. */
export function confirmPage(user: User, problem?: string): string {
  return page(
    "Confirm your password",
    user,
    html`${message("problem", problem)}
      <p>You entered your password a while ago. Enter it again to sign devices out.</p>
      <form method="post" action="/confirm">
        ${field("Password", "password", "password", "current-password")}
        <button class="primary">Confirm</button>
        <a href="/">Back</a>
      </form>`,
  );
}
