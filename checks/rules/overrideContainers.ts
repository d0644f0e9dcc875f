import { type KnownObject, podTemplateOf } from "../../effect";
import { type Fields, fieldsAt, has, listAt, textAt, textsByName } from "../../effect/field";
import { overrideEffects } from "../overrideEffects";
import { pages } from "../pages";
import type { ObjectRule, Text } from "../rule";
import { webAndApi } from "./example";

const image = "registry.example.com/api:1.0.0";
const secured = { allowPrivilegeEscalation: false, capabilities: { drop: ["ALL"] } };
const lifecycle = { preStop: { sleep: { seconds: 5 } } };
const overriding = (more: object): object => ({
  ...webAndApi({}, { workload: { image, env: { LEVEL: "info" } } }),
  overrides: {
    Deployment: {
      "shop/api": {
        spec: {
          template: {
            spec: { containers: [{ name: "api", image, lifecycle, securityContext: secured, ...more }] },
          },
        },
      },
    },
  },
});

export const text = (lost: readonly string[]): Text => ({
  message: `the override leaves out settings of the pods that the catalog declares: ${lost.join("; ")}`,
  fix: "repeat it in the override, or use services.*.workload.pod, which is merged by the names of containers",
});

export const overrideContainers: ObjectRule = {
  code: "MW376",
  severity: "warning",
  title: "Overrides of pods leave out nothing that the catalog declares",
  why: [
    "An override replaces lists whole, so one container in it replaces all containers that the catalog renders.",
    "A missing probe sends requests to pods that are not ready, and a missing CPU request stops the autoscaler.",
  ],
  see: pages.kubernetesWorkloads,
  suppress: "the setting is meant to be missing.",
  stage: "objects",
  examples: {
    wrong: overriding({}),
    right: overriding({
      env: [
        { name: "LEVEL", value: "info" },
        { name: "MORE", value: "yes" },
      ],
    }),
  },
  *check(mesh, rendered, hasFailed) {
    // An invalid value may be what the object is rendered from.
    if (hasFailed("")) return;
    for (const { path, objects, refused } of overrideEffects(mesh, rendered)) {
      if (!objects || refused.length > 0) continue;
      const lost = lostIn(...objects);
      if (lost.length > 0) yield { path, ...text(lost) };
    }
  },
};

/** What an object's pods had, and have no more. MW373 judges preStop, and MW917 the security context. */
function lostIn(before: KnownObject, after: KnownObject): string[] {
  const [old, now] = [before, after].map((object) => fieldsAt(podTemplateOf(object), "spec"));
  const volumes = missing(namesIn(old, "volumes"), namesIn(now, "volumes"));
  return [
    ...["initContainers", "containers"].flatMap((key) =>
      listAt(old, key).flatMap((container) => {
        const name = textAt(container, "name") ?? "";
        const own = listAt(now, key).find((one) => textAt(one, "name") === name);
        const of = `the container "${name}"`;
        return own === undefined
          ? [`${of} is missing`]
          : containerLosses(container, own).map((text) => `${of} ${text}`);
      }),
    ),
    ...volumes.map((name) => `the volume "${name}" is missing`),
  ];
}

const probes = ["startupProbe", "readinessProbe", "livenessProbe"];

function containerLosses(old: Fields, now: Fields): string[] {
  const image = [old, now].map((one) => textAt(one, "image"));
  const mounts = missing(
    namesIn(old, "volumeMounts", "mountPath"),
    namesIn(now, "volumeMounts", "mountPath"),
  );
  return [
    ...(image[0] === image[1] ? [] : [`has the image ${image[1] ?? "not set"} instead of ${image[0] ?? ""}`]),
    ...probes.filter((key) => has(old, key) && !has(now, key)).map((key) => `has no ${key}`),
    ...missing(namesIn(old, "env"), namesIn(now, "env")).map((name) => `has no variable ${name}`),
    ...mounts.map((path) => `does not mount ${path}`),
    ...["requests", "limits"].flatMap((key) =>
      missing(resourcesIn(old, key), resourcesIn(now, key)).map((name) => `has no resources.${key}.${name}`),
    ),
  ];
}

function namesIn(value: unknown, key: string, name = "name"): string[] {
  return listAt(value, key).flatMap((one) => textAt(one, name) ?? []);
}

function resourcesIn(container: unknown, key: string): string[] {
  return Object.keys(textsByName(fieldsAt(container, "resources"), key));
}

function missing(before: readonly string[], after: readonly string[]): string[] {
  return before.filter((one) => !after.includes(one));
}
