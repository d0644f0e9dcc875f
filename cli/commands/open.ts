import { CoreV1Api, type KubeConfig, type V1Pod } from "@kubernetes/client-node";
import { Argument, type Command } from "commander";
import getPort from "get-port";
import { parse } from "yaml";
import { UserError } from "../../errors/userError";
import { type AddOn, type AddOnName, addOnNames, addOnOf, addOns, isReady } from "../addOns";
import { apiClient } from "../apiClient";
import { clusterOptions, explainFailure, loadCluster, serverOf } from "../cluster";
import { print, step } from "../output";
import { parsePort } from "../port";
import { type Forwarding, forwardPort } from "../portForward";

/** How long an add-on may take to answer through a new forwarding, in milliseconds. */
const patience = 30_000;

/** `meshwright open`: Kiali, Grafana, Jaeger or Prometheus in the browser, without exposing it. */
export function openCommand(command: Command): void {
  command
    .addArgument(new Argument("<add-on>", "the add-on to open").choices(addOnNames))
    .option("--namespace <name>", "namespace of the add-on (default: all are searched)")
    .option("--port <port>", "local port (default: the add-on's own if it is free, otherwise any)", parsePort)
    .option("--show-password", "print Grafana's password");
  clusterOptions(command).action(
    (name: AddOnName, options: { namespace?: string; port?: number; showPassword?: true }) =>
      whileForwarded(command, name, options, async ({ config, addOn, pod, namespace, forwarding }) => {
        const url = `http://localhost:${forwarding.port}${addOn.path}`;
        await step(`${addOn.title}: waiting for an answer`, () =>
          untilAnswers(addOn, url, forwarding, namespace),
        );
        print(`${addOn.title} of ${namespace} is at ${url}`);
        for (const line of await howToLogIn(config, pod, name, options.showPassword)) print(line);
        // Ctrl-C ends the forwarding from the moment at which the line is visible.
        const interruption = interrupted();
        print("Press Ctrl-C to stop forwarding.");
        await interruption;
      }),
  );
}

/** Forwards any free port to an add-on while `use` runs. */
export async function forwardAddOn<T>(
  command: Command,
  name: AddOnName,
  wanted: string | undefined,
  use: (url: string) => Promise<T>,
): Promise<T> {
  const options = wanted === undefined ? {} : { namespace: wanted };
  return whileForwarded(command, name, options, async ({ addOn, namespace, forwarding }) => {
    const url = `http://127.0.0.1:${forwarding.port}`;
    await untilAnswers(addOn, url, forwarding, namespace);
    return use(url);
  });
}

/** An add-on to which a port is forwarded. */
interface Forwarded {
  readonly config: KubeConfig;
  readonly addOn: AddOn;
  readonly pod: V1Pod;
  readonly namespace: string;
  readonly forwarding: Forwarding;
}

/** Finds an add-on, and forwards a port to it while `use` runs. */
async function whileForwarded<T>(
  command: Command,
  name: AddOnName,
  { namespace: wanted, port }: { readonly namespace?: string; readonly port?: number },
  use: (forwarded: Forwarded) => Promise<T>,
): Promise<T> {
  const config = loadCluster(command);
  const addOn = addOns[name];
  const pod = await findPod(config, name, wanted).catch((error: unknown) =>
    refusedSearch(config, wanted, error),
  );
  const namespace = pod.metadata?.namespace ?? "";
  const forwarding = await forwardTo(config, addOn, () => findPod(config, name, namespace), port);
  try {
    return await use({ config, addOn, pod, namespace, forwarding });
  } finally {
    await forwarding.close();
  }
}

/**
 * A ready pod of the add-on.
 *
 * @throws {UserError} if there is none, if the add-on runs in several namespaces, or if no port can be forwarded to it.
 */
