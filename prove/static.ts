import {
  type Delivery,
  hostClasses,
  identityOf,
  insertedFilters,
  type Model,
  perWorkload,
  principalClasses,
  principalOf,
  type RouteDestination,
  type Workload,
} from "../effect";
import type { Passed } from "./alike";
import type { Subject } from "./subject";
import { configurationClass } from "./configurationClass";
import { foretell, foretellDirect, type Foretelling } from "./foretell";
import { providersOf } from "./istiodValues";
import { sinkOf } from "./logSink";
import { modelOf, networkModelOf, quotasIn } from "./model";
import { networkAnswers } from "./networkEnds";
import type { Oracle } from "./oracle";
import { proveByOracle } from "./proveByOracle";
import { providedFor } from "./provided";
import { portsReadAt } from "./portsRead";
import type { Proof } from "./question";
import { reportedBy } from "./reported";
import { createTokenIssuer, type TokenIssuer } from "./tokens";

/**
 * Proves a subject without a proxy or a request: the model of effects reads the objects, and answers what a laboratory
 * would be asked. It needs neither Linux nor root.
 *
 * @param only text that a claim's path or sentence contains; other claims are left out. Default: every claim.
 */
export async function proveStatically(subject: Subject, only?: string): Promise<Proof[]> {
  const issuer = createTokenIssuer();
  return proveByOracle(staticOracle(subject, issuer), subject, issuer, only);
}

/** The model of effects as an oracle. */
export function staticOracle(subject: Subject, issuer: TokenIssuer): Oracle {
  const quotas = quotasIn(subject);
  const how: Foretelling = { model: modelOf(subject), keys: issuer, provided: providedFor(subject.mesh) };
  const providers = providersOf(subject);
  const networks = new Map<string | undefined, Model>();
  const networkFor = (without: string | undefined): Model => {
    const model = networks.get(without) ?? networkModelOf(subject, without);
    networks.set(without, model);
    return model;
  };
  const { model } = how;
  const configuration = configurationClass(model);
  return {
    model,
    classes: {
      host: (client) => hostClasses(model, client),
      identity: (client) => principalFor(model, client),
      configuration,
      distinguish: (receivers) => principalClasses(model, receivers),
    },
    connects: (connection) => networkAnswers(networkFor(connection.without), subject.mesh, connection),
    filters: (workload, version) => insertedFilters(how.model, workload, version),
    ...(quotas !== undefined && { quotas }),
    portsRead: (host) => portsReadAt(model, host),
    sink: (provider) => sinkOf(subject, provider),
    reported: (workload) => reportedBy(how.model, workload, providers),
    foretellDirect: (to, request) => foretellDirect(how, to, request),
    follow: (from, request) => {
      const { parts, delivery } = foretell(how, from, request);
      return { parts, passed: passedBy(delivery) };
    },
    foretell: (from, request) => {
      const { parts, delivery } = foretell(how, from, request);
      const { timeout, retries, mirrors } = delivery.route;
      return {
        parts,
        passed: passedBy(delivery),
        route: {
          ...(timeout !== undefined && { timeout }),
          ...(retries && { retries }),
          mirrors: mirrors.map(({ destination, percentage }) => ({
            host: destination.host,
            port: destination.port,
            version: versionOf(destination),
            percentage,
          })),
        },
        whole: delivery.route,
        policies: policiesOf(delivery),
        firstPolicies: delivery.arrivals.map(({ destination }) => destination.policy),
      };
    },
  };
}

const principalFor = perWorkload((model, client) => principalOf(identityOf(client, model.settings)));

function passedBy(delivery: Delivery): Passed {
  return { receivers: receiversOf(delivery), left: delivery.arrivals.length > 0 };
}

function receiversOf({ arrivals }: Delivery): Workload[] {
  const receivers: Workload[] = [];
  for (const { at } of arrivals) {
    for (const { workload, next } of at) {
      receivers.push(workload);
      if (next) receivers.push(...receiversOf(next));
    }
  }
  return receivers;
}

/** The settings at the last proxy on the way: that of the client, or an egress gateway. */
function policiesOf({ arrivals }: Delivery): object[] {
  return arrivals.flatMap(({ destination, at }) => {
    const further = at.flatMap(({ next }) => (next ? policiesOf(next) : []));
    return further.length > 0 ? further : [destination.policy];
  });
}

function versionOf({ labels = {} }: RouteDestination): string {
  return typeof labels.version === "string" ? labels.version : "";
}
