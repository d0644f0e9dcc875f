import { type Mutation, type Place, put } from "./mutation";
import { hasHttp, hostsOf, matching, servicesOf } from "./places";
import type { PortDefinition } from "../../../catalog";

const http = { port: 9999, protocol: "http" };
const external = { host: "other.example.com", ports: { https: { port: 443, protocol: "tls" } } };

/** None is the name of anything in Kubernetes: too long, with capitals or other characters, or a hyphen at an end. */
const wrongNames = ["x".repeat(64), "Web", "web_1", "-web", "web-", "web.api", "wéb", ""];

export const names: readonly Mutation[] = [
  {
    code: "MW105",
    mistake: "the mesh or a namespace by a name that nothing can have",
    also: ["MW105"],
    *mutants(catalog) {
      const places: Place[] = [
        ["name"],
        ["namespace"],
        ["rootNamespace"],
        ...servicesOf(catalog).map(({ place }) => [...place, "namespace"]),
        ...[...matching(catalog, "services.*.admit.*")].flatMap(({ place }) => [
          [...place, "namespace"],
          [...place, "serviceAccount"],
        ]),
        ...[...matching(catalog, "gateways.*")].map(({ place }) => [...place, "release"]),
        ["revision"],
      ];
      for (const place of places) for (const name of wrongNames) yield put(place, name);
      const dotted = wrongNames.filter((name) => name !== "web.api");
      for (const { place } of hostsOf(catalog)) {
        for (const name of [...dotted, "shop/web", "*"]) yield put([...place, "tls", "credentialName"], name);
      }
      for (const name of [...dotted, "*", "*.local", "a/b"]) yield put(["trustDomain"], name);
    },
  },
  {
    code: "MW105",
    mistake: "a service or gateway by a name that nothing can have, or that is taken",
    also: ["MW111", "MW364"],
    *mutants() {
      for (const name of [...wrongNames, "default", "default-deny", "allow-istio"]) {
        yield put(["services", name], { ports: { http } });
      }
      for (const name of wrongNames) yield put(["externalServices", name], external);
      for (const name of [...wrongNames, "istio-egress"]) yield put(["gateways", name], { hosts: {} });
    },
  },
  {
    code: "MW105",
    mistake: "a port or version by a name that it can't have",
    also: ["MW103", "MW111", "MW310"],
    *mutants(catalog) {
      for (const { name: service, place } of servicesOf(catalog)) {
        for (const name of ["8080", "a--b", "sixteen-letters-", "more-than-fifteen", "HTTP"]) {
          yield put([...place, "ports", name], http);
        }
        // The Deployment's name, of both and a hyphen, would have 64 characters.
        for (const name of ["V2", "v2.1", "v".repeat(63 - service.length)]) {
          yield put([...place, "versions", name], {});
        }
      }
    },
  },
  {
    code: "MW105",
    mistake: "a claim that no AuthorizationPolicy can match",
    *mutants(catalog) {
      for (const { place } of matching(catalog, "gateways.*.hosts.*.routes.*.endUser")) {
        for (const claim of ["", "user role", "a[b]", "]x[", "*"]) {
          const at = [...place, "claims", claim];
          yield { at, changes: [[[...place, "claims"], { [claim]: ["x"] }]] };
        }
      }
    },
  },
  {
    code: "MW105",
    mistake: "a host that isn't a full host name",
    also: ["MW532", "MW610"],
    *mutants(catalog) {
      const wrongHosts = [
        "*",
        "*.*.example.com",
        "*.com",
        "localhost",
        "API.example.com",
        "example.com.",
        "api..example.com",
      ];
      for (const { place, own } of hostsOf(catalog)) {
        for (const host of wrongHosts) yield put([...place.slice(0, -1), host], own);
      }
      const inside = "api.other.svc.cluster.local";
      for (const { place } of matching(catalog, "externalServices.*.host")) {
        for (const host of [...wrongHosts, inside]) yield put(place, host);
      }
    },
  },
  {
    code: "MW106",
    mistake: "two ports of one number",
    also: ["MW103", "MW111", "MW603"],
    *mutants(catalog) {
      for (const section of ["services", "externalServices"]) {
        for (const { place, value } of matching(catalog, `${section}.*.ports.*`)) {
          const at = [...place.slice(0, -1), "twin"];
          yield { at: [...at, "port"], changes: [[at, value]] };
        }
      }
    },
  },
  {
    code: "MW107",
    mistake: "a host at a second gateway",
    also: ["MW114"],
    *mutants(catalog) {
      for (const { host, own } of hostsOf(catalog)) yield put(["gateways", "another", "hosts", host], own);
    },
  },
  {
    code: "MW533",
    mistake: "a regular expression as a prefix",
    *mutants(catalog) {
      for (const { place, own } of hostsOf(catalog)) {
        for (const prefix of ["/v[0-9]", "/(a|b)"]) {
          const redirects = [...(own.redirects ?? []), { prefix, uri: "/elsewhere" }];
          yield {
            at: [...place, "redirects", redirects.length - 1, "prefix"],
            changes: [[[...place, "redirects"], redirects]],
          };
        }
      }
    },
  },
  {
    code: "MW533",
    mistake: "a template or a regular expression as a path of a call",
    *mutants(catalog) {
      for (const pattern of ["services.*.calls.*.paths", "gateways.*.hosts.*.routes.*.paths"]) {
        for (const { place, value } of matching(catalog, pattern)) {
          const paths = value as readonly string[];
          const at = [...place, paths.length];
          for (const path of ["/users/{id}", "/v[0-9]+/*", "/users/:id"]) {
            yield { at, changes: [[place, [...paths, path]]] };
          }
        }
      }
    },
  },
  {
    code: "MW108",
    mistake: "a prefix twice, with or without a slash at its end, as route or redirect",
    *mutants(catalog) {
      for (const { place, own } of hostsOf(catalog)) {
        const { routes, redirects = [] } = own;
        for (const route of routes) {
          const { prefix = "/" } = route;
          const spellings = prefix.endsWith("/") ? [prefix] : [prefix, `${prefix}/`];
          for (const spelt of spellings) {
            yield {
              at: [...place, "routes", routes.length, "prefix"],
              changes: [
                [
                  [...place, "routes"],
                  [...routes, { ...route, prefix: spelt }],
                ],
              ],
            };
            yield {
              at: [...place, "redirects", redirects.length, "prefix"],
              changes: [
                [
                  [...place, "redirects"],
                  [...redirects, { prefix: spelt, uri: "/other" }],
                ],
              ],
            };
          }
        }
      }
    },
  },
  {
    code: "MW109",
    mistake: "a service called like another one's version",
    also: ["MW111"],
    *mutants(catalog) {
      for (const { name, service } of servicesOf(catalog)) {
        const { namespace, versions, workload } = service;
        for (const version of Object.keys(versions ?? {})) {
          const twin = { ports: { http }, workload, ...(namespace !== undefined && { namespace }) };
          yield put(["services", `${name}-${version}`], twin);
        }
      }
    },
  },
  {
    code: "MW112",
    mistake: "a service in the namespace of the control plane, a gateway or Kubernetes",
    *mutants(catalog) {
      const releases = Object.values(catalog.gateways ?? {}).map(({ release = "istio-ingress" }) => release);
      for (const { place } of servicesOf(catalog)) {
        for (const namespace of [
          catalog.rootNamespace ?? "istio-system",
          "istio-egress",
          "istio-ingress",
          "kube-system",
          ...releases,
        ]) {
          yield put([...place, "namespace"], namespace);
        }
      }
    },
  },
  {
    code: "MW113",
    mistake: "two protocols on one port of a container",
    also: ["MW103"],
    *mutants(catalog) {
      for (const { place, value } of matching(catalog, "services.*.ports.*")) {
        const { port, targetPort = port, protocol } = value as PortDefinition;
        const other = protocol === "http" ? "tcp" : "http";
        yield put([...place.slice(0, -1), "second"], { port: 9999, targetPort, protocol: other });
      }
    },
  },
  {
    code: "MW114",
    mistake: "a certificate at two gateways, or with two versions of TLS",
    *mutants(catalog) {
      for (const { place, own } of hostsOf(catalog)) {
        const { minProtocolVersion = "TLSV1_2" } = own.tls;
        const other = {
          ...own.tls,
          minProtocolVersion: minProtocolVersion === "TLSV1_2" ? "TLSV1_3" : "TLSV1_2",
        };
        // The one that is reported is the later one by name.
        const elsewhere = ["gateways", "zz-other", "hosts", "zz.example.com"];
        const beside = [...place.slice(0, -1), "zz.example.com"];
        yield { at: [...elsewhere, "tls", "credentialName"], changes: [[elsewhere, own]] };
        yield { at: [...beside, "tls", "credentialName"], changes: [[beside, { ...own, tls: other }]] };
      }
    },
  },
  {
    code: "MW330",
    mistake: "a shared namespace that is none of the catalog's",
    *mutants() {
      yield { at: ["sharedNamespaces", 0], changes: [[["sharedNamespaces"], ["nowhere"]]] };
    },
  },
  {
    code: "MW331",
    mistake: "an external service and a service whose objects have the same names in a shared namespace",
    also: ["MW111", "MW115", "MW364"],
    *mutants({ name, namespace = name }) {
      yield {
        at: ["externalServices", "zz"],
        changes: [
          [["sharedNamespaces"], [namespace]],
          [["externalServices", "zz"], external],
          [["services", `zz-${name}`], { ports: { http } }],
        ],
      };
    },
  },
  {
    code: "MW332",
    mistake: "a gateway that names its pods in part, or beside a release",
    *mutants(catalog) {
      const selector = { istio: "ingressgateway" };
      for (const { place } of matching(catalog, "gateways.*")) {
        yield { at: place, changes: [[[...place, "selector"], selector]] };
        const own = { release: "istio-ingress", selector };
        yield { at: place, changes: Object.entries(own).map(([field, value]) => [[...place, field], value]) };
      }
    },
  },
  {
    code: "MW333",
    mistake: "a gateway of the same release in another namespace",
    *mutants({ gateways = {} }) {
      for (const { release = "istio-ingress" } of Object.values(gateways)) {
        const place = ["gateways", "zz-other"];
        const other = { release, namespace: "elsewhere", hosts: {} };
        yield { at: [...place, "namespace"], changes: [[place, other]] };
      }
    },
  },
  {
    code: "MW115",
    mistake: "an override of an object that there is not",
    *mutants(catalog) {
      const patch = { metadata: { labels: { team: "shop" } } };
      for (const { name, service } of servicesOf(catalog)) {
        const place = `${service.namespace ?? catalog.namespace ?? catalog.name}/${name}`;
        yield put(["overrides", "DestinationRule", name], patch);
        yield put(["overrides", "DestinationRule", `${place}s`], patch);
        yield put(["overrides", "WasmPlugin", place], patch);
        if (!service.mtls) yield put(["overrides", "PeerAuthentication", place], patch);
        if (!hasHttp(service)) yield put(["overrides", "VirtualService", place], patch);
      }
    },
  },
  {
    code: "MW511",
    mistake: "a redirect that leads back to itself",
    *mutants(catalog) {
      for (const { place, host, own } of hostsOf(catalog)) {
        const redirects = own.redirects ?? [];
        const at = [...place, "redirects", redirects.length];
        for (const redirect of [
          { prefix: "/moved", authority: host },
          { prefix: "/moved", uri: "/moved/again" },
        ]) {
          yield {
            at,
            changes: [
              [
                [...place, "redirects"],
                [...redirects, redirect],
              ],
            ],
          };
        }
      }
    },
  },
];
