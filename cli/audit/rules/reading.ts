import type { AuditRule } from "../rule";
import { deployment, meshNamespace, service, strict } from "./examples";

/** Rules whose findings come from reading the files. They find nothing in the objects themselves. */

export const unreadable: AuditRule = {
  code: "MW920",
  severity: "error",
  title: "a file that is neither YAML nor JSON",
  why: ["None of the file's objects is judged. Templates of Helm are not YAML: render them first."],
  see: { title: "Helm template", url: "https://helm.sh/docs/helm/helm_template/" },
  examples: {
    wrong: 'apiVersion: v1\nkind: Service\nmetadata:\n  {{- include "labels" . | nindent 2 }}\n',
    right: service("web"),
  },
  find: () => [],
};

export const repeated: AuditRule = {
  code: "MW921",
  severity: "warning",
  title: "an object in two places",
  why: ["`kubectl apply` keeps the object that comes last. Only this one is judged."],
  see: {
    title: "Object names",
    url: "https://kubernetes.io/docs/concepts/overview/working-with-objects/names/",
  },
  ignore: "the files are for different clusters. Better, name their folders one after the other.",
  examples: {
    wrong: [service("web"), service("web", "name: http, port: 80")].join("---\n"),
    right: [service("web"), service("cart")].join("---\n"),
  },
  find: () => [],
};

export const notJudged: AuditRule = {
  code: "MW939",
  severity: "info",
  title: "what is not judged",
  why: [
    "Files may leave out objects that the cluster has. The command says which questions it can't answer without them.",
    "With the missing objects, or with --cluster, it answers them.",
  ],
  see: { title: "kubectl get", url: "https://kubernetes.io/docs/reference/kubectl/generated/kubectl_get/" },
  ignore: "the missing objects are judged elsewhere.",
  examples: {
    wrong: deployment("web"),
    right: [meshNamespace, strict, deployment("web")].join("---\n"),
  },
  find: () => [],
};
