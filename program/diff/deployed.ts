import { type CheckedMesh, modelOf } from "../../checks";
import { meshConfig } from "../../components/meshConfig";
import { type MeshSettings, type PlainObject, settingsOf } from "../../effect";
import { fromAnnotation } from "../../mesh";
import { objectKeyOf, releaseKeyOf, releaseType, type StateResource } from "../stackState";
import type { Side } from "./side";

/**
 * The side of a stack's last deployment, by its state. Pods and Services that other tools deploy are those of the catalog,
 * as far as the deployed objects are about them.
 *
 * @param mesh the catalog's mesh.
 */
export function deployedSide(name: string, resources: readonly StateResource[], mesh: CheckedMesh): Side {
  const objects = deployedObjects(resources);
  const paths = objects.flatMap(fromPaths);
  const known = (concept: string): Set<string> =>
    new Set(paths.flatMap((path) => new RegExp(`^${concept}\\.([^.[]+)`).exec(path)?.[1] ?? []));
  const [services, gateways] = [known("services"), known("gateways")];
  const then = {
    ...mesh,
    services: mesh.services.filter((service) => services.has(service.name)),
    gateways: mesh.gateways.filter((gateway) => gateways.has(gateway.name)),
  };
  return { name, objects, model: modelOf(then, objects, deployedSettings(resources, mesh)) };
}

/** Objects of a stack that are about the mesh. Secrets are left out, and so is all that the state has encrypted. */
export function deployedObjects(resources: readonly StateResource[]): PlainObject[] {
  return resources.flatMap((resource): PlainObject[] => {
    const key = objectKeyOf(resource);
    if (key === undefined || key.kind === "Secret") return [];
    const { inputs = {} } = resource;
    return [{ ...inputs, apiVersion: key.apiVersion, kind: key.kind, metadata: inputs.metadata }];
  });
}

/** The settings of the mesh: those of the istiod that the stack installs, otherwise those that the catalog requires. */
function deployedSettings(resources: readonly StateResource[], mesh: CheckedMesh): Partial<MeshSettings> {
  const istiod = resources.find(({ type, inputs }) => type === releaseType && inputs?.chart === "istiod");
  const { meshConfig: installed } = (istiod?.inputs?.values ?? {}) as { readonly meshConfig?: object };
  if (istiod === undefined || installed === undefined) return settingsOf(meshConfig(mesh));
  return { ...settingsOf(installed), rootNamespace: releaseKeyOf(istiod).namespace };
}

function fromPaths({ metadata }: PlainObject): string[] {
  const { annotations = {} } = (metadata ?? {}) as { readonly annotations?: Record<string, unknown> };
  const from = annotations[fromAnnotation];
  return typeof from === "string" ? from.split(",") : [];
}
