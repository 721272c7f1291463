import { type Html, html } from "../account/html.js";
import type { RaceRunner } from "./race-runner.js";
import type { Race } from "./races.js";

/** Returns the page. Its script adds the results. */
export function racesPage(runner: RaceRunner): string {
  const [ours, theirs] = [runner.nameOf("ours"), runner.nameOf("theirs")];
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width" />
        <title>Requests that run at the same time</title>
        <link rel="icon" href="data:," />
        <link rel="stylesheet" href="/races/races.css" />
        <script type="module" src="/races/races.js"></script>
      </head>
      <body>
        <main data-ours="${ours}" data-theirs="${theirs}">
          <h1>Requests that run at the same time</h1>
          <p>
            Each button sends the same requests to two shops. They are one program on Fastify with
            @fastify/session; only the store differs. One shop uses <strong>sessionary</strong>, the other
            <strong>${theirs}</strong>. Both keep their sessions in ${runner.onRedis ? "Redis" : "memory"}.
          </p>
          <p><a href="/">Log in and out yourself</a></p>
          <p id="status" role="status"></p>
          ${runner.races.map((race) => section(race, runner.onRedis))}
        </main>
      </body>
    </html> `.text;
}

function section({ id, title, description, needsRedis }: Race, onRedis: boolean): Html {
  const button = html`<button
    type="button"
    data-race="${id}"
    data-title="${title}"
    aria-label="Run: ${title}"
  >
    Run
  </button>`;
  const note = html`<p class="note">
    This one needs Redis. Start the demo with it: <code>npm run demo -- --store redis://127.0.0.1:6379</code>
  </p>`;
  return html`<section aria-labelledby="${id}">
    <h2 id="${id}">${title}</h2>
    <p>${description}</p>
    ${needsRedis && !onRedis ? note : button}
    <div class="results"></div>
  </section>`;
}
