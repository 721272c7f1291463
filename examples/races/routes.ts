import { readFile } from "node:fs/promises";
import { PassThrough } from "node:stream";
import type { FastifyInstance } from "fastify";
import { racesPage } from "./page.js";
import type { RaceRunner } from "./race-runner.js";

/** Browsers run and load nothing except the files of this page. */
const CONTENT_SECURITY_POLICY = [
  "default-src 'none'",
  "connect-src 'self'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src data:",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join("; ");

const FILES = [
  ["races.css", "text/css; charset=utf-8"],
  ["races.js", "text/javascript; charset=utf-8"],
  ["result.js", "text/javascript; charset=utf-8"],
] as const;

/** Adds the page with the races. The caller closes the runner. */
export async function racesRoutes(app: FastifyInstance, { runner }: { runner: RaceRunner }): Promise<void> {
  app.get("/races", (_, reply) =>
    reply
      .type("text/html; charset=utf-8")
      .header("Content-Security-Policy", CONTENT_SECURITY_POLICY)
      .send(racesPage(runner)),
  );

  for (const [name, type] of FILES) {
    const text = await readFile(new URL(`public/${name}`, import.meta.url), "utf8");
    app.get(`/races/${name}`, (_, reply) => reply.type(type).send(text));
  }

  // Responds with one JSON value per line, each as soon as it is known.
  app.post<{ Params: { id: string } }>("/races/:id", async (request, reply) => {
    const { origin } = request.headers;
    if (origin !== undefined && origin !== `${request.protocol}://${request.host}`) {
      throw Object.assign(new Error("This request did not come from a page of this site."), {
        statusCode: 403,
      });
    }
    const race = runner.find(request.params.id);
    if (race === undefined) return reply.callNotFound();
    const lines = new PassThrough();
    void runner.run(race, (event) => lines.write(`${JSON.stringify(event)}\n`)).finally(() => lines.end());
    return reply.type("application/x-ndjson").send(lines);
  });
}
