import type { MeshDefinition } from "./mesh";
import type { MtlsMode } from "./mtls";
import type { HttpProtocol, Protocol } from "./port";

/**
 * What the compiler demands of a catalog besides its shape: that every service, port and version it refers to
 * is declared, and that it has no unknown field. Where it isn't so, the expected type is a sentence saying why.
 */
export type Checked<Definition extends MeshDefinition> = References<Definition> &
  Exact<MeshDefinition, Definition>;

interface References<Definition extends MeshDefinition> {
  readonly services: {
    readonly [Name in keyof Definition["services"]]: ServiceReferences<
      Definition["services"] & Field<Definition, "externalServices">,
      Definition["services"][Name],
      Definition["services"]
    >;
  };
  readonly rateLimitService?: Field<Field<Definition, "rateLimitService">, "service"> extends infer Service
    ? Service extends keyof Definition["services"]
      ? PortReference<Definition["services"][Service], Field<Definition, "rateLimitService">>
      : "service" extends keyof Field<Definition, "rateLimitService">
        ? { readonly service: Refused<`there is no service "${Service & string}" in this catalog`> }
        : unknown
    : never;
  readonly gateways?: {
    readonly [Name in keyof Definition["gateways"]]: {
      readonly hosts: {
        readonly [Host in keyof Field<Definition["gateways"][Name], "hosts">]: {
          readonly routes: RouteReferences<
            Definition["services"],
            Field<Field<Definition["gateways"][Name], "hosts">[Host], "routes">
          >;
        };
      };
    };
  };
}

/** @typeParam Services Whom it may call, hosts outside of the mesh too. @typeParam Inside Those of the mesh. */
interface ServiceReferences<Services, Service, Inside> {
  readonly calls?: {
    readonly [Callee in keyof Field<Service, "calls">]: Callee extends keyof Services
      ? CallReferences<Services[Callee], Field<Service, "calls">[Callee]>
      : Refused<`there is no service "${Callee & string}" in this catalog`>;
  };
  readonly admit?: {
    readonly [Name in keyof Field<Service, "admit">]: PortReference<Service, Field<Service, "admit">[Name]>;
  };
  readonly workload?: {
    readonly probes?: {
      readonly [Kind in keyof Field<Field<Service, "workload">, "probes">]: ProbeReference<
        Service,
        Field<Field<Service, "workload">, "probes">[Kind]
      >;
    };
  };
  readonly mtls?: {
    readonly ports?: {
      readonly [Port in keyof Field<Field<Service, "mtls">, "ports">]: Port extends keyof Field<
        Service,
        "ports"
      >
        ? MtlsMode
        : Refused<`this service has no port "${Port & string}"`>;
    };
  };
  readonly traffic?: {
    readonly weights?: {
      readonly [Version in keyof Field<Field<Service, "traffic">, "weights">]: Version extends keyof Field<
        Service,
        "versions"
      >
        ? number
        : Refused<`this service declares no version "${Version & string}"`>;
    };
    readonly headerRoutes?: VersionReferences<Service, Field<Field<Service, "traffic">, "headerRoutes">>;
    readonly mirror?: VersionReference<Service, Field<Field<Service, "traffic">, "mirror">> &
      MirrorReference<Inside, Service, Field<Field<Service, "traffic">, "mirror">>;
  };
}

type VersionReferences<Service, Routes> = {
  readonly [Index in keyof Routes]: VersionReference<Service, Routes[Index]>;
};

type VersionReference<Service, Target> = "version" extends keyof Target
  ? Field<Target, "version"> extends keyof Field<Service, "versions">
    ? unknown
    : {
        readonly version: Refused<`this service declares no version "${Field<Target, "version"> & string}"`>;
      }
  : unknown;

type MirrorReference<Services, Service, Mirror> = "service" extends keyof Mirror
  ? Field<Mirror, "service"> extends keyof Services
    ? Extract<
        keyof Field<Services[Field<Mirror, "service">], "ports">,
        keyof Field<Service, "ports">
      > extends never
      ? {
          readonly service: Refused<`"${Field<Mirror, "service"> & string}" has none of this service's ports`>;
        }
      : unknown
    : {
        readonly service: Refused<`there is no service "${Field<Mirror, "service"> & string}" in this catalog`>;
      }
  : unknown;

