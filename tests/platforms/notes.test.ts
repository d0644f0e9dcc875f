import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { expect } from "chai";
import type { Edge, Environment } from "../../catalog";
import type { Manifest } from "../../mesh";
import { objectsOf, type Plan, planOf, releasesOf } from "../../program/plan";
import { readSettings } from "../../program/settings";
import { platformList, type PlatformName, platformNames } from "../../platforms";
import { anchorsOf, blocksOf, linksOf } from "../docs/markdown";

const platforms = join(__dirname, "..", "..", "platforms");

function plan(platform: PlatformName, environment: Environment): Plan {
  return planOf(readSettings(platformList, { get: (key) => ({ platform, environment })[key] }));
}

function objects(of: Plan): Manifest[] {
  return objectsOf(of).flatMap((declared) => [...declared.objects]);
}

/** Such as `Deployment shop/web`, or `Namespace shop`. */
function nameOf({ kind, metadata: { namespace, name } }: Manifest): string {
  return `${kind} ${namespace === undefined ? "" : `${namespace}/`}${name}`;
}

/** What differs in staging from prod: the sampling of traces, and AIKernel's test client. */
const differences: Record<PlatformName, string[]> = {
  alfred: ["Telemetry alfred-platform/default", "Telemetry istio-ingress/istio-ingress-alfred"],
  autolytiq: ["Telemetry autolytiq/default", "Telemetry istio-ingress/istio-ingress-autolytiq"],
  policycortex: ["Telemetry istio-ingress/istio-ingress-policycortex", "Telemetry policycortex/default"],
  aikernel: [
    "AuthorizationPolicy aikernel/catalog-api",
    "NetworkPolicy aikernel/catalog-api",
    "Telemetry aikernel-data/default",
    "Telemetry aikernel-infrastructure/default",
    "Telemetry aikernel/default",
    "Telemetry istio-egress/istio-egress-aikernel",
    "Telemetry istio-ingress/istio-ingress-aikernel",
  ],
  voicecore: ["Telemetry istio-ingress/istio-ingress-voicecore", "Telemetry voicecore-ai/default"],
};

describe("the notes of", () => {
  for (const platform of platformNames) {
    describe(platform, () => {
      const path = join(platforms, platform, "NOTES.md");
      const notes = readFileSync(path, "utf8");
      const prod = objects(plan(platform, "prod"));
      const dev = plan(platform, "dev");

      it("call staging what it is: built like prod", () => {
        const [first, second] = [plan(platform, "prod"), plan(platform, "staging")];
        const [one, other] = [first, second].map(
          (of) => new Map(objects(of).map((object) => [nameOf(object), JSON.stringify(object)])),
        ) as [Map<string, string>, Map<string, string>];
        const names = [...new Set([...one.keys(), ...other.keys()])];
        expect(names.filter((name) => one.get(name) !== other.get(name))).to.deep.equal(
          differences[platform],
        );
        expect(releasesOf(second)).to.deep.equal(releasesOf(first));
        expect(releasesOf(dev)).to.not.deep.equal(releasesOf(first));
        expect(notes).to.not.match(/\belsewhere there|one elsewhere|% elsewhere|Elsewhere/);
        expect(notes)
          .to.match(/in prod and staging/)
          .and.to.include("in staging and dev");
      });

      it("name objects that there are, where the document has other names", () => {
        const section = /^## Names\n(.*?)^## /ms.exec(notes)?.[1] ?? "";
        const names = [...section.matchAll(/`([A-Z]\w+ [\w./-]+)`/g)].map(([, name = ""]) => name);
        expect(names).to.not.be.empty;
        const known = new Set(prod.map(nameOf));
        expect(names.filter((name) => !known.has(name))).to.deep.equal([]);
      });

      it("have commands for Deployments that there are", () => {
        const known = new Set(prod.map(nameOf));
        const commands = blocksOf(notes)
          .map(({ text }) => text)
          .join("\n");
        const inline = [...notes.matchAll(/`(kubectl [^`]+)`/g)]
          .map(([, command = ""]) => command)
          .join("\n");
        const made = new Set(
          [...commands.matchAll(/create deployment (\S+) -n (\S+)/g)].map(
            ([, name, namespace]) => `Deployment ${namespace}/${name}`,
          ),
        );
        for (const line of `${commands}\n${inline}`.split("\n")) {
          const deployment = /\bdeploy\/(\S+)/.exec(line)?.[1];
          const namespace = /-n (\S+)/.exec(line)?.[1];
          if (deployment === undefined) continue;
          expect(known.has(`Deployment ${namespace}/${deployment}`), line).to.equal(true);
        }
        for (const name of made) expect(known.has(name), name).to.equal(false);
      });

      it("test a call that the catalog has in dev, over a path that it admits", () => {
        const { values } = testedCall(notes);
        const { hostname, port, pathname } = new URL(values.url);
        const [service, namespace = values.namespace] = hostname.split(".");
        const callee = dev.mesh.services.find(({ name }) => name === values.callee);
        const edge = callee?.incoming.find((one) => callerOf(one) === values.caller);
        expect(edge, JSON.stringify(values)).to.not.equal(undefined);
        expect(service).to.equal(values.callee);
        expect(namespace).to.equal(callee?.namespace);
        expect(edge?.port.port).to.equal(Number(port || 80));
        expect(edge?.source.namespace).to.equal(values.namespace);
        expect(edge?.methods.length === 0 || edge?.methods.includes("GET")).to.equal(true);
        expect(edge?.paths.length === 0 || edge?.paths.includes(pathname)).to.equal(true);
        expect(edge?.endUser).to.equal(undefined);
      });

      it("say that applications pass on traceparent", () => {
        expect(notes).to.include("must copy the header `traceparent`");
      });

      it("link to what there is", () => {
        for (const link of linksOf(notes)) {
          const [file = "", anchor] = link.split("#");
          const target = file === "" ? path : join(dirname(path), file);
          expect(existsSync(target), link).to.equal(true);
          if (anchor === undefined) continue;
          expect(anchorsOf(readFileSync(target, "utf8")), link).to.include(anchor);
        }
      });
    });
  }
});

/** The names that a platform's notes give to the procedures of docs/guide/testing.md. */
function testedCall(notes: string): { values: Record<"namespace" | "caller" | "callee" | "url", string> } {
  const line = /^namespace=.*$/m.exec(notes)?.[0] ?? "";
  const values = Object.fromEntries(line.split(" ").map((one) => one.split("="))) as Record<string, string>;
  const { namespace, caller, callee, url } = values;
  if (!namespace || !caller || !callee || !url) throw new Error(`"${line}" doesn't name a call`);
  return { values: { namespace, caller, callee, url } };
}

/** Who calls, by the label `app` of its pods; of a caller that no catalog declares, its account. */
function callerOf({ source: { kind, name, principal } }: Edge): string | undefined {
  return kind === "service" ? name : principal?.split("/").at(-1);
}
