import { type Fields, fieldsAt, has, textAt } from "./field";

/**
 * Returns the path that a rewrite leaves of a request's path, with its query. A prefix is replaced where the route matches
 * one, and the whole path where it matches an exact one.
 *
 * @param rewrite of a route of a VirtualService. @param match the route's match that the request fulfils.
 * @returns undefined if a regular expression can't be read.
 * @see https://istio.io/latest/docs/reference/config/networking/virtual-service/#HTTPRewrite
 */
export function rewrittenPath(path: string, rewrite: Fields, match: Fields): string | undefined {
  const [bare = "", query] = path.split(/(?=\?)/, 2);
  const tail = query ?? "";
  const pattern = fieldsAt(rewrite, "uriRegexRewrite");
  const regex = textAt(pattern, "match");
  if (regex !== undefined) {
    try {
      const replacement = (textAt(pattern, "rewrite") ?? "")
        .replaceAll("$", "$$$$")
        .replace(/\\(\d)/g, "$$$1");
      return bare.replace(new RegExp(regex, "gu"), replacement) + tail;
    } catch {
      return undefined;
    }
  }
  const uri = textAt(rewrite, "uri");
  if (uri === undefined) return path;
  // A route without a condition on the path matches the prefix /.
  const prefix = has(match, "uri") ? textAt(fieldsAt(match, "uri"), "prefix") : "/";
  if (prefix === undefined) return uri + tail;
  return uri + bare.slice(prefix.length) + tail;
}
