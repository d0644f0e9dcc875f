import { fieldsAt, listAt, textAt, textsAt } from "../../../effect/field";
import {
  fullHost,
  type KnownObject,
  type Model,
  objectsOf,
  podTemplateOf,
  podTemplatePath,
} from "../../../effect";
import { destinationsIn, servicesOf } from "./routes";

/** A service that a pod names. */
export interface Call {
  readonly path: string;
  readonly host: string;
  readonly port: number;
}

const schemes: Readonly<Record<string, number>> = { http: 80, https: 443, grpc: 80 };

/** The services that environment variables of an object's pods name. */
export function callsOf(object: KnownObject, model: Model): Call[] {
  const at = [...podTemplatePath(object), "spec"].join(".");
  return listAt(fieldsAt(podTemplateOf(object), "spec"), "containers").flatMap((container, i) =>
    listAt(container, "env").flatMap((one, j): Call[] => {
      const [, scheme, name = "", written] =
        /^(?:([a-z+]+):\/\/)?([A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)*)(?::(\d+))?(?:\/.*)?$/.exec(
          textAt(one, "value") ?? "",
        ) ?? [];
      const port = written === undefined ? schemes[scheme ?? ""] : Number(written);
      const host = hostsOf(name, object.namespace, model).find((full) => servicesOf(model, full).length > 0);
      if (host === undefined || port === undefined) return [];
      return [{ path: `${at}.containers[${i}].env[${j}].value`, host, port }];
    }),
  );
}

/** What DNS reads a name as: with the domains of the pod's search list. */
function hostsOf(name: string, namespace: string, { settings }: Model): string[] {
  const domain = settings.clusterDomain;
  return [fullHost(name, namespace, domain), `${name}.svc.${domain}`, `${name}.${domain}`];
}

/** Hosts whose requests a VirtualService may send to another host. */
export function reroutedHosts(model: Model): Set<string> {
  return new Set(
    objectsOf(model, "VirtualService", "networking.istio.io").flatMap((object) => {
      const hosts = textsAt(object.spec, "hosts").map((host) =>
        fullHost(host, object.namespace, model.settings.clusterDomain),
      );
      const others = destinationsIn(object, model).some(({ host }) => !hosts.includes(host));
      return others || listAt(object.spec, "http").some((one) => !Array.isArray(one.route)) ? hosts : [];
    }),
  );
}
