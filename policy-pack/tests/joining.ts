import { deployment, istio, kubernetes } from "./resources";

const labels = { app: "catalog", "sidecar.istio.io/inject": "true" };

/** A Deployment of the namespace shop, whose pods join the mesh by their own label. */
export const joining = deployment({ metadata: { labels } });

/** The same in the namespace bank. */
export const joiningElsewhere = {
  ...joining,
  props: { ...joining.props, metadata: { namespace: "bank", name: "catalog" } },
};

/** Resources that resemble {@link joining}, and put no workload with a sidecar into the mesh. */
export const notJoining = [
  deployment(),
  istio("example.com/v1", "Template", { namespace: "shop", name: "x" }, joining.props.spec as never),
  // It has the namespace's name, and does not declare it.
  kubernetes("core/v1", "ConfigMap", { metadata: { name: "shop" } }),
  deployment(
    { metadata: { labels, annotations: { "inject.istio.io/templates": "gateway" } } },
    { name: "istio-proxy", image: "auto" },
  ),
];
