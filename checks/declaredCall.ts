import type { Mesh } from "../catalog";
import type { Difference } from "../effect";
import { selects } from "../effect/object";

/**
 * Whether a difference's request is one that its workload may send: to a port that a call of the service names. Requests
 * that a gateway receives, and requests to hosts that the catalog does not declare, count as declared.
 */
export function isDeclaredCall(mesh: Mesh, { workload, sent }: Difference): boolean {
  if (sent === undefined) return true;
  const callees = [...mesh.services, ...mesh.externalServices]
    .filter(({ host, headless }) => sent.host === host || sent.host === headless?.host)
    .map(({ name }) => name);
  if (callees.length === 0 || workload.proxy === "gateway") return true;
  return mesh.services
    .filter((own) => own.namespace === workload.namespace && selects(own.selector, workload.labels))
    .some(({ outgoing }) =>
      outgoing.some(({ callee, port }) => callees.includes(callee) && port.port === sent.port),
    );
}
