import type { Exact, Refused } from "./exact";
import type { MeshDefinition } from "./mesh";
import type { MtlsMode } from "./mtls";
import type { HttpProtocol, Protocol } from "./port";
import type { TcpFields } from "./tcpFields";

/**
 * Checks at compile time that every referenced service, port and version is declared, and that settings of requests are
 * on HTTP ports only. Durations must be valid, and fields must be known. For a mistake, the expected type is a sentence
 * that explains it.
 *
 * A name that is not a literal, such as a key of a `Record<string, …>` or a variable, is checked at run time only.
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
  readonly externalServices?: {
    readonly [Name in keyof Field<Definition, "externalServices">]: TcpFields<
      Field<Definition, "externalServices">[Name]
    >;
  };
  readonly rateLimitService?: "service" extends keyof Field<Definition, "rateLimitService">
    ? ServiceReference<Definition["services"], Field<Definition, "rateLimitService">>
    : unknown;
  readonly delegates?: {
    readonly [Name in keyof Field<Definition, "delegates">]: {
      readonly routes: RouteReferences<
        Definition["services"],
        Field<Field<Definition, "delegates">[Name], "routes">
      >;
    };
  };
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
type ServiceReferences<Services, Service, Inside> = TcpFields<Service> & NamesOf<Services, Service, Inside>;

interface NamesOf<Services, Service, Inside> {
  readonly calls?: {
    readonly [Callee in keyof Field<Service, "calls">]: IsDeclared<Callee, keyof Services> extends true
      ? CallReferences<Named<Services, Callee>, Field<Service, "calls">[Callee]>
      : Refused<`there is no service "${Callee & string}" in this catalog`>;
  };
  readonly admit?: {
    readonly [Name in keyof Field<Service, "admit">]: PortReference<Service, Field<Service, "admit">[Name]>;
  };
  readonly workload?: {
    readonly probes?: {
      readonly [Kind in keyof Field<Field<Service, "workload">, "probes">]: ProbeReference<
        Service,
        NonNullable<Field<Field<Service, "workload">, "probes">[Kind]>
      >;
    };
  };
  readonly mtls?: {
    readonly ports?: {
      readonly [Port in keyof Field<Field<Service, "mtls">, "ports">]: IsDeclared<
        Port,
        keyof Field<Service, "ports">
      > extends true
        ? MtlsMode | undefined
        : Refused<`this service has no port "${Port & string}"`>;
    };
  };
  readonly traffic?: {
    readonly weights?: {
      readonly [Version in keyof Field<Field<Service, "traffic">, "weights">]: IsDeclared<
        Version,
        keyof Field<Service, "versions">
      > extends true
        ? number | undefined
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
  ? IsDeclared<Field<Target, "version">, keyof Field<Service, "versions">> extends true
    ? unknown
    : {
        readonly version: Refused<`this service declares no version "${Field<Target, "version"> & string}"`>;
      }
  : unknown;

type MirrorReference<Services, Service, Mirror> = "service" extends keyof Mirror
  ? IsDeclared<Field<Mirror, "service">, keyof Services> extends true
    ? SharesPort<Named<Services, Field<Mirror, "service">>, Service> extends true
      ? unknown
      : {
          readonly service: Refused<`"${Field<Mirror, "service"> & string}" has none of this service's ports`>;
        }
    : {
        readonly service: Refused<`there is no service "${Field<Mirror, "service"> & string}" in this catalog`>;
      }
  : unknown;

/** Whether a service has a port with the name of another service's port, if the types tell. */
type SharesPort<Taker, Service> = unknown extends Taker
  ? true
  : string extends keyof Field<Taker, "ports"> | keyof Field<Service, "ports">
    ? true
    : [Extract<keyof Field<Taker, "ports">, keyof Field<Service, "ports">>] extends [never]
      ? false
      : true;

/** The service with a name. Any service if the name is not a literal. */
type Named<Services, Name> = string extends Name
  ? unknown
  : Name extends keyof Services
    ? Services[Name]
    : unknown;

/** Whether a name is declared, if the types tell. */
type IsDeclared<Name, Declared> = string extends Name
  ? true
  : string extends Declared
    ? true
    : [Name] extends [Declared]
      ? true
      : false;

type CallReferences<Callee, Call> = Call extends readonly unknown[]
  ? { readonly [Index in keyof Call]: PortReference<Callee, Call[Index]> }
  : PortReference<Callee, Call>;

/** A call's port is required if there are several. Settings of requests are allowed on HTTP ports only. */
type PortReference<Callee, Call> = unknown extends Callee
  ? unknown
  : PortChoice<Callee, Call> & RequestFields<CalledProtocol<Callee, Call>, Call>;

type PortChoice<Callee, Call> = [keyof Field<Callee, "ports">] extends [never]
  ? { readonly port: Refused<"the called service declares no ports"> }
  : PortOf<Callee, Call>;

type PortOf<Callee, Call> = "port" extends keyof Call
  ? IsDeclared<Field<Call, "port">, keyof Field<Callee, "ports">> extends true
    ? unknown
    : { readonly port: Refused<`the called service has no port "${Field<Call, "port"> & string}"`> }
  : IsUnion<keyof Field<Callee, "ports">> extends true
    ? { readonly port: keyof Field<Callee, "ports"> }
    : unknown;

/** The protocol of a call's port, or nothing if it is unknown. */
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
      ]: Refused<`the called port has the protocol ${Called & string}, where a proxy sees no requests`>;
    }
  : unknown;

type RequestField = "methods" | "paths" | "endUser" | "timeout" | "retries";

/** A probe has a path for HTTP only, not for gRPC. */
type ProbeReference<Service, Probe> = PortChoice<Service, Probe> &
  ([CalledProtocol<Service, Probe>, "path"] extends [Exclude<Protocol, "http" | "http2">, keyof Probe]
    ? {
        readonly path: Refused<`the probed port has the protocol ${CalledProtocol<Service, Probe> & string}, which has no paths`>;
      }
    : unknown);

type RouteReferences<Services, Routes> = {
  readonly [Index in keyof Routes]: ServiceReference<Services, Routes[Index]> &
    DestinationReferences<Services, Field<Routes[Index], "destinations">>;
};

type DestinationReferences<Services, Destinations> = Destinations extends readonly unknown[]
  ? {
      readonly destinations?: {
        readonly [Index in keyof Destinations]: ServiceReference<Services, Destinations[Index]>;
      };
    }
  : unknown;

/** A service that a field `service` refers to. */
type ServiceReference<Services, Call> =
  IsDeclared<Field<Call, "service">, keyof Services> extends true
    ? PortReference<Named<Services, Field<Call, "service">>, Call>
    : {
        readonly service: Refused<`there is no service "${Field<Call, "service"> & string}" in this catalog`>;
      };

/** The type of a field, or an empty object type if it is missing. */
type Field<T, Key extends string> = Key extends keyof T ? NonNullable<T[Key]> : object;

type IsUnion<T, Whole = T> = [T] extends [never]
  ? false
  : T extends unknown
    ? [Whole] extends [T]
      ? false
      : true
    : never;
