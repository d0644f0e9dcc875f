import type { MeshSettings } from "./settings";

/** The identity in a client's certificate. */
export interface Identity {
  readonly trustDomain: string;
  readonly namespace: string;
  readonly serviceAccount: string;
}

/** A request to a workload, as its proxy sees it. */
export interface Request {
  /** The client's identity. Undefined for a client that sends plaintext, or has no certificate of the mesh. */
  readonly identity?: Identity;
  /** Port of the workload, which can differ from the service's. */
  readonly port: number;
  /** Default: `http`. With `tcp`, only the client and the port are known to the proxy. */
  readonly protocol?: "http" | "tcp";
  /** Packets that no proxy sees, and that only NetworkPolicies allow or deny. Default: a connection over TCP. */
  readonly transport?: "UDP";
  /** Default: `GET`. */
  readonly method?: string;
  /** Path with its query. Default: `/`. */
  readonly path?: string;
  /** Header `Host` or `:authority`. Default: unknown. */
  readonly host?: string;
  /** Headers, named in lower case. Default: none. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Payload of the token, whose signature and lifetime are valid. Default: the request has no token. */
  readonly claims?: Readonly<Record<string, unknown>>;
  /** Name that the client asks for when it opens the TLS connection. Default: unknown. */
  readonly sni?: string;
  /** IP address of the connection's other end. Default: unknown. */
  readonly address?: string;
  /** IP address of the original client, from `X-Forwarded-For` or the PROXY protocol. Default: unknown. */
  readonly remoteAddress?: string;
}

/** Returns an identity as policies name it: `<trust domain>/ns/<namespace>/sa/<service account>`. */
export function principalOf({ trustDomain, namespace, serviceAccount }: Identity): string {
  return `${trustDomain}/ns/${namespace}/sa/${serviceAccount}`;
}

/** Returns the path that policies match: without query and fragment, normalized as the mesh says. */
export function matchedPath(path: string, normalization: MeshSettings["pathNormalization"]): string {
  if (!/[%\\?#]|\/\/|(^|\/)\./.test(path)) return path;
  const [bare = ""] = path.split(/[?#]/, 1);
  if (normalization === "NONE") return bare;
  const decoded =
    normalization === "DECODE_AND_MERGE_SLASHES" ? bare.replace(/%2f/gi, "/").replace(/%5c/gi, "\\") : bare;
  const normal = withoutDots(decodeUnreserved(decoded).replaceAll("\\", "/"));
  return normalization === "BASE" ? normal : normal.replace(/\/{2,}/g, "/");
}

/** Decodes characters that need no escape: https://www.rfc-editor.org/rfc/rfc3986#section-2.3 */
function decodeUnreserved(path: string): string {
  return path.replace(/%([0-9a-f]{2})/gi, (escape, code: string) => {
    const character = String.fromCharCode(parseInt(code, 16));
    return /[A-Za-z0-9\-._~]/.test(character) ? character : escape;
  });
}

/** Removes the segments `.` and `..`: https://www.rfc-editor.org/rfc/rfc3986#section-5.2.4 */
function withoutDots(path: string): string {
  if (!/(^|\/)\.{1,2}(\/|$)/.test(path)) return path;
  const kept: string[] = [];
  const segments = path.split("/");
  for (const [i, segment] of segments.entries()) {
    const last = i === segments.length - 1;
    if (segment === ".") {
      if (last) kept.push("");
    } else if (segment === "..") {
      if (kept.length > 1) kept.pop();
      if (last) kept.push("");
    } else {
      kept.push(segment);
    }
  }
  return kept.join("/");
}
