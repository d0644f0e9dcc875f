/** A catalog in which one override admits every identity, and another one divides requests otherwise than the weights. */
export const wrongOverrides = `name: shop
environment: dev
services:
  web:
    ports: { http: { port: 80, targetPort: 8080, protocol: http } }
    workload: { image: "example.com/app:1", replicas: 1 }
    calls:
      api: { methods: [GET] }
  api:
    ports: { http: { port: 80, targetPort: 8080, protocol: http } }
    workload: { image: "example.com/app:1", replicas: 1 }
    versions: { v1: {}, v2: {} }
    traffic: { weights: { v1: 80, v2: 20 } }
overrides:
  AuthorizationPolicy:
    shop/api:
      spec:
        rules:
          - from: [{ source: { principals: ["*"] } }]
            to: [{ operation: { ports: ["8080"], methods: ["GET"] } }]
  VirtualService:
    shop/api:
      spec:
        http:
          - name: http
            route:
              - destination: { host: api.shop.svc.cluster.local, subset: v1, port: { number: 80 } }
                weight: 50
              - destination: { host: api.shop.svc.cluster.local, subset: v2, port: { number: 80 } }
                weight: 50
`;
