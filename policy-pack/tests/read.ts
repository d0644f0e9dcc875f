import { type KubernetesResource, kubernetesResources } from "../reading/resource";
import { guarded, type Resource } from "./engine";

/** The Kubernetes object of a resource, as policies read it. */
export function read(resource: Resource): KubernetesResource {
  const [object] = kubernetesResources({
    ...resource,
    props: guarded(resource.props),
    urn: `urn::${resource.name}`,
  });
  if (!object) throw new Error(`${resource.type} is no object of Kubernetes`);
  return object;
}
