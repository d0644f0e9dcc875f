import { expect } from "chai";
import { mergePod } from "../../catalog";

describe("mergePod", () => {
  const base = {
    securityContext: { runAsNonRoot: true },
    containers: [
      {
        name: "web",
        image: "web:1",
        env: [{ name: "A", value: "1" }],
        securityContext: { allowPrivilegeEscalation: false },
        lifecycle: { preStop: { sleep: { seconds: 5 } } },
      },
    ],
    tolerations: [{ key: "a" }],
  };

  it("merges objects by field and containers, variables and mounts by their keys, and adds what is new last", () => {
    const fragment = {
      containers: [
        {
          name: "web",
          env: [
            { name: "B", value: "2" },
            { name: "A", valueFrom: { secretKeyRef: { name: "x", key: "y" } } },
          ],
          volumeMounts: [{ name: "cache", mountPath: "/cache" }],
          securityContext: { readOnlyRootFilesystem: true },
        },
        { name: "log", image: "log:1" },
      ],
      volumes: [{ name: "cache", emptyDir: {} }],
    };
    expect(mergePod(base, fragment)).to.deep.equal({
      ...base,
      containers: [
        {
          ...base.containers[0],
          env: [
            { name: "A", valueFrom: { secretKeyRef: { name: "x", key: "y" } } },
            { name: "B", value: "2" },
          ],
          volumeMounts: [{ name: "cache", mountPath: "/cache" }],
          securityContext: { allowPrivilegeEscalation: false, readOnlyRootFilesystem: true },
        },
        { name: "log", image: "log:1" },
      ],
      volumes: [{ name: "cache", emptyDir: {} }],
    });
  });

  it("replaces lists without a key, and the one handler that there may be", () => {
    const preStop = { exec: { command: ["quit"] } };
    expect(
      mergePod(base, { tolerations: [{ key: "b" }], containers: [{ name: "web", lifecycle: { preStop } }] }),
    ).to.deep.equal({
      ...base,
      tolerations: [{ key: "b" }],
      containers: [{ ...base.containers[0], lifecycle: { preStop } }],
    });
  });

  it("changes neither of its arguments", () => {
    const copy = structuredClone(base);
    mergePod(base, { containers: [{ name: "web", image: "web:2" }] });
    expect(base).to.deep.equal(copy);
  });
});
