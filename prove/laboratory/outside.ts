/**
 * The hosts outside of the mesh: one process for all of them, in a network namespace of its own. Its TLS ports have a
 * certificate for the name that the client sends, and serve connections without TLS as well. It serves the key set of the
 * tokens, and records what it receives.
 *
 * Usage: outside <file with an OutsideConfig as JSON>
 */
import { readFileSync } from "node:fs";
import { createServer } from "node:net";
import { createSecureContext } from "node:tls";
import { addresses } from "./config";
import { labHeaders, type SeenRequest } from "./messages";
import { answerCalls } from "./rpc";
import { acceptAny, acceptTls } from "./serve";

/** What the process needs. */
export interface OutsideConfig {
  /** Key and certificate in PEM for each host name; `*.` at the beginning stands for one label. */
  readonly certificates: Readonly<Record<string, { readonly key: string; readonly cert: string }>>;
  /** JSON Web Key Set, which is the answer to a path that contains `jwks`, `certs` or `keys`. */
  readonly jwks: string;
  readonly tlsPorts: readonly number[];
  readonly plainPorts: readonly number[];
}

const config = JSON.parse(readFileSync(process.argv[2] ?? "", "utf8")) as OutsideConfig;
const seen: SeenRequest[] = [];
const version = (tls: boolean): string => (tls ? "tls" : "plaintext");

const accept = acceptAny(
  ({ method, path, host, headers, tls, address, port }) => {
    const pod = address.endsWith(addresses.undeclared) ? "undeclared" : "outside";
    const type = { "content-type": "application/json" };
    if (/jwks|certs|keys/.test(path)) return { status: 200, headers: type, body: config.jwks };
    seen.push({ pod, version: version(tls), method, path, host, headers, at: Date.now() });
    const body = JSON.stringify({ pod, version: version(tls), method, path, host, headers, port });
    return { status: 200, headers: { ...type, "x-lab-pod": pod, "x-lab-version": version(tls) }, body };
  },
  (line, tls) => {
    const pod = "outside";
    const headers = { [labHeaders.key]: line };
    seen.push({ pod, version: version(tls), method: "", path: "", host: "", headers, at: Date.now() });
    return `pod=${pod} version=${version(tls)} echo=${line}\n`;
  },
);

const contexts = new Map(
  Object.entries(config.certificates).map(([host, pair]) => [host, createSecureContext(pair)]),
);
const acceptWithOrWithoutTls = acceptTls(
  {
    SNICallback: (name, done) => {
      done(null, contexts.get(name) ?? contexts.get(name.replace(/^[^.]+/, "*")));
    },
    ...Object.values(config.certificates)[0],
  },
  accept,
);

for (const port of config.tlsPorts) createServer(acceptWithOrWithoutTls).listen(port, "0.0.0.0");
for (const port of config.plainPorts) createServer(accept).listen(port, "0.0.0.0");

answerCalls(process as never, {
  seen: (key: string) => seen.filter(({ headers }) => headers[labHeaders.key] === key),
});
process.on("disconnect", () => process.exit());
