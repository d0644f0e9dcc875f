import { fieldsAt, listAt, textAt, textsAt } from "../../../effect/field";
import { accessRules, type KnownObject, objectsOf, unreadOf } from "../../../effect";
import { amongObjects, hasWorkloads, objectOf, sidecars } from "../audited";
import { listed, titleOf } from "../finding";
import type { AuditRule } from "../rule";
import { deployment, documents, meshNamespace, policy, service } from "./examples";

const authorization = {
  title: "Authorization policies",
  url: "https://istio.io/latest/docs/concepts/security/#authorization-policies",
};

export const openAccess: AuditRule = {
  code: "MW933",
  severity: "warning",
  title: "workloads that admit every client",
  why: [
    "A workload without an AuthorizationPolicy of action ALLOW accepts every request that no other policy denies.",
    "With STRICT mutual TLS every workload of the mesh may call it, otherwise every pod of the cluster.",
  ],
  see: authorization,
  ignore: "the application decides about access itself.",
  examples: {
    wrong: documents(meshNamespace, deployment("web"), service("web")),
    right: documents(
      meshNamespace,
      deployment("web"),
      service("web"),
      policy("web", "rules: [{ from: [{ source: { principals: [cluster.local/ns/shop/sa/web] } }] }]"),
    ),
  },
  *find(audited) {
    const { model } = audited;
    const groups = new Map<KnownObject, string[]>();
    for (const workload of sidecars(audited)) {
      const { allow, custom } = accessRules(model, workload, false);
      if (allow !== undefined) continue;
      const object = objectOf(audited, workload);
      const at = model.namespaces.get(workload.namespace) ?? object;
      if (!at) continue;
      const [unread] = unreadOf(model, workload).filter(({ about }) => about === "access");
      const decides = unread?.from ?? custom[0]?.from;
      if (decides) {
        yield {
          object: object ?? at,
          unknown: `${titleOf(decides)} may deny requests, so who may call is not judged.`,
        };
        continue;
      }
      const group = groups.get(at) ?? [];
      group.push(`${workload.namespace}/${workload.name}`);
      groups.set(at, group);
    }
    for (const [object, names] of groups) {
      yield {
        object,
        message: `${names.length} ${names.length === 1 ? "workload admits" : "workloads admit"} every client, because no AuthorizationPolicy of action ALLOW among the objects applies: ${listed(names.sort())}.`,
        fix: "Add a default deny to the namespace, and for each workload a policy that names its callers",
      };
    }
  },
};

export const closedService: AuditRule = {
  code: "MW936",
  severity: "warning",
  title: "a service that denies every request",
  why: [
    "Policies of action ALLOW apply to the workload, and none of them has a rule. So every request gets 403.",
  ],
  see: authorization,
  ignore: "the workload only sends requests, or the policy for its callers is in another repository.",
  examples: {
    wrong: documents(
      meshNamespace,
      deployment("web"),
      service("web"),
      `apiVersion: security.istio.io/v1
kind: AuthorizationPolicy
metadata: { name: default-deny, namespace: shop }
spec: {}
`,
    ),
    right: documents(
      meshNamespace,
      deployment("web"),
      service("web"),
      `apiVersion: security.istio.io/v1
kind: AuthorizationPolicy
metadata: { name: default-deny, namespace: shop }
spec: {}
`,
      policy("web", "rules: [{ from: [{ source: { principals: [cluster.local/ns/shop/sa/web] } }] }]"),
    ),
  },
  *find(audited) {
    const { model } = audited;
    for (const workload of sidecars(audited)) {
      const { allow, allowing } = accessRules(model, workload, false);
      const object = objectOf(audited, workload);
      if (allow === undefined || allow.length > 0 || !object) continue;
      const services = model.services.filter(
        ({ selector, namespace, ports }) =>
          selector !== undefined &&
          namespace === workload.namespace &&
          ports.length > 0 &&
          Object.entries(selector).every(([key, value]) => workload.labels[key] === value),
      );
      if (services.length === 0) continue;
      yield {
        object,
        message: `It denies every request to ${listed(services.map(({ from }) => titleOf(from)))}: ${listed(allowing.map(titleOf))} ${allowing.length === 1 ? "applies and has" : "apply and have"} no rule for it.`,
        fix: "Add an AuthorizationPolicy that selects it and names its callers",
      };
    }
  },
};

export const unknownCaller: AuditRule = {
  code: "MW937",
  severity: "warning",
  title: "a rule for a caller that does not exist",
  why: [
    "A rule that names a service account without pods admits no caller. Usually the name or the namespace is misspelled, and the real caller is denied.",
  ],
  see: {
    title: "Source",
    url: "https://istio.io/latest/docs/reference/config/security/authorization-policy/#Source",
  },
  ignore: "pods with the service account are created later, or by another tool.",
  examples: {
    wrong: documents(
      meshNamespace,
      deployment("web"),
      policy("web", "rules: [{ from: [{ source: { principals: [cluster.local/ns/shop/sa/weeb] } }] }]"),
    ),
    right: documents(
      meshNamespace,
      deployment("web"),
      policy("web", "rules: [{ from: [{ source: { principals: [cluster.local/ns/shop/sa/web] } }] }]"),
    ),
  },
  *find(audited) {
    const { model } = audited;
    const accounts = new Set([
      ...model.workloads.map(({ namespace, serviceAccount = "default" }) => `${namespace}/${serviceAccount}`),
      ...objectsOf(model, "ServiceAccount", "").map(({ namespace, name }) => `${namespace}/${name}`),
    ]);
    for (const object of objectsOf(model, "AuthorizationPolicy", "security.istio.io")) {
      for (const { path, text, account } of callersIn(object)) {
        const [namespace = ""] = account.split("/");
        if (accounts.has(account)) continue;
        if (!hasWorkloads(audited, namespace)) {
          yield {
            object,
            unknown: `Workloads of the namespace ${namespace} may be missing among the objects, so rules for its service accounts are not judged.`,
          };
          continue;
        }
        yield {
          object,
          path,
          message: `The rule names ${text}, and no workload of the namespace ${namespace}${amongObjects(audited)} has this service account.`,
          fix: `Name one of: ${listed([...accounts].filter((one) => one.startsWith(`${namespace}/`)).sort())}`,
        };
      }
    }
  },
};

interface Caller {
  readonly path: string;
  readonly text: string;
  /** `<namespace>/<service account>`. */
  readonly account: string;
}

/** The callers that ALLOW rules name exactly. */
function callersIn({ spec, namespace }: KnownObject): Caller[] {
  if ((textAt(spec, "action") ?? "ALLOW") !== "ALLOW") return [];
  return listAt(spec, "rules").flatMap((rule, i) =>
    listAt(rule, "from").flatMap((from, j) => {
      const source = fieldsAt(from, "source");
      const at = `spec.rules[${i}].from[${j}].source`;
      return [
        ...textsAt(source, "principals").flatMap((text, k): Caller[] => {
          const [, of, account] = /^[^/*]+\/ns\/([^/*]+)\/sa\/([^/*]+)$/.exec(text) ?? [];
          return of === undefined || account === undefined
            ? []
            : [{ path: `${at}.principals[${k}]`, text, account: `${of}/${account}` }];
        }),
        ...textsAt(source, "serviceAccounts").map((text, k): Caller => ({
          path: `${at}.serviceAccounts[${k}]`,
          text,
          account: text.includes("/") ? text : `${namespace}/${text}`,
        })),
      ];
    }),
  );
}
