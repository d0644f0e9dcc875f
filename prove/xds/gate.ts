import { identityOf, matchedPath, principalOf, type Workload } from "../../effect";
import { answerOf, type Part } from "../answers";
import { isProvided } from "../provided";
import { admission, isConnectionManager, type Subject } from "./envoy/access";
import type { Connection } from "./envoy/chain";
import { httpAnswer, type Mesh, methodOf, type Sent, type Wire } from "./journey";
import { type Json, listOf, objectOf, valueAt } from "./json";

export function managerOf(chain: Json): Json | undefined {
  return listOf(chain.filters)
    .map(({ typedConfig }) => objectOf(typedConfig))
    .find(isConnectionManager);
}

/** Whether the TLS of a chain and of the client fit. */
export function isAccepted(mesh: Mesh, chain: Json, workload: Workload, wire: Wire, sent: Sent): boolean {
  const socket = objectOf(valueAt(chain, "transportSocket", "typedConfig"));
  if (chain.transportSocket === undefined) return true;
  if (wire.tls === undefined) return false;
  if (!hasCertificates(mesh, socket, workload) || !isTrusted(socket, wire, sent)) return false;
  const own = `spiffe://${principalOf(identityOf(workload, mesh.model.settings))}`;
  if ((wire.accepts ?? []).length > 0 && wire.accepts?.includes(own) !== true) return false;
  // Envoy writes TLSv1_3.
  const oldest = String(
    valueAt(socket, "commonTlsContext", "tlsParams", "tlsMinimumProtocolVersion"),
  ).toUpperCase();
  const offered = sent.request.tlsVersion?.toUpperCase().replace(".", "_");
  return (
    offered === undefined || versions.indexOf(offered) >= Math.max(versions.indexOf(oldest), oldestByDefault)
  );
}

/** Whether the Secrets of a gateway's own certificates are there. Those of the mesh are. */
function hasCertificates({ provided }: Mesh, socket: Json, { namespace }: Workload): boolean {
  return listOf(valueAt(socket, "commonTlsContext", "tlsCertificateSdsSecretConfigs"))
    .map(({ name }) => /^kubernetes(?:-gateway)?:\/\/(?:.*\/)?([^/]+)$/.exec(String(name))?.[1])
    .every((name) => name === undefined || isProvided(provided, namespace, name));
}

/** Whether a chain accepts the client's certificate: one of the mesh, or of the CA that a Secret has. */
function isTrusted(socket: Json, { identity }: Wire, { request: { presents } }: Sent): boolean {
  const secret = valueAt(
    socket,
    "commonTlsContext",
    "combinedValidationContext",
    "validationContextSdsSecretConfig",
    "name",
  );
  const required = socket.requireClientCertificate === true;
  if (secret === undefined || secret === "ROOTCA") return !required || identity !== undefined;
  // istiod reads a Secret as a CA only by a name with this suffix; otherwise the gateway gets no CA.
  if (typeof secret !== "string" || !secret.endsWith("-cacert")) return false;
  return presents === "trusted" || (!required && presents === undefined);
}

const versions = ["TLSV1_0", "TLSV1_1", "TLSV1_2", "TLSV1_3"];
const oldestByDefault = 2;

/** What a proxy's filters answer instead of passing a request on. Undefined if they pass it. */
export function denied(
  { provided: { keySets } }: Mesh,
  chain: Json,
  { port }: Connection,
  wire: Wire,
  sent: Sent,
  reads: boolean,
): Part["answer"] | undefined {
  const { request, claims, host } = sent;
  const { sni } = wire.tls ?? {};
  const subject: Subject = {
    port,
    keySets,
    principal: wire.identity === undefined ? undefined : `spiffe://${wire.identity}`,
    ...(sni !== undefined && { sni }),
    ...(reads && {
      method: methodOf(request),
      path: sent.path,
      host,
      headers: request.headers ?? {},
      ...(claims && { claims }),
    }),
  };
  const found = admission(chain, subject);
  if (found === "passed") return undefined;
  if (typeof found === "object") return found;
  if (!reads) return answerOf(sent.scheme === "tcp" ? "closed" : "ECONNRESET");
  return httpAnswer(found === "denied" ? 403 : 401, sent);
}

/** The request with the path that a connection manager reads, matches and sends on. */
export function normalized(manager: Json, sent: Sent): Sent {
  const { normalizePath, mergeSlashes, pathWithEscapedSlashesAction } = manager;
  const how =
    normalizePath !== true
      ? "NONE"
      : pathWithEscapedSlashesAction === "UNESCAPE_AND_FORWARD"
        ? "DECODE_AND_MERGE_SLASHES"
        : mergeSlashes === true
          ? "MERGE_SLASHES"
          : "BASE";
  const [bare = "", ...query] = sent.path.split("?");
  return { ...sent, path: [matchedPath(bare, how), ...query].join("?") };
}
