import { join } from "node:path";
import { root } from "./config";

/** The files of a laboratory, inside its own mount namespace. */
export const files = {
  programs: join(root, "programs"),
  networks: join(root, "networks"),
  network: (name: string) => join(root, "networks", name),
  pods: join(root, "pods"),
  control: join(root, "control"),
  kubeconfig: join(root, "control", "kubeconfig"),
  logs: join(root, "logs"),
  /** Socket of the rate limit service. */
  rateLimits: join(root, "rate-limits.sock"),
  /** Key and certificate with which applications terminate TLS. */
  podCertificate: join(root, "pod-certificate.json"),
};
