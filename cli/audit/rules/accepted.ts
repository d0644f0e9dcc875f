import { refusals } from "../../../checks";
import type { AuditRule } from "../rule";
import { documents, service } from "./examples";

const rule = (loadBalancer: string): string => `apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata: { name: reviews, namespace: shop }
spec:
  host: reviews
  trafficPolicy:
    loadBalancer: ${loadBalancer}
`;

export const objectAccepted: AuditRule = {
  code: "MW971",
  severity: "error",
  title: "an object that the API server refuses",
  why: [
    "A CRD requires fields, limits values, and excludes combinations of fields by rules of CEL.",
    "Kubernetes' own kinds have such rules, too.",
    "The API server refuses an object that breaks one, so that the deployment fails there.",
  ],
  see: {
    title: "Validation rules of CustomResourceDefinitions",
    url: "https://kubernetes.io/docs/tasks/extend-kubernetes/custom-resources/custom-resource-definitions/#validation-rules",
  },
  ignore: "the cluster has the CRDs of a version of Istio without the rule.",
  examples: {
    wrong: documents(service("reviews"), rule("{ simple: RANDOM, consistentHash: { useSourceIp: true } }")),
    right: documents(service("reviews"), rule("{ consistentHash: { useSourceIp: true } }")),
  },
  *find({ objects }) {
    for (const object of objects) {
      for (const text of refusals(object)) {
        const [path = "", ...reason] = text.split(": ");
        yield {
          object,
          path,
          message: `The API server refuses the object: ${reason.join(": ")}.`,
          fix: "Remove or change one of the fields that contradict each other, or add the one that is missing.",
        };
      }
    }
  },
};
