import { html } from "./html.js";
import { MAX_DEVICES } from "./limits.js";
import { field, message, page } from "./page.js";
import type { User } from "./users.js";

/** A session, as its user sees it on the page. */
export interface Device {
  handle: string;
  browser: string;
  authenticatedAt: number;
  lastSeenAt: number;
  isThis: boolean;
}

export interface DevicePage {
  user: User;
  devices: Device[];
  notice?: string | undefined;
  problem?: string | undefined;
}

export function devicePage({ user, devices, notice, problem }: DevicePage): string {
  return page(
    "Your devices",
    user,
    html`${message("notice", notice)} ${message("problem", problem)}
      <p>You can be signed in on up to ${MAX_DEVICES} devices. A new sign-in signs out the oldest one.</p>
      <ul>
        ${devices.map(listed)}
      </ul>
      <form method="post" action="/devices/end-others">
        <button class="danger">Sign out everywhere else</button>
      </form>

      <h2>Change your password</h2>
      <p>This also signs you out everywhere else.</p>
      <form method="post" action="/password">
        ${field("Current password", "current", "password", "current-password")}
        ${field("New password", "next", "password", "new-password")}
        <button class="primary">Change password</button>
      </form>`,
  );
}

function listed({ handle, browser, authenticatedAt, lastSeenAt, isThis }: Device) {
  const signedIn = `${date.format(authenticatedAt)} UTC`;
  const end = html`<form method="post" action="/devices/end">
    <input type="hidden" name="handle" value="${handle}" />
    <button class="danger" aria-label="Sign out ${browser}, signed in ${signedIn}">Sign out</button>
  </form>`;
  return html`<li>
    <div>
      <strong>${browser}</strong>
      <small>Last seen ${ago(lastSeenAt)}, signed in ${signedIn}</small>
    </div>
    ${isThis ? html`<span class="this">This device</span>` : end}
  </li>`;
}

const date = new Intl.DateTimeFormat("en-GB", { dateStyle: "medium", timeStyle: "short", timeZone: "UTC" });
const minutes = new Intl.RelativeTimeFormat("en", { numeric: "auto" });

/** Returns a time in minutes: no session is idle for hours. */
const ago = (time: number) => minutes.format(-Math.floor((Date.now() - time) / 60_000), "minute");
