import { describe, expect, it } from "vitest";
import { startAccount } from "./account.js";
import { Device, parse } from "./device.js";

/** Returns the colors of the light and of the dark scheme. */
function colorsOf(html: string): Record<string, string>[] {
  const { textContent: style } = parse(html).querySelector("style")!;
  const [light = "", dark = ""] = style.split("@media (prefers-color-scheme: dark)");
  return [light, dark].map((part) => {
    const colors = [...part.matchAll(/--([\w-]+): #([\da-f]{3,6});/g)].map(([, name, hex]) => [name, hex]);
    return Object.fromEntries(colors) as Record<string, string>;
  });
}

/** Returns the relative luminance of a color (WCAG 2.2). */
function luminance(hex: string): number {
  const digits = hex.length === 3 ? [...hex].map((digit) => digit + digit) : hex.match(/../g)!;
  const [r, g, b] = digits.map((pair) => {
    const value = parseInt(pair, 16) / 255;
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * r! + 0.7152 * g! + 0.0722 * b!;
}

function contrast(a: string, b: string): number {
  const [light, dark] = [luminance(a), luminance(b)].sort((x, y) => y - x);
  return (light! + 0.05) / (dark! + 0.05);
}

describe("a page", () => {
  it("has texts with the contrast of WCAG AA, in the light and in the dark scheme", async () => {
    const { url } = await startAccount();
    expect(contrast("000", "fff")).toBe(21);
    const schemes = colorsOf((await new Device(url).get("/sign-in")).text);
    expect(schemes).toHaveLength(2);
    for (const { text, background, muted, primary, danger, good, bad } of schemes) {
      const pairs = [
        [text, background],
        [muted, background],
        [background, primary], // the text of a primary button
        [danger, background],
        [text, good],
        [text, bad],
      ];
      for (const [a, b] of pairs) expect(contrast(a!, b!), `#${a} on #${b}`).toBeGreaterThanOrEqual(4.5);
    }
  });

  it("has one main element, and buttons whose names differ", async () => {
    const { url, signedIn } = await startAccount();
    const [device] = [
      await signedIn(),
      await signedIn({ "user-agent": "curl/8.5.0" }),
      await signedIn({ "user-agent": "Mozilla/5.0 (Android 15; rv:140.0) Firefox/140.0" }),
    ];
    for (const [visitor, path] of [
      [device, "/"],
      [device, "/confirm"],
      [new Device(url), "/sign-in"],
    ] as const) {
      const page = parse((await visitor.get(path)).text);
      expect([...page.querySelectorAll("main")]).toHaveLength(1);
      const names = [...page.querySelectorAll("button")].map(
        (button) => button.getAttribute("aria-label") ?? button.textContent.trim(),
      );
      expect(new Set(names).size).toBe(names.length);
      expect([...page.querySelectorAll(".primary")]).toHaveLength(1);
    }
  });

  it("marks the buttons that end sessions", async () => {
    const { signedIn } = await startAccount();
    const [device] = [await signedIn(), await signedIn({ "user-agent": "curl/8.5.0" })];
    const page = parse((await device.get("/")).text);
    expect([...page.querySelectorAll("button.danger")].map(({ textContent }) => textContent)).toEqual([
      "Sign out",
      "Sign out everywhere else",
    ]);
  });
});
