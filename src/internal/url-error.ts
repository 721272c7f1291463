import { optionHint } from "./option-hints.js";

/**
 * Returns an error for an invalid URL. The message contains no part of the URL, since any part may belong to a
 * password.
 */
export function urlError(url: string, message: string): TypeError {
  const hint =
    ". If the user name or password contains one of @ : / ? # %, percent-encode it with encodeURIComponent()";
  return new TypeError(
    url.includes("@") && !message.includes("encodeURIComponent") ? message + hint : message,
  );
}

/**
 * Returns a URL's query parameters.
 * @throws TypeError if one is not accepted. The message contains its name only if it is a well-known option.
 */
export function queryOptions<N extends string>(
  url: string,
  params: URLSearchParams,
  accepted: readonly N[],
): Partial<Record<N, string>> {
  for (const name of params.keys()) {
    if (accepted.includes(name as N)) continue;
    const hint = optionHint(name, accepted);
    const option = hint === undefined ? "an unknown option" : `the option "${name}": ${hint}`;
    throw urlError(url, `url's query has ${option}; it accepts ${accepted.join(", ")}`);
  }
  return Object.fromEntries(params) as Partial<Record<N, string>>;
}