async function findPod(config: KubeConfig, name: AddOnName, namespace: string | undefined): Promise<V1Pod> {
  const core = apiClient(config, CoreV1Api);
  const { items } =
    namespace === undefined
      ? await core.listPodForAllNamespaces()
      : await core.listNamespacedPod({ namespace });
  const { title, port } = addOns[name];
  // Charts may run helper pods under the same name, and may leave out the ports of containers.
  const pods = items
    .filter(({ metadata }) => addOnOf(metadata?.labels) === name)
    .sort((a, b) => Number(listensOn(b, port)) - Number(listensOn(a, port)));
  const where = namespace === undefined ? serverOf(config) : `namespace ${namespace}`;
  const [first] = pods;
  if (first === undefined) {
    throw new UserError({
      problem: `There is no ${title} in ${where}: no pod has the label app.kubernetes.io/name=${name}.`,
      fix: "Install it: pulumi config set meshwright:observability true, then pulumi up",
    });
  }
  const places = [...new Set(pods.map(({ metadata }) => metadata?.namespace ?? ""))].sort();
  if (places.length > 1) {
    throw new UserError({
      problem: `There is more than one ${title} in ${where}, in the namespaces ${places.join(", ")}.`,
      fix: `Choose one: --namespace ${places.join("|")}`,
    });
  }
  const ready = pods.find(isReady);
  if (ready === undefined) {
    const { namespace: place = "", name: pod = "" } = first.metadata ?? {};
    throw new UserError({
      problem: `${title} isn't ready: ${place}/${pod} is ${first.status?.phase ?? "unknown"}.`,
      fix: `See its events: kubectl describe pod -n ${place} ${pod}`,
    });
  }
  return reachable(core, ready);
}

function listensOn({ spec }: V1Pod, port: number): boolean {
  return (spec?.containers ?? []).some(({ ports = [] }) =>
    ports.some(({ containerPort }) => containerPort === port),
  );
}

/** Port forwarding requires a kubelet. The sandbox has none: its pods exist only in the API. */
async function reachable(core: CoreV1Api, pod: V1Pod): Promise<V1Pod> {
  const node = pod.spec?.nodeName ?? "";
  // A user who may read only one namespace may not read nodes, but may forward ports to its pods.
  const { status } = await core.readNode({ name: node }).catch((error: unknown) => {
    if ((error as { code?: number }).code === 403) return { status: undefined };
    throw error;
  });
  if (status === undefined) return pod;
  if ((status.daemonEndpoints?.kubeletEndpoint?.Port ?? 0) > 0) return pod;
  const { namespace = "", name = "" } = pod.metadata ?? {};
  throw new UserError({
    problem: `${namespace}/${name} exists only in the API: its node ${node} has no kubelet, as on the sandbox, so no container runs.`,
    fix: "Open it on a real cluster: --context <name>. On the sandbox, list the objects instead: kubectl get all -A",
  });
}

async function forwardTo(
  config: KubeConfig,
  { title, port: own }: AddOn,
  find: () => Promise<V1Pod>,
  wanted: number | undefined,
): Promise<Forwarding> {
  const port = wanted ?? (await getPort({ port: own, host: "127.0.0.1" }));
  const target = async () => {
    const { metadata } = await find();
    return { namespace: metadata?.namespace ?? "", pod: metadata?.name ?? "", port: own };
  };
  try {
    return await forwardPort(config, target, port);
  } catch (error) {
    throw new UserError({
      problem: `Port ${port} of this machine can't be used for ${title}: ${(error as Error).message}.`,
      fix: "Choose another one: --port <port>, or leave --port out",
      cause: error,
    });
  }
}

/** Explains a denied search. Without a namespace all are searched, which requires cluster-wide permission. */
function refusedSearch(config: KubeConfig, namespace: string | undefined, error: unknown): never {
  const { code, message } = error as { code?: number; message?: string };
  if (code !== 403 || namespace !== undefined) explainFailure(config, error);
  throw new UserError({
    problem: `${serverOf(config)} doesn't permit you to list pods in all namespaces (403).`,
    ...(message !== undefined && { details: message.split("\n")[0] ?? "" }),
    fix: "Name the add-on's namespace: --namespace <name>",
    cause: error,
  });
}

