import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { expect } from "chai";
import { subjectOf } from "../../cli/proof/subject";
import { loadSubject } from "../../cli/subject";
import { type Proof, proveByXds, type ProofSubject } from "../../prove";
import { laboratoryFiles } from "../../toolchain/laboratory";
import { commandLine, descendants } from "./processTree";
import { refutations, refutedClaims } from "./shop";

/** A catalog with an override that replaces the filter of a service's rate limit. */
function catalogWith(filter: object): ProofSubject {
  const service = {
    ports: { http: { port: 80, targetPort: 8080, protocol: "http" } },
    workload: { image: "example.com/app:1", replicas: 1 },
  };
  const http = { filterChain: { filter: { name: "envoy.filters.network.http_connection_manager" } } };
  const catalog = {
    name: "shop",
    environment: "dev",
    services: {
      web: { ...service, calls: { api: {} } },
      api: { ...service, rateLimit: { requests: 10, per: "1s" } },
    },
    overrides: {
      EnvoyFilter: {
        "shop/api-rate-limit": {
          spec: {
            configPatches: [
              {
                applyTo: "HTTP_FILTER",
                match: { context: "SIDECAR_INBOUND", listener: http },
                patch: { operation: "INSERT_BEFORE", value: filter },
              },
            ],
          },
        },
      },
    },
  };
  return subjectOf({ name: "shop", catalog });
}

const type = "type.googleapis.com/envoy.extensions.filters.http";

function script(code: string): object {
  const typed = { "@type": `${type}.lua.v3.Lua`, default_source_code: { inline_string: code } };
  return { name: "envoy.filters.http.lua", typed_config: typed };
}

describe("envoy --mode validate", () => {
  let envoy = "";
  before(async function () {
    this.timeout(300_000);
    ({ envoy } = await laboratoryFiles(() => undefined));
  });
  const only = "Envoy accepts";
  const validate = (subject: ProofSubject): Promise<Proof[]> => proveByXds(subject, { envoy, only });

  it("accepts what istiod sends to every service and gateway of the platforms", async () => {
    for (const name of ["alfred", "autolytiq", "aikernel", "voicecore", "policycortex"]) {
      const subject = subjectOf(await loadSubject(name, "prod"));
      const proofs = await validate(subject);
      expect(refutations(proofs)).to.deep.equal([]);
      expect(proofs.filter(({ verdict }) => verdict !== "proven")).to.deep.equal([]);
      const { services, gateways } = subject.mesh;
      expect(proofs.length, name).to.be.at.least(services.length + Math.min(1, gateways.length));
    }
  }).timeout(120_000);

  it("accepts an EnvoyFilter that is right", async () => {
    const proofs = await validate(catalogWith(script("function envoy_on_request(handle) end")));
    expect(proofs.map(({ path, verdict }) => `${path} ${verdict}`)).to.have.members([
      "services.api proven",
      "services.web proven",
    ]);
  });

  it("refutes an EnvoyFilter whose configuration Envoy rejects, and names the proxy and Envoy's message", async () => {
    const proofs = await validate(catalogWith(script("function envoy_on_request(handle")));
    expect(refutedClaims(proofs)).to.deep.equal(["Envoy accepts the configuration of the proxies of api"]);
    const { counterexample } = proofs.find(({ path }) => path === "services.api") ?? {};
    expect(counterexample?.request).to.equal("envoy --mode validate with the configuration of shop/api");
    expect(counterexample?.seen).to.match(/script load error.*expected/);
  });

  it("does not judge a filter that only Istio's Envoy has", async () => {
    const proofs = await validate(
      catalogWith({
        name: "own.golang",
        typed_config: {
          "@type": `${type}.golang.v3alpha.Config`,
          library_id: "own",
          library_path: "/own.so",
          plugin_name: "own",
        },
      }),
    );
    const own = proofs.find(({ path }) => path === "services.api");
    expect(own?.verdict, JSON.stringify(own)).to.equal("not provable here");
    expect(own?.reason).to.match(/^upstream Envoy lacks the extension /);
  });

  it("does not judge a configuration if Envoy is killed, and leaves no file behind", async () => {
    const { TMPDIR } = process.env;
    const folder = mkdtempSync(join(tmpdir(), "validate-"));
    process.env.TMPDIR = folder;
    let isOver = false;
    const killAll = async (): Promise<void> => {
      while (!isOver) {
        for (const pid of descendants(process.pid)) {
          if (commandLine(pid).startsWith(`${envoy} --mode validate`)) process.kill(pid, "SIGKILL");
        }
        await sleep(5);
      }
    };
    const killing = killAll();
    try {
      const proofs = await validate(catalogWith(script("function envoy_on_request(handle) end")));
      isOver = true;
      await killing;
      expect(proofs.map(({ verdict, reason }) => [verdict, reason])).to.deep.equal([
        ["not provable here", "Envoy was ended by SIGKILL"],
        ["not provable here", "Envoy was ended by SIGKILL"],
      ]);
      expect(readdirSync(folder)).to.deep.equal([]);
    } finally {
      isOver = true;
      if (TMPDIR === undefined) delete process.env.TMPDIR;
      else process.env.TMPDIR = TMPDIR;
      rmSync(folder, { recursive: true });
    }
  });
});
