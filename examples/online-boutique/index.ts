import { definePlatform, deploy } from "../../index";
import { catalog } from "./catalog";

// Pulumi runs what a CommonJS module is, so the program is exported by `export =`.
export = deploy(definePlatform({ name: "online-boutique", catalog }));
