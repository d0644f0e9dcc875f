import { PolicyPack } from "@pulumi/policy";
import { deserializeOnce } from "./deserializeOnce";
import { policies } from "./policies";

deserializeOnce();

// Loading the pack must not write to stdout, where the engine reads the port of the pack's server.
new PolicyPack("meshwright", { policies, enforcementLevel: "mandatory" });
