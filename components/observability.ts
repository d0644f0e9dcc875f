import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import * as random from "@pulumi/random";
import type { MadeUpSecret } from "./addOns/context";
import { checkedMesh } from "./checkedMesh";
import { declareObjects } from "./declareObjects";
import { declareRelease } from "./helmRelease";
import type { ObservabilityArgs } from "./observabilityArgs";
import { observabilityPlan } from "./observabilityPlan";
import { planFor } from "./planned";
import type { ReleaseSpec } from "./releaseSpec";

/**
 * Prometheus, Grafana, Jaeger and Kiali from their official charts, with rules, dashboards and alerts from the catalog.
 * They run in the mesh, and only declared callers can reach them.
 *
 * The component must depend on the control plane, which injects the add-ons' sidecars. `meshwright open` opens the
 * add-ons.
 */
export class Observability extends pulumi.ComponentResource {
  /** Namespace of the add-ons. */
  public readonly namespace: pulumi.Output<string>;

  constructor(name: string, args: ObservabilityArgs, opts?: pulumi.ComponentResourceOptions) {
    const { namespace, addOns, secrets, releases, watching } = planFor(args, () =>
      observabilityPlan(name, checkedMesh(name, args.catalog).mesh, args),
    );
    super("meshwright:index:Observability", name, {}, opts);
    const inherited = opts?.dependsOn === undefined ? {} : { dependsOn: opts.dependsOn };
    const place = declareObjects(name, addOns, { parent: this, ...inherited });

    const signingKey = this.secret(name, secrets.kialiSigningKey, place);
    const admin = this.secret(name, secrets.grafanaAdmin, place);

    const release = (spec: ReleaseSpec, after: pulumi.Resource[]): k8s.helm.v3.Release =>
      declareRelease(`${name}-${spec.name}`, spec, args.timeoutSeconds ?? 300, {
        parent: this,
        dependsOn: [...place, ...after],
      });
    // No add-on requires another one to start, so none waits for another.
    const prometheus = release(releases.prometheus, []);
    release(releases.jaeger, []);
    if (releases.collector !== undefined) release(releases.collector, []);
    release(releases.grafana, [admin]);
    // It logs in to Grafana.
    release(releases.kiali, [signingKey, admin]);
    declareObjects(name, watching, { parent: this, dependsOn: [...place, prometheus] });

    this.namespace = pulumi.output(namespace);
    this.registerOutputs({ namespace: this.namespace });
  }

  /** Declares a Secret that is generated once. Its value is a secret in Pulumi's state, too. */
  private secret(
    name: string,
    { name: secretName, namespace, known, key, length }: MadeUpSecret,
    after: pulumi.Resource[],
  ): k8s.core.v1.Secret {
    const value = new random.RandomPassword(
      `${name}-${secretName}-value`,
      { length, special: false },
      { parent: this },
    );
    return new k8s.core.v1.Secret(
      `${name}-${secretName}`,
      { metadata: { name: secretName, namespace }, stringData: { ...known, [key]: value.result } },
      { parent: this, dependsOn: after },
    );
  }
}
