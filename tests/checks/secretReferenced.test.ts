import { expect } from "chai";
import { checkMesh } from "../../mesh";

const found = (env: object): string[] => {
  const { findings } = checkMesh({
    name: "shop",
    services: {
      web: {
        ports: { http: { port: 8080, protocol: "http" } },
        workload: { image: "registry.example.com/web:1.4.2", env },
      },
    },
  });
  expect(JSON.stringify(findings)).not.to.contain("hunter2");
  return findings.map(({ code, path }) => `${code} ${path.replace("services.web.workload.env.", "")}`);
};

describe("checks of secrets", () => {
  it("find them by the name of the variable and in URLs, without printing them", () => {
    expect(
      found({
        DB_PASSWORD: "hunter2",
        api_key: "hunter2",
        TOKEN: "hunter2",
        DATABASE_URL: "postgres://app:hunter2@db.example.com/app",
        REDIS: "redis://:hunter2@redis.example.com",
      }),
    ).to.have.members([
      "MW908 DB_PASSWORD",
      "MW908 api_key",
      "MW908 TOKEN",
      "MW908 DATABASE_URL",
      "MW908 REDIS",
    ]);
  });

  it("accept references, names of Secrets, files, and URLs without a password", () => {
    expect(
      found({
        DB_PASSWORD: { valueFrom: { secretKeyRef: { name: "db", key: "password" } } },
        DB_PASSWORD_FILE: "/run/secrets/db",
        SECRET_NAME: "db",
        TOKEN_URL: "https://auth.example.com/token",
        DATABASE_URL: "postgres://app:$(DB_PASSWORD)@db.example.com/app",
        PASSWORD: "$(DB_PASSWORD)",
        EMPTY_TOKEN: "",
        MAIL: "https://example.com/@team:all",
      }),
    ).to.deep.equal([]);
  });
});
