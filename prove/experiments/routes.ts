import {
  type Cors,
  type Edge,
  type GatewayRoute,
  type Headers,
  type Mesh,
  type StringMatch,
} from "../../catalog";
import { milliseconds, type Route } from "../../effect";
import { type Experiment, notProvable, type Outcome, proven, refuted, type Stage } from "../experiment";
import { declaredRetries, seenRetries } from "../retrySettings";
import { type RoutedSample, samplesOfRoutes } from "../routedSample";
import { requestEdges, sampleOf } from "../sample";
import type { TokenIssuer } from "../tokens";

/** Conditions of retries, and what gateways add to requests and answers: CORS, and changes of headers. */
export function routeExperiments(mesh: Mesh, issuer: TokenIssuer): Experiment[] {
  const routed = samplesOfRoutes(mesh, issuer);
  return [
    ...mesh.services.flatMap((service) =>
      requestEdges(service).flatMap((edge): Experiment[] => {
        const sample =
          edge.source.kind === "service" ? sampleOf(mesh, service, edge, issuer) : routed.get(edge.path);
        // Methods that are not safe to repeat have a route of their own.
        return sample === undefined || unsafe.includes(sample.method)
          ? []
          : [conditions(service.name, edge, sample)];
      }),
    ),
    ...mesh.gateways.flatMap(({ hosts }) =>
      hosts.flatMap((host): Experiment[] => {
        const routes = host.routes.filter(
          (route): route is GatewayRoute => "edge" in route && route.edge !== undefined,
        );
        const samples = routes.flatMap((route) => {
          const sample = routed.get(route.edge.path);
          return sample === undefined ? [] : [{ route, sample }];
        });
        const [first] = samples;
        return [
          ...(host.cors && first ? [cors(host.host, host.path, host.cors, first.sample)] : []),
          ...samples.flatMap(({ route, sample }) =>
            route.headers === undefined ? [] : [headers(host.host, route, route.headers, sample)],
          ),
        ];
      }),
    ),
  ];
}

const unsafe = ["POST", "PATCH"];

function conditions(name: string, edge: Edge, sample: RoutedSample): Experiment {
  const wanted = declaredRetries(edge.retries);
  return {
    path: `${edge.path}${edge.ownRetries ? ".retries" : ""}`,
    claim: `requests of ${edge.source.name} to ${name} are retried under the declared conditions`,
    run: (stage) => {
      const { caller, ...request } = sample;
      const route = stage.route(caller, request);
      if (route === undefined) return Promise.resolve(notProvable("requests do not show every condition"));
      const seen = seenRetries(route.retries);
      return Promise.resolve(compare(`${request.method} ${request.url}`, wanted, seen));
    },
  };
}

function compare(request: string, wanted: unknown, seen: unknown): Outcome {
  const [expected = "none", found = "none"] = [wanted, seen].map(
    (one) => JSON.stringify(one) as string | undefined,
  );
  return expected === found ? proven(1) : refuted(1, request, expected, found);
}

function cors(name: string, path: string, own: Cors, sample: RoutedSample): Experiment {
  return {
    path: `${path}.cors`,
    claim: `${name} lets pages of the declared origins read its answers, and no others`,
    run: async (stage) => {
      const { caller, ...request } = sample;
      const route = stage.route(caller, request);
      if (route !== undefined)
        return compare(`${request.method} ${request.url}`, plainCors(own), readCors(route));
      return stage.real ? preflights(stage, own, sample) : notProvable("it takes answers of a proxy");
    },
  };
}

/** A CORS policy as text that does not depend on the order of its lists. */
function plainCors({
  allowOrigins,
  allowMethods,
  allowHeaders,
  exposeHeaders,
  maxAge,
  allowCredentials,
}: Cors) {
  const sorted = (list: readonly string[]): string => [...list].sort().join(",");
  return {
    origins: sorted(allowOrigins.map((one) => JSON.stringify(one))),
    methods: sorted(allowMethods),
    headers: sorted(allowHeaders),
    exposed: sorted(exposeHeaders),
    maxAge: maxAge ?? null,
    credentials: allowCredentials,
  };
}

