import type { Edge, Mesh, Service } from "../../catalog";
import { principalOf } from "./services";

/** The line of the catalog that would allow the denied requests of a caller, or what to do without one. */
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
  const edges = service.incoming.filter(({ source }) => source.principal === principal);
  const [edge] = edges;
  if (edge !== undefined) return ofDeclared(edge, methods, paths);
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
