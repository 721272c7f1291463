import { type Program } from "./samples.js";
import type { Project } from "./project.js";

/** Starts a program that is a server, on a port of its own in place of 3000. */
export async function startServer(
  project: Project,
  { file, code }: Program,
  port: number,
  env: NodeJS.ProcessEnv = {},
): Promise<string> {
  const url = `http://127.0.0.1:${port}`;
  const running = project.start([project.write(file, code.replaceAll("3000", String(port)))], env);
  for (let attempt = 0; !(await answers(url)); attempt++) {
    if (running.hasEnded || attempt === 200) throw new Error(`${file} does not serve:\n${running.output}`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  return url;
}

/** Statuses of the requests that every server of the documentation answers. */
export const VISIT = {
  "GET / of a visitor": 401,
  "POST /sign-in": 200,
  "GET / signed in": 200,
  "POST /sign-out": 200,
  "GET / with the cookie from before the sign-out": 401,
};

/** Signs in, visits the protected route and signs out. @returns the status of each request. */
export async function visit(url: string): Promise<typeof VISIT> {
  const visitor = await fetch(url);
  const { signIn, cookie } = await signedIn(url);
  const headers = { cookie };
  const page = await fetch(url, { headers });
  const text = await page.text();
  if (!text.includes("ann")) throw new Error(`after ${signIn.status} and ${cookie}, GET / shows: ${text}`);
  const signOut = await fetch(`${url}/sign-out`, { method: "POST", headers, redirect: "manual" });
  const late = await fetch(url, { headers });
  return {
    "GET / of a visitor": visitor.status,
    "POST /sign-in": signIn.status,
    "GET / signed in": page.status,
    "POST /sign-out": signOut.status,
    "GET / with the cookie from before the sign-out": late.status,
  };
}

/** Signs in. @returns the cookies of the response. */
export async function signedIn(url: string): Promise<{ signIn: Response; cookie: string }> {
  const signIn = await fetch(`${url}/sign-in`, { method: "POST", redirect: "manual" });
  const cookies = signIn.headers.getSetCookie().map((line) => line.split(";")[0]);
  return { signIn, cookie: cookies.join("; ") };
}

async function answers(url: string): Promise<boolean> {
  return fetch(url).then(
    (response) => response.text().then(() => true),
    () => false,
  );
}