type CallReferences<Callee, Call> = Call extends readonly unknown[]
  ? { readonly [Index in keyof Call]: PortReference<Callee, Call[Index]> }
  : PortReference<Callee, Call>;

/** The port is needed as soon as there are several to choose from; what is about requests, on HTTP ports only. */
type PortReference<Callee, Call> = PortChoice<Callee, Call> &
  RequestFields<CalledProtocol<Callee, Call>, Call>;

type PortChoice<Callee, Call> = [keyof Field<Callee, "ports">] extends [never]
  ? { readonly port: Refused<"the called service declares no ports"> }
  : PortOf<Callee, Call>;

type PortOf<Callee, Call> = "port" extends keyof Call
  ? Field<Call, "port"> extends keyof Field<Callee, "ports">
    ? unknown
    : { readonly port: Refused<`the called service has no port "${Field<Call, "port"> & string}"`> }
  : IsUnion<keyof Field<Callee, "ports">> extends true
    ? { readonly port: keyof Field<Callee, "ports"> }
    : unknown;

/** What is spoken on the port of a call, or nothing where that isn't known. */
type CalledProtocol<Callee, Call> = Field<
  Field<
    Field<Callee, "ports">,
    ("port" extends keyof Call ? Field<Call, "port"> : keyof Field<Callee, "ports">) & string
  >,
  "protocol"
>;

type RequestFields<Called, Call> = [Called] extends [Exclude<Protocol, HttpProtocol>]
  ? {
      readonly [
        Key in keyof Call as Key extends RequestField ? Key : never
      ]: Refused<`the called port speaks ${Called & string}, where a proxy sees no requests`>;
    }
  : unknown;

type RequestField = "methods" | "paths" | "endUser" | "timeout" | "retries";

/** A path is asked for where HTTP is spoken, and not on top of it as in gRPC. */
type ProbeReference<Service, Probe> = PortChoice<Service, Probe> &
  ([CalledProtocol<Service, Probe>, "path"] extends [Exclude<Protocol, "http" | "http2">, keyof Probe]
    ? {
        readonly path: Refused<`the probed port speaks ${CalledProtocol<Service, Probe> & string}, where there are no paths`>;
      }
    : unknown);

type RouteReferences<Services, Routes> = {
  readonly [Index in keyof Routes]: Field<Routes[Index], "service"> extends keyof Services
    ? PortReference<Services[Field<Routes[Index], "service"> & keyof Services], Routes[Index]>
    : {
        readonly service: Refused<`there is no service "${Field<Routes[Index], "service"> & string}" in this catalog`>;
      };
};

/** Nothing has this type; as an object it keeps the compiler from folding its neighbours into "never". */
interface Refused<Reason extends string> {
  readonly refused: Reason;
}

/** The type of a field, or of an empty object where it isn't given. */
type Field<T, Key extends string> = Key extends keyof T ? NonNullable<T[Key]> : object;

type IsUnion<T, Whole = T> = [T] extends [never]
  ? false
  : T extends unknown
    ? [Whole] extends [T]
      ? false
      : true
    : never;

/** A type parameter is inferred from the whole literal, which turns the compiler's own search for typos off. */
type Exact<Shape, Value> = unknown extends Shape
  ? unknown
  : Value extends string | number | boolean | undefined
    ? unknown
    : Value extends readonly unknown[]
      ? { readonly [Index in keyof Value]: Exact<ElementOf<Shape>, Value[Index]> }
      : {
          readonly [Key in keyof Value]: Key extends KeyOf<Shape>
            ? Exact<Property<Shape, Key>, Value[Key]>
            : Refused<`there is no field "${Key & string}" here`>;
        };

type ElementOf<T> = T extends readonly (infer Element)[] ? Element : never;
type KeyOf<T> = T extends readonly unknown[] ? never : T extends object ? keyof T : never;
type Property<T, Key> = T extends readonly unknown[]
  ? never
  : T extends object
    ? Key extends keyof T
      ? T[Key]
      : never
    : never;