/** Waits for any answer, such as a login page. */
async function untilAnswers(
  { title }: AddOn,
  url: string,
  forwarding: Forwarding,
  namespace: string,
): Promise<void> {
  const end = Date.now() + patience;
  for (;;) {
    const answered = await fetch(url, { redirect: "manual", signal: AbortSignal.timeout(5000) }).then(
      () => true,
      () => false,
    );
    if (answered) return;
    const refusal = /\b40[13]\b/.exec(forwarding.lastError() ?? "")?.[0];
    if (refusal !== undefined) {
      throw new UserError({
        problem: `The API server doesn't permit you to forward a port to ${title} (${refusal}).`,
        fix: `Ask for the permission to create pods/portforward in ${namespace}. To check it: kubectl auth can-i create pods/portforward -n ${namespace}`,
      });
    }
    if (Date.now() > end) {
      throw new UserError({
        problem: `${title} did not answer within ${patience / 1000} s.`,
        details: forwarding.lastError() ?? "The connection was established, but no response arrived.",
        fix: "Check whether it runs: meshwright status",
      });
    }
    await new Promise((resolve) => setTimeout(resolve, 500));
  }
}

/** How to log in, one line each. */
async function howToLogIn(
  config: KubeConfig,
  { metadata, spec }: V1Pod,
  name: AddOnName,
  showPassword = false,
): Promise<string[]> {
  const core = apiClient(config, CoreV1Api);
  const namespace = metadata?.namespace ?? "";
  if (name === "kiali") {
    const account = spec?.serviceAccountName ?? "kiali";
    return (await kialiStrategy(core, namespace)) === "anonymous"
      ? []
      : [`Log in with a token: kubectl create token ${account} -n ${namespace}`];
  }
  if (name !== "grafana") return ["It has no login."];
  const variables = (spec?.containers ?? []).flatMap(({ env = [] }) => env);
  const variable = (wanted: string) => variables.find((one) => one.name === wanted);
  const password = variable("GF_SECURITY_ADMIN_PASSWORD")?.valueFrom?.secretKeyRef;
  if (password?.name === undefined) return [];
  const user = variable("GF_SECURITY_ADMIN_USER");
  const userKey = user?.valueFrom?.secretKeyRef?.key;
  const keys = [...(userKey === undefined ? [] : [userKey]), password.key];
  const told = user?.value ?? (userKey === undefined ? "admin" : undefined);
  if (!showPassword) {
    const template = keys.map((key) => `{{index .data "${key}" | base64decode}}`).join(" ");
    return [
      `Log in ${told === undefined ? "with the user and password" : `as ${told} with the password`} that this command prints:`,
      `  kubectl get secret ${password.name} -n ${namespace} -o go-template='${template}'`,
    ];
  }
  const { data = {} } = await core.readNamespacedSecret({ name: password.name, namespace });
  const decode = (key: string): string => Buffer.from(data[key] ?? "", "base64").toString();
  return [`Log in as ${told ?? decode(userKey ?? "")} with the password ${decode(password.key)}`];
}

/** The login strategy of Kiali's configuration. */
async function kialiStrategy(core: CoreV1Api, namespace: string): Promise<string | undefined> {
  const { items } = await core.listNamespacedConfigMap({ namespace });
  const map = items.find(
    ({ metadata, data }) => addOnOf(metadata?.labels) === "kiali" && data?.["config.yaml"] !== undefined,
  );
  const configuration = parse(map?.data?.["config.yaml"] ?? "") as { auth?: { strategy?: string } } | null;
  return configuration?.auth?.strategy;
}

function interrupted(): Promise<void> {
  return new Promise((resolve) => {
    for (const signal of ["SIGINT", "SIGTERM"] as const) {
      process.once(signal, () => {
        resolve();
      });
    }
  });
}
