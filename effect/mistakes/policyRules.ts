import { type Fields, fieldsAt, has, listAt, textAt, textsAt } from "../field";
import { type Model, objectsOf } from "../model";
import type { KnownObject } from "../object";
import { readRule } from "../policyRule";
import { applies, selectionOf } from "../selection";
import { servedPorts } from "../space";
import type { Workload } from "../workload";
import type { Mistake } from "./mistake";

/** Where a rule names what only requests have. */
function requestFields(rule: Fields): string[] {
  const of = (list: string, field: string, names: readonly string[]): string[] =>
    listAt(rule, list).flatMap((one, i) =>
      names.flatMap((name) =>
        [name, `not${name.charAt(0).toUpperCase()}${name.slice(1)}`]
          .filter((key) => has(fieldsAt(one, field), key))
          .map((key) => `${list}[${i}].${field}.${key}`),
      ),
    );
  const conditions = listAt(rule, "when").flatMap((one, i) =>
    (textAt(one, "key") ?? "").startsWith("request.") ? [`when[${i}]`] : [],
  );
  return [
    ...of("from", "source", ["requestPrincipals"]),
    ...of("to", "operation", ["methods", "paths", "hosts"]),
    ...conditions,
  ];
}

/**
 * Returns rules about requests for ports whose connections carry none that the proxy reads. Istio leaves such a rule of
 * ALLOW out, and of DENY only what it says about requests.
 *
 * @see https://istio.io/latest/docs/tasks/security/authorization/authz-tcp/
 */
export function rulesWithoutRequests(model: Model): Mistake[] {
  return objectsOf(model, "AuthorizationPolicy", "security.istio.io").flatMap((object) => {
    const action = textAt(object.spec, "action") ?? "ALLOW";
    if (!["ALLOW", "DENY"].includes(action) || selectionOf(object).targets.length > 0) return [];
    const { rootNamespace } = model.settings;
    const pods = model.workloads.filter(
      (one) =>
        one.proxy === "sidecar" &&
        (object.namespace === one.namespace || object.namespace === rootNamespace) &&
        applies(object, one),
    );
    return listAt(object.spec, "rules").flatMap((rule, i): Mistake[] => {
      const [first] = requestFields(rule);
      if (first === undefined || pods.length === 0) return [];
      const isAllow = action === "ALLOW";
      if (!isRead(model, object, rule, isAllow)) return [];
      const ports = connectionPorts(model, rule, pods, isAllow);
      if (ports.length === 0) return [];
      const which = `the port${ports.length === 1 ? "" : "s"} ${ports.join(", ")} of its pods`;
      return [
        {
          object,
          path: `spec.rules[${i}].${first}`,
          problem: isAllow
            ? `the proxy reads no requests on ${which}, so Istio leaves the rule out there, and it allows nothing`
            : `the proxy reads no requests on ${which}, so Istio leaves the condition out there, and the rule denies every connection that its other conditions match`,
          fix: isAllow
            ? "Write a rule of its own for connections, with principals, namespaces and ports alone"
            : "Name the ports of HTTP in the rule's operation.ports",
        },
      ];
    });
  });
}

/** Whether Istio reads the rule for requests, and as ALLOW not for connections. */
function isRead(model: Model, { namespace }: KnownObject, rule: Fields, strict: boolean): boolean {
  const read = (tcp: boolean) => readRule(rule, { namespace, strict, tcp, settings: model.settings });
  return read(false) !== undefined && (!strict || read(true) === undefined);
}

/**
 * The ports of pods with connections of TCP or TLS that a rule is about. A rule of ALLOW without ports is about those of
 * HTTP, if the pods have any.
 */
function connectionPorts(
  model: Model,
  rule: Fields,
  pods: readonly Workload[],
  isAllow: boolean,
): readonly number[] {
  const operations = listAt(rule, "to").map((one) => fieldsAt(one, "operation"));
  const named = operations.flatMap((one) => textsAt(one, "ports")).map(Number);
  const excluded = operations.flatMap((one) => textsAt(one, "notPorts")).map(Number);
  const isOpen = operations.length === 0 || operations.some((one) => !has(one, "ports"));
  const protocols = Map.groupBy(
    pods.flatMap((one) => servedPorts(model, one)),
    ({ number }) => number,
  );
  const isConnection = (port: number): boolean =>
    protocols.get(port)?.every(({ protocol }) => protocol === "tcp" || protocol === "tls") ?? false;
  const all = [...protocols.keys()].filter((port) => !excluded.includes(port));
  const open = isOpen && (!isAllow || all.every(isConnection)) ? all : [];
  return [...new Set([...named, ...open])].filter(isConnection).sort((one, other) => one - other);
}
