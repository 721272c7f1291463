import { createHash } from "node:crypto";
import { runInNewContext } from "node:vm";
import { parseHTML } from "linkedom";
import { expect, it, vi } from "vitest";
import { type Example, visit } from "./example.js";
import { Visitor } from "./visitor.js";

/** As Firefox and Chrome send it. */
const BROWSER_ACCEPTS = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8";

export function testPage(example: Example): void {
  it("greets as JSON, and gives the page to who accepts HTML", async () => {
    const { server, visitor } = await visit(example);
    const greeting = await visitor.get("/");
    expect(greeting.body).toEqual({ hello: "world!" });
    expect(greeting.headers.get("content-type")).toMatch(/^application\/json/);
    const page = await new Visitor(server.url, { accept: BROWSER_ACCEPTS }).get("/");
    expect(page.headers.get("content-type")).toMatch(/^text\/html/);
    for (const { headers } of [greeting, page]) expect(headers.get("vary")).toContain("Accept");
  });

  it("lets the page's own script and style run, and nothing else", async () => {
    const { visitor } = await visit(example, {}, { accept: BROWSER_ACCEPTS });
    const { headers, text } = await visitor.get("/");
    const policy = headers.get("content-security-policy")!.split("; ");
    expect(policy).toContain("default-src 'none'");
    const { document } = parse(text);
    for (const name of ["script", "style"]) {
      const elements = [...document.querySelectorAll(name)];
      const hashes = elements.map((each) => createHash("sha256").update(each.textContent).digest("base64"));
      expect(hashes).toHaveLength(1);
      expect(policy).toContain(`${name}-src 'sha256-${hashes[0]}'`);
    }
  });

  it("shows on the page, by its buttons, the session and the cookie come and go", async () => {
    const { visitor } = await visit(example, {}, { accept: BROWSER_ACCEPTS });
    const page = await open(visitor);
    await vi.waitFor(() => expect(page.shown("cookie")).toBe("none"));
    expect(page.shown("answer")).toContain("GET /api/auth/info → 200");

    page.element("name").value = "grace";
    page.fire("login", "submit");
    await vi.waitFor(() => expect(page.shown("cookie")).toMatch(/^sessionId=[^.]+\..{6}…$/));
    expect(page.shown("answer")).toContain('"message": "hi, grace!"');

    page.fire("info", "click");
    await vi.waitFor(() => expect(page.shown("answer")).toContain('"username": "grace"'));

    page.fire("logout", "click");
    await vi.waitFor(() => expect(page.shown("cookie")).toBe("none"));
    expect(page.shown("answer")).toContain("GET /api/auth/logout → GET /api/auth/info → 200");
    expect(page.shown("answer")).not.toContain("grace");

    page.element("name").value = "<b>";
    page.fire("login", "submit");
    await vi.waitFor(() => expect(page.shown("answer")).toContain("GET /api/auth/login/%3Cb%3E → 400"));
  });
}

interface Element {
  textContent: string;
  value: string;
  dispatchEvent(event: object): void;
}
interface Parsed {
  document: { getElementById(id: string): Element; querySelectorAll(selectors: string): Iterable<Element> };
  Event: new (type: string, options: { cancelable: boolean }) => object;
}

/** linkedom's types are the DOM's, which this project does not load. */
const parse = (html: string) => parseHTML(html) as unknown as Parsed;

/** Opens the page as a browser does, and runs its script. */
async function open(visitor: Visitor) {
  const { document, Event } = parse((await visitor.get("/")).text);
  const fetch = async (asked: string) => {
    const { path, status, body } = await visitor.get(asked);
    return { url: `http://server${path}`, redirected: path !== asked, status, json: async () => body };
  };
  const [script] = document.querySelectorAll("script");
  runInNewContext(script!.textContent, { document, fetch, URL });
  const element = (id: string) => document.getElementById(id);
  return {
    element,
    shown: (id: string) => element(id).textContent,
    fire: (id: string, type: string) => element(id).dispatchEvent(new Event(type, { cancelable: true })),
  };
}
