import type { LabRequest } from "./laboratory";

/** Host and port as they are written, the scheme, and the path with its query, which a URL parser would normalize. */
export function partsOf({ url, connectTo }: LabRequest) {
  const [, scheme = "", host = "", port = "", path = ""] = /^(\w+):\/\/([^/:?]+):(\d+)(.*)$/.exec(url) ?? [];
  return { scheme, host, port: connectTo?.port ?? Number(port), path: path === "" ? "/" : path };
}

/** Whether a client opens a connection with TLS. */
export function isEncrypted(scheme: string, { protocol }: LabRequest): boolean {
  return scheme === "https" || protocol === "tls";
}
