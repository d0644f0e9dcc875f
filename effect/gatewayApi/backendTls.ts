import { type Fields, fieldsAt, listAt, textAt, textsAt } from "../field";
import { type Model, objectsOf } from "../model";
import type { KnownObject } from "../object";
import { gatewayGroup } from "./names";

/**
 * Returns the DestinationRules that istiod derives from BackendTLSPolicies: TLS to a service, or to one of its ports. Of
 * policies for the same target and port, the oldest applies.
 *
 * @see https://gateway-api.sigs.k8s.io/api-types/backendtlspolicy/
 */
export function backendTlsRules(model: Model): KnownObject[] {
  const taken = new Set<string>();
  const settings = objectsOf(model, "BackendTLSPolicy", gatewayGroup)
    .filter(({ annotations }) => annotations["istio.io/ignore-policy-attachment"]?.toLowerCase() !== "true")
    .flatMap((policy) =>
      listAt(policy.spec, "targetRefs").flatMap((target): Setting[] => {
        const found = targetOf(model, policy.namespace, target);
        const key = JSON.stringify([policy.namespace, target.kind, target.name, target.sectionName]);
        if (!found || taken.has(key)) return [];
        taken.add(key);
        const section = textAt(target, "sectionName") ?? "";
        const port = section === "" ? undefined : portNamed(found, section);
        if (section !== "" && port === undefined) return [];
        const tls = tlsOf(policy);
        return hostsOf(model, found).map((host) => ({ policy, host, tls, port }));
      }),
    );
  const byHost = Map.groupBy(settings, ({ policy, host }) => `${policy.namespace}/${host}`);
  return [...byHost.values()].map((own) => {
    const [{ policy, host }] = own as [Setting];
    const whole = own.find(({ port }) => port === undefined);
    const ports = own.filter(({ port }) => port !== undefined);
    const portLevelSettings = ports.map(({ port, tls }) => ({ port: { number: port }, tls }));
    const trafficPolicy = {
      ...(whole && { tls: whole.tls }),
      ...(ports.length > 0 && { portLevelSettings }),
    };
    // istiod's rules have no time of creation, so they precede all others.
    return { ...policy, created: 0, spec: { host, trafficPolicy } };
  });
}

/** TLS to a host, or to one of its ports. */
interface Setting {
  readonly policy: KnownObject;
  readonly host: string;
  readonly tls: Fields;
  readonly port: unknown;
}

function targetOf(model: Model, namespace: string, target: Fields): KnownObject | undefined {
  const [group, kind] = [textAt(target, "group") ?? "", textAt(target, "kind") ?? ""];
  if (
    !(group === "" && kind === "Service") &&
    !(group === "networking.istio.io" && kind === "ServiceEntry")
  ) {
    return undefined;
  }
  return objectsOf(model, kind, group).find(
    (one) => one.namespace === namespace && one.name === textAt(target, "name"),
  );
}

function hostsOf({ settings }: Model, { kind, name, namespace, spec }: KnownObject): string[] {
  return kind === "Service" ? [`${name}.${namespace}.svc.${settings.clusterDomain}`] : textsAt(spec, "hosts");
}

function portNamed({ kind, spec }: KnownObject, name: string): unknown {
  const port = listAt(spec, "ports").find((one) => textAt(one, "name") === name);
  return port?.[kind === "Service" ? "port" : "number"];
}

function tlsOf({ spec }: KnownObject): Fields {
  const validation = fieldsAt(spec, "validation");
  const names = listAt(validation, "subjectAltNames").map(
    (one) => textAt(one, textAt(one, "type") === "URI" ? "uri" : "hostname") ?? "",
  );
  const [ca] = listAt(validation, "caCertificateRefs");
  return {
    mode: "SIMPLE",
    sni: textAt(validation, "hostname") ?? "",
    ...(names.length > 0 && { subjectAltNames: names }),
    ...(ca && { credentialName: `${textAt(ca, "kind") ?? "ConfigMap"}/${textAt(ca, "name") ?? ""}` }),
  };
}
