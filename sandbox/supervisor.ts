/**
 * The process behind a sandbox: starts everything, keeps it running, writes `state.json`, and ends it all when it is
 * asked to end. Started by `index.ts` with the state folder as its only argument.
 */
import { writeFileSync } from "node:fs";
import { KubeConfig } from "@kubernetes/client-node";
import { alarm } from "./alarm";
import { serveCharts } from "./chartServer";
import { apiServer, controllerManager, etcd, kwok, type ProcessSpec, scheduler } from "./controlPlane";
import { prepareCredentials, writeKubeconfigs } from "./credentials";
import { istiodCollections, type IstiodPods, istiodPods } from "./istiodPod";
import { kwokStages } from "./kwok";
import { assignLoadBalancers, loadBalancerCollections } from "./loadBalancer";
import { registerNodes } from "./nodes";
import { identify } from "./processIdentity";
import { repeat } from "./repeat";
import { provisionVolumes, registerStorageClasses, volumeCollections } from "./storage";
import { files, readConfig, type SandboxConfig, type SandboxState, writeJson } from "./state";
import { StartFailure, type Supervised, supervise } from "./supervise";
import { watchChanges } from "./watchChanges";

/** The longest time between two rounds in milliseconds. Changes in the cluster cause a round at once. */
const rhythm = { istiod: 10_000, others: 30_000 };

async function main(config: SandboxConfig): Promise<void> {
  const self = identify(process.pid);
  if (self === undefined) throw new Error("this process can't find itself");
  const processes: Supervised[] = [];
  let istiods: IstiodPods | undefined;
  let ready = false;
  let failure: SandboxState["failure"];
  const tell = (): void => {
    const all = [...processes, ...(istiods?.processes() ?? [])];
    const state: SandboxState = {
      supervisor: self,
      ready,
      ...(failure === undefined ? {} : { failure }),
      processes: all.map((one) => one.record()),
    };
    writeJson(files.state(config.state), state);
  };
  const end = new AbortController();

  const finish = async (exitCode: number): Promise<void> => {
    if (end.signal.aborted) return;
    end.abort();
    ready = false;
    await Promise.all((istiods?.processes() ?? []).map((one) => one.stop()));
    // What depends on another ends before it.
    for (const one of processes.toReversed()) await one.stop();
    tell();
    process.exit(exitCode);
  };
  for (const signal of ["SIGTERM", "SIGINT"] as const) process.on(signal, () => void finish(0));

  const start = async (spec: ProcessSpec): Promise<void> => {
    // What starts after the end has begun would outlive it.
    end.signal.throwIfAborted();
    const one = supervise(config.state, spec, tell);
    processes.push(one);
    try {
      await one.start();
    } catch (error) {
      await one.stop();
      throw error;
    }
  };
  try {
    tell();
    const credentials = prepareCredentials(config.state);
    writeFileSync(files.stages(config.state), kwokStages());
    await start(etcd(config));
    await start(apiServer(config, credentials));
    writeKubeconfigs(config);
    const kubeconfig = new KubeConfig();
    kubeconfig.loadFromFile(files.kubeconfig(config.state));
    await registerNodes(kubeconfig);
    await registerStorageClasses(kubeconfig);
    await Promise.all([
      start(controllerManager(config, credentials)),
      start(scheduler(config)),
      start(kwok(config)),
      serveCharts(config.charts, config.ports.charts),
    ]);
    const [pods, claims, balancers] = [alarm(), alarm(), alarm()];
    const tellPods = (): void => {
      tell();
      pods.ring();
    };
    istiods = istiodPods(config, kubeconfig, tellPods, end.signal);
    // Pods of an earlier run still claim to be ready. If this round fails, those that follow say why.
    await istiods.reconcile().catch(() => undefined);
    watchChanges(kubeconfig, istiodCollections, pods.ring, end.signal);
    watchChanges(kubeconfig, volumeCollections, claims.ring, end.signal);
    watchChanges(kubeconfig, loadBalancerCollections, balancers.ring, end.signal);
    const assign = (): Promise<void> => assignLoadBalancers(kubeconfig);
    void repeat("istiod's pods", rhythm.istiod, istiods.reconcile, pods, end.signal);
    void repeat("volumes", rhythm.others, () => provisionVolumes(kubeconfig), claims, end.signal);
    void repeat("load balancers", rhythm.others, assign, balancers, end.signal);
    ready = true;
    tell();
  } catch (error) {
    if (end.signal.aborted) return;
    failure =
      error instanceof StartFailure
        ? { process: error.process, reason: error.reason, log: error.log }
        : { process: "supervisor", reason: String(error), log: files.log(config.state, "supervisor") };
    await finish(1);
  }
}

const folder = process.argv[2];
const config = folder === undefined ? undefined : readConfig(folder);
if (config === undefined) {
  process.stderr.write("usage: supervisor <state folder with sandbox.json>\n");
  process.exit(2);
}
void main(config);
