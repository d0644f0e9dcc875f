import type { MeshDefinition } from "../catalog";
import type { CheckedMesh } from "../checks";
import {
  checkedMesh,
  contradictions,
  defaultNamespace,
  type IstioControlPlaneArgs,
  istiodValues,
  istioObjects,
  istioReleases,
  type ObservabilityArgs,
  type ObservabilityPlan,
  observabilityPlan,
  type ReleaseSpec,
  runError,
} from "../components/plain";
import { type Manifest, renderMesh } from "../mesh";
import { catalogOf } from "./catalogOf";
import { controlPlaneArgs } from "./controlPlane";
import { observabilityArgs } from "./observability";
import type { Settings } from "./settings";

/** A whole stack as plain data, which the program declares and `meshwright render` writes. */
export interface Plan {
  /** The platform's name. */
  readonly name: string;
  readonly catalog: MeshDefinition;
  readonly mesh: CheckedMesh;
  /** The catalog's findings that are not errors, as text. */
  readonly warnings: readonly string[];
  /** Every object that the catalog renders to. */
  readonly objects: readonly Manifest[];
  readonly controlPlane: IstioControlPlaneArgs;
  /** Whether this stack installs the control plane. Otherwise another stack or tool does. */
  readonly installsControlPlane: boolean;
  /** The observability components and their plan. Missing if the settings leave them out. */
  readonly observability?: { readonly args: ObservabilityArgs; readonly plan: ObservabilityPlan };
  /** The rules and dashboards of a catalog whose add-ons another stack installs. Missing otherwise. */
  readonly watching?: readonly Manifest[];
}

/** Pulumi's name of the observability component. */
export const observabilityName = "observability";

/** Every Helm release of a stack. */
export function releasesOf({ controlPlane, installsControlPlane, observability }: Plan): ReleaseSpec[] {
  const releases = installsControlPlane ? istioReleases(controlPlane) : [];
  return observability === undefined
    ? releases
    : [...releases, ...(Object.values(observability.plan.releases) as ReleaseSpec[])];
}

/** Objects that a component declares besides its Helm releases. */
export interface DeclaredObjects {
  /** Name of the component. */
  readonly component: string;
  readonly objects: readonly Manifest[];
  /** The catalog whose paths their annotations name. Missing if they have none. */
  readonly catalog?: { readonly name: string; readonly content: unknown };
}

/** Every object of a stack except those of Helm charts and its Secrets. */
export function objectsOf({
  controlPlane,
  installsControlPlane,
  observability,
  watching: added,
  catalog,
  objects,
}: Plan): DeclaredObjects[] {
  const own = fromCatalog(catalog, objects);
  const istio = installsControlPlane
    ? [{ component: "IstioControlPlane", objects: istioObjects(controlPlane) }]
    : [];
  if (added !== undefined) return [...istio, { ...own, component: "Observability", objects: added }, own];
  if (observability === undefined) return [...istio, own];
  const { addOns, addOnsCatalog, watching } = observability.plan;
  const component = "Observability";
  const ofAddOns = { name: "the add-ons' own catalog", content: addOnsCatalog };
  return [
    ...istio,
    { component, objects: addOns, catalog: ofAddOns },
    { ...own, component, objects: watching },
    own,
  ];
}

/** Returns every object that a catalog renders to. */
export function catalogObjects(catalog: unknown, mesh: CheckedMesh): DeclaredObjects {
  return fromCatalog(catalog, renderMesh(mesh));
}

function fromCatalog(catalog: unknown, objects: readonly Manifest[]): DeclaredObjects {
  return { component: "ServiceMesh", objects, catalog: { name: "the catalog", content: catalog } };
}

/** A stack's catalog without errors. */
export interface CheckedCatalog {
  readonly catalog: MeshDefinition;
  readonly mesh: CheckedMesh;
  readonly warnings: readonly string[];
}

function checkedCatalog(settings: Settings): CheckedCatalog {
  const catalog = catalogOf(settings);
  return { catalog, ...checkedMesh(settings.platform.name, catalog) };
}

/**
 * Plans a stack with these settings.
 *
 * @param checked the stack's catalog, if it has been checked already.
 * @throws {pulumi.RunError} with every finding if the catalog has errors, with the problems of the observability
 * components, or with the settings that contradict the catalog.
 */
export function planOf(settings: Settings, checked: CheckedCatalog = checkedCatalog(settings)): Plan {
  const { catalog, mesh, warnings } = checked;
  const objects = renderMesh(mesh);
  const observing = settings.observability === false ? undefined : planned(settings, catalog, mesh, objects);
  const observability = settings.observability === true ? observing : undefined;
  const installsControlPlane = settings.controlPlane === "install";
  const common = {
    name: settings.platform.name,
    catalog,
    mesh,
    warnings,
    objects,
    ...(observability && { observability }),
    ...(settings.observability === "installed" && observing && { watching: ownWatching(observing.plan) }),
  };
  // An add-on's host may be at a gateway that the catalog does not declare; its certificate is in the gateway's namespace.
  const ingress = new Map(
    [
      ...mesh.gateways.flatMap(({ pods: { release: name, namespace } }) =>
        name === undefined ? [] : [{ name, namespace }],
      ),
      ...(observability?.plan.gateways ?? []),
    ].map((gateway) => [gateway.name, { ...gateway, ports: portsOf(mesh, gateway.name) }]),
  );
  const controlPlane = {
    ...controlPlaneArgs(settings, [...ingress.values()], istiodValues(mesh), mesh.revision),
    ...(mesh.rootNamespace !== defaultNamespace && { namespace: mesh.rootNamespace }),
  };
  const problems = installsControlPlane ? contradictions(controlPlane, mesh) : [];
  if (problems.length > 0) throw runError(`Nothing was registered.\n${problems.join("\n")}`);
  return { ...common, controlPlane, installsControlPlane };
}

/** The rules and dashboards of one catalog. The monitors belong to the stack of the add-ons: they select every proxy. */
function ownWatching({ watching }: ObservabilityPlan): Manifest[] {
  return watching.filter(({ kind }) => kind !== "PodMonitor" && kind !== "ServiceMonitor");
}

/** Ports that the hosts of a release's gateways use. */
function portsOf({ gateways }: CheckedMesh, release: string): number[] {
  return gateways
    .filter(({ pods }) => pods.release === release)
    .flatMap(({ hosts }) => hosts.map(({ port }) => port));
}

function planned(
  settings: Settings,
  catalog: MeshDefinition,
  mesh: CheckedMesh,
  objects: readonly Manifest[],
): NonNullable<Plan["observability"]> {
  const own = settings.platform.observability?.(settings.environment, settings.options);
  const args = observabilityArgs(settings, catalog, own);
  return { args, plan: observabilityPlan(observabilityName, mesh, args, objects) };
}
