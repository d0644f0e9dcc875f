import { expect } from "chai";
import { type MeshDefinition, type Protocol, protocols, type Service } from "../../catalog";
import { selects } from "../../effect/object";
import type { CheckedMesh } from "../../checks";
import { ServiceMesh } from "../../components";
import { checkMesh, type Manifest, renderMesh } from "../../mesh";
import { adoptedAnnotation } from "../../mesh/object";
import { policies } from "../../policy-pack/policies";
import { type Resource, validateResource } from "../../policy-pack/tests/engine";
import { registrations } from "../components/registrations";
import { preset } from "../policy-pack/registered";
import type { DeployedService, ServicePort, System, Workload } from "./deployed/system";

/** The mesh of a catalog that has no findings. */
export function meshOf(catalog: MeshDefinition): CheckedMesh {
  const { mesh, findings } = checkMesh(catalog);
  expect(findings).to.deep.equal([]);
  if (!mesh) throw new Error("a catalog without findings has a mesh");
  return mesh;
}

/** What must hold of every example: its catalog describes the system as its own manifests deploy it. */
export function describesAsDeployed(catalog: MeshDefinition, deployed: System): void {
  it("has no findings but those that it suppresses, each with its reason", () => {
    meshOf(catalog);
    const suppressed = new Set((catalog.suppressions ?? []).map(({ code }) => code));
    const all = checkMesh({ ...catalog, suppressions: [] }).findings.map(({ code }) => code);
    expect(new Set(all)).to.deep.equal(suppressed);
  });

  it("selects every pod by one service and at most one version, under the account that it has", () => {
    const { services } = meshOf(catalog);
    const found = deployed.workloads.map((workload) => placeOf(services, workload));
    expect(found).to.deep.equal(
      deployed.workloads.map(({ name, account = "default" }) => ({
        name,
        services: 1,
        versions: 1,
        account,
      })),
    );
  });

  it("has no service and no version without pods", () => {
    for (const { name, namespace, selector, versions } of meshOf(catalog).services) {
      expect(namespace).to.equal(deployed.namespace);
      for (const labels of [{}, ...versions.map((version) => version.labels)]) {
        const pods = deployed.workloads.filter((workload) =>
          selects({ ...selector, ...labels }, workload.labels),
        );
        expect(pods, `${name} ${JSON.stringify(labels)}`).to.not.be.empty;
      }
    }
  });

  it("names ports as the Services do, and declares the protocol that they speak", () => {
    const mesh = meshOf(catalog);
    const adopted = renderMesh(mesh).filter(({ kind }) => kind === "Service");
    for (const service of mesh.services.filter(({ ports }) => ports.length > 0)) {
      const own = deployed.services.find(({ name }) => name === service.name);
      if (!own) throw new Error(`no Service ${service.name} is deployed`);
      expect(selects(own.selector, { ...service.selector, ...own.selector })).to.equal(true);
      for (const { name, port, targetPort, protocol } of service.ports) {
        const found = own.ports.find(([, number]) => number === port);
        expect(found?.[0], `${service.name} ${port}`).to.equal(name);
        expect(found?.[2] ?? port, `${service.name} ${port}`).to.equal(targetPort);
        const set = found && (appProtocolOf(adopted, service, port) ?? protocolOf(found));
        expect(set, `${service.name} ${port}`).to.equal(protocol);
      }
    }
  });

  it("adopts no Service whose ports already say what they speak", () => {
    const needed = (service: Service, { ports }: DeployedService): boolean =>
      service.ports.some(({ port, protocol }) => {
        const found = ports.find(([, number]) => number === port);
        return found !== undefined && protocolOf(found) !== protocol;
      });
    for (const service of meshOf(catalog).services) {
      const own = deployed.services.find(({ name }) => name === service.name);
      if (own) expect(service.service === "adopt", service.name).to.equal(needed(service, own));
    }
  });

  it("creates nothing that the system's own manifests deploy", () => {
    const objects = renderMesh(meshOf(catalog));
    const workloads = ["Deployment", "DaemonSet", "StatefulSet", "ServiceAccount", "PodDisruptionBudget"];
    expect(objects.filter(({ kind }) => workloads.includes(kind))).to.deep.equal([]);
    const services = objects.filter(({ kind }) => kind === "Service");
    for (const { metadata, spec } of services) {
      expect(metadata.annotations, metadata.name).to.have.property(adoptedAnnotation, "true");
      expect(spec, metadata.name).to.have.all.keys("ports");
    }
  });

  it("passes the policy pack's policies of resources", async function () {
    this.timeout(60_000);
    const seen = await registrations(() => {
      new ServiceMesh("example", { catalog });
    });
    const resources = seen.map(({ type, name, inputs }): Resource => ({ type, name, props: inputs }));
    const configuration = preset("dev");
    const violations: string[] = [];
    for (const policy of policies) {
      if ("validateStack" in policy) continue;
      const { enforcementLevel: level = policy.enforcementLevel, ...settings } =
        configuration[policy.name] ?? {};
      if (level === "disabled") continue;
      for (const resource of resources) {
        const outcome = await validateResource(policy, resource, settings);
        violations.push(...outcome.violations.map((message) => `${policy.name}: ${message}`));
        if (outcome.undecided !== undefined) violations.push(`${policy.name}: ${outcome.undecided}`);
      }
    }
    expect(violations).to.deep.equal([]);
  });
}

interface Place {
  readonly name: string;
  /** How many services select the pods. */
  readonly services: number;
  /** How many versions of the service do. A service without versions counts as one. */
  readonly versions: number;
  readonly account: string | undefined;
}

function placeOf(services: readonly Service[], { name, labels }: Workload): Place {
  const selecting = services.filter(({ selector }) => selects(selector, labels));
  const [service] = selecting;
  const versions = service?.versions ?? [];
  return {
    name,
    services: selecting.length,
    versions: versions.length === 0 ? 1 : versions.filter((one) => selects(one.labels, labels)).length,
    account: service?.serviceAccount.name,
  };
}

/** The appProtocol that an adopted Service's port gets. */
function appProtocolOf(adopted: readonly Manifest[], { name }: Service, port: number): string | undefined {
  const object = adopted.find(({ metadata }) => metadata.name === name);
  const { ports = [] } = (object?.spec ?? {}) as { ports?: { port: number; appProtocol?: string }[] };
  return ports.find((one) => one.port === port)?.appProtocol;
}

/**
 * What Istio takes a port for: its appProtocol, else its name up to the first dash. Otherwise it detects the protocol.
 *
 * https://istio.io/latest/docs/ops/configuration/traffic-management/protocol-selection/
 */
function protocolOf([name, , , appProtocol]: ServicePort): Protocol | undefined {
  const said = appProtocol ?? name.split("-")[0];
  return protocols.find((protocol) => protocol === said);
}
