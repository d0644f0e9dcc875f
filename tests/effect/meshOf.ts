import { type Difference, difference, type Model, type PlainObject, readObjects } from "../../effect";
import { settingsOf } from "../../effect/settings";
import { object } from "./objects";

/** A Deployment whose pods have the label `app`, a service account of that name, and the port 8080. */
export function deployment(name: string, annotations: Readonly<Record<string, string>> = {}): PlainObject {
  return object("Deployment", `shop/${name}`, {
    template: {
      metadata: { labels: { app: name }, annotations },
      spec: { serviceAccountName: name, containers: [{ name, ports: [{ containerPort: 8080 }] }] },
    },
  });
}

/** A model of objects in the namespace shop, whose pods have proxies. */
export function meshOf(objects: readonly PlainObject[], config: object = {}): Model {
  const labels = { "istio-injection": "enabled" };
  const namespace = object("Namespace", "shop", {}, { labels });
  return readObjects([namespace, ...objects], { settings: settingsOf(config) });
}

/** The differences of one kind: the workload, what held before and what holds now. */
export function changes(kind: Difference["kind"], before: Model, after: Model): string[] {
  return difference(before, after)
    .filter((one) => one.kind === kind)
    .map((one) => `${one.workload.name}: ${one.before} -> ${one.after}`);
}
