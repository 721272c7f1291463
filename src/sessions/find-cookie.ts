/**
 * Finds a cookie in a `Cookie` header. A browser may send several cookies of one name; the first one that `read`
 * accepts is used.
 * @param read Returns undefined to refuse a value.
 * @returns the value that `read` returned, or undefined if it accepted no cookie of this name.
 */
export function findCookie<R>(
  header: string,
  name: string,
  read: (value: string) => R | undefined,
): R | undefined {
  if (!header.includes(name)) return undefined;
  for (const pair of header.split(";")) {
    const equals = pair.indexOf("=");
    if (equals === -1 || pair.slice(0, equals).trim() !== name) continue;
    const found = read(pair.slice(equals + 1).trim());
    if (found !== undefined) return found;
  }
  return undefined;
}
