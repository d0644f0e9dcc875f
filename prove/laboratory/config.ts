/** Absolute paths of the programs that a laboratory runs. */
export interface LaboratoryPrograms {
  readonly etcd: string;
  readonly "kube-apiserver": string;
  readonly "kube-controller-manager": string;
  readonly kubectl: string;
  readonly helm: string;
  readonly "pilot-discovery": string;
  readonly "pilot-agent": string;
  readonly envoy: string;
  readonly bootstrap: string;
  readonly nft: string;
  /** Default: no rate limit service. */
  readonly ratelimit?: string;
  /** Folder of the libraries of nft. Default: those of the machine. */
  readonly nftLibraries?: string;
}

/** What a laboratory is started with. */
export interface LaboratoryConfig {
  readonly programs: LaboratoryPrograms;
  /** Folder for the logs of its processes. Default: none; they end with the laboratory. */
  readonly logs?: string;
  /** Hosts outside of the mesh. `*.` at the beginning stands for one label. */
  readonly outsideHosts: readonly string[];
  readonly outsideTlsPorts: readonly number[];
  readonly outsidePlainPorts: readonly number[];
  /** JSON Web Key Set that the outside hosts serve. */
  readonly jwks: string;
  /** The configuration of the rate limit service, as YAML. Default: no rate limit service. */
  readonly quotas?: string;
}

/** The root of everything that the laboratory writes: a tmpfs of its own mount namespace, which ends with it. */
export const root = "/dev/shm";

/** Addresses inside the laboratory. */
export const addresses = {
  /** The node, which is also the DNS server and the API server. */
  node: "10.244.0.1",
  outside: "10.244.250.1",
  /** Of the host that no catalog declares. */
  undeclared: "10.244.250.2",
  services: "10.96.0.0/16",
} as const;

/** A host that the catalog does not declare. It has an address of its own. */
export const undeclaredHost = "undeclared.example.net";
