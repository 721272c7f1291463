import { html } from "./html.js";
import { MAX_DEVICES } from "./limits.js";
import { field, message, page } from "./page.js";
import type { User } from "./users.js";

/** A session, as its user sees it. */
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
      <p>You are signed in on these, ${MAX_DEVICES} at most: one more logs out the oldest.</p>
      <ul>
        ${devices.map(listed)}
      </ul>
      <form method="post" action="/devices/end-others"><button>Log out everywhere else</button></form>

      <h2>Change your password</h2>
      <p>It also logs you out everywhere else.</p>
      <form method="post" action="/password">
        ${field("Password now", "current", "password", "current-password")}
        ${field("New password", "next", "password", "new-password")}
        <button>Change password</button>
      </form>`,
  );
}

function listed({ handle, browser, authenticatedAt, lastSeenAt, isThis }: Device) {
  const end = html`<form method="post" action="/devices/end">
    <input type="hidden" name="handle" value="${handle}" />
    <button>Log out</button>
  </form>`;
  return html`<li>
    <div>
      <strong>${browser}</strong>
      <small>Last seen ${ago(lastSeenAt)}, signed in ${date.format(authenticatedAt)} UTC</small>
    </div>
    ${isThis ? html`<span class="this">This device</span>` : end}
  </li>`;
}

const date = new Intl.DateTimeFormat("en-GB", { dateStyle: "medium", timeStyle: "short", timeZone: "UTC" });
const minutes = new Intl.RelativeTimeFormat("en", { numeric: "auto" });

/** In minutes: a session that was idle for hours is gone. */
const ago = (time: number) => minutes.format(-Math.floor((Date.now() - time) / 60_000), "minute");
