import { distance } from "fastest-levenshtein";
import { type KnownObject, mistakes, namedNamespaces, objectsOf } from "../../../effect";
import { fieldsAt, textAt, textsByName } from "../../../effect/field";
import { isKnownClass } from "../../../effect/gatewayApi/gatewayClass";
import { gatewayGroup } from "../../../effect/gatewayApi/names";
import { amongObjects, hasWorkloads, isListed, systemNamespaces } from "../audited";
import { listed, titleOf } from "../finding";
import { type AuditRule, findingOf } from "../rule";
import { apiGateway, deployment, documents, meshNamespace, policy } from "./examples";

const from = (namespace: string): string =>
  documents(
    meshNamespace,
    deployment("web"),
    policy("web", `rules: [{ from: [{ source: { namespaces: [${namespace}] } }] }]`),
  );

export const namespacesExist: AuditRule = {
  code: "MW951",
  severity: "warning",
  title: "a namespace that does not exist",
  why: [
    "An object that is exported to a namespace, or a rule for its callers, has no effect if the name is misspelled.",
    "Istio accepts any name, because the namespace may be created later. Only a cluster shows all Namespaces.",
  ],
  see: {
    title: "Source",
    url: "https://istio.io/latest/docs/reference/config/security/authorization-policy/#Source",
  },
  ignore: "the namespace is created later.",
  examples: { wrong: from("shopp"), right: from("shop") },
  *find(audited) {
    const { model, complete, installed } = audited;
    const known = new Set([...model.namespaces.keys(), ...systemNamespaces, ...installed]);
    for (const { object, path, namespace, effect } of namedNamespaces(model)) {
      if (known.has(namespace)) continue;
      const near = [...known].find((one) => isTypingError(namespace, one));
      if (!complete && near === undefined) continue;
      yield {
        object,
        path,
        message: `There is no Namespace ${namespace}${amongObjects(audited)}, so ${effect}.`,
        fix:
          near === undefined
            ? "Correct the name, or add the Namespace"
            : `Write ${near}, or add the Namespace`,
      };
    }
  },
};

/** Whether a name is another one with one letter more, less or replaced. Names such as team-a and team-b are meant. */
function isTypingError(name: string, other: string): boolean {
  if (Math.min(name.length, other.length) < 4) return false;
  return distance(name, other) === 1 && ![name, other].some((one) => /\d|(^|-)[a-z](-|$)/.test(one));
}

export const gatewaysDiffer: AuditRule = {
  code: "MW958",
  severity: "warning",
  title: "a Gateway of the Gateway API that conflicts with another one, or has no controller",
  why: [
    "Two Gateways cannot have one address, nor a Gateway two listeners for the same requests.",
    "No controller serves a Gateway whose class does not exist, and nothing reports it.",
  ],
  see: { title: "GatewaySpec", url: "https://gateway-api.sigs.k8s.io/reference/spec/#gatewayspec" },
  ignore: "the GatewayClass is created by another tool.",
  examples: {
    wrong: documents(
      apiGateway.replace(
        "hostname: shop.example.com }",
        "hostname: a.example.com }, { name: again, port: 80, protocol: HTTP, hostname: a.example.com }",
      ),
    ),
    right: apiGateway,
  },
  *find(audited) {
    const { model } = audited;
    yield* mistakes.repeatedListeners(model).map(findingOf);
    const classes = objectsOf(model, "GatewayClass", gatewayGroup);
    for (const object of objectsOf(model, "Gateway", gatewayGroup)) {
      const name = textAt(object.spec, "gatewayClassName") ?? "";
      if (isKnownClass(classes, name)) continue;
      // A class is created with its controller, which is rarely among files.
      if (!audited.complete && classes.length === 0) continue;
      yield {
        object,
        path: "spec.gatewayClassName",
        message: `There is no GatewayClass ${name}${amongObjects(audited)}, so no controller serves the Gateway.`,
        fix: "Use the class istio, or the name of a GatewayClass",
      };
    }
  },
};

const machines = (account: string): string => `apiVersion: networking.istio.io/v1
kind: WorkloadGroup
metadata: { name: machines, namespace: shop }
spec: { metadata: { labels: { app: web } }, template: { serviceAccount: ${account} } }
`;

export const groupsServed: AuditRule = {
  code: "MW959",
  severity: "warning",
  title: "a WorkloadGroup without its service account, or with the labels of another one",
  why: [
    "A virtual machine registers with the service account of its WorkloadGroup. If it does not exist, istiod refuses the machine.",
    "Services cannot tell apart the machines of two groups with the same labels.",
  ],
  see: {
    title: "WorkloadGroup",
    url: "https://istio.io/latest/docs/reference/config/networking/workload-group/",
  },
  ignore: "the service account is created by another tool.",
  examples: {
    wrong: documents(meshNamespace, deployment("web"), machines("weeb")),
    right: documents(meshNamespace, deployment("web"), machines("web")),
  },
  *find(audited) {
    const { model } = audited;
    const groups = objectsOf(model, "WorkloadGroup", "networking.istio.io");
    const labelsOf = ({ namespace, spec }: KnownObject): string | undefined => {
      const labels = Object.entries(textsByName(fieldsAt(spec, "metadata"), "labels")).sort();
      return labels.length === 0 ? undefined : JSON.stringify([namespace, labels]);
    };
    for (const [i, object] of groups.entries()) {
      const labels = labelsOf(object);
      const other = groups.slice(0, i).find((one) => labels !== undefined && labelsOf(one) === labels);
      if (other) {
        yield {
          object,
          path: "spec.metadata.labels",
          message: `${titleOf(other)} has the same labels, so Services and policies select the machines of both.`,
          fix: "Give one of them another label",
        };
      }
      const { namespace, spec } = object;
      const account = textAt(fieldsAt(spec, "template"), "serviceAccount") ?? "default";
      const isThere =
        account === "default" ||
        objectsOf(model, "ServiceAccount", "").some(
          (one) => one.namespace === namespace && one.name === account,
        ) ||
        model.workloads.some((one) => one.namespace === namespace && one.serviceAccount === account);
      if (isThere) continue;
      if (!isListed(audited, "ServiceAccount", "", namespace) && !hasWorkloads(audited, namespace)) continue;
      const others = objectsOf(model, "ServiceAccount", "").filter((one) => one.namespace === namespace);
      yield {
        object,
        path: "spec.template.serviceAccount",
        message: `There is no ServiceAccount ${namespace}/${account}${amongObjects(audited)}, so istiod admits no machine of the group.`,
        fix:
          others.length === 0
            ? `Add the ServiceAccount ${account}`
            : `Name one of ${listed(others.map(({ name }) => name).sort())}`,
      };
    }
  },
};
