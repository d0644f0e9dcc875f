import { expect } from "chai";
import { callersPort, parseAlertmanager } from "../../observability/alertmanagers";

describe("observability/alertmanagers", () => {
  it("knows Services of the cluster, pods of headless ones, and hosts outside", () => {
    const service = "alertmanager.alerting.svc.cluster.local";
    expect(parseAlertmanager(service)).to.deep.equal({ host: service, port: 9093, service });
    expect(parseAlertmanager(`${service}:80`)).to.deep.equal({ host: service, port: 80, service });
    expect(parseAlertmanager(`am-1.${service}`)).to.deep.equal({
      host: `am-1.${service}`,
      port: 9093,
      service,
    });
    expect(parseAlertmanager("alerts.example.com")).to.deep.equal({ host: "alerts.example.com", port: 443 });
    expect(parseAlertmanager("alerts.example.com:8443")).to.have.property("port", 8443);
  });

  it("leaves TLS to the proxy outside of the cluster", () => {
    expect(callersPort({ host: "alerts.example.com", port: 8443 })).to.equal(80);
    const service = "alertmanager.alerting.svc.cluster.local";
    expect(callersPort({ host: service, port: 9093, service })).to.equal(9093);
  });

  for (const wrong of [
    "https://alerts.example.com",
    "alerts",
    "alerts.example.com/",
    "a.b:0",
    "a.b:65536",
    "",
    "a.b:",
  ]) {
    it(`takes no other address: ${JSON.stringify(wrong)}`, () => {
      expect(parseAlertmanager(wrong)).to.equal(undefined);
    });
  }
});
