import fc from "fast-check";
import { type PlainObject, type RoutedRequest } from "../../effect";
import { object } from "./objects";

const some = <T>(...values: T[]): fc.Arbitrary<T[]> =>
  fc.uniqueArray(fc.constantFrom(...values), { minLength: 1, maxLength: 2 });

const match = fc.record(
  {
    uri: fc.constantFrom(
      { prefix: "/api" },
      { prefix: "/" },
      { exact: "/api" },
      { exact: "/" },
      { regex: "/api/[0-9]+" },
      { regex: ".*" },
    ),
    method: fc.constantFrom({ exact: "GET" }, { prefix: "P" }),
    headers: fc.constantFrom(
      { "x-user": { exact: "ann" } },
      { "x-user": { prefix: "a" } },
      { "x-user": {} },
      { "X-Beta": { regex: "[0-9]+" } },
    ),
    withoutHeaders: fc.constantFrom({ "x-user": { exact: "ann" } }, { "x-user": {} }),
    queryParams: fc.constantFrom({ v: { exact: "1" } }, { v: { regex: "[0-9]+" } }),
    port: fc.constantFrom(80, 9000),
    sourceLabels: fc.constantFrom({ app: "web" }, { app: "api" }),
    ignoreUriCase: fc.constant(true),
  },
  { requiredKeys: [] },
);

/** Routes, rules and Sidecars for the services of the namespaces `shop` and `bank`. */
export function routing(shop: string, bank: string): fc.Arbitrary<PlainObject[]> {
  const hosts = [`web.${shop}`, `api.${shop}`, `ledger.${bank}`].map((one) => `${one}.svc.cluster.local`);
  const host = fc.constantFrom(...hosts, "out.example.com", "nowhere.example.com");
  const destination = fc.record(
    { host, subset: fc.constantFrom("v1", "v2"), port: fc.constantFrom({ number: 80 }, { number: 81 }) },
    { requiredKeys: ["host"] },
  );
  const weighted = fc
    .array(fc.record({ destination, weight: fc.integer({ min: 0, max: 9 }) }), { minLength: 1, maxLength: 3 })
    .filter((list) => list.length === 1 || list.some(({ weight }) => weight > 0))
    .map((list) => (list.length === 1 ? list.map(({ destination: one }) => ({ destination: one })) : list));
  const route = fc
    .record(
      {
        match: fc.array(match, { minLength: 1, maxLength: 2 }),
        route: weighted,
        timeout: fc.constantFrom("1.5s", "3s"),
        retries: fc.constantFrom(
          { attempts: 0 },
          { attempts: 3, perTryTimeout: "250ms" },
          { attempts: 1, retryOn: "5xx" },
        ),
        rewrite: fc.constant({ uri: "/other" }),
        mirror: fc.record({ host }),
      },
      { requiredKeys: ["route"] },
    )
    .map((one): object => one);
  const redirect = fc
    .record({ match: fc.array(match, { minLength: 1, maxLength: 1 }) })
    .map((one): object => ({ ...one, redirect: { uri: "/moved" } }));
  const place = fc.constantFrom(shop, shop, bank);
  const exportTo = fc.constantFrom({}, {}, { exportTo: ["."] }, { exportTo: [shop] }, { exportTo: ["*"] });
  return fc
    .record({
      virtual: fc.array(
        fc.record({
          namespace: place,
          hosts: some(...hosts, `*.${shop}.svc.cluster.local`, "free.example.com", "out.example.com").map(
            (list) => (list.some((one) => one.startsWith("*")) ? [`*.${shop}.svc.cluster.local`] : list),
          ),
          http: fc.array(fc.oneof({ arbitrary: route, weight: 6 }, { arbitrary: redirect, weight: 1 }), {
            minLength: 1,
            maxLength: 3,
          }),
          exportTo,
        }),
        { maxLength: 4 },
      ),
      rules: fc.array(
        fc.record({
          namespace: place,
          host: fc.constantFrom(...hosts, `*.${shop}.svc.cluster.local`),
          subsets: fc.constantFrom([], ["v1"], ["v1", "v2"]),
          exportTo,
        }),
        { maxLength: 3 },
      ),
      sidecars: fc.array(
        fc.record({
          namespace: place,
          egress: fc.constantFrom(
            ["./*"],
            [`${shop}/api.${shop}.svc.cluster.local`],
            [`*/*`],
            [`${bank}/*`, "./*"],
            ["*/out.example.com"],
          ),
          mode: fc.constantFrom("REGISTRY_ONLY", "ALLOW_ANY", undefined),
          selector: fc.constantFrom(undefined, { labels: { app: "web" } }),
        }),
        { maxLength: 2 },
      ),
      entry: fc.option(fc.record({ namespace: place, exportTo })),
    })
    .map(({ virtual, rules, sidecars, entry }) => [
      ...virtual.map(({ namespace, exportTo: to, ...spec }, i) =>
        object("VirtualService", `${namespace}/routes-${i}`, { ...spec, ...to }),
      ),
      ...rules.map(({ namespace, subsets, exportTo: to, host: own }, i) =>
        object("DestinationRule", `${namespace}/rule-${i}`, {
          host: own,
          subsets: subsets.map((name) => ({ name, labels: { version: name } })),
          ...to,
        }),
      ),
      ...sidecars.map(({ namespace, egress, mode, selector }, i) =>
        object("Sidecar", `${namespace}/sidecar-${i}`, {
          egress: [{ hosts: egress }],
          ...(mode && { outboundTrafficPolicy: { mode } }),
          ...(selector && { workloadSelector: selector }),
        }),
      ),
      ...(entry
        ? [
            object("ServiceEntry", `${entry.namespace}/out`, {
              hosts: ["out.example.com"],
              ports: [{ number: 80, name: "http", protocol: "HTTP" }],
              resolution: "DNS",
              ...entry.exportTo,
            }),
          ]
        : []),
    ]);
}

/** Requests to the services of the namespaces, of which many are at the border of a match. */
export function routed(shop: string, bank: string): fc.Arbitrary<RoutedRequest> {
  return fc
    .record({
      host: fc.constantFrom(
        ...[`web.${shop}`, `api.${shop}`, `ledger.${bank}`].map((one) => `${one}.svc.cluster.local`),
        `api.${shop}`,
        `ledger.${bank}.svc`,
        "api",
        "out.example.com",
        "free.example.com",
        "unknown.example.com",
      ),
      method: fc.constantFrom("GET", "POST", "DELETE"),
      path: fc.constantFrom(
        "/",
        "/api",
        "/apix",
        "/API",
        "/api/1",
        "/api/12/x",
        "/other",
        "/?v=1",
        "/api?v=x",
      ),
      user: fc.constantFrom(undefined, "ann", "an", "", "bob"),
      beta: fc.constantFrom(undefined, "1", "x"),
    })
    .map(({ user, beta, ...rest }): RoutedRequest => ({
      ...rest,
      port: 80,
      headers: {
        ...(user !== undefined && { "x-user": user }),
        ...(beta !== undefined && { "x-beta": beta }),
      },
    }));
}
