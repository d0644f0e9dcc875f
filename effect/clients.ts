import { type AccessRule, accessRules } from "./accessRules";
import type { Condition } from "./condition";
import { inbound } from "./inbound";
import { ruleMatches } from "./mayCall";
import type { Model } from "./model";
import type { Identity } from "./request";
import { scopeOf } from "./scope";
import type { ServiceHost } from "./service";
import { servedPorts } from "./space";
import { unreadOf } from "./unread";
import { identityOf, type Workload, workloadsSelected } from "./workload";

/**
 * Returns whether a workload of the mesh may send requests to a Service through its proxy. The proxy must have the
 * Service's host, and the Service's pods must be able to admit the workload's identity. Only such a proxy applies a
 * DestinationRule of the host.
 *
 * @returns true also for a Service without known pods, and if objects that the model doesn't read may admit the identity.
 */
export function mayHaveClients(model: Model, service: ServiceHost): boolean {
  const { selector, namespace, host } = service;
  const receivers = selector ? workloadsSelected(model.workloads, selector, namespace) : [];
  if (receivers.length === 0) return true;
  return model.workloads.some(
    (client) =>
      client.proxy !== "none" &&
      scopeOf(model, client).services.some((one) => one.host === host && one.namespace === namespace) &&
      receivers.some((receiver) => mayAdmit(model, receiver, identityOf(client, model.settings))),
  );
}

/** Whether a workload may accept a request with this identity, on any port, with any content. */
function mayAdmit(model: Model, receiver: Workload, identity: Identity): boolean {
  const { bypassed } = inbound(model, receiver);
  if (receiver.proxy === "none" || servedPorts(model, receiver).some(({ number }) => bypassed(number))) {
    return true;
  }
  if (unreadOf(model, receiver).some(({ about }) => about === "access")) return true;
  return [false, true].some((tcp) => {
    const { allow } = accessRules(model, receiver, tcp);
    return allow?.some((one) => mayMatch(model, one, identity)) ?? true;
  });
}

/** Whether a rule matches the identity. Its conditions about anything else may hold. */
function mayMatch({ settings }: Model, { rule: { from, when } }: AccessRule, identity: Identity): boolean {
  const ofIdentity = ({ alternatives }: Condition): boolean =>
    alternatives.flat().every(({ dimension }) => dimension === "identity");
  const rule = {
    from: from.map((source) => source.filter(ofIdentity)),
    to: [],
    when: when.filter(ofIdentity),
  };
  return ruleMatches({ identity, port: 0 }, rule, settings) !== "no";
}
