import type { KnownObject, Workload } from "../../effect";
import { type Audited, isInjectionKnown, sidecars } from "./audited";
import { type Found, listed, titleOf } from "./finding";
import type { OpenQuestion } from "./rule";
import { notJudged } from "./rules/reading";
import type { Sources } from "./sources";

/** Kinds that install or route, and that neither the rules nor the policies read, with what to do instead. */
const unreadKinds: Readonly<Record<string, string>> = {
  "helm.toolkit.fluxcd.io/HelmRelease": "Render its chart with its values: helm template",
  "source.toolkit.fluxcd.io/HelmRepository": "",
  "argoproj.io/Application": "Name the manifests that it installs",
  "argoproj.io/ApplicationSet": "Name the manifests that it installs",
  "kustomize.toolkit.fluxcd.io/Kustomization": "Name the manifests that it installs",
  "kustomize.config.k8s.io/Kustomization": "Render it: kubectl kustomize",
  "kustomize.config.k8s.io/Component": "Render it: kubectl kustomize",
  "gateway.networking.k8s.io/ListenerSet": "",
  "gateway.networking.k8s.io/UDPRoute": "",
};

/** What the objects leave open, one finding for each reason. */
export function openFindings(audited: Audited, questions: readonly OpenQuestion[]): Found[] {
  const grouped = Map.groupBy(questions, ({ unknown }) => unknown);
  return [
    ...[...grouped].map(([unknown, own]) =>
      open(`${unknown} This concerns ${named(own.map(({ object }) => object))}.`),
    ),
    ...unknownInjection(audited),
    ...meshWide(audited),
    ...unread(audited),
    ...ambient(audited),
  ];
}

/** What could not be read: Secrets, charts that are not rendered, and documents that are no objects. */
export function otherFiles({
  charts,
  others,
  denied = [],
  deniedKinds = [],
}: Pick<Sources, "charts" | "others" | "denied" | "deniedKinds">): Found[] {
  return [
    ...(deniedKinds.length === 0
      ? []
      : [
          open(
            `The API server denies listing these policies of CNI plugins, so connections that they deny are not judged: ${listed(deniedKinds)}.`,
            "Grant the user the verb list for them",
          ),
        ]),
    ...(denied.length === 0
      ? []
      : [
          open(
            `The API server denies reading these Secrets of gateways, so whether they exist is not judged: ${listed(denied)}.`,
          ),
        ]),
    ...charts.map((chart) =>
      open(
        `${chart} is a Helm chart, which is not rendered, so its objects are not judged.`,
        `Render it: helm template ${chart} | meshwright audit -`,
      ),
    ),
    ...(others.length === 0
      ? []
      : [
          open(
            `Documents without apiVersion and kind are not Kubernetes objects, so they are not judged: ${listed(others)}.`,
          ),
        ]),
  ];
}

function open(message: string, fix?: string): Found {
  return { code: notJudged.code, severity: "info", message, ...(fix !== undefined && fix !== "" && { fix }) };
}

function named(objects: readonly KnownObject[]): string {
  return listed([...new Set(objects.map(titleOf))].sort());
}

/** Workloads of which it is not known whether they have a proxy. */
function unknownInjection(audited: Audited): Found[] {
  const unknown = audited.model.workloads.filter(
    (one) => one.from !== undefined && !isInjectionKnown(audited, one),
  );
  return [...Map.groupBy(unknown, ({ namespace }) => namespace)].map(([namespace, own]) =>
    open(
      `The Namespace ${namespace} is not among the objects, so it is not known whether ${own.length} ${own.length === 1 ? "workload has" : "workloads have"} a proxy: ${listed(own.map(nameOf))}. Mutual TLS and access are not judged for ${own.length === 1 ? "it" : "them"}.`,
      `Name its manifest, too: kubectl get namespace ${namespace} --output yaml`,
    ),
  );
}

function nameOf({ from, name }: Workload): string {
  return `${from?.kind ?? "workload"} ${name}`;
}

/** Policies of the root namespace apply to every workload, and may be in another repository. */
function meshWide(audited: Audited): Found[] {
  const { rootNamespace } = audited.model.settings;
  if (audited.complete || sidecars(audited).length === 0) return [];
  if (audited.objects.some(({ namespace }) => namespace === rootNamespace)) return [];
  return [
    open(
      `No object of the root namespace ${rootNamespace} is among the objects, so mesh-wide policies are not judged. They may require mutual TLS and deny requests.`,
      "Name the manifests of the root namespace, too",
    ),
  ];
}

function unread({ objects }: Audited): Found[] {
  const found = objects.filter(({ group, kind }) => `${group}/${kind}` in unreadKinds);
  return [...Map.groupBy(found, ({ group, kind }) => `${group}/${kind}`)].map(([kind, own]) =>
    open(
      `Objects of ${kind.split("/").reverse().join(" in ")} are not read: ${named(own)}.`,
      unreadKinds[kind],
    ),
  );
}

function ambient({ model }: Audited): Found[] {
  const found = [...model.namespaces.values()].filter(
    ({ labels }) => labels["istio.io/dataplane-mode"] === "ambient",
  );
  return found.length === 0
    ? []
    : [
        open(
          `Ambient mode is not read, so access to pods of these namespaces is not judged: ${named(found)}.`,
        ),
      ];
}
