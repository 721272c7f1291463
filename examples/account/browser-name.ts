// A browser also gives the names of those that it descends from: the most special comes first.
const BROWSERS = [
  /\b(Edg)/,
  /\b(OPR)\//,
  /\b(Firefox|FxiOS)\//,
  /(Chrome|CriOS)\//,
  /(Safari)\//,
  /^(curl)\//,
];
const SYSTEMS = [/(Android)/, /(iPhone|iPad)/, /(Windows)/, /(Mac OS)/, /(CrOS)/, /(Linux)/];
const NAMES: Record<string, string> = {
  Edg: "Edge",
  OPR: "Opera",
  FxiOS: "Firefox",
  CriOS: "Chrome",
  "Mac OS": "macOS",
  CrOS: "ChromeOS",
};
const MAX_LENGTH = 60;

/** A name that a user can tell a device by. It is what the browser says of itself, and proves nothing. */
export function browserName(userAgent = ""): string {
  const find = (patterns: RegExp[]) => {
    const found = patterns.map((each) => each.exec(userAgent)?.[1]).find((each) => each !== undefined);
    return found && (NAMES[found] ?? found);
  };
  const browser = find(BROWSERS);
  const system = find(SYSTEMS);
  if (browser === undefined) return userAgent.slice(0, MAX_LENGTH) || "Unknown browser";
  return system === undefined ? browser : `${browser} on ${system}`;
}
