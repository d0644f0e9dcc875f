import { execFileSync, spawnSync } from "node:child_process";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { createServer, type IncomingMessage, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { expect } from "chai";
import { execa } from "execa";
import { parse } from "yaml";
import { kubeconfigCommand, loginCommand, preRunCommands, setupCommands } from "../../deployments/commands";
import { table } from "../../deployments/stacks";
import type { DeploymentStack } from "../../deployments/table";

const repository = join(__dirname, "..", "..");

/** Path of a program. Fails if there is none: these tests need what the deployments' image has. */
function pathOf(program: string): string {
  const { stdout, status } = spawnSync("sh", ["-c", `command -v ${program}`], { encoding: "utf8" });
  if (status !== 0) throw new Error(`There is no ${program} on PATH.`);
  return stdout.trim();
}

function stackOf(name: string): DeploymentStack {
  const stack = table.stacks[name];
  if (stack === undefined) throw new Error(`no stack ${name}`);
  return stack;
}

interface Received {
  readonly request: string;
  readonly body: string;
}

/** A server that answers as told, and records what it was asked. */
async function serverOf(
  answer: (request: string) => string,
): Promise<{ server: Server; url: string; received: Received[] }> {
  const received: Received[] = [];
  const text = async (message: IncomingMessage) => {
    let body = "";
    for await (const chunk of message) body += String(chunk);
    return body;
  };
  const server = createServer((message, response) => {
    void text(message).then((body) => {
      const request = `${message.method ?? ""} ${message.url ?? ""}`;
      received.push({ request, body });
      response.end(answer(request));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return { server, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, received };
}

/**
 * The pre-run commands in a folder like a deployment's: a fresh clone, an empty home, and nothing on PATH but the
 * system's programs. Not among the tests that always run, since it installs everything from the registry:
 * `make pre-run-commands`. Outside of the deployments' image, a stand-in of `fnm` gives the commands this Node.js 22.
 */
describe("pre-run commands in a clean folder", function () {
  this.timeout(600_000);
  let folder: string;
  let source: string;
  let home: string;
  let env: Record<string, string>;

  const run = async (command: string, more: Record<string, string> = {}) => {
    // A child that is not waited for synchronously, since the servers are in this process.
    const child = await execa("bash", ["-c", command], {
      cwd: source,
      env: { ...env, ...more },
      extendEnv: false,
      reject: false,
      all: true,
    });
    return { exitCode: child.exitCode, output: child.all };
  };
  const succeed = async (command: string, more: Record<string, string> = {}) => {
    const { exitCode, output } = await run(command, more);
    expect(exitCode, `${command}\n${output}`).to.equal(0);
  };

  before(() => {
    folder = mkdtempSync(join(tmpdir(), "pre-run-"));
    [source, home] = [join(folder, "source"), join(folder, "home")];
    mkdirSync(home);
    execFileSync("git", ["clone", "--quiet", "--depth", "1", `file://${repository}`, source]);
    const programs = join(folder, "bin");
    const node = join(folder, "node");
    for (const path of [programs, node]) mkdirSync(path);
    for (const name of ["aws", "curl", "gcloud", "jq"]) symlinkSync(pathOf(name), join(programs, name));
    const { FNM_DIR } = process.env;
    if (FNM_DIR === undefined) {
      const [fnm, npm] = [join(programs, "fnm"), join(node, "npm")];
      const alias = `"alias 22 default") ln -s ${process.execPath} ${node}/node ;;`;
      writeFileSync(fnm, `#!/bin/sh\ncase "$*" in\n"install 22") ;;\n${alias}\n*) exit 2 ;;\nesac\n`);
      writeFileSync(npm, `#!/bin/sh\nexec ${node}/node ${realpathSync(pathOf("npm"))} "$@"\n`);
      for (const file of [fnm, npm]) chmodSync(file, 0o755);
    } else {
      symlinkSync(pathOf("fnm"), join(programs, "fnm"));
    }
    // A network that has a certificate authority of its own says so in these.
    const authorities = ["NODE_EXTRA_CA_CERTS", "SSL_CERT_FILE"].flatMap((name) => {
      const value = process.env[name];
      return value === undefined ? [] : [[name, value] as const];
    });
    env = {
      PATH: [
        FNM_DIR === undefined ? node : join(FNM_DIR, "aliases", "default", "bin"),
        programs,
        "/usr/bin",
        "/bin",
      ].join(delimiter),
      HOME: home,
      ...(FNM_DIR !== undefined && { FNM_DIR }),
      ...Object.fromEntries(authorities),
    };
  });
  after(() => {
    rmSync(folder, { recursive: true, force: true });
  });

  it("install and build the project and the pack, and accept the pack's configuration", async () => {
    for (const { run } of setupCommands(table, stackOf("prod"))) await succeed(run);
    const { output } = await run("node --version");
    expect(output).to.match(/^v22\./);
    for (const built of [
      ["dist", "index.js"],
      ["dist", "cli", "main.js"],
      ["policy-pack", "dist", "policy-pack", "index.js"],
    ]) {
      expect(existsSync(join(source, ...built)), built.join("/")).to.equal(true);
    }
    const policy = JSON.parse(readFileSync(join(source, "policy.json"), "utf8")) as Record<string, unknown>;
    expect(policy["flag-capture-bypasses"]).to.deep.equal({
      enforcementLevel: "mandatory",
      allowedOutboundPorts: [443, 9092],
    });
  });

  it("accept the configuration of every stack, and refuse a policy that there isn't", async () => {
    for (const stack of Object.values(table.stacks)) {
      for (const { run } of setupCommands(table, stack).slice(3)) await succeed(run);
    }
    const check = setupCommands(table, stackOf("dev")).at(-1)?.run ?? "";
    writeFileSync(join(source, "policy.json"), '{ "bound-timeout": "advisory" }');
    const { exitCode, output } = await run(check);
    expect(exitCode).to.equal(1);
    expect(output).to.include("bound-timeout");
  });

  it("log in to AWS by a token, and write the kubeconfig of an EKS cluster", async () => {
    const { cloud } = stackOf("dev");
    const { server, url, received } = await serverOf((request) =>
      request.startsWith("POST")
        ? `<AssumeRoleWithWebIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><AssumeRoleWithWebIdentityResult><Credentials><AccessKeyId>id</AccessKeyId><SecretAccessKey>key</SecretAccessKey><SessionToken>session</SessionToken><Expiration>2099-01-01T00:00:00Z</Expiration></Credentials></AssumeRoleWithWebIdentityResult></AssumeRoleWithWebIdentityResponse>`
        : JSON.stringify({
            cluster: {
              name: "mesh-dev",
              arn: "arn:aws:eks:eu-central-1:111122223333:cluster/mesh-dev",
              status: "ACTIVE",
              endpoint: "https://mesh-dev.example.com",
              certificateAuthority: { data: "Y2E=" },
            },
          }),
    );
    try {
      writeFileSync(join(home, "oidc-token"), "token");
      const aws = { AWS_REGION: "eu-central-1", AWS_ENDPOINT_URL_STS: url, AWS_ENDPOINT_URL_EKS: url };
      await succeed(loginCommand(cloud, "~/oidc-token").run, aws);
      await succeed(kubeconfigCommand(cloud).run, aws);
      const [login, cluster] = received;
      expect(Object.fromEntries(new URLSearchParams(login?.body))).to.include({
        Action: "AssumeRoleWithWebIdentity",
        RoleArn: "arn:aws:iam::111122223333:role/meshwright-dev",
        RoleSessionName: "meshwright",
        WebIdentityToken: "token",
      });
      expect(cluster?.request).to.equal("GET /clusters/mesh-dev");
    } finally {
      server.close();
    }
    expect(readFileSync(join(home, ".aws", "credentials"), "utf8")).to.equal(
      "[default]\naws_access_key_id=id\naws_secret_access_key=key\naws_session_token=session\n",
    );
    const kubeconfig = parse(readFileSync(join(home, ".kube", "config"), "utf8")) as {
      clusters: { cluster: { server: string } }[];
      users: { user: { exec: { command: string; args: string[] } } }[];
    };
    expect(kubeconfig.clusters[0]?.cluster.server).to.equal("https://mesh-dev.example.com");
    const { command, args } = kubeconfig.users[0]?.user.exec ?? {};
    expect([command, ...(args ?? [])].join(" ")).to.equal(
      "aws --region eu-central-1 eks get-token --cluster-name mesh-dev --output json",
    );
  });

  it("write Google's credential configuration, with the token's file", async () => {
    const [folderOfIt, configure] = loginCommand(stackOf("aikernel-dev").cloud, "~/oidc-token").run.split(
      " && ",
    );
    await succeed([folderOfIt, configure].join(" && "));
    const file = join(home, ".config", "gcloud", "application_default_credentials.json");
    const config = JSON.parse(readFileSync(file, "utf8")) as Record<string, unknown>;
    expect(config).to.deep.include({
      type: "external_account",
      audience:
        "//iam.googleapis.com/projects/111111111111/locations/global/workloadIdentityPools/deployments/providers/deployments",
      credential_source: { file: join(home, "oidc-token") },
    });
  });

  it("set the time to live of a review stack once, at its first update", async () => {
    const command = preRunCommands(table, stackOf("pr")).at(-1)?.run ?? "";
    let schedules: object[] = [];
    const { server, url, received } = await serverOf(() => JSON.stringify({ schedules }));
    const stack = "/api/stacks/example/meshwright/pr-7/deployments";
    const deployment = {
      PULUMI_BACKEND_URL: url,
      PULUMI_ACCESS_TOKEN: "secret",
      PULUMI_CI_ORGANIZATION: "example",
      PULUMI_CI_PROJECT: "meshwright",
      PULUMI_CI_STACK: "pr-7",
    };
    try {
      await succeed(command, { ...deployment, PULUMI_CI_OPERATION: "preview" });
      expect(received).to.deep.equal([]);
      await succeed(command, { ...deployment, PULUMI_CI_OPERATION: "update" });
      expect(received.map(({ request }) => request)).to.deep.equal([
        `GET ${stack}/schedules`,
        `POST ${stack}/ttl/schedules`,
      ]);
      const { timestamp, ...rest } = JSON.parse(received[1]?.body ?? "") as { timestamp: string };
      expect(rest).to.deep.equal({ deleteAfterDestroy: true });
      expect(timestamp).to.match(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
      expect(Date.parse(timestamp) - Date.now()).to.be.within(72 * 3_600_000 - 60_000, 72 * 3_600_000);
      schedules = [{}];
      await succeed(command, { ...deployment, PULUMI_CI_OPERATION: "update" });
      expect(received.map(({ request }) => request).slice(2)).to.deep.equal([`GET ${stack}/schedules`]);
    } finally {
      server.close();
    }
  });
});
