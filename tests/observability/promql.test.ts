import { expect } from "chai";
import { oneOf, selector, series } from "../../observability/promql";
import { mistakes } from "./expressions";

describe("PromQL", () => {
  it("is written with the metrics and labels that exist", () => {
    expect(series("istio_requests_total", { reporter: "source", response_code: /5..|0/ })).to.equal(
      'istio_requests_total{reporter="source",response_code=~"5..|0"}',
    );
    expect(series("istio_request_duration_milliseconds_bucket", { le: { not: "+Inf" } })).to.equal(
      'istio_request_duration_milliseconds_bucket{le!="+Inf"}',
    );
    expect(series("istiod_uptime_seconds")).to.equal("istiod_uptime_seconds");
    // @ts-expect-error a histogram has no series of its own name
    series("istio_request_duration_milliseconds");
    // @ts-expect-error no such metric
    series("istio_request_total");
    // @ts-expect-error no such label
    series("istio_requests_total", { code: "500" });
    // @ts-expect-error only buckets have bounds
    series("istio_request_duration_milliseconds_count", { le: "1" });
  });

  it("quotes text and patterns", () => {
    expect(selector("a:b", { path: 'say "\\d"', host: { not: oneOf(["a.b", "c"]) } })).to.equal(
      'a:b{path="say \\"\\\\d\\"",host!~"a\\\\.b|c"}',
    );
  });

  it("is read back: grammar, metrics and labels", () => {
    const records = { "istio:service:requests:rate5m": ["destination_service"] };
    expect(mistakes('sum by (destination_service) (rate(istio_requests_total{reporter="source"}[5m]))')).to.be
      .empty;
    expect(
      mistakes('istio:service:requests:rate5m{destination_service="a"} * on (destination_service) up', {
        ...records,
        up: ["destination_service"],
      }),
    ).to.be.empty;
    expect(mistakes("rate(istio_requests_total[5m)")).to.not.be.empty;
    expect(mistakes('istio_request_total{code="500"}')).to.deep.equal(["nobody reports istio_request_total"]);
    expect(mistakes("istio_request_duration_milliseconds")).to.have.length(1);
    expect(mistakes('istiod_uptime_seconds{code="500"}')).to.deep.equal([
      "istiod_uptime_seconds has no code",
    ]);
    expect(mistakes("sum by (le) (istio_requests_total)")).to.deep.equal([
      "istio_requests_total has no le to group by",
    ]);
    // What one side has the other must have too.
    expect(
      mistakes("sum by (type) (pilot_total_xds_rejects) or sum by (type) (pilot_xds_write_timeout)"),
    ).to.deep.equal(["pilot_xds_write_timeout has no type to group by"]);
    expect(mistakes("istiod_uptime_seconds and on (cluster_name) up")).to.have.length(2);
  });
});
