/** Form of the domain of a cookie, with or without a leading dot (labels: RFC 1034, section 3.5). */
export const DOMAIN_NAME =
  /^\.?[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?)*$/i;
