import { join } from "node:path";
import { type Credentials, kubeconfigOf } from "./credentials";
import { files, type SandboxConfig } from "./state";

/** The command of one process, and its readiness probe. */
export interface ProcessSpec {
  readonly name: string;
  readonly program: string;
  readonly args: readonly string[];
  /** Added to the environment. Default: nothing. */
  readonly env?: Readonly<Record<string, string>>;
  /** Working directory. Default: the sandbox's state folder. */
  readonly cwd?: string;
  /** Its ports, keyed by purpose. */
  readonly ports: Readonly<Record<string, number>>;
  /** URL that answers 200 as soon as the process serves. */
  readonly health: string;
}

/** Addresses that Services get. */
const serviceRange = "10.96.0.0/16";

/** Go wakes a second thread for most of what a process does, which costs more than the work of an idle one. */
const oneProcessor = { GOMAXPROCS: "1" };

export function etcd({ state, programs, ports }: SandboxConfig): ProcessSpec {
  const client = `http://127.0.0.1:${ports.etcd}`;
  const peer = `http://127.0.0.1:${ports.etcdPeer}`;
  return {
    name: "etcd",
    program: programs.etcd,
    args: [
      "--name=sandbox",
      `--data-dir=${files.data(state)}`,
      `--listen-client-urls=${client}`,
      `--advertise-client-urls=${client}`,
      `--listen-peer-urls=${peer}`,
      `--initial-advertise-peer-urls=${peer}`,
      `--initial-cluster=sandbox=${peer}`,
      // The data is a throwaway; waiting for the disk after each write is most of etcd's time.
      "--unsafe-no-fsync",
      // A single member sends no heartbeats, but its clock ticks as often. Default: ten times a second. A start waits for one to
      // five ticks, at random, and for up to ten with the default.
      "--heartbeat-interval=200",
      "--election-timeout=1000",
    ],
    env: oneProcessor,
    ports: { client: ports.etcd, peer: ports.etcdPeer },
    health: `${client}/health`,
  };
}

export function apiServer(
  { state, programs, ports }: SandboxConfig,
  { tokens, serviceAccountKey, serviceAccountPublicKey }: Credentials,
): ProcessSpec {
  return {
    name: "kube-apiserver",
    program: programs["kube-apiserver"],
    args: [
      `--etcd-servers=http://127.0.0.1:${ports.etcd}`,
      "--bind-address=127.0.0.1",
      `--secure-port=${ports.apiServer}`,
      `--cert-dir=${files.certificates(state)}`,
      `--service-cluster-ip-range=${serviceRange}`,
      "--service-account-issuer=https://kubernetes.default.svc.cluster.local",
      `--service-account-key-file=${serviceAccountPublicKey}`,
      `--service-account-signing-key-file=${serviceAccountKey}`,
      `--token-auth-file=${tokens}`,
      "--authorization-mode=RBAC",
      // The first taints new nodes until the controller of nodes, which is left out, finds them ready. The second reads all
      // schemas every five seconds, which is a quarter of what an idle API server does.
      "--disable-admission-plugins=TaintNodesByCondition,MutatingAdmissionPolicy",
      // Several API servers find each other by leases, and ask each other what they serve. This is the only one.
      "--feature-gates=APIServerIdentity=false,UnknownVersionInteroperabilityProxy=false",
      // Injected init containers may ask for it; nothing here ever runs them.
      "--allow-privileged=true",
      // Nothing reads these metrics, for which etcd is asked about each kind of object, and about its own data.
      "--etcd-count-metric-poll-period=0",
      "--etcd-db-metric-poll-interval=0",
      // The cache of each kind of object has timers, which are a third of what an idle API server does, and loads the kind at the
      // start. Without it, lists and watches go to etcd, which is beside it.
      "--watch-cache=false",
      // A loopback address is refused as the endpoint of the service "kubernetes".
      "--endpoint-reconciler-type=none",
      "--profiling=false",
    ],
    // Half as many garbage collections, for some memory.
    env: { GOGC: "200" },
    ports: { https: ports.apiServer },
    health: `https://127.0.0.1:${ports.apiServer}/readyz`,
  };
}

/**
 * Controllers whose loops would run all the time for nothing. No kubelet mounts a volume, reports that its node lives, evicts
 * a pod or has devices. No cloud has routes or load balancers, and there is one API server of one version.
 */
const unused = [
  "persistentvolume-attach-detach",
  "persistentvolume-expander",
  "node-lifecycle",
  "node-route",
  "service-lb",
  "taint-eviction",
  "device-taint-eviction",
  "resourceclaim",
  "resourcepoolstatusrequest",
  "volumeattributesclass-protection",
  "podcertificaterequest-cleaner",
  "storage-version-migrator",
  "storageversion-garbage-collector",
  "legacy-serviceaccount-token-cleaner",
];

export function controllerManager(config: SandboxConfig, { serviceAccountKey }: Credentials): ProcessSpec {
  const { state, programs, ports } = config;
  const certificates = files.certificates(state);
  return {
    name: "kube-controller-manager",
    program: programs["kube-controller-manager"],
    args: [
      `--kubeconfig=${kubeconfigOf(state, "kube-controller-manager")}`,
      "--use-service-account-credentials",
      `--controllers=*,${unused.map((name) => `-${name}-controller`).join(",")}`,
      `--service-account-private-key-file=${serviceAccountKey}`,
      `--root-ca-file=${join(certificates, "apiserver.crt")}`,
      `--cert-dir=${join(certificates, "kube-controller-manager")}`,
      "--bind-address=127.0.0.1",
      `--secure-port=${ports.controllerManager}`,
      "--leader-elect=false",
      "--profiling=false",
    ],
    env: oneProcessor,
    ports: { https: ports.controllerManager },
    health: `https://127.0.0.1:${ports.controllerManager}/healthz`,
  };
}

export function scheduler({ state, programs, ports }: SandboxConfig): ProcessSpec {
  return {
    name: "kube-scheduler",
    program: programs["kube-scheduler"],
    args: [
      `--kubeconfig=${kubeconfigOf(state, "kube-scheduler")}`,
      `--cert-dir=${join(files.certificates(state), "kube-scheduler")}`,
      "--bind-address=127.0.0.1",
      `--secure-port=${ports.scheduler}`,
      "--leader-elect=false",
      "--profiling=false",
    ],
    env: oneProcessor,
    ports: { https: ports.scheduler },
    health: `https://127.0.0.1:${ports.scheduler}/healthz`,
  };
}

export function kwok({ state, programs, ports }: SandboxConfig): ProcessSpec {
  return {
    name: "kwok",
    program: programs.kwok,
    args: [
      `--kubeconfig=${kubeconfigOf(state, "kwok")}`,
      `--config=${files.stages(state)}`,
      "--manage-all-nodes",
      "--cidr=10.244.0.0/16",
      "--node-ip=10.0.0.1",
      // With a lease, KWOK would leave its nodes alone after a crash until its former self's lease has run out.
      "--node-lease-duration-seconds=0",
      `--server-address=127.0.0.1:${ports.kwok}`,
    ],
    ports: { http: ports.kwok },
    health: `http://127.0.0.1:${ports.kwok}/healthz`,
  };
}
