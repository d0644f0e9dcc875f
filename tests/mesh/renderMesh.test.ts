import { readFileSync } from "node:fs";
import path from "node:path";
import Ajv from "ajv";
import { expect } from "chai";
import fc from "fast-check";
import {
  type CallDefinition,
  isHttp,
  type MeshDefinition,
  normalize,
  type PortDefinition,
} from "../../catalog";
import { checkMesh } from "../../checks";
import { type MeshObject, renderMesh } from "../../mesh";
import { meshes } from "./meshes";
import { find, render } from "./render";

const file = path.join(__dirname, "../../mesh/types/schemas.gen.json");
const schemas = JSON.parse(readFileSync(file, "utf8")) as Record<string, object>;
const ajv = new Ajv({ strict: false, validateFormats: false });
const validators = new Map(Object.entries(schemas).map(([kind, schema]) => [kind, ajv.compile(schema)]));

/** What Istio's own definition of the resource has against an object. */
function invalid({ apiVersion, kind, spec }: MeshObject): unknown {
  const validate = validators.get(`${apiVersion}/${kind}`);
  if (!validate) return apiVersion.includes("istio.io") ? `no schema of ${apiVersion} ${kind}` : undefined;
  return validate(spec) ? undefined : validate.errors;
}

describe("renderMesh", () => {
  it("gives valid, unique, labelled and annotated objects for any catalog", () => {
    fc.assert(
      fc.property(meshes, (definition) => {
        const objects = render(definition);
        const names = objects.map(({ kind, metadata: { namespace, name } }) =>
          [kind, namespace, name].join(" "),
        );
        expect(names).to.deep.equal([...new Set(names)]);
        for (const object of objects) {
          expect(invalid(object), JSON.stringify(object, null, 2)).to.equal(undefined);
          expect(object.metadata.name)
            .to.match(/^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$/)
            .and.to.have.length.below(254);
          expect(object.metadata.annotations?.["meshwright.dev/from"]).to.not.be.oneOf([undefined, ""]);
          expect(object.metadata.labels).to.include({ "app.kubernetes.io/part-of": definition.name });
        }
      }),
    );
  });

  it("sees an unknown field and a wrong value with the definitions that it is held against", () => {
    const policy = find(render({ name: "shop", services: {} }), "PeerAuthentication", "default");
    const broken = (spec: object): unknown => invalid({ ...policy, spec });
    expect(broken({ mtls: { mode: "STRICT" } })).to.equal(undefined);
    expect(broken({ mtls: { mode: "STRONG" } })).to.not.equal(undefined);
    expect(broken({ mtls: { mod: "STRICT" } })).to.not.equal(undefined);
  });

  it("doesn't depend on the order in which the catalog is written", () => {
    fc.assert(
      fc.property(meshes, (definition) => {
        expect(JSON.stringify(render(reversed(definition)))).to.equal(JSON.stringify(render(definition)));
      }),
    );
  });

  it("has no undefined values and no unsorted keys", () => {
    fc.assert(
      fc.property(meshes, (definition) => {
        for (const object of render(definition)) {
          visit(object, (value) => {
            expect(value).to.not.equal(undefined);
            if (value === null || typeof value !== "object" || Array.isArray(value)) return;
            expect(Object.keys(value)).to.deep.equal(Object.keys(value).sort());
          });
        }
      }),
    );
  });

  it("allows exactly the edges of the catalog: no caller, port, method or path that wasn't asked for", () => {
    fc.assert(
      fc.property(meshes, (definition) => {
        expect(allowed(render(definition)).sort()).to.deep.equal(declared(definition).sort());
      }),
    );
  });

  it("routes only to subsets that the host's DestinationRule has", () => {
    fc.assert(
      fc.property(meshes, (definition) => {
        const objects = render(definition);
        const subsets = new Set(
          objects
            .filter(({ kind }) => kind === "DestinationRule")
            .map(({ spec }) => spec as { host: string; subsets?: { name: string }[] })
            .flatMap(({ host, subsets = [] }) => [host, ...subsets.map(({ name }) => `${host} ${name}`)]),
        );
        for (const { kind, spec } of objects) {
          if (kind !== "VirtualService") continue;
          visit(spec, (value) => {
            const { destination } = (value ?? {}) as { destination?: { host: string; subset?: string } };
            if (!destination) return;
            const { host, subset } = destination;
            expect(subsets).to.include(subset === undefined ? host : `${host} ${subset}`);
          });
        }
      }),
    );
  });

  it("takes only what the checks have passed", () => {
    const definition = { name: "shop", services: {} };
    const { mesh } = checkMesh(definition);
    expect(mesh && renderMesh(mesh)).to.deep.equal(render(definition));
    // @ts-expect-error nobody has checked this one
    expect(renderMesh(normalize(definition))).to.deep.equal(render(definition));
  });
});

