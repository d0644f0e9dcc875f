/** What a text must be like. */
export type Pattern =
  | { readonly form: "exact" | "prefix" | "suffix"; readonly text: string; readonly ignoreCase?: true }
  /** Set, possibly to an empty text. */
  | { readonly form: "present" }
  /** Set to a text that is not empty. */
  | { readonly form: "filled" }
  /** The whole text matches a regular expression of RE2. */
  | { readonly form: "regex"; readonly text: string }
  /** A path template, such as `/users/{*}` or `/files/{**}`. */
  | { readonly form: "template"; readonly text: string };

/**
 * Returns the pattern of a policy's value: `*` alone, before or after a text is a wildcard, and elsewhere a character.
 *
 * @see https://istio.io/latest/docs/reference/config/security/authorization-policy/#Rule
 */
export function policyPattern(value: string, whole: "present" | "filled" = "filled"): Pattern {
  if (value === "*") return { form: whole };
  if (value.startsWith("*")) return { form: "suffix", text: value.slice(1) };
  if (value.endsWith("*")) return { form: "prefix", text: value.slice(0, -1) };
  return { form: "exact", text: value };
}

/** Returns the only text that a pattern matches. Undefined if it may match several. */
export function exactText(pattern: Pattern): string | undefined {
  return pattern.form === "exact" && pattern.ignoreCase !== true ? pattern.text : undefined;
}

/** Returns a pattern that matches upper and lower case alike. */
export function ignoringCase(pattern: Pattern): Pattern {
  return "text" in pattern && pattern.form !== "regex" && pattern.form !== "template"
    ? { ...pattern, ignoreCase: true }
    : pattern;
}

/** Whether a text matches a pattern. An absent one matches none. */
export function matches(pattern: Pattern, value: string | undefined): boolean {
  if (value === undefined) return false;
  switch (pattern.form) {
    case "present":
      return true;
    case "filled":
      return value !== "";
    case "regex":
      return expression(pattern.text)?.test(value) ?? false;
    case "template":
      return expression(templateExpression(pattern.text))?.test(value) ?? false;
    default: {
      const text = pattern.ignoreCase ? pattern.text.toLowerCase() : pattern.text;
      const given = pattern.ignoreCase ? value.toLowerCase() : value;
      if (pattern.form === "exact") return given === text;
      return pattern.form === "prefix" ? given.startsWith(text) : given.endsWith(text);
    }
  }
}

/** Whether this engine reads the regular expression of a pattern. Those of RE2 differ in rare features. */
export function isReadable(pattern: Pattern): boolean {
  return pattern.form !== "regex" || expression(pattern.text) !== undefined;
}

const expressions = new Map<string, RegExp | undefined>();

/** Compiles an expression that has to match a whole text. Undefined for one that JavaScript can't read. */
export function expression(text: string): RegExp | undefined {
  if (!expressions.has(text)) {
    try {
      const insensitive = text.startsWith("(?i)");
      const source = insensitive ? text.slice(4) : text;
      expressions.set(text, new RegExp(`^(?:${source})$`, insensitive ? "iu" : "u"));
    } catch {
      expressions.set(text, undefined);
    }
  }
  return expressions.get(text);
}

/** `{*}` is one segment of a path, `{**}` any number of segments, also none. */
function templateExpression(template: string): string {
  return template
    .split("/")
    .map((segment) => {
      if (segment === "{*}" || segment === "*") return "[^/]+";
      if (segment === "{**}" || segment === "**") return ".*";
      return segment
        .split(/(\{\*\*\}|\{\*\})/)
        .map((part) => (part === "{**}" ? ".*" : part === "{*}" ? "[^/]*" : quoted(part)))
        .join("");
    })
    .join("/");
}

/** Escapes the characters that have a meaning in regular expressions. */
export function quoted(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\/]/g, "\\$&");
}
