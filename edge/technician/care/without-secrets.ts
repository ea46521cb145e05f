const SECRET = /pass(word|phrase)?$|secret|token|credential|(^|[a-z])key$|^pin$|authori[sz]ation/i;
const HIDDEN = "…";
const MAX_DEPTH = 20;

/**
 * A copy in which whatever is called a password, key, token, PIN or secret is hidden, and names and passwords in URLs.
 * Names of files stay: where a key lies is no secret.
 */
export function withoutSecrets(value: unknown, depth = 0): unknown {
  if (depth > MAX_DEPTH) return HIDDEN;
  if (typeof value === "string") return value.replaceAll(/\/\/[^/@\s]*@/g, `//${HIDDEN}@`);
  if (Array.isArray(value)) return value.map((one) => withoutSecrets(one, depth + 1));
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value).map(([key, one]): [string, unknown] => {
    const isHidden = SECRET.test(key) && !(typeof one === "object" && one !== null);
    return [key, isHidden ? HIDDEN : withoutSecrets(one, depth + 1)];
  });
  return Object.fromEntries(entries);
}
