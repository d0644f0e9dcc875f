import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import path from "node:path";
import Ajv from "ajv";
import { expect } from "chai";
import { normalize } from "../../catalog";
import { checkMesh, type Manifest, renderMesh } from "../../mesh";
import { decide, mirroredTo, requested, requests } from "./authorization";
import { inScope, passes } from "./reachability";
import { find, render } from "./render";
import { forAnyMesh, rendered } from "./rendered";

const file = path.join(__dirname, "../../checks/schemas.gen.json");
const schemas = JSON.parse(readFileSync(file, "utf8")) as Record<string, object>;
const ajv = new Ajv({ strict: false, validateFormats: false });
const validators = new Map(Object.entries(schemas).map(([kind, schema]) => [kind, ajv.compile(schema)]));

/** What Istio's own definition of the resource has against an object. */
function invalid({ apiVersion, kind, spec }: Manifest): unknown {
  const validate = validators.get(`${apiVersion}/${kind}`);
  if (!validate) return apiVersion.includes("istio.io") ? `no schema of ${apiVersion} ${kind}` : undefined;
  return validate(spec) ? undefined : validate.errors;
}

/** Kinds whose names are DNS labels, or become one, as a Deployment's does in its pods' labels. */
const isLabel = new Set(["Deployment", "Namespace", "Service", "ServiceAccount"]);
const dnsLabel = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/;
const dnsSubdomain = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/;

describe("renderMesh", () => {
  it("gives valid, unique, labelled and annotated objects for any catalog", () => {
    forAnyMesh((definition) => {
      const objects = rendered(definition);
      const names = objects.map(({ kind, metadata: { namespace, name } }) =>
        [kind, namespace, name].join(" "),
      );
      expect(names).to.deep.equal([...new Set(names)]);
      for (const object of objects) {
        expect(invalid(object), JSON.stringify(object, null, 2)).to.equal(undefined);
        expect(object.metadata.name)
          .to.match(isLabel.has(object.kind) ? dnsLabel : dnsSubdomain)
          .and.to.have.length.below(isLabel.has(object.kind) ? 64 : 254);
        for (const value of Object.values(object.metadata.labels ?? {})) {
          expect(value).to.match(/^([A-Za-z0-9]([-\w.]{0,61}[A-Za-z0-9])?)?$/);
        }
        expect(object.metadata.annotations?.["meshwright.dev/from"]).to.not.be.oneOf([undefined, ""]);
        expect(object.metadata.labels).to.include({ "app.kubernetes.io/part-of": definition.name });
      }
    });
  });

  it("sees an unknown field and a wrong value with the definitions that it is held against", () => {
    const services = { web: { ports: { http: { port: 8080, protocol: "http" } } } } as const;
    const policy = find(render({ name: "shop", services }), "PeerAuthentication", "default", "shop");
    const broken = (spec: object): unknown => invalid({ ...policy, spec });
    expect(broken({ mtls: { mode: "STRICT" } })).to.equal(undefined);
    expect(broken({ mtls: { mode: "STRONG" } })).to.not.equal(undefined);
    expect(broken({ mtls: { mod: "STRICT" } })).to.not.equal(undefined);
  });

  it("doesn't depend on the order in which the catalog is written, and neither do the findings", () => {
    forAnyMesh((definition) => {
      const other = shuffled(definition, JSON.stringify(definition).length);
      expect(JSON.stringify(render(other))).to.equal(JSON.stringify(rendered(definition)));
      expect(checkMesh(other).findings).to.deep.equal(checkMesh(definition).findings);
    });
  });

  it("has no undefined values and no unsorted keys", () => {
    forAnyMesh((definition) => {
      for (const object of rendered(definition)) {
        visit(object, (value) => {
          if (value === undefined) expect.fail(`undefined in ${JSON.stringify(object)}`);
          if (value === null || typeof value !== "object" || Array.isArray(value)) return;
          const keys = Object.keys(value);
          if (keys.some((key, i) => key < (keys[i - 1] ?? ""))) expect.fail(`unsorted: ${keys.join(", ")}`);
        });
      }
    });
  });

  it("allows exactly the requests that the catalog declares, from every client", () => {
    let allowed = 0;
    forAnyMesh((definition) => {
      const decision = decide(rendered(definition), definition);
      const wanted = requested(definition);
      for (const request of requests(definition)) {
        const answer = decision(request);
        if (answer) allowed += 1;
        if (answer !== wanted(request)) expect.fail(`${JSON.stringify(request)}: ${answer}`);
      }
    });
    expect(allowed, "requests that are allowed").to.be.above(1000);
  });

  it("lets callers know, and the network pass, those services that the catalog has them call", () => {
    forAnyMesh(
      (definition) => {
        const objects = rendered({ ...definition, networkPolicies: {} });
        for (const [caller, { calls = {} }] of Object.entries(definition.services)) {
          for (const [callee, { ports = {} }] of Object.entries(definition.services)) {
            const copies = mirroredTo(callee, definition).flatMap(({ name, port }) =>
              [calls[name] ?? []].flat().filter((call) => call.port === port),
            );
            const between = [...[calls[callee] ?? []].flat(), ...copies];
            expect(inScope(objects, definition, caller, callee), `${caller} ${callee}`).to.equal(
              between.length > 0,
            );
            for (const { port, targetPort = port } of Object.values(ports)) {
              const meant = between.some(({ port: name = Object.keys(ports)[0] ?? "" }) => {
                const one = ports[name];
                return (one?.targetPort ?? one?.port) === targetPort;
              });
              expect(
                passes(objects, definition, caller, callee, targetPort),
                `${caller} ${callee} ${targetPort}`,
              ).to.equal(meant);
            }
          }
        }
      },
      { numRuns: 50 },
    );
  });

  it("routes only to subsets that the host's DestinationRule has", () => {
    forAnyMesh((definition) => {
      const objects = rendered(definition);
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
    });
  });

  it("says nothing twice in one list", () => {
    forAnyMesh(
      (definition) => {
        for (const object of rendered({ ...definition, networkPolicies: {} })) {
          visit(object, (value) => {
            if (!Array.isArray(value)) return;
            const entries = value.map((entry) => JSON.stringify(entry));
            if (new Set(entries).size === entries.length) return;
            expect.fail(`${object.kind} ${object.metadata.name}: ${entries.join(", ")}`);
          });
        }
      },
      { numRuns: 50 },
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

/** With the keys of every object in another order. */
function shuffled<T>(value: T, seed: number): T {
  if (value === null || typeof value !== "object") return value;
  if (Array.isArray(value)) return value.map((inner: unknown) => shuffled(inner, seed)) as T;
  const place = (key: string): string => createHash("sha1").update(`${seed} ${key}`).digest("hex");
  return Object.fromEntries(
    Object.entries(value)
      .sort(([a], [b]) => (place(a) < place(b) ? -1 : 1))
      .map(([key, inner]) => [key, shuffled(inner as unknown, seed)]),
  ) as T;
}