function visit(value: unknown, see: (value: unknown) => void): void {
  see(value);
  if (value === null || typeof value !== "object") return;
  for (const inner of Object.values(value)) visit(inner, see);
}

function reversed<T>(value: T): T {
  if (value === null || typeof value !== "object") return value;
  if (Array.isArray(value)) return value.map((inner: unknown) => reversed(inner)) as T;
  return Object.fromEntries(
    Object.entries(value)
      .reverse()
      .map(([key, inner]) => [key, reversed(inner as unknown)]),
  ) as T;
}

interface Rule {
  from: { source: { principals?: string[]; namespaces?: string[] } }[];
  to: { operation: { ports: string[]; methods?: string[]; paths?: string[] } }[];
  when?: unknown[];
}

/** Every rule of every policy as a line of text; a policy or rule of any other form is a line of its own. */
function allowed(objects: readonly MeshObject[]): string[] {
  return objects
    .filter(({ kind, metadata }) => kind === "AuthorizationPolicy" && metadata.namespace !== "istio-egress")
    .flatMap(({ metadata: { name }, spec }) => {
      const {
        selector,
        rules = [],
        ...rest
      } = spec as {
        selector?: { matchLabels: Record<string, string> };
        rules?: Rule[];
      };
      if (!selector) return rules.length === 0 ? [] : [`${name} holds for everybody`];
      expect(rest).to.deep.equal({ action: "ALLOW" });
      expect(selector).to.deep.equal({ matchLabels: { app: name } });
      return rules.map((rule) => {
        const [from, ...others] = rule.from;
        const [to, ...more] = rule.to;
        expect([others, more], "one source and one operation in each rule").to.deep.equal([[], []]);
        return JSON.stringify([
          from?.source,
          name,
          to?.operation.ports,
          to?.operation.methods ?? [],
          to?.operation.paths ?? [],
          (rule.when ?? []).length > 0,
        ]);
      });
    });
}

/** The same lines, from the catalog as it is written. */
function declared({ name, namespace = name, services, gateways = {} }: MeshDefinition): string[] {
  const portOf = (callee: string, port: string | undefined): [string, PortDefinition] | undefined => {
    const ports = Object.entries(services[callee]?.ports ?? {});
    return ports.find(([own]) => own === port) ?? ports[0];
  };
  const line = (principal: string, callee: string, call: CallDefinition): string => {
    const called = portOf(callee, call.port)?.[1];
    return JSON.stringify([
      principal.includes("/")
        ? { principals: [`cluster.local/ns/${principal}`] }
        : { namespaces: [principal] },
      callee,
      [String(called?.targetPort ?? called?.port)],
      [...(call.methods ?? [])].sort(),
      [...(call.paths ?? [])].sort(),
      call.endUser !== undefined,
    ]);
  };
  /** Of a call and, where its requests are copied to another service, of the copies. */
  const lines = (principal: string, callee: string, call: CallDefinition): string[] => {
    const [port, { protocol }] = portOf(callee, call.port) ?? ["", { protocol: "tcp" }];
    const taker = services[callee]?.traffic?.mirror?.service;
    const copied =
      taker !== undefined && isHttp(protocol) && services[taker]?.ports[port]?.protocol === protocol;
    return [line(principal, callee, call), ...(copied ? [line(principal, taker, { ...call, port })] : [])];
  };
  const calls = Object.entries(services).flatMap(
    ([caller, { namespace: own = namespace, calls: list = {} }]) =>
      Object.entries(list)
        .filter(([callee]) => services[callee])
        .flatMap(([callee, call]) =>
          [call].flat().flatMap((one) => lines(`${own}/sa/${caller}`, callee, one)),
        ),
  );
  const routes = Object.values(gateways).flatMap(({ release = "istio-ingress", hosts }) =>
    Object.values(hosts).flatMap((host) =>
      host.routes.flatMap((route) => lines(`${release}/sa/${release}`, route.service, route)),
    ),
  );
  const admissions = Object.entries(services).flatMap(([callee, { admit = {} }]) =>
    Object.values(admit).map(({ namespace: home, serviceAccount, ...call }) =>
      line(serviceAccount === undefined ? home : `${home}/sa/${serviceAccount}`, callee, call),
    ),
  );
  return [...calls, ...routes, ...admissions];
}
