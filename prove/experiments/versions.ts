import type { Edge, Mesh, Service } from "../../catalog";
import {
  type Experiment,
  fitsShare,
  newKey,
  notProvable,
  type Outcome,
  proven,
  refuted,
  type Stage,
  tally,
} from "../experiment";
import { admittedAtOnce, requestEdges, sampleOf } from "../sample";
import type { TokenIssuer } from "../tokens";

const many = 300;
const few = 20;

/** Weights, header routes and mirrors of services with versions. */
export function versionExperiments(mesh: Mesh, issuer: TokenIssuer): Experiment[] {
  return mesh.services.flatMap((service) => {
    const [edge] = requestEdges(service);
    if (edge === undefined) return [];
    return [
      ...(service.versions.length > 1 ? [weights(mesh, service, edge, issuer)] : []),
      ...service.headerRoutes.map((_, index) => headerRoute(mesh, service, edge, index, issuer)),
      ...(service.mirror === undefined ? [] : [mirror(mesh, service, edge, issuer)]),
    ];
  });
}

/** As many requests as the service's rate limit admits at once. */
function countFor(service: Service): number {
  return Math.min(many, Math.floor(admittedAtOnce(service) / 2));
}

function weights(mesh: Mesh, service: Service, edge: Edge, issuer: TokenIssuer): Experiment {
  const shares = service.versions.map(({ name, weight }) => `${weight} % to ${name}`).join(", ");
  return {
    path: `${service.path}.traffic.weights`,
    claim: `requests to ${service.name} are divided: ${shares}`,
    run: async (stage) => {
      const { caller, url, method, headers } = sampleOf(mesh, service, edge, issuer);
      const count = countFor(service);
      const answers = await stage.send(caller, {
        url,
        method,
        headers,
        count,
        concurrency: 4,
        keepAlive: true,
      });
      if (answers === undefined) return notProvable("the caller has no pod");
      const versions = answers.map(({ version, status }) => version ?? status);
      const fits = service.versions.every(({ labels, name, weight }) => {
        const label = labels.version ?? name;
        return fitsShare(
          versions.filter((one) => one === label).length,
          count,
          weight / 100,
          stage.deviations,
        );
      });
      return fits ? proven(count) : refuted(count, `${count} × ${method} ${url}`, shares, tally(versions));
    },
  };
}

function headerRoute(
  mesh: Mesh,
  service: Service,
  edge: Edge,
  index: number,
  issuer: TokenIssuer,
): Experiment {
  const route = service.headerRoutes[index];
  const { headers = {}, cookie, version = "" } = route ?? {};
  const given = { ...headers, ...(cookie && { cookie: `other=1; ${cookie.name}=${cookie.value}; last=2` }) };
  const label = service.versions.find(({ name }) => name === version)?.labels.version ?? version;
  const text = Object.entries(given)
    .map(([name, value]) => `${name}: ${value}`)
    .join(", ");
  return {
    path: `${service.path}.traffic.headerRoutes[${index}]`,
    claim: `requests to ${service.name} with ${text} reach ${version} only`,
    run: async (stage) => {
      const sample = sampleOf(mesh, service, edge, issuer);
      const { caller, url, method } = sample;
      const answers = await stage.send(caller, {
        url,
        method,
        headers: { ...sample.headers, ...given },
        count: few,
        concurrency: 2,
      });
      if (answers === undefined) return notProvable("the caller has no pod");
      const versions = answers.map(({ version: seen, status }) => seen ?? status);
      return versions.every((one) => one === label)
        ? proven(few)
        : refuted(
            few,
            `${few} × ${method} ${url} with ${text}`,
            `every answer from ${label}`,
            tally(versions),
          );
    },
  };
}

function mirror(mesh: Mesh, service: Service, edge: Edge, issuer: TokenIssuer): Experiment {
  const own = service.mirror;
  const share = (own?.percentage ?? 0) / 100;
  const target = own?.service ?? service.name;
  const to = own?.service ?? `version ${own?.version ?? ""}`;
  return {
    path: `${service.path}.traffic.mirror`,
    claim: `${share * 100} % of the requests to ${service.name} are copied to ${to}`,
    run: async (stage): Promise<Outcome> => {
      const { caller, url, method, headers } = sampleOf(mesh, service, edge, issuer);
      const key = newKey();
      const count = countFor(service);
      const request = { url, method, headers, key, count, concurrency: 4, keepAlive: true };
      const answers = await stage.send(caller, request);
      if (answers === undefined) return notProvable("the caller has no pod");
      const copies = await copiesOf(stage, target, own?.version, key);
      return fitsShare(copies, count, share, stage.deviations)
        ? proven(count)
        : refuted(
            count,
            `${count} × ${method} ${url}`,
            `${share * 100} % copied to ${to}`,
            `${copies} copies`,
          );
    },
  };
}

/** Copies arrive after the answers. A version that receives them has the weight 0, so it receives nothing else. */
async function copiesOf(
  stage: Stage,
  service: string,
  version: string | undefined,
  key: string,
): Promise<number> {
  await stage.copied();
  const seen = await stage.seen(service, key);
  return seen.filter((one) => version === undefined || one.version === version).length;
}
