import { stringify } from "yaml";

/**
 * KWOK's Stage objects, which replace kubelets: pods become ready at once, jobs complete, and deleted pods are removed.
 * They do not match istiod's pods, which a real process serves (`istiodPod.ts`).
 *
 * https://kwok.sigs.k8s.io/docs/user/stages-configuration/
 */
export function kwokStages(): string {
  return [nodeHeartbeat, podReady, podComplete, podDelete]
    .map((stage) => stringify(stage, { compat: "yaml-1.1" }))
    .join("---\n");
}

interface Expression {
  key: string;
  operator: "In" | "NotIn" | "Exists" | "DoesNotExist";
  values?: string[];
}

function stage(name: string, kind: "Node" | "Pod", matchExpressions: Expression[], rest: object) {
  return {
    apiVersion: "kwok.x-k8s.io/v1alpha1",
    kind: "Stage",
    metadata: { name },
    spec: { resourceRef: { apiGroup: "v1", kind }, selector: { matchExpressions }, ...rest },
  };
}

const ready = '.status.conditions.[] | select( .type == "Ready" ) | .status';
const notDeleted: Expression = { key: ".metadata.deletionTimestamp", operator: "DoesNotExist" };
const notIstiod: Expression = { key: ".metadata.labels.app", operator: "NotIn", values: ["istiod"] };

// KWOK plays pods only where it has a stage for their nodes. Nothing waits for a heartbeat, so there are few.
const nodeHeartbeat = stage("node-heartbeat", "Node", [notDeleted], {
  delay: { durationMilliseconds: 600_000, jitterDurationMilliseconds: 900_000 },
  next: {
    statusTemplate: `
conditions:
- type: Ready
  status: "True"
  reason: KubeletReady
  message: played by KWOK
  lastHeartbeatTime: {{ Now | Quote }}
  lastTransitionTime: {{ .metadata.creationTimestamp | Quote }}
`,
  },
  immediateNextStage: true,
});

const running = `state:
    running:
      startedAt: {{ $now | Quote }}`;
const completed = `state:
    terminated:
      exitCode: 0
      reason: Completed
      startedAt: {{ $now | Quote }}
      finishedAt: {{ $now | Quote }}`;

/** Status of each of a pod's containers. */
const containers = (ready: boolean, state: string): string => `containerStatuses:
{{ range .spec.containers }}
- name: {{ .name | Quote }}
  image: {{ .image | Quote }}
  ready: ${ready}
  restartCount: 0
  ${state}
{{ end }}`;

const podReady = stage(
  "pod-ready",
  "Pod",
  [
    notDeleted,
    notIstiod,
    // Also one that runs and has lost its readiness.
    { key: ".status.phase", operator: "NotIn", values: ["Succeeded", "Failed"] },
    { key: ready, operator: "NotIn", values: ["True"] },
  ],
  {
    next: {
      statusTemplate: `
{{ $now := Now }}
{{ $ip := or .status.podIP ( index ( PodIPsWith .spec.nodeName ( or .spec.hostNetwork false ) ( or .metadata.uid "" ) ( or .metadata.name "" ) ( or .metadata.namespace "" ) ) 0 ) }}
phase: Running
startTime: {{ $now | Quote }}
podIP: {{ $ip | Quote }}
podIPs:
- ip: {{ $ip | Quote }}
conditions:
${["Initialized", "ContainersReady", "Ready"]
  .map((type) => `- { type: ${type}, status: "True", lastTransitionTime: {{ $now | Quote }} }`)
  .join("\n")}
${containers(true, running)}
initContainerStatuses:
{{ range .spec.initContainers }}
- name: {{ .name | Quote }}
  image: {{ .image | Quote }}
  ready: true
  restartCount: 0
  {{ if eq .restartPolicy "Always" }}
  started: true
  ${running}
  {{ else }}
  ${completed}
  {{ end }}
{{ end }}
`,
    },
  },
);

const podComplete = stage(
  "pod-complete",
  "Pod",
  [
    notDeleted,
    { key: ".status.phase", operator: "In", values: ["Running"] },
    { key: ".metadata.ownerReferences.[].kind", operator: "In", values: ["Job"] },
  ],
  {
    next: {
      statusTemplate: `
{{ $now := Now }}
phase: Succeeded
${containers(false, completed)}
`,
    },
  },
);

const podDelete = stage("pod-delete", "Pod", [{ key: ".metadata.deletionTimestamp", operator: "Exists" }], {
  next: { delete: true },
});
