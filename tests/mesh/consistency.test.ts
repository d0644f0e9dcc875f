import { expect } from "chai";
import type { Manifest } from "../../mesh";
import { forAnyMesh, rendered } from "./rendered";

interface Destination {
  readonly host: string;
  readonly subset?: string;
  readonly port?: { readonly number: number };
}

interface Spec {
  readonly host?: string;
  readonly hosts?: readonly string[];
  readonly gateways?: readonly string[];
  readonly servers?: readonly {
    readonly hosts: readonly string[];
    readonly port: { readonly number: number };
  }[];
  readonly selector?: Readonly<Record<string, unknown>>;
  readonly workloadSelector?: { readonly labels: object };
  readonly egress?: readonly { readonly hosts: readonly string[] }[];
  readonly subsets?: readonly { readonly name: string; readonly labels?: object }[];
  readonly ports?: readonly { readonly targetPort?: number }[];
  readonly http?: readonly {
    readonly match?: unknown;
    readonly route?: readonly { readonly destination: Destination }[];
  }[];
  readonly template?: {
    readonly spec: {
      readonly containers: readonly { readonly ports: readonly { readonly containerPort: number }[] }[];
    };
  };
}

const specOf = ({ spec }: Manifest): Spec => spec ?? {};

/** The pods that an object is for, as text; empty for all of its namespace. */
function selected(object: Manifest): string {
  const { selector, workloadSelector } = specOf(object);
  return JSON.stringify(workloadSelector?.labels ?? selector?.matchLabels ?? selector ?? {});
}

/** What only one object of a kind may be for. */
function claims(object: Manifest): string[] {
  const { kind, metadata } = object;
  const { host, hosts = [], gateways = ["mesh"], servers = [] } = specOf(object);
  switch (kind) {
    case "DestinationRule":
      return [host ?? ""];
    case "VirtualService":
      return hosts.flatMap((one) => gateways.map((gateway) => `${one} at ${gateway}`));
    case "ServiceEntry":
      return [...hosts];
    case "Gateway":
      return servers.flatMap((server) =>
        server.hosts.map((one) => `${selected(object)} ${one} ${server.port.number}`),
      );
    case "Sidecar":
    case "Telemetry":
    case "PeerAuthentication":
    case "RequestAuthentication":
    case "Service":
    case "EnvoyFilter":
      return [`${metadata.namespace ?? ""} ${selected(object)}`];
    default:
      return [];
  }
}

const services = (objects: readonly Manifest[]): Manifest[] =>
  objects.filter(({ kind }) => kind === "Sidecar");

describe("the objects of a mesh", () => {
  const inAny = (hold: (objects: readonly Manifest[]) => void): void => {
    forAnyMesh(
      (definition) => {
        hold(rendered(definition));
      },
      { numRuns: 50 },
    );
  };

  it("has no two objects of a kind for the same host or workload", () => {
    inAny((objects) => {
      const all = objects.flatMap((object) => claims(object).map((claim) => `${object.kind}: ${claim}`));
      expect(all).to.deep.equal([...new Set(all)]);
    });
  });

  it("refers only to what it has itself, or to what is installed with Istio", () => {
    inAny((objects) => {
      const egress = "istio-egress.istio-egress.svc.cluster.local";
      // The default for where spans go.
      const collector = "jaeger.monitoring.svc.cluster.local";
      const homes = services(objects).map(({ metadata }) => [metadata.namespace, metadata.name] as const);
      const inside = homes.map(([namespace, name]) => `${name}.${namespace ?? ""}.svc.cluster.local`);
      const ofKind = (kind: string): Manifest[] => objects.filter((object) => object.kind === kind);
      const outside = ofKind("ServiceEntry").flatMap((object) => specOf(object).hosts ?? []);
      const hosts = new Set([...inside, ...outside, egress, collector]);
      const served = ofKind("Gateway").flatMap(({ metadata: { namespace = "", name }, ...rest }) =>
        (specOf(rest as Manifest).servers ?? []).flatMap((server) =>
          server.hosts.flatMap((host) => [`${name} ${host}`, `${namespace}/${name} ${host}`]),
        ),
      );
      const pods = new Set([
        ...homes.map(([namespace, name]) => `${namespace ?? ""} ${JSON.stringify({ app: name })}`),
        `istio-egress ${JSON.stringify({ istio: "egress" })}`,
        `istio-ingress ${JSON.stringify({ istio: "ingress" })}`,
      ]);
      for (const object of objects) {
        const {
          host,
          hosts: own = [],
          gateways = ["mesh"],
          egress: scope = [],
          selector,
          workloadSelector,
        } = specOf(object);
        const place = `${object.kind} ${object.metadata.name}`;
        if (host !== undefined) expect(hosts, place).to.include(host);
        if (object.kind === "VirtualService") {
          for (const gateway of gateways) {
            for (const one of own) {
              if (gateway === "mesh") expect(hosts, place).to.include(one);
              else expect(served, place).to.include(`${gateway} ${one}`);
            }
          }
        }
        for (const known of object.kind === "Sidecar" ? scope.flatMap((listener) => listener.hosts) : []) {
          const [, name = ""] = known.split("/");
          if (name !== "*") expect(hosts, place).to.include(name);
        }
        if (
          (selector?.matchLabels ?? workloadSelector) &&
          object.kind !== "Deployment" &&
          object.kind !== "PodDisruptionBudget"
        ) {
          expect(pods, place).to.include(`${object.metadata.namespace ?? ""} ${selected(object)}`);
        }
      }
    });
  });

  it("has subsets without labels only of the egress gateway, to tell it which host is meant", () => {
    inAny((objects) => {
      const bare = objects.filter((object) =>
        specOf(object).subsets?.some(({ labels }) => labels === undefined),
      );
      for (const { metadata } of bare) expect(metadata.namespace).to.equal("istio-egress");
    });
  });

  it("has a container's port for every port of a Service", () => {
    inAny((objects) => {
      for (const service of objects.filter(({ kind }) => kind === "Service")) {
        const deployments = objects.filter(
          ({ kind, metadata }) =>
            kind === "Deployment" &&
            metadata.namespace === service.metadata.namespace &&
            metadata.labels?.app === service.metadata.name,
        );
        expect(deployments).to.not.be.empty;
        for (const deployment of deployments) {
          const containers = specOf(deployment).template?.spec.containers ?? [];
          const open = containers.flatMap(({ ports }) => ports.map(({ containerPort }) => containerPort));
          for (const { targetPort } of specOf(service).ports ?? []) expect(open).to.include(targetPort);
        }
      }
    });
  });

  it("has no two routes for the same requests", () => {
    inAny((objects) => {
      for (const object of objects.filter(({ kind }) => kind === "VirtualService")) {
        const matches = (specOf(object).http ?? []).map(({ match }) => JSON.stringify(match ?? []));
        expect(matches, object.metadata.name).to.deep.equal([...new Set(matches)]);
      }
    });
  });

  it("sends the requests of a route to each destination once", () => {
    inAny((objects) => {
      for (const { route = [] } of objects.flatMap((object) => specOf(object).http ?? [])) {
        const all = route.map(({ destination: { host, subset = "" } }) => `${host} ${subset}`);
        expect(all).to.deep.equal([...new Set(all)]);
      }
    });
  });
});
