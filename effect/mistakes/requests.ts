import { type Fields, fieldsAt, listAt, textAt, textsAt } from "../field";
import { type Model, objectsOf } from "../model";
import { fullHost } from "../host";
import type { Mistake } from "./mistake";

/**
 * Methods of HTTP, as registered, and those of caches.
 *
 * @see https://www.iana.org/assignments/http-methods/http-methods.xhtml
 */
const methods: ReadonlySet<string> = new Set(
  (
    "ACL BASELINE-CONTROL BIND CHECKIN CHECKOUT CONNECT COPY DELETE GET HEAD LABEL LINK LOCK MERGE MKACTIVITY " +
    "MKCALENDAR MKCOL MKREDIRECTREF MKWORKSPACE MOVE OPTIONS ORDERPATCH PATCH POST PRI PROPFIND PROPPATCH PURGE PUT " +
    "QUERY REBIND REPORT SEARCH TRACE UNBIND UNCHECKOUT UNLINK UNLOCK UPDATE UPDATEREDIRECTREF VERSION-CONTROL"
  ).split(" "),
);

/**
 * Returns methods in rules of AuthorizationPolicies and in routes that no client sends. Proxies compare methods exactly, so
 * `get` matches no request.
 *
 * @see https://istio.io/latest/docs/reference/config/security/authorization-policy/#Operation
 */
export function unsentMethods(model: Model): Mistake[] {
  const policies = objectsOf(model, "AuthorizationPolicy", "security.istio.io").flatMap((object) =>
    listAt(object.spec, "rules").flatMap((rule, i) =>
      listAt(rule, "to").flatMap((to, j) =>
        ["methods", "notMethods"].flatMap((key) =>
          textsAt(fieldsAt(to, "operation"), key).flatMap((method, k) =>
            methodMistake(method).map((one) => ({
              object,
              path: `spec.rules[${i}].to[${j}].operation.${key}[${k}]`,
              ...one,
            })),
          ),
        ),
      ),
    ),
  );
  const routes = objectsOf(model, "VirtualService", "networking.istio.io").flatMap((object) =>
    listAt(object.spec, "http").flatMap((route, i) =>
      listAt(route, "match").flatMap((match, k) =>
        methodMistake(textAt(fieldsAt(match, "method"), "exact") ?? "*").map((one) => ({
          object,
          path: `spec.http[${i}].match[${k}].method.exact`,
          ...one,
        })),
      ),
    ),
  );
  return [...policies, ...routes];
}

function methodMistake(method: string): Pick<Mistake, "problem" | "fix">[] {
  if (method.includes("*") || methods.has(method)) return [];
  const upper = method.toUpperCase();
  return [
    {
      problem: `"${method}" is not an HTTP method, so no request matches it: proxies compare methods exactly`,
      fix: methods.has(upper) ? `Write ${upper}` : "Write a method such as GET",
    },
  ];
}

/**
 * Returns weights of routes that Istio ignores, and destinations that a route has twice, so its requests are not shared as
 * they seem to be.
 *
 * @see https://istio.io/latest/docs/reference/config/networking/virtual-service/#HTTPRouteDestination
 */
export function uselessWeights(model: Model): Mistake[] {
  return objectsOf(model, "VirtualService", "networking.istio.io").flatMap((object) => {
    // The same destination with other headers is another one.
    const textOf = (weighted: Fields): string => {
      const destination = fieldsAt(weighted, "destination");
      const host = fullHost(
        textAt(destination, "host") ?? "",
        object.namespace,
        model.settings.clusterDomain,
      );
      const { number } = fieldsAt(destination, "port");
      return JSON.stringify([host, textAt(destination, "subset") ?? "", number ?? 0, weighted.headers]);
    };
    return ["http", "tls", "tcp"].flatMap((protocol) =>
      listAt(object.spec, protocol).flatMap((route, i): Mistake[] => {
        const destinations = listAt(route, "route");
        const [only, ...others] = destinations;
        if (only && others.length === 0) {
          const { weight = 0 } = only;
          if (weight === 0 || weight === 100) return [];
          return [
            {
              object,
              path: `spec.${protocol}[${i}].route[0].weight`,
              problem: `the route has one destination, which gets all requests, whatever its weight of ${String(weight)} is`,
              fix: "Remove the weight, or add the other destination",
            },
          ];
        }
        const keys = destinations.map(textOf);
        return keys.flatMap((key, k) => {
          if (keys.indexOf(key) === k) return [];
          const host = textAt(fieldsAt(destinations[k], "destination"), "host") ?? "";
          return [
            {
              object,
              path: `spec.${protocol}[${i}].route[${k}].destination`,
              problem: `the route has the destination ${host} twice, so it gets the sum of both weights`,
              fix: "Correct the subset of one of them, or write one destination",
            },
          ];
        });
      }),
    );
  });
}
