import { afterDryRuns, type Edge, includesPath } from "../../catalog";
import { pages } from "../pages";
import type { MeshRule, Report, Text } from "../rule";
import { webAndApi } from "./example";

const END =
  "once `meshwright shadow` reports it as clean, remove it, or suppress this with the reason and the date by which it ends";

export const ofMesh = (hasNetworkPolicies: boolean): Text => ({
  message:
    "the AuthorizationPolicies are a dry run, so they deny no request" +
    (hasNetworkPolicies
      ? "; but the NetworkPolicies deny all undeclared connections, which no dry run shows"
      : ""),
  fix: hasNetworkPolicies ? `remove networkPolicies during the dry run; ${END}` : END,
});

export const ofService = (service: string, namespaces: readonly string[]): Text => ({
  message: `the rules of "${service}" are a dry run, so every service account of ${namespaces.join(", ")} may call it`,
  fix: END,
});

export const ofCall = (callee: string, isExternal: boolean): Text => ({
  message: isExternal
    ? `"${callee}" is outside of the mesh, so no proxy evaluates the dry run`
    : `the dry run allows everything that the call to "${callee}" allows, so it restricts nothing`,
  fix: isExternal
    ? "remove it"
    : "list fewer methods or paths than the call, or require a token, or remove it",
});

export const wider = (field: "methods" | "paths", value: string): Text => ({
  message: `the dry run allows ${value}, which the call does not allow`,
  fix: `remove it, or add it to the call's ${field}`,
});

export const dryRunEnds: MeshRule = {
  code: "MW329",
  severity: "warning",
  title: "A dry run of authorization restricts something, and ends",
  why: [
    "Istio evaluates a policy in a dry run and reports the result, but does not enforce the policy.",
    "A dry run of a service or of the mesh allows undeclared calls, so outside of dev it needs an end.",
    "A dry run of a call keeps the call's own access enforced, so it must be narrower than the call.",
  ],
  see: pages.authorizationDryRun,
  suppress: "the dry run has an end: name the date and the person who decides.",
  stage: "mesh",
  examples: {
    wrong: webAndApi({}, { authorization: "dryRun" }),
    right: webAndApi({ calls: { api: { dryRun: { methods: ["GET"] } } } }, {}),
  },
  *check(mesh) {
    const { authorization, environment, namespaces, services, externalServices, networkPolicies } = mesh;
    if (environment !== "dev") {
      if (authorization === "dryRun")
        yield { path: "authorization", ...ofMesh(networkPolicies !== undefined) };
      for (const { name, authorization: own, path } of services) {
        if (own !== "dryRun" || authorization === "dryRun") continue;
        yield { path: `${path}.authorization`, ...ofService(name, namespaces) };
      }
    }
    const outside = new Set(externalServices.map(({ name }) => name));
    const edges = services.flatMap(({ outgoing, incoming }) => [
      ...outgoing,
      ...incoming.filter(({ source }) => source.kind !== "service"),
    ]);
    for (const edge of edges) {
      if (edge.mirrored || edge.dryRun === undefined) continue;
      yield* judgeCall(edge, outside.has(edge.callee));
    }
  },
};

function* judgeCall(edge: Edge, isExternal: boolean): Generator<Report> {
  const path = `${edge.path}.dryRun`;
  if (isExternal) yield { path, ...ofCall(edge.callee, true) };
  const [after] = afterDryRuns([edge]);
  if (isExternal || after === undefined) return;
  const methods = edge.methods.length === 0 ? [] : after.methods.filter((one) => !edge.methods.includes(one));
  const paths =
    edge.paths.length === 0
      ? []
      : after.paths.filter((one) => !edge.paths.some((pattern) => includesPath(pattern, one)));
  for (const method of methods) yield { path, ...wider("methods", method) };
  for (const one of paths) yield { path, ...wider("paths", `"${one}"`) };
  if (methods.length > 0 || paths.length > 0 || restricts(edge, after)) return;
  yield { path, ...ofCall(edge.callee, false) };
}

/** Whether a call allows less after its dry run, which is within the call. */
function restricts(before: Edge, after: Edge): boolean {
  const isAll = (list: readonly unknown[]): boolean => list.length === 0;
  const ofMethods = isAll(before.methods)
    ? !isAll(after.methods)
    : after.methods.length < before.methods.length;
  const ofPaths = isAll(before.paths)
    ? !isAll(after.paths) && !after.paths.some((one) => one === "/*")
    : before.paths.some((one) => !after.paths.some((pattern) => includesPath(pattern, one)));
  return ofMethods || ofPaths || JSON.stringify(before.endUser) !== JSON.stringify(after.endUser);
}
