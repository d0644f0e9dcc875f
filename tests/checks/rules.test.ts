import { readdirSync } from "node:fs";
import path from "node:path";
import { expect } from "chai";
import { checkMesh, type Finding, rules } from "../../checks";

type Expected = Omit<Finding, "code" | "severity">;

const host = 'hosts["shop.example.com"]';

/** What each rule says about its wrong example, by code. */
const expected: Record<string, Expected> = {
  MW001: {
    path: "services.api.resilience.timeout",
    message: 'services.api.resilience.timeout can\'t be "10sec"',
    fix: 'write a positive number and one of ms, s, m, h, such as "500ms" or "10s"',
  },
  MW002: {
    path: "services.api.resilience.timout",
    message: 'there is no field "timout" here',
    fix: 'did you mean "timeout"?',
  },
  MW003: {
    path: "services.web.ports.http.protocol",
    message: '"protocol" is missing',
    fix: 'use one of "http", "http2", "grpc", "tcp", "tls", "mongo", "mysql", "redis"',
  },
  MW004: {
    path: "suppressions[0]",
    message: "nothing is reported as MW302 at services.web",
    fix: "remove the suppression, or correct its code or path",
  },
  MW101: {
    path: "services.web.calls.ap",
    message: 'services.web.calls.ap refers to the service "ap", which is not declared',
    fix: 'use one of "web", "api", or declare it under services',
  },
  MW102: {
    path: "services.web.calls.api.port",
    message: 'the service "api" has no port "htp"',
    fix: 'did you mean "http"?',
  },
  MW103: {
    path: "services.web.calls.api",
    message: 'the service "api" has the ports http, admin, and none is named',
    fix: 'add port: "http" or "admin"',
  },
  MW104: {
    path: "services.api.traffic.weights.v2",
    message: 'the service "api" declares no version "v2"',
    fix: 'use one of "v1", or declare it under services.api.versions',
  },
  MW105: {
    path: "services.Web_1",
    message: '"Web_1" can\'t be the name of a service',
    fix: "use at most 63 lower-case letters, digits and hyphens, with no hyphen at either end",
  },
  MW106: {
    path: "services.web.ports.metrics.port",
    message: 'the ports "http" and "metrics" of "web" are both 8080',
    fix: "give one of them another number; targetPort may be the same",
  },
  MW107: {
    path: `gateways.entrance-2.${host}`,
    message:
      'the gateways "entrance-1" and "entrance-2" both serve shop.example.com: which one answers is undefined',
    fix: "put its routes into one of them, or give one a release of its own",
  },
  MW108: {
    path: `gateways.entrance-1.${host}.routes[1].prefix`,
    message: "routes[0] of shop.example.com already takes every request below /api",
    fix: "remove one of them, or give it another prefix",
  },
  MW109: {
    path: "services.web-v1",
    message: 'the Deployments of services.web and services.web-v1 would both be called "web-v1"',
    fix: "rename the service or the version",
  },
  MW110: {
    path: "services.api.mtls.ports.htp",
    message: 'the service "api" has no port "htp"',
    fix: 'did you mean "http"?',
  },
  MW111: {
    path: "services.old",
    message:
      'no gateway routes to "old", no service calls it, it admits nobody but who reads its metrics, and calls nobody: every other request to it is denied',
    fix: "declare who calls it, by calls, a gateway's route or admit; or remove it",
  },
  MW112: {
    path: "services.web.namespace",
    message:
      'the namespace "istio-system" of "web" is the control plane\'s: every policy of its namespace would hold there too, and everything would be denied, in the whole mesh',
    fix: "give the service, or the mesh, a namespace of its own",
  },
  MW113: {
    path: "services.web.ports.admin",
    message:
      'the ports "http" and "admin" of "web" lead to the container\'s port 8080, one as http and one as tcp: its proxy takes all for one of them',
    fix: "declare the same protocol for both, or another targetPort for one",
  },
  MW114: {
    path: 'gateways.entrance-2.hosts["admin.example.com"].tls.credentialName',
    message:
      'the certificate "shop" of admin.example.com also serves shop.example.com at the gateway "entrance-1", from TLSV1_2 on: a browser that has a connection to one host uses it for the other, and gets 404',
    fix: "put the hosts into one gateway with the same minProtocolVersion, or give each a certificate of its own",
  },
  MW115: {
    path: 'overrides.DestinationRule["shop/apo"]',
    message: 'the catalog makes no DestinationRule "shop/apo", so there is nothing to override',
    fix: 'did you mean "shop/api"?',
  },
  MW201: {
    path: "services.api.traffic.weights",
    message: 'the weights of "api" sum to 110: 90 + 20',
    fix: "make them sum to 100",
  },
  MW202: {
    path: "services.api.versions",
    message: '"api" has the versions v1, v2, and no weights',
    fix: "add traffic: { weights: { v1: 100, v2: 0 } }",
  },
  MW203: {
    path: "services.web.traffic.fault",
    message: 'requests to "web" are delayed or aborted on purpose, and the environment is prod',
    fix: 'remove the fault, or set environment to "dev" or "staging"',
  },
  MW204: {
    path: "services.api.resilience.timeout",
    message: '"api" is reached over TCP, where a proxy sees no requests: timeout has no effect',
    fix: "remove it, or declare the port's protocol as http, http2 or grpc if that is what it speaks",
  },
  MW205: {
    path: "services.api.traffic.headerRoutes[1]",
    message: 'headerRoutes[0] of "api" already takes every request that has these headers',
    fix: "put this one before headerRoutes[0], or remove it",
  },
  MW206: {
    path: "services.api.traffic.mirror.version",
    message: '"v2" of "api" gets 10 % of the requests, and would get copies of them as well',
    fix: 'give "v2" the weight 0, or mirror to another version',
  },
  MW207: {
    path: "services.api.traffic.headerRoutes[0]",
    message:
      'requests with these headers go to the version "canary" of "api", which has no pods: they are answered with 503',
    fix: 'give "canary" at least one replica, or no requests',
  },
  MW208: {
    path: "services.api.traffic.mirror.service",
    message: 'requests to "api" come on "http" (http), and "shadow" has no such port to take copies of them',
    fix: 'give "shadow" a port of that name and protocol, or mirror to another service',
  },
  MW301: {
    path: "services.web.calls.api.endUser",
    message: "a token is required, and no issuer is declared: every request would be denied",
    fix: 'add jwtRules: [{ issuer: "https://…" }] to the mesh',
  },
  MW302: {
    path: "services.web.sidecar.excludeOutboundPorts",
    message: 'traffic of "web" to the ports 443 bypasses the mesh: no mTLS, no policy, no telemetry',
    fix: "remove them, or suppress this with the reason why that traffic must stay outside",
  },
  MW303: {
    path: "services.api.mtls.ports.http",
    message:
      'the port "http" of "api" accepts plain text, whose senders have no identity: only the AuthorizationPolicy refuses them then',
    fix: "set it to STRICT, or suppress this with the reason and the date until when it must stay",
  },
  MW304: {
    path: "services.api.admit.prometheus.namespace",
    message: '"api" admits every service of the namespace "shop", whatever they declare as their calls',
    fix: "add the call to the services that make it, or name a serviceAccount",
  },
  MW305: {
    path: 'services.web.workload.annotations["sidecar.istio.io/inject"]',
    message:
      '"sidecar.istio.io/inject" says otherwise to the proxy of "web" than the catalog, which is not checked against it',
    fix: "remove it: every pod of the mesh has a proxy",
  },
  MW306: {
    path: "services.web.calls.api.paths[0]",
    message: 'no request has the path "/api//orders/*": one that a proxy compares has no //',
    fix: "write the path as it is after normalization",
  },
  MW307: {
    path: "jwtRules",
    message:
      "issuers are declared, and no call, route or admission has an endUser: requests without a token are let through everywhere",
    fix: "add endUser: {} to the calls and routes that need a token, or remove jwtRules",
  },
  MW308: {
    path: "jwtRules[0].jwksUri",
    message:
      "the keys of https://auth.example.com come from http://auth.example.com/jwks.json: whoever is on the way can put in his own, and sign any token",
    fix: "fetch them over https, or suppress this with the reason",
  },
  MW309: {
    path: "services.api.admit.web",
    message: '"api" admits "web", whose own proxy knows the services in its calls only',
    fix: "remove it, and declare api under services.web.calls",
  },
  MW310: {
    path: "services.api.sidecar.includeInboundPorts",
    message:
      'the port "http" of "api" is served by the container\'s port 8080, which its proxy does not capture: callers\' mutual TLS reaches a container that doesn\'t speak it',
    fix: "add 8080",
  },
  MW311: {
    path: "services.web.calls.api.paths[0]",
    message: '"/orders*" also allows every path that only begins alike, such as "/orders-admin"',
    fix: 'write "/orders" and "/orders/*"',
  },
  MW312: {
    path: 'services.web.reach["api.shop.svc.cluster.local"]',
    message: '"web" reaches "api", which is a service of this catalog and answers its calls only',
    fix: "remove it, and declare api under services.web.calls",
  },
  MW313: {
    path: 'gateways.public.hosts["admin.example.com"].routes[0].endUser',
    message:
      'the token that this route requires can be left out: the rule of gateways.public.hosts["shop.example.com"].routes[0], which requires no token, admits its paths too, and "web" can\'t tell the two routes apart',
    fix: 'give one of the routes another port of "web" or another service, rewrite the two to separate paths, or require the same token at both',
  },
  MW320: {
    path: "certificates.alertAt",
    message:
      "CertificateExpiringSoon would fire when 25 % of the lifetime is left, and proxies renew at 10 %, give or take 1: it would fire for every certificate",
    fix: "set it below 9, or leave it out for 5",
  },
  MW330: {
    path: "sharedNamespaces[0]",
    message: 'no service or gateway of the catalog is in the namespace "shp"',
    fix: "write the name as the services have it, or remove it",
  },
  MW331: {
    path: "externalServices.bank",
    message:
      'in the shared namespace "shop" the objects of "bank" are called "bank-store", as those of the service "bank-store" are',
    fix: "rename one of them",
  },
  MW332: {
    path: "gateways.public",
    message:
      '"public" has namespace and serviceAccount, but not selector: the pods of a gateway that is installed already can\'t be derived from a release',
    fix: "add selector, as the gateway's Deployment has them",
  },
  MW333: {
    path: "gateways.two.namespace",
    message: 'the release "istio-ingress" is in "istio-ingress" for "two", and in "edge" for "one"',
    fix: "say the same namespace at both, or give one of them another release",
  },
  MW340: {
    path: "services.web.serviceAccount",
    message:
      '"web" runs under the account shop/shop, as "job" does: policies can\'t tell them apart, so "web" may call "search" too',
    fix: "give each of them a service account of its own",
  },
  MW341: {
    path: "services.api.selector",
    message:
      'the services "web" and "api" select the same pods: app.kubernetes.io/instance=shop selects every pod that app.kubernetes.io/component=api,app.kubernetes.io/instance=shop selects',
    fix: 'add a label to "web" that only its own pods have',
  },
  MW342: {
    path: "services.web.workload.labels.app",
    message: 'the label "app" of "web" selects its pods, and "shop" has no effect',
    fix: "remove it; set it in the service's selector, or in the version's labels",
  },
  MW343: {
    path: "services.web.ports.http.targetPort",
    message:
      '"web" uses the port 15020, which every proxy uses for the agent\'s metrics and probes: requests reach the proxy and not the application',
    fix: "use another port: 15000–15090 are Istio's",
  },
  MW344: {
    path: "services.api.workload.pod.terminationGracePeriodSeconds",
    message:
      'the pods of "api" are killed after 30s, and need 5s before they stop and 60s to drain: a rollout cuts calls off',
    fix: "set it to at least 65, or leave it out",
  },
  MW345: {
    path: "services.web.workload.pod.serviceAccountName",
    message: 'the pods of "web" can\'t have serviceAccountName: the catalog decides it',
    fix: "set the service's serviceAccount.name: callees admit the service by it",
  },
  MW346: {
    path: "services.report.workload.schedule",
    message: 'the Deployment of "report" can\'t have schedule',
    fix: "set kind to CronJob, or remove it",
  },
  MW360: {
    path: 'overrides.VirtualService["shop/api"].spec.http[0].timeoutt',
    message: 'a VirtualService has no field "timeoutt" here, so Kubernetes drops it',
    fix: 'did you mean "timeout"?',
  },
  MW361: {
    path: 'overrides.VirtualService["shop/api"].spec.http[0].route[0].destination.subset',
    message: '"api" has no subset "v9": requests that match are answered with 503',
    fix: 'use one of "v1", "v2", or declare "v9" under services.api.versions',
  },
  MW362: {
    path: "telemetry.accessLogging.filter",
    message: 'Envoy has no attribute "responseCode", so the filter matches no request and nothing is logged',
    fix: 'did you mean "response.code"?',
  },
  MW363: {
    path: "services.api.loadBalancing.consistentHash",
    message:
      'the weights of "api" choose a version anew for each request (v1: 80, v2: 20), and consistentHash chooses an endpoint only within that version: a session moves between versions',
    fix: "give one version all of the weight and route sessions to others by traffic.headerRoutes, or suppress this if a session may move",
  },
  MW364: {
    path: "externalServices.bank",
    message: 'no service calls "bank", so no proxy can reach it',
    fix: "add it to the calls of the services that use it, or remove it",
  },
  MW370: {
    path: 'gateways.public.hosts["shop.example.com"].routes[0].paths',
    message:
      'the route matches /api/v1 too, but "/api/v1/*" only admits the paths below it: for /api/v1 "api" answers 403',
    fix: 'add "/api/v1"',
  },
  MW374: {
    path: "services.api.versions",
    message:
      'the versions "canary" and "stable" have the same canonical revision "latest": Istio\'s metrics count their requests together, and the dashboard "canary" leaves the service out',
    fix: 'give the pods of each version a label "version" of its own, and add it to the version\'s labels; without the labels "service.istio.io/canonical-revision" and "app.kubernetes.io/version" it is the canonical revision',
  },
  MW375: {
    path: "services.web.selector",
    message:
      'the services "cart" and "web" have the same canonical name "shop": Istio\'s metrics count the requests that they send together',
    fix: 'give the pods of "web" another label "service.istio.io/canonical-name", and add it to the selector',
  },
  MW386: {
    path: "services.web.workload.image",
    message:
      "services.web.workload.image is a Pulumi Output: a catalog must be plain, because checks and policies judge it at preview, when such a value can be unknown",
    fix: 'write a plain image here, and pass the Output to ServiceMesh in images, for "web"',
  },
  MW401: {
    path: "services.api.resilience.retries.perTryTimeout",
    message: "4 tries of 10s take 40s, longer than the timeout of 30s: the last ones never happen",
    fix: "set perTryTimeout to at most 7500ms, or leave it out to have it derived",
  },
  MW402: {
    path: "services.api.resilience.retries.perTryTimeout",
    message:
      "each try is cut off after 2s, so a request fails after 8s at the latest and the timeout of 30s is never reached: an answer that takes longer than 2s can't succeed",
    fix: "leave perTryTimeout out, which gives each try 7500ms, or lower the timeout to 8s",
  },
  MW403: {
    path: "services.web.calls.api.timeout",
    message: 'callers of "web" give up after 10s, and "web" waits 30s for "api": the work goes on for nobody',
    fix: `set the call's timeout to at most 10s, give "web" more time, or set asynchronous: true if "web" doesn't wait for the response`,
  },
  MW404: {
    path: "services.db.resilience.retries",
    message: "web → api → db: (1+3) × (1+2) = 12 requests at db for one at web",
    fix: "let one of these calls retry and set retries: { attempts: 0 } for the others, or suppress this with the reason",
  },
  MW405: {
    path: "services.web.calls.api",
    message:
      "api → web → api is a cycle: none of these services works without the others, and a request may never end",
    fix: "remove one of these calls, set asynchronous: true if its caller doesn't wait for the response, or suppress this with the reason why requests end",
  },
  MW406: {
    path: "services.web.calls.api[1].timeout",
    message:
      'services.web.calls.api[0] and services.web.calls.api[1] have different timeouts, and the proxy of "web" treats all that it sends to the port "http" of "api" alike',
    fix: 'give both the same, or have "api" serve one of them on another port',
  },
  MW407: {
    path: "services.web.calls.api.timeout",
    message:
      '"web" gives up on "api" after 1s, and more than one answer in a hundred takes longer: its p99 is 2s',
    fix: "set it above 2s, or correct the load's p99",
  },
  MW408: {
    path: "services.api.resilience.retries.perTryTimeout",
    message:
      "a slow try ends the request after 5s of the timeout of 10s: no condition of retryOn has it repeated",
    fix: 'leave perTryTimeout out, or add "gateway-error", "reset" or "5xx" to retryOn',
  },
  MW501: {
    path: "services.api.circuitBreaker.outlierDetection",
    message:
      '"api" has a failover, and without outlier detection no endpoint ever counts as unhealthy: it never fails over',
    fix: "remove outlierDetection: false",
  },
  MW502: {
    path: "services.api.circuitBreaker.outlierDetection.maxEjectionPercent",
    message:
      'up to 100 % of the endpoints of "api" can be ejected at once: those that are left break under the load',
    fix: "set it to at most 50",
  },
  MW503: {
    path: "services.api.circuitBreaker.outlierDetection.consecutiveGatewayErrors",
    message: '5 gateway errors are also 5xx errors, 5 of which eject an endpoint of "api" before',
    fix: "set it to less than 5, or remove it",
  },
  MW504: {
    path: "services.api.loadBalancing.locality.failover[0].to",
    message: 'the failover of "api" leads from us-west to us-west',
    fix: "name another region",
  },
  MW505: {
    path: "services.api.load",
    message:
      "how many proxies services.web runs isn't known, so the share of \"api\"'s load that each of them sends isn't either",
    fix: "add callers, the number of all proxies that call at their fewest",
  },
  MW506: {
    path: "services.api.circuitBreaker.http2MaxRequests",
    message:
      'each calling proxy may have 200 requests under way to "api", and its share of the load is 250: 1000/s × 500ms = 500 requests at once; × 2 headroom ÷ 2 calling proxies = 500 each, at least 10',
    fix: "set it to at least 250, or leave it out to have 500",
  },
  MW507: {
    path: "services.api.circuitBreaker.maxConnections",
    message: 'maxConnections of "api" is 1: of two requests at the same time one is refused with 503',
    fix: "set it to what a calling proxy has under way at its peak, or leave it out",
  },
  MW508: {
    path: "services.api.workload.replicas",
    message: 'of 2 pods of "api" outlier detection may eject one: the other takes twice its load',
    fix: "run at least 3, or leave outlierDetection out",
  },
  MW510: {
    path: "services.api.circuitBreaker.outlierDetection.maxEjectionPercent",
    message:
      'if more than 50 % of the endpoints of "api" fail, the rest of them keep their requests: only ejected endpoints fail over to another zone or region',
    fix: "set it to 100, or leave it out",
  },
  MW601: {
    path: "externalServices.two.host",
    message: '"one" and "two" are both bank.example.com: whose limits hold is undefined',
    fix: "declare it once, and let all callers name that one",
  },
  MW602: {
    path: "externalServices.bank.tls",
    message:
      'callers speak TLS themselves on the port "https" of "bank": the mesh can\'t begin it before them',
    fix: "remove tls, or declare the port's protocol as what callers speak without TLS, such as http, with the host's port as targetPort",
  },
  MW603: {
    path: "externalServices.bank.ports",
    message:
      "the egress gateway sees the host's name only, and \"bank\" has the ports https, admin: it can't know which one is meant",
    fix: "declare one port, or remove egressGateway",
  },
  MW604: {
    path: "externalServices.bank",
    message: 'requests to "bank" leave the mesh as plain text',
    fix: 'add tls: { mode: "SIMPLE" } and the port\'s targetPort 443, or suppress this with the reason',
  },
  MW605: {
    path: "services.web.calls.bank.methods",
    message: 'no proxy of the mesh stands before "bank", so nobody enforces the call\'s methods',
    fix: "remove it, or add egressGateway: true to externalServices.bank",
  },
  MW606: {
    path: "externalServices.pay",
    message: '"pay" is a service as well: which of them a call means is undefined',
    fix: "rename one of them",
  },
  MW607: {
    path: "externalServices.stock.ports.tcp",
    message:
      '"web" calls "orders" on port 5432 too, and its proxy takes every connection to that port to be for stock.example.com',
    fix: 'add the addresses of "stock", or suppress this where the proxies answer DNS and give each host an address',
  },
  MW608: {
    path: "externalServices.db.egressGateway",
    message:
      '"db" is anywhere in 10.20.0.0/24, and only its callers know where: the egress gateway doesn\'t hear of it',
    fix: "give single addresses, or remove egressGateway",
  },
  MW701: {
    path: "services.api.rateLimit.quota.per",
    message:
      'the quotas of "api" are filled up every 15s, no multiple of the 10s of its limit: Envoy refuses both',
    fix: "use 20s, or another multiple of 10s",
  },
  MW702: {
    path: "services.api.rateLimit.quota.requests",
    message:
      "one tenant may send 7200 requests in 1m, and all of them together 6000: one can use up what belongs to all",
    fix: "set it to less than 6000, or raise the common limit",
  },
  MW703: {
    path: "services.web.globalRateLimits",
    message: 'the mesh has no rateLimitService, so nobody counts the requests to all pods of "web"',
    fix: "add rateLimitService with the service that counts, or use rateLimit, which each pod counts by itself",
  },
  MW704: {
    path: "rateLimitService",
    message: 'the port "http" of "counter" speaks http, and proxies ask over gRPC',
    fix: "name its gRPC port, or declare the port's protocol as grpc",
  },
  MW705: {
    path: "services.api.rateLimit.requests",
    message:
      '4 pods of "api" take 100 requests in 1s each, 400 in a second together, and its load is 500: the rest is answered with 429',
    fix: "set it to at least 125, or correct the load",
  },
  MW801: {
    path: "services.api.telemetry.tracing",
    message: 'the mesh has no provider for tracing, so "api" has nobody to report to',
    fix: "add telemetry.tracing with a provider to the mesh, or remove it here",
  },
  MW901: {
    path: "services.web.workload.autoscaling.maxReplicas",
    message: '"web" has at least 5 replicas and at most 3: Kubernetes refuses both',
    fix: "set it to at least 5",
  },
  MW902: {
    path: "services.web.workload.resources.requests.cpu",
    message:
      '"web" is scaled at 80 % of the CPU that it requests, and it requests none: the autoscaler never does anything',
    fix: 'add resources: { requests: { cpu: "…" } }',
  },
  MW903: {
    path: "services.web.workload.resources.requests.memory",
    message: "1Gi of memory are requested, and the limit is 512Mi: Kubernetes refuses the pod",
    fix: "set it to at most 512Mi, or raise the limit",
  },
  MW904: {
    path: "services.web.workload.image",
    message: "web:latest has the tag latest, which moves: each new pod may run something else",
    fix: "give it the tag of a version, or a digest",
  },
  MW905: {
    path: "services.web.workload.labels.team",
    message: '"Shop Team" can\'t be the value of a label',
    fix: "use at most 63 letters, digits, -, _ and ., beginning and ending with a letter or digit",
  },
  MW906: {
    path: "services.web.workload.probes.readiness.path",
    message: '"/ready" is asked of the port "grpc" of "web", which speaks grpc: there are no paths',
    fix: "remove it, then it asks for the status of gRPC's health checking protocol, or name a port that speaks http",
  },
  MW907: {
    path: "services.web.workload.probes.liveness",
    message:
      'both probes of "web" ask the same: it is started again after 30s of failures, and taken out of traffic after 30s',
    fix: "set failureThreshold to at least 4, or ask something that only a restart mends",
  },
};

describe("rules", () => {
  for (const { code, title, severity, examples } of rules) {
    it(`${code}: ${title}`, () => {
      const { findings, mesh } = checkMesh(examples.wrong);
      expect(findings).to.deep.equal([{ code, severity, ...expected[code] }]);
      expect(mesh === undefined).to.equal(severity === "error");
      expect(checkMesh(examples.right).findings).to.deep.equal([]);
    });
  }

  it("have codes in order, each once, and each with its expectation here", () => {
    const codes = rules.map(({ code }) => code);
    expect(codes).to.deep.equal([...new Set(codes)].sort());
    expect(codes).to.deep.equal(Object.keys(expected));
  });

  it("are all registered: each file declares one", () => {
    const folder = path.join(__dirname, "../../checks/rules");
    const shared = ["example.ts", "timed.ts"];
    const files = readdirSync(folder).filter((file) => !shared.includes(file));
    const inFiles = rules.filter(({ stage }) => stage === "definition" || stage === "mesh");
    expect(files).to.have.lengthOf(inFiles.length);
  });
});
