import { PolicyPack } from "@pulumi/policy";
import { deserializeOnce } from "./deserializeOnce";
import { policies } from "./policies";

deserializeOnce();

// Nothing may write to stdout while the pack loads: the engine reads the port of the pack's server there.
new PolicyPack("meshwright", { policies, enforcementLevel: "mandatory" });
