import type * as pulumi from "@pulumi/pulumi";
import { IstioControlPlane, MeshNamespace, Observability, ServiceMesh } from "../pulumi";
import schema from "./schema.gen.json";

type Component = new (
  name: string,
  args: never,
  opts: pulumi.ComponentResourceOptions,
) => pulumi.ComponentResource;

/** The components by the last part of their type, such as `meshwright:index:ServiceMesh`. */
export const components: Record<string, Component> = {
  IstioControlPlane,
  MeshNamespace,
  Observability,
  ServiceMesh,
};

const resources: Record<string, { readonly properties: object }> = schema.resources;

/**
 * Creates the components for programs in other languages. The schema is inferred when the package is made, so that neither
 * TypeScript nor the sources are needed to start it.
 *
 * https://www.pulumi.com/docs/iac/guides/building-extending/packages/
 */
export const provider: pulumi.provider.Provider & Required<Pick<pulumi.provider.Provider, "construct">> = {
  version: schema.version,
  schema: JSON.stringify(schema),
  // An async function turns an error of a component into a rejection.
  construct: (name, type, inputs, options) =>
    new Promise((resolve) => {
      const component = components[type.replace(/^meshwright:index:/, "")];
      const outputs = resources[type]?.properties;
      if (component === undefined || outputs === undefined) {
        throw new Error(
          `meshwright has no component "${type}". Use one of ${Object.keys(resources).join(", ")}`,
        );
      }
      const resource = new component(name, inputs as never, options);
      const values = Object.entries(resource).filter(([field]) => field in outputs);
      resolve({ urn: resource.urn, state: Object.fromEntries(values) });
    }),
};
