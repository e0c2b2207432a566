/**
 * The last gate before a log line leaves: whatever a careless caller logged, no token, password or secret path and no
 * coordinate gets out. It works on the finished JSON line, so that no object is too deep for it.
 */
const replacements: readonly (readonly [RegExp, string])[] = [
  // "password": "…", "refreshToken": "…", "authorization": "…", "nonce": "…"
  [/"([\w-]*(?:password|secret|token|authorization|nonce|cookie)[\w-]*)":\s*"(?:[^"\\]|\\.)*"/gi, '"$1":"[scrubbed]"'],
  // "latitude": 47.07, "lon": "15.4", lat=47.07, "coordinates": [[15.4, 47.07], [15.5, 47.08]]
  [/"(lat|lon|lng|latitude|longitude)":\s*"?-?[\d.eE+-]+"?/g, '"$1":"[scrubbed]"'],
  [/\b(lat|lon|lng|latitude|longitude)=-?[\d.]+/g, '$1=[scrubbed]'],
  [/"coordinates":\s*\[[\d\s.,[\]eE+-]*\]/g, '"coordinates":"[scrubbed]"'],
  // Secrets of phone clients stand in the path.
  [/\/clients\/(\w+)\/[\w.~-]+/g, '/clients/$1/[scrubbed]'],
  // JSON Web Tokens and bearer values inside free text.
  [/\beyJ[\w-]{10,}\.[\w-]{10,}\.[\w-]{10,}/g, '[scrubbed]'],
  [/\b(Bearer|Basic|Kiosk) +[\w.~+/=-]{8,}/gi, '$1 [scrubbed]'],
];

export const scrubbed = (line: string): string => {
  let clean = line;
  for (const [pattern, replacement] of replacements) clean = clean.replace(pattern, replacement);
  return clean;
};
