import { expect } from "chai";
import { forbidWeakerMtls, messages } from "../../policies/forbidWeakerMtls";
import { type Resource, unknown, validateResource } from "../engine";
import { asPatch, destinationRule, istio, istiod, kubernetes, peerAuthentication } from "../resources";
import { said } from "../said";

const judge = (resource: Resource, configuration = {}) =>
  validateResource(forbidWeakerMtls, resource, configuration);

const inRule = said("DestinationRule shop/catalog", "spec.");

describe("forbid-weaker-mtls", () => {
  describe("PeerAuthentication", () => {
    const weak = [
      { mode: "PERMISSIVE" },
      { mode: "DISABLE" },
      { mode: "UNSET" },
      {},
      { mode: "hunter2" },
    ] as { mode?: string }[];

    it("states the field, the mode and the fix", async () => {
      const texts = [
        "is PERMISSIVE, which also accepts plaintext",
        "is DISABLE, which accepts only plaintext",
        "is UNSET, which is PERMISSIVE unless the namespace or the mesh sets a mode",
        "is not set, which is PERMISSIVE unless the namespace or the mesh sets a mode",
        "is none of Istio's modes",
      ];
      for (const [index, mtls] of weak.entries()) {
        expect(await judge(peerAuthentication({ mtls }))).to.deep.equal({
          violations: [
            `PeerAuthentication istio-system/default: spec.mtls.mode ${texts[index] ?? ""}. Set it to STRICT.`,
          ],
        });
      }
    });

    it("accepts STRICT for the mesh, a namespace, a workload and a port", async () => {
      const selector = { matchLabels: { app: "catalog" } };
      const mtls = { mode: "STRICT" };
      for (const resource of [
        peerAuthentication(),
        peerAuthentication(undefined, "shop"),
        peerAuthentication({ mtls, selector, portLevelMtls: { 8080: mtls } }, "shop"),
      ]) {
        expect(await judge(resource)).to.deep.equal({ violations: [] });
      }
    });

    it("refuses every other mode, for the mesh, a namespace and a workload", async () => {
      for (const mtls of weak) {
        for (const namespace of ["istio-system", "shop"]) {
          for (const selector of [undefined, { matchLabels: { app: "catalog" } }]) {
            expect(await judge(peerAuthentication({ mtls, selector }, namespace))).to.deep.equal({
              violations: [
                said(`PeerAuthentication ${namespace}/default`)("spec.mtls.mode", messages.mode(mtls.mode)),
              ],
            });
          }
        }
      }
    });

    it("refuses every other mode on a port, all ports at once", async () => {
      for (const mode of weak) {
        const spec = {
          mtls: { mode: "STRICT" },
          portLevelMtls: { 8080: mode, 9090: mode, 9091: { mode: "STRICT" } },
        };
        expect(await judge(peerAuthentication(spec, "shop"))).to.deep.equal({
          violations: ["8080", "9090"].map((port) =>
            said("PeerAuthentication shop/default")(
              `spec.portLevelMtls["${port}"].mode`,
              messages.mode(mode.mode),
            ),
          ),
        });
      }
    });

    it("refuses it in every API version, and in a patch", async () => {
      for (const version of ["v1", "v1beta1", "v1alpha1"]) {
        const { props } = peerAuthentication({ mtls: { mode: "PERMISSIVE" } });
        const type = `kubernetes:security.istio.io/${version}:PeerAuthentication`;
        for (const resource of [{ type, name: "p", props }, asPatch({ type, name: "p", props })]) {
          expect((await judge(resource)).violations).to.deep.equal([
            said("PeerAuthentication istio-system/default")("spec.mtls.mode", messages.mode("PERMISSIVE")),
          ]);
        }
      }
    });

    it("accepts a patch that does not change the mode", async () => {
      expect(await judge(asPatch(peerAuthentication({ selector: {} })))).to.deep.equal({ violations: [] });
    });

    it("reports violations beside unknown values, and these as undecided", async () => {
      const spec = { mtls: { mode: unknown }, portLevelMtls: { 8080: { mode: "DISABLE" } } };
      expect(await judge(peerAuthentication(spec))).to.deep.equal({
        violations: [
          said("PeerAuthentication istio-system/default")(
            'spec.portLevelMtls["8080"].mode',
            messages.mode("DISABLE"),
          ),
        ],
        undecided:
          "PeerAuthentication istio-system/default: string value at .spec.mtls.mode can't be known during preview",
      });
      expect(
        await judge(peerAuthentication({ mtls: { mode: "STRICT" }, portLevelMtls: unknown })),
      ).to.deep.equal({
        violations: [],
        undecided:
          "PeerAuthentication istio-system/default: string value at .spec.portLevelMtls can't be known during preview",
      });
    });
  });

  describe("DestinationRule", () => {
    const weak: { mode?: string; sni?: string }[] = [
      { mode: "DISABLE" },
      { mode: "SIMPLE" },
      { mode: "MUTUAL" },
      { sni: "catalog" },
      { mode: "hunter2" },
    ];

    it("states the field, the mode and the fix", async () => {
      const texts = [
        "is DISABLE, so callers send plaintext",
        "is SIMPLE, so callers present no certificate",
        "is MUTUAL, so callers present a certificate that Istio neither issues nor rotates",
        "is not set, which is DISABLE, so callers send plaintext",
        "is none of Istio's modes",
      ];
      for (const [index, tls] of weak.entries()) {
        expect(await judge(destinationRule({ trafficPolicy: { tls } }))).to.deep.equal({
          violations: [
            `DestinationRule shop/catalog: spec.trafficPolicy.tls.mode ${texts[index] ?? ""}. Set it to ISTIO_MUTUAL, or ` +
              "remove the tls block, because the host belongs to the mesh.",
          ],
        });
      }
    });

    it("accepts ISTIO_MUTUAL, and no tls block at all", async () => {
      for (const trafficPolicy of [undefined, {}, { tls: { mode: "ISTIO_MUTUAL" } }]) {
        expect(await judge(destinationRule({ trafficPolicy }))).to.deep.equal({ violations: [] });
      }
    });

    it("refuses every other mode, for the rule, a port, a subset and a subset's port", async () => {
      for (const tls of weak) {
        const port = { port: { number: 8080 }, tls };
        const places: [spec: Record<string, unknown>, path: string][] = [
          [{ trafficPolicy: { tls } }, "trafficPolicy.tls"],
          [{ trafficPolicy: { portLevelSettings: [port] } }, "trafficPolicy.portLevelSettings[0].tls"],
          [
            { subsets: [{ name: "v1" }, { name: "v2", trafficPolicy: { tls } }] },
            "subsets[1].trafficPolicy.tls",
          ],
          [
            { subsets: [{ name: "v1", trafficPolicy: { portLevelSettings: [port] } }] },
            "subsets[0].trafficPolicy.portLevelSettings[0].tls",
          ],
        ];
        for (const [spec, path] of places) {
          expect(await judge(destinationRule(spec))).to.deep.equal({
            violations: [inRule(`${path}.mode`, messages.tls(tls.mode))],
          });
        }
      }
    });

    it("refuses a certificate that is not verified", async () => {
      const tls = { mode: "ISTIO_MUTUAL", insecureSkipVerify: true };
      expect(await judge(destinationRule({ trafficPolicy: { tls } }))).to.deep.equal({
        violations: [inRule("trafficPolicy.tls.insecureSkipVerify", messages.skipVerify())],
      });
    });

    it("refuses an identity of another namespace, and a name that leads to another service", async () => {
      const mutual = (tls: object, host = "catalog") =>
        judge(destinationRule({ host, trafficPolicy: { tls: { mode: "ISTIO_MUTUAL", ...tls } } }));
      const own = "spiffe://cluster.local/ns/shop/sa/catalog";
      for (const identity of [
        "spiffe://cluster.local/ns/bank/sa/catalog",
        "catalog.example.com",
        "spiffe://a",
      ]) {
        expect(await mutual({ subjectAltNames: [own, identity] })).to.deep.equal({
          violations: [inRule("trafficPolicy.tls.subjectAltNames[1]", messages.identity(identity))],
        });
      }
      const host = "catalog.shop.svc.cluster.local";
      for (const tls of [
        { subjectAltNames: [own] },
        ...["catalog", host, `outbound_.8080_._.${host}`, "api.example.com"].map((sni) => ({ sni })),
      ]) {
        expect(await mutual(tls), JSON.stringify(tls)).to.deep.equal({ violations: [] });
      }
      expect(await mutual({ subjectAltNames: ["spiffe://a"] }, "api.example.com")).to.deep.equal({
        violations: [],
      });
      for (const sni of ["pay.bank.svc.cluster.local", "outbound_.80_._.pay.bank.svc.cluster.local"]) {
        expect(await mutual({ sni })).to.deep.equal({
          violations: [inRule("trafficPolicy.tls.sni", messages.sni(sni))],
        });
      }
    });

    it("refuses an identity of another namespace in a ServiceEntry of the mesh", async () => {
      const entry = (location: string, identity: string) =>
        judge(
          istio(
            "networking.istio.io/v1",
            "ServiceEntry",
            { namespace: "shop", name: "vm" },
            { hosts: ["vm.internal"], location, subjectAltNames: [identity] },
          ),
        );
      const other = "spiffe://cluster.local/ns/bank/sa/vm";
      expect(await entry("MESH_INTERNAL", other)).to.deep.equal({
        violations: [said("ServiceEntry shop/vm")("spec.subjectAltNames[0]", messages.identity(other))],
      });
      expect(await entry("MESH_INTERNAL", "spiffe://cluster.local/ns/shop/sa/vm")).to.deep.equal({
        violations: [],
      });
      expect(await entry("MESH_EXTERNAL", "vm.example.com")).to.deep.equal({ violations: [] });
    });

    it("refuses it for all hosts of the mesh, and for wildcards that match them", async () => {
      const trafficPolicy = { tls: { mode: "SIMPLE" } };
      const inside = [
        "catalog",
        "catalog.shop.svc.cluster.local",
        "catalog.shop.svc",
        "*.shop.svc.cluster.local",
      ];
      const reaching = ["*", "*.local", "*.cluster.local", "*.svc.cluster.local"];
      const outside = [
        "api.example.com",
        "*.example.com",
        "example.com",
        "mysvc.example",
        "10.0.0.1",
        "xcluster.local",
      ];
      for (const host of [...inside, ...reaching]) {
        expect((await judge(destinationRule({ host, trafficPolicy }))).violations, host).to.have.length(1);
      }
      for (const host of outside) {
        expect(await judge(destinationRule({ host, trafficPolicy })), host).to.deep.equal({ violations: [] });
      }
    });

    it("applies the organization's domains", async () => {
      const rule = destinationRule({
        host: "db.internal.example",
        trafficPolicy: { tls: { mode: "SIMPLE" } },
      });
      expect((await judge(rule, { meshDomains: ["internal.example"] })).violations).to.have.length(1);
      expect(await judge(rule, { meshDomains: ["other.example"] })).to.deep.equal({ violations: [] });
    });

    it("refuses it in every API version, and in a patch without a host", async () => {
      const tls = { mode: "DISABLE" };
      for (const version of ["v1", "v1beta1", "v1alpha3"]) {
        const rule = istio(
          `networking.istio.io/${version}`,
          "DestinationRule",
          { name: "catalog" },
          { trafficPolicy: { tls } },
        );
        for (const resource of [rule, asPatch(rule)]) {
          expect(await judge(resource)).to.deep.equal({
            violations: [
              said("DestinationRule catalog")("spec.trafficPolicy.tls.mode", messages.tls("DISABLE")),
            ],
          });
        }
      }
      const patch = asPatch(destinationRule({ trafficPolicy: { tls: { sni: "catalog" } } }));
      expect(await judge(patch)).to.deep.equal({ violations: [] });
    });

    it("reports unknown values as undecided", async () => {
      const at = (path: string) =>
        `DestinationRule shop/catalog: string value at .${path} can't be known during preview`;
      const weakTls = { tls: { mode: "DISABLE" } };
      expect(await judge(destinationRule({ host: unknown, trafficPolicy: weakTls }))).to.deep.equal({
        violations: [],
        undecided: at("spec.host"),
      });
      expect(
        await judge(
          destinationRule({
            trafficPolicy: { tls: { mode: unknown } },
            subsets: [
              { name: "v1", trafficPolicy: weakTls },
              { name: "v2", trafficPolicy: { tls: unknown } },
            ],
          }),
        ),
      ).to.deep.equal({
        violations: [inRule("subsets[0].trafficPolicy.tls.mode", messages.tls("DISABLE"))],
        undecided: `${at("spec.trafficPolicy.tls.mode")}; ${at("spec.subsets.1.trafficPolicy.tls")}`,
      });
    });
  });

  describe("Helm release", () => {
    const inIstiod = said("Release istio-system/istiod", "values.");
    const auto = (path: string) => inIstiod(path, messages.autoMtls());

    it("states the field, the value and the fix", async () => {
      expect(await judge(istiod({ meshConfig: { enableAutoMtls: false } }))).to.deep.equal({
        violations: [
          "Release istio-system/istiod: values.meshConfig.enableAutoMtls is false, so callers send plaintext wherever no " +
            "DestinationRule sets mTLS. Remove it, or set it to true.",
        ],
      });
    });

    it("accepts automatic mTLS", async () => {
      for (const values of [
        {},
        { meshConfig: {} },
        { meshConfig: { enableAutoMtls: true, accessLogFile: "" } },
      ]) {
        expect(await judge(istiod(values))).to.deep.equal({ violations: [] });
      }
    });

    it("refuses to disable it, in istiod's chart or in a parent chart", async () => {
      expect(await judge(istiod({ meshConfig: { enableAutoMtls: false } }))).to.deep.equal({
        violations: [auto("meshConfig.enableAutoMtls")],
      });
      expect(
        await judge(istiod({ istiod: { meshConfig: { enableAutoMtls: "false" } } }, "platform")),
      ).to.deep.equal({
        violations: [auto("istiod.meshConfig.enableAutoMtls")],
      });
    });

    it("refuses PERMISSIVE", async () => {
      for (const values of [{ mtls: { mode: "PERMISSIVE" } }, { apps: [{ mtls: { mode: "PERMISSIVE" } }] }]) {
        const path = "apps" in values ? "apps[0].mtls.mode" : "mtls.mode";
        expect(await judge(istiod(values))).to.deep.equal({
          violations: [inIstiod(path, messages.mode("PERMISSIVE"))],
        });
      }
      expect(await judge(istiod({ meshConfig: { mode: "PERMISSIVE" } }))).to.deep.equal({
        violations: [inIstiod("meshConfig.mode", messages.mode("PERMISSIVE"))],
      });
    });

    it("reports unknown values as undecided if they matter", async () => {
      expect(await judge(istiod({ kiali: { signingKey: unknown }, pilot: { env: unknown } }))).to.deep.equal({
        violations: [],
      });
      expect(await judge(istiod({ meshConfig: { enableAutoMtls: unknown } }))).to.deep.equal({
        violations: [],
        undecided:
          "Release istio-system/istiod: string value at .values.meshConfig.enableAutoMtls can't be known during preview",
      });
      expect(await judge(istiod({ meshConfig: unknown }))).to.deep.equal({
        violations: [],
        undecided:
          "Release istio-system/istiod: string value at .values.meshConfig can't be known during preview",
      });
    });
  });

  it("judges the mode that Flagger sets for a Canary", async () => {
    const canary = (trafficPolicy: object) =>
      judge(
        kubernetes("flagger.app/v1beta1", "Canary", {
          metadata: { namespace: "shop", name: "cart" },
          spec: { service: { port: 80, trafficPolicy } },
        }),
      );
    expect(await canary({ tls: { mode: "DISABLE" } })).to.deep.equal({
      violations: [said("Canary shop/cart")("spec.service.trafficPolicy.tls.mode", messages.tls("DISABLE"))],
    });
    for (const policy of [{ tls: { mode: "ISTIO_MUTUAL" } }, { loadBalancer: { simple: "LEAST_REQUEST" } }]) {
      expect(await canary(policy)).to.deep.equal({ violations: [] });
    }
  });

  it("refuses a Service whose callers also accept a server of another namespace", async () => {
    const key = "alpha.istio.io/canonical-serviceaccounts";
    const service = (accounts?: unknown, own = "alpha.istio.io/kubernetes-serviceaccounts") =>
      judge({
        type: "kubernetes:core/v1:Service",
        name: "cart",
        props: {
          metadata: { name: "cart", namespace: "shop", annotations: { [key]: accounts, [own]: "cart" } },
        },
      });
    const [own, other] = ["spiffe://cluster.local/ns/shop/sa/cart", "spiffe://cluster.local/ns/pay/sa/pay"];
    expect(await service(`${own}, ${other}`)).to.deep.equal({
      violations: [said("Service shop/cart")(`metadata.annotations["${key}"]`, messages.identity(other))],
    });
    for (const accepted of [undefined, own, ""]) {
      expect(await service(accepted)).to.deep.equal({ violations: [] });
    }
  });

  it("does not apply to other resources", async () => {
    for (const type of [
      "kubernetes:core/v1:ServiceAccount",
      "kubernetes:delivery.example.com/v1:Release",
      "kubernetes:networking.istio.io/v1:VirtualService",
      "pulumi:pulumi:Stack",
    ]) {
      expect(
        await judge({ type, name: "x", props: { spec: { mtls: { mode: "PERMISSIVE" } } } }),
      ).to.deep.equal({
        violations: [],
        notApplicable: `forbid-weaker-mtls does not apply to ${type}`,
      });
    }
  });
});