function readCors({ cors: found = {} }: Route) {
  const policy: Omit<Partial<Cors>, "maxAge"> & { readonly maxAge?: string } = found;
  const maxAge = milliseconds(policy.maxAge);
  return plainCors({
    allowOrigins: policy.allowOrigins ?? [],
    allowMethods: policy.allowMethods ?? [],
    allowHeaders: policy.allowHeaders ?? [],
    exposeHeaders: policy.exposeHeaders ?? [],
    allowCredentials: policy.allowCredentials ?? false,
    ...(maxAge !== undefined && { maxAge }),
  });
}

/** Asks as browsers do: from each origin that a sample can be made of, and from a foreign one. */
async function preflights(stage: Stage, own: Cors, { caller, ...request }: RoutedSample): Promise<Outcome> {
  const origins = own.allowOrigins.flatMap((one) => sampleOfMatch(one) ?? []);
  const [method = "GET"] = own.allowMethods;
  const ask = async (origin: string): Promise<Readonly<Record<string, string>> | undefined> => {
    const headers = { origin, "access-control-request-method": method };
    const [answer] = (await stage.send(caller, { ...request, method: "OPTIONS", headers })) ?? [];
    return answer?.headers;
  };
  const allows = "access-control-allow-origin";
  for (const origin of origins) {
    const given = await ask(origin);
    const methods = given?.["access-control-allow-methods"]?.split(",").map((one) => one.trim());
    if (given?.[allows] !== origin || methods?.includes(method) !== true) {
      const seen = JSON.stringify({ origin: given?.[allows], methods });
      return refuted(
        origins.length,
        `OPTIONS ${request.url} from ${origin}`,
        `${origin} and ${method}`,
        seen,
      );
    }
  }
  const foreign = "https://foreign.example.net";
  const given = (await ask(foreign))?.[allows];
  if (given !== undefined) {
    return refuted(origins.length + 1, `OPTIONS ${request.url} from ${foreign}`, `no ${allows}`, given);
  }
  return origins.length === 0
    ? notProvable("its origins are patterns, of which no sample is made", 1)
    : proven(origins.length + 1);
}

function sampleOfMatch(match: StringMatch): string | undefined {
  if ("exact" in match) return match.exact;
  return "prefix" in match ? `${match.prefix}x` : undefined;
}

function headers(name: string, { edge }: GatewayRoute, own: Headers, sample: RoutedSample): Experiment {
  return {
    path: `${edge.path}.headers`,
    claim: `${name} changes the headers of requests to ${edge.callee} and of its answers as its route says`,
    run: async (stage) => {
      const { caller, ...request } = sample;
      const route = stage.route(caller, request);
      if (route !== undefined)
        return compare(`${request.method} ${request.url}`, sorted(own), sorted(route.headers ?? {}));
      if (!stage.real) return notProvable("it takes answers of a proxy");
      const removed = Object.fromEntries((own.request?.remove ?? []).map((one) => [one, "sent"]));
      const [answer] =
        (await stage.send(caller, { ...request, headers: { ...request.headers, ...removed } })) ?? [];
      if (answer === undefined) return notProvable("the caller has no pod");
      const received = answer.body.startsWith("{")
        ? (JSON.parse(answer.body) as { readonly headers?: Readonly<Record<string, string>> }).headers
        : undefined;
      const wrong = [
        ...missing(own.request, received ?? {}).map((one) => `${one} in the request`),
        ...missing(own.response, answer.headers).map((one) => `${one} in the answer`),
      ];
      return wrong.length === 0 && answer.pod !== undefined
        ? proven(1)
        : refuted(
            1,
            `${request.method} ${request.url}`,
            JSON.stringify(own),
            `${answer.status}, not as declared: ${wrong.join(", ")}`,
          );
    },
  };
}

/** Headers that are not as the operations say. A value with an operator of Envoy is only present. */
function missing(operations: Headers["request"], found: Readonly<Record<string, string>>): string[] {
  const { set = {}, add = {}, remove = [] } = operations ?? {};
  const given = [...Object.entries(set), ...Object.entries(add)].filter(([name, value]) => {
    const seen = found[name.toLowerCase()];
    return seen === undefined || (!value.includes("%") && !seen.split(", ").includes(value));
  });
  const left = remove.filter(
    (name) => found[name.toLowerCase()] !== undefined && !(name in set) && !(name in add),
  );
  return [...given.map(([name]) => name), ...left];
}

/** With the names of objects in order, so that texts can be compared. */
function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (value === null || typeof value !== "object") return value;
  return Object.fromEntries(
    Object.entries(value)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, inner]) => [key, sorted(inner)]),
  );
}
