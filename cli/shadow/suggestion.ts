import { type Edge, includesPath, type Mesh, type Service } from "../../catalog";
import { isFrom, principalOf } from "./services";

/** The lines of the catalog that would allow the denied requests of a caller, or what to do without one. */
export function suggestion(
  mesh: Mesh,
  service: Service,
  principal: string | undefined,
  methods: readonly string[],
  paths: readonly string[],
): string {
  if (principal === undefined) {
    return "the client has no identity: add a sidecar to its pods, then declare it";
  }
  const edges = service.incoming.filter((edge) => isFrom(edge, principal));
  if (edges.length > 0) {
    return restrictingOf(edges, methods, paths)
      .map((edge) => {
        const admitted = methods.filter((method) => admitsMethod(edge, method));
        const within = paths.filter((path) => isWithin(edge, path));
        return ofDeclared(edge, admitted.length > 0 ? admitted : methods, within.length > 0 ? within : paths);
      })
      .join("; ");
  }
  const requests = {
    ...(methods.length > 0 && { methods: [...methods].sort() }),
    ...(paths.length > 0 && { paths: [...paths].sort() }),
  };
  const caller = mesh.services.find((one) => principalOf(mesh, one) === principal);
  if (caller !== undefined) {
    const field = /^[A-Za-z_]\w*$/.test(service.name) ? service.name : JSON.stringify(service.name);
    return `add to services.${caller.name}.calls: ${field}: ${literal(requests)}`;
  }
  const [, , namespace = "", , serviceAccount = ""] = principal.split("/");
  return `add to ${service.path}.admit: ${JSON.stringify(serviceAccount)}: ${literal({ namespace, serviceAccount, ...requests })}`;
}

/**
 * The calls of one caller whose dry runs would deny requests: those that admit the requests until then. A gateway has a call
 * for each of its routes, and a service can have several.
 */
function restrictingOf(
  edges: readonly Edge[],
  methods: readonly string[],
  paths: readonly string[],
): readonly Edge[] {
  const admitting = edges.filter(
    (edge) =>
      (paths.length === 0 || paths.some((path) => isWithin(edge, path))) &&
      (methods.length === 0 || methods.some((method) => admitsMethod(edge, method))),
  );
  const restricted = edges.filter(({ dryRun }) => dryRun !== undefined);
  const both = restricted.filter((edge) => admitting.includes(edge));
  return [both, admitting, restricted].find((some) => some.length > 0) ?? edges.slice(0, 1);
}

function admitsMethod({ methods }: Edge, method: string): boolean {
  return methods.length === 0 || methods.some((one) => one === method);
}

/** Whether a path is one of a call's, or of the route that it belongs to. */
function isWithin({ paths, pathsAfterDryRuns = [] }: Edge, path: string): boolean {
  const own = paths.length > 0 ? paths : pathsAfterDryRuns;
  return own.length === 0 || own.some((pattern) => includesPath(pattern, path));
}

/** A declared caller whose call is narrower than its requests, in the catalog or in the dry run. */
function ofDeclared(
  { path, dryRun, methods: own }: Edge,
  methods: readonly string[],
  paths: readonly string[],
): string {
  if (dryRun === "denied") return `the call is still used: remove ${path}.dryRun, or stop the caller`;
  const place = dryRun === undefined ? path : `${path}.dryRun`;
  const listed = dryRun?.methods ?? own;
  const wider = methods.filter((method) => listed.length > 0 && !listed.some((one) => one === method));
  const parts = [
    ...(wider.length > 0 ? [`methods ${wider.sort().join(", ")}`] : []),
    ...(paths.length > 0 ? [`paths such as ${paths.map((one) => JSON.stringify(one)).join(", ")}`] : []),
  ];
  return parts.length > 0
    ? `compare ${place} with ${parts.join(" and ")}, the port and the token`
    : `compare the methods, paths, port and token of ${place} with access logs: --logs`;
}

function literal(value: object): string {
  const fields = Object.entries(value).map(
    ([key, one]) => `${key}: ${JSON.stringify(one).replaceAll('","', '", "')}`,
  );
  return fields.length === 0 ? "{}" : `{ ${fields.join(", ")} }`;
}
